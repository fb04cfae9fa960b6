"""When something may happen: a lead's zone, windows, quiet hours, holidays and caps, as instants in UTC."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from nurture.countries import MAIN_ZONES
from nurture.country_names import country_code
from nurture.quick import quick
from nurture.words import Reason

HORIZON = timedelta(days=400)
"""How far ahead an opening is looked for; a year of closed days means a broken policy."""

_MIDNIGHT = time(0, 0)
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
# What the tz database holds for machines: the host's own zone, and clocks that count leap seconds.
_NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")


@dataclass(frozen=True, slots=True)
class Window:
    """Days (0 = Monday) and hours of the wall clock. Ends on the next day when `end` is not after `start`.

    `days` are the days it starts on; `start == end` lasts 24 hours, so 00:00 to 00:00 is the whole day.
    """

    days: frozenset[int]
    start: time
    end: time

    def holds(self, local: datetime) -> bool:
        """Says whether the wall clock `local` stands inside."""
        clock, day = local.time(), local.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= clock < self.end
        return (clock >= self.start and day in self.days) or (clock < self.end and (day - 1) % 7 in self.days)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` touches in any rolling `span`, or in each calendar day, ISO week or month of `zone`."""

    count: int
    span: timedelta | None = None
    calendar: Literal["day", "week", "month"] | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(
                f"a cap allows at least 1 touch, not {self.count}; pause a sequence to send nothing"
            )
        if (self.span is None) == (self.calendar is None):
            raise ValueError("a cap has either a rolling span or a calendar period")
        if self.span is not None and self.span <= timedelta(0):
            raise ValueError("the span of a cap is longer than nothing")


@quick
class Opening:
    """The earliest instant that is open, and what closed the one that was asked for (None: it was open)."""

    at: datetime
    closed_by: Reason | None = None


@quick
class Turn:
    """When a touch may leave; DUE: nothing stands in the way, else what holds it back until then."""

    at: datetime
    reason: Reason


class Holidays:
    """Public holidays by country, from the `holidays` library; each country and year is read once."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, int], frozenset[date]] = {}

    def is_holiday(self, day: date, country: str | None) -> bool:
        """Says whether `day` is a public holiday there; never, where the country is unknown."""
        code = country_code(country) or ""
        known = self._days.get((code, day.year))
        if known is None:
            known = self._days[code, day.year] = _holidays_of(code, day.year)
        return day in known


def _holidays_of(code: str, year: int) -> frozenset[date]:
    import holidays  # here, because `check` must start fast and most of its runs ask for no holiday

    try:
        return frozenset(holidays.country_holidays(code, years=year))
    except NotImplementedError:  # the library knows no such country
        return frozenset()


@lru_cache(maxsize=1024)
def _place(name: str) -> ZoneInfo | None:
    if name.startswith(_NOT_PLACES):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a folder of the tz database, such as "Europe"
        return None


def zone_for(zone: str | None, country: str | None, default: str) -> ZoneInfo:
    """The zone a lead lives in: its own IANA zone if valid, else its country's main one, else `default`.

    Never raises for what a lead says; raises ZoneInfoNotFoundError for a `default` that does not exist.
    """
    place = _place(zone.strip()) if zone else None
    code = country_code(country) if place is None else None
    return place or (_place(MAIN_ZONES[code]) if code else None) or ZoneInfo(default)


def _instant(day: date, at: time, zone: tzinfo, fold: int = 0) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).replace(fold=fold).astimezone(UTC)


def _turn(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second at which the zone's offset changes, between two instants that have different ones."""
    old = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def turns(start: datetime, end: datetime, zone: tzinfo) -> list[datetime]:
    """Every instant after `start`, up to `end`, at which the zone's offset changes: at most one a day."""
    found: list[datetime] = []
    before, known = start, start.astimezone(zone).utcoffset()
    while before < end:
        after = min(before + _DAY, end)
        offset = after.astimezone(zone).utcoffset()
        if offset != known:
            found.append(_turn(before, after, zone))
        before, known = after, offset
    return found


def local_day(at: datetime, zone: tzinfo) -> date:
    """The day that the calendar of `zone` shows at that instant."""
    return at.astimezone(zone).date()


def local_instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The instant at which the wall clock of `zone` shows `at` on `day`.

    A time that a clock change skips is the first instant after it; one that comes twice is the first.
    """
    instant = _instant(day, at, zone)
    if instant.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at):
        return instant
    # Read with the new offset, a skipped time lies before the change; read with the old one, after it.
    return _turn(_instant(day, at, zone, fold=1) - timedelta(seconds=1), instant, zone)


def _closed_by(
    at: datetime,
    zone: tzinfo,
    windows: Sequence[Window],
    quiet: Sequence[Window],
    holidays: Holidays | None,
    country: str | None,
) -> Reason | None:
    local = at.astimezone(zone)
    if not all(window.holds(local) for window in windows):
        return Reason.WINDOW
    if any(hours.holds(local) for hours in quiet):
        return Reason.QUIET
    if holidays is not None and holidays.is_holiday(local.date(), country):
        return Reason.HOLIDAY
    return None


def _moments(day: date, clocks: Iterable[time], zone: tzinfo) -> list[datetime]:
    """Every instant of `day` at which something closed can open: the given times, and a clock change."""
    dawn, dusk = _instant(day, _MIDNIGHT, zone), _instant(day + _DAY, _MIDNIGHT, zone)
    moments = {_instant(day, clock, zone, fold) for clock in clocks for fold in (0, 1)}
    if dawn.astimezone(zone).utcoffset() != dusk.astimezone(zone).utcoffset():
        moments.add(_turn(dawn, dusk, zone))
    return sorted(moments)


def next_open(
    now: datetime,
    zone: tzinfo,
    *,
    windows: Sequence[Window] = (),
    quiet: Sequence[Window] = (),
    holidays: Holidays | None = None,
    country: str | None = None,
) -> Opening:
    """The earliest instant from `now` on with every window open, no quiet hours and no holiday.

    All are read on the wall clock of `zone`. Raises ValueError when there is none within 400 days.
    """
    reason = _closed_by(now, zone, windows, quiet, holidays, country)
    if reason is None:
        return Opening(now)
    clocks = {_MIDNIGHT, *(window.start for window in windows), *(hours.end for hours in quiet)}
    today = now.astimezone(zone).date()
    for ahead in range(HORIZON.days + 1):
        for at in _moments(today + ahead * _DAY, clocks, zone):
            if at > now and _closed_by(at, zone, windows, quiet, holidays, country) is None:
                return Opening(at, reason)
    raise ValueError(
        f"no moment is open within {HORIZON.days} days ({reason.value}); the policy leaves no time to send"
    )


def spread(lead_id: int, at: datetime, over: timedelta) -> timedelta:
    """An offset from 0 up to, not including, `over`: the same for one lead and instant, even among leads."""
    text = f"{lead_id}:{at.astimezone(UTC).isoformat()}"
    share = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    return timedelta(microseconds=(over // _MICROSECOND) * share >> 64)


def earliest_free(now: datetime, taken: Sequence[datetime], cap: Cap, default_zone: str) -> datetime:
    """The earliest instant from `now` on at which one more touch keeps within `cap`.

    `taken` may hold instants after `now` (slots already promised); they bind too.
    """
    if len(taken) < cap.count:  # wherever they lie, one more is within the cap
        return now
    if cap.span is None:
        return _free_in_calendar(now, taken, cap, ZoneInfo(cap.zone or default_zone))
    span = cap.span
    near = sorted(at for at in taken if at > now - span)
    if _fits(now, near, span, cap.count):
        return now
    # Room appears only when a touch leaves the span, so the answer is one of these; the last always fits.
    return next(free for at in near if (free := at + span) > now and _fits(free, near, span, cap.count))


def _fits(at: datetime, taken: list[datetime], span: timedelta, count: int) -> bool:
    """Says whether no half-open rolling window that holds `at` would hold more than `count`."""
    around = sorted([*(one for one in taken if at - span < one < at + span), at])
    return all(last - first >= span for first, last in zip(around, around[count:], strict=False))


def _period(day: date, calendar: str) -> tuple[date, date]:
    """The first day of the calendar period of `day`, and of the period after."""
    if calendar == "day":
        return day, day + _DAY
    if calendar == "week":
        monday = day - day.weekday() * _DAY
        return monday, monday + 7 * _DAY
    first = day.replace(day=1)
    return first, (first + 31 * _DAY).replace(day=1)


def _free_in_calendar(now: datetime, taken: Sequence[datetime], cap: Cap, zone: tzinfo) -> datetime:
    calendar = cap.calendar or "day"
    used: dict[date, int] = {}
    for one in taken:
        first, _ = _period(one.astimezone(zone).date(), calendar)
        used[first] = used.get(first, 0) + 1
    free = now
    first, following = _period(now.astimezone(zone).date(), calendar)
    while used.get(first, 0) >= cap.count:
        free = local_instant(following, _MIDNIGHT, zone)
        first, following = _period(following, calendar)
    return free


def next_weekday(now: datetime, weekday: int, at: time, zone: tzinfo) -> datetime:
    """The next instant after `now` that is `at` on `weekday` (0 = Monday) by the wall clock of `zone`."""
    today = now.astimezone(zone).date()
    day = today + ((weekday - today.weekday()) % 7) * _DAY
    instant = local_instant(day, at, zone)
    return instant if instant > now else local_instant(day + 7 * _DAY, at, zone)


def next_cast(
    after: datetime, casts: Sequence[tuple[int, time]], zone: tzinfo, *, another_day: bool = False
) -> datetime:
    """The first instant after `after` at which one of the weekly casts comes by the wall clock of `zone`.

    With `another_day` it lies on another local date than `after`: one cast a day, also for a lead that
    has just moved west, and on the day the clock is put back.
    """
    start = after
    if another_day:
        tomorrow = after.astimezone(zone).date() + _DAY
        start = max(after, local_instant(tomorrow, _MIDNIGHT, zone) - _MICROSECOND)
    return min(next_weekday(start, weekday, at, zone) for weekday, at in casts)
