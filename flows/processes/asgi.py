"""Serves an ASGI application inside this process, on a socket bound beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from flows.processes.http import LARGEST_HEAD, PromptProtocol


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves the signals to its owner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the code that started this server stops it."""
        yield


def server_config(app: Any) -> uvicorn.Config:  # any ASGI application
    """How we serve: warnings only, and no address of a visitor in a log."""
    return uvicorn.Config(
        app,
        http=PromptProtocol,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        log_config=None,  # its messages go to our own log handlers
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )


@contextlib.asynccontextmanager
async def served(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serve `app` while the block runs, then let open requests end."""
    server = QuietServer(server_config(app))
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="web")
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if serving.done():
            serving.result()
        yield
    finally:
        server.should_exit = True
        await serving
        listener.close()
