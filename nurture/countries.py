"""The codes of countries, and the time zone that most of their people live in.

Codes, plain English names and zones are those of the tz database (iso3166.tab and zone.tab), which the locked
tzdata brings along.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from nurture.texts.fold import folded

# zone.tab lists the zones of a country from one end to the other, and the most populous one first only where
# that agrees. Here most people live elsewhere than in the first zone.
_MOST_POPULOUS = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
_UNINHABITED = "UM"
"""The minor outlying islands of the United States."""

# Names that people write, folded, beyond those of the tz database.
_ALIASES = """
AE uae
AS american samoa
BA bosnia
BR brasil
CC cocos islands
CD dr congo; democratic republic of the congo
CG congo
CI ivory coast; cote d'ivoire
CZ czechia
DE deutschland
ES espana
GB united kingdom; england; great britain; northern ireland; scotland; uk; wales
GS south georgia
HK hong kong sar
IT italia
KP north korea
KR south korea; korea; republic of korea
MF st martin
MM myanmar; burma
NL holland; the netherlands
RU russian federation
SX st maarten
SZ eswatini; swaziland
TC turks and caicos islands
TR turkiye
US united states of america; america; usa
VG british virgin islands
VI us virgin islands
VN viet nam
WS samoa
"""

LONGEST = 80
"""Characters of the longest name of a country."""


def fold(text: str) -> str:
    """A country's name without case, accents, marks and articles."""
    plain = folded(text.replace("\u00d8", "o")).encode("ascii", "ignore").decode()
    return " ".join(plain.replace(".", "").replace("&", "and").replace("-", " ").split())


def _rows(name: str) -> Iterator[list[str]]:
    """The rows of a table of the tz database, without its comments."""
    text = files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if not line.startswith("#"))


def named_in(table: str) -> dict[str, str]:
    """Folded names and their codes, from a table with a code and its names, parted by `; `, on each line."""
    lines = (line.partition(" ") for line in table.strip().splitlines())
    return {name: code for code, _, names in lines for name in names.split("; ")}


_FIRST_ZONES = {code: zone for code, _, zone, *_ in reversed(list(_rows("zone.tab")))}
MAIN_ZONES = {c: zone for c, zone in sorted((_FIRST_ZONES | _MOST_POPULOUS).items()) if c != _UNINHABITED}
"""The zone a lead is assumed to live in when only its country is known."""
CODES = {fold(name): code for code, name in _rows("iso3166.tab") if code in MAIN_ZONES} | named_in(_ALIASES)
"""The codes of countries by their plain names in English, folded."""
