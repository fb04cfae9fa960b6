"""Counts temporary failures: an address that fails again and again over days is given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BELIEVED_AFTER = timedelta(days=6)
"""A touch without a bounce for so long arrived: servers try for five days (RFC 5321 4.5.4.1)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One touch to an address: when it left, and when it came back, if it did."""

    sent_at: datetime
    bounced_at: datetime | None = None


def worn_out(
    attempts: Sequence[Attempt], alive_at: datetime | None, now: datetime, *, soft: int, over: timedelta
) -> bool:
    """Whether the last touches failed `soft` times in a row, the first and the last at least `over` apart.

    A touch that arrived ends the row, and so does `alive_at`: the last sign of life, a reply or a click.
    One that left too lately to be known either way is passed over.
    """
    row: list[datetime] = []
    for attempt in sorted(attempts, key=lambda a: a.sent_at, reverse=True):
        if alive_at is not None and (attempt.bounced_at or attempt.sent_at) <= alive_at:
            break
        if attempt.bounced_at is not None:
            row.append(attempt.bounced_at)
        elif now - attempt.sent_at >= BELIEVED_AFTER:
            break
    return len(row) >= soft and max(row) - min(row) >= over
