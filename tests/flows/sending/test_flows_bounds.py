"""Every run is bounded in time: at its deadline it begins nothing more, and what it leaves is in no doubt."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr
from sqlalchemy import update

from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.notify import hand_off
from flows.work.scoring.rescore import LOCK as RESCORE
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance, take_over
from flows.work.sending.queue import GROUP, LANES
from flows.work.sending.touches import claim
from flows.work.shop.wire import HOLD
from flows.work.signals.entrants import LOCK as SWEEP
from flows.work.signals.intake import intake
from leadstore.database.locks import Hold, take_lock
from leadstore.rows import lead, outbox
from leadstore.store import Store
from nurture.values import Delivery, Letter
from outbound.testing import MemoryRelay
from tests.flows.signals.test_flows_standing import WARM, swept
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import HOUR, TUESDAY

LEADS = 150
PAST = Deadline(at=0.0)


class Watch:
    """A clock that stands where it is put, or moves on by `step` whenever it is read."""

    def __init__(self, step: float = 0.0) -> None:
        self.at, self.step = 0.0, step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


class PatientRelay(MemoryRelay):
    """Answers when it may, and not before."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        self.asked.set()
        await self.may_answer.wait()
        return await super().send(letters, now)


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop with the small project."""
    made = workshop(store, tmp_path)
    made.apply(files("- send: hello"))
    return made


@pytest.fixture
async def busy(work: Workshop) -> Workshop:
    """The shop with many leads about to be mailed, and a relay that waits for our word."""
    for number in range(LEADS):
        work.happens(work.lead(f"lead{number}"), "form.submitted")
    await intake(work.shop, TUESDAY)
    work.shop.relay = work.relay = PatientRelay()  # type: ignore[assignment]
    return work


def states(work: Workshop) -> Counter[str]:
    """How many rows stand in each state."""
    return Counter(row.state for row in work.rows())


def elsewhere(work: Workshop, name: str) -> Hold:
    """Another process has this lock."""
    held = take_lock(work.shop.store, name, "elsewhere:1")
    assert held is not None
    return held


def test_a_deadline_passes() -> None:
    """It passes at its moment; half of it leaves as much again; without seconds it never does."""
    watch = Watch()
    deadline = Deadline.after(10, watch)
    seen = []
    for watch.at in (0.0, 4.9, 5.0, 9.9, 10.0):
        seen.append((Deadline.after(10, Watch()).half().at, deadline.passed))

    assert seen == [(5.0, False)] * 4 + [(5.0, True)]
    assert (Deadline.after(None) == NEVER, NEVER.passed, NEVER.half().passed) == (True, False, False)


async def test_a_tick_ends_at_its_deadline(busy: Workshop) -> None:
    """It claims no more, settles what it speaks and gives the rest back: nothing is in doubt."""
    watch = Watch()
    ticking = asyncio.create_task(advance(busy.shop, TUESDAY, deadline=Deadline.after(5, watch)))
    await busy.relay.asked.wait()  # type: ignore[attr-defined]
    watch.at = 5.0
    busy.relay.may_answer.set()  # type: ignore[attr-defined]
    counts = await asyncio.wait_for(ticking, 20)

    assert 0 < counts["sent"] <= LANES * GROUP
    assert (counts["due"], counts["uncertain"], counts["unfinished"]) == (counts["sent"], 0, 1)
    assert states(busy) == {"sent": counts["sent"], "planned": LEADS - counts["sent"]}
    rest = await advance(busy.shop, TUESDAY)
    assert (rest["sent"], rest["unfinished"]) == (LEADS - counts["sent"], 0)


async def test_a_tick_that_is_done_in_time_left_nothing(busy: Workshop) -> None:
    """Its deadline is never met, and nothing is said of it."""
    busy.relay.may_answer.set()  # type: ignore[attr-defined]

    counts = await advance(busy.shop, TUESDAY, deadline=Deadline.after(5, Watch()))

    assert (counts["sent"], counts["unfinished"]) == (LEADS, 0)


async def test_a_timeout_of_prefect_puts_nothing_in_doubt(busy: Workshop) -> None:
    """Its scope cancels again and again; what is being spoken is settled all the same."""
    ticking = asyncio.create_task(_with_timeout(busy))
    await busy.relay.asked.wait()  # type: ignore[attr-defined]
    await asyncio.sleep(0.3)  # the timeout has passed
    busy.relay.may_answer.set()  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError):
        await ticking

    assert set(states(busy)) == {"sent", "planned"}
    assert states(busy)["sent"] == len(busy.relay.letters) > 0


async def test_a_timeout_puts_no_sellers_mail_in_doubt(busy: Workshop) -> None:
    """A handoff that is cancelled settles what it speaks, as a tick does: one pipeline delivers both."""
    busy.happens(busy.lead("head", job_title="Head"), "demo.requested")
    await intake(busy.shop, TUESDAY)
    handing = asyncio.create_task(hand_off(busy.shop, TUESDAY))
    await busy.relay.asked.wait()  # type: ignore[attr-defined]
    handing.cancel()
    await asyncio.sleep(0)
    busy.relay.may_answer.set()  # type: ignore[attr-defined]
    with pytest.raises(asyncio.CancelledError):
        await handing

    assert [row.state for row in busy.rows() if row.kind == "seller"] == ["sent"]


async def _with_timeout(work: Workshop) -> None:
    with anyio.fail_after(0.2):
        await advance(work.shop, TUESDAY)


async def test_a_dead_workers_claims_are_free_soon(busy: Workshop) -> None:
    """Nobody renews them: another worker goes on with them within the minute."""
    claim(busy.shop, TUESDAY, LEADS)
    held = states(busy)
    early = take_over(busy.shop, TUESDAY + HOLD), states(busy)
    take_over(busy.shop, TUESDAY + HOLD + timedelta(seconds=1))

    assert timedelta(minutes=1) > HOLD
    assert (held, early[1], states(busy)) == ({"claimed": LEADS}, held, {"planned": LEADS})


async def test_a_living_workers_claims_are_renewed(busy: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly the relay answers, what waits here is not taken over."""
    monkeypatch.setattr("flows.work.sending.queue.RENEW_SECONDS", 0.02)
    ticking = asyncio.create_task(advance(busy.shop, TUESDAY))
    await busy.relay.asked.wait()  # type: ignore[attr-defined]
    soon = TUESDAY + timedelta(seconds=1)
    with busy.shop.store.begin() as tx:
        tx.execute(update(outbox).where(outbox.c.state == "claimed").values(lease_until=soon))
    for _ in range(500):
        leases = {row.lease_until for row in busy.rows() if row.state == "claimed"}
        if leases == {TUESDAY + HOLD}:
            break
        await asyncio.sleep(0.02)
    busy.relay.may_answer.set()  # type: ignore[attr-defined]
    counts = await ticking

    assert (leases, counts["sent"]) == ({TUESDAY + HOLD}, LEADS)


async def test_signals_wait_for_the_next_run(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake ends at its deadline between two pages, and the next goes on."""
    monkeypatch.setattr("flows.work.signals.intake.BATCH", 1)
    for number in range(3):
        work.happens(work.lead(f"lead{number}"), "form.submitted")

    first = await intake(work.shop, TUESDAY, Deadline(2.5, Watch(step=1)))
    second = await intake(work.shop, TUESDAY)

    assert (first["signals"], first["unfinished"]) == (2, 1)
    assert (second["signals"], second["unfinished"]) == (1, 0)


async def test_a_sweep_keeps_its_place(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its deadline it stops between two pages; the next begins where it stopped, and not anew."""
    monkeypatch.setattr("flows.work.signals.entrants.BATCH", 2)
    await swept(work)
    ids = [work.lead(f"lead{n}", fit=20.0) for n in range(5)]
    with work.shop.store.begin() as tx:
        tx.execute(update(lead).values(changed=False))
    later = TUESDAY + HOUR
    # Read before the signals, before the changed leads, and before the sweep; then once a page.
    first = await intake(work.shop, later, Deadline(4.5, Watch(step=1)))
    with work.shop.store.begin() as tx:
        tx.execute(update(lead).where(lead.c.id.in_(ids[2:4])).values(fit=0.0))
    second = await intake(work.shop, later)
    third = await intake(work.shop, later)

    assert (first["enrolled"], first["unfinished"]) == (2, 1)
    assert (second["enrolled"], second["unfinished"]) == (1, 0)
    assert third["enrolled"] == 0


async def test_one_process_sweeps(work: Workshop) -> None:
    """Who finds the sweep taken says so in a count, and goes on without it."""
    await swept(work, WARM)
    other = elsewhere(work, SWEEP)

    counts = await intake(work.shop, TUESDAY + HOUR)
    other.release()
    again = await intake(work.shop, TUESDAY + HOUR)

    assert (counts["swept_elsewhere"], again["swept_elsewhere"]) == (1, 0)


async def test_one_process_walks_the_pass_over_everybody(work: Workshop) -> None:
    """Who finds it taken scores what is due, says so in a count, and leaves the rest to the other."""
    work.lead()
    other = elsewhere(work, RESCORE)

    counts = await rescore(work.shop, TUESDAY, full=True)
    other.release()
    again = await rescore(work.shop, TUESDAY)

    assert (counts["elsewhere"], counts["rescored"]) == (1, 1)
    assert (again["elsewhere"], again["rescored"]) == (0, 1)


async def test_rescoring_tells_what_it_left(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page: what is due first, then everybody; the next call goes on."""
    monkeypatch.setattr("flows.work.scoring.rescore.BATCH", 2)
    monkeypatch.setattr("flows.work.scoring.rescore.MASS", 2)
    for number in range(6):
        work.lead(f"lead{number}")
    due = await rescore(work.shop, TUESDAY, deadline=PAST)
    await rescore(work.shop, TUESDAY)
    some = await rescore(work.shop, TUESDAY, full=True, deadline=PAST)
    rest = await rescore(work.shop, TUESDAY)

    assert (due["rescored"], due["unfinished"]) == (2, 1)
    assert (some["rescored"], some["behind"], some["unfinished"]) == (2, 4, 1)
    assert (rest["rescored"], rest["behind"], rest["unfinished"]) == (4, 0, 0)


async def test_notices_wait_for_the_next_run(work: Workshop) -> None:
    """Past its deadline a handoff offers, and speaks to nobody; the next does."""
    work.happens(work.lead(job_title="Head"), "demo.requested")
    work.shop.settings = work.shop.settings.model_copy(update={"webhook_key": SecretStr("k" * 32)})
    await intake(work.shop, TUESDAY)

    first, second = await hand_off(work.shop, TUESDAY, PAST), await hand_off(work.shop, TUESDAY)

    assert (first["mails"], first["unfinished"]) == (0, 1)
    assert (second["mails"], second["unfinished"]) == (1, 0)
