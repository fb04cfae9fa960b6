"""Dates are said the way people write them, in the reader's language and the zone named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.speech.dates import say_ago, say_clock, say_day

EVENING = datetime(2027, 4, 30, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "day", "clock"),
    [
        ("en", "UTC", "Friday 30 April", "22:30"),
        ("en", "Europe/Paris", "Saturday 1 May", "00:30"),
        ("fr", "Europe/Paris", "samedi 1er mai", "0\u00a0h\u00a030"),
        ("fr", "Asia/Kolkata", "samedi 1er mai", "4\u00a0h"),
        ("fr", "UTC", "vendredi 30 avril", "22\u00a0h\u00a030"),
        ("de", "Europe/Berlin", "2027-05-01", "00:30"),
    ],
)
def test_day_and_clock(language: str, zone: str, day: str, clock: str) -> None:
    """The zone decides the date; French writes hours its own way; other languages get plain numbers."""
    assert (say_day(EVENING, language, zone), say_clock(EVENING, language, zone)) == (day, clock)


@pytest.mark.parametrize(
    ("age", "english", "french"),
    [
        (timedelta(hours=-1), "today", "aujourd’hui"),
        (timedelta(hours=9), "today", "aujourd’hui"),
        (timedelta(hours=11), "yesterday", "hier"),
        (timedelta(hours=23), "yesterday", "hier"),
        (timedelta(hours=35), "2 days ago", "il y a 2 jours"),
        (timedelta(days=9), "9 days ago", "il y a 9 jours"),
    ],
)
def test_ago(age: timedelta, english: str, french: str) -> None:
    """Days of the reader's calendar, it being ten in Paris; what lies ahead by a little is today."""
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    said = [say_ago(now - age, now, language, zone="Europe/Paris") for language in ("en", "fr")]

    assert said == [english, french]
