"""The flow of the retention clock: whose data is too old to be kept, and where the policy says so, goes."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, RetentionOptions
from flows.runs.report import reported
from flows.work.privacy.retention import keep_time, keep_time_daily

SECONDS = 480
"""How long it begins further pages: the next run goes on from there."""


@flow(
    name="nurture-retention",
    flow_run_name="retention/{opts.label}",
    description="Reports leads whose own last act is too long ago; erases them where nurture.yaml says so.",
    retries=0,
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def retention(opts: RetentionOptions = RetentionOptions()) -> State[dict[str, Any]]:
    """Look at the clock; a second run within a day finds nothing to do."""
    deadline = opts.deadline(SECONDS)
    if opts.daily and not opts.dry:
        return await reported("retention", opts.now, lambda shop, now: keep_time_daily(shop, now, deadline))
    return await reported(
        "retention", opts.now, lambda shop, now: keep_time(shop, now, deadline, dry=opts.dry)
    )
