"""Locks that die with their holder, and notes of several processes at once, on both databases."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from leadstore.database import locks
from leadstore.database.locks import lock_holder, take_lock
from leadstore.notes import first_note, read_note, write_note
from leadstore.store import Store, open_store
from nurture.errors import StoreError, StoreGone

HOLDER = """
import sys, time
from leadstore.database.locks import take_lock
from leadstore.store import open_store
hold = take_lock(open_store(sys.argv[1]), "clock", "there:1")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def other(store: Store) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    url = store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def _soon(found: Callable[[], Any]) -> Any:
    return next((seen for _ in range(200) if (seen := found()) or time.sleep(0.02)), None)


def test_a_lock_has_one_holder(store: Store) -> None:
    """A second one is told who has it; given back, it is free."""
    first = take_lock(store, "clock", "here:1")
    assert first is not None

    assert (take_lock(store, "clock", "here:2"), lock_holder(store, "clock")) == (None, "here:1")

    first.release()
    assert lock_holder(store, "clock") is None
    second = take_lock(store, "clock", "here:2")
    assert second is not None
    second.release()


def test_locks_of_other_names_are_other_locks(store: Store) -> None:
    """The clock does not keep the mailbox from being read."""
    held = [take_lock(store, name, "here:1") for name in ("clock", "mailbox:1", "mailbox:2")]

    assert None not in held
    for one in held:
        one and one.release()


def test_a_lock_dies_with_its_holder(store: Store, other: subprocess.Popen[str]) -> None:
    """Kill -9 frees it at once: there is nothing to run out."""
    assert (take_lock(store, "clock", "here:1"), lock_holder(store, "clock")) == (None, "there:1")

    other.kill()
    other.wait()

    taken = _soon(lambda: take_lock(store, "clock", "here:1"))
    assert taken.stands()
    taken.release()


def test_a_lock_that_nobody_ever_had_is_free(store: Store) -> None:
    """There need not be a file."""
    assert lock_holder(store, "never") is None


@pytest.mark.postgres
def test_a_lost_connection_is_a_lost_lock(postgres_url: str) -> None:
    """The holder notices, and another may have it."""
    store = open_store(postgres_url)
    hold = take_lock(store, "clock", "here:1")
    assert hold is not None
    with store.begin() as tx:
        tx.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'here:1'")
        )

    again = _soon(lambda: take_lock(store, "clock", "here:2"))

    assert (hold.stands(), hold.stands(), again.stands()) == (False, False, True)
    again.release()
    store.close()


@pytest.mark.postgres
def test_a_silent_holder_loses_the_lock(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen machine keeps its connections open; the server ends a session that it does not hear."""
    monkeypatch.setattr(locks, "IDLE_SECONDS", 1)
    store = open_store(postgres_url)
    hold = take_lock(store, "clock", "here:1")

    again = _soon(lambda: take_lock(store, "clock", "here:2"))

    assert hold is not None
    assert (hold.stands(), again.stands()) == (False, True)
    again.release()
    store.close()


@pytest.mark.postgres
def test_a_store_that_is_away_says_so(postgres_url: str) -> None:
    """Whoever asks for a lock hears that the database is away, and not that another has it."""
    store = open_store(postgres_url.replace("/nurture_", "/no_such_"))

    with pytest.raises(StoreGone):
        take_lock(store, "clock", "here:1")


def test_a_deleted_file_is_no_lock(sqlite_url: str) -> None:
    """The next process would lock another file of that name."""
    store = open_store(sqlite_url)
    hold = take_lock(store, "clock", "here:1")
    assert hold is not None
    stood = hold.stands()
    Path(f"{store.engine.url.database}.clock.lock").unlink()

    assert (stood, hold.stands()) == (True, False)
    hold.release()


def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the file."""
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    (tmp_path / "store.db.clock.lock").mkdir()

    with pytest.raises(StoreError, match=r"store\.db\.clock\.lock"):
        take_lock(store, "clock", "here:1")


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
