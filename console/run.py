"""`nurture run`: the flows on this machine, once or minute by minute."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from console.frame import InFrame, note, say, say_json
from flows.leading import leading_alone
from flows.server import local_server
from flows.stopping import stop_asked, until
from flows.work.counting import Counts, in_words
from flows.work.moments import parse_moment
from flows.work.receiving import local_inbox
from flows.work.watching import ShelfWatch
from flows.work.wiring import open_shop
from nurture.diagnose import Fault, render_text
from nurture.errors import ClockError

if TYPE_CHECKING:
    from flows.work.settings import Settings
    from flows.work.watching import ShelfWatch
from flows.work.wiring import Shop


async def run(
    *,
    once: bool = False,
    now: str | None = None,
    json: Annotated[bool, Parameter(name="--json")] = False,
    frame: InFrame,
) -> int:
    """Rescore, tick and hand off: once, or by the embedded clock until Ctrl-C.

    Parameters
    ----------
    once
        One round, then end; without it, this process keeps the clock.
    now
        A moved clock, as 2027-06-15T10:00:00Z: only with --once, and only while the local inbox is the relay.
    json
        Print the counts for machines.
    """
    settings = frame.settings()
    moved = _moved(now, once, settings)
    async with AsyncExitStack() as stack:
        lost = None if once else await stack.enter_async_context(leading_alone(settings))
        settings = stack.enter_context(local_inbox(settings, port=0))
        shop = await stack.enter_async_context(open_shop(settings, now=moved))
        await stack.enter_async_context(local_server(settings))
        if lost is not None:
            return await _keep(shop, lost, json)
        from flows.rounds import one_round  # after the server: Prefect reads its address when it is imported

        watch = ShelfWatch(shop)
        _tell_faults(watch.look()[1])
        counts = await one_round(shop, moved.isoformat() if moved else None)
    if held := watch.held_back:
        note(f"nurture: {held}\nthe release before them runs")
        counts = {**counts, "held_back": sum(held.leaving.values())}
    _tell("round", counts, json)
    return 1 if counts.get("failed") or counts.get("uncertain") or counts.get("held_back") else 0


async def _keep(shop: Shop, lost: asyncio.Future[None], json: bool) -> int:
    from flows.clock import Clock, ticking

    with stop_asked() as asked:
        async with ticking(Clock(shop, lambda name, counts: _tell(name, counts, json))):
            note("the clock runs; Ctrl-C stops it")
            await until(asked, lost)
    return 0


def _moved(now: str | None, once: bool, settings: Settings) -> datetime | None:
    if now is None:
        return None
    if not once:
        raise ClockError("--now goes with --once", hint="a moved clock stands still; add --once")
    if not settings.local_relay:
        raise ClockError(
            "--now moves the clock, and NURTURE_SMTP_URL lets mail leave this machine",
            hint="unset NURTURE_SMTP_URL: the local inbox then receives everything",
        )
    return parse_moment(now)


def _tell_faults(faults: Sequence[Fault]) -> None:
    if any(fault.severity == "error" for fault in faults):
        note(f"{render_text(faults)}\n\nthe files have faults; the last good release runs")


def _tell(name: str, counts: Counts, json: bool) -> None:
    if json:
        say_json(counts)
    else:
        say(f"{name}: {in_words(counts)}")
