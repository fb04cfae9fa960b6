"""Lets what failed go on, in set statements: back through the whole gate, or over the step given up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.enrolments.positions import forget_retries, read_enrolments, write_positions
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.failures import TOUCH, FailureFilter, Found, Stuck, find_stuck
from leadstore.outbox.letters import ROUND
from leadstore.rows import decision, enrolment, outbox
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState, Reason, TouchState, Verdict

CLOSED_BY_HOLDING = "enrolment_ended"
"""What a decision that failed had planned was closed with it, unsent, and is opened again with it."""
UNDER_NO_WORKER = [s.value for s in (TouchState.FAILED, TouchState.REFUSED, TouchState.SKIPPED)]
Place = Callable[[Enrolment], Position]
"""Where an enrolment goes on when its step is given up."""


def retry(tx: Transaction, wanted: FailureFilter, now: datetime) -> Found:
    """Let what failed be tried again, due now: every touch passes the whole gate.

    A touch keeps its Message-ID, its envelope and its first due time, from which `expires` counts. Returns
    what goes on and what must not.
    """
    found, refused = _locked(tx, wanted)
    touches = [one for one in found if one.kind == TOUCH]
    at_place = [one.id for one in touches if one.id is not None and not one.moved]
    moved = [one.id for one in touches if one.id is not None and one.moved]
    _plan_again(tx, at_place, now)
    _plan_notices_again(tx, [one.id for one in found if one.kind != TOUCH and one.id is not None], now)
    _close(tx, moved, Reason.MOVED, now)
    _reopen(tx, _enrolments(one for one in touches if one.id is None), now)
    _activate(tx, _enrolments(touches), now)
    _write_down(tx, touches, Verdict.MOVE, Reason.RETRIED, now)
    return found, refused


def give_up(
    tx: Transaction, ids: Sequence[int], place: Place, now: datetime, *, enrolments: Sequence[int] = ()
) -> Found:
    """Give up failed rows: none is sent, and each enrolment goes on to where `place` says.

    `enrolments` gives up the steps of those whose decision failed, instead of rows. Returns what was given
    up and what must not be.
    """
    found, refused = _locked(tx, FailureFilter(tuple(ids), enrolments=tuple(enrolments)))
    touches = [one for one in found if one.kind == TOUCH]
    standing = read_enrolments(tx, _enrolments(touches))
    _close(tx, [one.id for one in found if one.id is not None], Reason.GIVEN_UP, now)
    positions = [place(one) for one in standing.values()]
    write_positions(tx, positions, now)
    forget_retries(tx, list(standing))
    _write_down(tx, touches, Verdict.SKIP, Reason.GIVEN_UP, now)
    ended = {p.enrolment_id: p.reason for p in positions if p.state is not EnrolmentState.ACTIVE and p.reason}
    for reason in set(ended.values()):
        over = [one for one in touches if ended.get(one.enrolment_id or 0) is reason]
        _write_down(tx, over, Verdict.STOP, reason, now, told=False)
    return found, refused


def _locked(tx: Transaction, wanted: FailureFilter) -> Found:
    """Found under the locks of its leads, taken in the order of their ids."""
    before, _ = find_stuck(tx, wanted)
    leads = {one.lead_id for one in before if one.lead_id is not None}
    lock_leads(tx, leads)
    found, refused = find_stuck(tx, wanted)  # what another transaction did meanwhile is seen
    return [one for one in found if one.lead_id is None or one.lead_id in leads], refused


def _enrolments(stuck: Any) -> list[int]:
    return sorted({one.enrolment_id for one in stuck if one.enrolment_id is not None})


def _plan_again(tx: Transaction, ids: Collection[int], now: datetime, **more: Any) -> None:
    if not ids:
        return
    fresh = {"state": TouchState.PLANNED.value, "reason": Reason.RETRIED.value, "due_at": now}
    free = {
        "lease_until": None,
        "worker": None,
        "slot_at": None,
        "settled_at": None,
        "code": None,
        "reply": "",
    }
    these = Bulk(tx).among(outbox.c.id, ids) & outbox.c.state.in_(UNDER_NO_WORKER)
    tx.execute(update(outbox).where(these).values(**fresh, **free, **more))


def _plan_notices_again(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    """Their tries count anew, and yet no attempt has a number that it had before."""
    _plan_again(tx, ids, now, attempt=(outbox.c.attempt // ROUND + 1) * ROUND)


def _close(tx: Transaction, ids: Collection[int], reason: Reason, now: datetime) -> None:
    if ids:
        closed = {
            "state": TouchState.SKIPPED.value,
            "reason": reason.value,
            "settled_at": now,
            "slot_at": None,
        }
        tx.execute(update(outbox).where(Bulk(tx).among(outbox.c.id, ids)).values(**closed))


def _reopen(tx: Transaction, enrolment_ids: Collection[int], now: datetime) -> None:
    """Else the gate would take what was never sent for settled."""
    if not enrolment_ids:
        return
    at_its_place = (
        select(enrolment.c.id)
        .where(enrolment.c.id == outbox.c.enrolment_id)
        .where(enrolment.c.step == outbox.c.step, enrolment.c.occurrence == outbox.c.occurrence)
    )
    query = select(outbox.c.id).where(Bulk(tx).among(outbox.c.enrolment_id, enrolment_ids))
    query = query.where(outbox.c.state == TouchState.SKIPPED.value, outbox.c.reason == CLOSED_BY_HOLDING)
    _plan_again(tx, list(tx.scalars(query.where(at_its_place.exists()))), now)


def _activate(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    if ids:
        fresh = {"state": EnrolmentState.ACTIVE.value, "due_at": now, "retries": 0, "lease_until": None}
        these = Bulk(tx).among(enrolment.c.id, ids)
        tx.execute(update(enrolment).where(these).values(**fresh, reason=None, ended_at=None))


def _write_down(
    tx: Transaction,
    touches: Sequence[Stuck],
    verdict: Verdict,
    reason: Reason,
    now: datetime,
    *,
    told: bool = True,
) -> None:
    """Append that the operator decided it; `told` keeps why it had failed, which its row forgets."""
    rows = [
        {
            "lead_id": one.lead_id,
            "enrolment_id": one.enrolment_id,
            "sequence": one.sequence,
            "step": one.step,
            "occurrence": one.occurrence,
            "verdict": verdict.value,
            "reason": reason.value,
            "until": None,
            "detail": {"failed": one.reason, "reply": one.reply} if told else {},
            "at": now,
        }
        for one in touches
    ]
    Bulk(tx).add(decision, rows)
