"""Whether a worker still runs, by its name: the machine it ran on, and the number of its process."""

from __future__ import annotations

import os
import socket
from datetime import datetime

from leadstore.story.chapters import Touch


def is_alive(worker: str) -> bool | None:
    """Whether the process that the name tells of runs on this machine; None when it tells of another one."""
    host, _, number = worker.rpartition("-")
    if host != socket.gethostname()[:40] or not number.isdigit():
        return None
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return None  # somebody's, or nobody's
    return True


def is_lost(touch: Touch, now: datetime) -> bool:
    """Whether the worker that had it is gone for certain: its lease is over, or its process is no more."""
    over = touch.lease_until is not None and touch.lease_until < now
    return over or (touch.worker is not None and is_alive(touch.worker) is False)
