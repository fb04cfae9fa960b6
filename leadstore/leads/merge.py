"""Merges a lead into another that is the same person: the stricter consent wins, addresses become aliases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from leadstore.consents.grants import suppress, withdraw_all, withdraw_topics
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import current_addresses, lock_leads
from leadstore.handoffs import close_for
from leadstore.rows import address, consent, enrolment, lead, outbox, signal, stage_change, suppression
from leadstore.scores.history import stage_row
from nurture.deciding.consent import ALL_TOPICS
from nurture.words import ConsentState, EnrolmentState, Reason, Sig, Stage, SuppressionReason, TouchState

KEPT = (Sig.HANDOFF_ACCEPTED.value, Sig.HANDOFF_REJECTED.value, Sig.LEAD_RECYCLED.value)
"""Signals that stay with the merged lead: what sales said of it is not said of the other."""


def merge(tx: Transaction, duplicate: int, into: int, now: datetime, source: str) -> bool:
    """Merge the lead `duplicate` into the lead `into`; False when there is nothing to merge.

    A topic withdrawn at either address, and a suppression of either, holds for the lead that stays; a
    consent is not carried over, for it belongs to the address that gave it. What the duplicate did counts for
    the other from now on; its sequences end.
    """
    lock_leads(tx, (duplicate, into))
    alive = lead.c.id.in_((duplicate, into)) & lead.c.merged_into.is_(None)
    found = {r.id: r.stage for r in tx.execute(select(lead.c.id, lead.c.stage).where(alive))}
    if duplicate == into or len(found) != 2:
        return False
    reached = current_addresses(tx, (duplicate, into))
    _take_the_stricter(tx, reached[duplicate], reached[into], now, source)
    tx.execute(update(address).where(address.c.lead_id == duplicate).values(lead_id=into, current=False))
    did = (signal.c.lead_id == duplicate) & signal.c.type.not_in(KEPT)
    tx.execute(update(signal).where(did).values(lead_id=into))
    _end(tx, duplicate, now)
    gone = {"stage": Stage.DISQUALIFIED.value, "mature": False, "changed": False, "recheck_at": None}
    tx.execute(update(lead).where(lead.c.id == duplicate).values(merged_into=into, **gone))
    told = stage_row(duplicate, Stage(found[duplicate]), Stage.DISQUALIFIED, f"merged into lead {into}", now)
    tx.execute(insert(stage_change).values(told))
    tx.execute(update(lead).where(lead.c.id == into).values(recheck_at=now, changed=True))
    return True


def _take_the_stricter(tx: Transaction, of: int, to: int, now: datetime, source: str) -> None:
    said = consent.c.state == ConsentState.WITHDRAWN.value
    topics = list(tx.scalars(select(consent.c.topic).where(consent.c.address_id == of, said)))
    if ALL_TOPICS in topics:
        withdraw_all(tx, to, now, source)
    withdraw_topics(tx, [(to, topic) for topic in topics if topic != ALL_TOPICS], now, source)
    in_force = (suppression.c.address_id == of) & suppression.c.lifted_at.is_(None)
    reason = tx.scalar(select(suppression.c.reason).where(in_force))
    if reason is not None:
        suppress(tx, [to], SuppressionReason(reason), now, source)


def _end(tx: Transaction, duplicate: int, now: datetime) -> None:
    """End its enrolments, skip what is planned for it, and close its handoffs."""
    running = enrolment.c.state.in_([EnrolmentState.ACTIVE.value, EnrolmentState.HELD.value])
    ended = {"state": EnrolmentState.STOPPED.value, "reason": Reason.DISQUALIFIED.value, "ended_at": now}
    tx.execute(update(enrolment).where(enrolment.c.lead_id == duplicate, running).values(**ended))
    planned = (outbox.c.lead_id == duplicate) & (outbox.c.state == TouchState.PLANNED.value)
    skipped = {"state": TouchState.SKIPPED.value, "reason": Reason.DISQUALIFIED.value, "settled_at": now}
    tx.execute(update(outbox).where(planned, outbox.c.enrolment_id.is_not(None)).values(**skipped))
    close_for(tx, [duplicate], now)
