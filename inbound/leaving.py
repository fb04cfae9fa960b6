"""Recognises a person who asks, in an answer to one of our mails, to be left alone."""

from __future__ import annotations

import re

from inbound.mail import Mail

_ASKS = re.compile(
    r"(?i)(?:please|pls|kindly|hi|hello|bonjour|merci de|veuillez|bitte)?[,!.]?\s{0,40}+(?:i want to "
    r"|i would like to |je veux |je souhaite )?"
    r"(?:unsubscribe|opt[ -]?out|stop|stop it|remove|remove me|take me off|unsubscribe me|"
    r"(?:me |m')?(?:d[ée]s(?:abonner|inscrire|abonnez|inscrivez)(?:-moi)?|d[ée]sinscription"
    r"|d[ée]sabonnement)|abmelden|abbestellen|"
    r"(?:darme de )?baja|cancellami|disiscrivimi)"
    r"(?: me)?(?: from)?(?: (?:this|your|the|all))?(?: (?:list|mailing list|mailings?|e?-?mails?"
    r"|newsletters?))?(?: please| merci| bitte)?[\s.!]{0,80}"
)
_ANSWERS = re.compile(r"(?i)^(?:re|aw|fwd?|tr)\s*:\s*")
_QUOTED = re.compile(r"^\s*(?:>|On .+ wrote:|Le .+ [ée]crit\s*:|Am .+ schrieb|-{2,}|_{5,}|From:|De ?:|Von:)")
LONGEST_REQUEST = 80
"""More words than that are a letter for a person to read."""


def asks_to_leave(mail: Mail) -> bool:
    """Whether the subject, or the first line that the person wrote, is nothing but this wish."""
    subject = _ANSWERS.sub("", mail.header("Subject"))
    return _is_wish(subject) or _is_wish(first_line(mail.text()))


def first_line(text: str) -> str:
    """The first line that the writer wrote."""
    for line in text.splitlines():
        if _QUOTED.match(line):
            return ""
        if line.strip():
            return line.strip()
    return ""


def _is_wish(line: str) -> bool:
    return len(line) <= LONGEST_REQUEST and bool(_ASKS.fullmatch(line.strip()))
