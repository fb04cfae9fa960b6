"""An SMTP server that fails as it is told: in any phase, in any manner, as often as wanted."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

LONGEST = 2**24
"""Bytes of the longest letter it reads."""

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
_BRACKETED = re.compile(r"<([^<>]*)>")
USUAL = {
    "connect": "220 misbehaving.example ready",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go ahead",
    "dot": "250 2.0.0 taken",
    "rset": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
    "noop": "250 2.0.0 ok",
}
"""What a server that behaves answers, phase by phase."""


class Then(StrEnum):
    """What the server does after its answer, or instead of one."""

    GO_ON = "goes on"  # the conversation continues
    HANG_UP = "hangs up"  # FIN, as a server does that restarts
    RESET = "resets"  # RST, as a firewall does
    SILENCE = "falls silent"  # says nothing more, and keeps the connection open


@dataclass(frozen=True, slots=True)
class Misdeed:
    """One way to fail: where, how, and how often.

    `at` is connect, ehlo, starttls, auth, mail, rcpt, data, body (in the middle of it), dot, rset or quit.
    """

    at: str
    say: str | None = None  # the reply; None: the usual one when it goes on, else none
    then: Then = Then.GO_ON
    wait: float = 0.0  # seconds before the reply
    drip: float = 0.0  # seconds between two characters of the reply
    times: int | None = None  # how often in all; None: every time
    after: int = 0  # letters taken before it begins
    to: str = ""  # only in transactions to this recipient
    keep: bool = False  # at the dot: the letter is taken, whatever is answered


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter the server has taken: it would be delivered from here."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


class Gone(Exception):
    """This connection has come to its end."""


class MisbehavingServer:
    """A server on loopback that takes letters, except where its misdeeds say otherwise.

    `tls` offers STARTTLS, `login` asks for a login, `limit` is how many connections it lets in at once,
    and `per_connection` after how many letters it closes with 421. `taken` remembers every letter taken,
    `recipients` how many recipients each transaction named. `on_taken` hears of a letter before it is
    acknowledged.
    """

    def __init__(
        self,
        *misdeeds: Misdeed,
        tls: ssl.SSLContext | None = None,
        login: bool = False,
        limit: int | None = None,
        per_connection: int | None = None,
        on_taken: Callable[[TakenLetter], None] = lambda taken: None,
    ) -> None:
        self.tls, self.login, self.limit, self.per_connection = tls, login, limit, per_connection
        self.taken: list[TakenLetter] = []
        self.recipients: list[int] = []
        self.connections = 0
        self.open_now = 0
        self.most_at_once = 0  # connections let in
        self.misdone = 0  # misdeeds committed
        self.port = 0
        self._on_taken = on_taken
        self._misdeeds = dict.fromkeys(misdeeds, 0)  # how often each was done
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=LONGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def heal(self) -> None:
        """Behave from now on."""
        self._misdeeds = {}
        self.limit = self.per_connection = None

    def misbehave(self, *misdeeds: Misdeed) -> None:
        """Fail in these ways from now on."""
        self._misdeeds = dict.fromkeys(misdeeds, 0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_now += 1
        try:
            await _Conversation(self, reader, writer).hold()
        except (Gone, ConnectionError, EOFError, ssl.SSLError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # closed; a task of asyncio's server must not end as cancelled
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            writer.close()

    def misdeed(self, at: str, recipient: str) -> Misdeed | None:
        """The misdeed that is due here, counted as done."""
        for misdeed, done in self._misdeeds.items():
            spent = misdeed.times is not None and done >= misdeed.times
            meant = misdeed.at == at and misdeed.to in ("", recipient)
            if meant and not spent and len(self.taken) >= misdeed.after:
                self._misdeeds[misdeed] += 1
                self.misdone += 1
                return misdeed
        return None

    def take(self, taken: TakenLetter) -> None:
        """Keep a letter."""
        self._on_taken(taken)
        self.taken.append(taken)


class _Conversation:
    """One connection, seen from the server."""

    def __init__(
        self, server: MisbehavingServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = self.recipient = ""
        self.named = self.letters = 0
        self.secure = False

    async def hold(self) -> None:
        if self.server.limit is not None and self.server.open_now > self.server.limit:
            await self._say("421 4.7.0 too many connections")
            return
        self.server.most_at_once = max(self.server.most_at_once, self.server.open_now)
        await self._answer("connect")
        while line := (await self.reader.readuntil(b"\r\n")).decode("utf-8", "surrogateescape").strip():
            await self._obey(line)

    async def _obey(self, line: str) -> None:
        verb = line.split(":")[0].split()[0].lower()
        match verb:
            case "ehlo" | "helo":
                await self._answer("ehlo", self._extensions())
            case "starttls":
                await self._secure()
            case "auth":
                await self._log_in(line)
            case "mail":
                await self._begin(line)
            case "rcpt":
                self.recipient, self.named = _address(line), self.named + 1
                await self._answer("rcpt")
            case "data":
                await self._read_body()
            case "quit":
                await self._answer("quit")
                raise Gone
            case "rset":
                self.recipient = ""
                await self._answer("rset")
            case _:
                await self._say(USUAL["noop"] if verb == "noop" else "502 5.5.1 what is that?")

    def _extensions(self) -> str:
        words = ["SIZE 10000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self.server.tls is not None and not self.secure:
            words.append("STARTTLS")
        if self.server.login:
            words.append("AUTH PLAIN LOGIN")
        return "\r\n".join(["250-misbehaving.example", *(f"250-{word}" for word in words), "250 HELP"])

    async def _secure(self) -> None:
        if not await self._answer("starttls"):
            return
        if self.server.tls is None:
            raise Gone
        await self.writer.start_tls(self.server.tls)
        self.secure = True

    async def _log_in(self, line: str) -> None:
        if line.upper() == "AUTH LOGIN":
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                await self._say(prompt)
                await self.reader.readuntil(b"\r\n")
        await self._answer("auth")

    async def _begin(self, line: str) -> None:
        limit = self.server.per_connection
        if limit is not None and self.letters >= limit:
            await self._say("421 4.7.0 enough for one connection")
            raise Gone
        self.sender, self.recipient, self.named = _address(line), "", 0
        await self._answer("mail")

    async def _read_body(self) -> None:
        if not await self._answer("data"):
            return
        if misdeed := self.server.misdeed("body", self.recipient):
            await self.reader.read(200)
            await self._commit(misdeed, "body")
            return
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        content = raw[:-3].replace(b"\r\n..", b"\r\n.")
        found = MESSAGE_ID.search(content)
        name = found[1].decode() if found else ""
        taken = TakenLetter(self.sender, self.recipient, name, content)
        misdeed = self.server.misdeed("dot", self.recipient)
        if misdeed is None or misdeed.keep or _is_yes(misdeed):
            self.server.take(taken)
            self.server.recipients.append(self.named)
            self.letters += 1
        if misdeed is None:
            await self._say(USUAL["dot"])
        else:
            await self._commit(misdeed, "dot")

    async def _answer(self, at: str, usual: str = "") -> bool:
        """The usual reply or the misdeed that is due; True when the usual reply was given."""
        usual = usual or USUAL[at]
        misdeed = self.server.misdeed(at, self.recipient)
        if misdeed is None:
            await self._say(usual)
            return True
        await self._commit(misdeed, at, usual)
        return misdeed.say is None or misdeed.say[:3] == usual[:3]

    async def _commit(self, misdeed: Misdeed, at: str, usual: str = "") -> None:
        await asyncio.sleep(misdeed.wait)
        reply = misdeed.say
        if reply is None and misdeed.then is Then.GO_ON:
            reply = usual or USUAL.get(at, "")
        if reply:
            await self._say(reply, misdeed.drip)
        match misdeed.then:
            case Then.HANG_UP:
                raise Gone
            case Then.RESET:
                self.writer.transport.abort()
                raise Gone
            case Then.SILENCE:
                await asyncio.Event().wait()

    async def _say(self, text: str, drip: float = 0.0) -> None:
        raw = text.encode("utf-8", "surrogateescape") + b"\r\n"
        pieces = [raw] if not drip else [raw[i : i + 1] for i in range(len(raw))]
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if drip:
                await asyncio.sleep(drip)


def _is_yes(misdeed: Misdeed) -> bool:
    """Whether it takes the letter all the same, and says so."""
    return misdeed.then is Then.GO_ON if misdeed.say is None else misdeed.say.startswith("2")


def _address(line: str) -> str:
    found = _BRACKETED.search(line)
    return found[1] if found else ""
