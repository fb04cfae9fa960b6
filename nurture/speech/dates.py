"""Writes days and times as people write them in a mail: `Thursday 14 January`, `11:00`."""

from __future__ import annotations

from datetime import date, datetime

from nurture.timing import zone_for

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
}  # fmt: skip


def say_day(at: datetime, language: str, zone: str) -> str:
    """Answer the weekday, day and month in that zone; a language without names gets `2027-01-14`."""
    return say_date(at.astimezone(zone_for(zone, None, "UTC")).date(), language)


def say_date(day: date, language: str) -> str:
    """Answer the weekday, day and month; a language without names gets `2027-01-14`."""
    if language not in MONTHS:
        return day.isoformat()
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{WEEKDAYS[language][day.weekday()]} {number} {MONTHS[language][day.month - 1]}"


def say_clock(at: datetime, language: str, zone: str) -> str:
    """Answer the time of day in that zone: `11:00`, or `11 h` and `11 h 30` in French."""
    local = at.astimezone(zone_for(zone, None, "UTC"))
    if language != "fr":
        return f"{local:%H:%M}"
    # A no-break space, so that the hour never wraps away from its unit.
    return f"{local.hour}\u00a0h\u00a0{local.minute:02}" if local.minute else f"{local.hour}\u00a0h"


def say_ago(at: datetime, now: datetime, language: str, zone: str) -> str:
    """Answer how many days of that zone's calendar ago it was: `today`, `yesterday`, `9 days ago`."""
    here = zone_for(zone, None, "UTC")
    days = max(0, (now.astimezone(here).date() - at.astimezone(here).date()).days)
    if language == "fr":
        return ("aujourd’hui", "hier")[days] if days < 2 else f"il y a {days} jours"
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago"
