"""The second half of scoring by sets: from each rule's sum to score, breakdown and the next look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import reduce
from math import log
from typing import Any

from sqlalchemy import (
    Boolean,
    Float,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB

from leadstore.conditions.selection import as_sql
from leadstore.scores.sums import MONDAY, NOW, WEEK, held
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel
from nurture.scoring.recheck import FARTHEST
from nurture.words import Stage

CLOSE = 1e-6
"""As near to a threshold as this, the last bits of a sum could matter."""
_EARLY = 1 - 1e-9  # what rounding may do to a moment
_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_FULL = "engagement"


class Points:
    """Expressions over sums, in layers: each select reads the one before by name."""

    def __init__(
        self, model: ScoringModel, maturity: Maturity, thresholds: Sequence[float], fits: Sequence[float]
    ) -> None:
        self.model = model
        self.maturity = maturity
        self.thresholds = sorted(thresholds)
        self.fits = sorted(fits)
        self.loose = [rule for rule in model.rules if rule.group is None]
        self.groups = {
            name: [rule for rule in model.rules if rule.group == name]
            for name in dict.fromkeys(rule.group for rule in model.rules if rule.group is not None)
        }

    def fit_columns(self) -> Iterable[Any]:
        """Whether each fit rule holds."""
        for place, rule in enumerate(self.model.fit):
            met = as_sql(rule.when.tree, _ANY, "postgresql")
            yield func.coalesce(met, false(), type_=Boolean).label(f"f{place}")

    def held_columns(self, counted: Any) -> Iterable[Any]:
        """Each rule's sum before and after its own cap, and what stands outside of groups."""
        yield func.coalesce(counted.c.did, 0).label("did")
        yield func.coalesce(counted.c.odd, false(), type_=Boolean).label("rare")
        for rule in self.model.rules:
            amount = func.coalesce(counted.c[f"r{rule.index}"], _number(0), type_=Float)
            yield amount.label(f"r{rule.index}")
            yield held(amount, rule.cap).label(f"h{rule.index}")
        yield from self._regular(counted)
        yield from self._ignored(counted)

    def _regular(self, counted: Any) -> Iterator[Any]:
        rule = self.model.regularity
        if rule is None:
            yield from (_number(0).label("regular"), _number(0).label("weeks"), _number(0).label("weeks_end"))
            return
        weeks = func.coalesce(func.bit_count(cast(counted.c.weeks, BIT(64))), 0, type_=Integer)
        amount = held(_number(rule.points) * func.least(weeks, rule.weeks), rule.cap)
        yield amount.label("regular")
        yield cast(func.least(weeks, rule.weeks), Integer).label("weeks")
        # In how many seconds the first of the active weeks ceases to count.
        first = bindparam("week", type_=Integer) - counted.c.oldest + rule.weeks
        yield func.coalesce(first * _number(WEEK) + _number(MONDAY) - NOW, _number(0)).label("weeks_end")

    def _ignored(self, counted: Any) -> Iterator[Any]:
        rule = self.model.unanswered
        if rule is None:
            yield from (_number(0).label("ignored"), literal(0, Integer).label("mails"))
            return
        mails = func.coalesce(counted.c.mails, 0, type_=Integer)
        lost = held(_number(rule.points) * (mails - (rule.after - 1)), rule.cap)
        yield case((mails >= rule.after, lost), else_=_number(0)).label("ignored")
        yield mails.label("mails")

    def finish(self, start: Select[Any]) -> Select[Any]:
        """The columns of `mass`, from the columns above."""
        raw = _layer(start, "raw")
        grouped = _layer(select(raw, *self._group_sums(raw)), "grouped")
        summed = _layer(select(grouped, *self._totals(grouped)), "summed")
        valued = _layer(select(summed, *self._values(summed)), "valued")
        placed = _layer(select(valued, *self._places(valued)), "placed")
        return select(*self._last(placed.c))

    def _group_sums(self, raw: Any) -> Iterable[Any]:
        for place, rules in enumerate(self.groups.values()):
            yield _sum(raw.c[f"h{rule.index}"] for rule in rules).label(f"g{place}")

    def _totals(self, grouped: Any) -> Iterable[Any]:
        """`pool`: what may fade; `whole`: all of it with what stands still, before the total cap."""
        parts = [grouped.c[f"h{rule.index}"] for rule in self.loose]
        for place, name in enumerate(self.groups):
            parts.append(func.least(grouped.c[f"g{place}"], _number(self.model.groups[name]), type_=Float))
        pool = _sum(parts)
        yield pool.label("pool")
        yield (pool + grouped.c.regular + grouped.c.ignored).label("whole")
        fits = [_either(grouped.c[f"f{i}"], r.points) for i, r in enumerate(self.model.fit)]
        yield _sum(fits).label("fit")

    def _values(self, summed: Any) -> Iterable[Any]:
        limit = self.model.max
        value = summed.c.whole if limit is None else func.least(summed.c.whole, _number(limit), type_=Float)
        yield value.label("engagement")
        rates = [_either(summed.c[f"r{r.index}"] != 0, r.rate) for r in self.model.rules]
        yield func.greatest(_number(0), *rates, type_=Float).label("rate")

    def _places(self, valued: Any) -> Iterable[Any]:
        value, fit = valued.c.engagement, valued.c.fit
        ladder = [(fit >= _number(at), literal(grade, String)) for grade, at in self.maturity.fit.items()]
        yield case(*ladder, else_=literal("D", String)).label("grade")
        heats = [
            (value >= _number(at), literal(heat, Integer)) for heat, at in self.maturity.engagement.items()
        ]
        yield case(*heats, else_=literal(4, Integer)).label("heat")
        below = [(value > _number(at), _number(at)) for at in reversed(self.thresholds)]
        yield (case(*below) if below else cast(null(), Float)).label("floor")
        yield self._odd(valued).label("odd")

    def _odd(self, valued: Any) -> Any:
        something = or_(valued.c.pool != 0, valued.c.regular != 0, valued.c.ignored != 0)
        tests = [valued.c.rare]
        tests += [valued.c[f"r{rule.index}"] < 0 for rule in self.model.rules if rule.points < 0]
        tests += [and_(something, func.abs(valued.c.engagement - at) < CLOSE) for at in self.thresholds]
        if not all(rule.points.is_integer() for rule in self.model.fit):
            tests += [func.abs(valued.c.fit - at) < CLOSE for at in self.fits]
        return or_(*tests)

    def _last(self, c: Any) -> Iterable[Any]:
        moved = self._moved(c)
        visible = or_(
            func.abs(c.fit - c.old_fit) >= 1,
            func.abs(c.engagement - c.old_engagement) >= 1,
            c.grade != c.old_grade,
            c.heat != c.old_heat,
        )
        yield from (c.id, c.stage, c.mature, c.live, c.fit, c.engagement, c.grade, c.heat)
        yield self._terms(c).label("terms")
        yield self._recheck(c).label("recheck_at")
        yield from (c.did, c.odd, moved.label("moved"))
        yield or_(moved, *self._crossings(c)).label("crossed")
        yield visible.label("visible")

    def _moved(self, c: Any) -> Any:
        margin = self.maturity.margin
        pairs = [(c.old_fit, c.fit, at - margin) for at in self.maturity.fit.values()]
        pairs += [(c.old_engagement, c.engagement, at - margin) for at in self.maturity.engagement.values()]
        return or_(
            bindparam("judge_all", type_=Boolean),
            c.score_as_of.is_(None),
            c.grade != c.old_grade,
            c.heat != c.old_heat,
            and_(c.stage == Stage.SUBSCRIBER.value, c.engagement > 0),
            *((old >= at) != (new >= at) for old, new, at in pairs),
        )

    def _crossings(self, c: Any) -> Iterable[Any]:
        for old, new, levels in (
            (c.old_fit, c.fit, self.fits),
            (c.old_engagement, c.engagement, self.thresholds),
        ):
            for at in levels:
                yield or_((old >= at) != (new >= at), (old > at) != (new > at))

    def _recheck(self, c: Any) -> Any:
        """Never after the value passes its floor: everything fades as fast as the fastest part of it.

        Active weeks end one by one; here all of them end with the first, unless the rest carries the value.
        """
        kept = _fades_to(c, c.floor - c.regular - c.ignored)
        bare = _fades_to(c, c.floor - c.ignored)
        seconds = case(
            (c.floor.is_(None), _number(FARTHEST)),
            (c.regular == 0, kept),
            else_=func.greatest(bare, func.least(kept, c.weeks_end), type_=Float),
        )
        soon = func.greatest(seconds * _EARLY, _number(1e-6), type_=Float)
        # Nothing that can ever move it: nobody looks again.
        still = or_(c.floor.is_(None), and_(c.rate == 0, c.regular == 0))
        return case((still, null()), (seconds >= FARTHEST, _moment(_number(FARTHEST))), else_=_moment(soon))

    def _terms(self, c: Any) -> Any:
        lines = [
            case((c[f"f{place}"], literal(_line(rule.name, rule.points), Text)))
            for place, rule in enumerate(self.model.fit)
        ]
        lines += [_said(c[f"r{rule.index}"], rule.name) for rule in self.model.rules]
        if (regularity := self.model.regularity) is not None:
            lines.append(
                _said(c.regular, regularity.name, "active in ", c.weeks, f" of {regularity.weeks} weeks")
            )
        if (unanswered := self.model.unanswered) is not None:
            lines.append(_said(c.ignored, unanswered.name, c.mails, " mails in a row without an answer"))
        for rule in self.model.rules:
            if rule.cap is not None:
                cut = c[f"h{rule.index}"] - c[f"r{rule.index}"]
                lines.append(_said(cut, f"cap: {rule.name}", f"at most {rule.cap:g}"))
        for place, name in enumerate(self.groups):
            cap = self.model.groups[name]
            cut = func.least(cap - c[f"g{place}"], _number(0), type_=Float)
            lines.append(_said(cut, f"cap: {name}", f"at most {cap:g}"))
        if (limit := self.model.max) is not None:
            lines.append(_said(c.engagement - c.whole, f"cap: {_FULL}", f"at most {limit:g}"))
        return (
            cast(func.concat("[", func.concat_ws(", ", *lines), "]"), JSONB) if lines else cast("[]", JSONB)
        )


def _fades_to(c: Any, floor: Any) -> Any:
    """In how many seconds the pool, fading at `rate`, comes down to `floor`."""
    return case(
        (or_(floor <= 0, c.rate == 0), case((c.pool > floor, _number(FARTHEST)), else_=_number(0))),
        (c.pool <= floor, _number(0)),
        else_=func.least(
            func.ln(c.pool / func.nullif(floor, 0)) / log(2) / func.nullif(c.rate, 0),
            _number(FARTHEST),
            type_=Float,
        ),
    )


def _moment(seconds: Any) -> Any:
    return func.to_timestamp(NOW + seconds)


def _layer(query: Select[Any], name: str) -> Any:
    """A fence: without it PostgreSQL would copy each expression to every place that names it."""
    return query.offset(0).subquery(name)


def _number(value: float) -> Any:
    return literal(float(value), Float)


def _either(met: Any, value: float) -> Any:
    """The value where the condition holds, else 0."""
    return case((met, _number(value)), else_=_number(0))


def _sum(parts: Iterable[Any]) -> Any:
    return reduce(lambda one, other: one + other, parts, _number(0))


def _line(rule: str, points: float) -> str:
    """A line of a breakdown for a fit rule, as `as_terms` reads it."""
    return json.dumps({"axis": "fit", "rule": rule, "points": points, "base": points})


def _said(amount: Any, rule: str, *note: Any) -> Any:
    """A line of a breakdown, unless it says 0. Signals are not told apart: `score explain` does that."""
    opening = json.dumps({"axis": "engagement", "rule": rule})[:-1]
    points = func.round(amount * 10_000, type_=Float) / 10_000
    words = [json.dumps(part)[1:-1] if isinstance(part, str) else part for part in note]
    said = [', "note": "', *words, '"}'] if words else ["}"]
    return case((amount != 0, func.concat(f'{opening}, "points": ', points, *said, type_=Text)))
