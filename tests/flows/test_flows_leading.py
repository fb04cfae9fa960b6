"""The leader's lease: one process keeps the clock, and its end frees the store at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from flows import leading
from flows.leading import NAME, lead, me, step_down
from leadstore.locks import acquire_lease, lease_holder
from leadstore.store import Store
from nurture.errors import LockHeld


def _holder(store: Store) -> str | None:
    with store.read() as tx:
        return lease_holder(tx, NAME, datetime.now(UTC))


def _give_to(store: Store, holder: str, lease: timedelta = timedelta(minutes=1)) -> None:
    with store.begin() as tx:
        acquire_lease(tx, NAME, holder, datetime.now(UTC), lease)


def _dead() -> str:
    """A process of this machine that is no more."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{me().rpartition(':')[0]}:{ended.pid}"


def test_a_free_store_is_led(store: Store) -> None:
    """Who asks first leads, and may ask again."""
    lead(store)
    lead(store)

    assert _holder(store) == me()


def test_a_led_store_is_refused(store: Store) -> None:
    """The error names the leader."""
    _give_to(store, "elsewhere:4711")

    with pytest.raises(LockHeld, match="elsewhere:4711"):
        lead(store)


def test_a_lease_that_ran_out_is_free(store: Store) -> None:
    """A leader on a machine that burnt down is waited for only so long."""
    _give_to(store, "elsewhere:4711", timedelta(seconds=-1))

    lead(store)

    assert _holder(store) == me()


def test_a_dead_process_of_this_machine_leads_nothing(store: Store) -> None:
    """After kill -9 the next start need not wait for the lease."""
    _give_to(store, _dead())

    lead(store)

    assert _holder(store) == me()


@pytest.mark.parametrize("holder", ["{host}:1", "{host}:not-a-number"], ids=["alive", "unknown"])
def test_a_live_process_of_this_machine_is_respected(store: Store, holder: str) -> None:
    """Only a process that is surely gone is passed over."""
    _give_to(store, holder.format(host=me().rpartition(":")[0]))

    with pytest.raises(LockHeld):
        lead(store)


def test_who_steps_down_frees_the_store(store: Store) -> None:
    """A clean stop leaves no lease behind."""
    lead(store)

    step_down(store)

    assert _holder(store) is None


async def test_the_block_holds_the_lease_and_gives_it_back(store: Store) -> None:
    """Inside it is ours, after it nobody's."""
    async with leading.leading(store):
        held = _holder(store)

    assert (held, _holder(store)) == (me(), None)


async def test_a_lease_that_was_taken_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader that slept too long learns that it leads no more."""
    monkeypatch.setattr(leading, "RENEW_SECONDS", 0.02)
    async with leading.leading(store) as lost:
        step_down(store)
        _give_to(store, "elsewhere:4711")

        with pytest.raises(LockHeld, match="elsewhere"):
            await asyncio.wait_for(lost, 5)
