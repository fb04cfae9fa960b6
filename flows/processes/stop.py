"""Turns Ctrl-C and SIGTERM into an event, so that what runs can stop in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_asked() -> Iterator[asyncio.Event]:
    """An event that the first signal sets; a second one interrupts at once."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def first() -> None:
        asked.set()
        _release(loop)

    for number in SIGNALS:
        loop.add_signal_handler(number, first)
    try:
        yield asked
    finally:
        _release(loop)


async def until(asked: asyncio.Event, lost: asyncio.Future[None]) -> None:
    """Wait until a stop is asked for.

    Raises:
        LockHeld: another process took over before.
    """
    waiting = asyncio.ensure_future(asked.wait())
    either: set[asyncio.Future[Any]] = {waiting, lost}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if lost.done():
            lost.result()
    finally:
        waiting.cancel()


def _release(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        loop.remove_signal_handler(number)
