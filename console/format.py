"""Writes instants, numbers and lists as the command line shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from math import floor, fsum
from typing import Any


def say_at(at: datetime, zone: tzinfo) -> str:
    """An instant on the wall clock of `zone`: 2027-06-15 10:00."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def say_fully(at: datetime, zone: tzinfo) -> str:
    """An instant with its weekday, in `zone` and in UTC: Tue 2027-06-15 10:00 CEST (08:00 UTC)."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    here = f"{local:%a %Y-%m-%d %H:%M}"
    if local.utcoffset() == utc.utcoffset():
        return f"{here} UTC"
    day = f"{utc:%a} " if local.date() != utc.date() else ""
    return f"{here} {local:%Z} ({day}{utc:%H:%M} UTC)"


def say_many(count: int, noun: str) -> str:
    """`1 lead`, `2 leads`, `2 touches`."""
    ending = "" if count == 1 else "es" if noun.endswith("ch") else "s"
    return f"{count} {noun}{ending}"


def as_plain(value: Any) -> dict[str, Any]:  # any dataclass
    """A value for JSON, with its instants as ISO text; its enums are text already."""
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in asdict(value).items()}


def adding_up(values: Sequence[float]) -> tuple[list[float], float]:
    """The values and their sum, to one decimal, so that what is shown adds up to what is shown.

    Plain rounding does not: three times 0.33 would show 0.3, 0.3, 0.3 and a sum of 1.0.
    """
    total = round(fsum(values) * 10)
    floors = [floor(value * 10) for value in values]
    by_remainder = sorted(range(len(values)), key=lambda i: floors[i] - values[i] * 10)
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return [tenths / 10 for tenths in floors], total / 10


def printable(text: str) -> str:
    """Text on one line that cannot drive a terminal: leads write their own names."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)
