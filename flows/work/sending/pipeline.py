"""Keeps the relay busy: while one group is spoken, the next is built and started and the last is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from flows.work.counts import Counts
from flows.work.sending.letters import Broken, compose
from flows.work.sending.pace import shut_routes
from flows.work.sending.queue import LANES, Feed, Group
from flows.work.sending.settle import fail_unbuilt, settle, settle_in, settle_unbuilt, surely
from flows.work.sending.start import start
from flows.work.shop.wire import Shop
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.letters import mark_started
from nurture.blame import is_own
from nurture.values import Claim, Delivery, Letter


async def deliver(shop: Shop, feed: Feed, now: datetime) -> Counts:
    """Send all that the feed gives. When cancelled, what is being spoken is settled first."""
    total = Counts()
    try:
        while True:
            await _all_lanes(shop, feed, now, total)
            if not feed.reopen():
                return total
    finally:
        await _to_its_end(feed.close())


async def _all_lanes(shop: Shop, feed: Feed, now: datetime, total: Counts) -> None:
    lanes = asyncio.gather(*(_lane(shop, feed, now) for _ in range(LANES)), return_exceptions=True)
    try:
        results = await asyncio.shield(lanes)
    except asyncio.CancelledError:
        feed.stop()
        await _to_its_end(lanes)
        raise
    for result in results:
        if isinstance(result, BaseException):
            raise result
        total.update(result)


async def _to_its_end(work: Awaitable[Any]) -> None:
    """Await this however often we are cancelled meanwhile: a timeout of Prefect's cancels again and again."""
    under_way = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not under_way.done():
        try:
            await asyncio.wait([under_way])
        except asyncio.CancelledError as error:
            cancelled = error
    under_way.result()
    if cancelled is not None:
        raise cancelled


async def _lane(shop: Shop, feed: Feed, now: datetime) -> Counts:
    total = Counts()
    spoken: Sequence[Delivery] = ()
    leads: list[int] = []

    async def settle_spoken() -> None:
        nonlocal spoken
        if spoken:
            ended, spoken = spoken, ()
            total.update(await surely(settle, shop, ended, shop.clock(now)))

    group: Group | None = None
    try:
        while (group := await feed.next(settle_spoken)) is not None:
            letters, counts = await surely(_turn, shop, spoken, leads, group, shop.clock(now))
            spoken, started = (), group
            group = None
            total.update(counts)
            leads = [c.lead_id for c in started.claims if c.lead_id is not None]
            spoken = await shop.relay.send(letters, lambda: shop.clock(now)) if letters else ()
    except BaseException:
        feed.stop()  # the other lane settles what it speaks, and ends
        if group is not None:
            feed.put_back(group)
        raise
    finally:
        await settle_spoken()
    return total


def _turn(
    shop: Shop, spoken: Sequence[Delivery], leads: Sequence[int], group: Group, now: datetime
) -> tuple[list[Letter], Counts]:
    """Settle the lane's last group and start its next, in one transaction."""
    letters, broken = compose(shop, group.batch, group.claims, now)
    ready = [c for c in group.claims if c.id not in broken]
    try:
        go, counts = _settle_and_start(shop, spoken, leads, ready, broken, now)
    except Exception as error:
        if not is_own(error):
            raise
        go, counts = _settle_then_start(shop, spoken, ready, broken, now)
    return [letter for letter in letters if letter.outbox_id in go], counts


def _settle_and_start(
    shop: Shop,
    spoken: Sequence[Delivery],
    leads: Sequence[int],
    ready: Sequence[Claim],
    broken: Broken,
    now: datetime,
) -> tuple[set[int], Counts]:
    counts = Counts()
    with shop.store.begin() as tx:
        # All at once, in one order: taken in two goes, two workers might wait for each other.
        lock_leads(tx, [*leads, *(c.lead_id for c in ready if c.lead_id is not None)])
        if spoken:
            counts.update(settle_in(shop, tx, spoken, now, locked=True))
        counts["failed"] += fail_unbuilt(tx, broken, now)
        go = mark_started(tx, ready, now, locked=True, shut=shut_routes(tx, now))
    # What may not start any more is decided again, and counted then.
    counts["due"] -= len(ready) - len(go)
    return go, counts


def _settle_then_start(
    shop: Shop, spoken: Sequence[Delivery], ready: Sequence[Claim], broken: Broken, now: datetime
) -> tuple[set[int], Counts]:
    """One of them raised: in several transactions, so that it is alone with that."""
    counts = settle(shop, spoken, now, heard=True)
    counts.update(settle_unbuilt(shop, broken, now))
    go, failed = start(shop, ready, now, paced=True)
    counts.update(Counts({"failed": failed, "due": len(go) + failed - len(ready)}))
    return go, counts
