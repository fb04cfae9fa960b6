"""Counts of a piece of work: numbers by name, how they are added up, and how they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Counts = Mapping[str, Any]
"""What work returns: numbers by name; `held` and `refused` are numbers by reason."""


def total(count: Any) -> int:
    """One number for a count: a count by reason is summed."""
    return sum(count.values()) if isinstance(count, Mapping) else int(count)


def in_words(counts: Counts) -> str:
    """The counts that are not zero, in one line: `due 12, sent 9, held 3`."""
    said = (f"{name} {total(count)}" for name, count in counts.items() if total(count))
    return ", ".join(said) or "nothing due"


def rows(counts: Counts) -> list[dict[str, Any]]:
    """The counts as a table: one row a count, or a row a reason."""
    table: list[dict[str, Any]] = []
    for name, count in counts.items():
        if isinstance(count, Mapping):
            table += [{"what": name, "reason": str(reason), "count": n} for reason, n in count.items()]
        else:
            table.append({"what": name, "reason": "", "count": count})
    return table


def added(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Counts by name, summed; a count by reason is summed reason by reason."""
    total: dict[str, Any] = {}
    for part in parts:
        for name, count in part.items():
            before = total.get(name, {} if isinstance(count, Mapping) else 0)
            total[name] = added(before, count) if isinstance(count, Mapping) else before + count
    return total
