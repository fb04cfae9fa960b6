"""Finds out which of our messages a mail is about: by signed addresses (VERP), else by message ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inbound.mail.message import MESSAGE_ID, Mail, decoded, inside
from nurture.links.mail_tokens import TOKEN
from nurture.links.web_tokens import BadLink, Links, UnsubscribeToken

TO = (
    *("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
    *("X-Forwarded-To", "Apparently-To", "X-Rcpt-To"),
)
"""Headers in which servers leave the recipient of the envelope."""
MOST = 50
"""So many message ids of one mail are looked up."""
_ID_LINE = re.compile(
    r"(?im)^[ \t>]*+(?:X-)?(?:Original-)?Message-ID[ \t]*+:[ \t]*+\n?[ \t]*+<([^<>\s]{3,250})>"
)


@dataclass(frozen=True, slots=True)
class Clues:
    """What names our message: `outbox_ids` are signed, `message_ids` known; `forged`: a signature failed.

    A seller who answers a notice writes to an address that names it. `returned` says that it came to a bounce
    address, where only machines write.
    """

    outbox_ids: tuple[int, ...]
    message_ids: tuple[str, ...]
    leaving: UnsubscribeToken | None
    forged: bool
    returned: bool = False


def read_clues(mail: Mail, links: Links) -> Clues:
    """Every clue a mail holds. A token to leave counts only in the address the mail was sent to.

    (A reply or a returned message quotes our headers, and those hold the way out.)
    """
    reached = [token for name in TO for value in mail.headers(name) for token in TOKEN.findall(value.lower())]
    inside = [token for text in _envelopes(mail) for token in TOKEN.findall(text.lower())]
    outbox_ids, forged = _outbox_ids(links, [*reached, *inside])
    leaving, false = _leaving(links, reached)
    returned = any(token.startswith("b") for token in reached)
    return Clues(outbox_ids, _message_ids(mail), leaving, forged or false, returned)


def _outbox_ids(links: Links, tokens: list[str]) -> tuple[tuple[int, ...], bool]:
    found: list[int] = []
    forged = False
    read = {"b": links.read_bounce, "n": links.read_answer}
    for token in dict.fromkeys(token for token in tokens if token[0] in read):
        try:
            found.append(read[token[0]](token))
        except BadLink:
            forged = True
    return tuple(found), forged


def _leaving(links: Links, tokens: list[str]) -> tuple[UnsubscribeToken | None, bool]:
    for token in tokens:
        if token.startswith("u"):
            try:
                return links.read_unsubscribe_address(token), False
            except BadLink:
                return None, True
    return None, False


def _envelopes(mail: Mail) -> list[str]:
    """Where reports tell the envelope sender of what they return: its Return-Path, and ARF's own fields."""
    named = ("Return-Path", "Original-Mail-From", "X-Postfix-Sender", "X-Original-Return-Path")
    groups = [group for part in mail.parts() for group in inside(part)]
    messages = [*mail.returned(), *mail.parts(), *groups]
    return [str(value) for one in messages for name in named for value in one.get_all(name, [])][:MOST]


def _message_ids(mail: Mail) -> tuple[str, ...]:
    found = mail.ids("In-Reply-To", "References", "X-Original-Message-ID")
    for message in mail.returned():
        found += MESSAGE_ID.findall(str(message.get("Message-ID", "")))
    for part in mail.parts():
        if part.get_content_maintype() == "text":
            found += _ID_LINE.findall(decoded(part))
    for text in (mail.message.preamble, mail.message.epilogue):
        found += _ID_LINE.findall(text) if isinstance(text, str) else []
    return tuple(dict.fromkeys(one[:250] for one in found if one.isascii() and one.isprintable()))[-MOST:]
