"""Candidates: the rules a learned card may be made of, each a condition that the ordinary engine reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import exp2

from nurture.conditions.condition import Condition, Facts
from nurture.learning.outcomes import Example
from nurture.words import Axis


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule without points. `on` None: a fit rule. `source` is the field or property it looks at."""

    name: str
    source: str
    condition: Condition | None = None
    on: str | None = None
    half_life: timedelta | None = None
    times: int = 1  # how many fresh signals it counts at most

    @property
    def axis(self) -> Axis:
        """The score it adds to."""
        return "fit" if self.on is None else "engagement"

    def amount(self, example: Example) -> float:
        """What its points are multiplied by for this lead, as the engine does when it scores."""
        if self.on is None:
            return float(self._holds(Facts(lead=example.fields, now=example.at)))
        rate = 1 / self.half_life.total_seconds() if self.half_life else 0.0
        total = 0.0
        for signal in example.signals:
            if signal.type == self.on and self._holds(
                Facts(lead=example.fields, now=example.at, signal=signal)
            ):
                age = max(0.0, (example.at - signal.occurred_at).total_seconds())
                total += exp2(-age * rate)
        return min(total, float(self.times))

    def _holds(self, facts: Facts) -> bool:
        return self.condition is None or self.condition.holds(facts)
