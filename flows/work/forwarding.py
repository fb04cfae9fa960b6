"""Writes the copy of a lead's reply that goes to a seller or the team: plain text, as the lead wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.book import Book
from nurture.values import Claim, Letter
from outbound.message import build_message

WORDS = {
    "en": {
        "subject": "{who} replied: {subject}",
        "head": "{who} <{address}> wrote on {at:%Y-%m-%d at %H:%M} UTC. Your answer goes to them directly.",
        "cut": "(The rest of this reply is in the mailbox.)",
        "attachments": "({n} attachments are in the mailbox; they are not forwarded.)",
    },
    "fr": {
        "subject": "{who} a répondu : {subject}",
        "head": "{who} <{address}> a écrit le {at:%d/%m/%Y à %H:%M} UTC. Votre réponse lui parviendra.",
        "cut": "(La suite de cette réponse est dans la boîte.)",
        "attachments": "({n} pièces jointes sont restées dans la boîte ; elles ne sont pas transmises.)",
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
    words = WORDS.get(_language(book, str(claim.payload["seller"])).partition("-")[0], WORDS["en"])
    who = reply["name"] or reply["address"]
    lines = [words["head"].format(who=who, address=reply["address"], at=datetime.fromisoformat(reply["at"]))]
    lines += ["", str(reply["text"]), ""]
    lines += [words["cut"]] if reply["cut"] else []
    lines += [words["attachments"].format(n=reply["attachments"])] if reply["attachments"] else []
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


def _language(book: Book, seller: str) -> str:
    named = [s.language for s in book.policy.handoff.sellers if s.name == seller and s.language]
    return named[0] if named else book.policy.language
