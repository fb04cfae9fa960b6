"""What a lead's signals add up to at one moment, before and after caps.

Engagement is defined so that it can also be recomputed for everybody by sets:

1. each rule's sum is `points * 2 ** (-age / half_life)` over its signals: one GROUP BY (lead, rule);
2. `settle` turns these few sums into the value: caps per rule, then per group, then the total.

The decayed sum of a rule at a later moment is its sum now times one factor, whatever the number of signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import exp2, fsum
from typing import Any

from nurture.conditions.condition import Facts
from nurture.quick import quick
from nurture.scoring.model import EngagementRule, ScoringModel, bounded
from nurture.values import Signal
from nurture.words import Sig

TOLERANCE = timedelta(minutes=5)
"""How far ahead of the moment a signal may be dated and still count; its age is then 0."""

LARGEST = 1e9
"""The largest value of a property that is multiplied."""

_ZERO = timedelta(0)
_EPOCH_MONDAY = datetime(1, 1, 1, tzinfo=UTC)


@quick
class Part:
    """What one signal is worth by one rule: `points` now, `base` when it was fresh."""

    points: float
    base: float
    age: float  # seconds
    signal_id: int


@quick
class Cut:
    """What a cap took away, from a rule, a group or `engagement` as a whole."""

    name: str
    points: float
    cap: float


@dataclass(slots=True)
class Tally:
    """A lead's engagement before caps, at one moment."""

    model: ScoringModel
    now: datetime
    parts: dict[int, list[Part]] = field(default_factory=dict)  # by the index of the rule
    weeks: set[int] = field(default_factory=set)  # active weeks that still count
    unanswered: int = 0  # mails in a row
    # When signals dated ahead begin to count or to fade.
    changes: list[datetime] = field(default_factory=list)

    def sums(self) -> list[tuple[EngagementRule, float]]:
        """Each rule's points before caps, in the order of the model; rules without points are left out."""
        return [
            (rule, fsum([part.points for part in parts]))
            for rule in self.model.rules
            if (parts := self.parts.get(rule.index))
        ]

    def regular(self, weeks: int) -> float:
        """The points for this many active weeks."""
        rule = self.model.regularity
        return 0.0 if rule is None else bounded(rule.points * min(weeks, rule.weeks), rule.cap)

    def ignored(self) -> float:
        """The points lost for mails without an answer."""
        rule = self.model.unanswered
        if rule is None or self.unanswered < rule.after:
            return 0.0
        return bounded(rule.points * (self.unanswered - rule.after + 1), rule.cap)


def week_of(at: datetime) -> int:
    """The number of the ISO week (UTC) of an instant."""
    return (at.astimezone(UTC).toordinal() - 1) // 7


@lru_cache(maxsize=1024)
def week_start(week: int) -> datetime:
    """The Monday, 00:00 UTC, on which a week begins."""
    return _EPOCH_MONDAY + timedelta(weeks=week)


def settle(
    model: ScoringModel, sums: Iterable[tuple[EngagementRule, float]], extra: float
) -> tuple[float, list[Cut]]:
    """The engagement that these sums make, and what the caps took away. `extra` stands outside of groups."""
    cuts: list[Cut] = []
    loose = [extra]
    groups: dict[str, list[float]] = {}
    for rule, amount in sums:
        held = amount if rule.cap is None else rule.held(amount)
        if held != amount:
            cuts.append(Cut(rule.name, held - amount, abs(held)))
        (loose if rule.group is None else groups.setdefault(rule.group, [])).append(held)
    for name, amounts in groups.items():
        loose.append(_limited(name, fsum(amounts), model.groups[name], cuts))
    return _limited("engagement", fsum(loose), model.max, cuts), cuts


def _limited(name: str, amount: float, cap: float | None, cuts: list[Cut]) -> float:
    if cap is None or amount <= cap:
        return amount
    cuts.append(Cut(name, cap - amount, cap))
    return cap


def tally(model: ScoringModel, fields: Mapping[str, Any], signals: Sequence[Signal], now: datetime) -> Tally:
    """Count a lead's signals since it was last recycled: each id once, in any order, machines never."""
    result = Tally(model, now)
    latest = now + TOLERANCE
    recycled = [
        s.occurred_at
        for s in signals
        if s.type == Sig.LEAD_RECYCLED and s.occurred_at <= latest and not s.machine
    ]
    since = max(recycled, default=None)
    seen: set[int] = set()
    touches: list[datetime] = []
    answers: list[datetime] = []
    for signal in signals:
        at = signal.occurred_at
        if signal.machine or signal.id in seen or (since is not None and at <= since):
            continue
        if signal.id:  # 0: not stored yet, so it cannot have come twice
            seen.add(signal.id)
        if at > now:
            result.changes.append(at if at <= latest else at - TOLERANCE)
            if at > latest:
                continue
        if signal.type in model.active:
            answers.append(at)
        elif signal.type == Sig.TOUCH_SENT:
            touches.append(at)
        for rule in model.by_type.get(signal.type, ()):
            _add(result, rule, signal, fields)
    _count_weeks(result, answers)
    answered = max(answers, default=None)
    result.unanswered = sum(1 for at in touches if answered is None or at > answered)
    return result


def _count_weeks(result: Tally, active: Iterable[datetime]) -> None:
    if result.model.regularity is not None:
        oldest = week_of(result.now) - result.model.regularity.weeks
        result.weeks = {week for at in active if (week := week_of(at)) > oldest}


def _add(result: Tally, rule: EngagementRule, signal: Signal, fields: Mapping[str, Any]) -> None:
    if rule.when is not None and not rule.when.holds(Facts(lead=fields, now=result.now, signal=signal)):
        return
    base = rule.points
    if rule.value is not None:
        base = rule.held(base * _amount(signal.properties.get(rule.value)))
    age = max(result.now - signal.occurred_at, _ZERO).total_seconds()
    points = base * exp2(-age * rule.rate)
    if points:
        result.parts.setdefault(rule.index, []).append(Part(points, base, age, signal.id))


def _amount(value: object) -> float:
    """A property as a number that may be multiplied: what is missing, below 0 or not a number is 0."""
    if isinstance(value, (int, float)) and value > 0:
        return float(min(value, LARGEST))
    return 0.0
