"""Scores a range of leads by sets, on PostgreSQL: the sums of each rule in one GROUP BY, then caps.

It comes to what `nurture.scoring.score` comes to, but for the order in which floats are added. A lead that
stands so close to a threshold that this could matter is left to the ordinary way, as is what is rare: losses
that fade, a lead that was recycled or returned by a seller, signals dated ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, text, update

from leadstore.database.transaction import Transaction
from leadstore.rows import REACHED_AT, address, lead, score_history, stage_change
from leadstore.scores.history import stage_row
from leadstore.scores.points import Points
from leadstore.scores.sums import MONDAY, WEEK, WEEKS, kinds_of, sums
from leadstore.scores.table import mass
from leadstore.signals import pages
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel
from nurture.words import Stage


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead whose new score may change its stage: what judging it takes. `types` is what it did."""

    id: int
    stage: Stage
    mature: bool
    live: bool
    fit: float
    engagement: float
    grade: str
    heat: int
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Restaged:
    """A new stage, and why."""

    id: int
    before: Stage
    after: Stage
    mature: bool
    cause: str


@dataclass(frozen=True, slots=True)
class MassPage:
    """What a page came to. `ordinary` leads were left alone: they are to be scored in the ordinary way."""

    leads: int
    moved: Sequence[Moved]
    ordinary: Sequence[int]


class MassScoring:
    """Scores by one model; its statement is made once, and asked for each page."""

    def __init__(
        self, model: ScoringModel, maturity: Maturity, thresholds: Sequence[float], fits: Sequence[float]
    ) -> None:
        self.kinds = kinds_of(model)
        self._query = _query(model, maturity, thresholds, fits)
        self._statement = ""
        self._named: dict[int, frozenset[str]] = {}

    @staticmethod
    def can(tx: Transaction, model: ScoringModel) -> bool:
        """Whether this store, and this model, can be scored by sets."""
        few = model.regularity is None or model.regularity.weeks <= WEEKS
        return tx.dialect.name == "postgresql" and few

    def page(self, tx: Transaction, ids: Sequence[int], now: datetime, *, judge_all: bool) -> MassPage:
        """Score these leads, which the caller has locked: ascending ids, and all there are between them."""
        tx.execute(text("SET LOCAL jit = off"))  # compiling costs more than a page
        tx.execute(text("SET LOCAL work_mem = '64MB'"))  # a page's sums fit, and need no sort on the disk
        given = {
            "now": now.timestamp(),
            "week": int((now.timestamp() - MONDAY) // WEEK),
            "first": ids[0],
            "last": ids[-1],
            "judge_all": judge_all,
        }
        tx.execute(text("DROP TABLE IF EXISTS mass"))
        self._make(tx, given)
        found = tx.execute(_FOUND).all()
        tx.execute(_WRITE, {"first_lead": ids[0], "last_lead": ids[-1], "at": now})
        tx.execute(_REMEMBER, {"at": now})
        moved = [self._as_moved(r) for r in found if not r.odd]
        return MassPage(len(ids), moved, [r.id for r in found if r.odd])

    def _make(self, tx: Transaction, given: dict[str, Any]) -> None:
        if not self._statement:
            compiled = self._query.compile(dialect=tx.dialect, compile_kwargs={"render_postcompile": True})
            self._statement = f"CREATE TEMPORARY TABLE mass ON COMMIT DROP AS {compiled}"
            self._written = dict(compiled.params)
        tx.exec_driver_sql(self._statement, {**self._written, **given})

    def _types(self, did: int) -> frozenset[str]:
        """The signal types of these bits, cached: many leads of a page have the same."""
        if did not in self._named:
            bits = self.kinds.bits.items()
            self._named[did] = frozenset(name for name, bit in bits if did & bit)
        return self._named[did]

    def _as_moved(self, row: Any) -> Moved:
        return Moved(
            row.id,
            Stage(row.stage),
            row.mature,
            row.live,
            row.fit,
            row.engagement,
            row.grade,
            row.heat,
            self._types(row.did),
        )


def write_stages(tx: Transaction, restaged: Sequence[Restaged], now: datetime) -> None:
    """Write these stages and append the changes with their causes."""
    for page in pages(restaged):
        given = {
            "ids": [one.id for one in page],
            "stages": [one.after.value for one in page],
            "matures": [one.mature for one in page],
        }
        tx.execute(_STAGES, given)
        rows = [
            stage_row(one.id, one.before, one.after, one.cause, now)
            for one in page
            if one.after is not one.before
        ]
        if rows:
            tx.execute(insert(stage_change), rows)


_STAGES = text(
    "UPDATE lead SET stage = said.stage, mature = said.mature, changed = true"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:stages AS varchar[]), CAST(:matures AS boolean[]))"
    " AS said (id, stage, mature) WHERE lead.id = said.id"
)

_FIGURES = ("fit", "engagement", "grade", "heat")
_FOUND = select(*(one for one in mass.c if one.name not in ("terms", "recheck_at"))).where(
    mass.c.moved | mass.c.odd
)
_WRITE = (
    update(lead)
    .where(
        lead.c.id == mass.c.id,
        lead.c.id.between(bindparam("first_lead"), bindparam("last_lead")),
        ~mass.c.odd,
    )
    .values(
        **{name: mass.c[name] for name in (*_FIGURES, "terms", "recheck_at")},
        score_as_of=bindparam("at", type_=lead.c.score_as_of.type),
        changed=lead.c.changed | mass.c.crossed,
        changed_at=bindparam("at", type_=lead.c.changed_at.type),
    )
)
_REMEMBER = insert(score_history).from_select(
    ["lead_id", *_FIGURES, "at"],
    select(
        mass.c.id, *(mass.c[name] for name in _FIGURES), bindparam("at", type_=score_history.c.at.type)
    ).where(mass.c.visible, ~mass.c.odd),
)


def _query(
    model: ScoringModel, maturity: Maturity, thresholds: Sequence[float], fits: Sequence[float]
) -> Select[Any]:
    counted = sums(model)
    points = Points(model, maturity, thresholds, fits)
    start = (
        select(
            lead.c.id,
            lead.c.stage,
            lead.c.mature,
            lead.c.live,
            lead.c.score_as_of,
            *(lead.c[name].label(f"old_{name}") for name in _FIGURES),
            *points.fit_columns(),
            *points.held_columns(counted),
        )
        .join_from(lead, address, REACHED_AT)
        .outerjoin(counted, counted.c.lead_id == lead.c.id)
        .where(lead.c.id.between(bindparam("first"), bindparam("last")), lead.c.merged_into.is_(None))
    )
    return points.finish(start)
