"""Awaits a flow in this process, in a shop that is open already."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from prefect import Flow, flow_engine, tags

from flows.runs.options import RunOptions
from flows.runs.seal import FlowFault, unsealed
from flows.runs.shop import holding
from flows.work.counts import Summary
from flows.work.shop.wire import Shop

Report = Callable[[str, Summary], None]
"""Told the name of each flow that ran, and its counts."""


async def conduct(shop: Shop, flow: Flow[..., Any], options: RunOptions) -> Summary:
    """The flow's counts, also of a run that ended in trouble; it shows in the Prefect UI under its own name.

    Raises:
        NurtureError: the very error that stopped the flow, of which Prefect was told only the sealed form.
        FlowFault: something unforeseen broke.
    """
    leave_signals_alone()
    call: Any = flow  # Prefect types an async flow by the very coroutine that it makes
    with tags("nurture", flow.name.removeprefix("nurture-")), holding(shop):
        state = await call(options, return_state=True)
        found = await state.aresult(raise_on_failure=False)
    if isinstance(found, FlowFault):
        raise unsealed(found) from None
    if isinstance(found, BaseException):
        raise found
    return dict(found)


def leave_signals_alone() -> None:
    """Let no flow of this process take SIGTERM over: whoever conducts hears it, and stops in order.

    Prefect's own handler raises in the middle of whatever runs: right only where a process is one run.
    """
    vars(flow_engine)["capture_sigterm"] = nullcontext
