"""The filters and tests that an import map may use: pure functions, which raise for what they cannot read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from nurture.imports.dates import read_moment
from nurture.imports.lead import RowFault, shown
from nurture.imports.types import as_number, as_text
from nurture.texts.wishes import says_left, says_no, says_yes

LONGEST = 100_000
"""Characters a filter may make of one cell."""


def _replace(value: Any, old: Any, new: Any) -> str:
    text, old, new = as_text(value), as_text(old), as_text(new)
    if len(text) + text.count(old) * len(new) > LONGEST:
        raise RowFault(f"`replace` makes more than {LONGEST} characters of {shown(value)}")
    return text.replace(old, new)


def _split(value: Any, separator: Any = ",") -> list[str]:
    parts = as_text(value).split(as_text(separator) or ",")
    return [part.strip() for part in parts if part.strip()]


def _join(value: Any, separator: Any = ", ") -> str:
    return as_text(separator).join(as_text(item) for item in _list(value, "join"))


def _list(value: Any, filter_name: str) -> list[Any]:
    if not isinstance(value, list):
        raise RowFault(f"`{filter_name}` wants a list, got {shown(value)}; cut a text with `split`")
    return value


def _first(value: Any) -> Any:
    return next(iter(_list(value, "first")), None)


def _last(value: Any) -> Any:
    return next(reversed(_list(value, "last")), None)


def _int(value: Any) -> int:
    return int(as_number(value))


def _round(value: Any, digits: Any = 0) -> int | float:
    places = _int(digits)
    return round(as_number(value), max(-15, min(places, 15)) or None)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else len(as_text(value))


def _date(value: Any, *forms: Any) -> datetime:
    return read_moment(value, [as_text(form) for form in forms])


FILTERS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "trim": (lambda value: as_text(value).strip(), 0, 0),
    "lower": (lambda value: as_text(value).lower(), 0, 0),
    "upper": (lambda value: as_text(value).upper(), 0, 0),
    "title": (lambda value: as_text(value).title(), 0, 0),
    "capitalize": (lambda value: as_text(value).capitalize(), 0, 0),
    "text": (as_text, 0, 0),
    "replace": (_replace, 2, 2),
    "split": (_split, 0, 1),
    "join": (_join, 0, 1),
    "first": (_first, 0, 0),
    "last": (_last, 0, 0),
    "length": (_length, 0, 0),
    "number": (as_number, 0, 0),
    "float": (lambda value: float(as_number(value)), 0, 0),
    "int": (_int, 0, 0),
    "abs": (lambda value: abs(as_number(value)), 0, 0),
    "round": (_round, 0, 1),
    "date": (_date, 1, 9),
}
"""What each filter does, and how few and how many arguments it takes. A blank value stays blank."""

DEFAULTS = frozenset({"default", "d"})
"""The filters that see a blank value."""

TESTS: dict[str, Callable[..., bool]] = {
    "startswith": lambda value, part: as_text(value).startswith(as_text(part)),
    "endswith": lambda value, part: as_text(value).endswith(as_text(part)),
    "contains": lambda value, part: as_text(part) in (value if isinstance(value, list) else as_text(value)),
}
"""Tests with one argument, as in conditions: case-sensitive, false for a blank value."""

ANSWERS: dict[str, Callable[[Any], bool]] = {"yes": says_yes, "no": says_no, "left": says_left}
"""Tests of an answer in any language: `is yes`, `is no`, `is left` (somebody left). A blank is none."""

ABSENT = frozenset({"none", "undefined", "blank"})
PRESENT = frozenset({"defined"})
"""Tests without an argument."""

INSTEAD = {
    "strip": "| trim",
    "lower": "| lower",
    "upper": "| upper",
    "title": "| title",
    "split": '| split(",")',
    "replace": '| replace("old", "new")',
    "startswith": 'is startswith("...")',
    "endswith": 'is endswith("...")',
    "get": 'row["..."], which is blank when there is none',
}
"""What to write for a Python method that someone reached for."""
