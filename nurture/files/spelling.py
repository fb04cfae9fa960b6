"""Other ways to write spans, days, hours and caps, and how each is written here."""

from __future__ import annotations

import re

_UNITS = {
    "minute": "m min mins minute minutes minuten minuto minutos",
    "hour": "h hr hrs hour hours std stunde stunden heure heures hora horas",
    "day": "d day days tag tage tagen jour jours j dia dias d\u00eda d\u00edas",
    "week": "w wk wks week weeks woche wochen semaine semaines sem semana semanas",
    "month": "mo mon month months monat monate monaten mois mes meses",
    "year": "y yr year years jahr jahre jahren an ans ann\u00e9e ann\u00e9es",
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_LONGER = {"month": (30, "day"), "year": (365, "day")}
_DAYS = {
    "mon": "mon monday mo montag lun lundi lunes",
    "tue": "tue tues tuesday di dienstag mar mardi martes",
    "wed": "wed wednesday mi mittwoch mer mercredi miercoles mi\u00e9rcoles",
    "thu": "thu thur thurs thursday do donnerstag jeu jeudi jueves",
    "fri": "fri friday fr freitag ven vendredi viernes",
    "sat": "sat saturday sa samstag sam samedi sabado s\u00e1bado",
    "sun": "sun sunday so sonntag dim dimanche domingo",
}
_DAY = {word: day for day, words in _DAYS.items() for word in words.split()}
_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        ("", "one a an ein eine einen einem un une", "two zwei deux", "three drei trois", "four vier quatre",
         "five f\u00fcnf cinq", "six sechs", "seven sieben sept", "eight acht huit", "nine neun neuf",
         "ten zehn dix")
    )
    for word in words.split()
}  # fmt: skip
_SPAN = re.compile(r"\A(\d{1,5}+|[^\W\d]++)[\s\u00a0_-]*+([^\W\d]++)?\.?")
_CAP = re.compile(
    r"\A(\d{1,4}+)\s*+(?:(?:x|times|mal|fois|mails?|touches)\s*+)?(?:per|pro|par|/|a|in|en)\s*+(.+)"
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|uhr|h)?", re.IGNORECASE)
_TO = re.compile(r"-|\u2013|\u2014|to|bis|\u00e0")
_TO_DAY = re.compile(r"-|\u2013|to|bis|\u00e0")
_WORD = re.compile(r"[^\s,]+")


def meant_span(text: object) -> str:
    """Answer `3 days` for `3d`, `3 Tage` or `three days`; an empty string when it cannot be told."""
    found = _SPAN.fullmatch(str(text).strip().lower())
    number = _NUMBER_WORDS.get(found[1], found[1]) if found else ""
    if not found or not number.isdigit() or int(number) == 0:
        return ""
    unit = _UNIT.get(found[2] or "d", "")
    times, unit = _LONGER.get(unit, (1, unit))
    count = int(number) * times
    return f"{count} {unit}" + ("s" if count != 1 else "") if unit else ""


def meant_cap(text: object) -> str:
    """Answer `2 per 1 week` for `2/week` or `2 pro Woche`; an empty string when it cannot be told."""
    found = _CAP.fullmatch(str(text).strip().lower())
    span = meant_span(found[2]) or meant_span(f"1 {found[2]}") if found else ""
    return f"{found[1]} per {span}" if found and span and int(found[1]) else ""


def meant_hours(text: object) -> str:
    """Answer `09:00-17:30` for `9:00-17:30`, `9-17` or `9am - 5pm`; empty when it cannot be told."""
    parts = _TO.split(str(text))
    clocks = [_clock(part) for part in parts]
    return "-".join(clocks) if len(clocks) == 2 and all(clocks) else ""


def meant_cast(text: object) -> str:
    """Answer `tue 09:00` for `Tuesday 9:00` or `9:00 tue`; an empty string when it cannot be told."""
    words = _WORD.findall(str(text).lower())
    days = [_DAY[word.rstrip(".")] for word in words if word.rstrip(".") in _DAY]
    clocks = [clock for word in words if (clock := _clock(word))]
    return f"{days[0]} {clocks[0]}" if len(days) == len(clocks) == 1 else ""


def meant_days(text: object) -> str:
    """Answer `mon-fri` for `Monday - Friday` or `Mo-Fr`; an empty string when it cannot be told."""
    parts = _TO_DAY.split(str(text).lower())
    days = [_DAY.get(part.strip().rstrip("."), "") for part in parts]
    return "-".join(days) if len(days) <= 2 and all(days) else ""


def _clock(text: str) -> str:
    found = _TIME.fullmatch(text.strip())
    if not found:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    hour = hour % 12 + (12 if half == "pm" else 0) if half in ("am", "pm") else hour
    return f"{hour:02}:{minute:02}" if hour < 25 and minute < 60 else ""
