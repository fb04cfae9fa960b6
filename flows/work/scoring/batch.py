"""Scores a batch of leads and decides their maturity, in the transaction of its caller, who offers them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.work.counts import Counts
from leadstore.database.transaction import Transaction
from leadstore.scores.history import Scored, Scoring, read_for_scoring, write_scores
from nurture.project.book import Book
from nurture.scoring.maturity import judge
from nurture.scoring.score import score


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a batch came to: `ready` are to be offered to sellers.

    `moved` leads have a stage or a score that something else may look at.
    """

    leads: int = 0
    ready: Sequence[Scoring] = ()
    moved: frozenset[int] = frozenset()

    @property
    def counts(self) -> Counts:
        """How many were scored, and how many of them are mature."""
        return Counts({"rescored": self.leads, "matured": len(self.ready)})


def score_leads(tx: Transaction, book: Book, lead_ids: Collection[int], now: datetime) -> Rescored:
    """Score these leads and write scores and stages; the caller holds their locks, and offers the mature."""
    inputs = {one.lead.id: one for one in read_for_scoring(tx, lead_ids, book.scoring.signal_types)}
    results = [_scoring(book, one, now) for one in inputs.values()]
    write_scores(tx, [r for r, _ in results], inputs, now)
    moved = frozenset(r.lead_id for r, _ in results if _moved(book, inputs[r.lead_id], r))
    return Rescored(len(results), [r for r, wanted in results if wanted], moved)


def _scoring(book: Book, one: Scored, now: datetime) -> tuple[Scoring, bool]:
    result = score(book.scoring, book.policy.maturity, one.lead, one.signals, now, book.engagement_thresholds)
    verdict = judge(book.policy.maturity, one.lead, one.mature, result, one.signals)
    wanted = verdict.offer and one.live
    # A lead known only from imported history stays as it was until it does something itself.
    held = verdict.offer and not wanted
    stage = one.lead.stage if held else verdict.stage
    scoring = Scoring(one.lead.id, result, stage, verdict.mature and not held, verdict.cause, one.lead.cycle)
    return scoring, wanted


def _moved(book: Book, before: Scored, after: Scoring) -> bool:
    lead, score = before.lead, after.score
    return (
        (lead.stage, before.mature, lead.grade, lead.heat)
        != (after.stage, after.mature, score.grade, score.heat)
        or _crossed(book.engagement_thresholds, lead.engagement, score.engagement)
        or _crossed(book.fit_thresholds, lead.fit, score.fit)
    )


def _crossed(thresholds: Sequence[float], before: float, after: float) -> bool:
    return any((before < at) != (after < at) or (before > at) != (after > at) for at in thresholds)
