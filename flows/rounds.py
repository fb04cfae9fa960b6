"""One round of the engine from the command line: rescore, tick and handoff, one after the other."""

from __future__ import annotations

import logging
from typing import Any

from flows.conducting import conduct
from flows.handoff import handoff
from flows.mailbox import mailbox
from flows.options import RescoreOptions, RunOptions, TickOptions
from flows.rescore import rescore
from flows.tick import tick
from flows.work.counting import added
from flows.work.wiring import Shop
from nurture.errors import MailboxError

LEFT = ("behind", "unassigned", "unfinished")
"""Counts of what is left: those of a later run stand for those before."""

log = logging.getLogger("nurture.rounds")


async def one_round(shop: Shop, now: str | None = None) -> dict[str, Any]:
    """The counts of the three runs, added up; `handed_off` leads have a seller who was told so.

    Scores come first, because who enters a standing sequence depends on them.
    """
    read = await _read_mailbox(shop, now)
    scored = await whole(shop, rescore, RescoreOptions(now=now))
    ticked = await whole(shop, tick, TickOptions(now=now))
    handed = await whole(shop, handoff, RunOptions(now=now))
    counts = added(read, scored, ticked, handed)
    return {**counts, "handed_off": counts["mails"]}


async def whole(shop: Shop, flow: Any, options: RunOptions) -> dict[str, Any]:
    """Run after run until nothing is left: each is bounded in time."""
    counts = await conduct(shop, flow, options)
    while counts.get("unfinished") and not shop.stopping:
        more = await conduct(shop, flow, options)
        counts = {**added(counts, more), **{name: more[name] for name in LEFT if name in more}}
    return counts


async def _read_mailbox(shop: Shop, now: str | None) -> dict[str, Any]:
    """First, since what came back may suppress whom a tick would mail; if it is away, the round goes on."""
    if shop.settings.mailbox_url is None:
        return {}
    try:
        counts = await whole(shop, mailbox, RunOptions(now=now))
    except MailboxError as error:
        log.error("mailbox failed: %s", error)
        counts = {"unreachable": 1}
    return {"mailbox": {name: count for name, count in counts.items() if count and name != "read"}}
