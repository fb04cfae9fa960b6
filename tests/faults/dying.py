"""A store whose process dies at a chosen commit: just before it, or just after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from leadstore.store import Store


class Died(BaseException):
    """The process is gone: nothing catches this, and nothing runs after it."""


class MortalStore(Store):
    """A store that dies at its `at`-th commit; 0 means never. `commits` counts them."""

    def __init__(self, url: str, at: int = 0, *, before: bool = False) -> None:
        super().__init__(url)
        self.at, self.before = at, before
        self.commits = 0
        self.dead = False

    @contextmanager
    def begin(self, job: str = "") -> Iterator[Connection]:
        """A transaction that may be the last thing this process did."""
        self._live()
        with super().begin(job) as tx:
            yield tx
            self.commits += 1
            self._die(self.before)
        self._die(not self.before)

    @contextmanager
    def read(self, job: str = "") -> Iterator[Connection]:
        """The dead do not read."""
        self._live()
        with super().read(job) as tx:
            yield tx

    def _die(self, now: bool) -> None:
        if now and self.commits == self.at:
            self.dead = True
            raise Died

    def _live(self) -> None:
        if self.dead:
            raise Died
