"""Reads a failure by its codes and its words: whether it is permanent, and why.

RFC 3463 codes come first, then the SMTP code, then the phrases that servers use. In doubt a failure is soft.
One that is about our host, our sender or our letter never counts against the address, whatever its code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nurture.refusals.words import (
    ADDRESS_REFUSED,
    AT_DATA,
    AT_OTHER,
    AT_RCPT,
    AT_US,
    CERTAIN,
    GONE_WORDS,
    NO_HOST_WORDS,
    OURS,
    SHUT_WORDS,
    SOFT_WORDS,
    RefusalReason,
)
from nurture.texts.fold import folded

_NOT_NUMBER = r"(?<![\d.\[])"
_ENHANCED = re.compile(_NOT_NUMBER + r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.\]])")
_WITH_REPLY = re.compile(
    _NOT_NUMBER + r"([245]\d\d)[ \-:,]{1,3}(?:ERROR_CODE :)?['\"(#]?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.\]])"
)
_REPLY = re.compile(r"(?:^|[\s:;,(])([45]\d\d)(?=[ \-:,]|$)", re.MULTILINE)
HARD_CODES: Mapping[str, RefusalReason] = {
    "1.1": "user_unknown",
    "1.2": "host_unknown",
    "1.3": "user_unknown",
    "1.6": "moved",
    "1.10": "no_mail_taken",
    "1.351": "user_unknown",  # Exchange Online
    "4.4": "host_unknown",
    "4.310": "host_unknown",  # Exchange Online
}
"""Subject and detail of permanent codes that speak of the address itself (RFC 3463 3.2, RFC 7505)."""
NO_MAIL_CODES = (521, 556)
"""The host, or the domain, takes no mail at all (RFC 7504)."""
OTHER_CODES: Mapping[str, RefusalReason] = {
    "1.7": "sender_refused",
    "1.8": "sender_refused",
    "2.0": "mailbox_status",
    "2.2": "mailbox_full",
    "2.3": "content_refused",
    "2.4": "mailbox_status",
    "3.4": "content_refused",
    **dict.fromkeys(("7.8", "7.20", "7.21", "7.22", "7.23", "7.26", "7.30", "7.40"), "sender_refused"),
    **dict.fromkeys(("7.57", "7.60", "7.509", "7.515"), "sender_refused"),
    **dict.fromkeys(("7.25", "7.28", "7.606", "7.650"), "blocked"),
}
"""Codes that settle it the other way, whatever the words say (RFC 7372, RFC 7505; Google, Microsoft)."""
ABOUT_ELSE = ("2.1", "3.", "7.")
"""Codes of a closed mailbox, the mail system, policy: an unknown user counts only where RCPT was refused."""
GENERAL = ("", "0.0")
"""No code, or one that says nothing."""
BLAMED: tuple[RefusalReason, ...] = ("our_pace", "sender_refused", "blocked")
"""Words about us beside which no code and no unknown user counts."""
NOT_THE_ADDRESS: tuple[RefusalReason, ...] = ("mailbox_full", "later", "disabled", *BLAMED)
"""Words that weigh more than those about an unknown user: they often stand in one sentence."""

_SOFT: tuple[tuple[RefusalReason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words)) for reason, words in SOFT_WORDS
)
_FULL = dict(_SOFT)["mailbox_full"]
_CERTAIN = re.compile("|".join(CERTAIN))
_SHUT = re.compile("|".join(SHUT_WORDS))
_GONE = re.compile("|".join(GONE_WORDS), re.MULTILINE)
_NO_HOST = re.compile("|".join(NO_HOST_WORDS))
_REJECTED = re.compile(r"(?:recipient|address) (?:was )?rejected")
_UNAVAILABLE = re.compile(r"mail ?box (?:is )?unavailable")
_FOLDED = re.compile(r"\n(?![ \t]{0,200}(?:>>>|<<<))[ \t]{1,200}")
_LISTED = r"(?:spamhaus|spamcop|barracuda|dnsbl|blocklist|\brbl\b)"
_LINK = re.compile(rf"https?://(?![^\s<>]{{0,100}}{_LISTED})[^\s<>]{{1,2000}}")
"""A link to an explanation: its words mislead, unless it names a blocklist that lists us."""
_AGAIN = re.compile(r"(?<=\s)[245]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3} )(?=[a-z'])")
LONGEST = 16_000
"""Characters that are read: servers write some hundred, and a hostile mail must not take long."""


@dataclass(frozen=True, slots=True)
class RefusalMeaning:
    """What a failure means. `hard`: this address will not take mail again; `reason` in one of our words."""

    hard: bool
    reason: RefusalReason
    status: str = ""
    code: int | None = None

    @property
    def ours(self) -> bool:
        """Whether it is about us, so that it does not count against the address."""
        return self.reason in OURS


def judge(status: str, text: str) -> RefusalMeaning:
    """Judge one failure by the status a report states (RFC 3464 2.3.4) and by what the server said."""
    text = _FOLDED.sub(" ", text[:LONGEST])
    spoken, code = _codes(text)
    best = _most_telling(spoken, _first(status))
    hard, reason = _decide(best, code, text)
    return RefusalMeaning(hard, reason, best, code)


def tells_of_full(text: str) -> bool:
    """Whether the text says that the mailbox is full, and therefore that it exists."""
    return bool(_FULL.search(folded(text[:LONGEST])))


def _decide(status: str, code: int | None, text: str) -> tuple[bool, RefusalReason]:
    said = _AGAIN.sub("", _LINK.sub(" ", folded(text)))
    subject = status.partition(".")[2]
    soft: RefusalReason | None = next((reason for reason, words in _SOFT if words.search(said)), None)
    named: RefusalReason | None = "host_unknown" if _NO_HOST.search(said) else None
    named = "user_unknown" if _GONE.search(said) else named
    if AT_US.search(text):
        return False, soft if soft in (*OURS, "later") else "sender_refused"
    if status.startswith("4") or (not status and code is not None and code < 500):
        # Given up after days with `no such user`. Not while the server was still trying other ways.
        gone = subject == "1.1" and named == "user_unknown" and not soft and bool(AT_RCPT.search(text))
        return (True, "user_unknown") if gone else (False, soft or OTHER_CODES.get(subject, "later"))
    if subject in OTHER_CODES:
        return False, soft if soft in OURS else OTHER_CODES[subject]
    if code in NO_MAIL_CODES and not soft:
        return True, "no_mail_taken"
    if _CERTAIN.search(said) and soft not in ("sender_refused", "blocked"):
        return True, named or "user_unknown"
    if soft == "mailer_failed" or AT_OTHER.search(text):
        return False, soft or "unclear"
    if _is_shut(subject, code, soft, said, text):
        return True, "shut"
    if _is_unproven(subject, named, text):
        return False, soft or "unclear"
    if subject in HARD_CODES:
        if soft in BLAMED or (soft and soft != "disabled" and not named):
            return False, soft
        return True, HARD_CODES[subject]
    if named and soft not in NOT_THE_ADDRESS:
        return True, named
    return False, soft or "unclear"


def _is_shut(subject: str, code: int | None, soft: RefusalReason | None, said: str, text: str) -> bool:
    """Whether the house has closed the mailbox, or refused its address with the general words for it."""
    if soft not in (None, "disabled"):
        return False
    if _SHUT.search(said):
        return subject == "2.1" or bool(_REJECTED.search(said))
    return code == 550 and bool(AT_RCPT.search(text) and _UNAVAILABLE.search(said))


def _is_unproven(subject: str, named: RefusalReason | None, text: str) -> bool:
    """Whether an unknown user may be a filter's excuse: the code beside the words says something else."""
    if AT_RCPT.search(text):
        return False
    if subject.startswith(ABOUT_ELSE):
        return True
    ahead = subject in GENERAL and named == "user_unknown" and bool(AT_DATA.search(text))
    return ahead and not ADDRESS_REFUSED.search(text)


def _codes(text: str) -> tuple[str, int | None]:
    """The enhanced status and the reply code that a server's words hold; the two side by side are best."""
    pair = _WITH_REPLY.search(text)
    if pair:
        return ".".join(pair.groups()[1:]), int(pair.group(1))
    reply = _REPLY.search(text)
    return _first(text), int(reply.group(1)) if reply else None


def _first(text: str) -> str:
    found = _ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""


def _most_telling(spoken: str, stated: str) -> str:
    """The server's own code tells more than the reporter's, unless it is the general one (x.0.0)."""
    if spoken.partition(".")[2] not in GENERAL:
        return spoken
    return stated if stated.partition(".")[2] not in GENERAL else spoken or stated
