"""Logs stay short: what repeats is said once, and a child's log moves on."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from flows.processes import logfile
from flows.work.repeats import MOST_ALIKE, SPAN, Repeats


def lines(told: list[tuple[float, str, int]]) -> list[str]:
    """What is written of these warnings: moment, words and number."""
    moment = [0.0]
    repeats = Repeats(lambda: moment[0])
    written = []
    for moment[0], words, number in told:
        record = logging.LogRecord("nurture.x", logging.WARNING, "", 0, words, (number,), None)
        if repeats.filter(record):
            written.append(record.getMessage())
    return written


def test_a_line_is_said_once_and_counted() -> None:
    """A hundred thousand times one warning are two lines."""
    assert lines(
        [(n / 1000, "outbox %d is stuck", 7) for n in range(100_000)] + [(SPAN, "outbox %d is stuck", 7)]
    ) == [
        "outbox 7 is stuck",
        "outbox 7 is stuck (99999 more like this were not written)",
    ]


def test_lines_of_one_kind_have_a_bound() -> None:
    """Numbers make each of them another; few of them tell enough. Another kind is said all the same."""
    written = lines([(1, "outbox %d is stuck", n) for n in range(1000)] + [(2, "lead %d is stuck", 1)])

    assert len(written) == MOST_ALIKE + 1
    assert written[-1] == "lead 1 is stuck"


def test_kinds_have_a_bound() -> None:
    """A log that says everything in words of its own is written on, and held nowhere."""
    assert len(lines([(1, f"words {n} %d", n) for n in range(3000)])) == 3000


def test_a_long_log_moves_to_a_second_file(tmp_path: Path) -> None:
    """The writer goes on at the new end; what was said last is kept."""
    log = tmp_path / "server.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old" * 100)
        logfile.shorten(log, 100)
        logfile.shorten(log, 100)
        writer.write(b"new")

    assert log.read_bytes() == b"new"
    assert log.with_name("server.log.1").read_bytes() == (b"old" * 100)[-100:]


async def test_a_log_is_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the block runs; a log that is gone stops nothing."""
    looked = asyncio.Event()
    monkeypatch.setattr(logfile, "shorten", lambda log: loop.call_soon_threadsafe(looked.set))
    loop = asyncio.get_running_loop()
    async with logfile.short(tmp_path / "none.log"):
        await asyncio.wait_for(looked.wait(), 5)
    monkeypatch.undo()

    logfile.shorten(tmp_path / "none.log")
