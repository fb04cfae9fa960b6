"""A round of the engine without Prefect: the same duties in the same order, with errors sealed alike."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.runs.seal import FlowFault, sealed, unsealed
from flows.work.counts import Summary
from flows.work.duties import DUTIES, DutyName, whole_round
from flows.work.shop.wire import Shop


async def plain_round(shop: Shop, now: datetime | None = None) -> Summary:
    """The counts of the duties, added up; `now` is the moment of a moved clock.

    Raises:
        NurtureError: the very error that stopped a duty.
        FlowFault: something unforeseen broke; its message tells no lead's data.
    """

    async def do(name: DutyName) -> Summary:
        try:
            with sealed(name):
                return await DUTIES[name](shop, now or datetime.now(UTC))
        except FlowFault as fault:
            raise unsealed(fault) from None

    return await whole_round(shop, do)
