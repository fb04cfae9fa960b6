"""The phrases servers refuse mail with: temporary or about us, and those that mean that no mailbox is there.

One table for what a relay answers us and for what comes back by mail. Learnt from replies of many servers, and
from the published lists of the large providers. Where one provider has a phrase of its own for a dead mailbox,
it is named beside it. All is folded: small letters without accents.
"""
# ruff: noqa: E501 -- a phrase of a table stands on one line

from __future__ import annotations

import re
from typing import Literal, get_args

AT_OTHER = re.compile(
    r"(?i)(?:in\s{1,40}reply\s{1,40}to|after)\s{1,40}(?:pipelined\s{1,40})?(?:end\s{1,40}of\s{1,40}|sending\s{1,40})?"
    r"(?:DATA|MAIL\s{1,40}FROM|EHLO|HELO|initial\s{1,40}connection)|\[MAIL_FROM\]"
)
"""The server refused something else than the address. Sendmail's transcript is no proof: it pipelines."""
AT_US = re.compile(
    r"(?i)(?:in\s{1,40}reply\s{1,40}to|after|response\s{1,40}to)\s{1,40}(?:pipelined\s{1,40})?(?:sending\s{1,40})?"
    r"(?:MAIL\s{1,40}FROM|EHLO|HELO|initial\s{1,40}connection)"
    r"|\[MAIL_FROM\]|refused\s{1,40}to\s{1,40}talk\s{1,40}to\s{1,40}(?:me|us)|but\s{1,40}sender\s{1,40}was\s{1,40}rejected"
    r"|did\s{1,40}not\s{1,40}like\s{1,40}our\s{1,40}(?:EHLO|HELO|MAIL)"
)
"""The server refused us before it knew the recipient."""
AT_RCPT = re.compile(
    r"(?i)in\s{1,40}reply\s{1,40}to\s{1,40}RCPT|after\s{1,40}(?:pipelined\s{1,40})?RCPT|SMTP:RCPT|\[RCPT_TO\]"
    r"|>>> RCPT TO:[^\n]{0,500}\n\s{0,80}<<<|did\s{1,40}not\s{1,40}like\s{1,40}our\s{1,40}RCPT"
    r"|does\s{1,40}not\s{1,40}like\s{1,40}recipient"
)
"""The server refused the address itself."""
ADDRESS_REFUSED = re.compile(r"(?i)server\s{1,40}has\s{1,40}rejected\s{1,40}address")
"""The same in one mail system's words, without the dialogue: a weaker proof (Oracle Messaging Server)."""
AT_DATA = re.compile(r"(?i)>>> DATA[^\n]{0,80}\n\s{0,80}<<<")
"""A transcript in which the refusal came at DATA: maybe of the address, which Sendmail had sent ahead."""

_S = r"(?:[^ \n]{1,40} )"
"""Any word."""
_SENDER = (
    r"(?:\bsenders?\b|\bsender's\b|\boriginator\b|\bmail from\b|\bfrom address\b|\breturn[ -]path\b|\breverse[ -]path\b"
    r"|\bhelo\b|\behlo\b|\benvelope from\b|\bclient host\b|\bsending (?:domain|host|server|ip|address|mta)"
    r"|\bexpediteur|\bemetteur|\babsender|\bremitente|\bmittente|\bafzender|\bremetente)"
)
_NO = (
    r"(?:reject|refus|denied|deny|block|\bnot |n't |unknown|invalid|verif|no such|disallow|must |need |unresolv|bad\b"
    r"|introuvable|n'existe|n'est|inconnu|invalide|rejete|interdit|unbekannt|ungultig|ungueltig|abgelehnt|nicht|gesperrt|desconocid"
    r"|rechazad|inexistente|no (?:existe|autoriz|valid|encontr)|sconosciut|rifiutat|non |onbekend|geweigerd|recusad"
    r"|desconhecid|nao )"
)
_FULL = r"(?:plein|satur|voll\b|uberfull|ueberfuell|llen[oa]|pien[oa]|\bvol\b|chei[oa])"

_Address = Literal["user_unknown", "host_unknown", "moved", "no_mail_taken", "shut"]
_Passing = Literal["mailbox_status", "mailbox_full", "disabled", "mailer_failed", "too_many_hops", "later"]
_Ours = Literal["our_pace", "sender_refused", "blocked", "content_refused", "relay_denied"]
RefusalReason = Literal[_Address, _Passing, _Ours, "unclear"]
"""Why a server refuses a mail."""

SOFT_WORDS: tuple[tuple[RefusalReason, str], ...] = (
    (
        "mailer_failed",
        r"mailer error|procmail|maildrop(?!:? ?maildir)|could(?:n't| not) create|can(?:'t|not) create|command (?:died"
        r"|failed)|system error"
        r"|550 : user unknown",  # the last: a carrier's filter that will not say who (KDDI)
    ),
    (
        "our_pace",
        r"throttling failure|maximum sending rate|daily (?:message|email|user|smtp|sending|relay)"
        r"|relay (?:sending )?limit exceeded|\bsending (?:quota|limit|rate)\b|tenant has exceeded|credits? exceeded"
        r"|exceeded the max(?:imum)? (?:e?-?mails|messages|recipients) per|\b(?:your|this sending) account (?:has )?exceeded"
        r"|unusual (?:rate|amount|volume)|unexpected volume|too many (?:concurrent |simultaneous )?(?:smtp )?(?:connections"
        r"|sessions)|too many messages from|rate limited|(?:rate|frequency) limit|ip frequency|frequency limited|slow down"
        r"|trop de connexions|zu viele verbindungen|demasiadas conexiones|troppe connessioni"
        r"|\[?\b(?:ip)?tss?\d\d\b|\brp-00\d\b|permanently deferred",
    ),
    (
        "mailbox_full",
        r"over ?quota|quota|mailbox (?:[^ \n]{1,40} ){0,4}full|(?:mailbox|inbox|account|folder) is full"
        r"|full mailbox|mailfolder is full"
        r"|(?:storage|space) (?:limit|allowance) |out of storage|insufficient (?:disk|system|storage)|(?:exceed\w{0,9}|exhaust\w{0,3}"
        rf"|over) {_S}{{0,5}}(?:storage|space|limit|allowance)"
        r"|no space left|not enough (?:disk |storage |free ){0,3}space|too many messages (?:in|on)|too much mail data"
        rf"|boite {_S}{{0,6}}{_FULL}|espace {_S}{{0,3}}(?:insuffisant|depasse)|(?:postfach|mailbox|konto) {_S}{{0,6}}{_FULL}"
        r"|speicher\w{0,12} (?:[^ \n]{1,40} ){0,3}(?:uberschritten|ueberschritten|erschopft|erreicht|voll)|kontingent"
        rf"|(?:buzon|cuenta|casilla|bandeja) {_S}{{0,6}}{_FULL}|(?:cuota|limite de almacenamiento) |sin espacio"
        rf"|(?:casella|posta) {_S}{{0,6}}{_FULL}|postvak {_S}{{0,4}}{_FULL}|caixa {_S}{{0,6}}{_FULL}|cota excedida"
        r"|一杯のため|容量を超え|переполнен",
    ),
    (
        "sender_refused",
        rf"{_SENDER}.{{0,60}}?{_NO}|{_NO}.{{0,20}}?(?:\bsender\b|\bhelo\b|\behlo\b|expediteur|absender|remitente|mittente)"
        r"|(?:domain|address) of (?:the )?sender|sender(?:'s)? (?:domain|address)|\bfrom\b(?!:? header).{0,40}not accepted"
        r"|from: domain is invalid|originat(?:or|ing)|anti-?spoofing"
        r"|\bspf\b|\bdkim\b|\bdmarc\b|sender policy framework|unauthenticated|authenticat|not authori[sz]ed"
        r"|\bpurported responsible|not allowed to (?:send|post)|permission to (?:post|send)"
        r"|badmailfrom|may not exist, or|email address is not verified|identit(?:y|ies) failed"
        r"|\bverif\w{1,9} failed|(?:correct|check|your|invalid|bad) (?:your )?(?:helo|ehlo)|(?:helo|ehlo) (?:name|command|host|argument|domain|string)|fully[- ]qualified"
        r"|\byour (?:e-?mail |envelope |mail )?(?:domain|hostname|address) |no autorizado|non autorise|nicht berechtigt",
    ),
    (
        "blocked",
        r"\bblock(?:ed|ing|list)?\b|black ?list|block ?list|\brbl\b|dns[bw]l|spamhaus|spamcop|barracuda|reputation"
        r"|\bbann?ed\b|reverse (?:dns|host|lookup|name)|\bptr\b"
        r"|\brdns\b|client host|client ip|\byour (?:ip|host|server|network)\b|\bip\b.{0,60}(?:limit"
        r"|listed|denied|refused)|\bip=|bad behaviou?r|forward[- ]confirmed"
        r"|cannot find your hostname|connections? not accepted|not accepting connections"
        r"|lista (?:negra|nera)|liste noire|sperrliste|schwarze[nr]? liste|zwarte lijst|reputacion|reputazione|mauvaise rep"
        r"|\bgesperrt|geblockt|bloque(?:e|ado|ada)?\b|bloccat|geblokkeerd|dns inverso|resolution inverse|inverse dns"
        r"|ruckwarts|(?:votre|ihre|su) (?:adresse )?ip\b|verbindung abgelehnt",
    ),
    (
        "content_refused",
        r"\bspam|\bvirus|malware|\bjunk|\bcontent|\bpolic(?:y|ies)\b|suspicious|phish|(?<!queue )\btoo (?:large"
        r"|big|long)\b|\bsize\b"
        r"|header|attachment|unsolicited|scored? as|message (?:was )?(?:rejected|refused|not accepted)"
        r"|mail rejete|mail rejected|filter"
        r"|your e?-?mail is redundant|refuses? to (?:receive|accept)|only accept|protected by|user reject"
        r"|\bcontenu|inhalt|contenido|indesirable|no deseado|unerwunscht|richtlinie|politique|politica",
    ),
    (
        "relay_denied",
        r"\brelay(?:ing)?\b (?:access )?(?:is |was )?(?:denied|not|prohibited|refused|disallowed)|\brelaying\b|\bto relay\b"
        r"|(?:not|no) relay|not (?:a )?local (?:domain|host)|rcpthosts",
    ),
    ("too_many_hops", r"too many hops|mail loop|looping|routing loop|hop count"),
    (
        "later",
        r"too many|frequency|rate (?:limit|exceed)|throttl|try (?:again )?later|tempor|gr[ae]y ?list|defer"
        r"|time[d]?[ -]?out|delayed|too (?:fast|quickly)|at a rate|verification in progress"
        r"|will be retried|could not be delivered for|lost connection|connection (?:refused|reset|dropped)"
        r"|unreachable|wasn't able to establish|not going to try again"
        r"|connect(?:ing)? to (?:host|server|[^ \n]{1,80}:25)|not responding|lookup fail(?:ure|ed)(?!.{0,80}not found)"
        r"|host not found, try again|malformed .{0,20}name server reply|queue|expired|warning message"
        r"|reessayer|plus tard|vorubergehend|voruebergehend|spater|spaeter|mas tarde|temporal|piu tardi|tijdelijk|mais tarde",
    ),
    (
        "disabled",
        r"mailbox unavailable|disabled|inactive|suspend|deactivat|locked|discontinued|not active"
        r"|restricted|on hold|expired account|frozen|desactive|deaktiviert|gesperrt|desactivad|suspendid|sospes",
    ),
)
"""Temporary reasons, and reasons about us and not the lead, each with its phrases."""

OURS: frozenset[RefusalReason] = frozenset(get_args(_Ours))
"""Reasons that speak of us, of our host, or of what we wrote: no address pays for them."""

CERTAIN = (
    r"mailbox\s{1,9}unavailable\s{1,9}\(-?\d{1,6}:\d{1,6}:-?\d{1,6}\)",  # Hotmail
    r"this user doesn'?t have an? (?:\S{1,250} )?account",  # Yahoo
    r"mailbox is disabled \(554\.30\)",  # Yahoo
    r"invalid mailbox\.\s{1,9}(?:local )?mailbox",  # Mail.ru
    r"error: invalid user address",  # Verizon's gateway of short messages
    r"(?:host|domain)\S{0,60} does not accept (?:any )?e?-?mail(?! from)",  # RFC 7505; Sendmail, Apple
    r"recipient \S{0,20}\s?null ?mx",
    r"accountdisabledexception",  # Exchange Online, of somebody who has left
)
"""Phrases that always mean that there is no such mailbox, whatever the code and the moment."""

SHUT_WORDS = (
    rf"\b(?:account|mail ?box)(?: that you tried to reach| of {_S}{{0,2}})? ?(?:is |has been |was )?(?:disabled|closed"
    r"|deactivated|terminated|cancelled|deleted)\b(?! or\b)",
    r"\bmail ?box no longer exists",
)
"""The provider closed the mailbox. An inactive, locked or suspended one may come back."""

_WHO = r"(?:user(?: ?-?id)?|recipient|mail ?box|account|person|customer|login|address|addressee)(?:e?s)?"
_NOT = (
    r"(?:no|not|isn't|unknown|invalid|bad|non-?exist[ae]nt|unrecogni[sz]ed|undeliverable|illegal)"
    r"(?: (?:an?|the|any|such|known|valid|local|registered|our|your|gateway|address|recipient|user|e?-?mail"
    r"|mailbox|account|name|in|this|virtual|to|of|or|customer|final|delivery|for|on|domain|host|server)){0,4}"
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
    rf"[,:]?(?: (?:is|was|were|does|did|has|could|can|be|been|do)){{0,5}} ?{_IS_NOT}",
    r"(?:doesn't|does not|don't|do not) (?:like recipient|have an? \S{0,60} ?(?:account|mailbox|user)|exist)",
    r"\bno (?:mailbox|account|user|one|such) (?:[^ \n]{1,40} ){0,3}"
    r"(?:here|by that name|exists?|found|name|user|person|mailbox|account|recipient|address)\b",
    r"recip(?:ient)?notfound|recipient name is not recogni[sz]ed|not listed in|badrcptto"
    r"|badrecipientto|validrcptto",
    r"(?:address|recipient) rejected(?:\.?\s{0,9}(?:$|\(in reply to rcpt)|\.? [^\s@]{1,250}@"
    r"|: (?:access denied|undeliverable|unverified|user|unknown|no such|invalid|not found))",
    r"unknown (?:e-?mail )?(?:user|recipient|local|address|mailbox|account)|addresses were unknown"
    r"|unknown or illegal alias|not our customer|invalid recipient",
    r"no longer (?:on server|available|valid|works|employed|with us|in use|exists?|accepts? mail)",
    r"doesn't have (?:an? )?\S{1,250} account|no valid recipients|not known at this site|rcpt to isn't valid",
    # French
    rf"(?:destinataire|utilisateur|adresse|boite|compte)\b {_S}{{0,8}}?(?:invalide|inconnue?|inexistant|introuvable"
    r"|n'existe (?:pas|plus)|n'est (?:pas|plus) (?:valide|repertorie|reconnu|dans)|ferme|supprime)"
    r"|aucun (?:utilisateur|destinataire|compte)\b|(?:utilisateur|destinataire|adresse|compte) (?:inconnu|inexistant|invalide)",
    # German
    r"(?:empfanger|empfaenger|benutzer|adressat|teilnehmer|postfach|mailbox|konto|account|adresse)\w{0,10}"
    rf" {_S}{{0,6}}?(?:unbekannt|existiert nicht|nicht (?:mehr )?(?:bekannt|gefunden|vorhanden|gultig|gueltig|vergeben"
    r"|erreichbar|aufgefuhrt|eingetragen)|ungultig|ungueltig|geloscht|geloescht|gibt es nicht|ist nicht im)"
    r"|unbekannter? (?:benutzer|empf|adress|user|mailbox)|kein (?:solcher|solches|gultiger|benutzer|postfach)"
    r"|benutzer nicht|wurde (?:unter )?(?:\S{1,250} )?nicht gefunden",
    # Spanish and Portuguese
    rf"(?:usuario|destinatari[oa]|direccion|buzon|cuenta|casilla|utilizador|endereco|caixa|conta|endereço) {_S}{{0,6}}?"
    r"(?:desconocid|desconhecid|no existe|nao existe|inexist|no (?:se )?(?:encontr|encuentr|valid)|invalid|eliminad"
    r"|nao (?:foi )?encontrad|dad[oa] de baja)"
    r"|(?:usuario|destinatari[oa]) (?:desconocid|inexist|desconhecid|invalid)|no existe (?:dicha|el|la|ese|tal) \w{1,12}",
    # Italian and Dutch
    rf"(?:utente|destinatario|casella|indirizzo) {_S}{{0,6}}?(?:inesistente|sconosciut|non (?:esiste|trovat|valid))"
    r"|nessun utente simile",
    rf"(?:gebruiker|ontvanger|adres|postbus|mailbox|account) {_S}{{0,6}}?(?:onbekend|bestaat niet|niet gevonden|ongeldig)"
    r"|onbekende? (?:gebruiker|ontvanger|adres)",
    # Polish, Russian
    r"nieznany uzytkownik|uzytkownik nie istnieje|nieznany u[zż]ytkownik|u[zż]ytkownik nie istnieje"
    rf"|(?:пользовател|получател|адрес)\S{{0,40}} {_S}{{0,2}}(?:не на[йи]ден|не существует)|несуществующ",
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
    r"does not accept (?:any )?mail|domain or user isn't in|infodomainnonexistent",
)
"""The domain does not exist, or takes no mail (RFC 7505)."""
