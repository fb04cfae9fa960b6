"""Re-scores the leads whose score may have changed by itself, and everybody when the rules changed."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import Any

from flows.work.by_sets import score_by_sets, scorer
from flows.work.scorekeeping import Rescored, score_leads
from flows.work.wiring import Shop
from leadstore.mass_scoring import MassScoring
from leadstore.passes import Pass, ask_for_pass, leads_behind, mark_pass, scoring_pass
from leadstore.scores import due_for_recheck, lock_after, never_scored
from leadstore.store import in_thread
from leadstore.thinning import thin_history
from nurture.book import Book
from nurture.rules import Rules, rules_of

__all__ = ["Rescored", "rescore", "score_leads"]

BATCH = 500
MASS = 10_000
"""Leads scored by sets in one transaction: it holds their rows for about a third of a second."""
THINNED = 5000
"""Leads whose history is thinned in one transaction."""


async def rescore(
    shop: Shop, now: datetime, full: bool = False, seconds: float | None = None
) -> dict[str, int]:
    """Re-score the leads whose score may have crossed a threshold by itself; everybody when rules changed.

    A pass over everybody goes page by page and keeps its place in the store, so one that dies goes on where
    it stopped; what falls due meanwhile goes first. `full` asks for a pass, `seconds` bounds how long this
    call works at it. Returns rescored, matured, behind (leads that the pass has yet to come to) and thinned.
    """
    until = None if seconds is None else time.monotonic() + seconds
    if full:
        await in_thread(_ask, shop)
    total: Counter[str] = Counter()
    scorers: dict[str, MassScoring] = {}
    under_way = True
    while under_way:
        await _repeat(_due_page, shop, now, total)
        done, under_way = await in_thread(_next_page, shop, shop.clock(now), scorers)
        total.update(done)
        if until is not None and time.monotonic() >= until:
            break
    await _repeat(_thin_page, shop, now, total)
    behind = await in_thread(_behind, shop) if under_way else 0
    return {
        "rescored": total["rescored"],
        "matured": total["matured"],
        "behind": behind,
        "thinned": total["thinned"],
    }


async def _repeat(page: Any, shop: Shop, now: datetime, total: Counter[str]) -> None:
    more = True
    while more:
        done, more = await in_thread(page, shop, shop.clock(now))
        total.update(done)


def _ask(shop: Shop) -> None:
    with shop.store.begin() as tx:
        ask_for_pass(tx)


def _due_page(shop: Shop, now: datetime) -> tuple[Counter[str], bool]:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        ids = due_for_recheck(tx, now, BATCH) or never_scored(tx, BATCH)
        return _counted(score_leads(tx, book, ids, now)), len(ids) > 0


def _next_page(shop: Shop, now: datetime, scorers: dict[str, MassScoring]) -> tuple[Counter[str], bool]:
    """The next page of a pass over everybody, if the rules ask for one."""
    with shop.store.begin("rescore") as tx:
        _, book = shop.book(tx)
        rules = rules_of(book)
        under_way = scoring_pass(tx, str(rules))
        if under_way is None:
            return Counter(), False
        if MassScoring.can(tx, book.scoring):
            if rules.scores not in scorers:
                scorers[rules.scores] = scorer(book)
            done, last = _by_sets(tx, book, scorers[rules.scores], under_way, rules, now)
        else:
            ids = lock_after(tx, under_way.after, BATCH)
            done, last = score_leads(tx, book, ids, now), ids[-1] if ids else None
        mark_pass(tx, under_way, last)
        return _counted(done), last is not None


def _by_sets(
    tx: Any, book: Book, by: MassScoring, under_way: Pass, rules: Rules, now: datetime
) -> tuple[Rescored, int | None]:
    ids = lock_after(tx, under_way.after, MASS)
    # Under the same matrix, a lead that crosses no threshold keeps its stage.
    judge_all = under_way.before.partition(":")[2] != rules.maturity
    done = score_by_sets(tx, book, by, ids, now, judge_all=judge_all)
    return done, ids[-1] if ids else None


def _behind(shop: Shop) -> int:
    with shop.store.begin("rescore") as tx:
        under_way = scoring_pass(tx, str(rules_of(shop.book(tx)[1])))
        return leads_behind(tx, under_way) if under_way else 0


def _thin_page(shop: Shop, now: datetime) -> tuple[Counter[str], bool]:
    with shop.store.begin("rescore") as tx:
        gone, more = thin_history(tx, now, THINNED)
        return Counter(thinned=gone), more


def _counted(done: Rescored) -> Counter[str]:
    return Counter(rescored=done.leads, matured=done.matured)
