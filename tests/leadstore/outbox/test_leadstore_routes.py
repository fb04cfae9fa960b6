"""Routes as rows, on both databases: written whole, locked in one order, told to the operator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from leadstore.outbox.routes import (
    close_route,
    count_waiting,
    lock_routes,
    read_routes,
    reopen_route,
    troubled_routes,
    wake_paced,
    write_routes,
)
from leadstore.store import Store
from nurture.deciding.routes import RELAY, Route
from nurture.errors import NotFound
from nurture.words import Closing
from tests.builders import HOUR, NOON

SHUT = Route(
    RELAY,
    next_at=NOON,
    queue_at=NOON + HOUR,
    day=NOON.date(),
    used=3,
    closed_until=NOON + HOUR,
    closings=2,
    probing=True,
    cause=Closing.STOPPED,
    code=535,
    reply="5.7.8 no",
    since=NOON,
    taken=5,
    refused=1,
    pace=0.25,
    paced_at=NOON,
)


def test_a_route_reads_back_as_it_was_written(store: Store) -> None:
    """Every field is kept, whether the route is new or known."""
    with store.begin() as tx:
        write_routes(tx, [SHUT, Route("a.example")])
        write_routes(tx, [replace(SHUT, taken=6), Route("b.example")])
        write_routes(tx, [])

    with store.read() as tx:
        assert read_routes(tx, [RELAY, "none.example"]) == {RELAY: replace(SHUT, taken=6)}
        assert list(read_routes(tx)) == ["a.example", "b.example", RELAY]
        assert list(troubled_routes(tx)) == [RELAY]


def test_locking_makes_what_is_not_there(store: Store) -> None:
    """A route that nobody has written is a new one; one that is known stays as it is."""
    with store.begin() as tx:
        write_routes(tx, [SHUT])

        assert lock_routes(tx, {"z.example", RELAY}) == {RELAY: SHUT, "z.example": Route("z.example")}


@pytest.mark.postgres
def test_workers_take_turns_at_a_route(postgres_url: str) -> None:
    """Eight workers that count at once lose no count and wait for nobody for ever."""
    store = Store(postgres_url)

    def count(number: int) -> None:
        names = [RELAY, f"d{number % 3}.example"]
        with store.begin() as tx:
            write_routes(tx, [replace(one, used=one.used + 1) for one in lock_routes(tx, names).values()])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with store.read() as tx:
        counts = {name: one.used for name, one in read_routes(tx).items()}
    store.close()

    assert counts == {RELAY: 40, "d0.example": 14, "d1.example": 13, "d2.example": 13}


def test_the_operator_closes_and_reopens(store: Store) -> None:
    """Closed by hand for a while, opened by hand at once; a route that nobody knows is not opened."""
    with store.begin() as tx:
        close_route(tx, RELAY, NOON + HOUR, now=NOON)
        closed = read_routes(tx)[RELAY]
        reopen_route(tx, RELAY)
        woken = wake_paced(tx, NOON)
        opened = read_routes(tx)[RELAY]
        waiting = count_waiting(tx)
        with pytest.raises(NotFound, match="there is no route"):
            reopen_route(tx, "none.example")

    assert (closed.cause, closed.closed_until) == (Closing.OPERATOR, NOON + HOUR)
    assert (opened, woken, waiting) == (Route(RELAY), 0, {})
    assert closed.closed(NOON + timedelta(minutes=59))
