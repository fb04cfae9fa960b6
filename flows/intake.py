"""The flow that takes in pending signals: scores, enters and wakes, and sends nothing."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.opening import this_shop
from flows.options import TIMEOUT_SECONDS, RunOptions
from flows.reporting import closing_state
from flows.sealing import sealed
from flows.work.intake import intake as take_in

SECONDS = 120
"""How long it takes further signals in."""


@flow(
    name="nurture-intake",
    flow_run_name="intake/{opts.label}",
    description="Takes in the signals that came: scores leads, enrols them and wakes those that waited.",
    retries=0,
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def intake(opts: RunOptions = RunOptions()) -> State[dict[str, Any]]:
    """Take in every pending signal once."""
    deadline = opts.deadline(SECONDS)
    with sealed("intake"):
        async with this_shop(opts.now) as (shop, now):
            counts = await take_in(shop, now, deadline)
    return await closing_state("intake", counts)
