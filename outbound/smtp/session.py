"""One SMTP connection and the letter that it carries: commands, replies, and what a missing reply means."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponse,
    SMTPResponseException,
)

from nurture.quick import quick
from nurture.values import Letter
from nurture.words import Remedy
from outbound.message.addresses import wire_address
from outbound.relay import RelayAddress, Timeouts
from outbound.smtp.dialogue import Dialogue, NotSMTP
from outbound.smtp.replies import Phase, remedy_of, remedy_of_silence, scrub

CLOSING = 421
TAKEN = 250
RECIPIENT_TAKEN = (250, 251)
START_INPUT = 354
ONE_PACKET = 16 * 1024
"""Bytes of body that go together with the final dot; a larger one must have left before the dot does."""
LONE_END = re.compile(rb"\r\n|\r|\n")


@quick
class Answer:
    """What became of one letter."""

    remedy: Remedy
    code: int | None = None
    reply: str = ""
    lost: bool = False  # the connection went with it


class Away(Exception):
    """The relay refused the connection or could not be reached; the letter was not offered."""

    def __init__(self, remedy: Remedy, code: int | None, reply: str) -> None:
        super().__init__(reply)
        self.remedy = remedy
        self.code = code
        self.reply = reply


class Session:
    """A connection that opens when needed and stays open; a late reply never counts for another letter."""

    def __init__(self, address: RelayAddress, timeouts: Timeouts, tls_context: ssl.SSLContext | None) -> None:
        self._timeouts = timeouts
        self._phase = Phase.MAIL
        self._used_at = 0.0
        self._dialogue: Dialogue | None = None
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

    @property
    def is_open(self) -> bool:
        """Whether the relay has accepted this connection, and not closed it since."""
        return self._dialogue is not None and self._dialogue.is_open

    async def deliver(self, letter: Letter) -> Answer:
        """Send one letter, whatever happens.

        Raises:
            Away: the relay could not be reached, or refuses us before anything was said of the letter.
        """
        self._phase = Phase.MAIL
        try:
            async with asyncio.timeout(self._timeouts.letter):
                answer = await self._converse(letter)
        except Away:
            self._close()
            raise
        except Exception as error:  # an unexpected error of one letter must not lose the others' outcomes
            self._close()
            return Answer(remedy_of_silence(self._phase), None, _silence(self._phase, error), lost=True)
        except BaseException:
            self._close()
            raise
        self._used_at = asyncio.get_running_loop().time()
        return answer

    async def quit(self) -> None:
        """Send QUIT if the connection is open, and close it."""
        try:
            if self.is_open:
                await self._say(b"QUIT\r\n", self._timeouts.quit)
        except (NotSMTP, OSError):
            pass  # the mail was settled long before (FAULTS B3 row 17)
        finally:
            self._close()

    async def _converse(self, letter: Letter) -> Answer:
        try:
            sender = wire_address(letter.sender) if letter.sender else ""
            recipient = wire_address(letter.recipient)
        except ValueError as error:
            return Answer(Remedy.FAIL, None, f"not offered to the relay: {error}")
        used = self.is_open and not self._is_stale()
        if not used:
            await self._connect()
        reply = await self._offer(sender, recipient, letter.content, used)
        if reply is not None and used and reply.code == CLOSING and self._phase is Phase.MAIL:
            # The server closed the connection while it lay idle: the letter is tried on a new one.
            await self._connect()
            reply = await self._offer(sender, recipient, letter.content, False)
        if reply is None:
            return Answer(Remedy.FAIL, None, "not offered: the relay lacks SMTPUTF8")
        if self._phase is Phase.DATA and reply.code == START_INPUT:
            reply = await self._write(letter.content)
        return await self._settle(reply, letter.recipient)

    async def _offer(self, sender: str, recipient: str, content: bytes, used: bool) -> SMTPResponse | None:
        """Envelope and DATA, up to the reply that matters; None: the relay cannot carry these addresses."""
        options = self._options(sender, recipient, content)
        if options is None:
            return None
        mail = b" ".join([b"MAIL FROM:<" + sender.encode() + b">", *options]) + b"\r\n"
        rcpt = b"RCPT TO:<" + recipient.encode() + b">\r\n"
        try:
            if self._client.supports_extension("pipelining"):
                return await self._offer_at_once(mail + rcpt + b"DATA\r\n")
            return await self._offer_in_turn(mail, rcpt)
        except ConnectionError:
            if used and self._phase is Phase.MAIL:
                return SMTPResponse(CLOSING, "")
            raise

    async def _offer_in_turn(self, mail: bytes, rcpt: bytes) -> SMTPResponse:
        reply = await self._say(mail, self._timeouts.command)
        if reply.code == TAKEN:
            self._phase = Phase.RCPT
            reply = await self._say(rcpt, self._timeouts.command)
        if self._phase is Phase.RCPT and reply.code in RECIPIENT_TAKEN:
            self._phase = Phase.DATA
            reply = await self._say(b"DATA\r\n", self._timeouts.data)
        return reply

    async def _offer_at_once(self, commands: bytes) -> SMTPResponse:
        """MAIL, RCPT and DATA in one packet (RFC 2920 3.1): three replies, of which the first "no" counts."""
        talk = self._talk()
        talk.say(commands, replies=3)
        first = await talk.reply(self._timeouts.command)
        if first.code == TAKEN:
            self._phase = Phase.RCPT
        if first.code == CLOSING:
            return first
        second = await talk.reply(self._timeouts.command)
        if self._phase is Phase.RCPT and second.code in RECIPIENT_TAKEN:
            self._phase = Phase.DATA
        if second.code == CLOSING:
            return second
        third = await talk.reply(self._timeouts.data)
        if self._phase is Phase.DATA:
            return third
        if third.code == START_INPUT:
            talk.close()  # it waits for a body that has no recipient: nothing is sent by hanging up
        return first if self._phase is Phase.MAIL else second

    def _options(self, sender: str, recipient: str, content: bytes) -> list[bytes] | None:
        options: list[bytes] = []
        if self._client.supports_extension("size"):
            options.append(b"SIZE=%d" % len(content))  # a letter too large is refused before it is written
        if not content.isascii() and self._client.supports_extension("8bitmime"):
            options.append(b"BODY=8BITMIME")
        head = content[: content.find(b"\r\n\r\n")]
        if not (sender.isascii() and recipient.isascii() and head.isascii()):
            if not self._client.supports_extension("smtputf8"):
                return None
            options.append(b"SMTPUTF8")
        return options

    async def _write(self, content: bytes) -> SMTPResponse:
        """The body and its final dot: until the dot leaves, the server cannot have taken it."""
        talk, body = self._talk(), wire_body(content)
        self._phase = Phase.BODY
        if len(body) > ONE_PACKET:
            talk.say(body, replies=0)
            async with asyncio.timeout(self._timeouts.block):
                while talk.unwritten and talk.is_open:
                    await asyncio.sleep(0.005)
            body = b""
        talk.say(body + b".\r\n")  # raises when the connection is known to be gone: still no doubt
        if not talk.is_open and not talk.unwritten:
            raise ConnectionResetError("the network took none of it")
        self._phase = Phase.DOT
        return await talk.reply(self._timeouts.dot)

    async def _settle(self, reply: SMTPResponse, recipient: str) -> Answer:
        remedy = remedy_of(self._phase, reply.code, reply.message)
        lost = reply.code == CLOSING or not 400 <= reply.code < 600
        if remedy is Remedy.TAKEN:
            lost = False
        elif not lost:
            lost = not await self._reset()
        if lost:
            self._close()
        return Answer(remedy, reply.code, scrub(reply.message, recipient), lost=lost)

    async def _reset(self) -> bool:
        """Reset the transaction, so that the next letter starts clean."""
        try:
            return (await self._say(b"RSET\r\n", self._timeouts.connect)).code == TAKEN
        except (NotSMTP, OSError):
            return False

    async def _say(self, command: bytes, timeout: float) -> SMTPResponse:
        talk = self._talk()
        talk.say(command)
        return await talk.reply(timeout)

    def _talk(self) -> Dialogue:
        if self._dialogue is None:
            raise ConnectionResetError("the connection was lost")
        return self._dialogue

    def _close(self) -> None:
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None
        self._client.close()

    async def _connect(self) -> None:
        self._close()
        try:
            await self._client.connect(timeout=self._timeouts.connect)
            if self._client.is_ehlo_or_helo_needed:
                await self._greet()
            transport = self._client.transport
            if transport is None or transport.is_closing():
                raise Away(Remedy.SLOW_RELAY, None, "the relay closed the connection at once")
            self._dialogue = Dialogue(transport)
        except SMTPResponseException as error:
            asked = Phase.LOGIN if isinstance(error, SMTPAuthenticationError) else Phase.CONNECT
            remedy = remedy_of(asked, error.code, error.message)
            raise Away(remedy, error.code if error.code > 0 else None, scrub(error.message)) from error
        except (SMTPException, OSError) as error:
            why = f"no connection to the relay: {scrub(_words(error))}"
            raise Away(remedy_of_silence(Phase.CONNECT), None, why) from error

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
        case NotSMTP():
            what = "an answer that is not SMTP"
        case OSError():
            what = "the connection was lost"
        case _:
            what = type(error).__name__
    return f"{what} at {phase.value}"


def _words(error: Exception) -> str:
    return getattr(error, "message", None) or str(error) or type(error).__name__
