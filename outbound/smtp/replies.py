"""What a relay's reply asks us to do for one letter, and the reply with its addresses taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nurture.refusals.refusal import RefusalMeaning, judge
from nurture.refusals.words import RefusalReason
from nurture.words import Remedy
from outbound.smtp import words

MAX_REPLY = 400
"""Characters kept of a reply: enough to tell why, not enough to carry a message."""

ANYTHING_AT_ANYTHING = re.compile(
    r"(?:\"[^\"]*\"|(?<![^\s@<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']+)?(?:@|%40)[^\s<>(),;\"']+"
)
MAX_SCANNED = 2000
"""Characters that are read: the patterns below must not run over a hostile megabyte."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
STATUS = re.compile(r"(?<![\d.\[])([45])\.(\d{1,3}\.\d{1,3})(?!\.?\d)")
"""The enhanced code (RFC 3463); 185.1.2.3 and 5.1.1.9 are addresses of hosts."""


class Phase(StrEnum):
    """How far a letter's transaction had come."""

    CONNECT = "connect"  # greeted, secured; nothing was said of any letter
    LOGIN = "login"  # asked to let us in
    MAIL = "mail"  # the envelope sender was named
    RCPT = "rcpt"  # the recipient was named
    DATA = "data"  # asked to write the body, not allowed yet
    BODY = "body"  # the body was being written, its final dot was not
    DOT = "dot"  # the final dot may have left


LOGIN = frozenset({Phase.LOGIN})
MAIL = frozenset({Phase.MAIL})
RCPT = frozenset({Phase.RCPT})
DOOR = frozenset({Phase.CONNECT, Phase.LOGIN})
ASKED = frozenset({Phase.RCPT, Phase.DATA})
LETTER = frozenset(Phase) - DOOR - MAIL
"""From RCPT on a reply may be about the letter; before, it is about the relay or about us."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: which replies it fits, and what they ask for; what is left out fits all.

    `code` and `status` are patterns of the whole SMTP code, and of the enhanced code without its class;
    `reasons` and `hard` are of the table that bounces are read by as well.
    """

    remedy: Remedy
    phases: frozenset[Phase] = frozenset(Phase)
    code: str = "..."
    status: str = ".*"
    says: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    reasons: frozenset[RefusalReason] = frozenset()
    hard: bool = False

    def fits(self, phase: Phase, code: int, status: str, said: str, verdict: RefusalMeaning) -> bool:
        """Whether the row fits this reply, its plain words and what they mean in a bounce."""
        return (
            phase in self.phases
            and re.fullmatch(self.code, str(code)) is not None
            and re.fullmatch(self.status, status) is not None
            and (self.says is None or self.says.search(said) is not None)
            and (self.unless is None or self.unless.search(said) is None)
            and (not self.reasons or verdict.reason in self.reasons)
            and (not self.hard or verdict.hard)
        )


TABLE = (
    # One mailbox that is full, in whatever words (RFC 3463 3.3).
    Row(Remedy.RETRY, status=r"2\.2"),
    # Our account with the relay. SES says so after the dot, others when we log in.
    Row(Remedy.SLOW_RELAY, says=words.ACCOUNT_LIMIT, unless=words.RECIPIENTS_LIMIT),
    # Our login (RFC 4954, RFC 5248), our sender, and SPF, DKIM, DMARC and reverse DNS
    # (RFC 7372, RFC 7505; Google 7.26 to 7.40, Microsoft 7.57 to 7.515).
    Row(Remedy.STOP_SENDER, code="525|53[0458]"),
    Row(Remedy.STOP_SENDER, LOGIN, code="5.."),
    Row(Remedy.STOP_SENDER, LETTER, code="5..|454", says=words.RELAY_DENIED),
    Row(Remedy.STOP_SENDER, code="5..", status=r"1\.[78]|7\.(8|2[0-7]|30|32|40|57|60|509|515)"),
    Row(Remedy.STOP_SENDER, code="4..", status=r"7\.(26|27|30|32|40)", unless=words.PASSING),
    Row(Remedy.FAIL, LETTER, code="5..", says=words.MEMBERS_ONLY),
    Row(Remedy.STOP_SENDER, LETTER, code="5..", says=words.NOT_AUTHENTICATED),
    Row(Remedy.STOP_SENDER, LETTER, code="5..", says=words.NOT_OUR_SENDER),
    # Before the recipient is named: the relay, or us, except for what is true of this letter alone.
    Row(Remedy.SLOW_RELAY, DOOR),
    Row(Remedy.SLOW_RELAY, MAIL, code="4.."),
    Row(Remedy.FAIL, MAIL, code="552"),
    Row(Remedy.FAIL, MAIL, status=r"3\.4|6\.7"),
    Row(Remedy.RETRY, MAIL, code="50.|555"),
    Row(Remedy.STOP_SENDER, MAIL),
    # Later: one letter or one mailbox (RFC 6647, RFC 3463 3.3), the relay, or the recipient's domain.
    Row(Remedy.RETRY, code="4..", says=words.GREYLISTED),
    Row(Remedy.RETRY, code="4..", status=r"2\..*|5\.3"),
    Row(Remedy.FAIL, code="5..", status=r"2\.3|3\.4"),
    Row(Remedy.RETRY, says=words.MAILBOX_BUSY),
    Row(Remedy.RETRY, code="421", says=words.CONNECTION_SPENT),
    Row(Remedy.SLOW_RELAY, code="454"),
    Row(Remedy.SLOW_RELAY, code="4..", status=r"3\.1"),
    Row(Remedy.SLOW_DOMAIN, code="421", status=r"7\..*"),
    Row(Remedy.SLOW_DOMAIN, code="4..", status=r"7\.(28|[56]\d\d)"),
    Row(Remedy.SLOW_DOMAIN, code="4..", says=words.TOO_FAST),
    Row(Remedy.SLOW_RELAY, code="421"),
    Row(Remedy.RETRY, code="4.."),
    # For good, but for what passes. 552 to RCPT is the mailbox's room; after the dot it is the letter's size.
    Row(Remedy.RETRY, RCPT, code="552", says=words.NO_ROOM),
    Row(Remedy.SLOW_DOMAIN, says=words.RATE_LIMITED),
    Row(Remedy.RETRY, LETTER, code="5(?!52)..", reasons=frozenset({"mailbox_full"})),
    Row(Remedy.RETRY, ASKED, code="552", reasons=frozenset({"mailbox_full"})),
    # The mailbox, or its domain, is not there.
    Row(Remedy.SUPPRESS, LETTER, hard=True),
    # The recipient's domain wants nothing from our host, or doubts our sender: no letter to it is at fault.
    Row(Remedy.STOP_SENDER, ASKED, code="5..", says=words.NO_REVERSE_NAME),
    Row(Remedy.SLOW_DOMAIN, ASKED, code="5..", reasons=frozenset({"blocked", "our_pace", "sender_refused"})),
    Row(Remedy.FAIL),
)
"""What replies of 4xx and 5xx ask for; the first row that fits decides (FAULTS B3 rows 1 to 11)."""


_MOMENTS = {Phase.RCPT: "\nafter RCPT"}
"""How a bounce says at which moment it was."""


def remedy_of(phase: Phase, code: int, text: str) -> Remedy:
    """What a reply to that phase asks us to do; the text is the server's own, not yet scrubbed.

    2xx to the final dot is a yes, and 4xx and 5xx are read by the table. All else is no reply of SMTP,
    and means what a silence means.
    """
    if 200 <= code < 300 and phase is Phase.DOT:
        return Remedy.TAKEN
    if not 400 <= code < 600:
        return remedy_of_silence(phase)
    status, said = _status(code, text), words.plain(text)
    verdict = judge(f"{code // 100}.{status}", f"{code} {text}{_MOMENTS.get(phase, '')}")
    return next(row.remedy for row in TABLE if row.fits(phase, code, status, said, verdict))


def remedy_of_silence(phase: Phase) -> Remedy:
    """What a lost connection or a timeout asks for: only after the final dot is the outcome unknown."""
    if phase in DOOR:
        return Remedy.SLOW_RELAY
    return Remedy.LIST if phase is Phase.DOT else Remedy.RETRY


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


def _status(code: int, text: str) -> str:
    """The enhanced code of the reply's own class, without that class; empty when there is none."""
    found = STATUS.finditer(text[: words.MAX_READ])
    return next((one[2] for one in found if one[1] == str(code)[0]), "")
