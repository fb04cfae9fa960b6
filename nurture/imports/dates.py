"""Reads moments as lists have them: in the forms a map declares or ISO 8601, with the zone they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from nurture.imports.lead import RowFault, shown
from nurture.timing import zone_for

EXCEL = "excel"
"""The form of a spreadsheet's serial number: days since 30 December 1899."""
EXCEL_1904 = "excel1904"
"""The same in files of old Macs: days since 1 January 1904."""
_FIRST_DAYS = {EXCEL: datetime(1899, 12, 30), EXCEL_1904: datetime(1904, 1, 1)}  # noqa: DTZ001 - a wall clock's
_LAST_SERIAL = 2_958_465  # 31 December 9999

_ZONES_BY_HOURS = {
    -10: "HST",
    -9: "AKST",
    -8: "AKDT PST",
    -7: "MST PDT",
    -6: "CST MDT",
    -5: "EST CDT",
    -4: "EDT",
    -3.5: "NST",
    -3: "BRT ART",
    -2.5: "NDT",
    0: "UTC GMT Z UT WET",
    1: "WEST BST CET MEZ MET",
    2: "CEST MESZ MEST EET SAST",
    3: "EEST MSK TRT",
    4: "GST",
    5: "PKT",
    7: "ICT WIB",
    8: "SGT HKT AWST",
    9: "JST KST",
    9.5: "ACST",
    10: "AEST",
    10.5: "ACDT",
    11: "AEDT",
    12: "NZST",
    13: "NZDT",
}
_HOURS = {name: hours for hours, names in _ZONES_BY_HOURS.items() for name in names.split()}
_TWICE = frozenset({"IST", "AST", "ADT", "ECT", "AMT", "GET"})
"""Short names that several zones of the world go by."""

# Blanks are single ones by then.
_BRACKET = re.compile(r" ?\[([A-Za-z0-9_+/-]++)\]$")
_REMARK = re.compile(r"\A(.*[+-]\d\d:?\d\d) ?\([^)]{0,200}+\)$")
_OFFSET = re.compile(r"\A(.*\d) ?(?:UTC|GMT)? ?([+-])(\d\d?):?(\d\d)?$", re.IGNORECASE)
_NAMED = re.compile(r"\A(.*[\d.AaPpMm]) ?\(?\b([A-Za-z][A-Za-z]++(?:/[A-Za-z0-9_+-]++)*+|Z)\)?$")
_KNOWN = re.compile(r"%[aAbBcdfGHIjmMpSuUVwWxXyYzZ%]")


def read_moment(value: object, forms: Sequence[str] = ()) -> datetime:
    """The moment a cell names, naive when it names no zone.

    Two-digit years are those from 1969 to 2068. The forms are tried in their order,
    before ISO 8601.

    Raises:
        RowFault: it is no moment in ISO 8601 nor in one of the forms, or its zone is not known.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RowFault(f"{shown(value)} is not a date")
    return _read(value if isinstance(value, str) else repr(value), tuple(forms))


@lru_cache(maxsize=4096)
def _read(text: str, forms: tuple[str, ...]) -> datetime:
    text = " ".join(text.split())
    found = _plain(text, forms)
    if found is not None:
        return found
    found = _zoned(text, forms)
    if found is not None:
        return found
    raise RowFault(f"{shown(text)} {_advice(text, forms)}")


def _plain(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        found = _serial(text, form) if form in _FIRST_DAYS else _in_form(text, form)
        if found is not None:
            return found
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_form(text: str, form: str) -> datetime | None:
    # `%Z` would read a name and forget it: names of zones are ours to read.
    if "%Z" in form:
        return None
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the value's or the map's zone comes later
    except ValueError:
        return None


def _serial(text: str, form: str) -> datetime | None:
    try:
        days = float(text.replace(",", "."))
    except ValueError:
        return None
    if not 1 <= days <= _LAST_SERIAL:
        return None
    return _FIRST_DAYS[form] + timedelta(seconds=round(days * 86400))


def _zoned(text: str, forms: tuple[str, ...]) -> datetime | None:
    bare = tuple(" ".join(form.replace("%Z", " ").split()) for form in forms)
    text = _REMARK.sub(r"\1", text)
    if bracket := _BRACKET.search(text):
        found = _plain(text[: bracket.start()], bare) or _zoned(text[: bracket.start()], forms)
        return found and _in_zone(found, _zone(bracket[1], text))
    if (match := _OFFSET.fullmatch(text)) and (found := _plain(match[1], bare)):
        hours, minutes = int(match[3]), int(match[4] or 0)
        if hours > 23 or minutes > 59:
            return None
        ahead = timedelta(hours=hours, minutes=minutes) * (-1 if match[2] == "-" else 1)
        return _in_zone(found, timezone(ahead))
    if (match := _NAMED.fullmatch(text)) and (found := _plain(match[1].rstrip(" ("), bare)):
        return _in_zone(found, _zone(match[2], text))
    return None


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _zone(name: str, text: str) -> tzinfo:
    short = name.upper()
    if short in _HOURS:
        return timezone(timedelta(hours=_HOURS[short])) if _HOURS[short] else UTC
    if short in _TWICE:
        raise RowFault(f"{shown(text)}: several zones are called {name}; write an offset such as +05:30")
    place = zone_for(name, None, "UTC")
    if place.key != name or "/" not in name:
        raise RowFault(f"{shown(text)}: no zone is called {shown(name)}; write an offset, or as Europe/Paris")
    return place


def _advice(text: str, forms: tuple[str, ...]) -> str:
    if forms:
        return f"is not a date in the form {' or '.join(forms)}"
    if text.replace(".", "", 1).isdecimal():
        return "is not an ISO 8601 date; list `excel` under `dates` for a spreadsheet's serial numbers"
    return "is not an ISO 8601 date; list other forms under `dates`, or read them with `| date(form)`"


def form_fault(form: str) -> str:
    """Why a form of dates cannot be used; empty when it can."""
    if form in _FIRST_DAYS:
        return ""
    sample = datetime(2001, 2, 3, 14, 5, 6, tzinfo=UTC)
    try:
        known = _KNOWN.sub("", form)
        datetime.strptime(sample.strftime(form), form)  # noqa: DTZ007 - only tried
    except ValueError:
        return f"`{form}` is no form of dates"
    return f"`{form}` is no form of dates" if "%" in known or "%" not in form else ""
