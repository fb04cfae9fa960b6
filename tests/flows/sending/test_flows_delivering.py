"""The lanes: the relay is kept busy, few touches are ever in doubt, and a stop loses nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from flows.work.sending.advance import advance
from flows.work.sending.queue import GROUP, LANES
from flows.work.signals.intake import intake
from leadstore.store import Store
from nurture.errors import StoreGone
from nurture.values import Delivery, Letter
from outbound.testing import MemoryRelay
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY

LEADS = 150


class SlowRelay(MemoryRelay):
    """Takes its time, and remembers how many touches were started whenever it was spoken to."""

    def __init__(self, work: Workshop) -> None:
        super().__init__()
        self.work = work
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.started: list[int] = []

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        self.asked.set()
        await self.may_answer.wait()
        self.started.append(sum(row.state == "started" for row in self.work.rows()))
        await asyncio.sleep(0.01)
        return await super().send(letters, now)


@pytest.fixture
async def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop with many leads about to be mailed, and a relay that waits for our word."""
    made = workshop(store, tmp_path)
    made.apply(files("- send: hello"))
    for number in range(LEADS):
        made.happens(made.lead(f"lead{number}"), "form.submitted")
    await intake(made.shop, TUESDAY)
    made.shop.relay = made.relay = SlowRelay(made)
    return made


def states(work: Workshop) -> Counter[str]:
    """How many rows stand in each state."""
    return Counter(row.state for row in work.rows())


async def test_few_are_ever_in_doubt(work: Workshop) -> None:
    """However many are due, no more than 64 are started and not settled at any moment."""
    work.relay.may_answer.set()

    counts = await advance(work.shop, TUESDAY)

    assert (counts["sent"], counts["due"]) == (LEADS, LEADS)
    assert max(work.relay.started) <= LANES * GROUP <= 64


async def test_a_cancelled_tick_settles_what_it_speaks(work: Workshop) -> None:
    """Cancelled in the middle: what is being spoken is settled, the rest is due at once, none is in doubt."""
    ticking = asyncio.create_task(advance(work.shop, TUESDAY))
    await work.relay.asked.wait()
    ticking.cancel()
    work.relay.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await ticking
    found = states(work)

    assert set(found) == {"sent", "planned"}
    assert found["sent"] == len(work.relay.letters)
    assert (await advance(work.shop, TUESDAY))["sent"] == LEADS - found["sent"]


async def test_a_stop_begins_nothing_new(work: Workshop) -> None:
    """Asked to stop, the tick ends with what it speaks settled, and gives the rest back."""
    ticking = asyncio.create_task(advance(work.shop, TUESDAY))
    await work.relay.asked.wait()
    work.shop.stopping = True
    work.relay.may_answer.set()
    counts = await ticking

    assert states(work) == {"sent": counts["sent"], "planned": LEADS - counts["sent"]}
    assert counts["due"] == counts["sent"] <= LANES * GROUP


async def test_an_outcome_outlives_an_outage(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store gone for a moment while mail is out: the outcomes are written when it is back."""
    monkeypatch.setattr("flows.work.sending.settle.PAUSES", (0.01, 0.01, 0.01))
    begin, gone = work.shop.store.begin, iter([True, True])

    def sometimes(job: str = "") -> object:
        if work.relay.letters and next(gone, False):
            raise StoreGone("gone", hint="wait")
        return begin(job)

    monkeypatch.setattr(work.shop.store, "begin", sometimes)
    work.relay.may_answer.set()

    counts = await advance(work.shop, TUESDAY)

    assert (counts["sent"], states(work)) == (LEADS, {"sent": LEADS})
