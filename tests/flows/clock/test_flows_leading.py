"""The leader: one process keeps the clock, and its end frees the store at once."""

from __future__ import annotations

import asyncio
import os

import pytest
from sqlalchemy import text

from flows.clock.leader import NAME, leading
from flows.work.shop import single
from flows.work.shop.single import me, only_one
from leadstore.database.locks import Hold, lock_holder, take_lock
from leadstore.store import Store, in_thread, open_store
from nurture.errors import LockHeld, StoreGone


def _take(store: Store, holder: str) -> Hold:
    taken = take_lock(store, NAME, holder)
    assert taken is not None
    return taken


async def test_the_block_leads_and_steps_down(store: Store) -> None:
    """Inside the lead is ours, after it nobody's."""
    async with leading(store):
        held = lock_holder(store, NAME)

    assert (held, lock_holder(store, NAME)) == (me(), None)


async def test_a_led_store_is_refused(store: Store) -> None:
    """The error names the leader."""
    other = _take(store, "elsewhere:4711")

    with pytest.raises(LockHeld, match="leads this store: elsewhere:4711"):
        async with leading(store):
            pass
    other.release()


async def test_what_another_does_is_left_to_it(store: Store) -> None:
    """Who asks second is told so by a value: it is no error."""
    async with only_one(store, "sweep") as first, only_one(store, "sweep") as second:
        assert (first is not None, second) == (True, None)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the lock without a pause."""
    monkeypatch.setattr(single, "BEAT_SECONDS", 0.02)


async def _steal(store: Store, holder: str) -> Hold:
    """What a dead session or a deleted file leads to: the lock is lost, and another process takes it."""
    if store.dialect == "postgresql":
        with store.begin() as tx:
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :me"
            tx.execute(text(ends), {"me": me()})
    else:
        os.unlink(f"{store.engine.url.database}.{NAME}.lock")
    for _ in range(500):
        if (taken := take_lock(store, NAME, holder)) is not None:
            return taken
    raise AssertionError("the lock was not lost")


async def test_a_leader_that_lost_the_lock_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It learns that it leads no more."""
    monkeypatch.setattr(single, "BEAT_SECONDS", 0.5)
    async with leading(store) as lost:
        thief = await _steal(store, "elsewhere:4711")

        with pytest.raises(LockHeld, match="another process has taken"):
            await asyncio.wait_for(lost, 5)
    thief.release()


async def test_nobody_is_surprised_by_a_lock_that_was_lost(store: Store, quick: None) -> None:
    """Work under a lock asks whether it is still its own; the block ends in order all the same."""
    async with only_one(store, NAME) as turn:
        assert turn is not None
        thief = await _steal(store, "elsewhere:4711")
        while not turn.is_over:
            await asyncio.sleep(0.01)
    thief.release()


@pytest.mark.postgres
async def test_a_restart_of_the_database_deposes_nobody(postgres_url: str, quick: None) -> None:
    """The session is gone, and nobody else asked: the leader takes the lock again."""
    store = open_store(postgres_url)
    async with leading(store) as lost:
        (await _steal(store, "nobody")).release()
        for _ in range(200):
            if lock_holder(store, NAME) == me():
                break
            await asyncio.sleep(0.02)

        assert (lock_holder(store, NAME), lost.done()) == (me(), False)
    store.close()


async def test_a_store_that_is_away_for_a_moment_deposes_nobody(
    store: Store, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next look decides."""
    asked: list[str] = []

    def away(*_: object) -> None:
        asked.append("asked")
        raise StoreGone("it is away")

    async with only_one(store, NAME) as turn:
        assert turn is not None
        monkeypatch.setattr(type(turn.hold), "stands", away)
        while len(asked) < 2:
            await asyncio.sleep(0.01)

        assert not turn.is_over
    assert await in_thread(lock_holder, store, NAME) is None
