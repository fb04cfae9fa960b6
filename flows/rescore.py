"""The flow that scores leads again when time alone may have moved them across a threshold."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.options import RescoreOptions
from flows.reporting import reported
from flows.work.rescoring import rescore as score_again


@flow(
    name="nurture-rescore",
    flow_run_name="rescore/{opts.label}",
    description="Scores the leads that may have faded across a threshold, and all after a rule change.",
    retries=0,
    persist_result=False,
)
async def rescore(opts: RescoreOptions = RescoreOptions()) -> State[dict[str, Any]]:
    """Score what is due for it, and decide maturity from the result."""
    return await reported(
        "rescore", opts.now, lambda shop, now: score_again(shop, now, full=opts.full, seconds=opts.seconds)
    )
