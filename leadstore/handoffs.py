"""Handoffs: one per lead and cycle, offered to the seller who has had the fewest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from leadstore.aside import left_alone
from leadstore.database.bulk import insert_into
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import latest_handoffs, lock_leads
from leadstore.rows import handoff, lead, seller
from nurture.words import OPEN_HANDOFF, AsideStage, HandoffState

IS_OPEN = or_(*(handoff.c.state == state.value for state in sorted(OPEN_HANDOFF)))
"""Spelt out: an IN takes a list, and a statement that is run for many rows at once takes none."""
ANSWERABLE = [*(state.value for state in OPEN_HANDOFF), HandoffState.LAPSED.value]
IS_UNASSIGNED = handoff.c.state == HandoffState.UNASSIGNED.value
_OLDEST = (handoff.c.created_at, handoff.c.id)


@dataclass(frozen=True, slots=True)
class Offer:
    """A mature lead on its way to sales. `seller` None: nobody to offer it to."""

    id: int
    lead_id: int
    cycle: int
    cause: str
    seller: str | None


def open_handoffs(
    tx: Transaction,
    causes: Mapping[int, str],
    sellers: Sequence[str],
    now: datetime,
    due: timedelta,
) -> list[Offer]:
    """Offer these leads (id -> cause, who comes first first) round-robin to `sellers`.

    A lead whose cycle already has a handoff, or that has an open one, is passed over: the
    constraints decide, so that two workers cannot offer one lead twice.
    """
    if not causes:
        return []
    cycles = _cycles(tx, causes)
    rows = [
        {
            "lead_id": i,
            "cycle": cycles[i],
            "state": HandoffState.UNASSIGNED.value,
            "cause": cause[:200],
            "created_at": now,
        }
        for i, cause in causes.items()
    ]
    statement = insert_into(tx, handoff).on_conflict_do_nothing()
    new = tx.execute(statement.returning(handoff.c.id, handoff.c.lead_id), rows).all()
    ids = {r.lead_id: r.id for r in new}
    offers = [Offer(ids[i], i, cycles[i], cause, None) for i, cause in causes.items() if i in ids]
    return assign(tx, offers, sellers, now, due)


def _cycles(tx: Transaction, lead_ids: Collection[int]) -> dict[int, int]:
    rows = tx.execute(select(lead.c.id, lead.c.cycle).where(lead.c.id.in_(list(lead_ids))))
    return {r.id: r.cycle for r in rows}


def unassigned_ids(tx: Transaction, limit: int) -> list[int]:
    """Handoffs that nobody could be offered yet, oldest first; those of leads set aside are left out."""
    query = select(handoff.c.id).where(IS_UNASSIGNED, ~left_alone(AsideStage.OFFER, handoff.c.lead_id))
    return list(tx.scalars(query.order_by(*_OLDEST).limit(limit)))


def unassigned(tx: Transaction, limit: int, among: Collection[int] | None = None) -> list[Offer]:
    """Handoffs (`among` these) that nobody could be offered yet, oldest first, locked after their leads.

    Scoring and sellers' answers lock a lead's row before its handoff's: in the other order, two workers
    would wait for each other.
    """
    these = handoff.c.id.in_(unassigned_ids(tx, limit) if among is None else list(among)) & IS_UNASSIGNED
    leads = set(tx.scalars(select(handoff.c.lead_id).where(these)))
    lock_leads(tx, leads)
    query = select(handoff).where(these, handoff.c.lead_id.in_(leads)).order_by(*_OLDEST)
    rows = tx.execute(query.with_for_update(skip_locked=True))
    return [Offer(r.id, r.lead_id, r.cycle, r.cause, None) for r in rows]


def assign(
    tx: Transaction, offers: Sequence[Offer], sellers: Sequence[str], now: datetime, due: timedelta
) -> list[Offer]:
    """Give each offer to the seller who has had the fewest; without sellers they stay unassigned."""
    if not sellers or not offers:
        return list(offers)
    counts = _counts(tx, sellers)
    given = []
    for offer in offers:
        name = min(sellers, key=lambda s: (counts[s], sellers.index(s)))
        counts[name] += 1
        given.append(Offer(offer.id, offer.lead_id, offer.cycle, offer.cause, name))
    offered = {"state": HandoffState.OFFERED.value, "offered_at": now, "due_at": now + due}
    rows = [{"key": o.id, "seller": o.seller, **offered} for o in given]
    tx.execute(update(handoff).where(handoff.c.id == bindparam("key")), rows)
    tallies = [{"who": s, "offered": counts[s], "last_offered_at": now} for s in sellers]
    tx.execute(update(seller).where(seller.c.name == bindparam("who")), tallies)
    return given


def _counts(tx: Transaction, sellers: Sequence[str]) -> dict[str, int]:
    """How many each has been offered; a new seller starts level with the one who has had the fewest."""
    query = select(seller.c.name, seller.c.offered).where(seller.c.name.in_(sellers)).order_by(seller.c.name)
    least = min((r.offered for r in tx.execute(query)), default=0)
    fresh = [{"name": s, "offered": least} for s in sorted(sellers)]
    tx.execute(insert_into(tx, seller).on_conflict_do_nothing(), fresh)
    return {r.name: r.offered for r in tx.execute(query.with_for_update())}


def answer(tx: Transaction, handoff_id: int, state: HandoffState, reason: str, now: datetime) -> bool:
    """Record a seller's answer to an open offer; False when it was answered before."""
    given = {"state": state.value, "answer": reason, "answered_at": now}
    where = (handoff.c.id == handoff_id) & (handoff.c.state == HandoffState.OFFERED.value)
    return bool(tx.execute(update(handoff).where(where).values(**given)).rowcount)


def answer_for(tx: Transaction, said: Mapping[int, str], state: HandoffState, now: datetime) -> None:
    """Record what sales answered (lead id -> reason) to the handoffs of these leads.

    An answer is about the open offer; where there is none, about the latest that lapsed. Others stay.
    """
    by_reason: dict[str, list[int]] = defaultdict(list)
    for lead_id, reason in said.items():
        by_reason[reason[:200]].append(lead_id)
    for reason, ids in by_reason.items():
        latest = latest_handoffs(handoff.c.lead_id.in_(ids)).with_only_columns(handoff.c.id)
        answerable = latest.where(handoff.c.state.in_(ANSWERABLE))
        given = {"state": state.value, "answer": reason, "answered_at": now}
        tx.execute(update(handoff).where(handoff.c.id.in_(answerable)).values(**given))


def overdue(tx: Transaction, now: datetime, over: timedelta, limit: int) -> list[int]:
    """Leads whose offer is overdue by `over` without an answer; those set aside are left out."""
    late = _late(now, over) & ~left_alone(AsideStage.OFFER, handoff.c.lead_id)
    return list(tx.scalars(select(handoff.c.lead_id).where(late).order_by(handoff.c.id).limit(limit)))


def lapse(
    tx: Transaction, now: datetime, over: timedelta, limit: int, among: Sequence[int] | None = None
) -> dict[int, int]:
    """End offers (of leads `among` these) that are overdue by `over` without an answer.

    The leads are locked before their handoffs, as everywhere. `limit` bounds how many go at once. Returns
    lead id -> cycle of each.
    """
    is_late = _late(now, over)
    leads = overdue(tx, now, over, limit) if among is None else among
    if not leads:
        return {}
    lock_leads(tx, leads)
    query = select(handoff.c.id, handoff.c.lead_id, handoff.c.cycle)
    late = tx.execute(query.where(is_late, handoff.c.lead_id.in_(leads)).with_for_update()).all()
    ended = {"state": HandoffState.LAPSED.value, "answer": "nobody answered", "answered_at": now}
    tx.execute(update(handoff).where(handoff.c.id.in_([one.id for one in late])).values(**ended))
    return {one.lead_id: one.cycle for one in late}


def _late(now: datetime, over: timedelta) -> Any:
    return (handoff.c.state == HandoffState.OFFERED.value) & (handoff.c.due_at <= now - over)


def snooze(tx: Transaction, until: Mapping[int, datetime], most: timedelta) -> None:
    """Let sellers answer later (lead id -> until when), but no later than `most` after the offer."""
    if not until:
        return
    query = select(handoff.c.id, handoff.c.lead_id, handoff.c.offered_at).where(
        handoff.c.lead_id.in_(list(until)), handoff.c.state == HandoffState.OFFERED.value
    )
    rows = [
        {"key": one.id, "due": min(until[one.lead_id], one.offered_at + most)} for one in tx.execute(query)
    ]
    if rows:
        later = update(handoff).where(handoff.c.id == bindparam("key")).values(due_at=bindparam("due"))
        tx.execute(later, rows)


def close_for(tx: Transaction, lead_ids: Collection[int], now: datetime) -> None:
    """End the open handoffs of these leads without an answer: they bought, or went back to nurturing."""
    if not lead_ids:
        return
    closed = {"state": HandoffState.CLOSED.value, "answered_at": now}
    these = handoff.c.lead_id.in_(list(lead_ids))
    tx.execute(update(handoff).where(these, IS_OPEN).values(**closed))


def due_times(tx: Transaction, ids: Collection[int]) -> dict[int, datetime]:
    """When each of these offers wants its answer."""
    rows = tx.execute(select(handoff.c.id, handoff.c.due_at).where(handoff.c.id.in_(list(ids))))
    return {r.id: r.due_at for r in rows if r.due_at is not None}


def leads_of(tx: Transaction, ids: Collection[int]) -> dict[int, int]:
    """Whose handoffs these are: id -> lead id."""
    rows = tx.execute(select(handoff.c.id, handoff.c.lead_id).where(handoff.c.id.in_(list(ids))))
    return {r.id: r.lead_id for r in rows}
