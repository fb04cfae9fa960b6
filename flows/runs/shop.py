"""Where a flow finds the shop it works in, and the moment it works at: neither travels as a parameter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from flows.clock.rivals import DEPLOYED
from flows.work.moments import parse_moment
from flows.work.shop.settings import load_settings
from flows.work.shop.wire import Shop, open_shop
from nurture.errors import ClockError

_held: ContextVar[Shop | None] = ContextVar("held_shop", default=None)


@contextmanager
def holding(shop: Shop) -> Iterator[None]:
    """Let the flows awaited in this block work in `shop`, instead of each opening its own."""
    token = _held.set(shop)
    try:
        yield
    finally:
        _held.reset(token)


@asynccontextmanager
async def this_shop(now: str | None) -> AsyncIterator[tuple[Shop, datetime]]:
    """The shop this process holds and the moment to work at; a worker, which holds none, opens one.

    Raises:
        ClockError: `now` is no ISO time with its offset, or this shop's clock is not moved.
    """
    moved = None if now is None else parse_moment(now)
    shop = _held.get()
    if shop is None:
        async with open_shop(load_settings(), now=moved, clockwork=DEPLOYED) as opened:
            yield opened, moved or datetime.now(UTC)
    elif moved is not None and not shop.moved:
        raise ClockError("this process runs on the real clock", hint="leave the moved clock out")
    else:
        yield shop, moved or datetime.now(UTC)
