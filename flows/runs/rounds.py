"""One round of the engine as flows: mailbox, rescore, tick and handoff, each a run that Prefect shows."""

from __future__ import annotations

from typing import Any

from flows.handoff import handoff
from flows.mailbox import mailbox
from flows.rescore import rescore
from flows.runs.conduct import conduct
from flows.runs.options import RescoreOptions, RunOptions, TickOptions
from flows.tick import tick
from flows.work.counts import CountName, Summary, added
from flows.work.duties import DutyName, whole_round
from flows.work.shop.wire import Shop

LEFT: tuple[CountName, ...] = ("behind", "unassigned", "unfinished", "relay_shut")
"""Counts of what is left: those of a later run stand for those before."""

FLOWS: dict[DutyName, tuple[Any, type[RunOptions]]] = {  # each flow takes its own options
    "mailbox": (mailbox, RunOptions),
    "rescore": (rescore, RescoreOptions),
    "tick": (tick, TickOptions),
    "handoff": (handoff, RunOptions),
}


async def one_round(shop: Shop, now: str | None = None) -> Summary:
    """The counts of the runs, added up; `now` is the moment of a moved clock."""

    async def do(name: DutyName) -> Summary:
        flow, options = FLOWS[name]
        return await whole(shop, flow, options(now=now))

    return await whole_round(shop, do)


async def whole(shop: Shop, flow: Any, options: RunOptions) -> Summary:
    """Run after run until nothing is left: each is bounded in time."""
    counts: Summary = await conduct(shop, flow, options)
    while counts.get("unfinished") and not shop.stopping:
        more = await conduct(shop, flow, options)
        counts = {**added(counts, more), **{name: more[name] for name in LEFT if name in more}}
    return counts
