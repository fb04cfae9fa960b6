"""Measures of a ranking: how well points, or a forecast, tell the won from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

Ranked = Sequence[tuple[float, bool]]
"""Points (or a forecast) and outcome of each lead, in any order."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A tenth of the leads, the best first. `lift` is its rate over that of all; `mean` is of the points."""

    part: int
    leads: int
    won: int
    rate: float
    lift: float
    mean: float  # or of the forecasts: beside the rate it says how reliable they are

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The result of choosing some leads; None where there is nothing to divide by."""

    leads: int
    won: int
    precision: float | None
    recall: float | None
    lift: float | None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def auc(ranked: Ranked) -> float | None:
    """The chance that a won lead stands above one that was not (ties count half); None without both."""
    won = sum(good for _, good in ranked)
    lost = len(ranked) - won
    if not won or not lost:
        return None
    below, wins = 0, 0.0
    for _, tied in groupby(sorted(ranked, key=itemgetter(0)), key=itemgetter(0)):
        goods = [good for _, good in tied]
        bad = len(goods) - sum(goods)
        wins += sum(goods) * (below + bad / 2)
        below += bad
    return wins / (won * lost)


def choose(chosen: int, chosen_won: float, leads: int, won: int) -> Chosen:
    """The result when `chosen` of the leads are taken, of whom `chosen_won` were won."""
    precision = chosen_won / chosen if chosen else None
    return Chosen(
        leads=chosen,
        won=round(chosen_won),
        precision=precision,
        recall=chosen_won / won if won else None,
        lift=precision * leads / won if precision is not None and won else None,
    )


def top(ranked: Ranked, share: float) -> Chosen:
    """The result for the best `share` of the leads; those tied at the border count by their rate."""
    wanted = round(len(ranked) * share)
    taken, good = 0, 0.0
    for _, tied in groupby(sorted(ranked, key=itemgetter(0), reverse=True), key=itemgetter(0)):
        goods = [one for _, one in tied]
        part = min(len(goods), wanted - taken)
        good += sum(goods) * part / len(goods)
        taken += part
        if taken >= wanted:
            break
    return choose(taken, good, len(ranked), sum(one for _, one in ranked))


def tenths(ranked: Ranked) -> list[Slice]:
    """The leads in ten parts, the best first; with forecasts, `rate` beside `mean` is their reliability."""
    ordered = sorted(ranked, key=itemgetter(0), reverse=True)
    base = sum(good for _, good in ordered) / len(ordered) if ordered else 0.0
    slices = []
    for part in range(10):
        inside = ordered[part * len(ordered) // 10 : (part + 1) * len(ordered) // 10]
        if inside:
            won = sum(good for _, good in inside)
            rate = won / len(inside)
            mean = sum(points for points, _ in inside) / len(inside)
            slices.append(Slice(part + 1, len(inside), won, rate, rate / base if base else 0.0, mean))
    return slices


def brier(forecasts: Ranked) -> float | None:
    """The mean squared error of forecasts between 0 and 1: 0 is perfect; None for nobody."""
    if not forecasts:
        return None
    return sum((forecast - good) ** 2 for forecast, good in forecasts) / len(forecasts)


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
