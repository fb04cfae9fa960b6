"""Cancels scheduled runs that were not begun in time: one run does the work of all of them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.logging import get_run_logger
from prefect.runtime import deployment
from prefect.states import Cancelled
from prefect.types import DateTime

LATE = timedelta(seconds=60)
"""A run of a schedule that still waits so long after its time is dropped."""
PATIENCE_SECONDS = 20
"""How long a run that has done its work goes on dropping late ones: the next that begins does the rest."""


@contextlib.asynccontextmanager
async def dropping_late() -> AsyncIterator[None]:
    """While the block runs, cancel the late runs of this run's own deployment: an outage leaves many of them.

    Nothing is lost, for this run does their work. Runs that a person started are not cancelled, and no
    trouble with the server keeps the work from being done.
    """
    own = deployment.id
    if own is None:  # no deployment: the embedded clock drops what is late by itself
        yield
        return
    dropping = asyncio.create_task(_drop(UUID(str(own))), name="drop late runs")
    try:
        yield
        await asyncio.wait([dropping], timeout=PATIENCE_SECONDS)
    finally:
        dropping.cancel()


async def _drop(own: UUID) -> None:
    waiting = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[own]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=DateTime.now(UTC) - LATE),
    )
    dropped: State[Any] = Cancelled(name="Dropped", message="late: another run does the same work now")
    try:
        async with get_client() as client:
            late = [one for one in await client.read_flow_runs(flow_run_filter=waiting) if one.auto_scheduled]
            random.shuffle(late)  # several runs may begin at once: they share the work
            for one in late:  # one by one: a server on SQLite has one writer
                await client.set_flow_run_state(one.id, dropped)
    except Exception as error:
        get_run_logger().warning("late runs could not be dropped: %s", type(error).__name__)
