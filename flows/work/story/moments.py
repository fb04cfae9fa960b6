"""Writes instants on the wall clock of whoever reads a story."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


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
