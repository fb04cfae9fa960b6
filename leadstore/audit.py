"""Reads what was sent and what forbade sending, so that the promises can be checked against the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from leadstore.database.transaction import Transaction
from leadstore.rows import address, as_value, consent, decision, enrolment, handoff, lead, outbox, suppression
from nurture.words import ConsentState, OutboxKind, Reason, Stage, Verdict


@dataclass(frozen=True, slots=True)
class Spoken:
    """One outbox row whose message was started: to whom, what kind, and what became of it."""

    message_id: str
    kind: str
    address: str
    topic: str
    purpose: str
    state: str
    started_at: datetime
    reply: str


@dataclass(frozen=True, slots=True)
class Person:
    """A lead by its id and address, with the topics whose consent is pending."""

    lead_id: int
    address: str
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Census:
    """Numbers of leads, enrolments, waits and handoffs."""

    leads: int
    enrolled: int  # leads that entered any sequence
    by_sequence: dict[str, int]  # leads that entered each
    held: dict[str, int]  # touches that were held back at least once, by reason
    handed_off: int  # leads that a seller was offered
    customers: int


def people(tx: Transaction) -> list[Person]:
    """Every lead, by the order of their ids."""
    waiting: dict[int, list[str]] = {}
    pending = select(consent.c.address_id, consent.c.topic).where(
        consent.c.state == ConsentState.PENDING.value
    )
    for row in tx.execute(pending.order_by(consent.c.topic)):
        waiting.setdefault(row.address_id, []).append(row.topic)
    query = select(address).where(address.c.current).order_by(address.c.lead_id)
    return [Person(r.lead_id, r.address, tuple(waiting.get(r.id, ()))) for r in tx.execute(query)]


def spoken(tx: Transaction) -> list[Spoken]:
    """Every row whose message was started, the oldest first."""
    query = (
        select(outbox, address.c.address)
        .join_from(outbox, address, outbox.c.address_id == address.c.id, isouter=True)
        .where(outbox.c.started_at.is_not(None))
        .order_by(outbox.c.started_at, outbox.c.id)
    )
    return [
        as_value(Spoken, r, address=r.address if r.kind == OutboxKind.TOUCH else r.recipient)
        for r in tx.execute(query)
    ]


def suppressed_since(tx: Transaction) -> dict[str, datetime]:
    """The suppressed addresses, and since when."""
    query = select(address.c.address, suppression.c.at).join_from(
        suppression, address, suppression.c.address_id == address.c.id
    )
    return {r.address: r.at for r in tx.execute(query.where(suppression.c.lifted_at.is_(None)))}


def withdrawn_since(tx: Transaction) -> dict[tuple[str, str], datetime]:
    """The withdrawn consents by (address, topic), and since when; a withdrawal of all topics is under `*`."""
    query = select(address.c.address, consent.c.topic, consent.c.at).join_from(
        consent, address, consent.c.address_id == address.c.id
    )
    rows = tx.execute(query.where(consent.c.state == ConsentState.WITHDRAWN.value))
    return {(r.address, r.topic): r.at for r in rows}


def tally(tx: Transaction) -> Census:
    """Count leads, enrolments, waits and handoffs."""
    entered = tx.execute(select(enrolment.c.lead_id, enrolment.c.sequence).distinct()).all()
    offered = select(func.count(func.distinct(handoff.c.lead_id))).where(handoff.c.offered_at.is_not(None))
    bought = select(func.count()).select_from(lead).where(lead.c.stage == Stage.CUSTOMER.value)
    return Census(
        leads=tx.scalar(select(func.count()).select_from(address).where(address.c.current)) or 0,
        enrolled=len({r.lead_id for r in entered}),
        by_sequence=dict(sorted(Counter(r.sequence for r in entered).items())),
        held=_held(tx),
        handed_off=tx.scalar(offered) or 0,
        customers=tx.scalar(bought) or 0,
    )


def _held(tx: Transaction) -> dict[str, int]:
    """A touch that waits for days is looked at often, and counted once for each reason."""
    waits = select(decision.c.enrolment_id, decision.c.step, decision.c.occurrence, decision.c.reason).where(
        decision.c.verdict == Verdict.WAIT.value, decision.c.reason != Reason.STEP_WAIT.value
    )
    return dict(Counter(r.reason for r in tx.execute(waits.distinct())).most_common())
