"""The embedded clock of `nurture up`: awaits, in one process, the flows that deployments run elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from flows.handoff import handoff
from flows.mailbox import mailbox
from flows.rescore import rescore
from flows.runs.conduct import Report, conduct
from flows.runs.options import RescoreOptions, RunOptions, TickOptions
from flows.tick import tick
from flows.work.counts import Summary
from flows.work.project.watch import ShelfWatch
from flows.work.shop.wire import Shop
from flows.work.trouble import trouble_in
from leadstore.store import in_thread
from nurture.errors import NurtureError
from nurture.files.diagnosis import render_text

log = logging.getLogger("nurture.clock")

FINISH_SECONDS = 30
"""How long a stop waits for the flow that runs; what it cuts short, the outbox resumes."""

SLICE_SECONDS = 20
"""How long one run works at scoring everybody again; a tick may have to wait for it."""
TICK_SECONDS = 50
"""How long one tick claims more; a handoff may have to wait for it."""
PAUSE = timedelta(seconds=1)


class Clock:
    """Runs the flows at their times, one at a time, and reports each run to `report`."""

    def __init__(self, shop: Shop, report: Report) -> None:
        self.shop = shop
        self.report = report
        self._shelf = ShelfWatch(shop)
        self._one = asyncio.Lock()  # SQLite has one writer, so one flow runs after the other
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Schedule the flows: scores first, for entries depend on them, then a tick and a handoff."""
        self._every(timedelta(minutes=10), self._rescore, after=timedelta())
        self._every(timedelta(minutes=1), self._tick, after=timedelta(seconds=1))
        self._every(timedelta(minutes=1), self._handoff, after=timedelta(seconds=2))
        if self.shop.settings.mailbox_url is not None:
            self._every(timedelta(minutes=5), self._mailbox, after=timedelta(seconds=3))
        self._scheduler.start()

    async def stop(self) -> None:
        """Start nothing more, and let the flow that runs come to its end."""
        self._scheduler.shutdown(wait=False)
        self.shop.stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._one.acquire(), FINISH_SECONDS)

    def _every(self, span: timedelta, job: Callable[[], Awaitable[None]], *, after: timedelta) -> None:
        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=int(span.total_seconds()), timezone=UTC),
            next_run_time=datetime.now(UTC) + after,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=int(span.total_seconds()),
        )

    async def _tick(self) -> None:
        await self._look_at_shelf()
        options = TickOptions(seconds=TICK_SECONDS)
        await self._run("tick", self._tick, lambda: conduct(self.shop, tick, options))

    async def _rescore(self) -> None:
        """After a rule change, slice by slice: ticks come in between, for one flow runs at a time."""
        options = RescoreOptions(seconds=SLICE_SECONDS)
        await self._run("rescore", self._rescore, lambda: conduct(self.shop, rescore, options))

    async def _handoff(self) -> None:
        await self._run("handoff", self._handoff, lambda: conduct(self.shop, handoff, RunOptions()))

    async def _mailbox(self) -> None:
        await self._run("mailbox", self._mailbox, lambda: conduct(self.shop, mailbox, RunOptions()))

    def _again(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Go on soon with what a run left at its deadline."""
        self._scheduler.add_job(
            job,
            "date",
            run_date=datetime.now(UTC) + PAUSE,
            id=f"{name}-on",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _run(
        self,
        name: str,
        job: Callable[[], Awaitable[None]],
        flow: Callable[[], Awaitable[Summary]],
    ) -> None:
        """Run a flow, and tell what came of it; `job` goes on with what it left."""
        async with self._one:
            try:
                counts = await flow()
                self.report(name, counts)
                if trouble := trouble_in(counts):
                    log.warning("%s: %s: %s", name, trouble.name, trouble.words)
                if counts.get("unfinished") and not self.shop.stopping:
                    self._again(name, job)
            except NurtureError as error:
                log.error("%s failed: %s", name, error)
            except Exception as error:  # the clock goes on: the next run resumes the work
                log.error("%s failed: %s", name, type(error).__name__)

    async def _look_at_shelf(self) -> None:
        try:
            release, faults = await in_thread(self._shelf.look)
        except NurtureError as error:
            log.error("the files were not applied: %s", error)
            return
        if release is not None:
            log.warning("release %s runs from now on", release)
        if any(fault.severity == "error" for fault in faults):
            log.error("the files have faults; the last good release runs:\n%s", render_text(faults))
        if held := self._shelf.held_back:  # at every look, until somebody decides
            log.error("%s", held)
            self.report("shelf", {"held_back": sum(held.leaving.values())})


@contextlib.asynccontextmanager
async def ticking(clock: Clock) -> AsyncIterator[None]:
    """Let the clock tick while the block runs; the caller leads this store."""
    clock.start()
    try:
        yield
    finally:
        await clock.stop()
