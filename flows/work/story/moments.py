"""Writes instants as whoever reads a story wants them: on a wall clock, or as ISO text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
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


def as_plain(value: Any) -> dict[str, Any]:  # any dataclass
    """A value for JSON, with its instants as ISO text; its enums are text already."""
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in asdict(value).items()}
