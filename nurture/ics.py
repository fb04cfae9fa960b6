"""A webinar as a calendar file (RFC 5545), to be attached to a mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)

from nurture.project.catalog import Webinar
from nurture.spans import parse_span
from nurture.timing import turns

PRODUCT = "-//Nurture//Lead nurturing//EN"
REMINDER = parse_span("15 minutes")
"""How long before the start the lead's calendar reminds it."""
YEARS = range(2026, 2032)
"""The zone's rules are written out for these years, and for the year of the event and its neighbours."""
_SECOND = timedelta(seconds=1)


def webinar_ics(
    name: str, webinar: Webinar, *, organiser: tuple[str, str], zone: str, made_at: datetime
) -> bytes:
    """The webinar as one published event in `zone`, with that zone's rules; `organiser` is (name, address).

    The same webinar has the same UID in every mail, so that a calendar replaces what it had.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"{name}@{organiser[1].rpartition('@')[2]}")
    event.add("dtstamp", made_at.astimezone(UTC))
    starts_at = webinar.starts_at.astimezone(ZoneInfo(zone))
    event.add("dtstart", starts_at)
    event.add("dtend", (starts_at.astimezone(UTC) + webinar.length).astimezone(ZoneInfo(zone)))
    event.add("summary", webinar.title)
    if webinar.join_url is not None:
        event.add("location", webinar.join_url)
        event.add("url", webinar.join_url)
        event.add("description", webinar.join_url)
    address = vCalAddress(f"mailto:{organiser[1]}")
    address.params["CN"] = vText(organiser[0])
    event.add("organizer", address)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", webinar.title)
    alarm.add("trigger", -REMINDER)
    event.add_component(alarm)
    if "TZID" in event["dtstart"].params:  # a zone that is UTC is written as such, and needs no rules
        calendar.add_component(_rules(zone, starts_at.year))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


@lru_cache(maxsize=64)
def _rules(zone: str, year: int) -> Timezone:
    """Every change of the zone's clock, one by one: no recurrence rule is right for all zones."""
    place = ZoneInfo(zone)
    start = datetime(min(YEARS.start, year - 1), 1, 1, tzinfo=UTC)
    end = datetime(max(YEARS.stop, year + 2), 1, 1, tzinfo=UTC)
    changes: dict[tuple[timedelta, timedelta, str], list[datetime]] = {}
    for at in (start, *turns(start, end, place)):
        before, after = (one.astimezone(place) for one in (at - _SECOND, at))
        old, new = _offset(after if at == start else before), _offset(after)
        changes.setdefault((old, new, after.tzname() or zone), []).append(at.replace(tzinfo=None) + old)
    rules = Timezone()
    rules.add("tzid", zone)
    for (old, new, name), clocks in changes.items():
        observed = TimezoneDaylight() if new > old else TimezoneStandard()
        observed.add("dtstart", clocks[0])
        if clocks[1:]:
            observed.add("rdate", clocks[1:])
        observed.add("tzname", name)
        observed.add("tzoffsetfrom", old)
        observed.add("tzoffsetto", new)
        rules.add_component(observed)
    return rules


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    assert offset is not None  # it has a zone
    return offset
