"""Faults 33 to 36 and 56: a store that is locked, gone, full, cut short, or read for hours."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from leadstore.store import Store, open_store
from nurture.errors import StoreGone
from outbound.relay import Timeouts
from outbound.smtp.pool import Relay
from tests.faults.cases import (
    LATER,
    MINUTE,
    Book,
    Trial,
    doubled,
    enter,
    message_ids,
    remembered,
    states,
    ticks,
)
from tests.flows.workshop import Workshop, files
from tests.outbound.rogue import MisbehavingServer, Misdeed

BOOK = Book()
HELLO = "- send: hello"


def path_of(store: Store) -> Path:
    """The file of an SQLite store."""
    return Path(str(make_url(store.url).database))


def on_connect(store: Store, pragma: str) -> None:
    """Every connection that is opened from now on begins with this pragma."""
    store.engine.dispose()

    @event.listens_for(store.engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")


def hold_lock(path: Path, seconds: float) -> threading.Thread:
    """Another process writes for so long; returns once it has the lock."""
    ready = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ready.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=write)
    holder.start()
    ready.wait(10)
    return holder


async def tick_or_why(work: Workshop) -> str:
    """A tick; `went well`, or the kind of error it ended by."""
    try:
        await work.tick()
    except StoreGone:
        return "the tick says that the store is gone"
    return "the tick went well"


@BOOK.fault(33, "locked for two seconds before a tick", "the tick went well: sent 3")
async def _busy(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    holder = hold_lock(path_of(work.shop.store), 2)
    said = await tick_or_why(work)
    holder.join()
    return f"{said}: {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(
    33,
    "locked for longer than a writer waits",
    "the tick says that the store is gone, 0 delivered; then sent 3",
)
async def _locked(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    on_connect(work.shop.store, "busy_timeout=200")
    holder = hold_lock(path_of(work.shop.store), 1.5)
    said = await tick_or_why(work)
    delivered = len(work.relay.letters)
    await asyncio.to_thread(holder.join)
    await ticks(work)
    return f"{said}, {delivered} delivered; then {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(33, "locked while the outcome is to be written", "the tick went well: sent 3")
async def _locked_at_settle(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    on_connect(work.shop.store, "busy_timeout=200")
    holders: list[threading.Thread] = []
    path = path_of(work.shop.store)

    def lock(_: object) -> None:
        if not holders:
            holders.append(hold_lock(path, 1.5))

    said, seen = await _speak(work, lock, lambda: holders[0].join())
    return f"{said}: {seen}"


async def _speak(
    work: Workshop, on_taken: Callable[[object], None], over: Callable[[], object] = lambda: None
) -> tuple[str, str]:
    """A tick over a real relay that tells of each letter, and where all stands a day later."""
    async with MisbehavingServer(Misdeed("dot", wait=0.01), on_taken=on_taken) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 2, timeouts=Timeouts(quit=0.3)) as relay:
            work.shop.relay = relay
            said = await tick_or_why(work)
            await asyncio.to_thread(over)
            await ticks(work)
        return said, states(work) + doubled(work, message_ids(server))


@BOOK.fault(
    34,
    "PostgreSQL stops before a tick, and comes back",
    "the tick says that the store is gone, 0 delivered; then sent 3",
    postgres=True,
)
async def _stopped(trial: Trial) -> str:
    work = trial.work("postgresql")
    work.apply(files(HELLO))
    enter(work)
    trial.databases.stop_server()
    said = await tick_or_why(work)
    delivered = len(work.relay.letters)
    trial.databases.start_server()
    await ticks(work)
    return f"{said}, {delivered} delivered; then {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(
    34, "PostgreSQL restarts while letters are in flight", "nothing doubled, nothing lost: 6", postgres=True
)
async def _restarted(trial: Trial) -> str:
    def restart(work: Workshop) -> None:
        trial.databases.stop_server()
        trial.databases.start_server()

    return await _cut(trial, restart)


@BOOK.fault(
    34,
    "every backend is killed while letters are in flight",
    "nothing doubled, nothing lost: 6",
    postgres=True,
)
async def _terminated(trial: Trial) -> str:
    def kill(work: Workshop) -> None:
        other = open_store(work.shop.store.url)
        with other.begin() as tx:
            name = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            tx.execute(text(f"{name} AND pid <> pg_backend_pid()"))
        other.close()

    return await _cut(trial, kill)


async def _cut(trial: Trial, cut: Callable[[Workshop], None]) -> str:
    """The database goes away once, when the second letter is taken."""
    work = trial.work("postgresql")
    work.apply(files(HELLO))
    enter(work, 6)
    taken: list[object] = []

    def strike(letter: object) -> None:
        taken.append(letter)
        if len(taken) == 2:
            cut(work)

    _, seen = await _speak(work, strike)
    ended = sum(row.state in ("sent", "uncertain") for row in work.rows())
    wrong = seen[seen.index(";") :] if ";" in seen else ""
    return f"nothing doubled, nothing lost: {ended}{wrong}"


@BOOK.fault(
    35, "the disk is full before a tick", "the tick says that the store is gone, 0 delivered; then sent 150"
)
async def _full(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, MANY)
    fill_disk(work.shop.store)
    said = await tick_or_why(work)
    delivered = len(work.relay.letters)
    work.shop.store = trial.again(work.shop.store.url)
    await ticks(work)
    return f"{said}, {delivered} delivered; then {states(work)}{doubled(work, remembered(work))}"


MANY = 150
"""Leads whose plans do not fit into the pages a store has."""


def fill_disk(store: Store) -> None:
    """No page more may be written: SQLite says that the disk is full."""
    with closing(sqlite3.connect(path_of(store))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    on_connect(store, f"max_page_count={pages}")


@BOOK.fault(35, "the disk fills up in the middle of a batch", "no letter while it is full; then sent 300")
async def _fills_up(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, 2 * MANY)
    full: list[int] = []
    store = work.shop.store

    def fill(_: object) -> None:
        if not full:
            full.append(1)
            fill_disk(store)

    async with MisbehavingServer(on_taken=fill) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 2, timeouts=Timeouts(quit=0.3)) as relay:
            work.shop.relay = relay
            running = asyncio.create_task(tick_or_why(work))
            while not full:
                await asyncio.sleep(0.01)
            await asyncio.sleep(1)
            before = len(server.taken)
            await asyncio.sleep(1)
            spoke = "letters go on" if len(server.taken) > before or before > MANY else "no letter"
            on_connect(store, "max_page_count=1000000")
            await running
            await ticks(work)
        wrong = doubled(work, message_ids(server))
    return f"{spoke} while it is full; then {states(work)}{wrong}"


@BOOK.fault(36, "power is lost right after a tick", "synchronous FULL; sent 3; a day later sent 3")
async def _power(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    await work.tick()
    with work.shop.store.read() as tx:
        level = {2: "FULL"}.get(tx.execute(text("PRAGMA synchronous")).scalar_one(), "less")
    work.shop.store = trial.again(_as_left(work.shop.store, trial.folder(), cut=0))
    first = states(work)
    await ticks(work)
    return f"synchronous {level}; {first}; a day later {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(36, "power is lost while the outcome is being written", "started 3; a day later uncertain 3")
async def _torn(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    on_connect(work.shop.store, "wal_autocheckpoint=0")
    await work.tick()
    left = ""
    for cut in range(1, 400):  # the last frames of the log had not reached the disk
        store = trial.again(_as_left(work.shop.store, trial.folder(), cut=cut))
        before, work.shop.store = work.shop.store, store
        left = states(work)
        if left != "sent 3":
            break
        work.shop.store = before
    await ticks(work)
    return f"{left}; a day later {states(work)}{doubled(work, remembered(work))}"


def _as_left(store: Store, folder: Path, cut: int) -> str:
    """A copy of the files as a power cut leaves them: the log without its last `cut` pages."""
    path, copy = path_of(store), folder / "store.db"
    shutil.copy(path, copy)
    log = Path(f"{path}-wal").read_bytes()
    frame = 4096 + 24
    Path(f"{copy}-wal").write_bytes(log[: len(log) - cut * frame + (frame // 2 if cut else 0)])
    return f"sqlite:///{copy}"


@BOOK.fault(56, "another session reads for the whole day", "sent 3", postgres=True)
async def _long_reader(trial: Trial) -> str:
    work = trial.work("postgresql")
    work.apply(files(HELLO))
    reader = trial.again(work.shop.store.url)
    with reader.engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
        tx.execute(text("SELECT count(*) FROM outbox"))
        enter(work)
        await ticks(work, (0 * MINUTE, *LATER))
        tx.rollback()
    return states(work) + doubled(work, remembered(work))
