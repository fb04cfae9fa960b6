"""Pauses, resumes and retires sequences, in set statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, literal, select, update

from leadstore.columns import Json
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import PAUSED, RETIRED
from leadstore.rows import decision, enrolment, halt, outbox
from nurture.words import EnrolmentState, Reason, TouchState, Verdict

ACTIVE, HELD = EnrolmentState.ACTIVE.value, EnrolmentState.HELD.value
RUNNING = enrolment.c.state.in_([ACTIVE, HELD])
"""Enrolments that have not come to an end."""


def halts(tx: Transaction) -> dict[str, tuple[str, datetime]]:
    """Every sequence that is paused or retired: which of both, and since when."""
    return {r.sequence: (r.kind, r.since) for r in tx.execute(select(halt))}


def retired(tx: Transaction) -> frozenset[str]:
    """The sequences that the operator retired."""
    return frozenset(tx.scalars(select(halt.c.sequence).where(halt.c.kind == RETIRED)))


def pause(tx: Transaction, sequence: str, now: datetime) -> int:
    """Stop the sequence's timers; a second time changes nothing. Returns how many enrolments wait."""
    if sequence not in halts(tx):
        tx.execute(insert(halt).values(sequence=sequence, kind=PAUSED, since=now))
        write_down(tx, enrolment.c.sequence == sequence, Verdict.WAIT, Reason.PAUSED, now)
    return len(tx.scalars(select(enrolment.c.id).where(enrolment.c.sequence == sequence, RUNNING)).all())


def resume(tx: Transaction, sequence: str, now: datetime) -> int | None:
    """Let a paused sequence go on, or a retired one take leads in again; None when it was neither.

    What stood still goes on later by as long as it did; returns how many enrolments that are.
    """
    kind, since = halts(tx).get(sequence, (None, now))
    if kind is None:
        return None
    tx.execute(delete(halt).where(halt.c.sequence == sequence))
    if kind == RETIRED:
        return 0
    mine = (enrolment.c.sequence == sequence) & (enrolment.c.state == ACTIVE)
    inside = tx.execute(
        select(enrolment.c.id, enrolment.c.step_since).where(mine, enrolment.c.step_since > since)
    )
    late = [{"key": r.id, "shift": _seconds(now, r.step_since)} for r in inside]
    freeze = update(enrolment).where(mine, enrolment.c.step_since <= since)
    count = tx.execute(freeze.values(frozen=enrolment.c.frozen + _seconds(now, since))).rowcount
    if late:
        again = update(enrolment).where(enrolment.c.id == bindparam("key"))
        tx.execute(again.values(frozen=enrolment.c.frozen + bindparam("shift")), late)
    tx.execute(update(enrolment).where(mine, enrolment.c.lease_until.is_(None)).values(due_at=now))
    return count + len(late)


def retire(tx: Transaction, sequence: str, now: datetime) -> int:
    """End the sequence: everybody in it leaves, and nobody enters. Returns how many left.

    What is being sent at this moment is settled first; its enrolment ends then.
    """
    tx.execute(delete(halt).where(halt.c.sequence == sequence))
    tx.execute(insert(halt).values(sequence=sequence, kind=RETIRED, since=now))
    return stop(tx, enrolment.c.sequence == sequence, Reason.RETIRED, now)


def stop(tx: Transaction, which: ColumnElement[bool], reason: Reason, now: datetime) -> int:
    """End these enrolments, write down why, and close what was planned for them."""
    going = which & RUNNING & enrolment.c.lease_until.is_(None)
    write_down(tx, going, Verdict.STOP, reason, now)
    owners = select(enrolment.c.id).where(going)
    closed = {"state": TouchState.SKIPPED.value, "settled_at": now, "reason": "enrolment_ended"}
    planned = outbox.c.state == TouchState.PLANNED.value
    tx.execute(update(outbox).where(outbox.c.enrolment_id.in_(owners), planned).values(**closed))
    ended = {"state": EnrolmentState.STOPPED.value, "reason": reason.value, "ended_at": now}
    return tx.execute(update(enrolment).where(going).values(**ended)).rowcount


def write_down(
    tx: Transaction, which: ColumnElement[bool], verdict: Verdict, reason: Reason, now: datetime
) -> None:
    """Append one decision for each of these enrolments that has not ended."""
    given: dict[str, Any] = {"verdict": verdict.value, "reason": reason.value}
    told = select(
        enrolment.c.lead_id,
        enrolment.c.id,
        enrolment.c.sequence,
        enrolment.c.step,
        enrolment.c.occurrence,
        *(literal(value).label(name) for name, value in given.items()),
        literal({}, Json).label("detail"),
        literal(now, decision.c.at.type).label("at"),
    ).where(which, RUNNING)
    names = ["lead_id", "enrolment_id", "sequence", "step", "occurrence", *given, "detail", "at"]
    tx.execute(insert(decision).from_select(names, told))


def _seconds(now: datetime, since: datetime) -> int:
    return int((now - since).total_seconds())
