"""An SMTP sink for benchmarks: takes everything and keeps nothing. Debian's smtp-sink does the same, faster.

python benchmarks/sink.py PORT
"""

from __future__ import annotations

import asyncio
import sys


class Sink(asyncio.Protocol):
    """One connection, one reply a command, the body thrown away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.out = transport
        self.buffer = b""
        self.in_body = False
        self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole line; inside a body only its end is looked for."""
        self.buffer += data
        while True:
            if self.in_body:
                end = self.buffer.find(b"\r\n.\r\n")
                if end < 0:
                    self.buffer = self.buffer[-4:]
                    return
                self.buffer, self.in_body = self.buffer[end + 5 :], False
                self.out.write(b"250 taken\r\n")
                continue
            line, found, rest = self.buffer.partition(b"\r\n")
            if not found:
                return
            self.buffer = rest
            self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.in_body = True
            self.buffer = b"\r\n" + self.buffer  # an empty body ends at once
            self.out.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.out.write(b"221 bye\r\n")
            self.out.close()
        elif verb == b"EHLO":
            self.out.write(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")  # as smtp-sink says
        else:
            self.out.write(b"250 sink\r\n")


async def serve(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
