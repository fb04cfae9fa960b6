"""How long data is kept: `3 years`, `18 months` or a span, and the moment before which it is too old."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from nurture.spans import parse_span

LONGEST = 100
"""Years: who wants to keep data for ever says so with a number that means it."""
_CALENDAR = re.compile(r"(\d{1,4}) +(month|year)s?")
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Age:
    """An age by the calendar, in months, or as a span."""

    months: int = 0
    span: timedelta = timedelta(0)

    def before(self, now: datetime) -> datetime:
        """The moment that has this age at `now`; of a day that its month does not have, the last it has."""
        years, month = divmod(now.year * 12 + now.month - 1 - self.months, 12)
        day = min(now.day, monthrange(years, month + 1)[1])
        return now.replace(year=years, month=month + 1, day=day) - self.span


def parse_age(text: str) -> Age:
    """Read `3 years`, `18 months` or `90 days`; raises ValueError."""
    found = _CALENDAR.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        try:
            return Age(span=parse_span(text))
        except ValueError as error:
            why = str(error).partition(";")[0]
            raise ValueError(f"{why}; write `3 years`, `18 months` or `90 days`") from None
    months = int(found[1]) * _MONTHS[found[2]]
    if not 0 < months <= LONGEST * 12:
        raise ValueError(f"`{text}` is out of range; data is kept for a month to {LONGEST} years")
    return Age(months)


AgeText = Annotated[
    Age, PlainValidator(parse_age), WithJsonSchema({"type": "string", "examples": ["3 years", "18 months"]})
]
"""A field of a model that reads `3 years`."""
