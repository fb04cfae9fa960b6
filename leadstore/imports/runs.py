"""How far each import has come: written with each batch, so that it resumes where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from leadstore.database.transaction import Transaction
from leadstore.rows import import_run
from nurture.errors import StoreError


@dataclass(frozen=True, slots=True)
class Progress:
    """Records of the file that are in the store or among the rejects, and what they came to."""

    records: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)


def begin_run(tx: Transaction, digest: str, now: datetime) -> Progress:
    """Where to go on: the last committed batch of a run that broke off, else the start."""
    row = tx.execute(select(import_run).where(import_run.c.digest == digest).with_for_update()).first()
    if row is None:
        tx.execute(insert(import_run).values(digest=digest, line=0, counts={}, started_at=now))
        return Progress()
    if row.finished_at is None:
        return Progress(row.line, row.counts)
    again = {"line": 0, "counts": {}, "started_at": now, "finished_at": None}
    tx.execute(update(import_run).where(import_run.c.digest == digest).values(**again))
    return Progress()


def advance_run(tx: Transaction, digest: str, before: int, progress: Progress) -> None:
    """Write how far the import has come, in the transaction of its batch.

    Raises:
        StoreError: another process is importing the same file.
    """
    mine = update(import_run).where(
        import_run.c.digest == digest, import_run.c.line == before, import_run.c.finished_at.is_(None)
    )
    if not tx.execute(mine.values(line=progress.records, counts=dict(progress.counts))).rowcount:
        raise ImportTaken(
            "another process is importing this file with this map", hint="let it finish, or stop it"
        )


def finish_run(tx: Transaction, digest: str, now: datetime) -> None:
    """The whole file is in; the next import of it starts from its first record."""
    tx.execute(update(import_run).where(import_run.c.digest == digest).values(finished_at=now))


class ImportTaken(StoreError):
    """Another process is importing the same file with the same map."""
