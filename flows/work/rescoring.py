"""Re-scores leads in batches and decides their maturity, each lead's in one transaction with its offer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.work.offering import offer
from flows.work.wiring import Shop
from leadstore import locks
from leadstore.scores import (
    Scored,
    Scoring,
    due_for_recheck,
    leads_after,
    never_scored,
    read_for_scoring,
    write_scores,
)
from leadstore.snapshots import lock_leads
from leadstore.store import in_thread
from nurture.book import Book
from nurture.maturity import judge
from nurture.scoring import score

BATCH = 500
CURSOR = "rescore_after"


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a batch came to."""

    leads: int = 0
    matured: int = 0


async def rescore(shop: Shop, now: datetime, full: bool = False) -> dict[str, int]:
    """Re-score the leads whose score may have crossed a threshold by itself; `full`: all of them.

    A full pass keeps its place in the store, so a pass that dies goes on where it stopped.
    """
    total = {"rescored": 0, "matured": 0}
    step = _full_page if full else _due_page
    while True:
        done, more = await in_thread(step, shop, shop.clock(now))
        total["rescored"] += done.leads
        total["matured"] += done.matured
        if not more:
            return total


def _due_page(shop: Shop, now: datetime) -> tuple[Rescored, bool]:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        ids = due_for_recheck(tx, now, BATCH) or never_scored(tx, BATCH)
        return score_leads(tx, book, ids, now), len(ids) > 0


def _full_page(shop: Shop, now: datetime) -> tuple[Rescored, bool]:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        after = int(locks.read_note(tx, CURSOR) or 0)
        ids = leads_after(tx, after, BATCH)
        lock_leads(tx, ids)
        locks.write_note(tx, CURSOR, str(ids[-1] if ids else 0))
        return score_leads(tx, book, ids, now), bool(ids)


def score_leads(
    tx: Any, book: Book, lead_ids: Collection[int], now: datetime, *, offers: bool = True
) -> Rescored:
    """Score these leads, write scores and stages, and offer the mature ones; the caller holds their locks."""
    inputs = {one.lead.id: one for one in read_for_scoring(tx, lead_ids, book.signal_types)}
    results = [_scoring(book, one, now, offers) for one in inputs.values()]
    write_scores(tx, [r for r, _ in results], inputs, now)
    ready = [r for r, wanted in results if wanted]
    offer(tx, book, {r.lead_id: r for r in ready}, now)
    return Rescored(len(results), len(ready))


def _scoring(book: Book, one: Scored, now: datetime, offers: bool) -> tuple[Scoring, bool]:
    result = score(book.scoring, book.policy.maturity, one.lead, one.signals, now, book.engagement_thresholds)
    verdict = judge(book.policy.maturity, one.lead, one.mature, result, one.signals)
    wanted = verdict.offer and one.live and offers
    # A lead known only from imported history stays as it was until it does something itself.
    held = verdict.offer and not wanted
    stage = one.lead.stage if held else verdict.stage
    scoring = Scoring(one.lead.id, result, stage, verdict.mature and not held, verdict.cause, one.lead.cycle)
    return scoring, wanted
