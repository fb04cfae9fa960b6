"""Hands mature leads to sales: offers what waits for a seller, and delivers the notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.composing import Broken, book_context, lead_context
from flows.work.forwarding import forward, is_reply
from flows.work.offering import lapse_offers, offer_unassigned
from flows.work.pacing import shut_routes
from flows.work.settling import settle_surely, settle_unbuilt
from flows.work.telling import call_others
from flows.work.wiring import LEASE, Shop
from leadstore.handoffs import due_times
from leadstore.outbox import claim_notices, mark_started
from leadstore.scores import Scored, read_for_scoring
from leadstore.snapshots import read_snapshots
from leadstore.store import in_thread
from nurture.book import Book
from nurture.brief import make_brief
from nurture.errors import NurtureError
from nurture.policy import Seller
from nurture.routes import RELAY
from nurture.values import Claim, Letter, Snapshot, as_terms
from nurture.words import OutboxKind, Stage
from outbound.message import build_message

BATCH = 64


async def hand_off(shop: Shop, now: datetime) -> dict[str, int]:
    """Offer unassigned leads and deliver pending notices; returns how many of each."""
    lapsed = await in_thread(_lapse, shop, shop.clock(now))
    offered, unassigned = await in_thread(_assign, shop, shop.clock(now))
    total: Counter[str] = Counter()
    while True:
        claims, letters, broken = await in_thread(_claim, shop, shop.clock(now))
        if not claims:
            break
        if broken:
            total.update(await in_thread(settle_unbuilt, shop, broken, shop.clock(now)))
        total.update(await _send(shop, claims, letters, now))
    calls = await call_others(shop, now)
    return {
        "offered": offered,
        "unassigned": unassigned,
        "lapsed": lapsed,
        "mails": total["notices_sent"],
        "mails_failed": total["notices_refused"] + total["failed"],
        **calls,
    }


def _assign(shop: Shop, now: datetime) -> tuple[int, int]:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        return offer_unassigned(tx, book, now, BATCH * 8)


def _lapse(shop: Shop, now: datetime) -> int:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        return lapse_offers(tx, book, now, BATCH * 8)


def _claim(shop: Shop, now: datetime) -> tuple[list[Claim], list[Letter], Broken]:
    with shop.store.begin() as tx:
        if RELAY in shut_routes(tx, now):
            return [], [], {}  # they wait in the outbox until it is open again
        _, book = shop.book(tx)
        claims = claim_notices(
            tx, OutboxKind.SELLER, now, limit=BATCH, worker=shop.settings.worker, lease=LEASE
        )
        ids = [c.lead_id for c in claims if c.lead_id is not None]
        scored = {s.lead.id: s for s in read_for_scoring(tx, ids, None, terms=True)}
        facts = read_snapshots(tx, ids, signal_types=(), slots_since=now)
        due = due_times(tx, [int(i) for c in claims if (i := c.payload["handoff_id"]) is not None])
    by_lead = {s.lead.id: s for s in facts}
    shared = book_context(book, shop.links.public_url)
    letters: list[Letter] = []
    broken: Broken = {}
    for claim in claims:
        assert claim.lead_id is not None
        try:
            if is_reply(claim):
                letters.append(forward(book, claim, now))
                continue
            brief = _brief(book, claim, scored[claim.lead_id], by_lead[claim.lead_id], due, now)
            letters.append(_letter(book, claim, scored[claim.lead_id], brief, shared, now))
        except NurtureError as error:
            broken[claim.id] = (claim.attempt, error.message)
    return claims, letters, broken


def _brief(
    book: Book,
    claim: Claim,
    scored: Scored,
    facts: Snapshot,
    due: Mapping[int, datetime],
    now: datetime,
) -> dict[str, Any]:
    seller = _seller(book, claim)
    catalog = book.catalog
    titles = {name: one.title for shelf in (catalog.assets, catalog.webinars) for name, one in shelf.items()}
    topics = {name: topic.title for name, topic in catalog.topics.items()}
    return make_brief(
        scored.lead,
        as_terms(scored.terms),
        scored.signals,
        cause=str(claim.payload["cause"]),
        now=now,
        titles=titles,
        consents=facts.consents,
        labels={**{stage.value: book.policy.label(stage.value) for stage in Stage}, **topics},
        due_at=due.get(claim.payload["handoff_id"] or 0),
        zone=book.policy.zone,
        language=(seller.language if seller else None) or book.policy.language,
    )


def _seller(book: Book, claim: Claim) -> Seller | None:
    """The seller of an older release may be gone from this one; the notice goes all the same."""
    return next((s for s in book.policy.handoff.sellers if s.name == claim.payload["seller"]), None)


def _letter(
    book: Book,
    claim: Claim,
    scored: Scored,
    brief: Mapping[str, Any],
    shared: Mapping[str, Any],
    now: datetime,
) -> Letter:
    seller = _seller(book, claim)
    language = (seller.language if seller else None) or book.policy.language
    context = {**shared, "lead": lead_context(book, scored.lead), "brief": brief, "handoff": brief}
    rendered = book.templates.render(claim.template, language, context)
    sender = book.policy.sender
    content = build_message(
        sender=(sender.name, sender.address),
        recipient=claim.recipient,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        message_id=claim.message_id,
        date=now,
        unsubscribe_url=None,
        automatic=True,
        reply_to=scored.lead.address,
    )
    return Letter(claim.id, claim.attempt, sender.address, claim.recipient, content)


async def _send(
    shop: Shop, claims: Sequence[Claim], letters: Sequence[Letter], now: datetime
) -> Counter[str]:
    go = await in_thread(_start, shop, claims, shop.clock(now))
    wanted = [letter for letter in letters if letter.outbox_id in go]
    if not wanted:
        return Counter()
    deliveries = await shop.relay.send(wanted, lambda: shop.clock(now))
    return await settle_surely(shop, deliveries, shop.clock(now))


def _start(shop: Shop, claims: Sequence[Claim], now: datetime) -> set[int]:
    with shop.store.begin() as tx:
        return mark_started(tx, claims, now)
