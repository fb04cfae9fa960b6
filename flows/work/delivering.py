"""Keeps the relay busy: while one group is spoken, the next is built and started and the last is settled."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.work.composing import compose
from flows.work.pacing import shut_routes
from flows.work.settling import fail_unbuilt, settle, settle_in, surely
from flows.work.wiring import Shop
from leadstore.outbox import give_back, mark_started
from leadstore.snapshots import lock_leads
from leadstore.store import in_thread
from nurture.book import Book
from nurture.values import Claim, Delivery, Letter, Snapshot

LANES = 2
"""Groups under way at once: one is spoken while the other is built, started and settled."""
GROUP = 32
"""Touches started by one commit. After kill -9, no more than LANES x GROUP are uncertain."""
TOGETHER = timedelta(seconds=1)
"""Turns that lie closer are started by one commit; a slower pace makes smaller groups."""
PACED_TICK = timedelta(seconds=50)
"""A tick that waits for turns claims no more after this: the next one goes on."""
STEP = 0.2
"""Seconds between two looks whether to stop, while a turn is waited for."""
BATCH = 500
"""Leads claimed at once: they are decided while the lanes speak."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought."""

    leads: int
    claims: Sequence[Claim]
    snapshots: Mapping[int, Snapshot]
    book: Book | None
    tally: Counter[str]
    held: Counter[str]
    paced: bool = False  # some had to wait for a turn


@dataclass(frozen=True, slots=True)
class Group:
    """Touches of one batch that are started together."""

    batch: Batch
    claims: Sequence[Claim]

    @property
    def start_at(self) -> datetime:
        """The turn of its last touch: all of it may start then."""
        return _turn_of(self.claims[-1])


class Feed:
    """Gives out groups of claimed touches, and claims the next leads before the last group is gone."""

    def __init__(self, shop: Shop, now: datetime, claim: Callable[..., Batch], limit: int | None) -> None:
        self.total: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self._shop, self._now, self._claim, self._left = shop, now, claim, limit
        self._groups: deque[Group] = deque()
        self._unsent: list[Claim] = []
        self._coming: asyncio.Task[Batch] | None = None
        self._lock = asyncio.Lock()
        self._dry = False
        self._found = False
        self._paced = False
        self._until = shop.clock(now) + PACED_TICK

    async def next(self) -> Group | None:
        """The next group; None once nothing is due any more, or a stop was asked for."""
        async with self._lock:
            while not self._groups and self._goes_on():
                self._look_ahead()
                await self._take()
            if self._shop.stopping or not self._groups:
                return None
            group = self._groups.popleft()
            if len(self._groups) < LANES and self._goes_on():
                self._look_ahead()
            return group

    def reopen(self) -> bool:
        """Look again, for what was just settled may be due for its next step; False: nothing was due."""
        found, self._found = self._found, False
        self._dry = False
        return found and self._goes_on()

    def stop(self) -> None:
        """Give out nothing more."""
        self._dry = True
        self._unsent += [claim for group in self._groups for claim in group.claims]
        self._groups.clear()

    async def close(self) -> None:
        """Give back what was claimed and not given out, so that the next tick need not wait for the lease."""
        if self._coming is not None:
            await self._take()
        self.stop()
        ids = [claim.id for claim in self._unsent]
        if ids:
            await in_thread(_give_back, self._shop, ids, self._shop.clock(self._now))
            self.total["due"] -= len(ids)

    def put_back(self, group: Group) -> None:
        """Take back a group that was given out and not started."""
        self._unsent += group.claims

    def _goes_on(self) -> bool:
        late = self._paced and self._shop.clock(self._now) >= self._until
        wanted = self._left is None or self._left > 0
        return wanted and not (self._dry or late or self._shop.stopping)

    def _look_ahead(self) -> None:
        if self._coming is None:
            size = BATCH if self._left is None else min(BATCH, self._left)
            # With mail out, an outage of the store is waited for; before that, the tick says so at once.
            carefully = surely if self._found else in_thread
            coming = carefully(self._claim, self._shop, self._shop.clock(self._now), size)
            self._coming = asyncio.ensure_future(coming)

    async def _take(self) -> None:
        assert self._coming is not None
        coming, self._coming = self._coming, None
        batch = await coming
        self._dry = self._dry or not batch.leads
        self._found = self._found or bool(batch.leads)
        self._left = None if self._left is None else self._left - batch.leads
        self.total.update(batch.tally)
        self.held.update(batch.held)
        self._paced = self._paced or batch.paced
        self._groups.extend(Group(batch, claims) for claims in _in_turn(batch.claims))


def _in_turn(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Groups that are started together: in the order of their turns, which lie within a second."""
    group: list[Claim] = []
    for claim in sorted(claims, key=_turn_of):
        if group and (len(group) == GROUP or _turn_of(claim) - _turn_of(group[0]) > TOGETHER):
            yield group
            group = []
        group.append(claim)
    if group:
        yield group


def _turn_of(claim: Claim) -> datetime:
    assert claim.start_at is not None  # the gate gives every touch that it claims a turn
    return claim.start_at


async def deliver(shop: Shop, feed: Feed, now: datetime) -> Counter[str]:
    """Send all that the feed gives. When cancelled, what is being spoken is settled first."""
    total: Counter[str] = Counter()
    try:
        while True:
            await _all_lanes(shop, feed, now, total)
            if not feed.reopen():
                return total
    finally:
        await feed.close()


async def _all_lanes(shop: Shop, feed: Feed, now: datetime, total: Counter[str]) -> None:
    lanes = asyncio.gather(*(_lane(shop, feed, now) for _ in range(LANES)), return_exceptions=True)
    try:
        results = await asyncio.shield(lanes)
    except asyncio.CancelledError:
        feed.stop()
        await lanes
        raise
    for result in results:
        if isinstance(result, BaseException):
            raise result
        total.update(result)


async def _lane(shop: Shop, feed: Feed, now: datetime) -> Counter[str]:
    total: Counter[str] = Counter()
    spoken: Sequence[Delivery] = ()
    leads: list[int] = []
    try:
        while (group := await feed.next()) is not None:
            if _is_early(shop, group, now):
                total.update(await surely(settle, shop, spoken, shop.clock(now)))
                spoken, leads = (), []
                if not await _turn_comes(shop, group, now):
                    feed.put_back(group)
                    break
            letters, counts = await surely(_turn, shop, spoken, leads, group, shop.clock(now))
            spoken = ()
            total.update(counts)
            leads = [c.lead_id for c in group.claims if c.lead_id is not None]
            spoken = await shop.relay.send(letters, lambda: shop.clock(now)) if letters else ()
    except BaseException:
        feed.stop()  # the other lane settles what it speaks, and ends
        raise
    finally:
        if spoken:
            total.update(await surely(settle, shop, spoken, shop.clock(now)))
    return total


def _is_early(shop: Shop, group: Group, now: datetime) -> bool:
    """Whether its turn is still to come; a moved clock stands still, and waits for nothing."""
    return not shop.moved and group.start_at > shop.clock(now)


async def _turn_comes(shop: Shop, group: Group, now: datetime) -> bool:
    """Wait for its turn; False: a stop was asked for."""
    while _is_early(shop, group, now) and not shop.stopping:
        await asyncio.sleep(STEP)
    return not shop.stopping


def _turn(
    shop: Shop, spoken: Sequence[Delivery], leads: Sequence[int], group: Group, now: datetime
) -> tuple[list[Letter], Counter[str]]:
    """Settle the lane's last group and start its next, in one transaction."""
    letters, broken = compose(shop, group.batch, group.claims, now)
    ready = [c for c in group.claims if c.id not in broken]
    counts: Counter[str] = Counter()
    with shop.store.begin() as tx:
        # All at once, in one order: taken in two goes, two workers might wait for each other.
        lock_leads(tx, [*leads, *(c.lead_id for c in ready if c.lead_id is not None)])
        if spoken:
            counts.update(settle_in(shop, tx, spoken, now, locked=True))
        counts.update(failed=fail_unbuilt(tx, broken, now))
        go = mark_started(tx, ready, now, locked=True, shut=shut_routes(tx, now))
    # What may not start any more is decided again, and counted then.
    counts["due"] -= len(ready) - len(go)
    return [letter for letter in letters if letter.outbox_id in go], counts


def _give_back(shop: Shop, ids: Sequence[int], now: datetime) -> None:
    with shop.store.begin() as tx:
        give_back(tx, ids, now)
