"""Reads a failure by its codes and its words: is the mailbox gone for good, or was it only this time?

RFC 3463 codes come first, then the SMTP code, then the phrases that servers use. In doubt it is soft.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOT_NUMBER = r"(?<![\d.\[])"
_ENHANCED = re.compile(_NOT_NUMBER + r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.\]])")
_WITH_REPLY = re.compile(
    _NOT_NUMBER + r"([245]\d\d)[ \-:,]{1,3}(?:ERROR_CODE :)?['\"(#]?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.\]])"
)
_REPLY = re.compile(r"(?:^|[\s:;,(])([45]\d\d)(?=[ \-:,]|$)", re.MULTILINE)
AT_OTHER = re.compile(r"(?i)(?:in reply to|after) (?:end of )?(?:DATA|MAIL FROM|EHLO|HELO)")
"""The server refused something else than the address. Sendmail's transcript is no proof: it pipelines."""
AT_RCPT = re.compile(
    r"(?i)in reply to RCPT|after RCPT|SMTP:RCPT|>>> RCPT TO:[^\n]*\s*\n\s*<<<|did not like our RCPT"
    r"|does not like recipient|server has rejected address"
)
"""The server refused the address itself."""

SOFT_WORDS = (
    (
        "mailer_failed",
        r"mailer error|procmail|maildrop|could(?:n't| not) create|can(?:'t|not) create|command (?:died"
        r"|failed)|system error"
        r"|relaying|550 : user unknown",  # the last: a carrier's filter that will not say who (KDDI)
    ),
    (
        "mailbox_full",
        r"over ?quota|quota|mailbox (?:\S+ ){0,4}full|(?:mailbox|inbox|account|folder) is full"
        r"|full mailbox|mailfolder is full"
        r"|out of storage|insufficient (?:disk|system|storage)|(?:exceed\w*"
        r"|over) (?:\S+ ){0,5}(?:storage|space|limit|allowance)"
        r"|no space left|not enough (?:disk |storage |free )*space|too many messages in"
        r"|bo[iî]te (?:\S+ ){0,3}pleine|voll\b",
    ),
    (
        "sender_refused",
        r"sender(?:'s)? (?:\S+ ){0,4}(?:rejected|denied|refused|blocked|verif|not exist|unknown"
        r"|invalid|not allowed|disallowed)"
        r"|(?:domain|address) of (?:the )?sender|\bmail from\b.{0,80}(?:reject|denied|refused|not )"
        r"|\bfrom\b.{0,40}not accepted|originat(?:or|ing)"
        r"|\bSPF\b|\bDKIM\b|\bDMARC\b|unauthenticated|authenticat|not authori[sz]ed"
        r"|verify (?:the )?(?:sender|from)"
        r"|purported responsible|not allowed to (?:send|post)|permission to (?:post|send)"
        r"|may not exist, or",
    ),
    (
        "blocked",
        r"\bblock(?:ed|list)?\b|black ?list|\bRBL\b|dns[bw]l|spamhaus|spamcop|barracuda|reputation"
        r"|\bbann?ed\b|reverse dns|\bPTR\b"
        r"|\brdns\b|client host|client ip|\byour (?:ip|host|server|network)\b|\bIP\b.{0,60}(?:limit"
        r"|listed|denied|refused)"
        r"|cannot find your hostname|connections? not accepted",
    ),
    (
        "content_refused",
        r"\bspam|\bvirus|malware|\bjunk|\bcontent|\bpolic(?:y|ies)\b|suspicious|phish|\btoo (?:large"
        r"|big|long)\b|\bsize\b"
        r"|header|attachment|unsolicited|scored? as|message (?:was )?(?:rejected|refused|not accepted)"
        r"|filter"
        r"|your e?-?mail is redundant|refuses? to (?:receive|accept)|only accept|protected by|user reject",
    ),
    ("relay_denied", r"\brelay(?:ing)?\b(?! (?:host|server))|not (?:a )?local (?:domain|host)|rcpthosts"),
    ("too_many_hops", r"too many hops|mail loop|looping|routing loop|hop count"),
    (
        "later",
        r"too many|frequency|rate (?:limit|exceed)|throttl|try (?:again )?later|tempor|greylist|defer"
        r"|time[d]?[ -]?out|delayed"
        r"|will be retried|could not be delivered for|lost connection|connection (?:refused|reset)"
        r"|unreachable"
        r"|connect(?:ing)? to (?:host|server)|not responding|lookup failure|queue|expired|warning message",
    ),
    (
        "disabled",
        r"mailbox unavailable|disabled|inactive|suspend|deactivat|locked|discontinued|not active"
        r"|restricted|on hold|expired account|frozen",
    ),
)
"""Reasons that pass, or that are about us and not about the lead, with the words that tell them."""

_WHO = r"(?:user|recipient|mail ?box|account|person|customer|login|address|addressee)(?:e?s)?"
GONE = re.compile(
    r"(?im)\b(?:no|not|isn't|unknown|invalid|bad|non-?exist[ae]nt|unrecogni[sz]ed|undeliverable|illegal)"
    r"(?: (?:an?|the|any|such|known|valid|local|registered|our|your|gateway|address|recipient|user|e?-?mail"
    r"|mailbox|account|name|in|this|virtual|to|of|customer|final|delivery|for|on|domain|host|server)){0,4}"
    rf" {_WHO}\b"
    rf"|\b(?:{_WHO}|e-?mail address|alias|account that you tried to reach)"
    r"(?: \(?<?\S{1,250}@\S{1,250}>?\)?:?| name| id| address| here| you (?:tried|entered)"
    r"| that you tried to reach){0,2}"
    r"[,:]?(?: (?:is|was|were|does|did|has|could|can|be|been|do))* ?"
    r"(?:unknown|invalid|wrong|(?:not|n't) (?:be )?(?:found|exist\w*|known|listed|recogni[sz]ed|valid"
    r"|a valid|registered"
    r"|in|have|ok\b|present|accepted)|not\b.{0,20}\bfound|non-?exist[ae]nt|no longer|deleted|removed|closed"
    r"|deceased|(?:has )?moved|missing home)"
    r"|(?:doesn't|does not|don't|do not) (?:like recipient|have an? \S* ?(?:account|mailbox|user)|exist)"
    r"|\bno (?:mailbox|account|user|one|such) (?:\S+ ){0,3}"
    r"(?:here|by that name|exists?|found|name|user|person|mailbox|account|recipient|address)\b"
    r"|recip(?:ient)?notfound|recipient name is not recogni[sz]ed|not listed in|badrcptto"
    r"|badrecipientto|validrcptto"
    r"|(?:address|recipient) rejected(?:\.?\s*$|\.? \S+@"
    r"|: (?:access denied|undeliverable|unverified|user|unknown|no such|invalid|not found))"
    r"|unknown (?:e-?mail )?(?:user|recipient|local|address|mailbox|account)|addresses were unknown"
    r"|not our customer"
    r"|no longer (?:on server|available|valid|works|employed|with us|in use|exists?|accepts? mail)"
    r"|doesn't have (?:an? )?\S{1,250} account|no valid recipients|not known at this site|rcpt to isn't valid"
    r"|(?:destinataire|utilisateur|adresse) (?:\S+ ){0,2}(?:invalide|inconnue?|inexistant)"
    r"|empf(?:ä|ae)nger(?:adresse)? (?:\S+ ){0,2}(?:unbekannt|existiert nicht)|adresse nicht gefunden"
    r"|(?:usuario|destinatario) (?:\S+ ){0,2}(?:desconocido|no existe|inesistente|sconosciuto)"
    r"|no existe dicha persona|nessun utente simile|宛先不明|見つかりません|存在しません"
)
"""The mailbox does not exist: in English as servers say it, with some French, German, Spanish and Italian."""

NO_HOST = re.compile(
    r"(?i)host unknown|unknown (?:host|domain)|nxdomain|name or service not known|domain must exist"
    r"|(?:host|domain)(?: or domain)?(?: name)?(?: \S{1,250})? "
    r"(?:not found|does not exist|doesn't exist|not exist|is not reachable|invalid|is unknown)"
    r"|(?:no such|non-?exist[ae]nt|bad|invalid|illegal) (?:host|domain)|unroute?able (?:address|mail domain)"
    r"|records? point to non-?exist[ae]nt|no smtp service|null ?mx|no mx record|couldn't find any host"
    r"|does not accept (?:any )?mail|domain or user isn't in"
)
"""The domain does not exist, or takes no mail (RFC 7505)."""

HARD_CODES = {
    "1.1": "user_unknown",
    "1.2": "host_unknown",
    "1.3": "user_unknown",
    "1.6": "moved",
    "1.10": "no_mail_taken",
    "4.4": "host_unknown",
}
"""Subject and detail of permanent codes that speak of the address itself (RFC 3463 3.2, RFC 7505)."""
NO_MAIL_CODES = (521, 556)
"""The host, or the domain, takes no mail at all (RFC 7504)."""
OTHER_CODES = {
    "1.7": "sender_refused",
    "1.8": "sender_refused",
    "2.0": "mailbox_status",
    "2.2": "mailbox_full",
    "2.3": "content_refused",
    "2.4": "mailbox_status",
    "3.4": "content_refused",
}
"""Codes that settle it the other way, whatever the words say."""
ABOUT_ELSE = ("3.", "7.")
"""Codes of the mail system and of policy: words about an unknown user count only where RCPT was refused."""
GENERAL = ("", "0.0")
"""No code, or one that says nothing: of a server's bare 550, filters say "unknown user" as well, at DATA."""
NOT_THE_ADDRESS = ("mailbox_full", "sender_refused", "blocked", "later", "disabled")
"""Words that weigh more than those about an unknown user: they often stand in one sentence."""
_SOFT = tuple((reason, re.compile(f"(?i){words}")) for reason, words in SOFT_WORDS)


LONGEST = 16_000
"""Characters that are looked at: a server's words are some hundred, and a hostile mail must not take long."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means. `hard`: this address will not take mail again; `reason` in one of our words."""

    hard: bool
    reason: str
    status: str = ""
    code: int | None = None


def judge(status: str, text: str) -> Verdict:
    """Judge one failure by the status a report states (RFC 3464 2.3.4) and by what the server said."""
    text = text[:LONGEST]
    spoken, code = _codes(text)
    stated = _first(status)
    best = _most_telling(spoken, stated)
    hard, reason = _decide(best, code, text)
    return Verdict(hard, reason, best, code)


def _decide(status: str, code: int | None, text: str) -> tuple[bool, str]:
    subject = status.partition(".")[2]
    soft = next((reason for reason, words in _SOFT if words.search(text)), "")
    if status.startswith("4") or (not status and code is not None and code < 500):
        return False, soft or "later"
    if subject in OTHER_CODES:
        return False, OTHER_CODES[subject]
    if code in NO_MAIL_CODES and not soft:
        return True, "no_mail_taken"
    named = "user_unknown" if GONE.search(text) else "host_unknown" if NO_HOST.search(text) else ""
    general = subject in GENERAL and code is not None and named == "user_unknown"
    unproven = (general or subject[:2] in ABOUT_ELSE) and not AT_RCPT.search(text)
    if soft == "mailer_failed" or AT_OTHER.search(text) or unproven:
        return False, soft or "unclear"
    if subject in HARD_CODES:
        doubt = soft in NOT_THE_ADDRESS[:3] and not named
        return not doubt, soft if doubt else HARD_CODES[subject]
    if named and soft not in NOT_THE_ADDRESS:
        return True, named
    return False, soft or "unclear"


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
