"""What timing promises: zones, windows, holidays and caps, in every zone and through every clock change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nurture.countries import MAIN_ZONES
from nurture.country_names import country_code
from nurture.timing import (
    Cap,
    Holidays,
    Opening,
    Window,
    earliest_free,
    local_instant,
    next_open,
    next_weekday,
    spread,
    zone_for,
)
from nurture.words import Reason

PARIS = ZoneInfo("Europe/Paris")
WEEKDAYS = frozenset(range(5))
ALL_DAYS = frozenset(range(7))
OFFICE = Window(WEEKDAYS, time(9), time(17, 30))
NIGHT = Window(ALL_DAYS, time(21), time(7))
# One of each kind: none, north, south, half an hour, midnight changes, odd offsets, a skipped day.
ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Scoresbysund",
    "Africa/Casablanca",
)

clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
days = st.frozensets(st.integers(0, 6), min_size=1)
windows = st.builds(Window, days, clocks, clocks)
# From before Samoa's skipped day (2011-12-30) to years whose rules are extrapolated.
instants = st.datetimes(datetime(2011, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES).map(ZoneInfo)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(now: datetime, zone: ZoneInfo, open_: list[Window], quiet: list[Window]) -> datetime:
    """The opening of a policy that has one."""
    try:
        return next_open(now, zone, windows=open_, quiet=quiet).at
    except ValueError:
        assume(False)
        raise


def placed(wanted: list[datetime], cap: Cap) -> list[datetime]:
    """When touches asked for one after the other leave, each seeing those before it."""
    touches: list[datetime] = []
    for now in wanted:
        touches.append(earliest_free(now, touches, cap, "UTC"))
    return touches


def later(start: datetime, gaps: list[timedelta]) -> list[datetime]:
    """Instants with these gaps between them."""
    return [start + total for total in accumulate(gaps)]


@pytest.mark.parametrize(
    ("zone", "country", "expected"),
    [
        ("Asia/Tokyo", "FR", "Asia/Tokyo"),
        (" Asia/Tokyo ", None, "Asia/Tokyo"),
        (None, "fr", "Europe/Paris"),
        ("Mars/Olympus", "India", "Asia/Kolkata"),
        ("../../etc/passwd", "us", "America/New_York"),
        ("Europe", "U.K.", "Europe/London"),
        ("\x00", "Côte d'Ivoire", "Africa/Abidjan"),
        ("localtime", None, "Europe/Rome"),
        ("right/Europe/Paris", "Atlantis", "Europe/Rome"),
        ("", "", "Europe/Rome"),
    ],
)
def test_zone_for(zone: str | None, country: str | None, expected: str) -> None:
    """A lead's zone is its own, else its country's, else the policy's."""
    assert zone_for(zone, country, "Europe/Rome") == ZoneInfo(expected)


@given(st.text(), st.text())
@settings(deadline=None)
def test_zone_for_never_raises(zone: str, country: str) -> None:
    """Whatever a lead says of its zone and country, it gets one."""
    assert isinstance(zone_for(zone, country, "UTC"), ZoneInfo)


def test_zone_for_broken_default() -> None:
    """A policy's zone that does not exist is an error, not a guess."""
    with pytest.raises(ZoneInfoNotFoundError):
        zone_for(None, None, "Mars/Olympus")


def test_every_country_has_a_zone() -> None:
    """Each country's main zone exists, and is found by its code in lower case."""
    found = {code: zone_for(None, code.lower(), "Etc/GMT+12").key for code in MAIN_ZONES}

    assert found == dict(MAIN_ZONES)
    assert len(found) == 246


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("AR", "America/Argentina/Buenos_Aires"), ("AU", "Australia/Sydney"), ("BR", "America/Sao_Paulo"),
        ("CA", "America/Toronto"), ("CL", "America/Santiago"), ("CN", "Asia/Shanghai"),
        ("DE", "Europe/Berlin"), ("EC", "America/Guayaquil"), ("ES", "Europe/Madrid"),
        ("FM", "Pacific/Pohnpei"), ("ID", "Asia/Jakarta"), ("KZ", "Asia/Almaty"), ("MN", "Asia/Ulaanbaatar"),
        ("MX", "America/Mexico_City"), ("MY", "Asia/Kuala_Lumpur"), ("NZ", "Pacific/Auckland"),
        ("PF", "Pacific/Tahiti"), ("PT", "Europe/Lisbon"), ("RU", "Europe/Moscow"), ("UA", "Europe/Kyiv"),
        ("US", "America/New_York"), ("UZ", "Asia/Tashkent"),
    ],
)  # fmt: skip
def test_the_main_zone_is_where_most_people_live(country: str, zone: str) -> None:
    """Of several zones of a country, its leads are taken to live in the most populous."""
    assert MAIN_ZONES[country] == zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DE", "DE"),
        ("south korea", "KR"),
        ("United  States", "US"),
        ("Türkiye", "TR"),
        ("x", None),
        (None, None),
    ],
)
def test_country_code(text: str | None, expected: str | None) -> None:
    """A country is known by its code or an English name, in any case."""
    assert country_code(text) == expected


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        (date(2026, 6, 1), time(9), "Europe/Paris", "2026-06-01T07:00"),
        (date(2026, 3, 29), time(2), "Europe/Paris", "2026-03-29T01:00"),
        (date(2026, 3, 29), time(2, 30), "Europe/Paris", "2026-03-29T01:00"),
        (date(2026, 3, 29), time(3), "Europe/Paris", "2026-03-29T01:00"),
        (date(2026, 10, 25), time(2, 30), "Europe/Paris", "2026-10-25T00:30"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "2026-10-03T15:30"),
        (date(2026, 4, 24), time(0), "Africa/Cairo", "2026-04-23T22:00"),
        (date(2011, 12, 30), time(10), "Pacific/Apia", "2011-12-30T10:00"),
    ],
    ids=["plain", "gap-start", "gap", "gap-end", "overlap", "half-hour-gap", "midnight-gap", "skipped-day"],
)
def test_local_instant(day: date, clock: time, zone: str, expected: str) -> None:
    """A skipped local time is the first instant after the change; a repeated one the first of the two."""
    assert local_instant(day, clock, ZoneInfo(zone)) == at(expected)


@given(instants, clocks, zones)
@settings(deadline=None)
def test_local_instant_is_first(now: datetime, clock: time, zone: ZoneInfo) -> None:
    """Its wall clock shows the time asked for, or a later one when that does not exist."""
    wanted = datetime.combine(now.date(), clock)

    shown = local_instant(now.date(), clock, zone).astimezone(zone)

    assert shown.replace(tzinfo=None) >= wanted
    assert shown.fold == 0


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-01T08:00", Opening(at("2026-06-01T08:00"))),
        ("2026-06-01T05:00", Opening(at("2026-06-01T07:00"), Reason.WINDOW)),
        ("2026-06-01T15:30", Opening(at("2026-06-02T07:00"), Reason.WINDOW)),
        ("2026-06-05T15:31", Opening(at("2026-06-08T07:00"), Reason.WINDOW)),
    ],
    ids=["open", "early", "end-is-closed", "weekend"],
)
def test_next_open_window(now: str, expected: Opening) -> None:
    """A touch waits for the window, in the lead's zone."""
    assert next_open(at(now), PARIS, windows=[OFFICE]) == expected


def test_next_open_quiet_crosses_midnight() -> None:
    """Quiet hours from 21:00 to 07:00 hold a touch until the next morning."""
    assert next_open(at("2026-06-01T20:00"), PARIS, quiet=[NIGHT]) == Opening(
        at("2026-06-02T05:00"), Reason.QUIET
    )


def test_next_open_night_window_belongs_to_its_first_day() -> None:
    """A window of Friday night is open on Saturday morning, not on Friday morning."""
    friday_night = Window(frozenset({4}), time(22), time(2))

    assert [
        friday_night.holds(datetime(2026, 6, 6, 1)),  # noqa: DTZ001
        friday_night.holds(datetime(2026, 6, 5, 1)),  # noqa: DTZ001
    ] == [True, False]


def test_next_open_holiday() -> None:
    """Nothing leaves on a holiday of the lead's country."""
    opening = next_open(at("2026-07-14T08:00"), PARIS, windows=[OFFICE], holidays=Holidays(), country="FR")

    assert opening == Opening(at("2026-07-15T07:00"), Reason.HOLIDAY)


@pytest.mark.parametrize(
    ("country", "expected"),
    [("FR", True), ("france", True), ("US", False), ("BV", False), ("xx", False), (None, False)],
)
def test_holidays(country: str | None, expected: bool) -> None:
    """The fourteenth of July is a holiday in France; where nothing is known, no day is."""
    calendar = Holidays()
    calendar.is_holiday(date(2026, 7, 13), country)

    assert calendar.is_holiday(date(2026, 7, 14), country) is expected


def test_next_open_never() -> None:
    """A policy that leaves no time open is told so."""
    with pytest.raises(ValueError, match="no moment is open within 400 days"):
        next_open(at("2026-06-01T05:00"), PARIS, windows=[OFFICE], quiet=[Window(ALL_DAYS, time(0), time(0))])


def test_next_open_after_a_repeated_hour() -> None:
    """A window opens again when the clock is set back into it."""
    early = Window(ALL_DAYS, time(1, 30), time(2, 30))

    opening = next_open(at("2026-10-25T00:30"), PARIS, windows=[early])

    assert opening == Opening(at("2026-10-25T01:00"), Reason.WINDOW)


@given(instants, zones, st.lists(windows, max_size=2), st.lists(windows, max_size=1))
@example(at("2026-03-28T23:00"), PARIS, [Window(ALL_DAYS, time(2, 10), time(2, 50))], [])
@example(at("2026-04-23T20:00"), ZoneInfo("Africa/Cairo"), [Window(ALL_DAYS, time(0), time(0, 30))], [])
@settings(deadline=None)
def test_next_open_is_inside(now: datetime, zone: ZoneInfo, open_: list[Window], quiet: list[Window]) -> None:
    """What is open is inside every window and outside quiet hours, by the wall clock of the zone."""
    opening = opened(now, zone, open_, quiet)
    local = opening.astimezone(zone)

    assert opening >= now
    assert all(window.holds(local) for window in open_)
    assert not any(hours.holds(local) for hours in quiet)


@given(instants, zones, windows, windows, st.floats(0, 1))
@settings(deadline=None)
def test_next_open_is_earliest(
    now: datetime, zone: ZoneInfo, window: Window, quiet: Window, share: float
) -> None:
    """No instant between the one asked for and the one given is open."""
    opening = opened(now, zone, [window], [quiet])
    between = (now + share * (opening - now)).astimezone(zone)

    assert between >= opening or not window.holds(between) or quiet.holds(between)


@given(st.integers(1, 10**9), instants, st.timedeltas(timedelta(0), timedelta(days=1)))
@settings(deadline=None)
def test_spread(lead_id: int, now: datetime, over: timedelta) -> None:
    """A lead's offset lies in the span and is always the same."""
    offset = spread(lead_id, now, over)

    assert offset == spread(lead_id, now.astimezone(PARIS), over)
    assert timedelta(0) <= offset < max(over, timedelta.resolution)


def test_spread_is_even() -> None:
    """A thousand leads released at once are spread over all of the span."""
    minutes = {
        spread(lead, at("2026-06-01T07:00"), timedelta(minutes=15)).seconds // 60 for lead in range(1000)
    }

    assert minutes == set(range(15))


@pytest.mark.parametrize(
    ("cap", "taken", "expected"),
    [
        (Cap(2, timedelta(days=7)), [], "2026-06-10T12:00"),
        (Cap(2, timedelta(days=7)), ["2026-06-04T09:00"], "2026-06-10T12:00"),
        (Cap(2, timedelta(days=7)), ["2026-06-09T10:00", "2026-06-04T09:00"], "2026-06-11T09:00"),
        (Cap(1, timedelta(days=7)), ["2026-06-03T12:00"], "2026-06-10T12:00"),
        (Cap(1, timedelta(days=1)), ["2026-06-11T00:00"], "2026-06-12T00:00"),
        (Cap(1, calendar="day"), ["2026-06-10T01:00"], "2026-06-10T22:00"),
        (Cap(1, calendar="day", zone="UTC"), ["2026-06-10T01:00"], "2026-06-11T00:00"),
        (Cap(1, calendar="week"), ["2026-06-08T01:00", "2026-06-16T01:00"], "2026-06-21T22:00"),
        (Cap(2, calendar="month"), ["2026-06-01T01:00"], "2026-06-10T12:00"),
        (Cap(2, calendar="month"), ["2026-06-01T01:00", "2026-05-31T22:30"], "2026-06-30T22:00"),
    ],
    ids=[
        "none-taken",
        "room-left",
        "frees-with-the-oldest",
        "free-at-the-very-end",
        "promised-later-binds",
        "day",
        "day-in-a-named-zone",
        "two-weeks-full",
        "month-has-room",
        "month-of-the-zone",
    ],
)
def test_earliest_free(cap: Cap, taken: list[str], expected: str) -> None:
    """A slot is free at the exact instant an older touch leaves the span, or a period begins."""
    now = at("2026-06-10T12:00")

    assert earliest_free(now, [at(one) for one in taken], cap, "Europe/Paris") == at(expected)


gaps = st.lists(st.timedeltas(timedelta(0), timedelta(days=4)), min_size=1, max_size=20)
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=10))


@given(st.lists(instants, min_size=1, max_size=12), st.integers(1, 4), spans)
@settings(deadline=None)
def test_rolling_cap_is_never_exceeded(wanted: list[datetime], count: int, span: timedelta) -> None:
    """Whenever touches are asked for, in any order, no rolling window ever holds more than the count."""
    touches = sorted(placed(wanted, Cap(count, span)))

    assert all(last - first >= span for first, last in zip(touches, touches[count:], strict=False))


@given(instants, gaps, st.integers(1, 4), spans)
@settings(deadline=None)
def test_rolling_cap_holds_back_no_longer(
    start: datetime, gaps: list[timedelta], count: int, span: timedelta
) -> None:
    """A touch leaves when it is asked for, or at the very instant at which an earlier one frees its slot."""
    wanted = later(start, gaps)
    touches = placed(wanted, Cap(count, span))

    assert all(last - first >= span for first, last in zip(touches, touches[count:], strict=False))
    assert all(
        touch == asked or touch - span in touches for asked, touch in zip(wanted, touches, strict=True)
    )


PERIODS: dict[str, Callable[[datetime], object]] = {
    "day": lambda local: local.date(),
    "week": lambda local: local.isocalendar()[:2],
    "month": lambda local: (local.year, local.month),
}


@given(instants, gaps, st.integers(1, 3), st.sampled_from(sorted(PERIODS)), st.sampled_from(ZONES))
@settings(deadline=None)
def test_calendar_cap_is_never_exceeded(
    start: datetime, gaps: list[timedelta], count: int, calendar: str, zone: str
) -> None:
    """No calendar day, week or month of the zone ever holds more than the count."""
    cap = Cap(count, calendar=calendar, zone=zone)  # type: ignore[arg-type]  # one of the three words
    touches = placed(later(start, gaps), cap)
    periods = [PERIODS[calendar](touch.astimezone(ZoneInfo(zone))) for touch in touches]

    assert max(periods.count(period) for period in periods) <= count


@pytest.mark.parametrize(
    ("count", "span", "calendar"),
    [(0, timedelta(days=1), None), (1, None, None), (1, timedelta(days=1), "day"), (1, timedelta(0), None)],
    ids=["nothing", "no-span", "two-spans", "empty-span"],
)
def test_cap_refuses(count: int, span: timedelta | None, calendar: str | None) -> None:
    """A cap that could never free a slot does not exist."""
    with pytest.raises(ValueError, match="cap"):
        Cap(count, span, calendar)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("now", "weekday", "clock", "expected"),
    [
        ("2026-06-01T07:00", 1, time(10), "2026-06-02T08:00"),
        ("2026-06-02T07:59", 1, time(10), "2026-06-02T08:00"),
        ("2026-06-02T08:00", 1, time(10), "2026-06-09T08:00"),
        ("2026-06-05T22:30", 5, time(0, 15), "2026-06-12T22:15"),
        ("2026-03-28T12:00", 6, time(2, 30), "2026-03-29T01:00"),
        ("2026-10-25T01:00", 6, time(2, 30), "2026-11-01T01:30"),
    ],
    ids=["tomorrow", "today", "just-now-is-next-week", "local-day", "gap", "second-of-two-is-next-week"],
)
def test_next_weekday(now: str, weekday: int, clock: time, expected: str) -> None:
    """It is the next such moment of the lead's own week, and never the present one."""
    assert next_weekday(at(now), weekday, clock, PARIS) == at(expected)
