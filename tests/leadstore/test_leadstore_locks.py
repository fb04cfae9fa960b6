"""Notes of several processes at once, on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from leadstore.locks import first_note, read_note, write_note
from leadstore.store import Store


def meanwhile(store: Store, write: Callable[[Any, str, str], Any]) -> list[Any]:
    """Two processes write the same note for the first time: the second before the first has committed."""

    def second() -> Any:
        with store.begin() as tx:
            return write(tx, "swept", "second")

    with ThreadPoolExecutor(1) as pool:
        with store.begin() as tx:
            first = write(tx, "swept", "first")
            other = pool.submit(second)
            time.sleep(0.2)
        return [first, other.result()]


def noted(store: Store) -> str | None:
    with store.read() as tx:
        return read_note(tx, "swept")


def test_two_processes_may_write_a_note_at_once(store: Store) -> None:
    """The later one stands, and neither fails."""
    meanwhile(store, write_note)

    assert noted(store) == "second"


def test_of_two_first_notes_one_stands(store: Store) -> None:
    """Both processes hear the one that was first."""
    assert meanwhile(store, first_note) == ["first", "first"]
    assert noted(store) == "first"
