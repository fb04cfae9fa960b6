"""The flow that takes in pending signals: scores, enters and wakes, and sends nothing."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, RunOptions
from flows.runs.report import reported
from flows.work.signals.intake import intake as take_in

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
    return await reported("intake", opts.now, lambda shop, now: take_in(shop, now, deadline))
