"""The first half of scoring by sets: each lead's decayed sum by each rule, in one GROUP BY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    values,
)

from leadstore.conditions.operands import member
from leadstore.conditions.selection import as_sql
from leadstore.rows import REACHED_AT, address, lead, signal
from nurture.scoring.engagement import LARGEST
from nurture.scoring.maturity import SIGNAL_TYPES
from nurture.scoring.model import EngagementRule, ScoringModel
from nurture.words import Sig

WEEKS = 62
"""A set of weeks is kept as the bits of one number."""
WEEK = 604800.0
MONDAY = 345600.0
"""1970-01-05, in seconds."""
_FAINT = 700.0  # exp(-700) is 1e-304; PostgreSQL refuses to compute what is smaller than a float
_ODD = frozenset({Sig.LEAD_RECYCLED.value, Sig.HANDOFF_REJECTED.value})
_ANY = datetime(2000, 1, 1, tzinfo=UTC)  # a scoring rule asks for no span of the history

NOW = bindparam("now", type_=Float)
"""The moment, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Signal types as small numbers, and those that maturity looks at as bits."""

    numbers: Mapping[str, int]
    bits: Mapping[str, int]


def kinds_of(model: ScoringModel) -> Kinds:
    """The types that this model, and maturity, look at."""
    names = sorted(model.signal_types)
    bits = {name: 1 << place for place, name in enumerate(sorted(SIGNAL_TYPES))}
    return Kinds({name: number for number, name in enumerate(names)}, bits)


def sums(model: ScoringModel) -> Any:
    """A row for each lead that did anything: `r0`, `r1` ... by rule, and what else engagement rests on.

    `did` are bits of types; `odd` asks for the ordinary way; `weeks` are bits of active weeks, the newest
    first; `oldest` is how many weeks ago the first of them was; `mails` are those without an answer.
    """
    kinds = kinds_of(model)
    kind = _kinds_table(model, kinds)
    at = func.date_part("epoch", signal.c.occurred_at, type_=Float)
    query = (
        select(
            signal.c.lead_id,
            *(_sum(rule, kinds, kind, at).label(f"r{rule.index}") for rule in model.rules),
            func.bit_or(kind.c.bit).label("did"),
            func.bool_or(or_(kind.c.odd, at > NOW)).label("odd"),
            *_activity(model, kind, at),
        )
        .select_from(_joined(model, kind))
        .where(
            signal.c.lead_id.between(
                bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
            ),
            signal.c.machine.is_(False),
        )
        .group_by(signal.c.lead_id)
    )
    counted = query.offset(0).subquery("counted")
    if model.unanswered is None:
        return counted
    mails = case(
        (func.cardinality(counted.c.touches) >= model.unanswered.after, _unanswered(counted)), else_=0
    )
    return select(counted, mails.label("mails")).offset(0).subquery("answered")


def _unanswered(counted: Any) -> Any:
    """How many touches came after the last sign of life."""
    sent = func.unnest(counted.c.touches, type_=Float).column_valued("sent")
    open_ = or_(counted.c.answered.is_(None), sent > counted.c.answered)
    return select(func.count()).where(open_).correlate(counted).scalar_subquery()


def _kinds_table(model: ScoringModel, kinds: Kinds) -> Any:
    rows = [
        (name, number, kinds.bits.get(name, 0), name in model.active, name == Sig.TOUCH_SENT, name in _ODD)
        for name, number in kinds.numbers.items()
    ]
    columns = (
        column("type", String),
        column("kind", Integer),
        column("bit", Integer),
        column("active", Boolean),
        column("touch", Boolean),
        column("odd", Boolean),
    )
    return values(*columns, name="kinds").data(rows)


def _joined(model: ScoringModel, kind: Any) -> Any:
    joined = signal.join(kind, kind.c.type == signal.c.type)
    if any(rule.when is not None and rule.when.fields for rule in model.rules):
        joined = joined.join(lead, lead.c.id == signal.c.lead_id).join(address, REACHED_AT)
    return joined


def _sum(rule: EngagementRule, kinds: Kinds, kind: Any, at: Any) -> Any:
    met = kind.c.kind == kinds.numbers[rule.on]
    if rule.when is not None:
        met = and_(met, as_sql(rule.when.tree, _ANY, "postgresql", of_signal=True))
    points = _base(rule)
    if rule.rate:
        age = func.greatest(NOW - at, literal(0.0, Float))
        fading = func.least(age * literal(rule.rate * log(2), Float), literal(_FAINT, Float))
        points = points * func.exp(-fading, type_=Float)
    return func.sum(case((met, points)), type_=Float)


def _base(rule: EngagementRule) -> Any:
    if rule.value is None:
        return literal(rule.points, Float)
    have = member(signal.c.properties, rule.value, "postgresql")
    amount = func.coalesce(have.number, cast(cast(have.flag, Integer), Float), literal(0.0, Float))
    limited = func.least(func.greatest(amount, literal(0.0, Float)), literal(LARGEST, Float))
    return held(literal(rule.points, Float) * limited, rule.cap)


def held(amount: Any, cap: float | None) -> Any:
    """The amount, its size bounded by `cap`: `bounded` of nurture.scoring.model."""
    if cap is None:
        return amount
    return func.least(func.greatest(amount, literal(-cap, Float)), literal(cap, Float), type_=Float)


def _activity(model: ScoringModel, kind: Any, at: Any) -> Iterable[Any]:
    if model.regularity is not None:
        week = cast(func.floor((at - MONDAY) / WEEK), Integer)
        ago = bindparam("week", type_=Integer) - week
        counts = and_(kind.c.active, ago >= 0, ago < model.regularity.weeks)
        bits = literal(1, BigInteger).op("<<")(func.least(func.greatest(ago, 0), WEEKS))
        yield func.bit_or(case((counts, bits)), type_=BigInteger).label("weeks")
        yield func.max(case((counts, ago)), type_=Integer).label("oldest")
    if model.unanswered is not None:
        yield func.array_agg(at).filter(kind.c.touch).label("touches")
        yield func.max(at, type_=Float).filter(kind.c.active).label("answered")
