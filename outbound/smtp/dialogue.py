"""An open SMTP connection: commands go out, one or several at once, and replies come back in order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import cast

from aiosmtplib import SMTPResponse

LONGEST_LINE = 4096
"""Bytes of one reply line; RFC 5321 4.5.3.1.5 allows 512."""
LONGEST_REPLY = 64 * 1024


class NotSMTP(Exception):
    """The server said something that is no SMTP reply."""


class Dialogue(asyncio.Protocol):
    """Takes a connection over once it has been greeted, secured and logged in.

    aiosmtplib waits for each reply before it writes the next command; a server that announces PIPELINING
    (RFC 2920) lets several go in one packet, which halves the round trips of a letter. What the server
    says unasked is never paired with a command: it ends the connection.
    """

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_protocol(self)
        self._rest = b""
        self._lines: list[bytes] = []
        self._replies: deque[SMTPResponse] = deque()
        self._expected = 0
        self._waiter: asyncio.Future[None] | None = None
        self._broken: Exception | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection can still be used."""
        return self._broken is None and not self._transport.is_closing()

    @property
    def unwritten(self) -> int:
        """Bytes that the network has not taken yet."""
        return self._transport.get_write_buffer_size()

    def say(self, data: bytes, replies: int = 1) -> None:
        """Write, expecting this many replies.

        Raises:
            ConnectionError: the connection is known to be gone, and nothing was written.
        """
        if not self.is_open:
            raise ConnectionResetError("the connection was lost")
        self._expected += replies
        self._transport.write(data)

    async def reply(self, timeout: float) -> SMTPResponse:
        """The next reply.

        Raises:
            TimeoutError: it did not come in time.
            ConnectionError: the connection was lost before.
            NotSMTP: what came is no reply.
        """
        if not self._replies:
            await self._wait(timeout)
        self._expected -= 1
        return self._replies.popleft()

    def close(self) -> None:
        """End the connection without QUIT."""
        self._broken = self._broken or ConnectionResetError("the connection was closed")
        self._transport.close()

    async def _wait(self, timeout: float) -> None:
        if self._broken is None:
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            alarm = loop.call_later(timeout, self._break, TimeoutError())
            try:
                await waiter
            finally:
                alarm.cancel()
                self._waiter = None
        if not self._replies and self._broken is not None:
            raise self._broken

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        """Read whole replies, and keep the rest of one."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE or len(self._lines) + len(lines) > LONGEST_REPLY // 16:
            self._break(NotSMTP())
            return
        for line in lines:
            self._take(line)
        if self._waiter is not None and not self._waiter.done() and self._replies:
            self._waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake the caller that waits; replies that came before are still returned."""
        self._break(ConnectionResetError("the connection was lost"))

    def _take(self, line: bytes) -> None:
        self._lines.append(line)
        if not line[:3].isdigit() or len(line) > LONGEST_LINE:
            self._break(NotSMTP())
        elif line[3:4] != b"-":
            text = b"\n".join(one[4:].strip() for one in self._lines).decode("utf-8", "surrogateescape")
            self._lines.clear()
            self._replies.append(SMTPResponse(int(line[:3]), text))
            if len(self._replies) > self._expected:
                self._replies.pop()
                self._break(ConnectionResetError("the server spoke unasked"))

    def _break(self, why: Exception) -> None:
        self._broken = self._broken or why
        self._transport.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
