"""Keeps the log of a child process short: its old lines are moved to a second file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

MOST_BYTES = 8 * 1024 * 1024
"""Of the log; its predecessor, beside it as .1, is as long at most, but for what comes between two looks."""
LOOK_SECONDS = 15


def shorten(log: Path, most: int = MOST_BYTES) -> None:
    """Move a long log's lines to its `.1`. Its writer must have opened it for appending."""
    try:
        if log.stat().st_size <= most:
            return
        with log.open("rb") as old, log.with_name(f"{log.name}.1").open("wb") as kept:
            old.seek(-most, os.SEEK_END)
            shutil.copyfileobj(old, kept)
        os.truncate(log, 0)
    except OSError:
        return  # a full disk or a foreign file must not stop anything


@contextlib.asynccontextmanager
async def short(log: Path) -> AsyncIterator[None]:
    """Look after a log as long as the block runs."""
    looking = asyncio.create_task(_look_after(log), name="logfile")
    try:
        yield
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


async def _look_after(log: Path) -> None:
    while True:
        await asyncio.to_thread(shorten, log)
        await asyncio.sleep(LOOK_SECONDS)
