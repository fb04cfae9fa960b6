"""Learns a points card from outcomes: the one place that uses scikit-learn, which is an optional extra."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from typing import Any

from nurture.conditions.condition import Vocabulary
from nurture.errors import NurtureError
from nurture.learning.candidates import Candidate
from nurture.learning.card import EVERYONE, Card, Rule
from nurture.learning.leaks import Leak, find_leaks, tied_types
from nurture.learning.measures import Chosen, Slice, auc, brier, tenths, top
from nurture.learning.outcomes import Example
from nurture.learning.proposal import propose
from nurture.project.policy import Maturity

FOLDS = 5
FEWEST = 25
"""Won leads, and others, without which nothing is learned."""
FIFTH = 0.2
PER_ODDS = 20.0
"""Points for a factor of 2.7 in the odds, unless the thresholds of the policy ask for another scale."""
WARM, FITTING = 0.25, 0.3
"""The shares of leads that reach heat 2 and grade B."""
MOST = 1000
"""Points that a rule may have."""

_SPARE = 2.0  # times the rules wanted: how many the first, coarse selection leaves
_SLIGHT = 0.05  # of the log-odds: a rule that moves them less is not worth reading
_STRENGTHS = [10 ** (step / 2) for step in range(-6, 3)]  # of the L1 penalty's inverse


class LearningError(NurtureError):
    """Nothing can be learned here and now."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a card ranks and forecasts leads it has not seen: every figure is cross-validated."""

    folds: int
    auc: float
    brier: float
    base: float  # share of won leads
    top_fifth: Chosen
    deciles: list[Slice]  # by forecast: rate beside mean is its reliability

    def as_dict(self) -> dict[str, Any]:
        """The JSON form; in each tenth `rate` is what happened, and `forecast` what was said before."""
        tables = [one.as_dict() for one in self.deciles]
        return {**self.summary(), "deciles": [{**one, "forecast": one.pop("mean")} for one in tables]}

    def summary(self) -> dict[str, Any]:
        """The figures that a card carries."""
        return {
            "folds": self.folds,
            "auc": round(self.auc, 4),
            "brier": round(self.brier, 4),
            "base": round(self.base, 4),
            "top_fifth": self.top_fifth.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Learning:
    """What to learn with: the names there are and those left out, and how many rules there may be."""

    vocabulary: Vocabulary
    maturity: Maturity
    excluded: frozenset[str] = frozenset()
    max_rules: int = 25


@dataclass(frozen=True, slots=True)
class Learned:
    """A card, its figures, and what may leak."""

    card: Card
    measured: Measured
    leaks: list[Leak] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Fitted:
    card: Card
    forecast: Callable[[float], float]  # the chance to win, of a sum of points


def require_learning() -> None:
    """Make sure that scikit-learn is there, before anything is read.

    Raises:
        LearningError: it is not; the message has the command that installs it.
    """
    try:
        import sklearn.linear_model  # noqa: F401
    except ImportError as error:
        raise LearningError(
            "learning needs scikit-learn, which is not installed here",
            hint="pip install 'nurture[learn]'; a learned card runs without it",
        ) from error


def learn(examples: Sequence[Example], learning: Learning) -> Learned:
    """Learn a card from these leads, and measure the whole way of learning by cross-validation.

    Raises:
        LearningError: scikit-learn is not installed, or there are too few outcomes.
    """
    require_learning()
    won = sum(example.won for example in examples)
    if min(won, len(examples) - won) < FEWEST:
        raise LearningError(
            f"{won} of {len(examples)} leads were won; learning needs {FEWEST} of them, and {FEWEST} others",
            hint="does --outcome name the signal, or the field, by which your store knows it?",
        )
    excluded = learning.excluded | tied_types(examples)
    usable = replace(learning, excluded=excluded)
    candidates = propose(examples, learning.vocabulary, excluded)
    if not candidates:
        raise LearningError(
            "no field and no signal is known of enough leads to make a rule of it",
            hint="does the import map fill attributes, or the totals before the import?",
        )
    leaks = find_leaks(examples, candidates, learning.vocabulary, learning.excluded)
    return Learned(_fit(examples, usable).card.told(examples), _cross_validate(examples, usable), leaks)


def _cross_validate(examples: Sequence[Example], learning: Learning) -> Measured:
    """Each lead is judged by a card that was learned without it: cuts, choice and rounding included."""
    from sklearn.model_selection import StratifiedKFold

    forecasts: list[tuple[float, bool]] = []
    aucs = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(examples, [example.won for example in examples]):
        fitted = _fit([examples[i] for i in train], learning)
        totals = [(fitted.card.total(examples[i]), examples[i].won) for i in test]
        aucs.append(auc(totals) or 0.5)
        forecasts += [(fitted.forecast(total), won) for total, won in totals]
    return Measured(
        folds=FOLDS,
        auc=sum(aucs) / len(aucs),
        brier=brier(forecasts) or 0.0,
        base=sum(won for _, won in forecasts) / len(forecasts),
        top_fifth=top(forecasts, FIFTH),
        deciles=tenths(forecasts),
    )


def _fit(examples: Sequence[Example], learning: Learning) -> _Fitted:
    import numpy

    candidates = propose(examples, learning.vocabulary, learning.excluded)
    won = [example.won for example in examples]
    rows = numpy.array([[one.amount(example) for one in candidates] for example in examples])
    chosen = _choose(rows, won, learning.max_rules - 1)  # one is every lead's start
    weights = numpy.array(_weights(rows, won, chosen))
    kept = [candidates[i] for i in chosen]
    card, totals = _pointed(kept, weights, rows[:, chosen], learning.maturity)
    return _Fitted(card, _forecast(totals, won))


def _choose(rows: Any, won: Sequence[bool], most: int) -> list[int]:
    """The columns that forecast best together: an L1 penalty leaves some, then the weakest go one by one."""
    chosen = _few(rows, won, round(_SPARE * most))
    spreads = rows.std(axis=0)
    while chosen:
        weights = _weights(rows, won, chosen)
        told = {i: abs(weight) * spreads[i] for i, weight in zip(chosen, weights, strict=True)}
        weakest = min(chosen, key=lambda i: told[i])
        if len(chosen) <= most and told[weakest] >= _SLIGHT:
            break
        chosen.remove(weakest)
    return chosen


def _few(rows: Any, won: Sequence[bool], enough: int) -> list[int]:
    """The columns that an L1 penalty leaves, once it is weak enough to leave enough."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    chosen = list(range(rows.shape[1]))
    for strength in _STRENGTHS if len(chosen) > enough else ():
        # A large scale, because liblinear also penalises the intercept.
        model = LogisticRegression(
            C=strength, l1_ratio=1.0, solver="liblinear", intercept_scaling=10, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # which columns it leaves is settled early
            model.fit(rows, won)
        chosen = [i for i, weight in enumerate(model.coef_[0]) if abs(weight) > 1e-6]
        if len(chosen) >= enough:
            break
    return chosen


def _weights(rows: Any, won: Sequence[bool], chosen: Sequence[int]) -> list[float]:
    from sklearn.linear_model import LogisticRegression

    if not chosen:
        return []
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(rows[:, list(chosen)], won)
    return [float(weight) for weight in model.coef_[0]]


def _pointed(
    candidates: Sequence[Candidate], weights: Any, rows: Any, maturity: Maturity
) -> tuple[Card, Sequence[float]]:
    """Whole points, on a scale on which the thresholds of the policy mean something; and each lead's sum.

    A quarter of the leads reaches heat 2, and three in ten reach grade B; a constant changes no ranking.
    """
    acts = [i for i, one in enumerate(candidates) if one.axis == "engagement"]
    hot = _reached(rows[:, acts] @ weights[acts], WARM)
    scale = maturity.engagement[2] / hot if hot > 0 else PER_ODDS
    scale = min(max(scale, PER_ODDS / 2), PER_ODDS * 3)
    points = (weights * scale).round().clip(-MOST, MOST)
    fits = [i for i, one in enumerate(candidates) if one.axis == "fit"]
    start = round(maturity.fit["B"] - _reached(rows[:, fits] @ points[fits], FITTING))
    rules = [(EVERYONE, start), *zip(candidates, (int(each) for each in points), strict=True)]
    card = Card(tuple(Rule(one, each) for one, each in rules if each))
    return card, [start + float(total) for total in rows @ points]


def _reached(values: Any, share: float) -> float:
    """What this share of the leads reaches."""
    ordered = sorted(values, reverse=True)
    return float(ordered[int(len(ordered) * share)])


def _forecast(totals: Sequence[float], won: Sequence[bool]) -> Callable[[float], float]:
    """The chance to win, as a logistic curve over the sum of points."""
    from sklearn.linear_model import LogisticRegression

    model: Any = LogisticRegression(C=1e6, max_iter=1000)  # it does not say what fitting makes of it
    model.fit([[total / PER_ODDS] for total in totals], won)
    slope, level = float(model.coef_[0][0]) / PER_ODDS, float(model.intercept_[0])
    return lambda total: 1 / (1 + exp(-max(-500.0, min(500.0, slope * total + level))))
