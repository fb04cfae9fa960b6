"""The flow that moves every lead on: takes in pending signals, decides what is due, sends and settles it."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.opening import this_shop
from flows.options import TickOptions
from flows.reporting import closing_state
from flows.sealing import sealed
from flows.work.advance import advance
from flows.work.counting import added
from flows.work.intake import intake


@flow(
    name="nurture-tick",
    flow_run_name="tick/{opts.label}",
    description="Takes in pending signals, decides what is due, sends it and settles the outcomes.",
    retries=0,  # the outbox resumes what was cut short; a retry by Prefect would know less
    persist_result=False,
)
async def tick(opts: TickOptions = TickOptions()) -> State[dict[str, Any]]:
    """Move every due lead on once; running it twice is running it once."""
    with sealed("tick"):
        async with this_shop(opts.now) as (shop, now):
            taken = await intake(shop, now)
            not_enrolled = taken.pop("refused")  # the relay's refusals have that word below
            counts = added(taken, {"not_enrolled": not_enrolled}, await advance(shop, now, opts.limit))
    return await closing_state("tick", counts)
