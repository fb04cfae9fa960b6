"""Writes the copy of a lead's reply that goes to a seller or the team: plain text, as the lead wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.project.book import Book
from nurture.speech.brief import language_of_brief
from nurture.speech.dates import say_clock, say_day
from nurture.speech.names import say_zone
from nurture.values import Claim, Letter
from outbound.message.build import build_message

WORDS = {
    "en": {
        "subject": "{who} replied: {subject}",
        "head": "{who} <{address}> wrote on {day}, {clock} ({place}). Your answer goes to them directly.",
        "cut": "(The rest of this reply is in the mailbox.)",
        "attachment": "(One attachment is in the mailbox; it is not forwarded.)",
        "attachments": "({n} attachments are in the mailbox; they are not forwarded.)",
    },
    "fr": {
        "subject": "{who} a répondu\u00a0: {subject}",
        "head": "{who} <{address}> a écrit le {day} à {clock} ({place}). Votre réponse lui parviendra.",
        "cut": "(La suite de cette réponse est dans la boîte.)",
        "attachment": "(Une pièce jointe est restée dans la boîte\u00a0; elle n’est pas transmise.)",
        "attachments": "({n} pièces jointes sont restées dans la boîte\u00a0; elles ne sont pas transmises.)",
    },
}
"""The few words around a reply, by language; others read English."""


def is_reply(claim: Claim) -> bool:
    """Whether a seller's notice is the copy of a reply, and no offer."""
    return "reply" in claim.payload


def forward(book: Book, claim: Claim, now: datetime) -> Letter:
    """The letter of such a notice: an answer to it goes to the lead.

    Raises:
        RenderError: the lead's address or name cannot stand in a header.
    """
    reply: Mapping[str, Any] = claim.payload["reply"]
    language = language_of_brief(language_of(book, str(claim.payload["seller"])))
    words, zone, at = WORDS[language], book.policy.zone, datetime.fromisoformat(reply["at"])
    day, clock, place = say_day(at, language, zone), say_clock(at, language, zone), say_zone(zone, language)
    who = reply["name"] or reply["address"]
    lines = [words["head"].format(who=who, address=reply["address"], day=day, clock=clock, place=place)]
    lines += ["", str(reply["text"]), ""]
    lines += [words["cut"]] if reply["cut"] else []
    if n := reply["attachments"]:
        lines.append(words["attachment" if n == 1 else "attachments"].format(n=n))
    sender = book.policy.sender
    content = build_message(
        sender=(sender.name, sender.address),
        recipient=claim.recipient,
        subject=words["subject"].format(who=who, subject=reply["subject"]),
        html=None,
        text="\n".join(lines) + "\n",
        message_id=claim.message_id,
        date=now,
        unsubscribe_url=None,
        automatic=True,
        reply_to=reply["address"],
    )
    return Letter(claim.id, claim.attempt, sender.address, claim.recipient, content)


def language_of(book: Book, seller: str) -> str:
    """What a seller reads; one who is gone from this release reads the project's language."""
    named = [s.language for s in book.policy.handoff.sellers if s.name == seller and s.language]
    return named[0] if named else book.policy.language
