"""Reads bounces older or stranger than RFC 3464: flufl.bounce says who, the words of the notice say why."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flufl.bounce import all_failures

from inbound.autoreplies import titled_as_auto_reply
from inbound.mail import Mail, decoded, parse

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs a traceback where it trips over a mail

LONGEST = 64_000
"""Characters of a notice that are looked at."""
LONGEST_FOR_FLUFL = 16_000
"""Bytes of a mail that flufl.bounce sees: it tries every pattern on every line."""
ROBOTS = re.compile(
    r"(?i)mailer-?daemon|post[-_]?master|mail[-. ]delivery|mail deliver(?:y)? (?:sub)?system|^<>$"
    r"|delivery[-. ]system"
)
"""Who sends bounces."""
SUBJECTS = re.compile(
    r"(?i)undeliver|returned mail|return(?:ed)? to sender|delivery (?:status|failure|failed|report"
    r"|error|notification|problem)"
    r"|failure notice|mail delivery|could not be delivered|mail (?:system )?error|non.?deliver"
    r"|delivery unsuccessful|warning: (?:could|message)"
    r"|not delivered|rejected|bounced|unzustellbar|non remis|échec|delayed"
)
"""How bounces are titled."""
NOTICES = re.compile(
    r"(?im)(?:could|can) ?not be delivered|undeliverable|not delivered|did not reach|(?:unable|failed"
    r"|wasn't able|trouble) (?:to )?deliver"
    r"|^[ \t]*(?:<<< )?5\d\d[ \-]|(?:rejected|refused) (?:by|to accept)|delivery (?:has )?failed"
    r"|no valid recipients"
)
"""What bounces say."""
_REST = re.compile(
    r"(?im)^[ \t>]*(?:-{2,}|=+|_+)?[ \t]*(?:begin )?(?:this is a copy of"
    r"|below (?:this line )?is (?:a copy|the)|(?:the )?(?:original|returned|unsent"
    r"|undelivered) (?:message|e?-?mail)"
    r"(?: (?:follows|headers?|text|body|attached|info\w*))?(?: follow\w*)?[ \t]*(?:-|=|\.|:|$)"
    r"|unsent message|message (?:header|text|headers)(?:s)?(?: follow\w*)?[ \t]*(?:-|:|$)"
    r"|the header of the original"
    r"|included is a copy|copy of (?:the |your )?(?:original )?message|(?:the )?(?:body"
    r"|header)s? of (?:the |your )?(?:original )?message|message contents follow)"
    r"|^(?:Received|Return-Path|DKIM-Signature|X-Received|Message-ID):[ \t]*\S"
)
"""Where the notice ends and the returned message begins."""
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-])[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}"
    r"@[A-Za-z0-9\[][A-Za-z0-9.\-]{0,250}[A-Za-z0-9\]]"
)
_LEADING = re.compile(
    r"(?m)^[ \t>*\"]*(?:5\d\d[ \-])?(?:Recipient: )?[<\"(]?(" + _ADDRESS.pattern + r")(?=[>\"):\s.\[,]|$)"
)
"""A recipient stands at the head of a line, or behind a code as sendmail writes it."""
_CODED = re.compile(r"[ \t]*(?:<<< )?[45]\d\d[ \-]")
_DELAY = re.compile(
    r"(?i)warning message only|has been delayed|will (?:be retried|keep trying|continue to)"
    r"|delivery (?:is |was )?delayed|not yet been delivered"
)


@dataclass(frozen=True, slots=True)
class LegacyFailure:
    """One recipient of a legacy bounce, and the words that are about it."""

    recipients: tuple[str, ...]
    text: str
    action: str = "failed"


def read_failures(mail: Mail) -> list[LegacyFailure]:
    """The failures that a mail which looks like a bounce tells of in a form of its own."""
    text = notice(mail)
    action = "delayed" if _DELAY.search(text) and "permanent" not in text.lower() else "failed"
    found = _recipients(mail, text)
    if len(found) < 2:
        return [LegacyFailure(tuple(found), text, action)]
    return [LegacyFailure((one,), about(text, (one,)), action) for one in found]


def looks_like_bounce(mail: Mail) -> bool:
    """Whether a mail system wrote it, and about a delivery: never a person's answer, nor a holiday's."""
    if mail.header("X-Failed-Recipients"):
        return True
    robot = bool(ROBOTS.search(f"{mail.header('From')} {mail.header('Sender')}"))
    nobody = mail.header("Return-Path").strip().lower() in ("<>", "<mailer-daemon>")
    if not (robot or nobody) or (titled_as_auto_reply(mail) and not robot):
        return False
    return (robot and nobody) or bool(
        SUBJECTS.search(mail.header("Subject")) or NOTICES.search(notice(mail)) or _by_flufl(mail)
    )


def notice(mail: Mail) -> str:
    """What the mail system tells people, without the message it returns."""
    text = whole_text(mail)
    rest = _REST.search(text)
    return text[: rest.start()] if rest and text[: rest.start()].strip() else text


def whole_text(mail: Mail) -> str:
    """All that can be read of it: its text, else whatever broken MIME left of it."""
    text = mail.text()
    return (text if text.strip() else "\n".join(decoded(part) for part in mail.parts()))[:LONGEST]


def about(text: str, recipients: Sequence[str]) -> str:
    """The lines about one recipient: from each line that names it to the next that names another."""
    kept: list[str] = []
    ours = coded = False
    for line in text.splitlines():
        named = [address.lower() for address in _ADDRESS.findall(line)]
        begins = bool(_CODED.match(line))
        if named:
            ours, coded = any(name in recipients for name in named), begins
        elif coded and begins:
            ours = False
        if ours:
            kept.append(line)
    return "\n".join(kept)


def _recipients(mail: Mail, text: str) -> list[str]:
    own = {*mail.addresses("To", "From", "Delivered-To", "Cc")}
    failed = [one.lower() for one in _ADDRESS.findall(mail.header("X-Failed-Recipients"))]
    leading = [one.lower() for one in _LEADING.findall(text)]
    named = (
        failed or leading or sorted(_by_flufl(mail)) or [one.lower() for one in _ADDRESS.findall(text)][:1]
    )
    return [one for one in dict.fromkeys(named) if one not in own]


def _by_flufl(mail: Mail) -> set[str]:
    message = parse(mail.raw[:LONGEST_FOR_FLUFL])
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # a detector that trips over a half-broken mail tells us nothing
        return set()
    return {one.decode("utf-8", "replace").lower() for one in (*temporary, *permanent) if b"@" in one}
