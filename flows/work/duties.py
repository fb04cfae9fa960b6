"""The work of each flow in plain Python, and a round that does all of it in order."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal

from flows.work.counts import Summary, added
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.notify import hand_off
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance
from flows.work.sending.webhooks import call_others
from flows.work.shop.wire import Shop
from flows.work.signals.intake import intake
from flows.work.signals.mail import sweep
from leadstore.outbox.routes import relay_shut
from leadstore.store import in_thread
from leadstore.vitals import note_tick
from nurture.errors import MailboxError

log = logging.getLogger("nurture.rounds")

Duty = Callable[[Shop, datetime], Awaitable[Summary]]
DutyName = Literal["mailbox", "rescore", "tick", "handoff"]


async def tick(shop: Shop, now: datetime, limit: int | None = None, deadline: Deadline = NEVER) -> Summary:
    """Take in pending signals, move due leads on, and note that it was done.

    Signals get half of its time at most, so that mails leave however many came in.
    """
    taken = await intake(shop, now, deadline.half())
    taken["not_enrolled"] = taken.pop("refused")  # the relay's refusals have that word below
    counts = added(taken, await advance(shop, now, limit, deadline))
    return {**counts, "relay_shut": await in_thread(_after_tick, shop, shop.clock(now))}


async def handoff(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> Summary:
    """Offer mature leads to sellers, deliver the notices, and make the calls.

    Notices get half of its time at most, so that calls are made however many there are.
    """
    told = await hand_off(shop, now, deadline.half())
    left, aside = told.pop("unfinished"), told.pop("set_aside")
    calls = await call_others(shop, now, deadline)
    counts: Summary = {**told, **calls, "unfinished": int(left or calls["unfinished"]), "set_aside": aside}
    return {**counts, "relay_shut": await in_thread(shop.store.ask, relay_shut, shop.clock(now))}


DUTIES: Mapping[DutyName, Duty] = {"mailbox": sweep, "rescore": rescore, "tick": tick, "handoff": handoff}
"""What a round is made of, in its order: what came back may suppress whom a tick would mail, and who enters
a standing sequence depends on the scores."""


async def whole_round(shop: Shop, do: Callable[[DutyName], Awaitable[Summary]]) -> Summary:
    """Let `do` do each duty by its name; returns the counts, added up.

    `handed_off` leads have a seller who was told so. If the mailbox is away, the round goes on.
    """
    read = await _read_mailbox(do) if shop.settings.mailbox_url is not None else {}
    scored, ticked, handed = await do("rescore"), await do("tick"), await do("handoff")
    del ticked["relay_shut"]  # the later look counts the same rows
    counts = added(read, scored, ticked, handed)
    return {**counts, "handed_off": counts["mails"]}


async def _read_mailbox(do: Callable[[DutyName], Awaitable[Summary]]) -> Summary:
    try:
        counts = await do("mailbox")
    except MailboxError as error:
        log.error("mailbox failed: %s", error)
        counts = {"unreachable": 1}
    return {"mailbox": {name: count for name, count in counts.items() if count and name != "read"}}


def _after_tick(shop: Shop, now: datetime) -> dict[str, int]:
    with shop.store.begin() as tx:
        note_tick(tx, shop.clockwork, shop.settings.worker, now)
        return relay_shut(tx, now)
