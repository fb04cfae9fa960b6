"""The moment after which a run begins no more work, so that it ends before its timeout."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which nothing new is begun; what is under way comes to its end."""

    at: float = math.inf
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """So many seconds from now; None: never."""
        return cls(math.inf if seconds is None else clock() + seconds, clock)

    @property
    def passed(self) -> bool:
        """Whether it is time to end."""
        return self.clock() >= self.at

    def half(self) -> Deadline:
        """Halfway from now: what comes first leaves as much time to what follows."""
        now = self.clock()
        return replace(self, at=now + (self.at - now) / 2)


NEVER = Deadline()
"""No deadline: the work ends when nothing is left."""
