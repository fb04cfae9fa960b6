"""Writes instants, numbers and lists as the command line shows them."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, fsum

from flows.work.story.moments import as_plain, say_at, say_fully

__all__ = ["adding_up", "as_plain", "printable", "say_at", "say_fully", "say_many"]


def say_many(count: int, noun: str) -> str:
    """`1 lead`, `2 leads`, `2 touches`."""
    ending = "" if count == 1 else "es" if noun.endswith("ch") else "s"
    return f"{count} {noun}{ending}"


def adding_up(values: Sequence[float]) -> tuple[list[float], float]:
    """The values and their sum, to one decimal, so that what is shown adds up to what is shown.

    Plain rounding does not: three times 0.33 would show 0.3, 0.3, 0.3 and a sum of 1.0.
    """
    total = round(fsum(values) * 10)
    floors = [floor(value * 10) for value in values]
    by_remainder = sorted(range(len(values)), key=lambda i: floors[i] - values[i] * 10)
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return [tenths / 10 for tenths in floors], total / 10


def printable(text: str) -> str:
    """Text on one line that cannot drive a terminal: leads write their own names."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)
