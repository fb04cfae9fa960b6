"""Moves due leads on: takes over what dead workers left, and delivers the touches that are due."""

from __future__ import annotations

import logging
from datetime import datetime

from flows.work.aside.sieve import sieve
from flows.work.counts import CountName, Counts, Summary, by_reason
from flows.work.deadline import NEVER, Deadline
from flows.work.sending.pipeline import deliver
from flows.work.sending.settle import settle_lost, settle_uncertain
from flows.work.sending.touches import TOUCHES
from flows.work.shop.wire import Shop
from leadstore.outbox.letters import recover
from leadstore.store import in_thread

log = logging.getLogger("nurture.advance")

COUNTED: tuple[CountName, ...] = (
    *("due", "sent", "skipped", "stopped", "completed", "refused", "later", "failed", "uncertain"),
    *("rescored", "matured", "unfinished", "set_aside"),
)


async def advance(shop: Shop, now: datetime, limit: int | None = None, deadline: Deadline = NEVER) -> Summary:
    """Move every due lead on: at most `limit` leads, and none is begun past the `deadline`.

    Returns due, sent, held (by reason), skipped, refused, later, failed and uncertain, of which the
    first is the sum of the others: every touch that came due is in exactly one of them; and stopped
    and completed (enrolments), rescored, matured and set_aside (leads; those raised, and are among the
    held), and unfinished (the deadline left some to the next call: what was claimed is given back).
    Running it twice is running it once: the store decides what is due.
    """
    total = Counts(await in_thread(take_over, shop, shop.clock(now)))
    counts, held = await deliver(shop, TOUCHES, now, limit, deadline)
    total.update(counts)
    return {**{name: total[name] for name in COUNTED}, "held": by_reason(held)}


def take_over(shop: Shop, now: datetime) -> Counts:
    """Take over what a dead or frozen worker left behind; what it had started becomes uncertain."""
    if frozen := shop.store.end_frozen():
        log.warning("%s of our sessions stood still inside a transaction: PostgreSQL took it back", frozen)
    sieved = sieve(
        shop.store,
        lambda tx, among: recover(tx, now, among)["uncertain"],
        lambda tx, ids: settle_uncertain(shop, tx, ids, now),
        lambda tx, culprits: settle_lost(tx, culprits, now),
    )
    apart = len(sieved.apart)
    return sum(sieved.done, Counts({"uncertain": apart, "set_aside": apart}))
