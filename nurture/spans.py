"""Spans, caps and windows as marketers write them: `3 days`, `2 per 7 days`, `mon-fri 09:00-17:30`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from nurture.files.source import Strict, Through
from nurture.files.spelling import meant_cap, meant_cast, meant_days, meant_hours, meant_span
from nurture.timing import Cap, Window, zone_for

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LONGEST = timedelta(days=3660)
_SPAN = re.compile(r"(\d{1,7}) +(minute|hour|day|week)s?")
_CAP = re.compile(r"(\d{1,4}) +per +(\S.*)")
_CALENDAR = re.compile(r"calendar +(day|week|month)(?: +in +(\S+))?")
_HOURS = re.compile(r"(\d{2}):(\d{2}) *- *(\d{2}):(\d{2})")
_NO_WINDOW = 'a window is `{days: mon-fri, hours: "09:00-17:30"}`'
_CLOCK = re.compile(r"(\d{2}):(\d{2})")


def parse_span(text: str) -> timedelta:
    """Read `30 minutes`, `2 hours`, `3 days` or `1 week`; raises ValueError for anything else."""
    match = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        meant = meant_span(text)
        how = f"write `{meant}`" if meant else "write `30 minutes`, `2 hours`, `3 days` or `1 week`"
        raise ValueError(f"{_shown(text)} is not a span; {how}")
    span = timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    if not timedelta(0) < span <= _LONGEST:
        raise ValueError(f"`{text}` is out of range; a span is more than nothing and at most 10 years")
    return span


def format_span(span: timedelta) -> str:
    """Write a span as `parse_span` reads it, in the largest unit that needs no fraction."""
    seconds = round(span.total_seconds() / 60) * 60
    unit = next(
        (unit for unit in ("week", "day", "hour") if seconds and seconds % _SECONDS[unit] == 0), "minute"
    )
    count = seconds // _SECONDS[unit]
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def parse_cap(text: str) -> Cap:
    """Read `2 per 7 days` or `3 per calendar week in Europe/Paris`; raises ValueError."""
    match = _CAP.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or int(match[1]) == 0:
        meant = meant_cap(text)
        how = f"write `{meant}`" if meant else "write `2 per 7 days` or `3 per calendar week`"
        raise ValueError(f"{_shown(text)} is not a cap; {how}")
    count, per = int(match[1]), match[2]
    if calendar := _CALENDAR.fullmatch(per):
        zone = parse_zone(calendar[2]) if calendar[2] else None
        return Cap(count=count, calendar=calendar[1], zone=zone)  # type: ignore[arg-type]  # the pattern's words
    if per in _SECONDS:
        per = f"1 {per}"
    return Cap(count=count, span=parse_span(per))


LONGEST_OWN_CAP = timedelta(days=62)
"""The longest span a lead may choose for itself, so that the store knows how far back caps look."""


def parse_own_cap(text: str) -> Cap:
    """Read a lead's own choice, a cap over at most 62 days; raises ValueError."""
    cap = parse_cap(text)
    if cap.span is not None and cap.span > LONGEST_OWN_CAP:
        raise ValueError(f"`{text}` is longer than {LONGEST_OWN_CAP.days} days")
    return cap


def parse_days(value: object) -> frozenset[int]:
    """Read `mon-fri`, `sat`, or a list of those, as numbers from 0 = Monday; raises ValueError."""
    names = value if isinstance(value, list) else [value]
    days = frozenset(day for name in names for day in _days(name))
    if not days:
        raise ValueError("no day is named; write `mon-fri` or `[mon, wed, fri]`")
    return days


def parse_hours(text: object, days: frozenset[int] = EVERY_DAY) -> Window:
    """Read `09:00-17:30` as a window on those days; an end before the start crosses midnight."""
    match = _HOURS.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f'{_shown(text)} are not hours; write "{meant_hours(text) or "09:00-17:30"}", in quotes'
        )
    return Window(days=days, start=_clock(match[1], match[2]), end=_clock(match[3], match[4]))


def parse_weekday_time(text: str) -> tuple[int, time]:
    """Read `tue 10:00` as a weekday (0 = Monday) and a local time; raises ValueError."""
    day, _, clock = text.strip().partition(" ")
    match = _CLOCK.fullmatch(clock.strip())
    if day.lower() not in WEEKDAYS or match is None:
        raise ValueError(
            f"{_shown(text)} is not a weekday and a time; write `{meant_cast(text) or 'tue 10:00'}`"
        )
    return WEEKDAYS.index(day.lower()), _clock(match[1], match[2])


def parse_zone(text: str) -> str:
    """Check an IANA zone name such as `Europe/Paris`; raises ValueError."""
    if not isinstance(text, str) or zone_for(text, None, "UTC").key != text:
        raise ValueError(f"{_shown(text)} is not an IANA time zone; write `Europe/Paris`")
    return text


def is_day(text: object) -> bool:
    """Whether it is a calendar day as `2027-03-01`."""
    try:
        return isinstance(text, str) and len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _days(name: object) -> list[int]:
    first, *rest = str(name).strip().lower().split("-")
    last = rest[0] if len(rest) == 1 else first
    if first not in WEEKDAYS or last not in WEEKDAYS or len(rest) > 1:
        meant = meant_days(name)
        how = f"write `{meant}`" if meant else f"write one of {', '.join(WEEKDAYS)}, or `mon-fri`"
        raise ValueError(f"{_shown(name)} is not a day; {how}")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [day % 7 for day in range(start, end + (1 if end >= start else 8))]


def _clock(hours: str, minutes: str) -> time:
    if (int(hours), int(minutes)) == (24, 0):
        return time(0)
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"`{hours}:{minutes}` is not a time of day")
    return time(int(hours), int(minutes))


def _shown(value: object) -> str:
    return f"`{str(value)[:60]}`"


_SPAN_SCHEMA = {
    "type": "string",
    "pattern": r"^\d+ +(minute|hour|day|week)s?$",
    "examples": ["30 minutes", "3 days", "1 week"],
}
_CAP_SCHEMA = {
    "type": "string",
    "pattern": r"^\d+ +per +",
    "examples": ["2 per 7 days", "3 per calendar week in Europe/Paris"],
}
_DAY = {"type": "string", "pattern": r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$"}
_HOURS_SCHEMA = {"type": "string", "pattern": r"^\d\d:\d\d *- *\d\d:\d\d$", "examples": ["09:00-17:30"]}
_DAYS_SCHEMA = {"anyOf": [_DAY, {"type": "array", "items": _DAY}]}

Span = Annotated[timedelta, PlainValidator(parse_span), WithJsonSchema(_SPAN_SCHEMA)]
"""A field of a model that reads `3 days`."""
CapText = Annotated[Cap, PlainValidator(parse_cap), WithJsonSchema(_CAP_SCHEMA)]
"""A field of a model that reads `2 per 7 days`."""
HoursText = Annotated[Window, PlainValidator(parse_hours), WithJsonSchema(_HOURS_SCHEMA)]
"""A field of a model that reads `21:00-07:00`, every day."""


class WindowFile(Strict):
    """Days and hours as written."""

    days: Annotated[frozenset[int] | None, PlainValidator(parse_days), WithJsonSchema(_DAYS_SCHEMA)] = None
    hours: HoursText | None = None


def _window(file: WindowFile) -> Window:
    if file.days is None and file.hours is None:
        raise ValueError(_NO_WINDOW)
    hours = file.hours or Window(EVERY_DAY, time(0), time(0))
    return replace(hours, days=file.days or EVERY_DAY)


WindowText = Annotated[Window, Through(WindowFile, _window)]
"""A field of a model that reads `{days: mon-fri, hours: "09:00-17:30"}`."""
ZoneText = Annotated[str, PlainValidator(parse_zone), WithJsonSchema({"type": "string"})]
"""A field of a model that reads an IANA zone name."""
