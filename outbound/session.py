"""One SMTP connection and the letter in its hands: what was said, and what a silence then means."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass
from typing import cast

import aiosmtplib
from aiosmtplib import SMTPException, SMTPHeloError, SMTPResponse, SMTPResponseException

from nurture.values import Letter
from nurture.words import Outcome
from outbound.addresses import wire_address
from outbound.relay import RelayAddress, Timeouts
from outbound.replies import Phase, outcome_of, outcome_of_silence, scrub

CLOSING = 421
START_INPUT = 354
LONE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one letter."""

    outcome: Outcome
    code: int | None = None
    reply: str = ""
    lost: bool = False  # the connection went with it


class Away(Exception):
    """The relay could not be spoken to at all; nothing was said of the letter in hand."""

    def __init__(self, code: int | None, reply: str) -> None:
        super().__init__(reply)
        self.code = code
        self.reply = reply


class Session:
    """A connection that opens when needed, stays open between letters, and never re-pairs a late reply."""

    def __init__(self, address: RelayAddress, timeouts: Timeouts, tls_context: ssl.SSLContext | None) -> None:
        self._timeouts = timeouts
        self._phase = Phase.MAIL
        self._used_at = 0.0
        self._client = aiosmtplib.SMTP(
            hostname=address.host,
            port=address.port,
            username=address.username,
            password=address.password,
            local_hostname=socket.gethostname(),  # getfqdn would ask the DNS, and may hang
            timeout=timeouts.command,
            use_tls=address.tls,
            start_tls=address.starttls,
            tls_context=tls_context,
        )

    async def deliver(self, letter: Letter) -> Answer:
        """Speak one letter, whatever happens.

        Raises:
            Away: the relay could not be reached, or refuses us before anything was said of the letter.
        """
        self._phase = Phase.MAIL
        try:
            async with asyncio.timeout(self._timeouts.letter):
                answer = await self._converse(letter)
        except Away:
            self._client.close()
            raise
        except Exception as error:  # one letter's surprise must never cost the others their outcome
            self._client.close()
            return Answer(outcome_of_silence(self._phase), None, _silence(self._phase, error), lost=True)
        except BaseException:
            self._client.close()
            raise
        self._used_at = asyncio.get_running_loop().time()
        return answer

    async def quit(self) -> None:
        """Say goodbye if there is anybody to hear it, and close."""
        try:
            if self._client.is_connected:
                await self._client.quit(timeout=self._timeouts.quit)
        except (SMTPException, OSError):
            pass  # the mail was settled long before (FAULTS B3 row 17)
        finally:
            self._client.close()

    async def _converse(self, letter: Letter) -> Answer:
        try:
            sender = wire_address(letter.sender) if letter.sender else ""
            recipient = wire_address(letter.recipient)
        except ValueError as error:
            return Answer(Outcome.REFUSED, None, f"not offered to the relay: {error}")
        reply = await self._name_sender(sender, recipient, letter.content)
        if reply is None:
            return Answer(Outcome.REFUSED, None, "not offered: the relay lacks SMTPUTF8")
        if reply.code == 250:
            self._phase = Phase.RCPT
            reply = await self._client.execute_command(b"RCPT", b"TO:<" + recipient.encode() + b">")
        if self._phase is Phase.RCPT and reply.code in (250, 251):
            self._phase = Phase.DATA
            reply = await self._client.execute_command(b"DATA", timeout=self._timeouts.data)
        if self._phase is Phase.DATA and reply.code == START_INPUT:
            reply = await self._write(letter.content)
        return await self._settle(reply, letter.recipient)

    async def _name_sender(self, sender: str, recipient: str, content: bytes) -> SMTPResponse | None:
        """MAIL, on a fresh connection if the server closed the one at hand while it lay idle."""
        if self._client.is_connected and not self._is_stale():
            try:
                reply = await self._mail(sender, recipient, content)
            except ConnectionError:
                reply = SMTPResponse(CLOSING, "")
            if reply is None or reply.code != CLOSING:
                return reply
        await self._connect()
        return await self._mail(sender, recipient, content)

    async def _mail(self, sender: str, recipient: str, content: bytes) -> SMTPResponse | None:
        options: list[bytes] = []
        if self._client.supports_extension("size"):
            options.append(b"SIZE=%d" % len(content))  # a letter too large is refused before it is written
        if not content.isascii() and self._client.supports_extension("8bitmime"):
            options.append(b"BODY=8BITMIME")
        head = content.partition(b"\r\n\r\n")[0]
        if not (sender.isascii() and recipient.isascii() and head.isascii()):
            if not self._client.supports_extension("smtputf8"):
                return None
            options.append(b"SMTPUTF8")
        return await self._client.execute_command(b"MAIL", b"FROM:<" + sender.encode() + b">", *options)

    async def _write(self, content: bytes) -> SMTPResponse:
        """The body, then its final dot apart: until the dot leaves, the server cannot have taken it."""
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or transport is None:
            raise ConnectionError("the connection was lost")
        self._phase = Phase.BODY
        protocol.write(wire_body(content))
        async with asyncio.timeout(self._timeouts.block):
            while cast(asyncio.WriteTransport, transport).get_write_buffer_size() and protocol.is_connected:
                await asyncio.sleep(0.005)
        protocol.write(b".\r\n")  # raises when the connection is known to be gone: still no doubt
        self._phase = Phase.DOT
        return await protocol.read_response(timeout=self._timeouts.dot)

    async def _settle(self, reply: SMTPResponse, recipient: str) -> Answer:
        outcome = outcome_of(self._phase, reply.code, reply.message)
        lost = reply.code == CLOSING or not 400 <= reply.code < 600
        if outcome is Outcome.SENT:
            lost = False
        elif not lost:
            lost = not await self._reset()
        if lost:
            self._client.close()
        return Answer(outcome, reply.code, scrub(reply.message, recipient), lost=lost)

    async def _reset(self) -> bool:
        """Take back what was said of the letter, so that the next one starts clean."""
        try:
            await self._client.rset(timeout=self._timeouts.connect)
        except (SMTPException, OSError):
            return False
        return True

    async def _connect(self) -> None:
        self._client.close()
        try:
            await self._client.connect(timeout=self._timeouts.connect)
            if self._client.is_ehlo_or_helo_needed:
                await self._greet()
        except SMTPResponseException as error:
            raise Away(error.code if error.code > 0 else None, scrub(error.message)) from error
        except (SMTPException, OSError) as error:
            raise Away(None, f"no connection to the relay: {scrub(_words(error))}") from error

    async def _greet(self) -> None:
        try:
            await self._client.ehlo()
        except SMTPHeloError:
            if not self._client.is_connected:
                raise
            await self._client.helo()

    def _is_stale(self) -> bool:
        return asyncio.get_running_loop().time() - self._used_at > self._timeouts.idle


def wire_body(content: bytes) -> bytes:
    """The message as DATA carries it, without the final dot: CRLF line ends, leading dots doubled."""
    ends = content.count(b"\r\n")
    if content.count(b"\n") != ends or content.count(b"\r") != ends:
        content = LONE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..")


def _silence(phase: Phase, error: Exception) -> str:
    match error:
        case TimeoutError():
            what = "no answer in time"
        case SMTPResponseException():
            what = "an answer that is not SMTP"
        case SMTPException() | OSError():
            what = "the connection was lost"
        case _:
            what = type(error).__name__
    return f"{what} at {phase.value}"


def _words(error: Exception) -> str:
    return getattr(error, "message", None) or str(error) or type(error).__name__
