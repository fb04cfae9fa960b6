"""Whose turn it is to write: on SQLite there is one writer, and those of one process go in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class WriteTurn:
    """A lock that is given in the order in which it was asked for.

    Python's own goes to whoever asks at the right moment: a tick that writes again and again would keep out
    a page that has one thing to write, for seconds.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def taken(self, *, first: bool = False) -> Iterator[None]:
        """Have the turn while the block runs; `first` goes before all who wait."""
        self._take(first)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, first: bool) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            (self._waiting.appendleft if first else self._waiting.append)(mine)
        try:
            mine.acquire()  # it is released by whoever passes the turn on
        except BaseException:  # Ctrl-C: nobody may wait for one who does not come
            with self._guard:
                given = mine not in self._waiting
                if not given:
                    self._waiting.remove(mine)
            if given:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
