"""Keeps the retention clock: reports whose data is too old, and erases it once the policy says so."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from flows.work.counts import CountName, Counts, Summary
from flows.work.deadline import NEVER, Deadline
from flows.work.privacy.erase import clear, marks
from flows.work.privacy.files import by_traces
from flows.work.privacy.ledger import bring_level
from flows.work.privacy.replay import replay
from flows.work.shop.single import HeldLock, only_one
from flows.work.shop.wire import Shop
from leadstore.database.remains import remove_remains
from leadstore.enrolments.snapshots import lock_leads
from leadstore.notes import read_note, write_note
from leadstore.privacy.erasure import erase_leads
from leadstore.privacy.retention import count_expired, expired_leads
from leadstore.privacy.tombstones import Why, unreadable
from leadstore.store import in_thread
from nurture.errors import StoreError
from nurture.privacy.seals import Seals
from nurture.privacy.traces import Traces
from nurture.project.policy import RetentionPolicy

LOCK = "retention"
LAST = "retention"
"""The note of when the clock was last looked at."""
EVERY = timedelta(days=1)
BATCH = 200
"""Leads that are erased in one transaction."""
WHO = "flow retention"
COUNTS: tuple[CountName, ...] = (
    "expired",
    "erased",
    "back_again",
    "seals_unreadable",
    "files_in_trouble",
    "elsewhere",
    "unfinished",
)


async def keep_time(shop: Shop, now: datetime, deadline: Deadline = NEVER, *, dry: bool = False) -> Summary:
    """Look at the clock: one process at a time, and as often as it is asked.

    Returns expired (leads whose own last act is too long ago), erased (of them, where the policy says so and
    this is not `dry`), back_again (leads that a restored backup brought back, erased again), seals_unreadable
    (made with a key that is not at hand), files_in_trouble, elsewhere (another process does it), unfinished.
    """
    total: Counts = Counter()
    async with only_one(shop.store, LOCK) as turn:
        if turn is None:
            total["elsewhere"] = 1
        else:
            await _keep(shop, now, total, deadline, turn, dry)
    return {name: total[name] for name in COUNTS}


async def keep_time_daily(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> Summary:
    """Look at the clock, unless that was done within a day: for rounds that come every minute."""
    if not await in_thread(is_time, shop, now):
        return dict.fromkeys(COUNTS, 0)
    return await keep_time(shop, now, deadline)


def is_time(shop: Shop, now: datetime) -> bool:
    """Whether the clock was not looked at within a day."""
    with shop.store.read() as tx:
        last = read_note(tx, LAST)
    return last is None or now >= datetime.fromisoformat(last) + EVERY


async def _keep(
    shop: Shop, now: datetime, total: Counts, deadline: Deadline, turn: HeldLock, dry: bool
) -> None:
    policy = await in_thread(_policy, shop)
    total.update(await in_thread(_look, shop, policy, shop.clock(now), dry))
    if dry:
        return
    if policy.erase:
        await _erase_all(shop, now, total, deadline, turn, policy)
    if not total["unfinished"]:
        await in_thread(_note, shop, now)


def _note(shop: Shop, now: datetime) -> None:
    with shop.store.begin() as tx:
        write_note(tx, LAST, now.isoformat())


async def _erase_all(
    shop: Shop,
    now: datetime,
    total: Counts,
    deadline: Deadline,
    turn: HeldLock,
    policy: RetentionPolicy,
) -> None:
    after: int | None = 0
    left: list[Traces] = []
    while after is not None and not (deadline.passed or turn.is_over or shop.stopping):
        done, traces, after = await in_thread(_erase_page, shop, policy, shop.clock(now), after)
        total["erased"] += done
        left.append(traces)
    total["unfinished"] = int(after is not None)
    if total["erased"]:
        await in_thread(_clean, shop, Traces.joined(left), total)


def _policy(shop: Shop) -> RetentionPolicy:
    with shop.store.read() as tx:
        return shop.book(tx)[1].policy.retention


def _look(shop: Shop, policy: RetentionPolicy, now: datetime, dry: bool) -> Counts:
    """Report first; and what a restored backup brought back goes without being asked."""
    counts: Counts = Counter()
    if not dry and _has_lost_seals(shop, counts):
        counts["back_again"] = replay(shop.settings, shop.store, who=WHO, now=now).leads
    with shop.store.read("report") as tx:
        counts["seals_unreadable"] = unreadable(tx, Seals(shop.settings.secret_keys))
        counts["expired"] = count_expired(tx, policy.after.before(now), policy.keep)
    return counts


def _has_lost_seals(shop: Shop, counts: Counts) -> bool:
    try:
        return bring_level(shop.store, shop.settings.state) > 0
    except StoreError:  # a folder that cannot be written to keeps nothing from being erased
        counts["files_in_trouble"] = 1
        return False


def _erase_page(
    shop: Shop, policy: RetentionPolicy, now: datetime, after: int
) -> tuple[int, Traces, int | None]:
    """Erase the next page of leads; how many, by what they are found in files, and where to go on."""
    before = policy.after.before(now)
    with shop.store.begin("erase") as tx:
        page = expired_leads(tx, before, policy.keep, after=after, limit=BATCH)
        lock_leads(tx, page)
        ids = expired_leads(tx, before, policy.keep, among=page)  # who has done something since stays
        erased = erase_leads(tx, ids, Seals(shop.settings.secret_keys), now, who=WHO, why=Why.RETENTION)
    return len(erased.leads), erased.traces, page[-1] if len(page) == BATCH else None


def _clean(shop: Shop, traces: Traces, total: Counts) -> None:
    """Once for all of them: each look goes through every file."""
    try:
        bring_level(shop.store, shop.settings.state)
        _, trouble = clear(shop.store, shop.settings, by_traces(traces))
        total["files_in_trouble"] |= bool(trouble)
    except StoreError:
        total["files_in_trouble"] = 1
    remove_remains(shop.store, marks(traces))
