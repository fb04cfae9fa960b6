"""The trip of a batch: claimed and decided, written, started, spoken and settled, and never back.

The queue claims ahead as the kind of letter says, which for touches also decides, and gives out groups. Each
lane writes a group, starts it in the transaction that settles its last one, and speaks it, so that the relay
is kept busy. What a dead worker left is taken over by `advance.take_over`, whatever its kind.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from flows.work.counts import Counts
from flows.work.deadline import NEVER, Deadline
from flows.work.sending.letters import Kind
from flows.work.sending.queue import LANES, Group, Queue
from flows.work.sending.settle import settle, surely
from flows.work.sending.start import turn
from flows.work.shop.wire import Shop
from nurture.values import Delivery
from nurture.words import Reason


async def deliver(
    shop: Shop, kind: Kind, now: datetime, limit: int | None = None, deadline: Deadline = NEVER
) -> tuple[Counts, Counter[Reason]]:
    """Send what is due of a kind; returns the counts, and what is held by reason.

    At most `limit` are looked at, and none is begun past the `deadline`. When cancelled, what is being
    spoken is settled first.
    """
    queue = Queue(shop, kind, now, limit, deadline)
    try:
        while True:
            await _all_lanes(queue)
            if not queue.reopen():
                break
    finally:
        await _to_its_end(queue.close())
    return queue.total, queue.held


async def _lane(queue: Queue) -> None:
    """One group after the other; the last is settled before a turn is waited for, and at the end."""
    group: Group | None = None
    spoken: Sequence[Delivery] = ()
    leads: Sequence[int | None] = ()
    try:
        while (group := await queue.next(wait=not spoken)) is not None or spoken:
            if group is None:
                ended, spoken = spoken, ()
                await _settle(queue, ended)
                continue
            letters, counts = await surely(turn, queue.shop, queue.kind, group, spoken, leads, queue.clock())
            queue.total.update(counts)
            spoken, leads, group = (), group.leads, None
            spoken = await queue.kind.send(queue.shop, letters, queue.clock) if letters else ()
    except BaseException:
        queue.stop()  # the other lane settles what it speaks, and ends
        if group is not None:
            queue.put_back(group)
        raise
    finally:
        await _settle(queue, spoken)


async def _settle(queue: Queue, spoken: Sequence[Delivery]) -> None:
    if spoken:
        queue.total.update(await surely(settle, queue.shop, spoken, queue.clock()))


async def _all_lanes(queue: Queue) -> None:
    lanes = asyncio.gather(*(_lane(queue) for _ in range(LANES)), return_exceptions=True)
    try:
        results = await asyncio.shield(lanes)
    except asyncio.CancelledError:
        queue.stop()
        await _to_its_end(lanes)
        raise
    for result in results:
        if result is not None:
            raise result


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
