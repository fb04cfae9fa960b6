"""The HTTP protocol of our servers, which closes connections that do not send a whole request in time."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST_SECONDS = 10.0
"""The time limit for a whole request, its body included; ours are some hundred bytes."""
MOST_HALF_OPEN = 100
"""Connections that may be waiting for the rest of a request; one more takes the place of the oldest."""
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""

_waiting: WeakKeyDictionary[ServerState, dict[PromptProtocol, None]] = WeakKeyDictionary()


class PromptProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with a time limit for each request; uvicorn itself waits for ever.

    During a flood of half-open connections none is refused: the oldest are closed instead, and a request
    that comes in one piece is answered before it could be among them.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._late: asyncio.TimerHandle | None = None
        self._half_open = _waiting.setdefault(self.server_state, {})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on while the request is not whole."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is not None:
            return
        self._late = self.loop.call_later(REQUEST_SECONDS, self._give_up)
        self._half_open[self] = None
        if len(self._half_open) > MOST_HALF_OPEN:
            next(iter(self._half_open))._give_up()

    def _wait_no_more(self) -> None:
        self._half_open.pop(self, None)
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._wait_no_more()
        self.transport.abort()
