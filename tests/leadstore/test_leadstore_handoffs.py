"""Handoffs: one per lead and cycle, round-robin, closed when the lead buys, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from leadstore.enrolments.snapshots import lock_leads
from leadstore.handoffs import (
    answer,
    answer_for,
    assign,
    close_for,
    due_times,
    lapse,
    open_handoffs,
    snooze,
    unassigned,
)
from leadstore.rows import handoff, seller
from leadstore.scores.history import recycle
from leadstore.store import Store
from nurture.words import HandoffState
from tests.builders import DAY, NOON, add_lead

DUE = timedelta(days=1)
SELLERS = ["Sam", "Tess"]


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Three leads."""
    with store.begin() as tx:
        return [add_lead(tx, name)[0] for name in ("a", "b", "c")]


def offered(store: Store, ids: list[int], sellers: list[str] | None = None) -> list[str | None]:
    with store.begin() as tx:
        causes = dict.fromkeys(ids, "hand raise")
        found = open_handoffs(tx, causes, SELLERS if sellers is None else sellers, now=NOON, due=DUE)
    return [one.seller for one in found]


def test_sellers_take_turns(store: Store, ids: list[int]) -> None:
    """Each offer goes to the seller who has had the fewest, in the order of nurture.yaml."""
    assert offered(store, ids) == ["Sam", "Tess", "Sam"]


def test_one_handoff_per_cycle(store: Store, ids: list[int]) -> None:
    """A lead is not offered twice in one cycle; recycled, it is offered again."""
    first, second = offered(store, ids[:1]), offered(store, ids[:1])
    with store.begin() as tx:
        close_for(tx, ids[:1], NOON)
        recycle(tx, ids[:1])
    third = offered(store, ids[:1])

    assert (first, second, third) == (["Sam"], [], ["Tess"])


def test_a_new_seller_starts_level(store: Store, ids: list[int]) -> None:
    """Who joins later is not flooded with the leads that the others have had."""
    offered(store, ids[:2], ["Sam"])

    assert offered(store, ids[2:], ["Sam", "Tess"]) == ["Sam"]
    with store.read() as tx:
        counts = {r.name: r.offered for r in tx.execute(select(seller))}
    assert counts == {"Sam": 3, "Tess": 2}


def test_without_sellers_it_waits(store: Store, ids: list[int]) -> None:
    """Nobody to offer it to: unassigned, until somebody is."""
    nobody = offered(store, ids[:1], [])
    with store.begin() as tx:
        [given] = assign(tx, unassigned(tx, 10), SELLERS, now=NOON + DAY, due=DUE)
        due = due_times(tx, [given.id])

    assert (nobody, given.seller, due) == ([None], "Sam", {given.id: NOON + DAY + DUE})


def test_an_answer_counts_once(store: Store, ids: list[int]) -> None:
    """The first answer is kept."""
    offered(store, ids[:1])
    with store.begin() as tx:
        number = tx.scalars(select(handoff.c.id)).one()
        answers = [
            answer(tx, number, HandoffState.ACCEPTED, "", NOON),
            answer(tx, number, HandoffState.REJECTED, "timing", NOON),
        ]

        assert answers == [True, False]
        assert tx.scalar(select(handoff.c.state)) == "accepted"


def test_nothing_to_do(store: Store) -> None:
    """Empty batches ask the database nothing and change nothing."""
    with store.begin() as tx:
        close_for(tx, [], NOON)
        recycle(tx, [])

        assert open_handoffs(tx, {}, SELLERS, now=NOON, due=DUE) == []
        assert assign(tx, [], SELLERS, now=NOON, due=DUE) == []


def test_offering_and_closing_do_not_wait_for_each_other(store: Store, ids: list[int]) -> None:
    """One worker takes in what a lead did while another offers it: the lead's row is both's first lock."""
    offered(store, ids, sellers=[])
    begun = Event()

    def offer() -> int:
        begun.wait()
        with store.begin() as tx:
            return len(assign(tx, unassigned(tx, 10), SELLERS, now=NOON, due=DUE))

    with ThreadPoolExecutor() as other:
        given = other.submit(offer)
        with store.begin() as tx:
            lock_leads(tx, ids[:1])
            begun.set()
            wait([given], timeout=0.5)  # by now it waits for the lead
            close_for(tx, ids[:1], NOON)

    assert given.result() == 2


def states(store: Store) -> list[tuple[int, str, str]]:
    with store.read() as tx:
        rows = tx.execute(select(handoff).order_by(handoff.c.id))
        return [(one.lead_id, one.state, one.answer) for one in rows]


def test_several_answers_of_one_kind(store: Store, ids: list[int]) -> None:
    """Sellers who answer alike in one batch are all heard."""
    offered(store, ids)
    with store.begin() as tx:
        answer_for(
            tx, {ids[0]: "timing", ids[1]: "timing", ids[2]: "unreachable"}, HandoffState.REJECTED, now=NOON
        )

    said = ["timing", "timing", "unreachable"]
    assert states(store) == [(i, "rejected", why) for i, why in zip(ids, said, strict=True)]


def test_offers_that_nobody_answers_lapse(store: Store, ids: list[int]) -> None:
    """What is overdue by more than is allowed ends; what is answered, or still in time, stays."""
    offered(store, ids[:2])
    with store.begin() as tx:
        answer_for(tx, {ids[1]: ""}, HandoffState.ACCEPTED, now=NOON)
        early = lapse(tx, NOON + DUE + 14 * DAY - timedelta(seconds=1), 14 * DAY, limit=10)
        ended = lapse(tx, NOON + DUE + 14 * DAY, 14 * DAY, limit=10)
        again = lapse(tx, NOON + DUE + 15 * DAY, 14 * DAY, limit=10)

    assert (early, ended, again) == ({}, {ids[0]: 0}, {})
    assert states(store) == [(ids[0], "lapsed", "nobody answered"), (ids[1], "accepted", "")]


def test_an_answer_after_the_lapse_counts(store: Store, ids: list[int]) -> None:
    """A seller who takes the lead too late has it all the same; an offer of a later cycle comes first."""
    offered(store, ids[:2])
    with store.begin() as tx:
        lapse(tx, NOON + 20 * DAY, 14 * DAY, limit=10)
        recycle(tx, ids[:2])
    offered(store, ids[:1])
    with store.begin() as tx:
        answer_for(tx, dict.fromkeys(ids[:2], ""), HandoffState.ACCEPTED, now=NOON + 21 * DAY)

    told = [(lead_id, state) for lead_id, state, _ in states(store)]
    assert told == [(ids[0], "lapsed"), (ids[1], "accepted"), (ids[0], "accepted")]


def test_a_seller_may_ask_for_time(store: Store, ids: list[int]) -> None:
    """The due time moves, no further than the policy allows, and not of an offer that was answered."""
    offered(store, ids)
    with store.begin() as tx:
        answer_for(tx, {ids[2]: ""}, HandoffState.ACCEPTED, now=NOON)
        snooze(tx, {}, 60 * DAY)
        snooze(tx, {ids[0]: NOON + 9 * DAY, ids[1]: NOON + 90 * DAY, ids[2]: NOON + 9 * DAY}, 60 * DAY)
        snooze(tx, {ids[2]: NOON + 9 * DAY}, 60 * DAY)
        due = due_times(tx, ids)

    assert [due[one] for one in sorted(due)] == [NOON + 9 * DAY, NOON + 60 * DAY, NOON + DUE]
