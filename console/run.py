"""`nurture run`: runs the flows on this machine, once or by the embedded clock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from console.frame import InFrame, note, say, say_json
from console.options import Json
from flows.clock.leader import leading_alone, refuse_beside_leader
from flows.processes.server import PrefectServer, local_server, server_to_report_to
from flows.processes.stop import stop_asked, until
from flows.work.counts import Summary, in_words
from flows.work.moments import parse_moment
from flows.work.shop.inbox import local_inbox
from flows.work.shop.wire import open_shop
from flows.work.trouble import trouble_in
from leadstore.store import in_thread
from nurture.errors import ClockError, SettingError
from nurture.files.diagnosis import Fault, render_text

if TYPE_CHECKING:
    from flows.work.shop.settings import Settings


async def run(
    *, once: bool = False, prefect: bool = False, now: str | None = None, json: Json = False, frame: InFrame
) -> int:
    """Rescore, tick and hand off: once, or by the embedded clock until Ctrl-C.

    Parameters
    ----------
    once
        One round, then end; without it, this process keeps the clock. It needs no Prefect server, and
        reports to the one that PREFECT_API_URL names.
    prefect
        Show a round in Prefect in any case: a local server is started if there is none, which takes a while.
    now
        A moved clock, as 2027-06-15T10:00:00Z: only with --once, and only while the local inbox is the relay.
    json
        Print the counts for machines.
    """
    settings = frame.settings()
    moved = _moved(now, once, settings)
    return await (_once(settings, moved, prefect, json) if once else _keep(settings, json))


async def _once(settings: Settings, moved: datetime | None, prefect: bool, json: bool) -> int:
    async with AsyncExitStack() as stack:
        server = None if prefect else await _server(settings)
        settings = stack.enter_context(local_inbox(settings, port=0))
        shop = await stack.enter_async_context(open_shop(settings, now=moved))
        await in_thread(refuse_beside_leader, shop.store)
        _tell_faults(shop.faults)
        if prefect or server is not None:
            await stack.enter_async_context(local_server(settings))
            from flows.runs.rounds import (
                one_round,  # after the server: Prefect reads its address when imported
            )

            counts = await one_round(shop, moved.isoformat() if moved else None)
        else:
            from flows.runs.plain import plain_round

            counts = await plain_round(shop, moved)
        if held := shop.held_back:
            note(f"nurture: {held}")
            counts["held_back"] = sum(held.leaving.values())
    return _tell_round(counts, json)


async def _server(settings: Settings) -> PrefectServer | None:
    """The Prefect server to report to; None, with a remark, when the configured one does not answer."""
    try:
        return await server_to_report_to(settings)
    except SettingError as error:
        note(f"nurture: this round is not shown in Prefect: {error}")
        return None


async def _keep(settings: Settings, json: bool) -> int:
    async with AsyncExitStack() as stack:
        lost = await stack.enter_async_context(leading_alone(settings))
        settings = stack.enter_context(local_inbox(settings, port=0))
        shop = await stack.enter_async_context(open_shop(settings, clockwork="run"))
        await stack.enter_async_context(local_server(settings))
        from flows.clock.ticker import (  # after the server: Prefect reads its address when imported
            Clock,
            ticking,
        )

        _tell_faults(shop.faults)
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


def _tell_round(counts: Summary, json: bool) -> int:
    """Print the counts, and what could not be done; returns the exit code, which is 1 in that case."""
    trouble = trouble_in(counts)
    _tell("round", counts, json, trouble=trouble.name if trouble else None)
    if trouble is None:
        return 0
    note(f"nurture: {trouble.name}: {trouble.words}")
    return 1


def _tell(name: str, counts: Summary, json: bool, **more: str | None) -> None:
    if json:
        say_json({**counts, **more})
    else:
        say(f"{name}: {in_words(counts)}")
