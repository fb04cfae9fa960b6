"""Awaits a flow in this process, in a shop that is open already."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from prefect import Flow, State, tags

from flows.opening import holding
from flows.options import RunOptions
from flows.sealing import FlowFault
from flows.work.counting import Counts
from flows.work.wiring import Shop
from nurture.errors import NurtureError

Options = TypeVar("Options", bound=RunOptions)
Report = Callable[[str, Counts], None]
"""Told the name of each flow that ran, and its counts."""


async def conduct(
    shop: Shop,
    flow: Flow[[Options], Coroutine[Any, Any, State[dict[str, Any]]]],
    options: Options,
) -> dict[str, Any]:
    """The flow's counts; the run shows in the Prefect UI under its own name.

    Raises:
        NurtureError: the very error that stopped the flow, of which Prefect was told only the sealed form.
        FlowFault: something unforeseen broke.
    """
    try:
        with tags("nurture", flow.name.removeprefix("nurture-")), holding(shop):
            counts: Any = await flow(options)  # Prefect hands back the data of the state it ended in
    except FlowFault as fault:
        if isinstance(fault.original, NurtureError):
            raise fault.original from None
        raise
    return dict(counts)
