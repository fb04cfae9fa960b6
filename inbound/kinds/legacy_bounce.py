"""Reads bounces in other forms than RFC 3464: flufl.bounce finds the recipients, the text tells why."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flufl.bounce import all_failures

from inbound.kinds.autoreply import titled_as_auto_reply
from inbound.mail.message import Mail, decoded, parse

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs a traceback where it trips over a mail

LONGEST = 64_000
"""Characters of a notice that are looked at."""
LONGEST_FOR_FLUFL = 16_000
"""Bytes of a mail that flufl.bounce sees: it tries every pattern on every line."""
LONGEST_LINE = 998
"""Bytes of a line that it sees, as many as a line may have (RFC 5322 2.1.1): it reads some of them anew
from each of their characters."""
ROBOTS = re.compile(
    r"(?i)mailer-?daemon|post[-_]?master|mail[-. ]delivery|mail deliver(?:y)? (?:sub)?system|^<>$"
    r"|delivery[-. ]system"
)
"""Who sends bounces."""
NOBODY = re.compile(r"(?i)\bno[-_.]?reply@")
"""Who sends bounces and everything else: its title must say which."""
SUBJECTS = re.compile(
    r"(?i)undeliver|returned mail|return(?:ed)? to sender|delivery (?:status|failure|failed|report"
    r"|error|notification|problem)"
    r"|failure notice|mail delivery|could not be delivered|mail (?:system )?error|non.?deliver"
    r"|delivery unsuccessful|warning: (?:could|message)"
    r"|not delivered|rejected|bounced|unzustellbar|non remis|échec|delayed|no entregad|mancata consegna"
    r"|メールエラー|配信(?:不能|でき|エラー|失敗)|送信(?:でき|エラー|失敗)|не доставлен|недоставлен"
)
"""How bounces are titled."""
NOTICES = re.compile(
    r"(?im)(?:could|can) ?not be delivered|undeliverable|not delivered|did not reach|(?:unable|failed"
    r"|wasn't able|trouble) (?:to )?deliver"
    r"|^[ \t]*(?:<<< )?5\d\d[ \-]|(?:rejected|refused) (?:by|to accept)|delivery (?:has )?failed"
    r"|no valid recipients|送信できません|配信できません"
)
"""What bounces say."""
_REST = re.compile(
    r"(?im)^[ \t>]*+(?:(?:-{2,}+|=++|_++)[ \t]*+)?(?:begin )?(?:this is a copy of"
    r"|below (?:this line )?is (?:a copy|the)|(?:the )?(?:original|returned|unsent"
    r"|undelivered) (?:message|e?-?mail)"
    r"(?: (?:follows|headers?|text|body|attached|info\w*))?(?: follow\w*)?[ \t]*(?:-|=|\.|:|$)"
    r"|unsent message|message (?:header|text|headers|details)(?: follow\w*)?[ \t]*(?:-|:|\.|$)"
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
_DIALOGUE = re.compile(r"(?im)^[ \t]*>>> RCPT TO:[^\n]{1,500}(?:\n[ \t]*<<< 5\d\d[^\n]{0,1000})+")
"""What was asked of the server, and that it refused for good."""
_RCPT = re.compile(r"(?im)^[ \t]*(?:>>> )?RCPT TO:[ \t]*<?(" + _ADDRESS.pattern + ")")
_MIME_LINE = re.compile(r"(?im)^(?:Content-[\w-]+:|MIME-Version:|[ \t]*boundary=)[^\n]*$|^--\S+[ \t]*$")
"""What a broken boundary leaves between the words."""
_CODED = re.compile(r"^[ \t]*+(?:<<< )?[245]\d\d[ \-]")
_DELAY = re.compile(
    r"(?i)warning (?:message )?only|has been delayed"
    r"|(?:will|shall) (?:be retried|keep (?:on )?trying|retry|continue to)"
    r"|delivery (?:is |was )?(?:delayed|incomplete)|not yet been delivered|attempts will continue"
    r"|still being (?:re)?tried|weiterhin versucht|noch nicht zugestellt|tentatives? (?:se )?poursuiv"
    r"|再送を試み|配送が遅"
)
_FINAL = re.compile(r"(?i)(?<!not )(?<!not a )\bpermanent|given up|will be deleted from queue")
_DONE = re.compile(
    r"(?i)(?:was|has been|were) (?:successfully )?(?:relayed|delivered|accepted) (?:to|by|for)\b"
    r"|success(?:ful)?(?:ly)? (?:delivered|relayed|delivery)|erfolgreich zugestellt|remis avec succ"
)
"""What notices of a delay and of a success say, and what tells that it was the end all the same."""


@dataclass(frozen=True, slots=True)
class LegacyFailure:
    """One recipient of a legacy bounce, and the words that are about it."""

    recipients: tuple[str, ...]
    text: str
    action: str = "failed"


def read_failures(mail: Mail) -> list[LegacyFailure]:
    """The failures that a mail which looks like a bounce tells of in a form of its own."""
    text = notice(mail)
    action = _action(text)
    found = _recipients(mail, text)
    if len(found) < 2:
        return [LegacyFailure(tuple(found), _refusal(text, found) or text, action)]
    return [LegacyFailure((one,), _refusal(text, [one]) or about(text, (one,)), action) for one in found]


def _action(text: str) -> str:
    if _DELAY.search(text) and not _FINAL.search(text):
        return "delayed"
    return "delivered" if _DONE.search(text) and not NOTICES.search(text) else "failed"


def _refusal(text: str, recipients: Sequence[str]) -> str:
    """The dialogue in which the address itself was refused, if it is told: nothing around it says more."""
    asked = (found.group() for found in _DIALOGUE.finditer(text))
    return next((lines for lines in asked if any(one in lines.lower() for one in recipients)), "")


def looks_like_bounce(mail: Mail) -> bool:
    """Whether a mail system wrote it, and about a delivery: never a person's answer, nor a holiday's."""
    if mail.header("X-Failed-Recipients"):
        return True
    robot = is_robot(mail)
    nobody = mail.header("Return-Path").strip().lower() in ("<>", "<mailer-daemon>")
    if not (robot or nobody):
        titled = NOBODY.search(mail.header("From")) and SUBJECTS.search(mail.header("Subject"))
        return bool(titled and NOTICES.search(notice(mail)))
    if titled_as_auto_reply(mail) and not robot:
        return False
    return (robot and nobody) or bool(
        SUBJECTS.search(mail.header("Subject")) or NOTICES.search(notice(mail)) or _by_flufl(mail)
    )


def is_robot(mail: Mail) -> bool:
    """Whether the sender is a mail system by name; an empty return path alone may be an absence."""
    return bool(ROBOTS.search(f"{mail.header('From')} {mail.header('Sender')}".strip()))


def notice(mail: Mail) -> str:
    """What the mail system tells people, without the message it returns."""
    text = whole_text(mail)
    rest = _REST.search(text)
    return text[: rest.start()] if rest and text[: rest.start()].strip() else text


def whole_text(mail: Mail) -> str:
    """All that can be read of it: its text, else whatever broken MIME left of it."""
    text = mail.text()
    if text.strip():
        return text[:LONGEST]
    return _MIME_LINE.sub("", "\n".join(decoded(part) for part in mail.parts())[:LONGEST])


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
    asked = [one.lower() for one in _RCPT.findall(whole_text(mail))]
    anyone = [one.lower() for one in _ADDRESS.findall(text)][:1]
    named = failed or leading or asked or sorted(_by_flufl(mail)) or anyone
    return [one for one in dict.fromkeys(named) if one not in own]


def _by_flufl(mail: Mail) -> set[str]:
    lines = mail.raw[:LONGEST_FOR_FLUFL].split(b"\n")
    message = parse(b"\n".join(line[:LONGEST_LINE] for line in lines))
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # a detector that trips over a half-broken mail tells us nothing
        return set()
    return {one.decode("utf-8", "replace").lower() for one in (*temporary, *permanent) if b"@" in one}
