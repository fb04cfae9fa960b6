"""Whose turn it is to write: in order, and first for who is waited for."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

import pytest

from leadstore.database.turn import WriteTurn


def waiting(turn: WriteTurn, count: int) -> None:
    """Until so many wait for it."""
    for _ in range(1000):
        if len(turn._waiting) == count:
            return
        time.sleep(0.001)
    raise AssertionError("nobody waits")


def test_writers_go_in_their_order_and_who_is_waited_for_first() -> None:
    """Each asks while the first still has it."""
    turn, order = WriteTurn(), list[str]()

    def write(name: str, first: bool) -> None:
        with turn.taken(first=first):
            order.append(name)

    threads = []
    with turn.taken():
        for number, (name, first) in enumerate((("a", False), ("b", False), ("page", True))):
            threads.append(Thread(target=write, args=(name, first)))
            threads[-1].start()
            waiting(turn, number + 1)
    for thread in threads:
        thread.join()

    assert order == ["page", "a", "b"]


def test_one_at_a_time() -> None:
    """Whatever is raised in between."""
    turn, inside, most = WriteTurn(), 0, 0

    def write(number: int) -> None:
        nonlocal inside, most
        with turn.taken(first=number % 3 == 0):
            inside += 1
            most = max(most, inside)
            inside -= 1
            if number % 7 == 0:
                raise ValueError

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(write, number) for number in range(400)]

    assert most == 1
    assert sum(one.exception() is not None for one in done) == 58
    with turn.taken():
        pass


class Broken:
    """A lock at which somebody is interrupted: before, or just after, it was given to him."""

    def __init__(self, turn: WriteTurn, given: bool) -> None:
        self._turn, self._given, self._asked = turn, given, 0

    def acquire(self) -> bool:
        self._asked += 1
        if self._asked == 1:
            return True
        if self._given:
            self._turn._pass_on()
        raise KeyboardInterrupt

    def release(self) -> None:
        """He was given it, and does not come."""


@pytest.mark.parametrize("given", [False, True], ids=["before", "after"])
def test_who_is_interrupted_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch, given: bool) -> None:
    """Ctrl-C, before or after the turn was given: it goes on to the next."""
    turn = WriteTurn()
    turn._take(False)
    monkeypatch.setattr("leadstore.database.turn.Lock", lambda: Broken(turn, given))
    with pytest.raises(KeyboardInterrupt):
        turn._take(False)
    monkeypatch.setattr("leadstore.database.turn.Lock", Lock)
    if not given:
        turn._pass_on()
    came = Event()

    def write() -> None:
        with turn.taken():
            came.set()

    Thread(target=write).start()

    assert came.wait(5)
