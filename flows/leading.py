"""The leader's lease: of all the processes on one store, one keeps the embedded clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from flows.rivals import refuse_rivals
from flows.work.readiness import ready_store
from flows.work.settings import Settings
from leadstore.locks import acquire_lease, lease_holder, release_lease
from leadstore.store import Store, in_thread
from nurture.errors import LockHeld, NurtureError

log = logging.getLogger("nurture.lease")

NAME = "clock"
LEASE = timedelta(seconds=45)
RENEW_SECONDS = 10
"""Several renewals fit into one lease, so that a slow disk does not depose a leader."""


@contextlib.asynccontextmanager
async def leading(store: Store) -> AsyncIterator[asyncio.Future[None]]:
    """Hold the lease while the block runs; the future fails with LockHeld should another process take it.

    Raises:
        LockHeld: another process has it; names who.
    """
    await in_thread(lead, store)
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    renewing = asyncio.create_task(_renew(store, lost), name="lease")
    try:
        yield lost
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        lost.cancel()
        await in_thread(step_down, store)


@contextlib.asynccontextmanager
async def leading_alone(settings: Settings) -> AsyncIterator[asyncio.Future[None]]:
    """The lease of a store that is opened for it: taken before anything else is started.

    Raises:
        LockHeld: another process has it, or deployments work on the store; names who.
    """
    store = await in_thread(ready_store, settings)
    try:
        await refuse_rivals(store)
        async with leading(store) as lost:
            yield lost
    finally:
        store.close()


async def _renew(store: Store, lost: asyncio.Future[None]) -> None:
    while not lost.done():
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await in_thread(lead, store)
        except LockHeld as error:
            lost.set_exception(error)
        except NurtureError as error:  # a store that is away for a moment deposes nobody
            log.error("the lease could not be renewed: %s", error)


def refuse_beside_leader(store: Store) -> None:
    """Refuse while another process keeps the clock of this store.

    Two that ask in the same instant may hold it against each other: the second look tells.

    Raises:
        LockHeld: one does; names who.
    """
    for pause in (0.1, 0.3, 0):
        try:
            lead(store)
        except LockHeld:
            if not pause:
                raise
            time.sleep(pause)
        else:
            step_down(store)
            return


def me() -> str:
    """This process, as the lease names it."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def lead(store: Store) -> None:
    """Take the lease, or renew it.

    Raises:
        LockHeld: another process has it; names who, and until when it may.
    """
    now = datetime.now(UTC)
    with store.begin() as tx:
        holder = lease_holder(tx, NAME, now)
        if holder is not None and _is_dead(holder):
            release_lease(tx, NAME, holder)
        if acquire_lease(tx, NAME, me(), now, LEASE):
            return
    raise LockHeld(
        f"another `nurture up` leads this store: {holder}",
        hint=f"stop it first; if it was killed on another machine, wait {LEASE.seconds} seconds",
    )


def step_down(store: Store) -> None:
    """Give the lease back, so that the next leader need not wait for it to run out."""
    with store.begin() as tx:
        release_lease(tx, NAME, me())


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is no more: only then may it be passed over."""
    host, _, number = holder.rpartition(":")
    if host != socket.gethostname()[:80] or not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
