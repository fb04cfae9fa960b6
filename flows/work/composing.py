"""Turns claims into letters: renders each message and builds it, and keeps aside what cannot be built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.work.feedback import feedback_id
from flows.work.wiring import Shop
from nurture.blame import in_words, is_own
from nurture.book import Book
from nurture.errors import RenderError
from nurture.stored import typed
from nurture.values import PROFILE_FIELDS, Claim, Lead, Letter
from nurture.words import Purpose
from outbound.attaching import calendar_part
from outbound.message import build_message

if TYPE_CHECKING:
    from flows.work.feed import Batch

Broken = dict[int, tuple[int, str]]
"""Outbox id -> (attempt, why it could not be built)."""


def compose(shop: Shop, batch: Batch, claims: Sequence[Claim], now: datetime) -> tuple[list[Letter], Broken]:
    """Build the letters of these touches; one that fails is returned with its reason."""
    assert batch.book is not None
    shared = book_context(batch.book, shop.links.public_url)
    letters: list[Letter] = []
    broken: Broken = {}
    for claim in claims:
        try:
            assert claim.lead_id is not None
            lead = batch.snapshots[claim.lead_id].lead
            letters.append(_letter(shop, batch.book, claim, lead, shared, now))
        except Exception as error:
            if not is_own(error):
                raise
            broken[claim.id] = (claim.attempt, in_words(error))
    return letters, broken


def _letter(
    shop: Shop, book: Book, claim: Claim, lead: Lead, shared: Mapping[str, Any], now: datetime
) -> Letter:
    assert claim.address_id is not None
    unsubscribe = shop.links.unsubscribe_url(claim.address_id, claim.id)
    context = {
        **shared,
        "lead": lead_context(book, lead),
        "asset": shared["assets"].get(claim.asset),
        "webinar": shared["webinars"].get(claim.payload.get("webinar")),
        "sequence": {"name": claim.sequence, "title": _title(book, claim.sequence)},
        "unsubscribe_url": unsubscribe,
    }
    language = lead.profile.get("language") or book.policy.language
    rendered = book.templates.render(claim.template, language, context)
    marketing = claim.purpose != Purpose.SERVICE.value
    sender = book.policy.sender
    content = build_message(
        sender=(sender.name, sender.address),
        recipient=claim.recipient,
        subject=rendered.subject,
        html=rendered.pieces,
        text=rendered.text,
        message_id=claim.message_id,
        date=now,
        unsubscribe_url=unsubscribe if marketing else None,
        unsubscribe_mailto=leave_by_mail(shop, claim) if marketing else None,
        reply_to=sender.reply_to,
        feedback_id=feedback_id(claim.sequence, claim.step, claim.purpose, sender.address.rpartition("@")[2]),
        attached=_calendar(book, str(claim.payload["webinar"]), now) if claim.payload.get("ics") else None,
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


def _title(book: Book, name: str) -> str:
    """A sequence that was retired since the touch was claimed is called by its name."""
    return book.sequences[name].title if name in book.sequences else name


def _calendar(book: Book, name: str, now: datetime) -> bytes:
    from nurture.ics import webinar_ics  # here, because icalendar is slow to load and most mails need none

    if name not in book.catalog.webinars:
        raise RenderError(f"the catalogue has no webinar {name!r} any more")
    sender = book.policy.sender
    webinar = book.catalog.webinars[name]
    organiser = (sender.name, sender.address)
    calendar = webinar_ics(name, webinar, organiser=organiser, zone=book.policy.zone, made_at=now)
    return calendar_part(calendar)


def book_context(book: Book, public_url: str) -> dict[str, Any]:
    """What every template may use, the same for all leads, as plain data."""
    return {
        "assets": {n: {"name": n, **a.model_dump(mode="json")} for n, a in book.catalog.assets.items()},
        "webinars": {n: {"name": n, **w.model_dump()} for n, w in book.catalog.webinars.items()},
        "company": book.policy.company.model_dump(mode="json"),
        "sender": book.policy.sender.model_dump(mode="json"),
        "public_url": public_url,
    }


def lead_context(book: Book, lead: Lead) -> dict[str, Any]:
    """The lead as templates see it: in the declared types; none where unknown, so that `or` works."""
    kinds = book.catalog.attributes
    return {**dict.fromkeys([*PROFILE_FIELDS, *kinds]), **typed(lead.fields(), kinds)}
