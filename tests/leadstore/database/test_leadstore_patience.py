"""How patient sessions are, what is tried again, and what a driver's errors say in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, ProgrammingError

from leadstore.database import patience
from leadstore.database.outages import plain_error
from leadstore.enrolments.snapshots import lock_leads
from leadstore.store import Store, open_store, patiently
from nurture.errors import StoreBusy, StoreError, StoreGone, Unstorable
from tests.builders import add_lead

ROOT = Path(__file__).parents[3]
URL = "postgresql://user:hunter2@db.example/leads"


@pytest.fixture
def hasty(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose sessions wait a tenth of a second for what others hold."""
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.1)
    opened = open_store(postgres_url)
    yield opened
    opened.close()


@pytest.mark.postgres
def test_every_session_is_bounded(postgres_url: str) -> None:
    """Standing still, waiting and working each have an end, unless a job says otherwise by its name."""
    store = open_store(postgres_url)
    ask = text(
        "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout'),"
        " current_setting('statement_timeout'), current_setting('application_name')"
    )
    with store.begin() as tx:
        usual = tuple(tx.execute(ask).one())
    with store.begin("rescore") as tx:
        longer = tuple(tx.execute(ask).one())
    with store.read() as tx:
        again = tuple(tx.execute(ask).one())
    store.close()

    assert usual == again == ("12s", "5s", "30s", "nurture")
    assert longer == ("12s", "5s", "5min", "nurture rescore")


@pytest.mark.postgres
def test_what_is_held_is_tried_again(hasty: Store) -> None:
    """A row that another transaction holds is waited for in several goes; once it is free, it is taken."""
    with hasty.begin() as tx:
        lead_id, _ = add_lead(tx)
    goes: list[int] = []
    holder = hasty.engine.connect()
    lock_leads(holder, [lead_id])

    def take() -> str:
        goes.append(1)
        if len(goes) == 3:
            holder.rollback()
        with hasty.begin() as tx:
            lock_leads(tx, [lead_id])
        return "taken"

    assert (patiently(take), len(goes)) == ("taken", 3)
    holder.close()


@pytest.mark.postgres
def test_what_stays_held_is_told(hasty: Store) -> None:
    """After several goes it says so, in words; it is nobody's fault but time's, so it counts as an outage."""
    with hasty.begin() as tx:
        lead_id, _ = add_lead(tx)
    with hasty.engine.connect() as holder:
        lock_leads(holder, [lead_id])
        goes: list[int] = []

        def take() -> None:
            goes.append(1)
            with hasty.begin() as tx:
                lock_leads(tx, [lead_id])

        with pytest.raises(StoreBusy, match="is busy"):
            patiently(take)

    assert len(goes) == patience.TRIES


@pytest.mark.postgres
def test_a_statement_that_never_ends_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the store can be used again at once."""
    monkeypatch.setattr(patience, "STATEMENT_SECONDS", 0.1)
    store = open_store(postgres_url)
    with pytest.raises(StoreGone, match="longer than it may"), store.begin() as tx:
        tx.execute(text("SELECT pg_sleep(5)"))

    with store.begin() as tx:
        assert tx.scalar(text("SELECT 1")) == 1
    store.close()


def test_sqlite_has_no_sessions_to_end(store: Store) -> None:
    """On PostgreSQL nobody is frozen here; SQLite's one writer is waited for."""
    assert store.end_frozen() == 0


@pytest.mark.parametrize("room", ["leadstore", "flows", "console", "inbound"])
def test_every_job_is_known(room: str) -> None:
    """A name that a transaction is begun by is one of those that may take longer."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / room).rglob("*.py")]
    names = {name for source in sources for name in re.findall(r"\.(?:begin|read)\(\"(\w+)\"\)", source)}

    assert names <= set(patience.JOBS)


class Said(Exception):
    """A driver's error with its code."""

    def __init__(self, words: str, state: str | None = None, code: int | None = None) -> None:
        super().__init__(words)
        self.sqlstate = state
        if code is not None:
            self.sqlite_errorcode = code


def error(kind: type[DBAPIError], words: str, lost: bool = False, **codes: Any) -> DBAPIError:
    """As SQLAlchemy wraps it, met in a statement."""
    return kind("SELECT 1", {}, Said(words, **codes), connection_invalidated=lost)


def on_connecting(words: str) -> DBAPIError:
    """As SQLAlchemy wraps it, met before there was a connection."""
    return OperationalError(None, None, Said(words))


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (error(OperationalError, "canceling", state="55P03"), StoreBusy, "is busy"),
        (error(OperationalError, "deadlock", state="40P01"), StoreBusy, "is busy"),
        (error(InternalError, "terminating", lost=True, state="25P03"), StoreGone, "stood still inside"),
        (error(OperationalError, "terminating", lost=True, state="57P01"), StoreGone, "had stood still"),
        (
            error(OperationalError, "server closed the connection", lost=True),
            StoreGone,
            "connection was lost",
        ),
        (error(OperationalError, "no space left", state="53100"), StoreGone, "its disk is full"),
        (error(ProgrammingError, "denied", state="42501"), StoreGone, "may not do that"),
        (error(ProgrammingError, 'invalid connection option "x"'), StoreGone, "an option that PostgreSQL"),
        (error(OperationalError, "cannot exit pipeline mode while busy"), StoreGone, "connection was lost"),
        (on_connecting("refused: hunter2"), StoreGone, r"refused: \*\*\*"),
        (on_connecting(""), StoreGone, "no answer"),
        (error(OperationalError, "attempt to write", code=8), StoreGone, "attempt to write"),
        (error(OperationalError, "malformed", code=11 | 2 << 8), StoreGone, "the file is damaged"),
        (error(InterfaceError, "bad parameter"), Unstorable, "refused a statement: Said"),
        (error(InterfaceError, "cursor already closed"), StoreError, "refused a statement: Said"),
    ],
)
def test_a_drivers_error_in_words(raised: DBAPIError, kind: type[StoreError], words: str) -> None:
    """What is wrong, never a value or a secret; and whether another try may help."""
    plain = plain_error(raised, URL)

    assert type(plain) is kind
    assert re.search(words, plain.message)
    assert "hunter2" not in str(plain)
