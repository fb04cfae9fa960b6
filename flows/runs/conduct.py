"""Awaits a flow in this process, in a shop that is open already."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from prefect import Flow, State, tags

from flows.runs.options import RunOptions
from flows.runs.seal import FlowFault, unsealed
from flows.runs.shop import holding
from flows.work.counts import Summary
from flows.work.shop.wire import Shop

Options = TypeVar("Options", bound=RunOptions)
Report = Callable[[str, Summary], None]
"""Told the name of each flow that ran, and its counts."""


async def conduct(
    shop: Shop,
    flow: Flow[[Options], Coroutine[Any, Any, State[dict[str, Any]]]],
    options: Options,
) -> Summary:
    """The flow's counts, also of a run that ended in trouble; it shows in the Prefect UI under its own name.

    Raises:
        NurtureError: the very error that stopped the flow, of which Prefect was told only the sealed form.
        FlowFault: something unforeseen broke.
    """
    with tags("nurture", flow.name.removeprefix("nurture-")), holding(shop):
        state: Any = await flow(options, return_state=True)
        found = await state.aresult(raise_on_failure=False)
    if isinstance(found, FlowFault):
        raise unsealed(found) from None
    if isinstance(found, BaseException):
        raise found
    return dict(found)
