"""How the SMTP relay holds its connections, and what it makes of servers that misbehave."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from nurture.words import Outcome, Remedy
from outbound.relay import Timeouts
from outbound.smtp.pool import Relay
from tests.outbound.letters import letter, letters, now
from tests.outbound.rogue import MisbehavingServer, Misdeed, Then
from tests.outbound.servers import Line, mailroom, raw_server

HASTY = Timeouts(connect=0.3, command=0.3, data=0.3, block=0.3, dot=0.3, quit=0.3, letter=1)
SENT, LATER, REFUSED, UNCERTAIN = Outcome.SENT, Outcome.LATER, Outcome.REFUSED, Outcome.UNCERTAIN


def relay_to(port: int, connections: int = 1, timeouts: Timeouts = HASTY, **options: Any) -> Relay:
    """An impatient relay on this machine."""
    return Relay(f"smtp://127.0.0.1:{port}", connections, timeouts=timeouts, **options)


async def deliver_to(talk: Any, count: int = 1) -> list[tuple[Outcome, int | None, str]]:
    """What a server that talks like this makes of some letters."""
    async with raw_server(talk) as port, relay_to(port) as relay:
        return [(d.outcome, d.code, d.reply) for d in await relay.send(letters(count), now)]


# Connections


async def test_connection_is_kept() -> None:
    """All letters of several batches go over one connection."""
    async with mailroom() as room, relay_to(room.port) as relay:
        await relay.send(letters(20), now)
        await relay.send(letters(20), now)

        assert (room.connections, len(room.taken)) == (1, 40)


async def test_connections_share_a_batch() -> None:
    """A batch is spread over as many connections as allowed, and no more."""
    async with mailroom() as room, relay_to(room.port, connections=3) as relay:
        deliveries = await relay.send(letters(60), now)

        assert (room.connections, [d.outcome for d in deliveries]) == (3, [SENT] * 60)


async def test_callers_share_the_connections() -> None:
    """Several callers at once wait for the same few connections, and each gets its own answers."""
    async with mailroom() as room, relay_to(room.port, connections=2) as relay:
        batches = await asyncio.gather(*(relay.send(letters(10), now) for _ in range(5)))

        assert room.connections == 2
        assert [[d.outbox_id for d in batch] for batch in batches] == [list(range(1, 11))] * 5


async def test_refusal_leaves_the_connection_clean() -> None:
    """After a refusal the same connection takes the next letter."""
    async with mailroom() as room, relay_to(room.port) as relay:
        room.script["lead1@example.com"] = "550 5.1.1 no"
        deliveries = await relay.send(letters(2), now)

        assert ([d.outcome for d in deliveries], room.connections) == ([REFUSED, SENT], 1)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("451 4.3.0 try later", LATER), ("454 throttled", LATER), ("554 5.7.1 spam", REFUSED)],
)
async def test_answer_to_the_dot_is_definite(reply: str, outcome: Outcome) -> None:
    """A 4xx or 5xx after the final dot is no doubt: the letter was not taken."""
    async with mailroom() as room, relay_to(room.port) as relay:
        room.script["lead1@example.com"] = f"dot {reply}"
        deliveries = await relay.send(letters(2), now)

        assert ([d.outcome for d in deliveries], room.connections) == ([outcome, SENT], 1)


async def test_server_that_hung_up_meanwhile() -> None:
    """A connection closed by the server between two batches is replaced, and no letter pays for it."""
    async with mailroom() as room, relay_to(room.port) as relay:
        await relay.send(letters(1), now)
        room.close_all()
        await asyncio.sleep(0.05)
        [delivery] = await relay.send(letters(1), now)

        assert (delivery.outcome, room.connections) == (SENT, 2)


async def test_server_that_closes_on_the_next_mail() -> None:
    """421 or a hang-up in answer to MAIL on a used connection means: reconnect, the letter goes on."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="end")
        await line.hear()
        if line.number == 1:
            await line.say("421 4.4.2 idle too long")
            return
        if line.number == 2:
            return  # hangs up without a word
        for reply in ("250 ok", "250 ok"):
            await line.say(reply)
            await line.hear()
        await line.say("354 go")
        await line.hear_body()
        await line.say("250 taken")

    assert await deliver_to(talk, 4) == [(SENT, 250, "taken")] * 4


async def test_connection_idle_for_long_is_replaced() -> None:
    """A connection unused for longer than `idle` is not trusted."""
    impatient = Timeouts(idle=0.01)
    async with mailroom() as room, relay_to(room.port, timeouts=impatient) as relay:
        await relay.send(letters(1), now)
        await asyncio.sleep(0.05)
        await relay.send(letters(1), now)

        assert (room.connections, len(room.taken)) == (2, 2)


async def test_server_that_allows_one_connection() -> None:
    """When only some connections are let in, those carry the whole batch."""

    async def talk(line: Line) -> None:
        if line.number > 1:
            await line.say("421 4.7.0 too many connections")
            return
        await line.open()
        while True:
            await line.take(until="end")

    async with raw_server(talk) as port, relay_to(port, connections=3) as relay:
        deliveries = await relay.send(letters(12), now)

    assert [d.outcome for d in deliveries] == [SENT] * 12


async def test_relay_that_lets_few_in_is_not_asked_for_more() -> None:
    """After a refusal beside a connection that lives, batch after batch goes over that one alone."""
    async with MisbehavingServer(limit=1) as server, relay_to(server.port, connections=3) as relay:
        first = await relay.send(letters(12), now)
        knocks = server.connections
        later = [await relay.send(letters(12), now) for _ in range(3)]

        assert [d.remedy for batch in (first, *later) for d in batch] == [Remedy.TAKEN] * 48
        assert (knocks, server.connections, server.most_at_once) == (3, 3, 1)


async def test_callers_share_what_the_relay_lets_in() -> None:
    """A caller whose connections are all refused waits for those of another instead of giving up."""
    async with MisbehavingServer(limit=2) as server, relay_to(server.port, connections=4) as relay:
        batches = await asyncio.gather(*(relay.send(letters(20), now) for _ in range(3)))

        assert {d.remedy for batch in batches for d in batch} == {Remedy.TAKEN}
        assert (server.connections, server.most_at_once) == (4, 2)


async def test_relay_is_asked_for_more_after_a_while() -> None:
    """A slot that rested is used again, once the relay may have room."""
    timeouts = Timeouts(rest=0.0)
    async with (
        MisbehavingServer(limit=1) as server,
        relay_to(server.port, connections=2, timeouts=timeouts) as relay,
    ):
        await relay.send(letters(8), now)
        server.heal()
        await relay.send(letters(8), now)

        assert (server.connections, server.open_now) == (3, 2)


async def test_nothing_rests_while_the_relay_is_away(unused_tcp_port: int) -> None:
    """A relay that lets nobody in costs none of the connections that it lets in later."""
    server = MisbehavingServer()
    server.port = unused_tcp_port
    async with relay_to(unused_tcp_port, connections=4) as relay:
        away = await relay.send(letters(40), now)
        async with server:
            back = await relay.send(letters(40), now)

            assert {d.remedy for d in away} == {Remedy.SLOW_RELAY}
            assert ({d.remedy for d in back}, server.open_now) == ({Remedy.TAKEN}, 4)


# A relay that is away


@pytest.mark.parametrize(
    ("misdeed", "remedy", "code"),
    [
        (Misdeed("connect", "421 4.7.0 busy", Then.HANG_UP), Remedy.SLOW_RELAY, 421),
        (Misdeed("connect", "554 5.7.1 your host is listed", Then.HANG_UP), Remedy.SLOW_RELAY, 554),
        (Misdeed("connect", then=Then.HANG_UP), Remedy.SLOW_RELAY, None),
        (Misdeed("ehlo", "421 4.3.2 going down", Then.HANG_UP), Remedy.SLOW_RELAY, 421),
        (Misdeed("auth", "535 5.7.8 who are you"), Remedy.STOP_SENDER, 535),
        (Misdeed("auth", "504 5.7.4 not in this way"), Remedy.STOP_SENDER, 504),
        (Misdeed("auth", "454 4.7.0 Too many login attempts"), Remedy.SLOW_RELAY, 454),
        (Misdeed("mail", "451 4.3.0 not now"), Remedy.SLOW_RELAY, 451),
        (Misdeed("mail", "550 5.7.1 sender rejected"), Remedy.STOP_SENDER, 550),
        (Misdeed("dot", "454 Throttling failure: Maximum sending rate exceeded"), Remedy.SLOW_RELAY, 454),
    ],
    ids=lambda value: value.at if isinstance(value, Misdeed) else str(value),
)
async def test_relay_that_turns_everybody_away(misdeed: Misdeed, remedy: Remedy, code: int | None) -> None:
    """What is wrong with the relay or with us is told to every letter, spoken of or not."""
    async with MisbehavingServer(misdeed, login=True) as server:
        url = f"smtp://us:secret@127.0.0.1:{server.port}"
        async with Relay(url, 2, timeouts=HASTY) as relay:
            deliveries = await relay.send(letters(6), now)

    assert {(d.remedy, d.outcome, d.code) for d in deliveries} == {(remedy, LATER, code)}


async def test_unspoken_letters_do_not_share_the_doubt() -> None:
    """Only letters that were spoken are listed; those that the losses kept back wait for the relay."""
    async with MisbehavingServer(Misdeed("dot", then=Then.HANG_UP)) as server, relay_to(server.port) as relay:
        deliveries = await relay.send(letters(5), now)

    assert [d.remedy for d in deliveries] == [Remedy.LIST] * 3 + [Remedy.SLOW_RELAY] * 2


async def test_nobody_listens(unused_tcp_port: int) -> None:
    """With nobody there, all letters are for later, at once."""
    async with relay_to(unused_tcp_port, connections=4) as relay:
        deliveries = await relay.send(letters(200), now)

    assert {(d.outcome, d.code) for d in deliveries} == {(LATER, None)}
    assert deliveries[0].reply.startswith("no connection to the relay: ")


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        ("421 busy", 421),
        ("554 5.7.1 your IP is listed", 554),
        ("220-endless", None),
        ("nonsense", None),
        ("", None),
    ],
)
async def test_relay_that_does_not_greet(greeting: str, code: int | None) -> None:
    """A relay that refuses us at the door, or says nothing sensible, leaves all letters for later."""

    async def talk(line: Line) -> None:
        await line.say(greeting)
        await line.hear()

    assert [(outcome, c) for outcome, c, _ in await deliver_to(talk, 3)] == [(LATER, code)] * 3


async def test_relay_that_is_silent() -> None:
    """A relay that accepts the connection and never speaks is given up after the time allowed."""

    async def talk(line: Line) -> None:
        await line.hear()

    assert [outcome for outcome, _, _ in await deliver_to(talk, 3)] == [LATER] * 3


async def test_relay_without_ehlo() -> None:
    """An old server that knows only HELO is spoken to in its way."""

    async def talk(line: Line) -> None:
        await line.say("220 old")
        await line.hear()
        await line.say("502 what?")
        await line.hear()
        await line.say("250 hello")
        await line.take(until="end")

    assert await deliver_to(talk) == [(SENT, 250, "taken")]


async def test_relay_that_closes_at_ehlo() -> None:
    """421 to EHLO is a relay that is away."""

    async def talk(line: Line) -> None:
        await line.say("220 raw")
        await line.hear()
        await line.say("421 going down")

    assert await deliver_to(talk, 2) == [(LATER, 421, "going down")] * 2


async def test_wrong_password_costs_no_letter() -> None:
    """A refused login makes every letter LATER with its code, and shows no name."""

    def nobody(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    async with (
        mailroom(authenticator=nobody, auth_require_tls=False) as room,
        Relay(f"smtp://us%40example.org:secret@127.0.0.1:{room.port}", timeouts=HASTY) as relay,
    ):
        deliveries = await relay.send(letters(5), now)

        assert {(d.outcome, d.code) for d in deliveries} == {(LATER, 535)}
        assert not any("us@" in d.reply or "secret" in d.reply for d in deliveries)


async def test_login_lets_us_in() -> None:
    """The URL's user and password, percent-decoded, are what the relay is shown."""
    shown: list[LoginPassword] = []

    def anybody(_: Any, __: Any, ___: Any, ____: Any, data: LoginPassword) -> AuthResult:
        shown.append(data)
        return AuthResult(success=True)

    async with (
        mailroom(authenticator=anybody, auth_require_tls=False) as room,
        Relay(f"smtp://us%40example.org:p%2Fw@127.0.0.1:{room.port}", timeouts=HASTY) as relay,
    ):
        [delivery] = await relay.send(letters(1), now)

        assert (delivery.outcome, shown) == (SENT, [LoginPassword(b"us@example.org", b"p/w")])


# Silences, phase by phase


@pytest.mark.parametrize(
    ("until", "outcome"),
    [("mail", LATER), ("rcpt", LATER), ("data", LATER), ("dot", UNCERTAIN)],
)
@pytest.mark.parametrize("manner", ["hangs up", "falls silent"])
async def test_silence_in_each_phase(until: str, outcome: Outcome, manner: str) -> None:
    """A silence is a doubt only after the final dot, whether the server is slow or gone."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until=until)
        if manner == "falls silent":
            await asyncio.sleep(5)

    [(found, code, reply)] = await deliver_to(talk)

    assert (found, code) == (outcome, None)
    assert reply.endswith(f" at {until}")


async def test_loss_in_the_middle_of_a_large_body() -> None:
    """A server that stops reading a large body before its dot cannot have taken it: LATER."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="body")
        await asyncio.sleep(5)

    async with raw_server(talk) as port, relay_to(port) as relay:
        [delivery] = await relay.send(
            [letter(content=b"x: y\r\n\r\n" + b"z" * 60 + b"\r\n" * 10_000_000)], now
        )

    assert (delivery.outcome, delivery.reply) == (LATER, "no answer in time at body")


async def test_hang_up_in_the_middle_of_a_large_body() -> None:
    """A server that hangs up in the middle of a large body cannot have taken it: LATER."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="body")
        line.writer.transport.abort()

    async with raw_server(talk) as port, relay_to(port) as relay:
        [delivery] = await relay.send(
            [letter(content=b"x: y\r\n\r\n" + b"z" * 60 + b"\r\n" * 10_000_000)], now
        )

    assert (delivery.outcome, delivery.reply) == (LATER, "the connection was lost at body")


async def test_slow_drip_ends_at_the_overall_deadline() -> None:
    """A server that answers each phase just in time is given up at the deadline of the whole letter."""

    async def talk(line: Line) -> None:
        await line.open()
        for reply in ("250 ok", "250 ok", "354 go"):
            await line.hear()
            await asyncio.sleep(0.2)
            await line.say(reply)
        await line.hear_body()
        await asyncio.sleep(5)

    slow = Timeouts(command=5, data=5, dot=5, letter=1)
    async with raw_server(talk) as port, relay_to(port, timeouts=slow) as relay:
        [delivery] = await relay.send(letters(1), now)

    assert (delivery.outcome, delivery.reply) == (UNCERTAIN, "no answer in time at dot")


async def test_late_reply_is_not_taken_for_the_next_letter() -> None:
    """A reply that comes after our timeout dies with its connection."""

    async def talk(line: Line) -> None:
        await line.open()
        if line.number == 1:
            await line.take(until="dot")
            await asyncio.sleep(0.4)
            await line.say("250 taken after all")
            await line.hear()
            return
        await line.take(until="end", final="550 5.7.1 spam")
        await line.hear()

    assert await deliver_to(talk, 2) == [
        (UNCERTAIN, None, "no answer in time at dot"),
        (REFUSED, 550, "5.7.1 spam"),
    ]


async def test_relay_that_loses_every_letter_is_given_up() -> None:
    """After three losses in a row a connection leaves the rest for later instead of losing them too."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="dot")

    outcomes = [outcome for outcome, _, _ in await deliver_to(talk, 10)]

    assert outcomes == [UNCERTAIN] * 3 + [LATER] * 7


@pytest.mark.parametrize("final", ["nonsense", "200 hm", "354 go on", "999 what"])
async def test_strange_answer_to_the_dot(final: str) -> None:
    """Only 2xx is a yes and only 4xx and 5xx are a no; all else after the dot is a doubt."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="end", final=final)

    [(outcome, _, _)] = await deliver_to(talk)

    assert outcome == (SENT if final.startswith("2") else UNCERTAIN)


@pytest.mark.parametrize("reply", ["250 ok", "nonsense", "220 hello"])
async def test_data_without_354(reply: str) -> None:
    """Without 354 the body is not written: LATER."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="data")
        await line.say(reply)
        await line.hear()

    [(outcome, _, _)] = await deliver_to(talk)

    assert outcome is LATER


async def test_refused_sender_costs_no_lead() -> None:
    """5xx to MAIL is said against us as a sender: the letters are kept for later."""

    async def talk(line: Line) -> None:
        await line.open()
        while command := await line.hear():
            await line.say("250 ok" if command == "RSET" else "550 5.7.1 sender rejected")

    assert await deliver_to(talk, 2) == [(LATER, 550, "5.7.1 sender rejected")] * 2


async def test_reset_that_fails_costs_only_the_connection() -> None:
    """A server that does not take RSET is met again on a new connection."""

    async def talk(line: Line) -> None:
        await line.open()
        if line.number == 1:
            await line.take(until="rcpt")
            await line.say("550 5.1.1 no")
            await line.hear()
            await line.say("500 what is RSET")
            return
        await line.take(until="end")

    assert [outcome for outcome, _, _ in await deliver_to(talk, 2)] == [REFUSED, SENT]


async def test_goodbye_without_an_answer() -> None:
    """QUIT that nobody answers delays the end by its own short time only."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="end")
        await line.hear()
        await asyncio.sleep(5)

    async with asyncio.timeout(3):
        assert [outcome for outcome, _, _ in await deliver_to(talk)] == [SENT]


async def test_cancelled_send_closes_what_it_holds() -> None:
    """A cancelled call leaves no connection in the middle of a letter behind."""
    connections: list[int] = []

    async def talk(line: Line) -> None:
        connections.append(line.number)
        await line.open()
        await line.take(until="dot" if line.number == 1 else "end")
        await line.hear()

    async with raw_server(talk) as port, relay_to(port, timeouts=Timeouts(quit=0.1)) as relay:
        task = asyncio.create_task(relay.send(letters(1), now))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        [delivery] = await relay.send(letters(1), now)

    assert (delivery.outcome, connections) == (SENT, [1, 2])


# TLS


async def test_starttls_is_used(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    """With starttls=required nothing is said before the connection is encrypted."""
    async with (
        mailroom(tls_context=server_tls, require_starttls=True) as room,
        Relay(
            f"smtp://localhost:{room.port}?starttls=required", tls_context=client_tls, timeouts=HASTY
        ) as relay,
    ):
        [delivery] = await relay.send(letters(1), now)

        assert (delivery.outcome, len(room.taken)) == (SENT, 1)


async def test_starttls_missing_fails_closed() -> None:
    """A relay that offers no STARTTLS gets no letter when it is required."""
    async with (
        mailroom() as room,
        Relay(f"smtp://localhost:{room.port}?starttls=required", timeouts=HASTY) as relay,
    ):
        deliveries = await relay.send(letters(3), now)

        assert (room.taken, {d.outcome for d in deliveries}) == ([], {LATER})
        assert "STARTTLS" in deliveries[0].reply


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_unknown_certificate_fails_closed(server_tls: ssl.SSLContext, scheme: str) -> None:
    """A certificate that nobody vouches for gets no letter."""
    options = {"tls_context": server_tls} if scheme == "smtp" else {"over_tls": server_tls}
    query = "?starttls=required" if scheme == "smtp" else ""
    async with (
        mailroom(**options) as room,
        Relay(f"{scheme}://localhost:{room.port}{query}", timeouts=HASTY) as relay,
    ):
        [delivery] = await relay.send(letters(1), now)

        assert (room.taken, delivery.outcome) == ([], LATER)
        assert "certificate" in delivery.reply


async def test_smtps_is_tls_from_the_start(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    """smtps:// speaks TLS from the first byte."""
    async with (
        mailroom(over_tls=server_tls) as room,
        Relay(f"smtps://localhost:{room.port}", tls_context=client_tls, timeouts=HASTY) as relay,
    ):
        [delivery] = await relay.send(letters(1), now)

        assert (delivery.outcome, len(room.taken)) == (SENT, 1)


# What is said


@pytest.mark.parametrize(
    "content",
    [
        b"a: b\r\n\r\n.\r\n..\r\n.x\r\n",
        b".starts with a dot\r\n",
        b"a: b\r\n\r\nno end",
        b"a: b\r\n\r\n\r\n.\r\n\r\n",
        b"",
    ],
)
async def test_dots_arrive_as_they_were(content: bytes) -> None:
    """No line of a message can end it early: dots are doubled on the wire and arrive single."""
    async with mailroom() as room, relay_to(room.port) as relay:
        [delivery] = await relay.send([letter(content=content)], now)

        assert delivery.outcome is SENT
        assert room.taken[0][2] == content + (b"" if content.endswith(b"\r\n") else b"\r\n")


async def test_bare_line_ends_cannot_smuggle() -> None:
    """Lone CR and LF leave as CRLF, so that no server sees an end of data that another does not."""
    async with mailroom() as room, relay_to(room.port) as relay:
        [delivery] = await relay.send([letter(content=b"a: b\n\n\n.\nMAIL FROM:<x@y>\r.\r\n")], now)

        assert (delivery.outcome, len(room.taken)) == (SENT, 1)
        assert room.taken[0][2] == b"a: b\r\n\r\n\r\n.\r\nMAIL FROM:<x@y>\r\n.\r\n"


async def test_too_large_is_refused_before_it_is_written() -> None:
    """The size is told at MAIL, and a letter over the relay's limit is refused for good."""
    async with mailroom(data_size_limit=1000) as room, relay_to(room.port) as relay:
        [delivery] = await relay.send([letter(content=b"a: b\r\n\r\n" + b"x" * 2000)], now)

        assert (delivery.outcome, delivery.code, room.taken) == (REFUSED, 552, [])


async def test_null_sender() -> None:
    """An empty envelope sender is spoken as <>."""
    heard: list[str] = []

    async def talk(line: Line) -> None:
        await line.open()
        heard.append(await line.hear())

    async with raw_server(talk) as port, relay_to(port) as relay:
        await relay.send([letter(sender="")], now)

    assert heard == ["MAIL FROM:<>"]


@pytest.mark.parametrize("options", [{}, {"decode_data": True}], ids=["8BITMIME", "without"])
async def test_eight_bit_body(options: dict[str, bool]) -> None:
    """A body outside ASCII is announced where the relay knows how, and goes all the same where not."""
    async with mailroom(**options) as room, relay_to(room.port) as relay:
        [delivery] = await relay.send([letter(content="a: b\r\n\r\né\r\n".encode())], now)

        assert (delivery.outcome, len(room.taken)) == (SENT, 1)


async def test_international_address() -> None:
    """A local part outside ASCII goes by SMTPUTF8, its domain in ASCII."""
    async with mailroom() as room, relay_to(room.port) as relay:
        [delivery] = await relay.send([letter("zoé@münchen.example")], now)

        assert (delivery.outcome, room.taken[0][1]) == (SENT, "zoé@xn--mnchen-3ya.example")


async def test_international_address_at_an_old_relay() -> None:
    """A relay without SMTPUTF8 is not offered what it cannot carry, and takes the next letter."""
    async with mailroom(enable_SMTPUTF8=False) as room, relay_to(room.port) as relay:
        deliveries = await relay.send([letter("zoé@example.com"), letter(number=2)], now)

        assert [(d.outcome, d.code) for d in deliveries] == [(REFUSED, None), (SENT, 250)]


async def test_broken_bytes_in_a_reply() -> None:
    """Bytes that are no UTF-8, controls and long replies come out as one short printable line."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="rcpt")
        await line.say("550-5.1.1 \udcff\x00 first")
        await line.say("550 5.1.1 " + "word " * 500)

    [(outcome, code, reply)] = await deliver_to(talk)

    assert (outcome, code) == (REFUSED, 550)
    assert reply.startswith("5.1.1 first 5.1.1 word")
    assert len(reply) <= 400


# PIPELINING (RFC 2920)


async def test_commands_go_together_where_the_server_allows_it() -> None:
    """MAIL, RCPT and DATA arrive in one packet, and several letters one after the other."""
    packets: list[bytes] = []

    async def talk(line: Line) -> None:
        await line.open("PIPELINING")
        for _ in range(2):
            packets.append(await line.reader.read(4096))
            for reply in ("250 ok", "250 ok", "354 go"):
                await line.say(reply)
            await line.hear_body()
            await line.say("250 taken")

    assert await deliver_to(talk, 2) == [(SENT, 250, "taken")] * 2
    assert [packet.count(b"\r\n") for packet in packets] == [3, 3]


@pytest.mark.parametrize(
    ("replies", "outcome", "code"),
    [
        (("550 5.7.1 you", "503 first MAIL", "503 first MAIL"), LATER, 550),
        (("250 ok", "550 5.1.1 who", "554 no recipients"), REFUSED, 550),
        (("250 ok", "450 4.2.1 busy", "554 no recipients"), LATER, 450),
        (("250 ok", "550 5.1.1 who", "354 go on anyway"), REFUSED, 550),
        (("250 ok", "250 ok", "451 4.3.0 no room"), LATER, 451),
    ],
    ids=["sender", "recipient", "recipient later", "body without recipient", "data"],
)
async def test_the_first_no_of_three_replies_counts(
    replies: tuple[str, ...], outcome: Outcome, code: int
) -> None:
    """Whatever the server says to the commands after the one it refused, the refused one is the answer."""

    async def talk(line: Line) -> None:
        await line.open("PIPELINING")
        await line.reader.readuntil(b"DATA\r\n")
        for reply in replies:
            await line.say(reply)
        await line.hear()

    [(found, said, _)] = await deliver_to(talk)

    assert (found, said) == (outcome, code)


@pytest.mark.parametrize("heard", [0, 1, 2])
async def test_silence_among_the_three_replies_is_no_doubt(heard: int) -> None:
    """Without 354 nothing of the body was written: LATER, however many replies came before."""

    async def talk(line: Line) -> None:
        await line.open("PIPELINING")
        await line.reader.readuntil(b"DATA\r\n")
        await line.say("\r\n".join(["250 ok"] * heard) or "250-")
        await asyncio.sleep(5)

    [(found, _, reply)] = await deliver_to(talk)

    assert (found, reply.partition(" at ")[0]) == (LATER, "no answer in time")


async def test_closing_in_answer_to_three_commands() -> None:
    """421 at RCPT closes the connection, and the letter is for later."""

    async def talk(line: Line) -> None:
        await line.open("PIPELINING")
        await line.reader.readuntil(b"DATA\r\n")
        await line.say("250 ok\r\n421 4.3.2 going down")

    assert await deliver_to(talk) == [(LATER, 421, "4.3.2 going down")]


async def test_what_is_said_unasked_ends_the_connection() -> None:
    """A reply that nobody asked for is never taken for the next letter's."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.take(until="end", final="250 taken\r\n250 and again")
        await line.hear()

    async with raw_server(talk) as port, relay_to(port) as relay:
        deliveries = await relay.send(letters(3), now)

    assert [d.outcome for d in deliveries] == [SENT] * 3


@pytest.mark.parametrize("said", ["y" * 5000, "250-" + "y" * 70000, "250-y\r\n" * 5000])
async def test_endless_replies_are_given_up(said: str) -> None:
    """A reply without an end does not fill our memory."""

    async def talk(line: Line) -> None:
        await line.open()
        await line.hear()
        await line.say(said)
        await line.hear()

    [(found, _, reply)] = await deliver_to(talk)

    assert (found, reply) == (LATER, "an answer that is not SMTP at mail")
