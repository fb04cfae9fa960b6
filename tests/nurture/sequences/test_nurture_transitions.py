"""Every clock change of 2020 to 2030, in every zone: inside the window, and once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from nurture.timing import Window, local_instant, next_cast, next_open

HOUR = timedelta(hours=1)
NIGHT = Window(frozenset(range(7)), time(1, 30), time(3, 30))
"""A window in which most clock changes fall."""
HALF_PAST_TWO = tuple((day, time(2, 30)) for day in range(7))
"""A cast on every day, at a time that some days do not have and others have twice."""


@cache
def changes() -> tuple[tuple[str, datetime], ...]:
    """Each different clock change of those years: a zone that has it, and its instant."""
    found: dict[tuple[datetime, timedelta | None, timedelta | None], str] = {}
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        zone = ZoneInfo(name)
        low = datetime(2020, 1, 1, tzinfo=UTC)
        while low.year < 2031:
            high = low + timedelta(days=14)
            before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
            if before != after:
                at = bisect(zone, low, high)
                found.setdefault((at, before, after), name)
            low = high
    return tuple((name, at) for (at, _, _), name in found.items())


def bisect(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    old = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        same = middle.astimezone(zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return high.replace(microsecond=0)


def fired_around(name: str, at: datetime) -> list[date]:
    """The local dates on which the daily cast fires around a change."""
    zone = ZoneInfo(name)
    fired = [next_cast(at - 50 * HOUR, HALF_PAST_TWO, zone)]
    for _ in range(4):
        fired.append(next_cast(fired[-1], HALF_PAST_TWO, zone, another_day=True))
    return [one.astimezone(zone).date() for one in fired]


def repeats(days: list[date]) -> bool:
    return len(set(days)) < len(days)


def opens(name: str, at: datetime) -> datetime:
    """When the window opens for who asks at that instant, on the wall clock."""
    zone = ZoneInfo(name)
    return next_open(at, zone, windows=[NIGHT]).at.astimezone(zone)


def test_there_are_changes_to_look_at() -> None:
    """The tz database is there, and knows hundreds of different changes."""
    assert len(changes()) > 300


def test_no_touch_leaves_outside_its_window() -> None:
    """Asked at any hour around a change, the opening lies in the window by the lead's own clock."""
    outside = [
        (name, at, ahead)
        for name, at in changes()
        for ahead in (-25, -2, -1, 0, 1)
        if not NIGHT.holds(opens(name, at + ahead * HOUR))
    ]

    assert outside == []


def test_nothing_fires_twice_on_a_day() -> None:
    """A daily cast fires once on each local date, also on the day a clock is changed."""
    twice = [(name, at) for name, at in changes() if repeats(fired_around(name, at))]

    assert twice == []


def test_a_local_time_is_one_instant() -> None:
    """A time that a change skips or repeats is one instant, on its own day."""
    wrong = [
        (name, at)
        for name, at in changes()
        for day in [at.astimezone(ZoneInfo(name)).date()]
        if abs(local_instant(day, time(12), ZoneInfo(name)) - at) > 36 * HOUR
    ]

    assert wrong == []
