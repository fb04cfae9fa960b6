"""Hands mature leads to sales: offers what waits for a seller, and delivers the notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.work.aside.culprits import leave_out
from flows.work.aside.sieve import Culprits, sieve
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.forward import forward, is_reply, language_of
from flows.work.handoffs.offer import lapse_offers, offer_unassigned
from flows.work.sending.letters import Broken, Shared, lead_context
from flows.work.sending.pace import shut_routes
from flows.work.sending.settle import settle_surely, settle_unbuilt
from flows.work.sending.start import start
from flows.work.sending.webhooks import call_others
from flows.work.shop.wire import HOLD, Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_snapshots
from leadstore.handoffs import due_times, leads_of, overdue, unassigned_ids
from leadstore.outbox.letters import claim_notices, due_notices, fail_planned
from leadstore.scores.history import Scored, read_for_scoring
from leadstore.store import in_thread
from nurture.blame import in_words, is_own
from nurture.deciding.routes import RELAY
from nurture.project.book import Book
from nurture.speech.brief import has_words, language_of_brief, make_brief
from nurture.values import Claim, Letter, Snapshot, as_terms
from nurture.words import AsideKind, AsideStage, OutboxKind, Stage
from outbound.message.build import build_message

BATCH = 64


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the notices of one claim are written from."""

    book: Book
    claims: Sequence[Claim]
    scored: Mapping[int, Scored]
    snapshots: Mapping[int, Snapshot]
    due: Mapping[int, datetime]


async def hand_off(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> dict[str, int]:
    """Offer unassigned leads and deliver pending notices.

    Returns offered, unassigned, lapsed, mails, mails_failed, those of webhooks, set_aside
    (leads), and unfinished: past the deadline no further batch is begun.
    """
    lapsed = await in_thread(_lapse, shop, shop.clock(now))
    offers = await in_thread(_assign, shop, shop.clock(now))
    total: Counter[str] = Counter()
    mine = deadline.half()
    while not (unfinished := mine.passed):
        found, parts, failed = await in_thread(_claim, shop, shop.clock(now))
        if not found:
            break
        total["failed"] += failed
        for facts in parts:
            letters, broken = _compose(shop, facts, shop.clock(now))
            if broken:
                total.update(await in_thread(settle_unbuilt, shop, broken, shop.clock(now)))
            total.update(await _send(shop, facts.claims, letters, now))
    calls = await call_others(shop, now, deadline)
    return {
        "offered": offers["offered"],
        "unassigned": offers["unassigned"],
        "lapsed": lapsed["lapsed"],
        "mails": total["notices_sent"],
        "mails_later": total["notices_planned"],
        "mails_failed": total["notices_refused"] + total["notices_failed"] + total["failed"],
        "mails_uncertain": total["notices_uncertain"],
        **calls,
        "unfinished": int(unfinished or calls["unfinished"]),
        "set_aside": offers["set_aside"] + lapsed["set_aside"],
    }


def _assign(shop: Shop, now: datetime) -> Counter[str]:
    def offer(tx: Transaction, ids: Sequence[int]) -> tuple[int, int]:
        return offer_unassigned(tx, shop.book(tx)[1], now, ids)

    sieved = sieve(
        shop.store,
        lambda tx, among: unassigned_ids(tx, BATCH * 8) if among is None else among,
        offer,
        lambda tx, culprits: _put_apart(tx, culprits, now),
    )
    offered, waiting = (sum(part[at] for part in sieved.done) for at in (0, 1))
    return Counter(offered=offered, unassigned=waiting, set_aside=len(sieved.apart))


def _lapse(shop: Shop, now: datetime) -> Counter[str]:
    def late(tx: Transaction, among: Sequence[int] | None) -> Sequence[int]:
        over = shop.book(tx)[1].policy.handoff.lapse
        return overdue(tx, now, over, BATCH * 8) if among is None else among

    sieved = sieve(
        shop.store,
        late,
        lambda tx, ids: lapse_offers(tx, shop.book(tx)[1], now, ids),
        lambda tx, culprits: leave_out(tx, AsideKind.LEAD, AsideStage.OFFER, culprits, now),
    )
    return Counter(lapsed=sum(sieved.done), set_aside=len(sieved.apart))


def _put_apart(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    """The lead of a handoff whose offer raised is offered to nobody until it is put back."""
    whose = leads_of(tx, [one for one, _ in culprits])
    leave_out(tx, AsideKind.LEAD, AsideStage.OFFER, [(whose[one], error) for one, error in culprits], now)


def _claim(shop: Shop, now: datetime) -> tuple[int, Sequence[_Facts], int]:
    """How many notices were due, the facts of those that could be claimed, and how many failed at that."""
    sieved = sieve(
        shop.store,
        lambda tx, among: _due(tx, now, among),
        lambda tx, ids: _read(shop, tx, ids, now),
        lambda tx, culprits: fail_planned(tx, {i: in_words(error) for i, error in culprits}, now),
    )
    return sieved.found, sieved.done, len(sieved.apart)


def _due(tx: Transaction, now: datetime, among: Sequence[int] | None) -> Sequence[int]:
    if RELAY in shut_routes(tx, now):
        return []  # they wait in the outbox until it is open again
    return due_notices(tx, OutboxKind.SELLER, now, BATCH) if among is None else among


def _read(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> _Facts:
    _, book = shop.book(tx)
    kind, worker = OutboxKind.SELLER, shop.settings.worker
    claims = claim_notices(tx, kind, now, limit=BATCH, worker=worker, lease=HOLD, among=ids)
    leads = [c.lead_id for c in claims if c.lead_id is not None]
    scored = {s.lead.id: s for s in read_for_scoring(tx, leads, None, terms=True)}
    snapshots = read_snapshots(tx, leads, signal_types=(), slots_since=now)
    due = due_times(tx, [int(i) for c in claims if (i := c.payload["handoff_id"]) is not None])
    return _Facts(book, claims, scored, {s.lead.id: s for s in snapshots}, due)


def _compose(shop: Shop, facts: _Facts, now: datetime) -> tuple[list[Letter], Broken]:
    book = facts.book
    shared = Shared(book, shop.links.public_url)
    letters: list[Letter] = []
    broken: Broken = {}
    for claim in facts.claims:
        try:
            letters.append(
                forward(book, claim, now) if is_reply(claim) else _notice(shop, facts, claim, shared, now)
            )
        except Exception as error:
            if not is_own(error):
                raise
            broken[claim.id] = (claim.attempt, in_words(error))
    return letters, broken


def _notice(shop: Shop, facts: _Facts, claim: Claim, shared: Shared, now: datetime) -> Letter:
    """The letter of one notice, all of it in one language that its seller reads."""
    assert claim.lead_id is not None
    book, scored = facts.book, facts.scored[claim.lead_id]
    read = language_of(book, str(claim.payload["seller"]))
    wanted = read if has_words(read) else "en"
    language = language_of_brief(book.templates.spoken(claim.template, wanted))
    brief = _brief(facts, claim, scored, language, now)
    more = {"lead": lead_context(book, scored.lead), "brief": brief, "handoff": brief}
    rendered = book.templates.render(claim.template, wanted, {**shared.within(language), **more})
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
        reply_to=_answers(shop, book, claim),
    )
    return Letter(claim.id, claim.attempt, sender.address, claim.recipient, content)


def _answers(shop: Shop, book: Book, claim: Claim) -> str | None:
    """Where a seller's answer to a notice goes: to whoever reads it as one, and never to the lead."""
    mailbox = shop.settings.answering_address
    if mailbox:
        return shop.links.answer_address(mailbox, claim.id)
    return book.policy.handoff.team or book.policy.sender.reply_to


def _brief(facts: _Facts, claim: Claim, scored: Scored, language: str, now: datetime) -> dict[str, Any]:
    book, catalog, policy = facts.book, facts.book.catalog, facts.book.policy
    shelves = (catalog.assets, catalog.webinars)
    titles = {name: one.title for shelf in shelves for name, one in shelf.items()}
    topics = {name: topic.title for name, topic in catalog.topics.items()}
    return make_brief(
        scored.lead,
        as_terms(scored.terms),
        scored.signals,
        cause=str(claim.payload["cause"]),
        now=now,
        titles=titles,
        consents=facts.snapshots[scored.lead.id].consents,
        labels={**{stage.value: policy.label(stage.value) for stage in Stage}, **topics},
        rules=book.scoring.titles,
        sequences=book.sequences,
        due_at=facts.due.get(claim.payload["handoff_id"] or 0),
        zone=policy.zone,
        language=language,
        home=policy.language,
    )


async def _send(
    shop: Shop, claims: Sequence[Claim], letters: Sequence[Letter], now: datetime
) -> Counter[str]:
    go, _ = await in_thread(start, shop, claims, shop.clock(now))
    wanted = [letter for letter in letters if letter.outbox_id in go]
    if not wanted:
        return Counter()
    deliveries = await shop.relay.send(wanted, lambda: shop.clock(now))
    return await settle_surely(shop, deliveries, shop.clock(now))
