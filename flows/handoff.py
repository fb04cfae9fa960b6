"""The flow that offers mature leads to sales and delivers the sellers' notices."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.options import RunOptions
from flows.reporting import reported
from flows.work.duties import handoff as do_handoff


@flow(
    name="nurture-handoff",
    flow_run_name="handoff/{opts.label}",
    description="Offers every mature lead that waits to a seller, and delivers the pending notices.",
    retries=0,
    persist_result=False,
)
async def handoff(opts: RunOptions = RunOptions()) -> State[dict[str, Any]]:
    """Offer every mature lead that waits for it, in one run however many there are."""
    return await reported("handoff", opts.now, do_handoff)
