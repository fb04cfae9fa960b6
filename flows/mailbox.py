"""The flow that reads what came back: bounces, complaints, requests to leave and replies."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from flows.runs.options import TIMEOUT_SECONDS, RunOptions
from flows.runs.report import reported
from flows.work.signals.mail import sweep

SECONDS = 240
"""How long it reads on: the next run goes on from there."""


@flow(
    name="nurture-mailbox",
    flow_run_name="mailbox/{opts.label}",
    description="Reads the mailbox: suppresses what bounced or complained, keeps replies, lets people leave.",
    retries=0,
    timeout_seconds=TIMEOUT_SECONDS,
    persist_result=False,
)
async def mailbox(opts: RunOptions = RunOptions()) -> State[dict[str, Any]]:
    """Read what is new in the mailbox, in one run however much it is."""
    deadline = opts.deadline(SECONDS)
    return await reported("mailbox", opts.now, lambda shop, now: sweep(shop, now, deadline=deadline))
