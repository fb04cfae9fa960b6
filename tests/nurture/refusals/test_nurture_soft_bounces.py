"""When failures that pass one by one say together that an address is worn out."""

from __future__ import annotations

import pytest

from nurture.refusals.soft_bounces import Attempt, worn_out
from tests.builders import DAY, HOUR, NOON


def back(day: float) -> Attempt:
    """A touch of that day that came back an hour later."""
    return Attempt(NOON + DAY * day, NOON + DAY * day + HOUR)


def kept(day: float) -> Attempt:
    """A touch of that day that did not come back."""
    return Attempt(NOON + DAY * day)


FIVE = [back(day) for day in (0, 2, 4, 6, 8)]


@pytest.mark.parametrize(
    ("attempts", "alive", "worn"),
    [
        (FIVE, None, True),
        (list(reversed(FIVE)), None, True),
        (FIVE[1:], None, False),
        ([back(day / 10) for day in range(5)], None, False),
        ([*FIVE[:2], kept(3), *FIVE[2:]], None, False),
        ([*FIVE, kept(9)], None, True),
        (FIVE, 5.0, False),
        (FIVE, -1.0, True),
        ([kept(-30), *FIVE], None, True),
        ([kept(9), back(9.5)], 9.2, False),
        ([], None, False),
    ],
    ids=[
        *("five over a week", "in any order", "four", "five in a day", "one arrived between"),
        *("the last not known yet", "answered between", "answered before", "arrived long ago"),
        *("answered what is not known yet", "none"),
    ],
)
def test_five_in_a_row_over_a_week(attempts: list[Attempt], alive: float | None, worn: bool) -> None:
    """So many failures in a row, so far apart, and no sign of life between them."""
    alive_at = None if alive is None else NOON + DAY * alive

    assert worn_out(attempts, alive_at, NOON + DAY * 10, soft=5, over=DAY * 7) is worn
