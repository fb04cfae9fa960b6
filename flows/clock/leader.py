"""The lock by which one process of a store keeps the embedded clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from flows.clock.rivals import refuse_rivals
from flows.work.shop.readiness import ready_store
from flows.work.shop.settings import Settings
from flows.work.shop.single import only_one
from leadstore.database.locks import lock_holder
from leadstore.store import Store, in_thread
from nurture.errors import LockHeld

NAME = "clock"


@contextlib.asynccontextmanager
async def leading(store: Store) -> AsyncIterator[asyncio.Future[None]]:
    """Lead while the block runs; the future fails with LockHeld should another process take over.

    Raises:
        LockHeld: another process leads; names who.
    """
    async with only_one(store, NAME) as turn:
        if turn is None:
            holder = await in_thread(lock_holder, store, NAME) or "a process that has just ended"
            raise LockHeld(
                f"another `nurture up` leads this store: {holder}",
                hint="stop it first; one that was killed is gone at once, a frozen machine within 30 seconds",
            )
        yield turn.lost


@contextlib.asynccontextmanager
async def leading_alone(settings: Settings) -> AsyncIterator[asyncio.Future[None]]:
    """The lead of a store that is opened for it: taken before anything else is started.

    Raises:
        LockHeld: another process leads, or deployments work on the store; names who.
    """
    with contextlib.closing(await in_thread(ready_store, settings)) as store:
        await refuse_rivals(store)
        async with leading(store) as lost:
            yield lost


def refuse_beside_leader(store: Store) -> None:
    """Refuse while another process keeps the clock of this store.

    Raises:
        LockHeld: one does; names who.
    """
    holder = lock_holder(store, NAME)
    if holder is not None:
        raise LockHeld(f"another `nurture up` leads this store: {holder}", hint="stop it first")
