"""Levels: cuts numbers and groups categories, so that each part has its own rate and enough leads."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

PARTS = 20
"""Numbers are first cut into this many parts of equal size."""
DISTINCT = 6.63
"""Chi-squared (one degree of freedom, 1 %) at which the rates of two neighbours differ."""


@dataclass(frozen=True, slots=True)
class Level(Generic[T]):
    """Some values of a field: how many leads have one of them, and how many of those were won."""

    values: tuple[T, ...]
    leads: int
    won: int

    @property
    def rate(self) -> float:
        """The share that was won."""
        return self.won / self.leads

    def joined(self, other: Level[T]) -> Level[T]:
        """Both as one."""
        return Level((*self.values, *other.values), self.leads + other.leads, self.won + other.won)


def group(pairs: Iterable[tuple[T, bool]], least: int) -> tuple[list[Level[T]], list[T]]:
    """Group the values of a category by their rates, the highest last; and the values too rare to judge."""
    leads, won = _counted(pairs)
    rare = [value for value, count in leads.items() if count < least]
    common = [Level((v,), n, won[v]) for v, n in leads.items() if n >= least]
    common.sort(key=lambda level: (level.rate, str(level.values)))
    return _merge(common, least), sorted(rare, key=str)


def cuts(pairs: Sequence[tuple[float, bool]], least: int) -> list[float]:
    """Numbers to cut at, ascending and easy to read: the rate changes from each part to the next.

    A number belongs to the part above a cut when it is not below it.
    """
    ordered = sorted(value for value, _ in pairs)
    marks = {readable(ordered[i * len(ordered) // PARTS]) for i in range(1, PARTS)} if ordered else set()
    edges = sorted(mark for mark in marks if ordered[0] < mark <= ordered[-1])
    leads, won = _counted((bisect_right(edges, value), good) for value, good in pairs)
    parts = [Level((part,), leads[part], won[part]) for part in sorted(leads)]
    return [edges[level.values[0] - 1] for level in _merge(parts, least)[1:]]


def readable(number: float) -> float:
    """The number with two digits that count."""
    if number == 0:
        return 0.0
    return round(number, 1 - floor(log10(abs(number))))


def _counted(pairs: Iterable[tuple[T, bool]]) -> tuple[Counter[T], Counter[T]]:
    leads: Counter[T] = Counter()
    won: Counter[T] = Counter()
    for value, good in pairs:
        leads[value] += 1
        won[value] += good
    return leads, won


def _merge(levels: list[Level[T]], least: int) -> list[Level[T]]:
    """Join neighbours until each is large enough and none is like the next."""
    levels = list(levels)
    while len(levels) > 1:
        apart = [_apart(a, b, least) for a, b in pairwise(levels)]
        closest = min(apart)
        if closest >= DISTINCT:
            break
        at = apart.index(closest)
        levels[at : at + 2] = [levels[at].joined(levels[at + 1])]
    return levels


def _apart(a: Level[T], b: Level[T], least: int) -> float:
    """Chi-squared between two levels; the same order below 0 while one of them is too small."""
    whole = a.joined(b)
    spread = whole.rate * (1 - whole.rate) * (1 / a.leads + 1 / b.leads)
    apart = (a.rate - b.rate) ** 2 / spread if spread else 0.0
    return apart if min(a.leads, b.leads) >= least else -1 / (1 + apart)
