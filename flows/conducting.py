"""Awaits a flow in this process, in a shop that is open already."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from prefect import Flow, State, tags

from flows.opening import holding
from flows.options import RunOptions
from flows.work.counting import Counts
from flows.work.wiring import Shop

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
        NurtureError: whatever stopped the flow, with no lead's data in it.
    """
    with tags("nurture", flow.name.removeprefix("nurture-")), holding(shop):
        counts: Any = await flow(options)  # Prefect hands back the data of the state that the flow ended in
    return dict(counts)
