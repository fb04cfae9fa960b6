"""Fault 29 on PostgreSQL: a worker's process is stopped while it holds rows, wherever it holds some."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from flows.work.sending import settle, start, touches
from flows.work.signals import intake
from inbound.web.unsubscribe import StoreDesk
from leadstore.database import outages, patience
from leadstore.store import open_store
from nurture.errors import StoreGone
from tests.faults.cases import Book, Trial, doubled, enter, remembered, states, ticks
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY

BOOK = Book()
HELLO = "- send: hello"
LIMIT = 10.0
"""Seconds within which the others must have gone on; here, a frozen process holds its rows for one or two."""


def _stop_here() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


Place = tuple[Any, str, Callable[..., Any]]
"""What a worker meets there instead of what it calls."""


def at(room: Any, name: str) -> Place:
    """Stop when it comes to that function, inside the transaction that calls it."""
    true = getattr(room, name)

    def stopped(*args: Any, **kwargs: Any) -> Any:
        _stop_here()
        return true(*args, **kwargs)

    return room, name, stopped


def in_a_batch(room: Any, name: str) -> Place:
    """Stop half-way through a batch of statements: PostgreSQL waits for the rest, and counts it as active."""
    true = getattr(room, name)

    def stopped(tx: Connection, *args: Any, **kwargs: Any) -> Any:
        raw: Any = tx.connection.driver_connection
        with raw.pipeline():
            raw.execute("SELECT id FROM lead FOR UPDATE")
            raw.pgconn.send_flush_request()
            raw.pgconn.flush()
            time.sleep(0.05)
            _stop_here()
        return true(tx, *args, **kwargs)

    return room, name, stopped


async def freeze(trial: Trial, place: Place, *, take_in: bool = True, pace: str = "") -> str:
    """One worker is stopped there, others tick; then it wakes, and says how its work ended."""
    work = trial.work("postgresql")
    project = files(HELLO)
    project["nurture.yaml"] += pace
    work.apply(project)
    enter(work)
    if take_in:
        await intake.intake(work.shop, TUESDAY)
    said, url, folder = trial.folder() / "said", work.shop.store.url, trial.folder()
    with _stopped(lambda: _work(url, folder, place), said):
        seen = await _others(work, lambda: _all_went_on(work))
    await ticks(work)
    return f"{seen}; it woke: {said.read_text()}; then {states(work)}{doubled(work, _heard(work))}"


@contextmanager
def _stopped(what: Callable[[], str], said: Path) -> Iterator[None]:
    """A process that stops itself; it goes on after the block, and is waited for."""
    pid = _fork(what, said)
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it came to its end before it stopped"
    try:
        with patch.multiple(patience, FROZEN_SECONDS=2.0, LOCK_SECONDS=0.6):
            yield
    finally:
        os.kill(pid, signal.SIGCONT)
        os.waitpid(pid, 0)


def _all_went_on(work: Workshop) -> bool:
    return len([row for row in work.rows() if row.state in ("sent", "uncertain")]) == 3


def _heard(work: Workshop) -> list[str]:
    return [*remembered(work), *(row.message_id for row in work.rows() if row.worker == "frozen")]


async def _others(work: Workshop, done: Callable[[], bool]) -> str:
    began, now = time.monotonic(), TUESDAY
    while time.monotonic() - began < LIMIT:
        await work.tick(now)
        if done():
            return "the others went on"
        now += timedelta(minutes=5)  # leases run out meanwhile
        await asyncio.sleep(0.1)
    return "BREACH: the others stood still as well"


def _fork(what: Callable[[], str], said: Path) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            said.write_text(what())
            code = 0
        finally:
            os._exit(code)
    return pid


def _work(url: str, folder: Path, place: Place) -> str:
    patience.FROZEN_SECONDS = 1.0
    work = workshop(open_store(url), folder)
    work.shop.settings = work.shop.settings.model_copy(update={"worker": "frozen"})
    with patch.object(settle, "PAUSES", ()), patch.object(*place):
        try:
            asyncio.run(work.tick())
        except StoreGone as error:
            return "its work was refused, in words" if error.hint in TOLD else str(error)
    return "nothing was wrong"


TOLD = (*(remedy for _, remedy in outages.POSTGRESQL.values()), outages.LOST[1])
SENT = "the others went on; it woke: its work was refused, in words; then sent 3"


@BOOK.fault(29, "stopped while it claims, on PostgreSQL", SENT, postgres=True)
async def _claiming(trial: Trial) -> str:
    return await freeze(trial, at(touches, "write_plans"))


@BOOK.fault(29, "stopped while it claims at a pace that all share, on PostgreSQL", SENT, postgres=True)
async def _pacing(trial: Trial) -> str:
    return await freeze(trial, at(touches, "write_plans"), pace="sending: {rate: 2000 per second}\n")


@BOOK.fault(29, "stopped while it starts, on PostgreSQL", SENT, postgres=True)
async def _starting(trial: Trial) -> str:
    return await freeze(trial, at(start, "mark_started"))


@BOOK.fault(29, "stopped while it settles, on PostgreSQL", SENT.replace("sent", "uncertain"), postgres=True)
async def _settling(trial: Trial) -> str:
    return await freeze(trial, at(settle, "write_outcomes"))


@BOOK.fault(29, "stopped while it takes in, on PostgreSQL", SENT, postgres=True)
async def _taking_in(trial: Trial) -> str:
    return await freeze(trial, at(intake, "mark_taken"), take_in=False)


@BOOK.fault(29, "stopped in the middle of a batch of statements, on PostgreSQL", SENT, postgres=True)
async def _in_a_batch(trial: Trial) -> str:
    return await freeze(trial, in_a_batch(touches, "write_plans"))


@BOOK.fault(29, "leaves while a stopped worker holds its row", "answered; withdrawn", postgres=True)
async def _leaving(trial: Trial) -> str:
    work = trial.work("postgresql")
    work.apply(files(HELLO))
    enter(work)
    await intake.intake(work.shop, TUESDAY)
    url, folder = work.shop.store.url, trial.folder()
    desk = StoreDesk(trial.again(url))
    with _stopped(lambda: _work(url, folder, in_a_batch(touches, "write_plans")), trial.folder() / "said"):
        async with asyncio.timeout(LIMIT):
            changed = await desk.withdraw_all(1, 1, "page")
    return "answered; withdrawn" if changed else "nothing changed"
