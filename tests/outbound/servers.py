"""Servers to speak to on loopback: aiosmtpd with a script, and a raw one that can misbehave anywhere."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from outbound.testing import LOST_AFTER_DOT, LOST_BEFORE_BODY


@dataclass
class Mailroom:
    """An aiosmtpd server in this event loop: what it answers to whom, and what it took."""

    options: dict[str, Any] = field(default_factory=dict)
    over_tls: ssl.SSLContext | None = None
    script: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)  # sender, recipient, content
    password: bytes = b"secret"  # of anybody who logs in
    connections: int = 0
    port: int = 0
    protocols: list[Any] = field(default_factory=list)
    server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self.server = await asyncio.get_running_loop().create_server(
            self._protocol, "127.0.0.1", self.port, ssl=self.over_tls
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        if self.server is not None:
            self.server.close()
        self.close_all()
        for _ in range(5):
            await asyncio.sleep(0)

    def _protocol(self) -> ScriptedSMTP:
        self.connections += 1
        usual = {"hostname": "localhost", "enable_SMTPUTF8": True, "authenticator": self._lets_in}
        options = {**usual, **self.options}
        self.protocols.append(ScriptedSMTP(self, loop=asyncio.get_running_loop(), **options))
        return self.protocols[-1]

    def _lets_in(self, _: Any, __: Any, ___: Any, ____: Any, shown: LoginPassword) -> AuthResult:
        return AuthResult(success=shown.password == self.password, handled=False)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any) -> str:
        said = self.script.get(address, "")
        envelope.rcpt_tos.append(address)
        return said if said[:1].isdigit() else "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[-1]
        said = self.script.get(recipient, "")
        if said.startswith("dot "):
            return said.removeprefix("dot ")
        self.taken.append((envelope.mail_from, recipient, envelope.content))
        if said == LOST_AFTER_DOT:
            server.transport.abort()
        return "250 2.0.0 taken"

    def close_all(self) -> None:
        """Hang up on everybody, as a server does that restarts."""
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.close()


class ScriptedSMTP(SMTP):
    """aiosmtpd, which may hang up when it is asked for the body."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.script.get(self.envelope.rcpt_tos[-1]) == LOST_BEFORE_BODY:
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


@asynccontextmanager
async def mailroom(over_tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Mailroom]:
    """A running aiosmtpd server."""
    room = Mailroom(options, over_tls)
    await room.open()
    try:
        yield room
    finally:
        await room.close()


@asynccontextmanager
async def raw_server(talk: Callable[[Line], Awaitable[None]]) -> AsyncIterator[int]:
    """A server that says whatever `talk` says; gives its port. One `Line` per connection."""
    writers: list[asyncio.StreamWriter] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            await talk(Line(reader, writer, len(writers)))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Line:
    """One raw connection, seen from the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int  # 1 for the first connection made

    async def say(self, text: str) -> None:
        self.writer.write(text.encode("utf-8", "surrogateescape") + b"\r\n")
        await self.writer.drain()

    async def hear(self) -> str:
        """The next command."""
        return (await self.reader.readuntil(b"\r\n")).decode().strip()

    async def hear_body(self) -> bytes:
        """All that is written until the lone dot, and the dot."""
        return await self.reader.readuntil(b"\r\n.\r\n")

    async def open(self, extensions: str = "") -> None:
        """Greet, and answer EHLO."""
        await self.say("220 raw")
        await self.hear()
        await self.say(f"250{'-' if extensions else ' '}raw")
        if extensions:
            await self.say(f"250 {extensions}")

    async def take(self, until: str = "dot", final: str = "250 taken") -> None:
        """Play one transaction up to a phase, then leave it there."""
        for phase, reply in (("mail", "250 ok"), ("rcpt", "250 ok"), ("data", "354 go")):
            await self.hear()
            if phase == until:
                return
            await self.say(reply)
        if until == "body":
            return
        await self.hear_body()
        if until == "dot":
            return
        await self.say(final)
