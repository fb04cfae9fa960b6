"""The queue: claims letters ahead, and gives them out in groups, each at its turn."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.work.counts import Counts
from flows.work.deadline import NEVER, Deadline
from flows.work.sending.letters import Batch, Kind
from flows.work.sending.settle import surely
from flows.work.shop.wire import HOLD, Shop
from leadstore.outbox.letters import give_back, renew_claims
from leadstore.store import in_thread
from nurture.errors import StoreError
from nurture.values import Claim
from nurture.words import OutboxKind, Reason

log = logging.getLogger("nurture.feed")

LANES = 2
"""Groups under way at once: one is spoken while the other is built, started and settled."""
GROUP = 32
"""Letters started by one commit. After kill -9, no more than LANES x GROUP are uncertain."""
TOGETHER = timedelta(seconds=1)
"""Turns that lie closer are started by one commit; a slower pace makes smaller groups."""
PACED_TICK = timedelta(seconds=50)
"""A tick that waits for turns claims no more after this: the next one goes on."""
STEP = 0.1
"""Seconds between two looks at the clock, while a turn is waited for."""
LOOK = timedelta(seconds=5)
"""Between two looks for others that came due meanwhile."""
RENEW_SECONDS = 8
"""Several renewals fit into HOLD, so that a slow disk takes no claim away from who is at work."""


@dataclass(frozen=True, slots=True)
class Group:
    """Letters of one batch that are started together."""

    batch: Batch
    claims: Sequence[Claim]

    @property
    def start_at(self) -> datetime:
        """The turn of its last letter: all of it may start then."""
        return _turn_of(self.claims[-1])

    @property
    def leads(self) -> list[int | None]:
        """Whom its letters are to, or about."""
        return [claim.lead_id for claim in self.claims]


class Queue:
    """Gives out groups of claimed letters at their turns, and claims the next in good time."""

    def __init__(
        self, shop: Shop, kind: Kind, now: datetime, limit: int | None = None, deadline: Deadline = NEVER
    ) -> None:
        self.total = Counts()
        self.held: Counter[Reason] = Counter()
        self.shop, self.kind = shop, kind
        self._now, self._left, self._deadline = now, limit, deadline
        self._groups: deque[Group] = deque()
        self._unsent: list[Claim] = []
        self._coming: asyncio.Task[Batch] | None = None
        self._renewing = asyncio.create_task(self._renew(), name="renew claims")
        self._lock = asyncio.Lock()
        self._dry = False
        self._found = False
        self._stopped = False
        self._waited = False
        self._until = shop.clock(now) + PACED_TICK
        self._looked_at = self._free_at = shop.clock(now)

    def clock(self) -> datetime:
        """The moment work is done at."""
        return self.shop.clock(self._now)

    async def next(self, *, wait: bool) -> Group | None:
        """The next group, at its turn; None once nothing is due any more, or a stop was asked for.

        Without `wait`, None also says that its turn is still to come. While one is waited for, others that
        come due are not held up.
        """
        while True:
            async with self._lock:
                group = await self._ready()
            if group is not None or self._over() or not self._groups:
                return group
            self._waited = True
            if not wait:
                return None
            await asyncio.sleep(STEP)

    def reopen(self) -> bool:
        """Look again, for a lead may be due for its next step by now; False: nothing was due."""
        found, self._found = self._found and self.kind.name is OutboxKind.TOUCH, False
        self._dry = False
        return found and self._goes_on()

    def stop(self) -> None:
        """Give out nothing more, and wait for no turn."""
        self._dry = self._stopped = True
        self._unsent += [claim for group in self._groups for claim in group.claims]
        self._groups.clear()

    def put_back(self, group: Group) -> None:
        """Take back a group that was given out and could not be started."""
        self._unsent += group.claims

    async def close(self) -> None:
        """Give back what was claimed and not given out, so that the next tick need not wait for the lease."""
        self._renewing.cancel()
        if self._coming is not None:
            await self._take()
        self.total["unfinished"] = int(self._deadline.passed and bool(self._groups or not self._dry))
        self.stop()
        ids = [claim.id for claim in self._unsent]
        if ids:
            await in_thread(_give_back, self.shop, ids, self.clock())
            self.total["due"] -= len(ids)

    async def _ready(self) -> Group | None:
        while self._wants_more():
            self._look_ahead()
            await self._take()
        if self._over() or not self._groups or self._is_early(self._groups[0]):
            return None
        group = self._groups.popleft()
        self._free_at = max(self._free_at, self.clock()) + group.batch.interval * len(group.claims)
        if len(self._groups) < LANES and self._goes_on():
            self._look_ahead()
        return group

    def _wants_more(self) -> bool:
        """With nothing to give out, or only turns to come: others may be due that need not wait."""
        early = bool(self._groups) and self._is_early(self._groups[0])
        if early and self.clock() - self._looked_at > LOOK:
            self._dry = False
        few = sum(len(group.claims) for group in self._groups) < 2 * self.kind.size
        return (not self._groups or (early and few)) and self._goes_on()

    def _is_early(self, group: Group) -> bool:
        """Whether its turn is still to come; a moved clock stands still, and waits for nothing."""
        return not self.shop.moved and max(group.start_at, self._free_at) > self.clock()

    def _over(self) -> bool:
        return self._stopped or self.shop.stopping or self._deadline.passed

    async def _renew(self) -> None:
        """Hold what waits here: a dead worker's claims are free as soon as nobody renews them."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            ids = [claim.id for group in self._groups for claim in group.claims]
            try:
                await in_thread(_hold_on, self.shop, ids, self.clock())
            except StoreError as error:  # what could not be renewed is not started, and another takes it over
                log.warning("claims could not be renewed: %s", error)

    def _goes_on(self) -> bool:
        late = self._waited and self.clock() >= self._until
        wanted = self._left is None or self._left > 0
        return wanted and not (self._dry or late or self._over())

    def _look_ahead(self) -> None:
        if self._coming is None:
            size = self.kind.size if self._left is None else min(self.kind.size, self._left)
            # With mail out, an outage of the store is waited for; before that, the tick says so at once.
            carefully = surely if self._found else in_thread
            coming = carefully(self.kind.claim, self.shop, self.clock(), size)
            self._coming = asyncio.ensure_future(coming)

    async def _take(self) -> None:
        assert self._coming is not None
        coming, self._coming = self._coming, None
        batch = await coming
        self._looked_at = self.clock()
        self._dry = self._dry or not batch.found
        self._found = self._found or bool(batch.found)
        self._left = None if self._left is None else self._left - batch.found
        self.total.update(batch.tally)
        self.held.update(batch.held)
        fresh = [Group(batch, claims) for claims in _in_turn(batch.claims)]
        self._groups = deque(sorted([*self._groups, *fresh], key=lambda group: group.start_at))


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
    assert claim.start_at is not None  # the gate gives a claimed touch its turn; a notice goes at once
    return claim.start_at


def _hold_on(shop: Shop, ids: Sequence[int], now: datetime) -> None:
    if ids:
        with shop.store.begin() as tx:
            renew_claims(tx, ids, shop.settings.worker, now + HOLD)


def _give_back(shop: Shop, ids: Sequence[int], now: datetime) -> None:
    with shop.store.begin() as tx:
        give_back(tx, ids, now)
