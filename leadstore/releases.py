"""Releases: what runs is always one of these, never the files on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from leadstore.database.transaction import Transaction
from leadstore.rows import release

if TYPE_CHECKING:
    from nurture.project.book import Book


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A release as the store holds it: `files` maps a path to its text."""

    id: int
    digest: str
    files: Mapping[str, str]
    applied_at: datetime


def store_release(tx: Transaction, digest: str, files: Mapping[str, str], now: datetime) -> tuple[int, bool]:
    """Make these files the current release; returns (id, whether anything changed)."""
    held = tx.execute(select(release.c.id, release.c.current).where(release.c.digest == digest)).first()
    if held is not None and held.current:
        return held.id, False
    tx.execute(update(release).where(release.c.current).values(current=False))
    if held is not None:
        tx.execute(update(release).where(release.c.id == held.id).values(current=True, applied_at=now))
        return held.id, True
    values = {"digest": digest, "files": dict(files), "applied_at": now, "current": True}
    new_id = tx.execute(insert(release).values(**values).returning(release.c.id)).scalar_one()
    return new_id, True


def current_release(tx: Transaction) -> StoredRelease | None:
    """The release that runs now."""
    row = tx.execute(select(release).where(release.c.current)).first()
    return None if row is None else StoredRelease(row.id, row.digest, row.files, row.applied_at)


def current_book(tx: Transaction) -> Book | None:
    """The book of the release that runs now; None when there is none that this version can read."""
    from nurture.project.book import read_book  # here, for it is slow to load

    held = current_release(tx)
    return None if held is None else read_book(held.files)[0]


def current_release_id(tx: Transaction) -> int | None:
    """The id of the release that runs now, without its files."""
    return tx.scalar(select(release.c.id).where(release.c.current))


def releases_by_id(tx: Transaction, ids: list[int]) -> dict[int, StoredRelease]:
    """Older releases that enrolments still follow."""
    rows = tx.execute(select(release).where(release.c.id.in_(ids)))
    return {r.id: StoredRelease(r.id, r.digest, r.files, r.applied_at) for r in rows}
