"""Reads the moment of a moved clock, as the command line and the flows take it."""

from __future__ import annotations

from datetime import UTC, datetime

from nurture.errors import ClockError


def parse_moment(text: str) -> datetime:
    """An aware UTC instant from ISO text with its offset.

    Raises:
        ClockError: it is something else.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ClockError(f"{text!r} is not a moment", hint="write it as 2027-06-15T10:00:00Z")
    return parsed.astimezone(UTC)
