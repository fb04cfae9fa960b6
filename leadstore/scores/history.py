"""Scores and stages: read for a batch, written for a batch, with their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select, update

from leadstore.aside import left_alone
from leadstore.database.bulk import Bulk, StatementByIds
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_signals
from leadstore.rows import (
    LEAD_COLUMNS,
    LEAD_FACTS,
    REACHED_AT,
    address,
    as_lead,
    lead,
    score_history,
    signal,
    stage_change,
)
from nurture.quick import quick
from nurture.values import Lead, Score, Signal
from nurture.words import AsideStage, Stage


@quick
class Scored:
    """What scoring must know of one lead: its profile, what it did, and whether it was mature."""

    lead: Lead
    mature: bool
    live: bool
    signals: Sequence[Signal]
    terms: Sequence[Mapping[str, Any]] = ()  # the stored breakdown


@quick
class Scoring:
    """A lead's new score and what follows from it."""

    lead_id: int
    score: Score
    stage: Stage
    mature: bool
    cause: str
    cycle: int


def read_for_scoring(
    tx: Transaction, lead_ids: Collection[int], types: Collection[str] | None, *, terms: bool = False
) -> list[Scored]:
    """These leads with the signals that scores and maturity look at; `terms` brings the stored breakdown."""
    ids = list(dict.fromkeys(lead_ids))
    if not ids:
        return []
    signals = read_signals(tx, ids, types)
    return [
        Scored(as_lead(r), r.mature, r.live, signals.get(r.id, ()), r.terms if terms else ())
        for r in (_WHOLE if terms else _FACTS).run(tx, ids).all()
    ]


WAITS = exists().where(signal.c.pending, signal.c.lead_id == lead.c.id)
"""A signal of the lead waits for intake, which scores the lead: looking at it before that is in vain."""


def _reached(columns: Sequence[Any]) -> StatementByIds:
    query = select(*columns).join_from(lead, address, REACHED_AT).order_by(lead.c.id)
    return StatementByIds(lead.c.id, query.where)


_WHOLE, _FACTS = _reached(LEAD_COLUMNS), _reached(LEAD_FACTS)


def due_for_recheck(
    tx: Transaction, now: datetime, limit: int, *, among: Collection[int] | None = None
) -> list[int]:
    """Lock leads (`among` these) whose score may have crossed a threshold by itself."""
    query = select(lead.c.id).where(lead.c.recheck_at.is_not(None), lead.c.recheck_at <= now, ~WAITS)
    query = _able(query.where(lead.c.merged_into.is_(None)), among)
    query = query.order_by(lead.c.recheck_at, lead.c.id).limit(limit)
    return list(tx.scalars(query.with_for_update(of=lead, skip_locked=True, key_share=True)))


def never_scored(tx: Transaction, limit: int, among: Collection[int] | None = None) -> list[int]:
    """Lock leads (`among` these) that have no score yet."""
    query = select(lead.c.id).where(lead.c.score_as_of.is_(None), lead.c.merged_into.is_(None), ~WAITS)
    query = _able(query, among).order_by(lead.c.id).limit(limit)
    return list(tx.scalars(query.with_for_update(of=lead, skip_locked=True, key_share=True)))


def _able(query: Select[Any], among: Collection[int] | None) -> Select[Any]:
    """Without the leads that are set aside since they could not be scored."""
    query = query.where(~left_alone(AsideStage.SCORE))
    return query if among is None else query.where(lead.c.id.in_(list(among)))


def leads_after(tx: Transaction, after: int, limit: int) -> list[int]:
    """The next page of all leads by id: for a full recomputation that can resume."""
    query = select(lead.c.id).where(lead.c.id > after, lead.c.merged_into.is_(None))
    return list(tx.scalars(query.order_by(lead.c.id).limit(limit)))


def lock_after(tx: Transaction, after: int, limit: int) -> list[int]:
    """Lock the next page of all leads by id, merged ones left out."""
    query = select(lead.c.id).where(lead.c.id > after, lead.c.merged_into.is_(None))
    return list(tx.scalars(query.order_by(lead.c.id).limit(limit).with_for_update(key_share=True)))


def write_scores(
    tx: Transaction, results: Sequence[Scoring], before: Mapping[int, Scored], *, now: datetime
) -> None:
    """Write scores and stages of a batch; history is appended where something visible changed."""
    if not results:
        return
    rows = [_row(r, now) for r in results]
    bulk = Bulk(tx)
    bulk.update(lead, rows)
    moved = [_history(r, now) for r in results if _moved(r, before[r.lead_id].lead)]
    bulk.add(score_history, moved)
    changes = [
        stage_row(r.lead_id, before[r.lead_id].lead.stage, r.stage, cause=r.cause, now=now)
        for r in results
        if r.stage is not before[r.lead_id].lead.stage
    ]
    bulk.add(stage_change, changes)


def stage_row(lead_id: int, before: Stage, after: Stage, *, cause: str, now: datetime) -> dict[str, Any]:
    """A row of `stage_change`."""
    told = {"before": before.value, "after": after.value, "cause": cause[:200]}
    return {"lead_id": lead_id, **told, "at": now}


def _row(result: Scoring, now: datetime) -> dict[str, Any]:
    score = result.score
    return {
        "id": result.lead_id,
        **_figures(score),
        "terms": [t.as_dict() for t in score.terms],
        "score_as_of": score.as_of,
        "recheck_at": score.recheck_at,
        "stage": result.stage.value,
        "mature": result.mature,
        "cycle": result.cycle,
        # Standing sequences look again only at leads for whom something they can see has changed.
        "changed": True,
        "changed_at": now,
    }


def _moved(result: Scoring, before: Lead) -> bool:
    score = result.score
    return (
        (score.grade, score.heat) != (before.grade, before.heat)
        or abs(score.fit - before.fit) >= 1
        or abs(score.engagement - before.engagement) >= 1
    )


def _history(result: Scoring, now: datetime) -> dict[str, Any]:
    return {"lead_id": result.lead_id, **_figures(result.score), "at": now}


def _figures(score: Score) -> dict[str, Any]:
    return {"fit": score.fit, "engagement": score.engagement, "grade": score.grade, "heat": score.heat}


def recycle(tx: Transaction, lead_ids: Collection[int]) -> None:
    """Begin these leads' next cycle: they may mature and be handed over again."""
    if lead_ids:
        again = {"mature": False, "cycle": lead.c.cycle + 1}
        tx.execute(update(lead).where(lead.c.id.in_(list(lead_ids))).values(**again))
