"""Answers that come late, twice, or from a relay that means us: nobody is mailed early or barred for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.work.sending.advance import advance, take_over
from flows.work.sending.letters import compose
from flows.work.sending.settle import settle
from flows.work.sending.touches import TOUCHES, claim
from flows.work.signals.intake import intake
from leadstore.consents.grants import withdraw_all
from leadstore.outbox.letters import mark_started
from leadstore.rows import enrolment, suppression
from leadstore.store import Store
from nurture.errors import StoreGone
from nurture.values import Delivery
from nurture.words import Remedy
from outbound.testing import MemoryRelay
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

TWO = "- send: hello\n- wait: 3 days\n- send: more"
MINUTE = timedelta(minutes=1)
OVERDUE = TUESDAY + HOUR
"""Later than every lease."""


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


async def claimed(work: Workshop) -> Any:
    """The first touch of TWO, claimed."""
    work.apply(files(TWO))
    work.happens(work.lead(), "form.submitted")
    await intake(work.shop, TUESDAY)
    return claim(work.shop, TUESDAY, 10)


async def started(work: Workshop) -> list[Delivery]:
    """The first touch of TWO under way; returns the answer that its relay is about to give."""
    batch = await claimed(work)
    letters, _ = compose(work.shop, TOUCHES, batch, batch.claims, TUESDAY)
    with work.shop.store.begin() as tx:
        mark_started(tx, batch.claims, TUESDAY)
    return [Delivery(one.outbox_id, one.attempt, Remedy.TAKEN, TUESDAY, 250, "ok") for one in letters]


def stands(work: Workshop) -> list[tuple[str, str]]:
    return [(e.state, e.step) for e in work.rows(enrolment)]


async def test_a_lost_touch_does_not_cut_the_next_wait_short(work: Workshop) -> None:
    """A lease may end between taking over and claiming: the enrolment is moved on once, not twice."""
    await started(work)
    claim(work.shop, OVERDUE, 10)

    take_over(work.shop, OVERDUE + MINUTE)
    await advance(work.shop, OVERDUE + 2 * MINUTE)

    assert [row.state for row in work.rows()] == ["uncertain"]
    assert stands(work) == [("active", "wait")]


async def test_a_late_answer_does_not_cut_the_next_wait_short(work: Workshop) -> None:
    """The relay answers after the lease, when another worker has moved the enrolment on."""
    answers = await started(work)
    claim(work.shop, OVERDUE, 10)

    settle(work.shop, answers, OVERDUE + MINUTE)
    await advance(work.shop, OVERDUE + 2 * MINUTE)

    assert [row.state for row in work.rows()] == ["sent"]
    assert stands(work) == [("active", "wait")]


async def test_a_late_answer_does_not_revive_what_ended(work: Workshop) -> None:
    """An enrolment that was stopped while its touch was under way stays stopped."""
    answers = await started(work)
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, OVERDUE, "page")
    claim(work.shop, OVERDUE, 10)

    settle(work.shop, answers, OVERDUE + MINUTE)

    assert stands(work) == [("stopped", "hello")]


async def test_a_late_no_leaves_nothing_planned(work: Workshop) -> None:
    """A 4xx for a touch that its enrolment has left behind will not be tried again, and says so."""
    [answer] = await started(work)
    claim(work.shop, OVERDUE, 10)
    later = Delivery(answer.outbox_id, answer.attempt, Remedy.RETRY, TUESDAY, 451, "later")

    settle(work.shop, [later], OVERDUE + MINUTE)

    assert [row.state for row in work.rows()] == ["failed"]
    assert stands(work) == [("active", "wait")]


async def test_what_was_claimed_for_an_ended_enrolment_is_closed(work: Workshop) -> None:
    """A worker dies after its claim and the lead leaves: the touch is skipped, not planned for ever (I2)."""
    await claimed(work)
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, OVERDUE, "page")

    claim(work.shop, OVERDUE, 10)
    take_over(work.shop, OVERDUE + MINUTE)

    assert [(row.state, row.slot_at) for row in work.rows()] == [("skipped", None)]


async def test_each_touch_has_its_own_retries(work: Workshop) -> None:
    """What an earlier step met does not lengthen the pauses of the next, nor spend its attempts."""
    answers = iter(["451 later", None, "451 later"])
    work.shop.relay = MemoryRelay(lambda recipient: next(answers))
    work.apply(files("- send: hello\n- wait: 1 days\n- send: more"))
    work.happens(work.lead(), "form.submitted")

    for moment in (TUESDAY, TUESDAY + 10 * MINUTE, TUESDAY + DAY + HOUR):
        await work.tick(moment)

    again = work.rows()[-1]
    assert (again.state, again.due_at) == ("planned", TUESDAY + DAY + HOUR + 5 * MINUTE)


@pytest.mark.parametrize(
    ("answer", "suppressed"),
    [
        ("550 5.1.1 no such user", ["bounce"]),
        ("550 sorry, no mailbox here by that name (#5.1.1)", ["bounce"]),
        ("556 5.1.10 recipient address has null MX", ["bounce"]),
        ("550 Mailbox not found", ["bounce"]),
        ("550 5.1.8 sender's domain does not exist", []),
        ("550 5.1.7 bad sender's mailbox", []),
        ("554 5.7.1 blocked, see http://list.example/185.1.1.3", []),
        ("550 your host 10.5.1.1 is blocked", []),
    ],
    ids=[
        "unknown",
        "at the end",
        "null mx",
        "in words",
        "our domain",
        "our mailbox",
        "a host",
        "a host that ends so",
    ],
)
async def test_only_a_mailbox_that_is_not_there_is_suppressed(
    work: Workshop, answer: str, suppressed: list[str]
) -> None:
    """What a relay says against the sender, or a host's number in it, bars no lead for ever."""
    work.shop.relay = MemoryRelay(lambda recipient: answer)
    work.apply(files("- send: hello"))
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    assert [row.reason for row in work.rows(suppression)] == suppressed


class AwayOnce:
    """A store that is gone for one transaction, when it is told so."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.away = False

    @contextmanager
    def begin(self, job: str = "") -> Iterator[Any]:
        """One transaction, or none."""
        if self.away:
            self.away = False
            raise StoreGone("the store is locked", hint="wait")
        with self.store.begin(job) as tx:
            yield tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


async def test_an_outcome_outlives_an_outage_of_the_store(work: Workshop) -> None:
    """A store that is locked or restarted just after the relay answered leaves no doubt behind."""
    work.shop.store = away = AwayOnce(work.shop.store)  # type: ignore[assignment]

    def answer(recipient: str) -> None:
        away.away = True

    work.shop.relay = MemoryRelay(answer)
    work.apply(files("- send: hello"))
    work.happens(work.lead(), "form.submitted")

    counts = await work.tick()

    assert (counts["sent"], [row.state for row in work.rows()]) == (1, ["sent"])
