"""Re-scores the leads whose score may have changed by itself, and everybody when the rules changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flows.work.aside.culprits import leave_out
from flows.work.aside.sieve import Culprits, Sieved, sieve
from flows.work.counts import CountName, Counts, Summary
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.offer import offer
from flows.work.scoring.batch import score_leads
from flows.work.scoring.sets import score_by_sets, scorer
from flows.work.shop.single import HeldLock, only_one
from flows.work.shop.wire import Shop
from leadstore.aside import without_aside
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import lock_leads
from leadstore.scores.history import due_for_recheck, leads_after, lock_after, never_scored
from leadstore.scores.passes import Pass, ask_for_pass, leads_behind, mark_pass, scoring_pass
from leadstore.scores.retention import thin_history
from leadstore.scores.sets import MassScoring
from leadstore.store import in_thread
from nurture.blame import is_own
from nurture.project.book import Book
from nurture.scoring.rules import Rules, rules_of
from nurture.words import AsideKind, AsideStage

BATCH = 500
MASS = 10_000
"""Leads scored by sets in one transaction: it holds their rows for about a third of a second."""
THINNED = 5000
"""Leads whose history is thinned in one transaction."""
LOCK = "rescore"
COUNTS: tuple[CountName, ...] = (
    *("rescored", "matured", "behind", "thinned"),
    *("set_aside", "elsewhere", "unfinished"),
)
Page = Callable[[Shop, datetime], tuple[Counts, bool]]
"""Works on one page of leads: what it came to, and whether there is more."""


async def rescore(
    shop: Shop,
    now: datetime,
    full: bool = False,
    deadline: Deadline = NEVER,
) -> Summary:
    """Re-score the leads whose score may have crossed a threshold by itself; everybody when rules changed.

    A pass over everybody goes page by page and keeps its place in the store, so one that dies goes on where
    it stopped; what falls due meanwhile goes first. One process at a time walks it. `full` asks for a pass,
    past the `deadline` no page is begun. Returns rescored, matured, behind (leads that the pass
    has yet to come to), thinned, set_aside (leads
    that raised), elsewhere (another process walks the pass) and unfinished.
    """
    if full:
        await in_thread(_ask, shop)
    total = Counts()
    await _repeat(_due_page, shop, now, total, deadline)
    async with only_one(shop.store, LOCK) as turn:
        if turn is None:
            total["elsewhere"] = 1
        else:
            await _walk(shop, now, total, deadline, turn)
    return {name: total[name] for name in COUNTS}


async def _walk(shop: Shop, now: datetime, total: Counts, deadline: Deadline, turn: HeldLock) -> None:
    """The pass over everybody, then the history: at least a page, and no further one past the deadline."""
    scorers: dict[str, MassScoring] = {}
    under_way = True
    while under_way:
        done, under_way = await in_thread(_next_page, shop, shop.clock(now), scorers)
        total.update(done)
        if deadline.passed or turn.is_over:
            break
        await _repeat(_due_page, shop, now, total, deadline)
    await _repeat(_thin_page, shop, now, total, deadline)
    if under_way:
        total["unfinished"] = 1
        total["behind"] = await in_thread(_behind, shop)


async def _repeat(page: Page, shop: Shop, now: datetime, total: Counts, deadline: Deadline) -> None:
    more = True
    while more:
        done, more = await in_thread(page, shop, shop.clock(now))
        total.update(done)
        if more and deadline.passed:
            total["unfinished"] = 1
            break


def _ask(shop: Shop) -> None:
    with shop.store.begin() as tx:
        ask_for_pass(tx)


def _due_page(shop: Shop, now: datetime) -> tuple[Counts, bool]:
    sieved = sieve(
        shop.store,
        lambda tx, among: due_for_recheck(tx, now, BATCH, among) or never_scored(tx, BATCH, among),
        lambda tx, ids: _score(tx, shop.book(tx)[1], ids, now),
        lambda tx, culprits: _put_apart(tx, culprits, now),
    )
    return _added(sieved), sieved.found > 0


def _score(tx: Transaction, book: Book, ids: Sequence[int], now: datetime) -> Counts:
    done = score_leads(tx, book, ids, now)
    offer(tx, book, done.ready, now)
    return done.counts


def _put_apart(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    leave_out(tx, AsideKind.LEAD, AsideStage.SCORE, culprits, now)


def _next_page(shop: Shop, now: datetime, scorers: dict[str, MassScoring]) -> tuple[Counts, bool]:
    """The next page of a pass over everybody, if the rules ask for one."""
    try:
        return _whole_page(shop, now, scorers)
    except Exception as error:
        if not is_own(error):
            raise
        return _page_in_parts(shop, now)


def _whole_page(shop: Shop, now: datetime, scorers: dict[str, MassScoring]) -> tuple[Counts, bool]:
    with shop.store.begin("rescore") as tx:
        _, book = shop.book(tx)
        rules = rules_of(book)
        under_way = scoring_pass(tx, str(rules))
        if under_way is None:
            return Counts(), False
        if MassScoring.can(tx, book.scoring):
            if rules.scores not in scorers:
                scorers[rules.scores] = scorer(book)
            done, last = _by_sets(tx, book, scorers[rules.scores], under_way, rules, now)
        else:
            ids = lock_after(tx, under_way.after, BATCH)
            able = without_aside(tx, AsideStage.SCORE, ids)
            done, last = _score(tx, book, able, now), ids[-1] if ids else None
        mark_pass(tx, under_way, last)
        return done, last is not None


def _page_in_parts(shop: Shop, now: datetime) -> tuple[Counts, bool]:
    """A small page, lead by lead where one raises; the pass then goes on behind it."""
    with shop.store.begin() as tx:
        under_way = scoring_pass(tx, str(rules_of(shop.book(tx)[1])))
        ids = leads_after(tx, under_way.after, BATCH) if under_way else []
    sieved = sieve(
        shop.store,
        lambda tx, among: _locked(tx, ids if among is None else among),
        lambda tx, able: _score(tx, shop.book(tx)[1], able, now),
        lambda tx, culprits: _put_apart(tx, culprits, now),
    )
    with shop.store.begin() as tx:
        if under_way is not None:
            mark_pass(tx, under_way, ids[-1] if ids else None)
    return _added(sieved), bool(ids)


def _locked(tx: Transaction, ids: Sequence[int]) -> Sequence[int]:
    lock_leads(tx, ids)
    return without_aside(tx, AsideStage.SCORE, ids)


def _by_sets(
    tx: Transaction, book: Book, by: MassScoring, under_way: Pass, rules: Rules, now: datetime
) -> tuple[Counts, int | None]:
    ids = lock_after(tx, under_way.after, MASS)
    # Under the same matrix, a lead that crosses no threshold keeps its stage.
    judge_all = under_way.before.partition(":")[2] != rules.maturity
    done = score_by_sets(tx, book, by, ids, now, judge_all=judge_all)
    offer(tx, book, done.ready, now)
    return done.counts, ids[-1] if ids else None


def _behind(shop: Shop) -> int:
    with shop.store.begin("rescore") as tx:
        under_way = scoring_pass(tx, str(rules_of(shop.book(tx)[1])))
        return leads_behind(tx, under_way) if under_way else 0


def _thin_page(shop: Shop, now: datetime) -> tuple[Counts, bool]:
    with shop.store.begin("rescore") as tx:
        gone, more = thin_history(tx, now, THINNED)
        return Counts({"thinned": gone}), more


def _added(sieved: Sieved[Counts]) -> Counts:
    return sum(sieved.done, Counts({"set_aside": len(sieved.apart)}))
