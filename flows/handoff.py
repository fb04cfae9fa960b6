"""The flow that offers mature leads to sales and delivers the sellers' notices."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, RunOptions
from flows.runs.report import reported
from flows.work.duties import handoff as do_handoff

SECONDS = 50
"""How long it begins further notices and calls."""


@flow(
    name="nurture-handoff",
    flow_run_name="handoff/{opts.label}",
    description="Offers every mature lead that waits to a seller, and delivers the pending notices.",
    retries=0,
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def handoff(opts: RunOptions = RunOptions()) -> State[dict[str, Any]]:
    """Offer every mature lead that waits for it, in one run however many there are."""
    deadline = opts.deadline(SECONDS)
    return await reported("handoff", opts.now, lambda shop, now: do_handoff(shop, now, deadline))
