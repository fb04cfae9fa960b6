"""Faults 31 and 32 under Prefect's own schedule: workers and the server die in the middle of a tick."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from flows.work.project.apply import apply_release
from leadstore.rows import outbox
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.values import NewSignal
from tests.builders import add_consent, add_lead
from tests.faults.cases import Book, Trial
from tests.faults.town import project
from tests.flows.production import Production, new_project
from tests.outbound.rogue import MisbehavingServer, Misdeed

BOOK = Book()

LEADS = 1500
SLOW = Misdeed("dot", wait=0.3)
"""So slow that a tick is still at work when the next one begins."""
SPOKEN = 12
"""Letters after which a tick is in its middle."""
AGAIN = "mails leave again within {} s; none twice"


@dataclass
class Scene:
    """A production system at work, and the sink its letters go to."""

    made: Production
    sink: MisbehavingServer
    store: Store

    async def until_at_work(self) -> None:
        """Wait until a tick that Prefect scheduled is in its middle."""
        await self._until(lambda: len(self.sink.taken) >= SPOKEN, 150)

    async def killed(self, *names: str) -> None:
        """Kill -9 these with all that they started."""
        await asyncio.gather(*(asyncio.to_thread(self.made.kill, name) for name in names))
        await asyncio.sleep(1)  # what was on the wire arrives

    def at_work(self) -> str:
        """The worker whose tick has touches under way."""
        with self.store.read() as tx:
            busy = tx.scalars(select(outbox.c.worker).where(outbox.c.state == "started").distinct())
            owners = {self.made.owner_of(int(one.rpartition("-")[2])) for one in busy if one}
        [owner] = owners - {None}
        return str(owner)

    async def again_within(self, seconds: float) -> str:
        """Whether another letter leaves in time, and whether any left twice."""
        before, began = len(self.sink.taken), time.monotonic()
        await self._until(lambda: len(self.sink.taken) > before, seconds * 2)
        took = time.monotonic() - began
        names = [one.message_id for one in self.sink.taken]
        twice = len(names) - len(set(names))
        when = f"within {seconds:.0f} s" if took <= seconds else f"BREACH: after {took:.0f} s"
        return f"mails leave again {when}; " + (f"BREACH: {twice} twice" if twice else "none twice")

    async def _until(self, found: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not found() and time.monotonic() < end:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def _scene(trial: Trial, *workers: str) -> AsyncIterator[Scene]:
    folder, url = trial.folder(), trial.databases.fresh("postgresql")
    store = trial.again(url)
    _fill(store)
    async with MisbehavingServer(SLOW) as sink:
        settings = {
            "NURTURE_DATABASE_URL": url,
            "NURTURE_SMTP_URL": f"smtp://127.0.0.1:{sink.port}?starttls=never",
            "NURTURE_PUBLIC_URL": "https://nurture.example",
            "NURTURE_SECRET_KEYS": "a" * 40,
        }
        with Production(folder, new_project(folder / "project"), settings) as made:
            await asyncio.to_thread(_begin, made, workers)
            yield Scene(made, sink, store)


def _begin(made: Production, workers: tuple[str, ...]) -> None:
    made.start_server()
    made.deploy()
    for name in workers:
        made.start_worker(name)


def _fill(store: Store) -> None:
    now = datetime.now(UTC)
    apply_release(store, project(), now)
    with store.begin() as tx:
        new = []
        for number in range(LEADS):
            lead_id, address_id = add_lead(tx, f"lead{number}")
            add_consent(tx, address_id, "guides", "granted", now)
            new.append(NewSignal(lead_id, "form.submitted", now, "schedule", str(number)))
        append_signals(tx, new, now)


@BOOK.fault(
    31,
    "one of two workers of Prefect's is killed in the middle of a tick",
    AGAIN.format(60),
    slow=True,
    limit=480,
)
async def _one_of_two(trial: Trial) -> str:
    async with _scene(trial, "one", "two") as scene:
        await scene.until_at_work()
        await scene.killed(scene.at_work())
        return await scene.again_within(60)


@BOOK.fault(
    32,
    "a worker and the Prefect server are killed in the middle of a tick",
    AGAIN.format(90),
    slow=True,
    limit=480,
)
async def _worker_and_server(trial: Trial) -> str:
    async with _scene(trial, "one") as scene:
        await scene.until_at_work()
        await scene.killed("one", "server")
        await asyncio.to_thread(scene.made.start_server)
        await asyncio.to_thread(scene.made.start_worker, "two")
        return await scene.again_within(90)
