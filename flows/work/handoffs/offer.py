"""Offers mature leads to sellers: the handoff and its notice are written together."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from leadstore import notes
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import message_id
from leadstore.handoffs import Offer, assign, lapse, open_handoffs, unassigned
from leadstore.outbox.letters import add_notices
from leadstore.scores.history import Scoring
from leadstore.signals import append_signals
from nurture.project.book import Book
from nurture.values import NewSignal
from nurture.words import OutboxKind, Sig

log = logging.getLogger("nurture.handoff")
TEMPLATE = "seller/handoff"
SOURCE = "nurture"
NO_ANSWER = "no_answer"
"""Why a lead is sent back that a seller had and did not answer for."""


def offer(tx: Transaction, book: Book, ready: Sequence[Scoring], now: datetime) -> None:
    """Offer these mature leads to sellers, who comes first first."""
    offer_leads(tx, book, {r.lead_id: r.cause for r in sorted(ready, key=rank)}, now)


def offer_leads(tx: Transaction, book: Book, causes: Mapping[int, str], now: datetime) -> None:
    """Offer these leads (lead id -> cause, who comes first first) to sellers, who are told by notices."""
    if not causes:
        return
    sellers = [s.name for s in book.policy.handoff.sellers]
    offers = open_handoffs(tx, causes, sellers, now, book.policy.handoff.due)
    notify(tx, book, offers, now)
    if alone := sum(o.seller is None for o in offers):
        log.warning("%d leads are ready for sales, and nurture.yaml names no seller to offer them to", alone)


def offer_unassigned(tx: Transaction, book: Book, now: datetime, ids: Sequence[int]) -> tuple[int, int]:
    """Offer those of these handoffs that nobody could be offered; returns (offered, still unassigned)."""
    waiting = unassigned(tx, len(ids), ids)
    sellers = [s.name for s in book.policy.handoff.sellers]
    given = assign(tx, waiting, sellers, now, book.policy.handoff.due)
    notify(tx, book, given, now)
    offered = sum(o.seller is not None for o in given)
    return offered, len(waiting) - offered


def lapse_offers(tx: Transaction, book: Book, now: datetime, leads: Sequence[int]) -> int:
    """End the offers of these leads that nobody answered in time; returns how many. They are nurtured again.

    Each is sent back by a signal of its own, which the next tick takes in: engagement counts from zero, and
    the lead may mature again.
    """
    ended = lapse(tx, now, book.policy.handoff.lapse, len(leads), leads)
    again = [
        NewSignal(
            lead_id=lead_id,
            type=Sig.LEAD_RECYCLED.value,
            occurred_at=now,
            source=SOURCE,
            source_id=f"lapsed:{lead_id}:{cycle}",
            properties={"reason": NO_ANSWER},
        )
        for lead_id, cycle in ended.items()
    ]
    append_signals(tx, again, now)
    if ended:
        log.warning("%d offers lapsed: no seller answered them; their leads are nurtured again", len(ended))
    return len(ended)


def notify(tx: Transaction, book: Book, offers: Sequence[Offer], now: datetime) -> None:
    """Put one notice per offer into the outbox; it is there before anybody speaks."""
    addresses = {s.name: s.address for s in book.policy.handoff.sellers}
    store_id = notes.read_note(tx, "store_id") or ""
    domain = book.policy.sender.address.rpartition("@")[2]
    rows = [
        {
            "kind": OutboxKind.SELLER.value,
            "lead_id": o.lead_id,
            "handoff_id": o.id,
            "template": TEMPLATE,
            "recipient": addresses[o.seller],
            "payload": {"seller": o.seller, "cause": o.cause},
            "dedupe": f"handoff:{o.id}:offer",
            "message_id": message_id(store_id, o.id, "handoff", o.cycle, domain),
        }
        for o in offers
        if o.seller is not None
    ]
    add_notices(tx, rows, now)


def rank(result: Scoring) -> tuple[int, str, float]:
    """Who should be called first: the hotter, then the better fit, then the higher sum of both scores."""
    return result.score.heat, result.score.grade, -(result.score.fit + result.score.engagement)
