"""A logging filter that writes a repeated message once in a while, with a count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SPAN = 600.0
"""Seconds within which a line is said once."""
MOST_ALIKE = 20
"""Lines of one kind, with whatever numbers in them, within a span."""


@dataclass(slots=True)
class _Kind:
    since: float
    said: set[str] = field(default_factory=set)
    kept_back: int = 0


class Repeats(logging.Filter):
    """Lets a line through once in a span, and few of its kind; a later one says how many were not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        now, line = self._clock(), record.getMessage()
        name = (record.name, str(record.msg)[:200])
        kind = self._kinds.get(name)
        if kind is None or now - kind.since >= SPAN:
            if kind is None and len(self._kinds) >= 1000:
                self._kinds.clear()  # a log that says everything in words of its own
            before = kind.kept_back if kind else 0
            kind = self._kinds[name] = _Kind(now)
            if before:
                record.msg, record.args = f"{line} ({before} more like this were not written)", None
        elif line in kind.said or len(kind.said) >= MOST_ALIKE:
            kind.kept_back += 1
            return False
        kind.said.add(line)
        return True
