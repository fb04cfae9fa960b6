"""What a relay's reply means for one letter, and the reply with its addresses taken out."""

from __future__ import annotations

import re
from enum import StrEnum

from nurture.words import Outcome

MAX_REPLY = 400
"""Characters kept of a reply: enough to tell why, not enough to carry a message."""

ANYTHING_AT_ANYTHING = re.compile(r"(?:\"[^\"]*\"|[^\s<>()\[\],;:\"']+)?(?:@|%40)[^\s<>(),;\"']+")
MAX_SCANNED = 2000
"""Characters looked at: the patterns below must not meet a hostile megabyte."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

OUR_LOGIN = frozenset({530, 534, 535, 538})
"""The relay wants a login, or another one (RFC 4954): about us, whatever letter was in hand."""

OUR_AUTHENTICATION = frozenset({"5.7.8", "5.7.26", "5.7.27", "5.7.515"})
"""Our login, SPF, DKIM or DMARC is broken: no lead pays for it (FAULTS B3 row 9)."""

ABOUT_THE_LETTER = frozenset({"5.3.4", "5.6.7"})
"""Too large, or an address the relay cannot carry: true of this letter even when said at MAIL."""

FULL = "5.2.2"
"""The mailbox is full: it may be emptied (RFC 3463), so no lead is given up for it at once."""

NO_ROOM = re.compile(r"quota|storage|full", re.IGNORECASE)


class Phase(StrEnum):
    """How far a letter's transaction had come."""

    MAIL = "mail"  # the envelope sender was named
    RCPT = "rcpt"  # the recipient was named
    DATA = "data"  # asked to write the body, not allowed yet
    BODY = "body"  # the body was being written, its final dot was not
    DOT = "dot"  # the final dot may have left


def outcome_of(phase: Phase, code: int, text: str) -> Outcome:
    """What a reply to that phase makes of the letter.

    4xx is later and 5xx is refused (RFC 5321 4.2.1), with three exceptions: what is said against us as a
    sender is later, a full mailbox is later, and a reply to the final dot that is no SMTP reply at all
    leaves the letter uncertain.
    """
    enhanced = _enhanced(text)
    if 200 <= code < 300 and phase is Phase.DOT:
        return Outcome.SENT
    if 500 <= code < 600:
        about_us = code in OUR_LOGIN or enhanced in OUR_AUTHENTICATION
        about_sender = phase is Phase.MAIL and code != 552 and enhanced not in ABOUT_THE_LETTER
        # Without an enhanced code, 552 to RCPT may be the recipient's storage; to the letter it is its size.
        full = enhanced == FULL or (code == 552 and phase is Phase.RCPT and bool(NO_ROOM.search(text)))
        return Outcome.LATER if about_us or about_sender or full else Outcome.REFUSED
    if 400 <= code < 500 or phase is not Phase.DOT:
        return Outcome.LATER
    return Outcome.UNCERTAIN


def outcome_of_silence(phase: Phase) -> Outcome:
    """What a lost connection or a timeout makes of the letter: only after the final dot is it a doubt."""
    return Outcome.UNCERTAIN if phase is Phase.DOT else Outcome.LATER


def scrub(text: str, recipient: str = "") -> str:
    """The reply on one short line, every address in it replaced by `<address>`.

    A local part that stands alone ("no mailbox john.doe here") is taken out too when it cannot be
    mistaken for a plain word, that is when it holds more than letters.
    """
    line = UNPRINTABLE.sub(" ", text[:MAX_SCANNED])
    local = recipient.rpartition("@")[0]
    if len(local) > 2 and not local.isalpha() and local.casefold() in line.casefold():
        line = re.sub(rf"(?<!\w){re.escape(local)}(?![\w@])", "<address>", line, flags=re.IGNORECASE)
    if "@" in line or "%40" in line:
        line = ANYTHING_AT_ANYTHING.sub("<address>", line).replace("<<address>>", "<address>")
    return " ".join(line.split())[:MAX_REPLY]


def _enhanced(text: str) -> str:
    found = ENHANCED.search(text)
    return found[1] if found else ""
