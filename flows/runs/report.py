"""What Prefect shows of a run: a state that is named for what happened, and a table of counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from prefect import State
from prefect.artifacts import acreate_table_artifact
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.runs.lateness import dropping_late
from flows.runs.seal import FlowFault, sealed
from flows.runs.shop import this_shop
from flows.work.counts import Summary, in_words, rows, total
from flows.work.shop.wire import Shop
from flows.work.trouble import DATABASE_DOWN, MAILBOX_DOWN, trouble_in
from nurture.errors import MailboxError, StoreGone

NAMES = {StoreGone: DATABASE_DOWN, MailboxError: MAILBOX_DOWN}
"""Errors that mean that a neighbour is away: their runs end in a state of that name."""


async def reported(
    flow: str, now: str | None, work: Callable[[Shop, datetime], Awaitable[Summary]]
) -> State[Any]:
    """Do the work in this process's shop. If what was due could not be done, the state is of type Failed.

    Raises:
        FlowFault: something stopped it; no lead's data is in what it says.
    """
    try:
        with sealed(flow):
            async with dropping_late(), this_shop(now) as (shop, moment):
                counts = await work(shop, moment)
    except FlowFault as fault:
        name = next((name for kind, name in NAMES.items() if isinstance(fault.original, kind)), None)
        if name is None:
            raise
        get_run_logger().warning("%s: %s: %s", flow, name, fault)
        return Failed(name=name, message=str(fault), data=fault)
    return await closing_state(flow, counts)


async def closing_state(flow: str, counts: Summary) -> State[dict[str, Any]]:
    """The state a run ends in, named for what happened; a run that did something leaves a table."""
    words, trouble = in_words(counts), trouble_in(counts)
    get_run_logger().info("%s: %s", flow, words)
    if trouble is None and not any(total(count) for count in counts.values()):
        return Completed(name="NothingDue", message=words, data=dict(counts))
    await acreate_table_artifact(
        table=rows(counts), key=f"nurture-{flow}", description=f"**{flow}**: {words}"
    )
    if trouble is None:
        return Completed(message=words, data=dict(counts))
    get_run_logger().warning("%s: %s: %s", flow, trouble.name, trouble.words)
    return Failed(name=trouble.name, message=f"{trouble.words}. {words}", data=dict(counts))
