"""Applies a project: checks its files as they lie on disk, and makes them the release that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.work.following import Followed, follow
from flows.work.shelf import read_shelf
from leadstore.releases import store_release
from leadstore.store import Store
from nurture.advice import advise
from nurture.book import Book, read_book
from nurture.diagnose import Fault
from nurture.errors import BookError


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying came to: the release's id and its book, whether it is new, and the warnings."""

    release_id: int
    changed: bool
    book: Book = field(repr=False)
    warnings: tuple[Fault, ...] = ()
    followed: Followed = field(default_factory=Followed)

    @property
    def digest(self) -> str:
        """What names the release's content."""
        return self.book.digest


def apply_shelf(store: Store, root: Path, now: datetime) -> Applied:
    """Make the project's files on disk the current release.

    Raises:
        BookError: the check found errors; the release that ran goes on running.
        ProjectError: a file cannot be read.
    """
    return apply_release(store, read_shelf(root), now)


def apply_release(store: Store, files: Mapping[str, str], now: datetime) -> Applied:
    """Make these files (path -> text) the current release, if the check finds no error in them.

    Raises:
        BookError: the check found errors; the release that ran goes on running.
    """
    book, faults = read_book(files)
    errors = sum(fault.severity == "error" for fault in faults)
    if book is None or errors:
        found = f"{errors} error" if errors == 1 else f"{errors} errors"
        raise BookError(f"the files were not applied: {found} found", faults)
    with store.begin("apply") as tx:
        release_id, changed = store_release(tx, book.digest, files, now)
        followed = follow(tx, book, release_id, now) if changed else Followed()
    return Applied(release_id, changed, book, (*faults, *advise(book, now)), followed)
