"""Applies a project: checks its files as they lie on disk, and makes them the release that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from flows.work.project.follow import Followed, follow, leaving
from flows.work.project.shelf import read_shelf, strays
from leadstore.releases import store_release
from leadstore.store import Store
from nurture.errors import BookError, LeadsLeave
from nurture.files.diagnosis import Fault
from nurture.project.advice import advise
from nurture.project.book import Book, read_book


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


@dataclass(frozen=True, slots=True)
class Checked:
    """A project's files that can be applied: the book, and what is warned of."""

    book: Book
    warnings: tuple[Fault, ...]


def apply_shelf(store: Store, root: Path, now: datetime, *, yes: bool = False) -> Applied:
    """Make the project's files on disk the current release.

    Raises:
        BookError: the check found errors; the release that ran goes on running.
        LeadsLeave: leads would be taken out of a sequence, and nobody said `yes`; it goes on as well.
        ProjectError: a file cannot be read.
    """
    applied = apply_release(store, read_shelf(root), now, yes=yes)
    return replace(applied, warnings=(*applied.warnings, *strays(root)))


def apply_release(store: Store, files: Mapping[str, str], now: datetime, *, yes: bool = False) -> Applied:
    """Make these files (path -> text) the current release, if the check finds no error in them.

    Raises:
        BookError: the check found errors; the release that ran goes on running.
        LeadsLeave: leads would be taken out of a sequence, and nobody said `yes`; it goes on as well.
    """
    return apply_checked(store, checked(files, now), now, yes=yes)


def checked(files: Mapping[str, str], now: datetime) -> Checked:
    """Check files that are to be applied.

    Raises:
        BookError: there are errors.
    """
    book, faults = read_book(files)
    errors = sum(fault.severity == "error" for fault in faults)
    if book is None or errors:
        found = f"{errors} error" if errors == 1 else f"{errors} errors"
        raise BookError(f"the files were not applied: {found} found", faults)
    return Checked(book, (*faults, *advise(book, now)))


def apply_checked(store: Store, found: Checked, now: datetime, *, yes: bool = False) -> Applied:
    """Make checked files the current release.

    Raises:
        LeadsLeave: leads would be taken out of a sequence, and nobody said `yes`.
    """
    book = found.book
    with store.begin("apply") as tx:
        release_id, changed = store_release(tx, book.digest, book.files, now=now)
        if changed and not yes and (going := leaving(tx, book)):
            raise LeadsLeave(going)  # which undoes the release
        followed = follow(tx, book, release_id, now=now) if changed else Followed()
    return Applied(release_id, changed, book, found.warnings, followed)
