"""The flow that moves every lead on: takes in pending signals, decides what is due, sends and settles it."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, TickOptions
from flows.runs.report import reported
from flows.work.duties import tick as do_tick

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
    """Move every due lead on once; a second run finds nothing left to do, and several may run at once."""
    deadline = opts.deadline(SECONDS)
    return await reported("tick", opts.now, lambda shop, now: do_tick(shop, now, opts.limit, deadline))
