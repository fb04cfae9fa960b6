"""The locked tzdata says what a place's clock shows: in every process of ours, and in the calendar files."""

from __future__ import annotations

import os
import subprocess
import sys
import zoneinfo
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Calendar

from nurture.ics import webinar_ics
from nurture.project.catalog import Webinar
from nurture.timing import turns

HOUR = timedelta(hours=1)
START, END = datetime(2026, 1, 2, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
NOONS = [START + timedelta(days=day, hours=12) for day in range((END - START).days)]
DOORS = ("nurture.timing", "console.app", "flows.processes.child", "inbound.web.app", "outbound.smtp.pool")


@pytest.fixture
def old_host(tmp_path: Path) -> dict[str, str]:
    """The environment of a host whose own zone file gives Paris the clock of Tokyo."""
    folder = tmp_path / "Europe"
    folder.mkdir()
    (folder / "Paris").write_bytes(files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes())
    here = Path(__file__).parents[2]
    return {
        **os.environ,
        "PYTHONTZPATH": str(tmp_path),
        "PYTHONPATH": str(here),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
    }


def said(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


NINE = (
    "from datetime import *; from zoneinfo import ZoneInfo; "
    "print(datetime(2027, 1, 15, 9, tzinfo=ZoneInfo('Europe/Paris')).astimezone(UTC).hour)"
)


def test_the_old_file_is_really_in_the_way(old_host: dict[str, str]) -> None:
    """Python alone believes the host: nine in Paris would be midnight."""
    assert said(NINE, old_host) == "0"


@pytest.mark.parametrize("door", DOORS)
def test_an_old_host_sends_at_the_right_hour(door: str, old_host: dict[str, str]) -> None:
    """Whatever a process of ours imports first, and whatever looked at the zone before."""
    assert (
        said(f"from zoneinfo import ZoneInfo; ZoneInfo('Europe/Paris'); import {door}; {NINE}", old_host)
        == "8"
    )


def test_no_folder_of_the_host_is_looked_at() -> None:
    """Not in this process either, so that all tests speak of the locked data."""
    assert zoneinfo.TZPATH == ()


def calendar(zone: str, starts_at: datetime) -> Calendar:
    webinar = Webinar(title="W", starts_at=starts_at)
    made_at = datetime(2026, 11, 1, tzinfo=UTC)
    content = webinar_ics("w", webinar, organiser=("A", "a@b.example"), zone=zone, made_at=made_at)
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    return found


def observed(found: Calendar) -> list[tuple[datetime, timedelta, timedelta]]:
    """When the file's zone changes its clock, by that clock before the change (RFC 5545, 3.6.5)."""
    [rules] = found.walk("VTIMEZONE")
    changes = []
    for part in rules.subcomponents:
        more = (
            [part["RDATE"]]
            if "RDATE" in part and not isinstance(part["RDATE"], list)
            else part.get("RDATE", [])
        )
        clocks = [part["DTSTART"].dt, *(date.dt for dates in more for date in dates.dts)]
        changes += [(at, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for at in clocks]
    return sorted(changes)


@pytest.mark.parametrize("part", range(4))
def test_calendar_files_know_every_zone_until_2031(part: int) -> None:
    """On each day, and on both sides of each change, the file gives a local time the offset it has."""
    wrong: list[tuple[str, datetime]] = []
    for name in sorted(available_timezones())[part::4]:
        zone = ZoneInfo(name)
        found = calendar(name, datetime(2027, 1, 21, 10, 30, tzinfo=UTC))
        if not found.walk("VTIMEZONE"):
            assert {noon.astimezone(zone).utcoffset() for noon in NOONS} == {timedelta(0)}
            continue
        changes = observed(found)
        onsets = [at for at, _, _ in changes]
        edges = [at + side for at in turns(START, END, zone) for side in (-3 * HOUR, 3 * HOUR)]
        for instant in (*NOONS, *edges):
            local = instant.astimezone(zone)
            offset = changes[bisect_right(onsets, local.replace(tzinfo=None)) - 1][2]
            if offset != local.utcoffset():
                wrong.append((name, instant))

    assert wrong == []


def test_a_webinar_far_ahead_has_its_rules() -> None:
    """After 2031 the year of the event and its neighbours are written out."""
    zone = ZoneInfo("Europe/Paris")
    found = calendar("Europe/Paris", datetime(2040, 7, 2, 10, tzinfo=UTC))
    [event] = found.walk("VEVENT")
    onset, _, offset = [one for one in observed(found) if one[0] <= event["DTSTART"].dt.replace(tzinfo=None)][
        -1
    ]

    assert (onset.year, offset) == (2040, 2 * HOUR)
    assert event["DTSTART"].dt == datetime(2040, 7, 2, 12, tzinfo=zone)


def test_utc_needs_no_rules() -> None:
    """Its times end in Z."""
    content = calendar("UTC", datetime(2027, 1, 21, 10, 30, tzinfo=UTC)).to_ical()

    assert b"DTSTART:20270121T103000Z" in content
    assert b"VTIMEZONE" not in content
