"""Scores a page of leads by sets, and judges those whose stage may change."""

from __future__ import annotations

from datetime import datetime

from flows.work.scoring.batch import Rescored, score_leads
from leadstore.database.transaction import Transaction
from leadstore.scores.sets import MassScoring, Moved, Restaged, write_stages
from nurture.project.book import Book
from nurture.scoring.maturity import Acts, Judgement, judge_by
from nurture.values import Score

BATCH = 500


def scorer(book: Book) -> MassScoring:
    """What scores by sets as this release says."""
    return MassScoring(book.scoring, book.policy.maturity, book.engagement_thresholds, book.fit_thresholds)


def score_by_sets(
    tx: Transaction, book: Book, by: MassScoring, ids: list[int], now: datetime, *, judge_all: bool
) -> Rescored:
    """Score these leads; the caller holds their locks, and offers the mature.

    Who is to be offered goes the ordinary way too: a seller reads a breakdown by signals.
    """
    if not ids:
        return Rescored()
    page = by.page(tx, ids, now, judge_all=judge_all)
    verdicts = [(one, _judged(book, one, now)) for one in page.moved]
    restaged = [made for one, verdict in verdicts if (made := _restaged(one, verdict)) is not None]
    write_stages(tx, restaged, now)
    wanted = [one.id for one, verdict in verdicts if verdict.offer and one.live]
    rest = sorted([*page.ordinary, *wanted])
    parts = [score_leads(tx, book, rest[at : at + BATCH], now) for at in range(0, len(rest), BATCH)]
    return Rescored(page.leads, [one for part in parts for one in part.ready])


def _judged(book: Book, one: Moved, now: datetime) -> Judgement:
    score = Score(one.fit, one.engagement, one.grade, one.heat, (), now, None)
    return judge_by(book.policy.maturity, one.stage, one.mature, score, Acts(one.types))


def _restaged(one: Moved, verdict: Judgement) -> Restaged | None:
    """The change to write now; who would be offered stays as it is until that is done."""
    if verdict.offer or (verdict.stage, verdict.mature) == (one.stage, one.mature):
        return None
    return Restaged(one.id, one.stage, verdict.stage, verdict.mature, verdict.cause)
