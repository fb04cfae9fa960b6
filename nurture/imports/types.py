"""Converts the values that an import map reads to the types that the catalogue declares."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from nurture.country_names import country_code
from nurture.files.diagnosis import did_you_mean
from nurture.imports.dates import read_moment
from nurture.imports.lead import RowFault, shown
from nurture.spans import parse_own_cap
from nurture.texts.wishes import NO, YES, fold
from nurture.timing import local_instant, zone_for

Converter = Callable[[Any], Any]

_NUMBER = re.compile(r"[+-]?(\d+)(\.\d*)?([eE][+-]?\d{1,3})?", re.ASCII)
_BLANKS = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3})")  # between thousands, with every kind of blank
_UNSURE = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_ENGLISH = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_GERMAN = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_SHOWN = 40


def storable(text: str) -> str:
    """The same text, if every database takes it."""
    if "\0" in text:
        raise RowFault("holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise RowFault("holds half of a surrogate pair, which is not a character") from None
    return text


def as_text(value: Any) -> str:
    """Text as it is; numbers and flags as they are written."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise RowFault(f"{shown(value)} is not a text")


def as_line(value: Any) -> str:
    """Text on one line, as a profile field is."""
    return " ".join(as_text(value).split())


def as_name(value: Any) -> str:
    """A name as it may stand in a greeting: one line, with no link in it and no formula.

    Forms are filled with both by machines, so that somebody else's mail carries them.
    """
    text = as_line(value)
    if "://" in text or text.startswith("="):
        raise RowFault(f"{shown(text)} is no name")
    return text


def as_number(value: Any) -> int | float:
    """A number, or a text that is one: `12`, `-3.5`, `1e3`, `2 500`, `1,234.5`, `1.234,5`, `0,5`.

    `1,234` may be either of two numbers, so it is refused.
    """
    if isinstance(value, str):
        text = value.strip()
        match = _NUMBER.fullmatch(text) or _NUMBER.fullmatch(_as_written(text))
        if match is None or len(value) > _SHOWN:
            raise RowFault(f"{shown(value)} is not a number")
        value = float(match[0]) if match[2] or match[3] else int(match[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowFault(f"{shown(value)} is not a number")
    if not math.isfinite(value):
        raise RowFault(f"{shown(value)} is not a finite number")
    return value


def _as_written(text: str) -> str:
    """A number of any country with a point for its decimals and nothing between its thousands."""
    text = _BLANKS.sub("", text)
    if _UNSURE.fullmatch(text):
        other = text.replace(",", ".")
        plain = text.replace(",", "")
        raise RowFault(f"{shown(text)} may be {plain} or {other}; say which: `| replace(',', '')` or ('.')")
    if _GERMAN.fullmatch(text) and ("," in text or text.count(".") > 1):
        return text.replace(".", "").replace(",", ".")
    if _ENGLISH.fullmatch(text):
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def as_flag(value: Any) -> bool:
    """True or false, and the words of yes and no in the languages that lists are kept in, in any case."""
    if isinstance(value, bool):
        return value
    word = fold(str(value))
    if word not in YES and word not in NO:
        raise RowFault(f"{shown(value)} is neither yes nor no")
    return word in YES


def as_list(value: Any) -> list[Any]:
    """A list of texts and numbers; a single value is a list of one."""
    values = value if isinstance(value, list) else [value]
    return [item if isinstance(item, int | float) else as_text(item) for item in values]


def as_instant(value: Any, zone: tzinfo = UTC, forms: Sequence[str] = ()) -> datetime:
    """An aware UTC instant from a text or a datetime; one that names no zone is local to `zone`."""
    moment = read_moment(value, forms)
    try:
        if moment.tzinfo is None and zone is UTC:
            return moment.replace(tzinfo=UTC)
        if moment.tzinfo is None:
            return local_instant(moment.date(), moment.time(), zone)
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise RowFault(f"{shown(value)} is out of range") from None


def as_day(value: Any, forms: Sequence[str] = ()) -> str:
    """A calendar day as `2027-03-01`, as it is written: days have no zone."""
    return read_moment(value, forms).date().isoformat()


@lru_cache(maxsize=1024)
def as_country(value: Any) -> str:
    """An ISO 3166-1 alpha-2 code, from a code or a name in English, French or German."""
    code = country_code(as_text(value))
    if code is None:
        raise RowFault(
            f"{shown(value)} is not a country; write its ISO 3166 code, or map its name with a table"
        )
    return code


def as_language(value: Any) -> str:
    """A BCP 47 language tag, as `fr` or `pt-BR`."""
    text = as_text(value).strip()
    if len(text) > 20 or not _LANGUAGE.fullmatch(text):
        raise RowFault(f"{shown(value)} is not a language tag such as `fr` or `pt-BR`")
    return text


@lru_cache(maxsize=1024)
def as_zone(value: Any) -> str:
    """An IANA time zone's name."""
    text = as_text(value).strip()
    if zone_for(text, None, "UTC").key != text:
        raise RowFault(f"{shown(value)} is not an IANA time zone such as `Europe/Paris`")
    return text


def at_most(length: int, convert: Converter = as_line) -> Converter:
    """A converter that also refuses what its column would not hold."""

    def held(value: Any) -> Any:
        text = convert(value)
        if len(text) > length:
            raise RowFault(f"{shown(text)} is longer than {length} characters")
        return text

    return held


@lru_cache(maxsize=1024)
def as_cap(value: Any) -> str:
    """A cap that the lead chose, as `1 per 7 days`."""
    text: str = at_most(60)(value)
    try:
        parse_own_cap(text)
    except ValueError as error:
        raise RowFault(str(error)) from None
    return text


def one_of(known: Collection[str], convert: Converter = as_line) -> Converter:
    """A converter that also refuses what the catalogue does not list; case and accents do not matter."""
    spelt = {fold(word): word for word in known}

    def held(value: Any) -> Any:
        text = convert(value)
        if isinstance(text, list):
            return [held_one(item) for item in text]
        return held_one(text)

    def held_one(text: Any) -> Any:
        found = spelt.get(fold(as_text(text)))
        if found is None:
            raise RowFault(f"{shown(text)} is not in catalog.yaml; {did_you_mean(str(text), known)}")
        return found

    return held


BY_TYPE: dict[str, Converter] = {
    "text": as_text,
    "number": as_number,
    "flag": as_flag,
    "date": as_day,
    "list": as_list,
}
"""What each of the catalogue's types makes of a value."""

PROFILE: dict[str, Converter] = {
    **dict.fromkeys(("first_name", "last_name", "company"), as_name),
    "country": as_country,
    "language": as_language,
    "zone": as_zone,
}
"""Profile fields with a form of their own; the others are one line of text."""
