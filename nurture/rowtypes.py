"""Turns what an import map reads from a row into the types the catalogue declares, or says why not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from nurture.countries import country_code
from nurture.imported import RowFault
from nurture.timing import local_instant, zone_for

Converter = Callable[[Any], Any]

_NUMBER = re.compile(r"[+-]?(\d+)(\.\d*)?([eE][+-]?\d{1,3})?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_FLAGS = {
    "yes": True,
    "true": True,
    "y": True,
    "1": True,
    "no": False,
    "false": False,
    "n": False,
    "0": False,
}
_SHOWN = 40


def shown(value: object) -> str:
    """A value as a reason may quote it: short."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


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


def as_number(value: Any) -> int | float:
    """A number, or a text that is one: `12`, `-3.5`, `1e3`; no thousands separators."""
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip())
        if match is None or len(value) > _SHOWN:
            raise RowFault(f"{shown(value)} is not a number")
        value = float(value) if match[2] or match[3] else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowFault(f"{shown(value)} is not a number")
    if not math.isfinite(value):
        raise RowFault(f"{shown(value)} is not a finite number")
    return value


def as_flag(value: Any) -> bool:
    """True or false; also yes, no, y, n, 1 and 0 in any case."""
    if isinstance(value, bool):
        return value
    flag = _FLAGS.get(str(value).strip().lower())
    if flag is None:
        raise RowFault(f"{shown(value)} is neither yes nor no")
    return flag


def as_list(value: Any) -> list[Any]:
    """A list of texts and numbers; a single value is a list of one."""
    values = value if isinstance(value, list) else [value]
    return [item if isinstance(item, int | float) else as_text(item) for item in values]


def as_instant(value: Any, zone: tzinfo = UTC) -> datetime:
    """An aware UTC instant from ISO 8601 text or a datetime; without an offset, local to `zone`."""
    moment = _moment(value)
    try:
        if moment.tzinfo is None and zone is UTC:
            return moment.replace(tzinfo=UTC)
        if moment.tzinfo is None:
            return local_instant(moment.date(), moment.time(), zone)
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise RowFault(f"{shown(value)} is out of range") from None


def as_day(value: Any) -> str:
    """A calendar day as `2027-03-01`, as it is written: days have no zone."""
    return _moment(value).date().isoformat()


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            hint = "read other forms with `| date(form)`"
            raise RowFault(f"{shown(value)} is not an ISO 8601 date; {hint}") from None
    if not isinstance(value, datetime):
        raise RowFault(f"{shown(value)} is not a date")
    return value


@lru_cache(maxsize=1024)
def as_country(value: Any) -> str:
    """An ISO 3166-1 alpha-2 code, from a code or an English name."""
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


BY_TYPE: dict[str, Converter] = {
    "text": as_text,
    "number": as_number,
    "flag": as_flag,
    "date": as_day,
    "list": as_list,
}
"""What each of the catalogue's types makes of a value."""

PROFILE: dict[str, Converter] = {"country": as_country, "language": as_language, "zone": as_zone}
"""Profile fields with a form of their own; the others are one line of text."""
