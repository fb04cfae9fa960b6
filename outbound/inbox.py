"""The local inbox: a mail server on this machine that keeps every message and sends nothing on."""

from __future__ import annotations

import asyncio
import errno
import itertools
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from aiosmtpd.smtp import SMTP

from nurture.errors import RelayError

MAX_SIZE = 25 * 1024 * 1024
"""Bytes of the largest message taken: what most public mailboxes take."""

START_SECONDS = 10


class LocalInbox:
    """A mail server in its own thread, whose messages lie in a Maildir before they are answered with 250.

    Port 0 takes a free one; `port` and `url` tell which. `answer` lets recipients refuse: it gets an
    address and returns a reply such as "550 5.1.1 unknown", or None to take the message.

    Raises:
        RelayError: on start, when the port is taken or the Maildir cannot be written.
    """

    def __init__(
        self,
        maildir: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        answer: Callable[[str], str | None] | None = None,
        max_size: int = MAX_SIZE,
    ) -> None:
        self.maildir = maildir
        self.host = host
        self.port = port
        self._keeper = _Keeper(maildir, answer or (lambda recipient: None))
        self._max_size = max_size
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._protocols: WeakSet[Any] = WeakSet()  # aiosmtpd has no types

    @property
    def url(self) -> str:
        """What a relay is given to send here."""
        return f"smtp://{self.host}:{self.port}"

    def start(self) -> Self:
        """Listen; returns once messages are taken."""
        if self._thread is not None:
            return self
        self._keeper.prepare()
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)), name="local-inbox", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_SECONDS):
            raise RelayError("the local inbox did not start in time", hint="is this machine very busy?")
        return self

    def stop(self) -> None:
        """Stop listening, once the message in hand is kept. Stopping twice does nothing."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs addresses below that
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._protocol, sock=listener)
        ready.set()
        await self._stopping.wait()
        server.close()
        for protocol in list(self._protocols):
            if protocol.transport is not None:
                protocol.transport.close()
        await asyncio.sleep(0)

    def _protocol(self) -> Any:
        protocol = SMTP(
            self._keeper,
            loop=self._loop,
            hostname="localhost",  # the default asks the DNS
            ident="Nurture local inbox",
            data_size_limit=self._max_size,
            enable_SMTPUTF8=True,
        )
        self._protocols.add(protocol)
        return protocol


class _Keeper:
    """What aiosmtpd asks for each recipient and message (its hooks have fixed names and no types)."""

    def __init__(self, maildir: Path, answer: Callable[[str], str | None]) -> None:
        self._maildir = maildir
        self._answer = answer
        self._count = itertools.count()

    def prepare(self) -> None:
        """Make the Maildir's folders."""
        try:
            for part in ("tmp", "new", "cur"):
                (self._maildir / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RelayError(
                f"the local inbox cannot keep mail in {self._maildir}: {error.strerror}",
                hint="give a folder this user may write to",
            ) from error

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it as scripted."""
        refusal = self._answer(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Store the message, then acknowledge it."""
        trace = [f"Return-Path: <{envelope.mail_from}>"]
        trace += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        content = "".join(f"{line}\r\n" for line in trace).encode("utf-8", "replace") + envelope.content
        try:
            await asyncio.to_thread(self._keep, content)
        except OSError as error:
            return f"452 4.3.1 the inbox cannot keep this message: {os.strerror(error.errno or errno.EIO)}"
        return "250 2.0.0 kept"

    async def handle_exception(self, error: Exception) -> str:
        """Answer an error without logging anything of the conversation."""
        return f"451 4.3.0 the inbox stumbled: {type(error).__name__}"

    def _keep(self, content: bytes) -> None:
        name = f"{time.time_ns()}.P{os.getpid()}Q{next(self._count)}.local"
        draft, kept = self._maildir / "tmp" / name, self._maildir / "new" / name
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(kept)
        folder = os.open(kept.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # without it, the name may be lost in a power cut though the bytes are not
        finally:
            os.close(folder)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, bound here so that a taken port is told to the caller at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        taken = "another program, maybe another `nurture up`, has it: "
        raise RelayError(
            f"the local inbox cannot listen on {host}:{port}: {os.strerror(error.errno or errno.EIO)}",
            hint=f"{taken if error.errno == errno.EADDRINUSE else ''}set NURTURE_INBOX_PORT to a free port",
        ) from error
    listener.setblocking(False)
    return listener
