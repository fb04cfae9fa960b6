"""Handoffs: one per lead and cycle, round-robin, closed when the lead buys, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from leadstore.handoffs import answer, assign, close_for, due_times, open_handoffs, unassigned
from leadstore.rows import handoff, seller
from leadstore.scores import recycle
from leadstore.snapshots import lock_leads
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
        found = open_handoffs(tx, causes, SELLERS if sellers is None else sellers, NOON, DUE)
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
        [given] = assign(tx, unassigned(tx, 10), SELLERS, NOON + DAY, DUE)
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

        assert open_handoffs(tx, {}, SELLERS, NOON, DUE) == []
        assert assign(tx, [], SELLERS, NOON, DUE) == []


def test_offering_and_closing_do_not_wait_for_each_other(store: Store, ids: list[int]) -> None:
    """One worker takes in what a lead did while another offers it: the lead's row is both's first lock."""
    offered(store, ids, sellers=[])
    begun = Event()

    def offer() -> int:
        begun.wait()
        with store.begin() as tx:
            return len(assign(tx, unassigned(tx, 10), SELLERS, NOON, DUE))

    with ThreadPoolExecutor() as other:
        given = other.submit(offer)
        with store.begin() as tx:
            lock_leads(tx, ids[:1])
            begun.set()
            wait([given], timeout=0.5)  # by now it waits for the lead
            close_for(tx, ids[:1], NOON)

    assert given.result() == 2
