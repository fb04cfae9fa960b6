"""Holds a lock of the store while a block runs, for what only one process may do at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from leadstore.database.locks import Hold, take_lock
from leadstore.store import Store, in_thread
from nurture.errors import LockHeld, StoreError

log = logging.getLogger("nurture.single")

BEAT_SECONDS = 10
"""How often a holder looks whether the lock is still its own; several looks fit into IDLE_SECONDS."""


@dataclass(slots=True)
class HeldLock:
    """A lock that is held. `lost` fails with LockHeld once another process has it."""

    store: Store
    name: str
    hold: Hold
    lost: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_over(self) -> bool:
        """Whether another process has the lock; work that needs it then ends at the next page."""
        return self.lost.done()

    async def watch(self) -> None:
        """Check the lock every BEAT_SECONDS; one lost with its connection is taken again if it is free."""
        while not self.is_over:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await in_thread(self._renew)
            except LockHeld as error:
                self.lost.set_exception(error)
            except StoreError as error:  # a store that does not answer for a moment does not end the hold
                log.error("the lock %s could not be looked at: %s", self.name, error)

    def _renew(self) -> None:
        if self.hold.stands():
            return
        hold = take_lock(self.store, self.name, me())
        if hold is None:
            raise LockHeld(f"another process has taken the lock {self.name!r} of this store")
        self.hold.release()
        self.hold = hold


@contextlib.asynccontextmanager
async def only_one(store: Store, name: str) -> AsyncIterator[HeldLock | None]:
    """Hold the named lock while the block runs; None when another process has it.

    Raises:
        StoreGone: the database does not answer.
    """
    hold = await in_thread(take_lock, store, name, me())
    if hold is None:
        yield None
        return
    turn = HeldLock(store, name, hold)
    watching = asyncio.create_task(turn.watch(), name=f"lock {name}")
    try:
        yield turn
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        if turn.is_over:
            turn.lost.exception()  # marks the exception as seen: the waiters of `lost` have had it
        turn.lost.cancel()
        await in_thread(turn.hold.release)


def me() -> str:
    """This process, as others are told of it."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"
