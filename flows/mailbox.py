"""The flow that reads what came back: bounces, complaints, requests to leave and replies."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.options import RunOptions
from flows.reporting import reported
from flows.work.mailing import sweep


@flow(
    name="nurture-mailbox",
    flow_run_name="mailbox/{opts.label}",
    description="Reads the mailbox: suppresses what bounced or complained, keeps replies, lets people leave.",
    retries=0,
    persist_result=False,
)
async def mailbox(opts: RunOptions = RunOptions()) -> State[dict[str, Any]]:
    """Read what is new in the mailbox, in one run however much it is."""
    return await reported("mailbox", opts.now, sweep)
