"""The phrases of automatic answers, by language; all is folded: small letters without accents.

One sign is not enough: people tell of holidays and of tickets too. Who is away says until when; a receipt says
that something came, and what will happen with it.
"""
# ruff: noqa: E501 -- a phrase of a table stands on one line

from __future__ import annotations

import re

_S = r"(?:\S{1,20} )"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in phrases))


AWAY = _any(
    rf"\b(?:i am|i'm|i will be|i'll be|we are|we're|we will be|am|is|will be) {_S}{{0,2}}?(?:out of (?:the |my )?office"
    rf"|away\b|out until|on {_S}{{0,2}}?(?:leave|vacation|holidays?|sabbatical|trip)\b|travell?ing|unavailable"
    r"|offline|not (?:in the office|available|at my desk|at work|working)|absent)",
    r"\b(?:will not be|won't be|not) (?:reading|checking|answering) (?:my )?(?:e-?mails?|mails?|messages)",
    r"\bout of (?:the )?office (?:from|until|starting|between|for|with|till)\b",
    rf"\bje (?:suis|serai) {_S}{{0,2}}?(?:absente?|en (?:conges?|vacances|deplacement|formation)|hors du bureau"
    r"|indisponible|injoignable)\b",
    r"\b(?:actuellement|momentanement) (?:absente?|en conges?|en vacances|indisponible)\b",
    rf"\bbin {_S}{{0,8}}?(?:nicht (?:im (?:bur?o|buero|hause?)|am platz|erreichbar|da\b|in der)|abwesend|ausser haus"
    r"|im (?:urlaub|mutterschutz|krankenstand)|in (?:elternzeit|urlaub)|auf dienstreise|unterwegs)\b",
    rf"\bbefinde mich {_S}{{0,5}}?(?:im urlaub|in elternzeit|auf|nicht)|\b(?:buro|buero) ist {_S}{{0,3}}?geschlossen",
    rf"\b(?:estoy|estare|me encuentro|nos encontramos) {_S}{{0,2}}?(?:fuera|ausente|de (?:vacaciones|viaje|permiso|baja))",
    rf"\b(?:sono|saro) {_S}{{0,3}}?(?:fuori (?:ufficio|sede)|assente|in ferie)",
    rf"\bben (?:ik )?{_S}{{0,8}}?(?:afwezig|niet (?:aanwezig|bereikbaar|op kantoor)|met vakantie|op vakantie)",
    rf"\b(?:estou|estarei|encontro-me) {_S}{{0,2}}?(?:fora|ausente|de ferias)",
)
"""The writer is absent."""

BACK = _any(
    r"\buntil\b|\btill\b|\breturn(?:ing)?\b|\b(?:be|am|i'm) back\b|\b(?:no|limited|without) access\b|\bin my absence\b"
    r"|\burgent\b|\burgently\b|\bimmediate (?:assistance|attention)|\bget back to you\b",
    r"\bjusqu'(?:au|a)\b|\bretour\b|\burgen\w{1,4}\b|\bne sera pas (?:transfer|lu)|\bmon absence\b",
    r"\bbis (?:zum|einschl|\d|ende|mitte|anfang|auf|voraussichtlich)|\bwieder (?:da|erreichbar|fur sie|im|zu|zuruck)\b"
    r"|\bweitergeleitet\b|\bdringend\w{0,3}\b|\bruckkehr\b|\bzuruck\b|\bvertret\w{1,5}\b",
    r"\bhasta (?:el|nuevo)\b|\bregres\w{1,5}\b|\burgente?s?\b|\burgencia\b|\bvuelta\b|\bvolver\w{1,2}\b",
    r"\bfino al\b|\burgenz\w\b|\brientr\w{1,4}\b|\btot en met\b|\btot \d|\bspoed\b|\bterug\b|\bate (?:ao|o|dia|\d)\b",
)
"""Until when, or whom to ask meanwhile."""

AUTOMATIC = _any(
    rf"\bthis (?:is|was) an? {_S}{{0,1}}?(?:auto\w{{0,12}}|system|computer)[- ]?(?:generated )?{_S}{{0,1}}?(?:message"
    r"|reply|response|e-?mail|mail|notification|acknowledg\w{1,8}|answer|confirmation)",
    r"\bthis (?:message|e-?mail|mail|reply|response) (?:is|was|has been) (?:sent |generated |created )?(?:auto"
    r"|by (?:a|an|our) (?:auto|system))",
    r"\b(?:please )?(?:do not|don't) (?:reply|respond) (?:directly )?to this (?:auto\w{1,7} )?(?:e-?mail|message|mail"
    r"|notification)|\b(?:mail ?box|inbox|address) is (?:not|un) ?(?:being )?(?:monitored|read|attended)",
    r"\bhuman being\b.{0,60}\bspam\b|\bconfirm (?:your subscription|that you|you are)|\bverify that you\b",
    rf"\b(?:message|courriel|e-?mail|mail|reponse|accuse) {_S}{{0,4}}?automatique(?:ment)?\b"
    r"|\bne (?:pas repondre|repondez pas) a (?:ce|cet) (?:message|e-?mail|mail|courriel)",
    r"\bautomatisch (?:erzeugt|erstellt|generiert|versandt|versendet|verschickt)\w{0,2}\b"
    r"|\bautomatische (?:antwort|nachricht|e-?mail|mail|\S{0,12}bestatigung)\b"
    r"|\bnicht auf diese (?:automatische )?(?:e-?mail|mail|nachricht)",
    rf"\b(?:mensaje|correo|respuesta|e-?mail) {_S}{{0,2}}?(?:generad[oa] )?(?:automatic[oa]|automaticamente)\b"
    r"|\bno (?:responda|conteste|responder) (?:a )?este (?:mensaje|correo|e-?mail)",
    rf"\b(?:messaggio|risposta|email) {_S}{{0,2}}?automatic[oa]|\bautomatisch (?:bericht|antwoord|gegenereerd)"
    rf"|\b(?:mensagem|resposta) {_S}{{0,2}}?automatica",
)
"""The mail says that it is automatic."""

_WHAT = r"(?:e-?mail|mail|message|request|enquiry|inquiry|query|question|application|ticket|case|submission)"
RECEIVED = _any(
    rf"\bwe(?:'ve| have)? {_S}{{0,1}}?(?:received|got|registered|logged) your {_S}{{0,2}}?{_WHAT}",
    rf"\byour {_S}{{0,2}}?{_WHAT} {_S}{{0,3}}?(?:has been|was|has|is being) {_S}{{0,1}}?(?:received|registered|created"
    r"|logged|opened|submitted|reached|assigned|processed|closed)",
    rf"\b(?:thank you|thanks) for {_S}{{0,1}}?(?:contacting|writing to|getting in touch|reaching out|your {_WHAT})",
    r"\b(?:confirm\w{0,3}|acknowledge) (?:that we )?(?:got|received|receipt|have received)\b|\breached (?:the|our)\b",
    r"\ba (?:support )?(?:ticket|case) has been (?:created|opened)\b",
    rf"\bavons {_S}{{0,2}}?(?:recu|pris en compte|enregistre)|\baccus(?:e|ons) (?:de )?reception\b|\bbien recu\b"
    rf"|\bvotre (?:message|demande|courriel|e-?mail|mail|ticket|requete) {_S}{{0,4}}?(?:recu|enregistr|pris|parvenu"
    r"|transmis|traite)",
    rf"\bihre? {_S}{{0,2}}?(?:anfrage|nachricht|e-?mail|mail|mitteilung|anliegen|schreiben|ticket) {_S}{{0,5}}?"
    r"(?:erhalten|empfangen|eingegangen|registriert|angelegt|aufgenommen)|\beingangsbestatigung\b"
    r"|\b(?:dank|danke) fur ihre (?:nachricht|anfrage|e-?mail|mail|mitteilung)",
    rf"\bhemos {_S}{{0,1}}?(?:recibido|registrado) su\b|\bacuse de recibo\b"
    rf"|\bsu (?:mensaje|solicitud|consulta|correo|peticion) {_S}{{0,3}}?(?:recibid|registrad|llegado)"
    r"|\bgracias por (?:contactar|ponerse|escribir|su (?:mensaje|correo|consulta|interes))",
    r"\babbiamo ricevuto\b|\bgrazie per (?:averci|il suo|la sua)|\bwij hebben uw\b|\bbedankt voor uw\b|\brecebemos\b"
    r"|\bobrigado pel[ao] su?a",
)
"""A receipt: something of ours has arrived."""

PROMISED = _any(
    r"\b(?:ticket|reference|case|request|incident|vorgang\w{0,7}|ticketnummer|dossier|referencia|caso|numero|nummer|ref)"
    r"\b.{0,20}\d{3,}|#\s?\d{3,}|\b[a-z]{2,6}-\d{2,6}\b",
    r"\bwill (?:be )?(?:reply|respond|answer|get back|contact|be in touch|in touch|review|reviewed|handled|deal|look)"
    r"|\b(?:working|business) days?\b|\bwithin \d|\bas soon as (?:possible|we can)\b|\bmember of (?:our|the)\b"
    r"|\baim to\b|\bshortly\b",
    r"\b(?:meilleurs|plus brefs) delais\b|\bsous \d|\bjours? ouvr|\breviendr\w{1,4}\b|\brepondr\w{1,4}\b|\btraiter\w{0,4}\b",
    r"\bso (?:schnell|bald|rasch) (?:wie|als)\b|\bschnellst\w{1,9}\b|\bin kurze\b|\bwerktag\w{0,3}\b|\bmelden uns\b"
    r"|\bbearbeite[tn]\b|\bumgehend\b|\bzeitnah\b",
    r"\bantes posible\b|\bbrevedad\b|\bresponder\w{0,4}\b|\bdias (?:habiles|laborables)\b|\bpondremos en contacto\b"
    r"|\bbreve\b|\bal piu presto\b|\bzo spoedig\b|\bbinnen \d|\bem breve\b|\bassim que\b",
)
"""It will be processed, or has a number."""
