"""What tells whether the engine works: its schema, its relay, its last tick, and since when work is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from leadstore.database.schema import Schema, read_schema
from leadstore.database.transaction import Transaction
from leadstore.notes import write_note
from leadstore.outbox.routes import troubled_routes
from leadstore.rows import enrolment, note, outbox
from nurture.deciding.routes import RELAY, Route
from nurture.words import Clockwork, EnrolmentState, TouchState

TICKS = "tick:"
"""What the names of these notes begin with: one for each kind of clock that has ever ticked."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The last tick of one kind of clock: deployment, up, run or once."""

    clockwork: str
    worker: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a look at the store tells; `relay` only when it is troubled, the rest only at a right schema."""

    schema: Schema
    relay: Route | None = None
    ticked_at: datetime | None = None
    due_since: datetime | None = None


def note_tick(tx: Transaction, clockwork: Clockwork, worker: str, now: datetime) -> None:
    """Remember that this kind of clock has ticked."""
    write_note(tx, TICKS + clockwork, f"{now.isoformat()} {worker}")


def last_ticks(tx: Transaction) -> list[Tick]:
    """The last tick of each kind of clock, the latest first."""
    query = select(note.c.name, note.c.value).where(note.c.name.startswith(TICKS, autoescape=True))
    found = [
        Tick(name.removeprefix(TICKS), worker, datetime.fromisoformat(at))
        for name, (at, _, worker) in ((row.name, row.value.partition(" ")) for row in tx.execute(query))
    ]
    return sorted(found, key=lambda tick: tick.at, reverse=True)


def read_vitals(tx: Transaction, now: datetime) -> Vitals:
    """One look; of a schema that this version cannot work on, nothing else is read."""
    schema = read_schema(tx)
    if not schema.fits:
        return Vitals(schema)
    ticks = last_ticks(tx)
    return Vitals(schema, troubled_routes(tx).get(RELAY), ticks[0].at if ticks else None, _due_since(tx, now))


def _due_since(tx: Transaction, now: datetime) -> datetime | None:
    """Since when the oldest step or notice that is due has been so."""
    step = select(func.min(enrolment.c.due_at)).where(
        enrolment.c.state == EnrolmentState.ACTIVE.value, enrolment.c.due_at <= now
    )
    told = select(func.min(outbox.c.due_at)).where(
        outbox.c.state == TouchState.PLANNED.value, outbox.c.enrolment_id.is_(None), outbox.c.due_at <= now
    )
    return min((at for at in (tx.scalar(step), tx.scalar(told)) if at is not None), default=None)
