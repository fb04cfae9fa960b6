"""Hands mature leads to sales: offers what waits for a seller, and delivers the notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.work.aside.culprits import leave_out
from flows.work.aside.sieve import Culprits, sieve
from flows.work.counts import Counts, Summary
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.forward import forward, is_reply, language_of
from flows.work.handoffs.offer import lapse_offers, offer_unassigned
from flows.work.sending import notices
from flows.work.sending.letters import Batch, Kind, Shared, lead_context
from flows.work.sending.pipeline import deliver
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_snapshots
from leadstore.handoffs import due_times, leads_of, overdue, unassigned_ids
from leadstore.scores.history import Scored, read_for_scoring
from leadstore.store import in_thread
from nurture.errors import NotFound
from nurture.project.book import Book
from nurture.speech.brief import has_words, language_of_brief, make_brief
from nurture.values import Claim, Consent, Letter, as_terms
from nurture.words import AsideKind, AsideStage, OutboxKind, Stage
from outbound.message.build import build_message

BATCH = 512
"""Offers made, or lapsed, in one transaction."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a notice is written from."""

    scored: Scored
    consents: Mapping[str, Consent]
    due_at: datetime | None


async def hand_off(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> Summary:
    """Offer unassigned leads and deliver pending notices.

    Returns offered, unassigned, lapsed, mails, mails_later, mails_failed, mails_uncertain, set_aside (leads),
    and unfinished: past the deadline no further batch is begun.
    """
    lapsed = await in_thread(_lapse, shop, shop.clock(now))
    offers = await in_thread(_assign, shop, shop.clock(now))
    total, _ = await deliver(shop, SELLER_MAILS, now, deadline=deadline)
    return {
        "offered": offers["offered"],
        "unassigned": offers["unassigned"],
        "lapsed": lapsed["lapsed"],
        "mails": total["mails"],
        "mails_later": total["mails_later"],
        "mails_failed": total["mails_failed"] + total["failed"],
        "mails_uncertain": total["mails_uncertain"],
        "unfinished": total["unfinished"],
        "set_aside": offers["set_aside"] + lapsed["set_aside"],
    }


def _assign(shop: Shop, now: datetime) -> Counts:
    def offer(tx: Transaction, ids: Sequence[int]) -> tuple[int, int]:
        return offer_unassigned(tx, shop.book(tx)[1], now, ids)

    sieved = sieve(
        shop.store,
        lambda tx, among: unassigned_ids(tx, BATCH) if among is None else among,
        offer,
        lambda tx, culprits: _put_apart(tx, culprits, now),
    )
    offered, waiting = (sum(part[at] for part in sieved.done) for at in (0, 1))
    return Counts({"offered": offered, "unassigned": waiting, "set_aside": len(sieved.apart)})


def _lapse(shop: Shop, now: datetime) -> Counts:
    def late(tx: Transaction, among: Sequence[int] | None) -> Sequence[int]:
        over = shop.book(tx)[1].policy.handoff.lapse
        return overdue(tx, now, over, BATCH) if among is None else among

    sieved = sieve(
        shop.store,
        late,
        lambda tx, ids: lapse_offers(tx, shop.book(tx)[1], now, ids),
        lambda tx, culprits: leave_out(tx, AsideKind.LEAD, AsideStage.OFFER, culprits, now),
    )
    return Counts({"lapsed": sum(sieved.done), "set_aside": len(sieved.apart)})


def _put_apart(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    """The lead of a handoff whose offer raised is offered to nobody until it is put back."""
    whose = leads_of(tx, [one for one, _ in culprits])
    leave_out(tx, AsideKind.LEAD, AsideStage.OFFER, [(whose[one], error) for one, error in culprits], now)


def _claim(shop: Shop, now: datetime, limit: int) -> Batch:
    return notices.claim(shop, OutboxKind.SELLER, now, limit, _read)


def _read(tx: Transaction, book: Book, claims: Sequence[Claim], now: datetime) -> dict[int, _Facts]:
    leads = [c.lead_id for c in claims if c.lead_id is not None]
    scored = {s.lead.id: s for s in read_for_scoring(tx, leads, None, terms=True)}
    snapshots = {s.lead.id: s for s in read_snapshots(tx, leads, signal_types=(), slots_since=now)}
    due = due_times(tx, [int(i) for c in claims if (i := c.payload["handoff_id"]) is not None])
    return {
        c.id: _Facts(scored[c.lead_id], snapshots[c.lead_id].consents, due.get(c.payload["handoff_id"] or 0))
        for c in claims
        if c.lead_id is not None and c.lead_id in scored
    }


def _write(shop: Shop, shared: Shared, claim: Claim, facts: _Facts | None, now: datetime) -> Letter:
    """The letter of one notice, all of it in one language that its seller reads."""
    book = shared.book
    if is_reply(claim):
        return forward(book, claim, now)
    if facts is None:
        raise NotFound("the lead is gone")
    read = language_of(book, str(claim.payload["seller"]))
    wanted = read if has_words(read) else "en"
    language = language_of_brief(book.templates.spoken(claim.template, wanted))
    brief = _brief(book, claim, facts, language, now)
    more = {"lead": lead_context(book, facts.scored.lead), "brief": brief, "handoff": brief}
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


def _brief(book: Book, claim: Claim, facts: _Facts, language: str, now: datetime) -> dict[str, Any]:
    scored, catalog, policy = facts.scored, book.catalog, book.policy
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
        consents=facts.consents,
        labels={**{stage.value: policy.label(stage.value) for stage in Stage}, **topics},
        rules=book.scoring.titles,
        sequences=book.sequences,
        due_at=facts.due_at,
        zone=policy.zone,
        language=language,
        home=policy.language,
    )


SELLER_MAILS = Kind(OutboxKind.SELLER, notices.BATCH, _claim, _write)
"""Mails to sellers and the team, which the relay speaks."""
