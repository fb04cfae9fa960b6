"""The flow that moves every lead on: takes in pending signals, decides what is due, sends and settles it."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.lateness import dropping_late
from flows.opening import this_shop
from flows.options import TIMEOUT_SECONDS, TickOptions
from flows.reporting import closing_state
from flows.sealing import sealed
from flows.work.advance import advance
from flows.work.counting import added
from flows.work.intake import intake

SECONDS = 120
"""How long a tick begins more: with much due, the ticks of two or three minutes share it."""


@flow(
    name="nurture-tick",
    flow_run_name="tick/{opts.label}",
    description="Takes in pending signals, decides what is due, sends it and settles the outcomes.",
    retries=0,  # the outbox resumes what was cut short; a retry by Prefect would know less
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def tick(opts: TickOptions = TickOptions()) -> State[dict[str, Any]]:
    """Move every due lead on once; running it twice is running it once, and several may run at once.

    Signals get half of its time at most, so that mails leave however many came in.
    """
    deadline = opts.deadline(SECONDS)
    with sealed("tick"):
        async with dropping_late(), this_shop(opts.now) as (shop, now):
            taken = await intake(shop, now, deadline.half())
            taken["not_enrolled"] = taken.pop("refused")  # the relay's refusals have that word below
            counts = added(taken, await advance(shop, now, opts.limit, deadline))
    return await closing_state("tick", counts)
