"""The names of countries, languages and zones in the language of the reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


def say_country(code: str, language: str) -> str:
    """`FR` as France; what is no code stays as it is."""
    return str(_locale(language).territories.get(code, code))


def say_language(tag: str, language: str) -> str:
    """`fr` as French, `fr-CA` as Canadian French; what is no language stays as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name(language) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def say_zone(zone: str, language: str) -> str:
    """`Europe/Paris` as Paris: whose clock a time is on."""
    from babel.dates import get_timezone_location

    if "/" not in zone or zone.startswith("Etc/"):
        return zone.removeprefix("Etc/")
    return str(get_timezone_location(zone, locale=_locale(language), return_city=True))


@cache
def _locale(language: str) -> Locale:
    from babel import Locale  # here: it is slow to load, and few commands write to a seller

    return Locale.parse(language, sep="-")
