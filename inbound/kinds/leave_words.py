"""The phrases with which people ask for no more mail, by language; all is folded: small letters without accents.

`ACTS` ask for something to be done, which a negation forbids ("please don't stop"). `NO_MORE` are negations
themselves. `ALONE` is a wish only where it is all that a sentence says. People misspell; the commonest slips
stand beside the right word.
"""
# ruff: noqa: E501 -- a phrase of a table stands on one line

from __future__ import annotations

import re

_W = r"(?:[^ ,]{1,30} )"
"""Any word."""


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in phrases))


def _whole(before: str, words: str, after: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{before})[,:]? ){{0,6}}(?:{words})(?:[,:]? (?:{after})){{0,6}}")


# ------------------------------------------------------------------------------------------- English
_ME = r"(?:me|us|myself|ourselves)"
_MINE = (
    rf"(?:(?:my|our|this|these|the following) {_W}{{0,2}}?"
    r"(?:address(?:es)?|e-?mails?|mails?|name|data|details|contact|info|information|account|inbox|id)\b"
    r"|[^ @]{1,64}@[^ @]{1,250})"
)
_UNSUBSCRIBE = (
    r"(?:un[ -]?su(?:b?scribe|bcribe|bscibe|bsribe|bscrib|bscribed)|de-?register|de-?subscribe|opt[ -]?out)"
)
_MAILS = (
    r"(?:e-?mails?|mails?|messages?|newsletters?|news letters?|spam|mailings?|communications?|correspondence"
    r"|marketing|advert\w{0,9}|promotions?|updates|notifications|offers|campaigns?|junk)\b"
)
_LIST = (
    r"(?:(?:e-?mail |mailing |mail |distribution |marketing |contact |address |newsletter |your |this |the |all )"
    r"{0,4}(?:lists?|listing|database|data base|distribution|newsletters?|mailings?|e-?mails?|mails?|records?"
    r"|system|files?|directory|crm|campaigns?|subscription))"
)
_OURS = r"(?:(?:your|this|that|these|those|the|all|any|future|further|such|our|my|of) ){1,4}"

# ------------------------------------------------------------------------------------------- French
_MOI = r"(?:me |m'|nous )"
_MON = (
    r"(?:(?:mon|ma|mes|notre|nos|cette|cet|l')[ ]?(?:e-?mail|adresse|mail|nom|coordonnees|donnees|contact|compte"
    r"|courriel|boite|inscription|abonnement))"
)
_COURRIELS = (
    r"(?:e-?mails?|mails?|courriels?|messages?|newsletters?|infolettres?|lettres?|publicites?|pubs?|spams?"
    r"|offres|sollicitations?|communications?|relances?|envois?|informations|infos|prospections?)\b"
)
_SUPPRIMER = r"(?:retir|supprim|enlev|effac|ray|radi|elimin|desinscri|desabon|desincri|exclu|sort)\w{0,6}"

# ------------------------------------------------------------------------------------------- German
_MICH = (
    rf"(?:mich|uns|(?:meine|unsere|meinen|unseren|diese|meiner) {_W}{{0,1}}?(?:\S{{0,20}}adresse|daten"
    r"|\S{1,20}daten|namen|eintrag|account|kontakt|mail|e-mail))"
)
_VERTEILER = (
    r"(?:\S{0,20}(?:verteiler|liste|listen|datenbank|kartei|newsletter|newslettern|mailing|bestand|datei|system)"
    r"\S{0,10})"
)
_NACHRICHTEN = (
    r"(?:\S{0,12}e?-?mails?|newsletter|werbung|nachrichten|zusendungen|\S{0,12}mailings?|spam|infos?"
    r"|informationen|angebote|post|werbepost|sendungen)\b"
)
_LOSCHEN = (
    r"(?:l(?:o|oe)schen|entfernen|austragen|abmelden|streichen|herausnehmen|rausnehmen|nehmen|raus|entferne"
    r"|l(?:o|oe)sche|abzumelden|auszutragen)"
)

# ------------------------------------------------------------------------------------------- Spanish
_QUITAR = r"(?:elimin|quit|borr|retir|suprim|sac|sal|exclu|remuev|remov)"
_MI = (
    rf"(?:(?:mi|mis|nuestr[ao]s?|esta|este) {_W}{{0,1}}?(?:direccion|correo|e-?mail|nombre|datos|cuenta"
    r"|contacto|mail|suscripcion))"
)
_CORREOS = (
    r"(?:correos?|mensajes?|e-?mails?|mails?|publicidad|boletin(?:es)?|newsletters?|comunicacion(?:es)?"
    r"|informacion|ofertas?|spam|propaganda|nada)\b"
)

ACTS = _any(
    # English
    rf"\b{_UNSUBSCRIBE} (?:{_ME}\b|{_MINE})",
    rf"\b(?:remov(?:e|ing)|delet(?:e|ing)|erase|exclude|opt|purge|discard) (?:{_ME}|{_MINE})(?: out)?(?:$|[,:]| (?:from|out|off|of"
    r"|please|pls|now|immediately|asap|thank\w{0,3}|and|in|completely|permanently|as|on|at|with)\b)",
    rf"\b(?:tak(?:e|ing)|get(?:ting)?|strik(?:e|ing)|drop|cross|opt|sign|scratch|pull|leave|keep) (?:{_ME}|{_MINE}) {_W}{{0,1}}?"
    rf"(?:off|of|out|from)(?:$|[,:]| (?:of |from )?{_LIST}| of (?:this|it|here)\b| please| now| immediately)",
    rf"\b(?:remove|delete|take|opt)\b {_W}{{0,6}}?(?:from|off|out of) (?:your|this|the) {_LIST}",
    rf"\b(?:stop|quit|cease|desist from|refrain from|discontinue) (?:from )?(?:sending|getting|receiving|e-?mailing|mailing|contacting|writing"
    rf"|spamming|bothering|messaging|harassing|pestering|calling)(?: to)?(?: {_ME}\b| {_W}{{0,3}}?{_MAILS}"
    r"| (?:this|these|it|them|anything|stuff)\b|$)",
    rf"\b(?:stop|end|halt|cease) (?:enviar |mandar |all |any |the |these |your |this |those |with |further ){{1,4}}{_W}{{0,1}}?"
    rf"(?:{_MAILS}|e-?mailing|sending)",
    rf"\b(?:cancel|end|terminate|discontinue|stop) (?:my|our|this|the) {_W}{{0,2}}?(?:subscription|newsletter)"
    r"(?:$|,| (?:to|please|with you|now|immediately|thank|as|and|asap)\b)",
    rf"\b(?:i|we) {_W}{{0,2}}?(?:withdraw|revoke|retract|rescind) {_W}{{0,3}}?(?:consent|permission|agreement)",
    rf"\b(?:i|we) {_W}{{0,2}}?object to {_W}{{0,8}}?(?:process\w{{0,4}}|marketing|use|data|{_MAILS}|receiv\w{{0,4}})",
    rf"\b(?:can|could|may|should|would like to|want to|wish to) (?:i |we |please )?be (?:removed|taken off|taken"
    rf"|unsubscribed|deleted|excluded) (?:from|off|out) (?:of )?{_LIST}",
    rf"\bto be (?:removed|taken off|unsubscribed|deleted|excluded|opted out)"
    rf"(?:$|[,:]| (?:from|of|off) (?:{_LIST}|it\b|this\b)| please| now| immediately)",
    rf"\b(?:have|get|see) (?:{_ME}|{_MINE}|my|our|this) {_W}{{0,2}}?(?:removed|unsubscribed|deleted|taken off)",
    rf"\b(?:sure|ensure) (?:that )?(?:i am|i'm|we are|my|our|this) {_W}{{0,4}}?"
    r"(?:removed|unsubscribed|deleted|taken off|off)\b",
    r"\bi(?:'m| am) (?:hereby |now )?(?:unsubscribing|opting out)(?:$|[,:]| (?:from|of)\b)",
    r"\b(?:try|tried|trying|attempted|unable|asked|clicked|impossible|difficult|hard) (?:several times |many times )?"
    rf"(?:to |on )?{_UNSUBSCRIBE}|\b(?:i|we) (?:can't|cannot|can not|couldn't) {_UNSUBSCRIBE}",
    rf"\b(?:get|come|be|want|go|am) off (?:of )?(?:this|your|the) {_LIST}",
    r"\bright to (?:erasure|be forgotten|object)|\brequest (?:the )?(?:erasure|deletion) of (?:my|all)",
    r"\b(?:delete|erase|remove) (?:all|any) (?:of )?(?:the |my |our |personal |stored ){0,3}(?:data|information|details)",
    r"\breport(?:ing)? (?:you|this|it|these|your \S{1,20}) (?:as|for) spam",
    r"\b(?:leave me alone|lose my (?:e-?mail|address|number|contact))\b",
    rf"\b(?:want|wish|like|love|prefer|need|ask|asked|request|choose|decided|elect|how (?:do|can) (?:i|we)|can (?:i|we)|where (?:do|can)"
    rf" (?:i|we)) (?:to )?{_UNSUBSCRIBE}(?: (?:from )?{_OURS}{_LIST}| from (?:this|it|all|you)\b|$|[,:]| please| now)",
    rf"(?:^|\b(?:please|pls|plz|kindly|and|so)[ ,]{{1,2}}){_UNSUBSCRIBE}(?: (?:from )?{_OURS}{_LIST}"
    r"| from (?:this|it|all|here)\b|$|,| please| now| thank)",
    r"\b(?:opt|opting) (?:me |us )?out (?:of|from) (?:all |any |your |further |future |the |these ){1,4}",
    r"\b(?:unsubscribe|opt[ -]?out|abmelde\w{0,6}|desinscription|desabonnement|baja)"
    r"(?:[- ]?(?:link|button|page|function|option))? (?:\S{1,15} ){0,3}?(?:not|doesn't|isn't|never|nicht|pas|no|ne)"
    r" (?:\S{1,12} )?(?:work|funktion|funcion|fonction|marche|va\b)",
    # French
    rf"\b{_MOI}(?:faire )?(?:retirer|supprimer|enlever|effacer|rayer|radier|exclure|sortir|oter|desinscri\w{{1,5}}"
    r"|desabon\w{1,5}|desincri\w{1,5})\b",
    rf"\b{_SUPPRIMER}[- ](?:moi|nous)\b",
    rf"\b{_SUPPRIMER} (?:definitivement |immediatement |svp |aussi |egalement )?{_MON}",
    rf"\b(?:arret|cess|stopp)\w{{1,5}} (?:immediatement |tout de suite )?(?:de |d')?(?:(?:m'|me |nous )"
    r"(?:envoy|ecri|contact|sollicit|spamm|harcel|relanc|adress|appel|derang|importun)"
    rf"|(?:envoyer |l'envoi de |d')?(?:vos|ces|les|cet|l'|tout|tous|votre|cette) ?{_W}{{0,2}}?{_COURRIELS})",
    rf"\b{_SUPPRIMER} (?:son|sa|ses|ce|l'|cet|les|le) ?{_W}{{0,2}}?(?:adresse|e-?mail|mail|contact|nom)s?\b",
    rf"\b{_SUPPRIMER} {_W}{{0,4}}?de (?:votre|vos|cette|la) {_W}{{0,1}}?(?:listes?|base|fichiers?|mailings?|newsletters?"
    r"|diffusion)\b",
    r"\blaissez[- ](?:moi|nous) (?:tranquilles?|en paix)|\binutile de (?:m'|me |nous )(?:envoy|ecri|contact|relanc)",
    r"\bcomment (?:\S{1,12} ){0,3}?(?:se |me |m')(?:desinscri|desabon)\w{1,6}$",
    r"\bdroit (?:a l'effacement|a l'oubli|de suppression)|\beffacement de (?:mes|toutes mes)",
    r"\bm'oppos\w{1,3}\b|\bnous opposons\b|\bdroit d'opposition\b",
    r"\b(?:retir|revoqu|annul)\w{1,4} (?:mon|notre|le) consentement\b",
    r"\b(?:annul|resili|suspend|stopp)\w{1,5} (?:mon|notre|l'|cet) ?(?:abonnement|inscription)",
    r"\b(?:je|nous) (?:ne )?(?:veu|souhait|voud|voul|desir|demand|aimer)\w{1,8} (?:a |de )?"
    r"(?:la |ma |me )?(?:desinscri|desabon)\w{1,7}",
    r"\b(?:demande|proceder a|souhaite|confirmer) (?:la |ma |notre )(?:desinscription|desabonnement|suppression)",
    # German
    rf"\b(?:nehm|nimm|streich|l(?:o|oe)sch|entfern|trag|meld|schmeiss|werf)\w{{0,3}} (?:sie )?(?:bitte )?{_MICH}"
    rf" {_W}{{0,4}}?(?:(?:aus|von|vom) {_W}{{0,3}}?{_VERTEILER}|aus$|ab$|heraus|raus\b)",
    rf"\b(?:l(?:o|oe)sch|entfern|streich)\w{{1,3}} (?:sie )?(?:bitte )?{_MICH}(?:$|,| bitte| sofort| umgehend)",
    r"\bbitte um (?:sofortige |umgehende |die |meine ){0,2}(?:abmeldung|austragung|l(?:o|oe)schung|streichung"
    r"|abbestellung|entfernung)(?:$|,| (?:aus|meiner|von|vom|unserer)\b)",
    rf"\b{_MICH} {_W}{{0,6}}?{_LOSCHEN}\b",
    rf"\b(?:aus|von|vom) {_W}{{0,3}}?{_VERTEILER} {_W}{{0,2}}?(?:zu )?{_LOSCHEN}\b",
    rf"\b(?:stell|unterlass|beend)\w{{1,4}} {_W}{{0,4}}?(?:versand|zusendung\w{{0,2}}|{_NACHRICHTEN})",
    rf"\b(?:versand|zusendung\w{{0,2}}|{_NACHRICHTEN}) {_W}{{0,5}}?(?:einstellen|einzustellen|unterlassen|beenden)",
    rf"\b(?:widerruf|widersprech|widersprich|zieh)\w{{0,4}} {_W}{{0,6}}?(?:einwilligung|zustimmung|nutzung"
    r"|verarbeitung|verwendung|zusendung|werbung|werblich\w{0,3}|speicherung|erhalt|direktwerbung|newsletter)",
    r"\b(?:einwilligung|zustimmung) (?:\S{1,30} ){0,4}?(?:widerruf|zur(?:u|ue)ck)",
    rf"\b(?:newsletter|abo|abonnement|mailing|e-?mails?|mails) {_W}{{0,2}}?(?:abbestellen|k(?:u|ue)ndigen"
    r"|abmelden|abzubestellen|stornieren)",
    rf"\b(?:bestell|meld|trag)\w{{1,2}} {_W}{{0,6}}?(?:ab|aus)$",
    rf"\b(?:bitten?|ersuchen?) (?:\S{{1,20}} ){{0,2}}?um {_W}{{0,2}}?(?:abmeldung|austragung|l(?:o|oe)schung|streichung"
    rf"|entfernung|abbestellung) (?:aus|von|vom|meiner|unserer)\b",
    rf"\bsehen sie {_W}{{0,2}}?von {_W}{{0,3}}?{_NACHRICHTEN}",
    rf"\bl(?:o|oe)sch\w{{1,3}} (?:sie )?(?:bitte )?(?:die|den|das) {_W}{{0,1}}?(?:\S{{0,16}}adresse|kontakt|eintrag)",
    r"\bunterlassen sie (?:das|dies|es|dieses|weitere|solche)\b",
    r"\blass(?:en|t)? (?:sie )?(?:mich|uns) (?:\S{1,20} ){0,2}?in ruhe\b",
    r"\brecht auf (?:l(?:o|oe)schung|vergessen|widerspruch)|\bl(?:o|oe)schung (?:meiner|aller meiner|unserer)\b",
    r"\bh(?:o|oe)r\w{0,2} (?:sie |bitte |endlich |doch ){0,3}(?:damit )?auf\b",
    # Spanish
    r"(?<!se )\bd(?:ar|en|e|ad|eis|oy|iera|ieran|ieras|enos|eme|enme|arme|arnos|ame)(?: ?(?:me|nos))? de (?:la )?baja\b(?! a (?:un|los|mis))",
    r"\b(?:causar|solicit\w{1,3}|tramit\w{1,5}|pido|quiero|deseo|procesen?) (?:la |mi |nuestra |me den )?(?:de )?baja\b",
    rf"\b{_QUITAR}\w{{1,6}}(?:me|nos)\b|\b(?:me|nos) {_QUITAR}(?:en|e|an|a|eis|ais|ar|ad) de\b",
    rf"\b{_QUITAR}\w{{1,5}} (?:por favor )?{_MI}",
    r"\b(?:dej|par|ces)(?:en|e|ar|ad|a|emos) (?:ya )?de (?:envi|mand|escrib|molest|contact|remit|llam|bombard)",
    r"\b(?:cancel|anul)\w{1,4} (?:mi |la |nuestra |esta )?(?:suscripcion|subscripcion|inscripcion)",
    r"\b(?:quiero|deseo|quisiera|queremos|favor de|por favor|como) (?:desus?cri|desubs?cri)\w{2,8}"
    r"|\bdesu[bs]{1,2}cri\w{1,5}(?:me|nos)\b",
    r"\b(?:quiero|deseo|quisiera|queremos|como) dejar de recibir\b|\bbasta (?:ya )?de (?:\S{1,12} )?"
    rf"{_CORREOS}|\bser (?:eliminad|borrad|quitad|retirad|dad)[oa]s? de\b",
    r"\bderecho (?:de|al?) (?:supresion|olvido|cancelacion|borrado)",
    r"\bme opongo\b|\bnos oponemos\b|\bderecho de oposicion\b|\b(?:retiro|revoco) (?:mi|el) consentimiento\b",
    # Italian, Dutch, Portuguese
    r"\b(?:cancell|rimuov|togli|elimin|disiscriv)\w{0,6}(?:mi|ci)\b",
    rf"\b(?:cancell|rimuov|togli|elimin)\w{{1,5}} (?:il |la |i |questo )?(?:mi[oae]|miei|nostr[oaei]|questo) {_W}{{0,1}}?"
    r"(?:indirizzo|e-?mail|nome|dati|contatto)",
    r"\b(?:smett|cess)\w{1,5} di (?:inviar|mandar|scriver|contattar)|\bannull\w{1,4} (?:la )?(?:mia )?iscrizione",
    r"\b(?:verwijder|haal|schrap|schrijf|meld)\w{0,2} (?:mij|me|ons|mijn|dit) ",
    r"\b(?:wil|willen|graag|mij|me) (?:\S{1,30} ){0,4}?(?:uitschrijven|afmelden|uitgeschreven|afgemeld)\b",
    r"\b(?:stop|hou) (?:\S{1,30} ){0,2}?(?:met |op met )(?:mailen|sturen|het sturen|deze)",
    r"\b(?:remov|retir|elimin|exclu|cancel|descadastr|apag)\w{1,5}-?(?:me|nos)\b",
    r"\b(?:remov|retir|elimin|exclu|apag)\w{1,3} (?:o |a |os )?(?:meus?|minhas?|nossos?|este) ",
    r"\b(?:par|deix)(?:em|e|ar) de (?:me |nos )?(?:enviar|mandar|escrever|contactar)|\bdescadastr\w{1,6}",
    r"\bcancelar (?:a |minha |a minha )?(?:subscricao|inscricao|assinatura)\b",
)
"""Something is asked for: to be taken out, or that the mails end."""

NO_MORE = _any(
    # English
    rf"\b(?:don't|do not|dont|never) (?:ever )?(?:e-?mail|mail|contact|write|message|bother|spam|disturb)(?: to)?"
    rf" (?:{_ME}|this address)\b(?:$|,|(?: with {_W}{{0,4}}?{_MAILS})?"
    r"(?: again| any ?more| ever| further| in (?:the )?future| at this| on this| at all| please| thank))",
    rf"\b(?:don't|do not|dont|never|not) send (?:{_ME} )?{_W}{{0,2}}?(?:any ?more\b|anything|again\b"
    r"|e-?mails\b|mails\b|messages\b|newsletters?\b|marketing|advert\w{1,9}|spam\b|further\b)",
    rf"\b(?:i|we) {_W}{{0,2}}?(?:no longer|don't|do not|dont|not|never|wouldn't|would not|didn't) {_W}{{0,2}}?"
    rf"(?:want|wish|like|care|desire|agree|consent|interested)(?: {_W}{{0,5}}?|\b.{{0,1}})(?:(?:receiv|gett?|hear|see)"
    rf"(?:e|ing)?(?:$| (?:from you|this|these|it|them|anything|any ?more|{_W}{{0,4}}?{_MAILS}))"
    r"|be(?:ing)? (?:contacted|e-?mailed|mailed|on|written|bothered|part|included|subscribed)"
    rf"|(?:your|these|this|any|more|any more|such|further) {_W}{{0,2}}?{_MAILS})",
    rf"\b(?:i|we)(?:'d| would)? (?:prefer|rather) {_W}{{0,2}}?(?:not|no longer|no more)\b {_W}{{0,5}}?"
    rf"(?:receiv|get|hear|{_MAILS}|be contacted)",
    rf"(?:^|\b(?:please|want|thanks)[ ,]{{1,2}})no (?:more|further|additional) {_W}{{0,2}}?(?:{_MAILS}|contact\b)",
    r"\b(?:i|we) (?:must|should|shall) (?:not|no longer|never) (?:be contacted|receive) ",
    # French
    rf"\b(?:ne |n')(?:souhait|veu|voul|desir|voudr|aimer|tien)\w{{0,8}} (?:plus|pas)"
    rf" {_W}{{0,2}}?(?:recevoir(?: {_W}{{0,4}}?(?:{_COURRIELS}|rien|de vous|de votre part|ca|cela)|$)"
    rf"|etre (?:contact|sollicit|destinat|inscrit|demarch|abonn|derang)|(?:de |vos |ces ){{1,2}}{_W}{{0,1}}?{_COURRIELS})",
    r"\b(?:ne |n')plus (?:souhait|voul|desir)\w{1,3} (?:recevoir|etre)\b",
    r"\bne (?:m'|me |nous )(?:envoy|ecri|contact|sollicit|adress|appel|relanc|derang|importun)\w{1,6} (?:plus|pas\b)",
    r"\b(?:ne )?plus (?:jamais |rien )?(?:m'|me |nous |a m'|a me )(?:envoy|ecri|contact|sollicit|adress|appel"
    r"|relanc|derang|importun|faire parvenir)",
    rf"(?:^|\b(?:merci|svp|veux)[ ,]{{1,2}})(?:plus|pas) (?:de |d'|aucun )(?:vos |ces |tels )?{_COURRIELS}",
    r"\bne plus (?:etre|figurer|faire partie|recevoir)\b",
    r"\bplus (?:recevoir|etre (?:contact|sollicit|destinat|inscrit)\w{1,4})",
    # German
    rf"(?<!habe )(?<!haben )\bkein(?:e|en|erlei)? {_W}{{0,2}}?{_NACHRICHTEN} {_W}{{0,4}}?(?:mehr|erhalten|bekommen"
    r"|empfangen|zusenden|senden|schicken|w(?:u|ue)nschen)\b",
    rf"\b(?:send|schick|mail|stell)\w{{0,3}} {_W}{{0,5}}?kein(?:e|en|erlei)? {_W}{{0,2}}?{_NACHRICHTEN}",
    rf"(?:^|\b(?:bitte|m(?:o|oe)chte|will|wollen|w(?:u|ue)nschen?|danke)(?: ich)?[ ,]{{1,2}})kein(?:e|en|erlei)? "
    rf"(?:weiteren |weitere |mehr ){{0,2}}{_NACHRICHTEN}(?: mehr)?(?:$| bitte| danke)",
    rf"\bnicht (?:mehr|l(?:a|ae)nger|weiter|weiterhin) {_W}{{0,3}}?(?:erhalten|bekommen|empfangen|beziehen|kontaktiert"
    r"|angeschrieben|kontaktieren|anschreiben|bel(?:a|ae)stigt|bel(?:a|ae)stigen|schreiben|zusenden|mailen"
    r"|angemailt|haben|zugesandt|zugeschickt|senden|schicken|werden)",
    r"\b(?:schreib|kontaktier|mail|bel(?:a|ae)stig)\w{1,4} (?:sie )?(?:mir|mich|uns) (?:bitte )?(?:nicht|nie)"
    r"(?:$|,| mehr| wieder| weiter)",
    # Spanish
    rf"\bno (?:me|nos) {_W}{{0,1}}?(?:envi|mand|escrib|contact|molest|remit|llam|incluy|sig)\w{{1,6}}"
    rf"(?:$|,| {_W}{{0,2}}?(?:mas|nunca|otra vez|{_CORREOS}))",
    rf"\b(?:no|ya no|tampoco) (?:quier|dese|quisier|quer|necesit)\w{{0,6}} (?:seguir )?(?:recib\w{{1,6}}"
    rf"(?:$|,| {_W}{{0,3}}?(?:mas|estos?|sus|esto|{_CORREOS}))|(?:mas|sus|estos) {_CORREOS}"
    r"|que (?:me|nos) (?:envi|mand|escrib|contact|molest))",
    rf"(?:^|\b(?:favor|quiero|gracias)[ ,]{{1,2}})no (?:mas|envien|manden) (?:mas )?{_CORREOS}",
    # Italian, Dutch, Portuguese
    r"\bnon (?:voglio|desidero|vorrei|vogliamo|intendo) (?:piu )?ricevere\b",
    r"\bnon (?:inviate|mandate|scrivete|contattate|inviat|mandat)\w{0,6} (?:piu|altr)",
    r"\bgeen (?:\S{1,30} ){0,2}?(?:e-?mails?|mails?|nieuwsbrie\w{1,4}|berichten|reclame) (?:\S{1,30} ){0,2}?"
    r"(?:meer|ontvangen|sturen)",
    r"\bniet (?:meer|langer) (?:\S{1,30} ){0,3}?(?:ontvangen|mailen|benaderd|gemaild|krijgen|sturen)",
    r"\bnao (?:quero|desejo|queremos|pretendo) (?:mais )?receber|\bnao (?:me )?envi\w{1,4} mais",
)
"""The writer wants no more mail."""

ALONE = _whole(
    r"please|pls|plz|kindly|hi|hello|hey|dear \S{1,20}|just|now|and|so|thanks|thank you|no thanks|no thank you"
    r"|not interested|i|we|want|wish|would|like|to|need|i'd|me|us|must|do|how|can|could|you|ok|sorry|yes|again"
    r"|bonjour|bonsoir|merci|de|d'|veuillez|svp|stp|s'il vous plait|je|veux|souhaite|voudrais|non|ma|mon|la|un|une"
    r"|demande|bitte|hallo|guten|tag|moin|ich|mochte|moechte|will|hiermit|mich|meine|den|das|vom|von|ihrem|diesem|aus"
    r"|dem|verteiler|newsletter|por|favor|hola|buenos|dias|quiero|quisiera|solicito|deseo|mi|esta|prego|vorrei"
    r"|graag|ik|wil|por favor|quero|per favore|grazie|ciao|nein|no",
    rf"{_UNSUBSCRIBE}|unsubscription|stop|stopp|stop it|stop this|stop that|stop now|remove|remove me|take me off|off|unsub|delete|delete me|erase"
    r"|desinscri\w{1,7}|desabon\w{1,8}|desincri\w{1,7}|m'?desinscrire"
    r"|abmeld(?:en|ung)|abbestell(?:en|ung)|austrag(?:en|ung)|l(?:o|oe)sch(?:en|ung)|streichen|entfernen|abo kundigen"
    r"|k(?:u|ue)ndig(?:en|ung)|raus|ich will das nicht(?: mehr)?|stop spam|stop e-?mails?|stop mails?"
    r"|supprim(?:er|ez)|retir(?:er|ez)|effac(?:er|ez)|borrar|borrame"
    r"|baja|dar de baja|darse de baja|cancelar (?:la )?(?:suscripcion|subscripcion)|desus?cribir\w{0,4}"
    r"|no mas|eliminar|basta|disiscri\w{1,7}|cancella\w{0,6}|uitschrijven|afmelden|cancelar|remover|descadastrar",
    r"please|pls|plz|kindly|now|immediately|asap|thanks|thank you|thx|many thanks|me|us|all|it|this|here|from|of|the"
    r"|your|our|my|these|list|lists|mailing|mailings?|e-?mails?|mails?|newsletters?|newsletter|database|address|at once"
    r"|today|everything|for good|sending|messages|spam|spamming|you|today|again|forever"
    r"|merci|svp|stp|s'il vous plait|s'il te plait|d'avance|beaucoup|immediatement|immediate|de|la|votre|vos|cette"
    r"|liste|pub|newsletter|diffusion|adresse|moi|definitive|tout|toutes|listes|a"
    r"|bitte|danke|sofort|vielen dank|vom|von|aus|dem|der|den|newsletter|verteiler|ihrem|diesem|meine\w?|daten|adresse"
    r"|mich|umgehend|besten dank|e-?mail-?adresse|allen|listen"
    r"|por favor|gracias|porfavor|porfa|ya|inmediata|de|la|lista|boletin|suscripcion|mi|esta|correo|favor"
    r"|grazie|per favore|prego|dank|bedankt|alstublieft|aub|obrigado|obrigada",
)
"""A wish if nothing else stands beside it."""

FORBIDDEN = re.compile(
    r"\b(?:don't|do not|dont|never|not|no|ne|n'|nicht|nie|non|nao|sin|sans|without|ohne|niet)"
    r"(?: (?:please|ever|want|wish|you|to|need|want you|bitte|me|nous|les|le|pas|surtout|mich|uns|sie|jamais|que))"
    r"{0,4} $"
)
"""Before what is asked for: it is not to be done."""
NOT_DONE = re.compile(r"\b(?:nicht|not|never|nie|niemals|niet)\b(?! mehr| l(?:a|ae)nger| weiter| only| nur)")
"""Inside it."""
CONDITION = re.compile(
    r"(?:if|should|in case|unless|when|wenn|falls|sollten|sofern|si|s'|se|als|caso|quando|cuando|pour|para|per|um|om"
    r"|to (?:un|opt|be|stop|cancel|manage)\S{0,15}|you (?:can|may)|vous pouvez|sie k(?:o|oe)nnen|puede)\b"
    r"(?! (?:possible|vous plait|te plait|es posible|lo desea no|no les?|favor))"
)
"""How footers begin that explain how to unsubscribe, and do not ask for it."""
OTHERS = re.compile(
    r"\b(?:customers?|clients?|contacts|recipients?|users?|subscribers?|people|visitors|prospects?|their|they"
    r"|themselves|competitors?\S{0,2}|clientes?|contactos?|usuarios?|destinatarios?|kunden|kunde|empf(?:a|ae)nger\w{0,2}"
    r"|kontakte|nutzer|abonnenten|abonnes|destinataires|utilisateurs|eux-memes|sich selbst|concurrents?)\b"
)
"""It is about somebody else, unless the writer names themselves."""
MYSELF = re.compile(
    r"\b(?:me|my|us|i|we|our|moi|mon|ma|mes|nous|je|mich|mir|ich|uns|meine?\w{0,2}|yo|mi|mis|nos|quiero|quitenme)\b"
    r"|\bm'|\bj'"
)
"""The writer."""
OCCASION = re.compile(
    r"\b(?:webinars?|webinaires?|events?|seminars?|seminar\w{0,2}|termin\w{0,2}|veranstaltung\w{0,2}|evenement"
    r"|evento|seminario|seminaire|meetings?|demos?|trial|workshops?|courses?|kurs\w{0,2}|messe|fair|conference"
    r"|quote|invoice|order|offer|devis|commande|facture|angebot|bestellung|rechnung|factura|pedido|cita|rendez-vous"
    r"|appointment|call)\b"
)
"""What else one may be taken out of, or cancel: that is for a person to answer."""
LISTED = re.compile(
    r"\b(?:lists?|listes?|mailings?|newsletters?|e-?mails?|mails?|messages?|database|verteiler\w{0,2}|\S{0,12}liste"
    r"|lista|boletin|correos?|fichiers?|unsubscribe|spam|distribution|marketing|werbung|publicidad)\b"
)
"""Unless a list is named as well."""
LINK = re.compile(r"https?://|www\.|mailto:")
