"""The local Prefect server as a child process, which ends when its parent's end of a pipe is closed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading

GRACE_SECONDS = 10
"""How long the server may take to close its database after it was told to stop."""


class Lifeline(threading.Thread):
    """Waits for the parent's end of the pipe to close, however the parent ended, then stops the server."""

    def __init__(self, pipe: int) -> None:
        super().__init__(name="lifeline", daemon=True)
        self.pipe = pipe
        self.stopping = threading.Event()

    def run(self) -> None:
        """Block until the pipe is closed; a server that will not stop in time is ended."""
        while os.read(self.pipe, 1):
            pass
        self.stopping.set()
        threading.Event().wait(GRACE_SECONDS)
        os._exit(0)


def serve(listener: socket.socket, lifeline: Lifeline) -> None:
    """Run the Prefect API and its pages on a socket that the parent has bound."""
    from prefect.server.api.server import create_app

    from flows.processes.asgi import QuietServer, server_config  # imported late: the lifeline must hold first

    server = QuietServer(server_config(create_app(final=True)))

    async def until_told() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not lifeline.stopping.is_set() and not serving.done():
            await asyncio.sleep(0.1)
        server.should_exit = True
        await serving

    asyncio.run(until_told())


def main(listener: int, pipe: int) -> None:
    """Serve on file descriptor `listener` until `pipe` closes.

    A terminal's Ctrl-C reaches the whole process group. The server must outlive the flows that report to it,
    so the signals are blocked here, and the parent closes the pipe when it is ready.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    lifeline = Lifeline(pipe)
    lifeline.start()
    serve(socket.socket(fileno=listener), lifeline)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
