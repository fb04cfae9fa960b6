"""The words servers refuse mail with: what passes or is about us, and what says that nobody is there.

Learnt from replies of many servers, and from the published lists of the large providers. Where one provider
has a phrase of its own for a dead mailbox, it is named beside it.
"""

from __future__ import annotations

import re

AT_OTHER = re.compile(
    r"(?i)(?:in\s+reply\s+to|after)\s+(?:pipelined\s+)?(?:end\s+of\s+|sending\s+)?"
    r"(?:DATA|MAIL\s+FROM|EHLO|HELO|initial\s+connection)|\[MAIL_FROM\]"
)
"""The server refused something else than the address. Sendmail's transcript is no proof: it pipelines."""
AT_RCPT = re.compile(
    r"(?i)in\s+reply\s+to\s+RCPT|after\s+(?:pipelined\s+)?RCPT|SMTP:RCPT|\[RCPT_TO\]"
    r"|>>> RCPT TO:[^\n]{0,500}\n\s{0,80}<<<|did\s+not\s+like\s+our\s+RCPT|does\s+not\s+like\s+recipient"
)
"""The server refused the address itself."""
ADDRESS_REFUSED = re.compile(r"(?i)server\s+has\s+rejected\s+address")
"""The same in one mail system's words, without the dialogue: a weaker proof (Oracle Messaging Server)."""

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
        r"|out of storage|insufficient (?:disk|system|storage)|(?:exceed\w{0,9}"
        r"|over) (?:\S+ ){0,5}(?:storage|space|limit|allowance)"
        r"|no space left|not enough (?:disk |storage |free )*space|too many messages in|too much mail data"
        r"|bo[iî]te (?:\S+ ){0,3}pleine|voll\b|casella (?:\S+ ){0,3}piena|buz[oó]n (?:\S+ ){0,3}lleno"
        r"|一杯のため|容量を超え|переполнен",
    ),
    (
        "sender_refused",
        r"sender(?:'s)? (?:\S+ ){0,4}(?:rejected|denied|refused|blocked|verif|not exist|unknown"
        r"|invalid|not allowed|disallowed)"
        r"|(?:domain|address) of (?:the )?sender|\bmail from\b.{0,80}(?:reject|denied|refused|not )"
        r"|\bfrom\b.{0,40}not accepted|from: domain is invalid|originat(?:or|ing)"
        r"|\bSPF\b|\bDKIM\b|\bDMARC\b|unauthenticated|authenticat|not authori[sz]ed"
        r"|verify (?:the )?(?:sender|from)"
        r"|purported responsible|not allowed to (?:send|post)|permission to (?:post|send)"
        r"|badmailfrom|may not exist, or",
    ),
    (
        "blocked",
        r"\bblock(?:ed|list)?\b|black ?list|\bRBL\b|dns[bw]l|spamhaus|spamcop|barracuda|reputation"
        r"|\bbann?ed\b|reverse dns|\bPTR\b"
        r"|\brdns\b|client host|client ip|\byour (?:ip|host|server|network)\b|\bIP\b.{0,60}(?:limit"
        r"|listed|denied|refused)"
        r"|cannot find your hostname|connections? not accepted|not accepting connections",
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
        r"too many|frequency|rate (?:limit|exceed)|throttl|try (?:again )?later|tempor|gr[ae]ylist|defer"
        r"|time[d]?[ -]?out|delayed|too (?:fast|quickly)|verification in progress"
        r"|will be retried|could not be delivered for|lost connection|connection (?:refused|reset)"
        r"|unreachable"
        r"|connect(?:ing)? to (?:host|server)|not responding|lookup failure(?!.{0,80}not found)"
        r"|host not found, try again|malformed .{0,20}name server reply|queue|expired|warning message",
    ),
    (
        "disabled",
        r"mailbox unavailable|disabled|inactive|suspend|deactivat|locked|discontinued|not active"
        r"|restricted|on hold|expired account|frozen",
    ),
)
"""Reasons that pass, or that are about us and not about the lead, with the words that tell them."""

CERTAIN = (
    r"mailbox\s+unavailable\s+\(-?\d+:\d+:-?\d+\)",  # Hotmail
    r"this user doesn'?t have an? \S{1,250} account",  # Yahoo
    r"error: invalid user address",  # Verizon's gateway of short messages
    r"(?:host|domain)\S{0,60} does not accept (?:any )?e?-?mail(?! from)",  # RFC 7505; Sendmail, Apple
    r"recipient \S{0,20}\s?null ?mx",
)
"""Whatever the code beside them, and at whatever moment: nobody there, in words used for nothing else."""

_WHO = r"(?:user(?: ?-?id)?|recipient|mail ?box|account|person|customer|login|address|addressee)(?:e?s)?"
_NOT = (
    r"(?:no|not|isn't|unknown|invalid|bad|non-?exist[ae]nt|unrecogni[sz]ed|undeliverable|illegal)"
    r"(?: (?:an?|the|any|such|known|valid|local|registered|our|your|gateway|address|recipient|user|e?-?mail"
    r"|mailbox|account|name|in|this|virtual|to|of|customer|final|delivery|for|on|domain|host|server)){0,4}"
)
_IS_NOT = (
    r"(?:unknown|invalid|wrong|(?:not|n't) (?:be )?(?:found|exist\w{0,9}|known|listed|recogni[sz]ed|valid"
    r"|a valid|registered|in|have|ok\b|present|accepted)|not\b.{0,20}\bfound|non-?exist[ae]nt|no longer"
    r"|deleted|removed|closed|deceased|(?:has )?moved|missing home)"
)
GONE_WORDS = (
    rf"\b{_NOT} {_WHO}\b",
    rf"\b(?:{_WHO}|e-?mail address|alias|account that you tried to reach)"
    r"(?: [^\s@]{1,250}@[^\s@]{1,250}| name| id| address| here| you (?:tried|entered)"
    r"| that you tried to reach){0,2}"
    rf"[,:]?(?: (?:is|was|were|does|did|has|could|can|be|been|do))* ?{_IS_NOT}",
    r"(?:doesn't|does not|don't|do not) (?:like recipient|have an? \S* ?(?:account|mailbox|user)|exist)",
    r"\bno (?:mailbox|account|user|one|such) (?:\S+ ){0,3}"
    r"(?:here|by that name|exists?|found|name|user|person|mailbox|account|recipient|address)\b",
    r"recip(?:ient)?notfound|recipient name is not recogni[sz]ed|not listed in|badrcptto"
    r"|badrecipientto|validrcptto",
    r"(?:address|recipient) rejected(?:\.?\s*$|\.? \S+@"
    r"|: (?:access denied|undeliverable|unverified|user|unknown|no such|invalid|not found))",
    r"unknown (?:e-?mail )?(?:user|recipient|local|address|mailbox|account)|addresses were unknown"
    r"|unknown or illegal alias|not our customer",
    r"no longer (?:on server|available|valid|works|employed|with us|in use|exists?|accepts? mail)",
    r"doesn't have (?:an? )?\S{1,250} account|no valid recipients|not known at this site|rcpt to isn't valid",
    # French, German, Spanish and Portuguese, Italian
    r"(?:destinataire|utilisateur|adresse) (?:\S+ ){0,2}(?:invalide|inconnue?|inexistant|n'existe pas)",
    r"empf(?:ä|ae)nger(?:adresse)? (?:\S+ ){0,2}(?:unbekannt|existiert nicht)|adresse nicht gefunden"
    r"|unbekannter? (?:benutzer|empf)",
    r"(?:usu[aá]rio|destinat[aá]rio) (?:\S+ ){0,2}(?:desconoci|desconheci|no existe|n[aã]o existe|inexist)"
    r"|no existe dicha persona",
    r"(?:utente|destinatario|casella) (?:\S+ ){0,2}(?:inesistente|sconosciut)|nessun utente simile",
    # Dutch, Polish, Russian
    r"onbekende? (?:gebruiker|ontvanger)|nieznany u[zż]ytkownik|u[zż]ytkownik nie istnieje"
    r"|(?:пользовател|получател|адрес)\S{0,60} (?:\S+ ){0,2}(?:не найден|не существует)|несуществующ",
    # Japanese, Chinese, Korean
    r"宛先不明|見つかりません|存在しません|(?:リスト|ディレクトリ\S{0,4})にありません"
    r"|用户不存在|用戶不存在|收件人不存在|无此用户|존재하지 않",
)
"""The mailbox does not exist: in English as servers say it, with other languages after it."""

NO_HOST_WORDS = (
    r"host unknown|unknown (?:host|domain)|nxdomain|name or service not known|domain must exist",
    r"(?:host|domain)(?: or domain)?(?: name)?(?: \S{1,250})? "
    r"(?:not found|does not exist|doesn't exist|not exist|is not reachable|invalid|is unknown)",
    r"(?:no such|non-?exist[ae]nt|bad|invalid|illegal) (?:host|domain)|unroute?able (?:address|mail domain)",
    r"records? point to non-?exist[ae]nt|no smtp service|null ?mx|no mx record|couldn't find any host",
    r"does not accept (?:any )?mail|domain or user isn't in",
)
"""The domain does not exist, or takes no mail (RFC 7505)."""
