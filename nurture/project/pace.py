"""How fast mail may leave, as nurture.yaml says: rates, the warm-up of a new sender, the circuit breaker."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema, field_validator

from nurture.files.source import Strict
from nurture.spans import Span, parse_span

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"(\d{1,7}) +per +(second|minute|hour|day)")
_DOMAIN = re.compile(r"(?<![a-z0-9_.-])(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")

OTHERS = "others"
"""The key under `domains` for every domain which is not named."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many letters in so long a time, evenly spread."""

    count: int
    span: timedelta

    @property
    def interval(self) -> timedelta:
        """The time between two letters."""
        return self.span / self.count


def parse_rate(text: object) -> Rate:
    """Read `600 per minute`; raises ValueError for anything else."""
    match = _RATE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(
            f"`{str(text)[:60]}` is not a rate; write `14 per second`, `600 per minute` or `2000 per day`"
        )
    return Rate(int(match[1]), timedelta(seconds=_SECONDS[match[2]]))


def parse_day(text: object) -> date:
    """Read `2026-12-01`; raises ValueError for anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"`{str(text)[:60]}` is not a day; write it as `2026-12-01`") from None


_RATE_SCHEMA = {
    "type": "string",
    "pattern": r"^\d+ +per +(second|minute|hour|day)$",
    "examples": ["14 per second", "600 per minute"],
}
RateText = Annotated[Rate, PlainValidator(parse_rate), WithJsonSchema(_RATE_SCHEMA)]
"""A field of a model that reads `600 per minute`."""
DayText = Annotated[date, PlainValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A field of a model that reads `2026-12-01`."""


class WarmUp(Strict):
    """A new sender begins with few mails a day, and sends more on each day after.

    Day n (from 0) allows `first_day * growth ** n`; once that passes `up_to`, nothing is limited any more.
    """

    start: DayText
    first_day: Annotated[int, Field(ge=1, le=1_000_000)]
    growth: Annotated[float, Field(gt=1, le=10)] = 1.5
    up_to: Annotated[int, Field(ge=1, le=100_000_000)]

    def limit(self, day: date) -> int | None:
        """How many touches may leave on that day; None once it is over. Before it, as on the first day."""
        age = max((day - self.start).days, 0)
        # Compared by logarithms: the power of a long-gone start would overflow.
        lasts = math.log(max(self.up_to / self.first_day, 1)) / math.log(self.growth)
        return None if age >= lasts else int(self.first_day * self.growth**age)


class Breaker(Strict):
    """When refusals close a route: this share of what was answered within the time, of no fewer than `of`.

    A domain needs no more answers than would be refusals enough for the relay, and a quarter of `of` at
    least: it closes before it could close the relay for all.
    """

    percent: Annotated[int, Field(ge=1, le=100)] = 25
    of: Annotated[int, Field(ge=10, le=1_000_000)] = 100
    within: Span = parse_span("1 hour")

    def trips(self, taken: int, refused: int, *, domain: bool = False) -> bool:
        """Whether so many of so many are too many, for the relay or for a domain."""
        answered = taken + refused
        least = max(self.of // 4, self.of * self.percent / 100) if domain else self.of
        return answered >= least and refused * 100 >= self.percent * answered


class Sending(Strict):
    """How fast touches may leave, all workers together. Nothing written: as fast as the relay takes them."""

    rate: RateText | None = None
    domains: dict[str, RateText] = Field(default={})
    warm_up: WarmUp | None = None
    breaker: Breaker = Breaker()

    @field_validator("domains", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        for name in value if isinstance(value, dict) else ():
            if name != OTHERS and not _DOMAIN.fullmatch(str(name)):
                raise ValueError(f"`{str(name)[:60]}` is not a domain; write `gmail.com`, or `{OTHERS}`")
        return value

    def rate_to(self, domain: str) -> Rate | None:
        """The rate of one recipient domain."""
        return self.domains.get(domain) or self.domains.get(OTHERS)
