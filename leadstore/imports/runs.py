"""How far each import has come: written with each batch, so that it resumes where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update

from leadstore.database.transaction import Transaction
from leadstore.rows import import_run
from nurture.errors import StoreError

IMPORT_LOCK = 0x6E75696D  # "nuim": batches of several imports into one PostgreSQL go one after the other


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


def advance_run(tx: Transaction, digest: str, before: int, *, progress: Progress) -> None:
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


def hold_imports(tx: Transaction) -> None:
    """Let no batch of an import be written while this transaction lasts."""
    if tx.dialect.name == "postgresql":  # on SQLite the transaction is the only writer
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": IMPORT_LOCK})


def shrink_rejects(tx: Transaction, file_name: str, size: int) -> None:
    """Rows were taken out of a file of rejects: an import that goes on appends to what is left of it."""
    name, _, ending = file_name.rpartition(".")
    part = "cells_size" if name.endswith("-cells") and ending == "csv" else "rejects_size"
    digest = name.removesuffix("-cells").rpartition("-")[2]
    open_runs = select(import_run.c.id, import_run.c.counts).where(
        import_run.c.digest.startswith(digest, autoescape=True), import_run.c.finished_at.is_(None)
    )
    for row in tx.execute(open_runs).all():
        if part in row.counts:
            counts = {**row.counts, part: min(size, int(row.counts[part]))}
            tx.execute(update(import_run).where(import_run.c.id == row.id).values(counts=counts))


class ImportTaken(StoreError):
    """Another process is importing the same file with the same map."""
