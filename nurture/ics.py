"""A webinar as a calendar file (RFC 5545), to be attached to a mail."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from nurture.catalog import Webinar
from nurture.spans import parse_span

PRODUCT = "-//Nurture//Lead nurturing//EN"
REMINDER = parse_span("15 minutes")
"""How long before the start the lead's own calendar rings."""


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
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
