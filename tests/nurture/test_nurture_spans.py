"""Spans, caps and windows are read as marketers write them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.spans import (
    format_span,
    parse_cap,
    parse_days,
    parse_hours,
    parse_own_cap,
    parse_span,
    parse_weekday_time,
    parse_zone,
    tighter_cap,
)
from nurture.timing import Cap, Window

ALL = frozenset(range(7))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 hour", timedelta(hours=1)),
        ("3 days", timedelta(days=3)),
        (" 2  weeks ", timedelta(weeks=2)),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    """Minutes, hours, days and weeks, singular or plural."""
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["3", "days", "3 dais", "0 days", "-1 days", "1.5 days", "999999 weeks", "", 3, None]
)
def test_anything_else_is_no_span(text: str) -> None:
    """Nothing, less than nothing and more than ten years are refused with the form."""
    with pytest.raises(ValueError, match="span"):
        parse_span(text)


@given(st.integers(min_value=1, max_value=5_000_000))
def test_a_written_span_reads_back(minutes: int) -> None:
    """Formatting and parsing are inverse for whole minutes."""
    span = timedelta(minutes=minutes)

    assert parse_span(format_span(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=7), "1 week"),
        (timedelta(days=8), "8 days"),
        (timedelta(hours=25), "25 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(0), "0 minutes"),
    ],
)
def test_a_span_is_written_in_its_largest_whole_unit(span: timedelta, text: str) -> None:
    """A week is not seven days, and eight days are not a week and a bit."""
    assert format_span(span) == text


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("2 per 7 days", Cap(2, span=timedelta(days=7))),
        ("1 per day", Cap(1, span=timedelta(days=1))),
        ("3 per calendar week", Cap(3, calendar="week")),
        ("3 per calendar month in Europe/Paris", Cap(3, calendar="month", zone="Europe/Paris")),
    ],
)
def test_a_cap_is_a_count_per_span_or_per_calendar_period(text: str, cap: Cap) -> None:
    """Rolling by default; a calendar period may name its zone."""
    assert parse_cap(text) == cap


@pytest.mark.parametrize(
    "text", ["2", "0 per day", "two per day", "2 per year", "2 per calendar week in Mars/Base", 2, None]
)
def test_anything_else_is_no_cap(text: str) -> None:
    """The message shows a form that works."""
    with pytest.raises(ValueError, match="write `"):
        parse_cap(text)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("Sat", {5}),
        ("mon-mon", {0}),
        (["mon", "wed-thu"], {0, 2, 3}),
    ],
)
def test_days_are_named(value: object, days: set[int]) -> None:
    """A day, a range that may cross the weekend, or a list of both."""
    assert parse_days(value) == days


@pytest.mark.parametrize("value", ["funday", "mon-", "mon-funday", 3, []])
def test_other_days_are_refused(value: object) -> None:
    """An unknown, an open or an empty range is an error."""
    with pytest.raises(ValueError, match="day"):
        parse_days(value)


def test_hours_may_cross_midnight_and_end_at_it() -> None:
    """24:00 is the midnight that ends the day."""
    assert parse_hours("21:00-07:00") == Window(ALL, time(21), time(7))
    assert parse_hours("09:00 - 24:00") == Window(ALL, time(9), time(0))


@pytest.mark.parametrize("text", ["9-17", "25:00-26:00", "09:60-10:00", 540, None])
def test_other_hours_are_refused(text: object) -> None:
    """Hours are two clocks joined by a dash."""
    with pytest.raises(ValueError, match=r"hours|time of day"):
        parse_hours(text)


def test_a_weekday_and_a_time_are_read() -> None:
    """The day is short and in any case; the clock has two digits each."""
    assert parse_weekday_time("Tue 10:00") == (1, time(10))


@pytest.mark.parametrize("text", ["tue", "10:00", "tuesday 10:00", "tue 10", "tue 25:00"])
def test_other_weekdays_and_times_are_refused(text: str) -> None:
    """Neither part may be missing or out of range."""
    with pytest.raises(ValueError, match=r"weekday and a time|time of day"):
        parse_weekday_time(text)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe", 3])
def test_only_real_zones_are_zones(name: str) -> None:
    """A path, a folder of the database or a number is no zone."""
    with pytest.raises(ValueError, match="IANA time zone"):
        parse_zone(name)


def test_a_lead_chooses_a_cap_within_two_months() -> None:
    """The store knows how far back caps look, so a lead's own choice has a bound."""
    assert parse_own_cap("1 per 14 days") == Cap(1, span=timedelta(days=14))
    assert parse_own_cap("2 per calendar month") == Cap(2, calendar="month")
    with pytest.raises(ValueError, match="longer than 62 days"):
        parse_own_cap("1 per 10 weeks")


@pytest.mark.parametrize(
    ("one", "other", "tighter"),
    [
        ("1 per 7 days", "2 per 7 days", "1 per 7 days"),
        ("2 per 14 days", "2 per 7 days", "2 per 14 days"),
        ("1 per calendar day", "6 per calendar week", "6 per calendar week"),
        ("5 per calendar month", "1 per calendar week", "1 per calendar week"),
        ("1 per 7 days", "1 per calendar week", "1 per 7 days"),
    ],
)
def test_the_tighter_of_two_caps(one: str, other: str, tighter: str) -> None:
    """Whichever allows fewer messages a day; of two that allow the same, the first."""
    assert tighter_cap(one, other) == tighter
