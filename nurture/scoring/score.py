"""Scores a lead: fit and engagement at one moment, with a breakdown that adds up to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import fsum
from typing import Any

from nurture.conditions.condition import Facts
from nurture.project.policy import Maturity
from nurture.scoring.engagement import Part, Tally, settle, tally
from nurture.scoring.maturity import grade_of, heat_of
from nurture.scoring.model import EngagementRule, ScoringModel
from nurture.scoring.recheck import recheck_at
from nurture.values import Lead, Score, Signal, Term

KEPT = 50
"""Lines a rule may have in a breakdown; the weakest beyond share one, so that a breakdown stays small."""

_DAY = 86400.0


def score(
    model: ScoringModel,
    maturity: Maturity,
    lead: Lead,
    signals: Sequence[Signal],
    now: datetime,
    thresholds: Sequence[float],
) -> Score:
    """Score one lead at `now`: the same whatever the order of its signals, and however often one is given.

    `thresholds` are the engagements at which anything changes; `recheck_at` is never after the next crossing.
    """
    fields = lead.fields()
    fit_terms = _fit_terms(model, fields, now)
    fit = fsum(term.points for term in fit_terms)
    count = tally(model, fields, signals, now)
    engagement, terms = _engagement(count)
    return Score(
        fit=fit,
        engagement=engagement,
        grade=grade_of(maturity, fit),
        heat=heat_of(maturity, engagement),
        terms=(*fit_terms, *terms),
        as_of=now,
        recheck_at=recheck_at(count, engagement, thresholds),
    )


def _fit_terms(model: ScoringModel, fields: Mapping[str, Any], now: datetime) -> list[Term]:
    facts = Facts(lead=fields, now=now)
    return [Term("fit", r.name, r.points, base=r.points) for r in model.fit if r.when.holds(facts)]


def _engagement(count: Tally) -> tuple[float, list[Term]]:
    regular, ignored = count.regular(len(count.weeks)), count.ignored()
    value, cuts = settle(count.model, count.sums(), regular + ignored)
    terms = [
        term
        for rule in count.model.rules
        if (parts := count.parts.get(rule.index))
        for term in _rule_terms(rule, parts)
    ]
    if count.model.regularity and regular:
        most = count.model.regularity.weeks
        note = f"active in {min(len(count.weeks), most)} of {most} weeks"
        terms.append(Term("engagement", count.model.regularity.name, regular, base=regular, note=note))
    if count.model.unanswered and ignored:
        note = f"{count.unanswered} mails in a row without an answer"
        terms.append(Term("engagement", count.model.unanswered.name, ignored, base=ignored, note=note))
    terms += [Term("engagement", f"cap: {cut.name}", cut.points, note=f"at most {cut.cap:g}") for cut in cuts]
    return value, terms


def _rule_terms(rule: EngagementRule, parts: list[Part]) -> Iterator[Term]:
    """One line for each signal, strongest first."""
    ordered = sorted(parts, key=lambda part: (-abs(part.points), part.age, part.signal_id))
    for part in ordered[:KEPT]:
        yield Term(
            "engagement",
            rule.name,
            part.points,
            part.base,
            part.signal_id or None,
            part.age / _DAY,
            rule.value or "",
        )
    if rest := ordered[KEPT:]:
        points, base = fsum(part.points for part in rest), fsum(part.base for part in rest)
        yield Term("engagement", rule.name, points, base, note=f"{len(rest)} more")
