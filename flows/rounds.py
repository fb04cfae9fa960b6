"""One round of the engine from the command line: rescore, tick and handoff, one after the other."""

from __future__ import annotations

from typing import Any

from flows.conducting import conduct
from flows.handoff import handoff
from flows.options import RescoreOptions, RunOptions, TickOptions
from flows.rescore import rescore
from flows.tick import tick
from flows.work.counting import added
from flows.work.wiring import Shop


async def one_round(shop: Shop, now: str | None = None) -> dict[str, Any]:
    """The counts of the three runs, added up; `handed_off` leads have a seller who was told so.

    Scores come first, because who enters a standing sequence depends on them.
    """
    scored = await conduct(shop, rescore, RescoreOptions(now=now))
    ticked = await conduct(shop, tick, TickOptions(now=now))
    handed = await conduct(shop, handoff, RunOptions(now=now))
    counts = added(scored, ticked, handed)
    return {**counts, "handed_off": counts["mails"]}
