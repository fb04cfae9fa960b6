"""Moves or ends enrolments whose sequence has changed, in set statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, case, func, select, update

from leadstore.database.transaction import Transaction
from leadstore.enrolments.halts import RUNNING, stop, write_down
from leadstore.rows import enrolment, outbox
from nurture.words import Reason, TouchState, Verdict

PLANNED = TouchState.PLANNED.value


def places(tx: Transaction, sequences: Collection[str]) -> dict[tuple[str, str, str], int]:
    """How many enrolments of these sequences stand at each (sequence, version, step)."""
    where = (enrolment.c.sequence, enrolment.c.version, enrolment.c.step)
    query = select(*where, func.count()).where(enrolment.c.sequence.in_(sequences), RUNNING).group_by(*where)
    return {(sequence, version, step): n for sequence, version, step, n in tx.execute(query)}


def running(tx: Transaction) -> dict[str, int]:
    """How many enrolments of each sequence have not come to an end."""
    query = select(enrolment.c.sequence, func.count()).where(RUNNING).group_by(enrolment.c.sequence)
    return {row.sequence: row[1] for row in tx.execute(query)}


def move(
    tx: Transaction,
    sequence: str,
    version: str,
    release_id: int,
    steps: tuple[str, str],
    priority: int,
    now: datetime,
) -> int:
    """Move enrolments at the first of `steps` in another version to the second in this one.

    They keep their identity and their times, and are looked at in the next pass. What was planned
    for the old step is planned for the new one, unless that was settled before.
    """
    old, new = steps
    going = and_(
        enrolment.c.sequence == sequence, enrolment.c.version != version, enrolment.c.step == old, RUNNING
    )
    write_down(tx, going, Verdict.MOVE, Reason.MOVED, now)
    if old != new:
        _rename_planned(tx, going, old, new, now)
    due = case((enrolment.c.lease_until.is_(None), now), else_=enrolment.c.due_at)
    values = {"step": new, "version": version, "release_id": release_id, "priority": priority, "due_at": due}
    return tx.execute(update(enrolment).where(going).values(**values)).rowcount


def let_go(tx: Transaction, sequence: str, version: str, now: datetime) -> int:
    """End the enrolments that follow another version of the sequence."""
    going = and_(enrolment.c.sequence == sequence, enrolment.c.version != version)
    return stop(tx, going, Reason.CHANGED, now)


def let_go_all(tx: Transaction, sequence: str, now: datetime) -> int:
    """End every enrolment of a sequence that the release no longer has."""
    return stop(tx, enrolment.c.sequence == sequence, Reason.RETIRED, now)


def _rename_planned(tx: Transaction, going: object, old: str, new: str, now: datetime) -> None:
    owners = select(enrolment.c.id).where(going)  # type: ignore[arg-type]  # a clause
    waiting = and_(outbox.c.enrolment_id.in_(owners), outbox.c.step == old, outbox.c.state == PLANNED)
    other = outbox.alias()
    taken = select(other.c.id).where(
        other.c.enrolment_id == outbox.c.enrolment_id,
        other.c.step == new,
        other.c.occurrence == outbox.c.occurrence,
    )
    closed = {"state": TouchState.SKIPPED.value, "settled_at": now, "reason": Reason.MOVED.value}
    tx.execute(update(outbox).where(waiting, taken.exists()).values(**closed))
    tx.execute(update(outbox).where(waiting).values(step=new))
