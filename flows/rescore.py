"""The flow that scores leads again when time alone may have moved them across a threshold."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, RescoreOptions
from flows.runs.report import reported
from flows.work.scoring.rescore import rescore as score_again

SECONDS = 480
"""How long it begins further pages: the next run goes on from there."""


@flow(
    name="nurture-rescore",
    flow_run_name="rescore/{opts.label}",
    description="Scores the leads that may have faded across a threshold, and all after a rule change.",
    retries=0,
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def rescore(opts: RescoreOptions = RescoreOptions()) -> State[dict[str, Any]]:
    """Score what is due for it, and decide maturity from the result."""
    deadline = opts.deadline(SECONDS)
    return await reported(
        "rescore",
        opts.now,
        lambda shop, now: score_again(shop, now, full=opts.full, deadline=deadline),
    )
