"""Turns claims into letters: renders each message and builds it, and keeps aside what cannot be built."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.work.sending.claims import Batch
from flows.work.sending.feedback import feedback_id
from flows.work.shop.wire import Shop
from nurture.blame import in_words, is_own
from nurture.deciding.consent import consent_to
from nurture.errors import RenderError
from nurture.project.book import Book
from nurture.project.catalog import worded
from nurture.project.types import typed
from nurture.speech.because import say_because
from nurture.texts.translation import in_language
from nurture.values import PROFILE_FIELDS, Claim, Lead, Letter, Snapshot
from nurture.words import Purpose
from outbound.message.attachments import calendar_part
from outbound.message.build import build_message

Broken = dict[int, tuple[int, str]]
"""Outbox id -> (attempt, why it could not be built)."""


def compose(shop: Shop, batch: Batch, claims: Sequence[Claim], now: datetime) -> tuple[list[Letter], Broken]:
    """Build the letters of these touches; one that fails is returned with its reason."""
    assert batch.book is not None
    shared = Shared(batch.book, shop.links.public_url)
    letters: list[Letter] = []
    broken: Broken = {}
    for claim in claims:
        try:
            assert claim.lead_id is not None
            facts = batch.snapshots[claim.lead_id]
            letters.append(_letter(shop, batch.book, claim, facts, shared, now))
        except Exception as error:
            if not is_own(error):
                raise
            broken[claim.id] = (claim.attempt, in_words(error))
    return letters, broken


def _letter(shop: Shop, book: Book, claim: Claim, facts: Snapshot, shared: Shared, now: datetime) -> Letter:
    assert claim.address_id is not None
    wanted = facts.lead.profile.get("language") or book.policy.language
    language = book.templates.spoken(claim.template, wanted)
    common = shared.within(language)
    unsubscribe = shop.links.unsubscribe_url(claim.address_id, claim.id)
    context = {
        **common,
        "lead": lead_context(book, facts.lead),
        "asset": common["assets"].get(claim.asset),
        "webinar": common["webinars"].get(claim.payload.get("webinar")),
        "sequence": {"name": claim.sequence, "title": _title(book, claim.sequence, language)},
        "because": _because(book, claim, facts, language),
        "unsubscribe_url": unsubscribe,
    }
    rendered = book.templates.render(claim.template, wanted, context)
    sender = book.policy.sender
    domain = sender.address.rpartition("@")[2]
    named = str(claim.payload["webinar"]) if claim.payload.get("ics") else None
    calendar = None if named is None else _calendar(book, named, language, now)
    content = build_message(
        sender=(sender.name, sender.address),
        recipient=claim.recipient,
        subject=rendered.subject,
        html=rendered.pieces,
        text=rendered.text,
        message_id=claim.message_id,
        date=now,
        unsubscribe_url=unsubscribe,
        unsubscribe_mailto=leave_by_mail(shop, claim),
        reply_to=sender.reply_to,
        list_id=f"{claim.topic}.{domain}" if claim.topic else None,
        feedback_id=feedback_id(claim.sequence, claim.step, claim.purpose, domain),
        automatic=claim.purpose == Purpose.SERVICE.value,
        attached=calendar,
    )
    return Letter(
        claim.id, claim.attempt, envelope_sender(shop, claim, sender.address), claim.recipient, content
    )


def envelope_sender(shop: Shop, claim: Claim, sender: str) -> str:
    """Where bounces of this message go: an address that names it (VERP), if the settings give one."""
    mailbox = shop.settings.bounce_address
    return shop.links.bounce_address(mailbox, claim.id) if mailbox else sender


def leave_by_mail(shop: Shop, claim: Claim) -> str | None:
    """The mailto form of leaving: offered only while the mailbox is read, so that nothing dead is offered."""
    mailbox = shop.settings.leaving_address
    if not mailbox or claim.address_id is None:
        return None
    return shop.links.unsubscribe_mailto(mailbox, claim.address_id, claim.id)


def _title(book: Book, name: str, language: str) -> str:
    """A sequence that was retired since the touch was claimed is called by its name."""
    said = book.sequences[name].title if name in book.sequences else name
    return in_language(said, language, book.policy.language)


def _because(book: Book, claim: Claim, facts: Snapshot, language: str) -> str:
    """Service mail answers a request; all other mail rests on a consent."""
    opened = next((one.signal for one in facts.enrolments if one.id == claim.enrolment_id), None)
    return say_because(
        claim.topic,
        consent_to(claim.topic, facts.consents),
        opened if claim.purpose == Purpose.SERVICE.value else None,
        titles=book.catalog.titles,
        language=language,
        home=book.policy.language,
        zone=book.policy.zone,
    )


def _calendar(book: Book, name: str, language: str, now: datetime) -> bytes:
    from nurture.ics import webinar_ics  # here, because icalendar is slow to load and most mails need none

    if name not in book.catalog.webinars:
        raise RenderError(f"the catalogue has no webinar {name!r} any more")
    sender = book.policy.sender
    found = book.catalog.webinars[name]
    webinar = found.model_copy(update=worded(found, language, book.policy.language))
    organiser = (sender.name, sender.address)
    calendar = webinar_ics(name, webinar, organiser=organiser, zone=book.policy.zone, made_at=now)
    return calendar_part(calendar)


class Shared:
    """What every template may use, the same for all leads, made once for each language that is read."""

    def __init__(self, book: Book, public_url: str) -> None:
        self.book, self.public_url = book, public_url
        self._made: dict[str, dict[str, Any]] = {}

    def within(self, language: str) -> dict[str, Any]:
        """The context of a message in that language."""
        if language not in self._made:
            self._made[language] = book_context(self.book, self.public_url, language)
        return self._made[language]


def book_context(book: Book, public_url: str, language: str) -> dict[str, Any]:
    """What every template may use in a message of that language, as plain data."""
    catalog, home = book.catalog, book.policy.language
    return {
        "assets": {
            name: {"name": name, **one.model_dump(mode="json"), **worded(one, language, home)}
            for name, one in catalog.assets.items()
        },
        "webinars": {
            name: {"name": name, **one.model_dump(), **worded(one, language, home)}
            for name, one in catalog.webinars.items()
        },
        "company": book.policy.company.model_dump(mode="json"),
        "sender": book.policy.sender.model_dump(mode="json"),
        "public_url": public_url,
    }


def lead_context(book: Book, lead: Lead) -> dict[str, Any]:
    """The lead as templates see it: in the declared types; none where unknown, so that `or` works."""
    kinds = book.catalog.attributes
    return {**dict.fromkeys([*PROFILE_FIELDS, *kinds]), **typed(lead.fields(), kinds)}
