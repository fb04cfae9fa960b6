"""Back-tests a scoring model: whom it would have handed to sales and when, and what became of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from math import floor, isnan, nan
from operator import itemgetter

from nurture.learning.measures import Chosen, Ranked, auc, choose, tenths, top
from nurture.learning.outcomes import Example
from nurture.project.policy import Maturity
from nurture.scoring.maturity import judge
from nurture.scoring.model import ScoringModel
from nurture.scoring.score import score

MOMENTS = 100
"""The latest moments of a lead's history that are looked at: engagement only rises when it does something."""
OPEN, WON = "open", "won"


@dataclass(frozen=True, slots=True)
class Handed:
    """A lead that would have been handed over, at which points, and what became of it."""

    lead_id: int
    points: float
    outcome: str  # won, open, or the signal that decided against it
    at: datetime | None  # None where history is not dated


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The points (fit + engagement) to hand over from, and the result."""

    points: float
    chosen: Chosen


@dataclass(slots=True)
class Replayed:
    """A model's history on all leads, some 30 bytes for each."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    points: array[float] = field(default_factory=lambda: array("d"))  # fit + engagement, before the outcome
    handed: array[float] = field(default_factory=lambda: array("d"))  # when, as a timestamp; nan: never
    ended: array[float] = field(default_factory=lambda: array("d"))
    outcomes: list[str] = field(default_factory=list)  # few distinct texts, shared
    dated: int = 0
    tied: int = 0  # leads that did something in the very moment of their outcome

    def add(self, model: ScoringModel, maturity: Maturity, example: Example) -> None:
        """Replay one lead."""
        result = score(model, maturity, example.lead, example.signals, example.at, ())
        at = _handed_at(model, maturity, example)
        self.ids.append(example.lead.id)
        self.points.append(result.fit + result.engagement)
        self.handed.append(nan if at is None else at.timestamp())
        self.ended.append(example.at.timestamp())
        self.outcomes.append(WON if example.won else example.lost or OPEN)
        self.dated += example.dated
        self.tied += bool(example.tied & model.signal_types)

    @property
    def static(self) -> bool:
        """Whether the history has no dates: fewer than one lead in twenty has two moments."""
        return self.dated * 20 <= len(self.ids)

    @property
    def ranked(self) -> Ranked:
        """Points and outcome of each lead."""
        return [(p, outcome == WON) for p, outcome in zip(self.points, self.outcomes, strict=True)]

    @property
    def weeks(self) -> float | None:
        """How long the history is; None for a static one."""
        if self.static:
            return None
        return max(1.0, (max(self.ended) - min(self.ended)) / (7 * 86400))

    def auc(self) -> float | None:
        """How well fit + engagement ranks the leads."""
        return auc(self.ranked)

    def chosen(self) -> Chosen:
        """The result of handing over by the maturity matrix."""
        became = self.became()
        return choose(sum(became.values()), became[WON], len(self.ids), self.outcomes.count(WON))

    def became(self) -> Counter[str]:
        """What became of those handed over."""
        pairs = zip(self.handed, self.outcomes, strict=True)
        return Counter(outcome for at, outcome in pairs if not isnan(at))

    def who(self, limit: int) -> list[Handed]:
        """Those handed over, the highest points first."""
        order = sorted(range(len(self.ids)), key=lambda i: (-self.points[i], self.ids[i]))
        found = [i for i in order if not isnan(self.handed[i])][:limit]
        return [Handed(self.ids[i], self.points[i], self.outcomes[i], self._moment(i)) for i in found]

    def top_fifth(self) -> Chosen:
        """The result of handing over the best fifth, whatever the thresholds."""
        return top(self.ranked, 0.2)

    def lifts(self) -> list[float]:
        """The lift of each tenth, the best first."""
        return [one.lift for one in tenths(self.ranked)]

    def for_precision(self, wanted: float) -> Suggestion | None:
        """The lowest points from which on at least this share was won; None when no points do it."""
        enough = [one for one in _steps(self.ranked) if (one.chosen.precision or 0.0) >= wanted]
        return enough[-1] if enough else None

    def for_number(self, wanted: float) -> Suggestion | None:
        """The lowest points that at most this many leads reach; None when more share the highest."""
        few = [one for one in _steps(self.ranked) if one.chosen.leads <= wanted]
        return few[-1] if few else None

    def _moment(self, i: int) -> datetime | None:
        return None if self.static else datetime.fromtimestamp(self.handed[i], UTC)


def _handed_at(model: ScoringModel, maturity: Maturity, example: Example) -> datetime | None:
    """The first moment at which the lead would have been offered to sales."""
    moments = sorted({s.occurred_at for s in example.signals if s.occurred_at <= example.at} | {example.at})
    for now in moments[-MOMENTS:]:
        known = [s for s in example.signals if s.occurred_at <= now]
        result = score(model, maturity, example.lead, known, now, ())
        if judge(maturity, example.lead, False, result, known).offer:
            return now
    return None


def _steps(ranked: Ranked) -> Iterator[Suggestion]:
    """Each threshold there could be, the highest first."""
    total = sum(won for _, won in ranked)
    leads = good = 0
    ordered: Sequence[tuple[float, bool]] = sorted(ranked, key=itemgetter(0), reverse=True)
    for points, tied in groupby(ordered, key=itemgetter(0)):
        wins = [won for _, won in tied]
        leads, good = leads + len(wins), good + sum(wins)
        yield Suggestion(floor(points * 100) / 100, choose(leads, good, len(ranked), total))
