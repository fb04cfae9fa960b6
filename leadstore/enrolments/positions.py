"""Adds enrolments, moves them to their next step, and lets the gate look at them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update

from leadstore.database.bulk import Bulk, StatementByIds, insert_into
from leadstore.database.transaction import Transaction
from leadstore.rows import as_enrolment, enrolment
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState

ACTIVE = EnrolmentState.ACTIVE.value


def enrol(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add enrolments; one that another worker has just added is passed over. Returns how many were new.

    Each row holds the columns of `enrolment` but id and state.
    """
    if not rows:
        return 0
    statement = insert_into(tx, enrolment).on_conflict_do_nothing().returning(enrolment.c.id)
    values = [{"state": ACTIVE, "occurrence": 1, "retries": 0, **row} for row in rows]
    return len(tx.execute(statement, values).all())


def write_positions(
    tx: Transaction,
    positions: Iterable[Position],
    now: datetime,
    leases: Mapping[int, datetime] | None = None,
) -> None:
    """Move enrolments to where the decisions put them; `leases` names those with a touch under way."""
    leases = leases or {}
    rows = [
        {
            "id": p.enrolment_id,
            "state": p.state.value,
            "step": p.step,
            "occurrence": p.occurrence,
            "step_since": p.step_since,
            "due_at": leases.get(p.enrolment_id, p.due_at),
            "first_due_at": p.first_due_at,
            "lease_until": leases.get(p.enrolment_id),
            "frozen": int(p.frozen.total_seconds()),
            "reason": p.reason.value if p.reason else None,
            "ended_at": None if p.state is EnrolmentState.ACTIVE else now,
        }
        for p in positions
    ]
    Bulk(tx).update(enrolment, rows)


def read_enrolments(tx: Transaction, ids: Sequence[int]) -> dict[int, Enrolment]:
    """These enrolments by id, without their entering signals."""
    return {r.id: as_enrolment(r) for r in _THESE.run(tx, ids).all()} if ids else {}


_THESE = StatementByIds(enrolment.c.id, lambda these: select(enrolment).where(these))


def postpone(tx: Transaction, rows: Sequence[tuple[int, datetime, bool]]) -> None:
    """The relay said later: (enrolment id, when to look again, whether that was one of its retries)."""
    if rows:
        again = update(enrolment).where(enrolment.c.id == bindparam("key"))
        tried = enrolment.c.retries + bindparam("tries")
        tx.execute(
            again.values(due_at=bindparam("due"), lease_until=None, retries=tried),
            [{"key": i, "due": due, "tries": int(counts)} for i, due, counts in rows],
        )


def forget_retries(tx: Transaction, ids: Sequence[int]) -> None:
    """Each touch has retries of its own: what one step met does not count against the next."""
    if ids:
        tx.execute(update(enrolment).where(enrolment.c.id.in_(ids)).values(retries=0))


def wake_leads(tx: Transaction, lead_ids: Iterable[int], now: datetime) -> int:
    """Let the gate look at these leads' waiting enrolments in the next tick; returns how many."""
    ids = sorted(set(lead_ids))
    return wake(tx, enrolment.c.lead_id.in_(ids), now) if ids else 0


def wake(tx: Transaction, these: ColumnElement[bool], now: datetime) -> int:
    """Let the gate look at those of these enrolments that wait in the next tick; returns how many."""
    waiting = (enrolment.c.state == ACTIVE) & (enrolment.c.due_at > now) & enrolment.c.lease_until.is_(None)
    return tx.execute(update(enrolment).where(these, waiting).values(due_at=now)).rowcount
