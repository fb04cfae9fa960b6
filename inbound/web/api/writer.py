"""Writes what arrives at the same time in one transaction: each commit waits for the disk once, for all."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbound.web.api.fault import ApiFault
from leadstore.events.arrivals import Arrival, write_arrivals
from leadstore.store import Store, in_thread
from nurture.blame import blame, is_own
from nurture.events.values import ItemOutcome, refused
from nurture.privacy.seals import Seals

log = logging.getLogger(__name__)

TOGETHER = 1000
"""Items of one transaction: what begins another is a new one."""
MOST_WAITING = 20_000
"""Items that may wait in this process; who comes then is asked to come later."""


@dataclass(slots=True)
class _Post:
    """What one request brought, and where its outcomes are awaited."""

    arrivals: Sequence[Arrival]
    now: datetime
    keep: timedelta
    outcomes: asyncio.Future[list[ItemOutcome]]


class PostWriter:
    """Takes posts in their order; those that come while a transaction runs go together in the next."""

    def __init__(self, store: Store, seals: Seals) -> None:
        self._store, self._seals = store, seals
        self._posts: deque[_Post] = deque()
        self._waiting = 0
        self._running: asyncio.Task[None] | None = None

    async def write(self, arrivals: Sequence[Arrival], now: datetime, keep: timedelta) -> list[ItemOutcome]:
        """Write; one outcome each, in their order. It is committed when this returns.

        Raises:
            StoreError: nothing of it was written. ApiFault: too much waits already.
        """
        if not arrivals:
            return []
        if self._waiting + len(arrivals) > MOST_WAITING:
            raise ApiFault(503, "too much waits to be written", "post it again", {"Retry-After": "2"})
        post = _Post(arrivals, now, keep, asyncio.get_running_loop().create_future())
        self._posts.append(post)
        self._waiting += len(arrivals)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await post.outcomes

    async def _run(self) -> None:
        while self._posts:
            taken = self._take()
            try:
                arrivals = [one for post in taken for one in post.arrivals]
                outcomes = await in_thread(self._write, arrivals, taken[-1])
            except Exception as error:  # whoever waits must hear of it, whatever it was
                for post in taken:
                    if not post.outcomes.done():
                        post.outcomes.set_exception(error)
                continue
            at = 0
            for post in taken:
                if not post.outcomes.done():  # its sender may have left
                    post.outcomes.set_result(outcomes[at : at + len(post.arrivals)])
                at += len(post.arrivals)

    def _take(self) -> list[_Post]:
        taken, size = [self._posts.popleft()], 0
        size = len(taken[0].arrivals)
        while self._posts and size + len(self._posts[0].arrivals) <= TOGETHER:
            taken.append(self._posts.popleft())
            size += len(taken[-1].arrivals)
        self._waiting -= size
        return taken

    def _write(self, arrivals: Sequence[Arrival], latest: _Post) -> list[ItemOutcome]:
        """One transaction; should an item raise, one for each half, down to the one that did."""
        try:
            with self._store.begin(first=True) as tx:
                return write_arrivals(tx, arrivals, latest.now, keep=latest.keep, seals=self._seals)
        except Exception as error:
            if not is_own(error):
                raise
            if len(arrivals) == 1:
                return [_culprit(arrivals[0], error)]
        half = len(arrivals) // 2
        return [*self._write(arrivals[:half], latest), *self._write(arrivals[half:], latest)]


def _culprit(arrival: Arrival, error: Exception) -> ItemOutcome:
    why = blame(error)
    log.error("an item of source %s was refused: %s at %s", arrival.source, why.error, why.place)
    return refused(arrival.said.id, "the store does not take it", "tell the operator: its log says why")
