"""Finds rows that a wrong clock dated ahead of the machine's time, and dates them now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from leadstore.columns import Instant
from leadstore.database.transaction import Transaction
from leadstore.notes import SEEN, read_note, write_note
from leadstore.rows import enrolment, handoff, lead, note, outbox, route, signal
from leadstore.tables import LEASED_STATES
from nurture.words import Closing, EnrolmentState, TouchState

SLACK = timedelta(minutes=1)
"""How far the clocks of several machines may differ before a row counts as dated ahead."""
LEASED = timedelta(hours=1)
"""Longer than any lease: what is held beyond it, nobody holds."""
CLOSED = timedelta(days=1)
"""As long as a route ever closes itself."""
AHEAD = frozenset(
    {
        *("due_at", "until", "expires_at", "recheck_at", "first_due_at", "lease_until", "closed_until"),
        *("retry_at", "next_look_at", "snoozed_until"),
    }
)
"""Columns that rightly name a moment to come. All others say when something happened."""
ITS_OWN = frozenset({("signal", "occurred_at"), ("enrolment", "step_since"), ("lead", "score_as_of")})
"""Columns with a rule of their own, below."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of `now`: the furthest moment the store has seen, and rows by table and column."""

    now: datetime
    seen: datetime | None
    rows: Mapping[str, int]

    @property
    def any(self) -> bool:
        """Whether there is something to bring back."""
        return bool(self.rows) or (self.seen is not None and self.seen > self.now + SLACK)


def look_ahead(tx: Transaction, now: datetime) -> Ahead:
    """Count what lies ahead of `now`; nothing is changed."""
    counted = {f"{table.name}.{what}": _count(tx, table, where) for table, what, where in _wrong(now)}
    seen = read_note(tx, SEEN)
    rows = {name: n for name, n in counted.items() if n}
    if notes := _notes_ahead(tx, now):
        rows["note.moment"] = len(notes)
    return Ahead(now, None if seen is None else datetime.fromisoformat(seen), rows)


def bring_back(tx: Transaction, now: datetime) -> Ahead:
    """Date what happened "ahead" to `now`, and look again at all that waits; returns what there was.

    Nothing is sent or unsent by it, and what allows or forbids stays as it is. Touches keep their place
    under the caps, as if they had been sent now; waits that began ahead begin now; leases end; scores that
    were counted ahead are counted anew.
    """
    found = look_ahead(tx, now)
    _look_again(tx, now)
    _shift_handoffs(tx, now)
    for table, what, where in _wrong(now):
        tx.execute(update(table).where(where).values(_mended(table, what, now)))
    tx.execute(note.delete().where(note.c.name.in_(_notes_ahead(tx, now))))
    if found.seen is not None:
        write_note(tx, SEEN, now.astimezone(UTC).isoformat())
    return found


def _wrong(now: datetime) -> Iterator[tuple[Table, str, ColumnElement[bool]]]:
    """Each kind of row that lies wrongly ahead: its table, its column, and how it is found."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if _says_when(table, column):
                yield table, column.name, column > now + SLACK
    yield signal, "occurred_at", and_(signal.c.received_at > now + SLACK, signal.c.occurred_at > now + SLACK)
    active = enrolment.c.state == EnrolmentState.ACTIVE.value
    yield enrolment, "step_since", and_(active, enrolment.c.step_since > now + SLACK)
    yield lead, "score_as_of", lead.c.score_as_of > now + SLACK
    yield outbox, "lease_until", and_(text(LEASED_STATES), outbox.c.lease_until > now + LEASED)
    yield route, "day", route.c.day > now.date()
    by_itself = or_(route.c.cause.is_(None), route.c.cause != Closing.OPERATOR.value)
    yield route, "closed_until", and_(by_itself, route.c.closed_until > now + CLOSED)


def _says_when(table: Table, column: Column[Any]) -> bool:
    happened = isinstance(column.type, Instant) and column.name not in AHEAD
    return happened and (table.name, column.name) not in ITS_OWN


def _mended(table: Table, what: str, now: datetime) -> dict[str, Any]:
    """The values that put such a row right."""
    match table.name, what:
        case "lead", "score_as_of":
            return {"score_as_of": None}  # scored anew by the next rescoring
        case "enrolment", "step_since":
            return {"step_since": now, "first_due_at": now}
        case "route", "day":
            return {"day": now.date()}
        case _:
            return {what: now}


def _look_again(tx: Transaction, now: datetime) -> None:
    """What a wrong clock put off is decided again in the next tick; a wait that is right goes on."""
    active = enrolment.c.state == EnrolmentState.ACTIVE.value
    free = or_(enrolment.c.lease_until.is_(None), enrolment.c.lease_until > now + LEASED)
    waits = and_(active, enrolment.c.due_at > now, free)
    tx.execute(update(enrolment).where(waits).values(due_at=now, lease_until=None))
    notices = and_(outbox.c.enrolment_id.is_(None), outbox.c.state == TouchState.PLANNED.value)
    tx.execute(update(outbox).where(notices, outbox.c.due_at > now).values(due_at=now))


def _shift_handoffs(tx: Transaction, now: datetime) -> None:
    """A seller has as long to answer as if the lead had been offered now."""
    ahead = select(handoff).where(handoff.c.offered_at > now + SLACK, handoff.c.due_at.is_not(None))
    rows = [{"key": r.id, "due": now + (r.due_at - r.offered_at)} for r in tx.execute(ahead)]
    if rows:
        later = update(handoff).where(handoff.c.id == bindparam("key"))
        tx.execute(later.values(due_at=bindparam("due")), rows)


def _count(tx: Transaction, table: Table, where: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(where)) or 0


def _notes_ahead(tx: Transaction, now: datetime) -> list[str]:
    """Notes of when something was last done, or read up to: what they name is done anew."""
    rows = tx.execute(select(note.c.name, note.c.value).where(note.c.name != SEEN))
    return [row.name for row in rows if (at := _moment_in(row.value)) is not None and at > now + SLACK]


def _moment_in(value: str) -> datetime | None:
    """The moment a note begins with, or the one a Maildir's cursor holds."""
    try:
        if value.startswith("{"):
            return datetime.fromtimestamp(int(json.loads(value)["at"]) / 1e9, UTC)
        return datetime.fromisoformat(value.partition(" ")[0]).astimezone(UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
