"""The words of servers, by what they mean: read only where a reply's codes do not settle it.

Providers' own lists are the source: Google 3726730, Yahoo's Sender Hub, Microsoft's and Amazon SES's pages
of SMTP replies, and what Postfix, Exim and Exchange say by default.
"""

from __future__ import annotations

import re

MAX_READ = 1000
"""Characters that are read: the patterns must not run over a hostile megabyte."""

AGAIN = re.compile(r"\n\s*+(?:[245]\d\d[ ,\-]\s*+)?(?:[245]\.\d{1,3}\.\d{1,3}\s)?")
"""A line end and the codes that a reply repeats on each line: they would stand between two words."""
LINK = re.compile(r"https?://\S+")
ADDRESS = re.compile(r"<?(?<![^\s@<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']+@[^\s<>(),;:\"']+>?")


def plain(text: str) -> str:
    """The reply on one line, without links and with `<address>` for addresses: both hold misleading words."""
    line = LINK.sub("", AGAIN.sub(" ", text[:MAX_READ].replace("’", "'")))
    return " ".join(ADDRESS.sub("<address>", line).split())


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


ACCOUNT_LIMIT = _any(
    r"throttling failure|maximum sending rate",  # SES
    r"daily (?:message|email|user|smtp|sending|relay)",  # SES; Google: daily user sending limit
    r"relay (?:sending )?limit exceeded",  # Google: for this customer
    r"\bsending (?:quota|limit|rate)\b|tenant has exceeded|credits? exceeded",
    r"(?:hourly|daily|monthly) (?:\S+ ){0,2}(?:limit|quota)",
    r"exceeded the max(?:imum)? (?:e?-?mails|messages|recipients) per",  # cPanel
    r"\b(?:your|this sending) account (?:has )?exceeded|\baccount (?:has )?sent",
    r"too many (?:\S+ ){1,3}(?:this|your) (?:account|login)\b",
    r"too many login|too many messages\. try again in",
)
"""The relay speaks of our account with it: our rate, our quota."""

RECIPIENTS_LIMIT = _any(r"\b(?:recipient|mail ?box|the user|user's|this user)\b")
"""Beside words of a limit: it is the recipient's, not ours."""

RELAY_DENIED = _any(
    r"\brelay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed)|prohibited)",
    r"\b(?:isn't|not|unable) (?:allowed |permitted )?to relay|not in my list of allowed rcpthosts",
    r"invalid credentials",
)
"""The relay does not accept our login: it is missing or wrong."""

NOT_AUTHENTICATED = _any(
    r"\b(?:spf|dkim|dmarc|sender policy framework)\b.{0,80}\b(?:fail\w{0,9}|polic(?:y|ies)|reject\w{0,9}"
    r"|violat\w{1,9}|invalid|missing|required|not|didn't|doesn't|bad|unaligned|align\w{0,9}|error)\b",
    r"\b(?:fail\w{0,9}|violat\w{1,9}|bad|invalid|missing|without|requires?|not|due to)\b.{0,60}"
    r"\b(?:spf|dkim|dmarc)\b",
    r"dmarcrejection|\bunauthenticated\b",
    r"(?:fails?|failed) to pass authentication|not (?:been )?authenticated|required authentication level",
    r"authentication (?:is )?(?:required|failed|unsuccessful)|requires authentication|turn on smtp auth",
)
"""SPF, DKIM, DMARC or our login failed."""

MEMBERS_ONLY = _any(r"resolver\.rst|delivery restriction|allowed[ -]senders?[ -]list")
"""Exchange: this mailbox or group takes mail from its own people only, and calls that authentication."""

NOT_OUR_SENDER = _any(
    r"email address is not verified",  # SES
    r"not owned by (?:user|auth)|not (?:have permissions? |allowed )to send as|send-?as ?denied",
    r"\bsender\b.{0,60}(?:domain not found|domain does not exist|no (?:a|mx)\b|unresolv|not verified)",
    r"\bdomain of (?:the )?sender\b.{0,60}(?:not|resolve)|sender domain must exist|sender domain resolve",
    r"sending (?:\S+ )?(?:has been |is )?(?:suspended|paused)|sending mail account",
    r"domaine de l'exp[ée]diteur.{0,60}(?:introuvable|n'existe|invalide)",
    r"absender-?domain\w{0,3}.{0,60}(?:nicht|ung[uü])|domain des absenders.{0,60}nicht",
    r"dominio del (?:remitente|mittente).{0,60}(?:no |non )",
    r"your account (?:\S+ ){0,4}(?:suspended|disabled|blocked|paused|locked)",
)
"""Our account or our sender address is not in order."""

PASSING = _any(
    r"tempor\w{0,9} (?:dns|error|fail)|temperror|\bdns (?:time|fail|error|lookup)|lookup (?:fail|error)"
)
"""Our authentication could not be checked just now."""

GREYLISTED = _any(r"gr[ae]y[ -]?list")

MAILBOX_BUSY = _any(
    r"receiv\w{1,9} (?:e?-?mail|messages?) (?:too (?:quickly|fast)|at a rate)|recipient thread limit",
    r"too many messages (?:for|to|in) (?:this|the) (?:user|recipient|mail ?box)",
    r"mail ?box (?:is )?(?:busy|locked)",
    r"over ?quota|\bquota (?:is )?(?:exceeded|violation)|exceed\w{0,9} (?:\S+ ){0,3}quota",
    r"(?:mail ?box|inbox|account|mail ?folder|storage) (?:\S+ ){0,3}full\b|full mail ?box|out of storage",
    r"bo[iî]te (?:\S+ ){0,5}(?:pleine|satur[ée]e)|postfach (?:\S+ ){0,5}voll\b",
    r"mailbox (?:\S+ ){0,3}(?:voll|vol)\b",
    r"buz[oó]n (?:\S+ ){0,5}lleno|casella (?:\S+ ){0,5}piena|caixa (?:\S+ ){0,5}cheia",
    r"quota d[ée]pass[ée]|cuota (?:excedida|superada)|kontingent (?:\S+ ){0,2}[uü]e?berschritten",
)
"""One user's mailbox is full, or gets too much at the moment."""

NO_ROOM = _any(r"quota|storage|full")
"""With 552 to RCPT, which Postfix and others say of a mailbox; after the dot 552 speaks of the letter."""

TOO_FAST = _any(
    r"too (?:many|much|fast|quick)|slow down|rate[ -]limit|\bthrottl|frequency",
    r"exceeded (?:\S+ ){0,4}(?:rate|limit)|unusual|unexpected volume|volume of|complaints",
    r"unsolicited|reputation|untrusted|suspicious",
    r"\bdeferred\b|server (?:is )?(?:too )?busy|blocked",
    r"\[?\b(?:ip)?tss?\d\d\b|\brp-00\d\b",  # Yahoo; Outlook
)
"""The recipient's domain takes nothing more from us for now."""

CONNECTION_SPENT = _any(r"(?:per|for one|for this) (?:connection|session)|connection expired")
"""421 when a connection has carried as many letters as it may: the next one carries this letter."""

RATE_LIMITED = _any(r"(?:rate|frequency) limited|(?:rate|frequency) limit exceeded")
"""A 5xx whose text says that it is temporary (Google, QQ)."""

NO_REVERSE_NAME = _any(
    r"\bptr\b|\br-?dns\b|reverse (?:dns|name|host|lookup|address|mapping)|forward[- ]confirmed",
    r"cannot find your (?:reverse )?hostname",
    r"(?:dns|nom|nombre|resolution|resolucion) invers|r[uü]e?ckw[aä]e?rts",
)
"""Our host has no reverse DNS name."""
