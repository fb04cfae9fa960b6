"""The names of countries in English, French and German, beyond codes and plain English names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from nurture.countries import CODES, LONGEST, MAIN_ZONES, fold, named_in

LANGUAGES = ("en", "fr", "de")

_FORM = re.compile(
    r"(?:(?:the|democratic|federal|federative|federated|islamic|arab|socialist|people's|peoples|popular|united"
    r"|plurinational|bolivarian|oriental|co ?operative|independent|hashemite|unitary|grand|sovereign"
    r"|eastern|union|commonwealth|republics?|rep|kingdom|states?|principality|duchy|sultanate|emirate"
    r"|federation|confederation|territory|province|special administrative region) ){1,8}+of (?:the )?"
    r"|(?:la |le |l')?(?:republique|royaume|etat|etats|principaute|grand duche|union|federation|commonwealth"
    r"|sultanat|emirat|bailliage|territoire)(?: (?:islamique|federale?|democratique|populaire|arabe"
    r"|socialiste|plurinational|bolivarienne|orientale|cooperative|unie?s?|independant|federes?|sociale?|et|hachemite)){0,6}+"
    r" (?:de la |de l'|du |des |de |d')"
    r"|(?:(?:die|der|das|islamische|demokratische|sozialistische|arabische|vereinigte|kooperative|unabhangiger?"
    r"|plurinationaler|bolivarische|foderierte|foderative|volks|bundes|foderale|ostliche|haschemitische"
    r"|volksdemokratische)[ -]?){0,6}+"
    r"(?:republik|volksrepublik|bundesrepublik|konigreich|furstentum|grossherzogtum|staaten|staat|sultanat"
    r"|commonwealth|union|foderation|emirat)(?: von| der| des| den)? "
)
"""What a country calls itself, before its name."""

_ARTICLE = re.compile(r"^(?:the|la|le|les|die|der|das|den) |^l'|(?<= )the ")
_PARTING = re.compile(r"[,()]")
_AND = re.compile(r"\b(?:et les|et|und die|und|and the|y)\b")
_SAINT = re.compile(r"\b(?:saint|sankt)\b")

# Code and folded names, where neither a rule nor Babel leads from the one to the other: adjectives,
# old names, short forms, and those of two countries that a rule would mix up.
_NAMES = """
AE emirates; emirats; emirate; vae; emirats arabes unis; vereinigte arabische emirate
AR argentine; argentine republic; argentinische republik; republique argentine
AT osterreich; oesterreich; autriche; republik osterreich
AX aland inseln
BA republique de bosnie et herzegovine; bosnie et herzegovine; bosnia & herzegovina; bosnia herzegovina
BA bosnie; bosnie herzegovine; bosnien
BD republique populaire du bengladesh; bengladesh
BN brunei darussalam
BO plurinational state of bolivia
BQ bonaire; bonaire, sint eustatius and saba; bonaire, saint eustache et saba; caribbean netherlands
BQ bonaire, saint eustatius and saba; bonaire, sint eustatius und saba
BT bouthan
BY bielorussie; weissrussland; byelorussia
CC kokos (keeling) inseln; cocos keeling islands; cocos (keeling) islands; iles cocos (keeling)
CD congo, democratic republic of the; democratic republic of congo; democratic republic of the congo; drc
CD dr congo; dem rep congo; congo kinshasa; congo (kinshasa); zaire; rdc; rd congo
CD republique democratique du congo; congo, the democratic republic of the; demokratische republik kongo
CD kongo, demokratische republik; congo, republique democratique du; congo drc; congo (drc); dr kongo
CF central african republic; car; centrafrique; republique centrafricaine; rca
CG congo; republic of the congo; republic of congo; congo brazzaville; congo (brazzaville)
CG republique du congo; republik kongo; kongo; congo, republic of the; rep congo; congo republic
CH confederation helvetique; suisse; schweiz; svizzera; swiss confederation; confederation suisse
CH confoederatio helvetica; schweizerische eidgenossenschaft
CI cote d'ivoire; cote divoire; elfenbeinkuste; ivory coast
CN people's republic of china; peoples republic of china; prc; mainland china; pr china; p r china
CN republique populaire de chine; volksrepublik china; vr china; china pr; china (mainland); rpc
CV cabo verde; cap vert; kap verde; republic of cabo verde
CW curacao
CX weihnachtsinseln
CZ czech republic; czechia; republique tcheque; tchequie; tschechische republik; tschechien; tschechei
CZ cesko; ceska republika; czech rep
DE bundesrepublik deutschland; brd; federal republic of germany; allemagne; alemania; germania; duitsland
DK danmark
DM commonwealth of dominica
DO dominican republic; republique dominicaine; dominikanische republik; dominican rep; rep dominicana
DO republica dominicana
DZ republique algerienne democratique et populaire; people's democratic republic of algeria
DZ demokratische volksrepublik algerien
EG arab republic of egypt
EH sahara occidental; western sahara; westsahara; sahrawi
ES espana; kingdom of spain; royaume d'espagne; spagna; spanje
FI suomi
FK falkland islands; falklands; malvinas; falkland islands (malvinas); iles malouines
FK falklandinseln (malwinen); iles malouines (falkland); iles falkland (malouines)
FM micronesia; federated states of micronesia; micronesia, federated states of; mikronesien
FM etats federes de micronesie; micronesie; foderierte staaten von mikronesien
FO faroer inseln
FR french republic; republique francaise; franzosische republik; france metropolitaine
FR metropolitan france; francia; frankrijk
GA gabonese republic; republique gabonaise; gabunische republik
GB united kingdom of great britain and northern ireland; great britain; britain; uk; u k; gb; england
GB scotland; wales; northern ireland; royaume uni; grande bretagne; angleterre; ecosse; pays de galles
GB irlande du nord; vereinigtes konigreich; grossbritannien; schottland; nordirland; gran bretagna
GB reino unido; united kingdom (uk); vereinigtes konigreich grossbritannien und nordirland
GB royaume uni de grande bretagne et d'irlande du nord; verenigd koninkrijk; regno unito
GB u k (great britain)
GF franzosisch guyana
GM the gambia; gambia, the; republic of the gambia
GQ equatorial guinea; guinee equatoriale
GR republique grecque; hellenic republic; republique hellenique; hellenische republik; hellas; grece
GR griechische republik
GS south georgia und die sudlichen sandwichinseln
GY co operative republic of guyana
HK region speciale administrative chinoise de hong kong; hong kong; hong kong sar; hong kong sar china
HK hongkong; hong kong special administrative region of china; hong kong (china); hong kong, china
HK sonderverwaltungsregion hongkong
IE republic of ireland; eire; irish republic; republique d'irlande; republik irland; ireland, republic of
IM insel man
IN bharat
IR persia
IT italian republic; republique italienne; italienische republik; italia; italie
JO hashemite kingdom of jordan; haschemitisches konigreich jordanien; royaume hachemite de jordanie
JP nippon; nihon
KG kyrgyz republic; republique kirghize; kirgisische republik; kirghizistan; kirgistan; kirgisien
KM vereinigung der komoren
KN st kitts; st kitts and nevis; st kitts nevis; st christopher and nevis; saint kitts und nevis
KP north korea; democratic people's republic of korea; democratic peoples republic of korea; dprk
KP dpr korea; korea north; coree du nord; nordkorea; republique populaire democratique de coree
KP korea (north); republique democratique populaire de coree; demokratische volksrepublik korea
KP korea, north; coree, republique populaire democratique de
KR south korea; republic of korea; korea; korea south; coree du sud; coree; sudkorea; republique de coree
KR republik korea; korea (south); rok; korea, south; korea, rep; s korea; suedkorea
KY cayman inseln
LA lao people's democratic republic; lao peoples democratic republic; lao; lao pdr
LA republique democratique populaire lao; demokratische volksrepublik laos
LB lebanese republic; republique libanaise; libanesische republik
LY libyan arab jamahiriya; libye; libyen; state of libya
MD republic of moldova; moldavie; moldau; moldawien; republik moldau; moldova
MF saint martin (french part); saint martin; saint martin (partie francaise); st martin
MF saint martin (franzosischer teil); saint martin french part
MK macedonia; republic of north macedonia; fyrom; former yugoslav republic of macedonia; macedoine
MK macedoine du nord; mazedonien; nordmazedonien; macedonia, the former yugoslav republic of
MM burma; birmanie; birma; republic of the union of myanmar; republik der union myanmar
MO sonderverwaltungsregion macao; region speciale administrative chinoise de macao; macao; macau
MO macau sar; macao special administrative region of china; macao, china; macau, china
MP commonwealth nordliche mariana inseln
MR mauritanie; mauretanien
MU ile maurice; republique de l'ile maurice
MX united mexican states; mexican united states; vereinigte mexikanische staaten; etats unis du mexique
MX etats unis mexicains; estados unidos mexicanos
NL netherlands; holland; pays bas; niederlande; hollande; nederland; kingdom of the netherlands
NL royaume des pays bas; konigreich der niederlande; paises bajos; paesi bassi; the netherlands
NO norge
NU nioue
NZ aotearoa; new zealand; n z
OM sultanate of oman
PK islamic republic of pakistan
PL polska; pologne
PS palestine; palestinian territories; palestinian territory; state of palestine
PS occupied palestinian territory; territoires palestiniens; palastina; palestinian territory, occupied
PS west bank; gaza; staat palastina
PT portuguese republic; republique portugaise; portugiesische republik
RE reunion; la reunion; reunion island; ile de la reunion
RU russia; russian federation; federation de russie; russische foderation; russie; russland
RW rwandese republic; republique rwandaise
SA ksa; saudi; kingdom of saudi arabia; arabie saoudite; saudi arabien
SB salomoninseln
SE sverige
SH st helena; saint helena; saint helena, ascension and tristan da cunha
SH sainte helene, ascension et tristan da cunha; st helena, ascension and tristan da cunha
SH st helena, ascension und tristan da cunha
SJ svalbard et ile jan mayen
SK slovak republic; republique slovaque; slowakische republik; slovensko; slowakei; slovaquie
SM republique de san marin; saint marin; republic of san marino
SR surinam
ST sao tome; sao tome and principe; sao tome et principe; democratic republic of sao tome and principe
SX sint maarten; sint maarten (dutch part); saint martin (partie neerlandaise); st maarten
SX saint martin (niederlandischer teil)
SY syrian arab republic; syrie; syrien; republique arabe syrienne; arabische republik syrien
SZ swaziland; eswatini; kingdom of eswatini; swasiland
TF french southern territories; french southern and antarctic lands
TG togolese republic; republique togolaise; republik togo
TL east timor; timor leste; timor oriental; osttimor; democratic republic of timor leste
TN tunisian republic; republique tunisienne; tunesische republik
TR turkey; turkiye; republic of turkiye; republic of turkey; turquie; turkei; tuerkei; turkye
TW taiwan, chinesische provinz; taiwan, province de chine; taiwan; republic of china; chinese taipei
TW taiwan, province of china; taiwan roc; roc; r o c; taiwan, republic of china; republique de chine
TW republik china; taiwan (province of china); taiwan, province chinoise
TZ united republic of tanzania; tanzania, united republic of; tanzanie; tansania
UA the ukraine
US usa; u s a; us; u s; united states; united states of america; america; etats unis
US etats unis d'amerique; vereinigte staaten; vereinigte staaten von amerika; estados unidos; stati uniti
US verenigde staten; amerika; the states; us of a; amerique; united states (us)
US united states of america (the)
UY republik ostlich des uruguay; eastern republic of uruguay; oriental republic of uruguay
VA heiliger stuhl (staat vatikanstadt); holy see; holy see (vatican city state); vatican; saint siege
VA heiliger stuhl; vatikan; vatican city state; vatikanstadt; cite du vatican
VA saint siege (etat de la cite du vatican); staat vatikanstadt
VC st vincent; saint vincent and the grenadines; saint vincent et les grenadines; st vincent grenadines
VC st vincent und die grenadinen
VE bolivarian republic of venezuela
VG british virgin islands; virgin islands, british; virgin islands (british); bvi
VG iles vierges britanniques; britische jungferninseln
VI iles vierges des etats unis d'amerique; iles vierges, etats unis; us virgin islands
VI u s virgin islands; virgin islands, us; virgin islands of the united states; usvi
VI iles vierges des etats unis; iles vierges americaines; amerikanische jungferninseln
VI virgin islands (us)
VN viet nam; vietnam; socialist republic of viet nam; socialist republic of vietnam
WS western samoa; independent state of samoa
"""


@cache
def _known() -> dict[str, str]:
    from babel import Locale  # here: it costs 0.3 s, and plain names need none of it
    from babel.core import get_global

    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in MAIN_ZONES:
                found.setdefault(_smooth(fold(name)), code)
    for three, meant in get_global("territory_aliases").items():
        if len(three) == 3 and three.isalpha() and len(meant) == 1 and meant[0] in MAIN_ZONES:
            found[three.lower()] = meant[0]
    for name, code in named_in(_NAMES).items():
        found |= dict.fromkeys(_forms(fold(name)), code)
    return found


def named(folded: str) -> str | None:
    """The code of a country by any of its names, folded; None when there is no such country."""
    known = _known()
    for form in _forms(folded):
        if form in known:
            return known[form]
    for form in _forms(folded):
        rest = _smooth(_FORM.sub("", form, count=1)) if _FORM.match(form) else ""
        if rest in known:
            return known[rest]
    return _twice(folded)


def _twice(folded: str) -> str | None:
    """The code of a country that is named twice, as `FR - France` or `France (FR)`."""
    first, _, rest = _smooth(folded).partition(" ")
    head, _, last = _smooth(folded).rpartition(" ")
    for one, other in ((first, rest), (last, head)):
        code = one.upper() if one.upper() in MAIN_ZONES else _known().get(one)
        if other and len(one) <= 3 and code is not None and _known().get(other) == code:
            return code
    return None


def _forms(folded: str) -> Iterator[str]:
    """A name as it stands, and with what follows a comma or stands in brackets put before it."""
    yield _smooth(folded)
    head, _, tail = folded.replace("(", ",").replace(")", "").partition(",")
    if tail:
        yield _smooth(f"{tail.strip()} {head.strip()}")
        yield _smooth(f"{head.strip()} {tail.strip()}")


def _smooth(name: str) -> str:
    """One spelling of articles, saints and `and`."""
    name = " ".join(_PARTING.sub(" ", name).split())
    name = _AND.sub("and", name)
    name = _SAINT.sub("st", name)
    before = ""
    while before != name:
        before, name = name, _ARTICLE.sub("", name)
    return name


@lru_cache(maxsize=4096)
def country_code(text: str | None) -> str | None:
    """The ISO 3166 code of a country, in any case; None when unknown.

    It reads alpha-2 and alpha-3 codes, and short, official and common names in English, French and German.
    """
    folded = fold(text or "")
    code = folded.upper()
    if code in MAIN_ZONES:
        return code
    if folded in CODES:
        return CODES[folded]
    if not folded or len(folded) > LONGEST:
        return None
    return named(folded)
