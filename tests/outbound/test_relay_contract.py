"""What every relay promises: the SMTP relay and its twin in memory pass the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nurture.values import Delivery
from nurture.words import OUTCOMES, Outcome, Remedy
from outbound.smtp.pool import Relay
from outbound.testing import LOST_AFTER_DOT, LOST_BEFORE_BODY, MemoryRelay
from tests.outbound.letters import NOW, letter, letters, now
from tests.outbound.servers import Mailroom, mailroom


class Scene:
    """A relay of one kind, the script of its answers, and what the other side took."""

    relay: Relay | MemoryRelay

    def __init__(self, script: dict[str, str]) -> None:
        self.script = script

    def taken(self) -> list[tuple[str, str, bytes]]:
        raise NotImplementedError

    async def leave(self) -> None:
        """Nobody answers any more."""
        raise NotImplementedError

    async def shut_out(self) -> None:
        """Our login is refused from now on."""
        raise NotImplementedError

    async def come_back(self) -> None:
        """All is as before."""
        raise NotImplementedError


class MemoryScene(Scene):
    def __init__(self, relay: MemoryRelay, script: dict[str, str]) -> None:
        super().__init__(script)
        self.relay = self.memory = relay

    def taken(self) -> list[tuple[str, str, bytes]]:
        return [(x.sender, x.recipient, x.content) for x in self.memory.letters]

    async def leave(self) -> None:
        self.memory.away = "no connection to the relay"

    async def shut_out(self) -> None:
        self.memory.away = "535 5.7.8 Authentication credentials invalid"

    async def come_back(self) -> None:
        self.memory.away = None


class SmtpScene(Scene):
    def __init__(self, room: Mailroom, relay: Relay) -> None:
        super().__init__(room.script)
        self.room = room
        self.relay = relay

    def taken(self) -> list[tuple[str, str, bytes]]:
        return list(self.room.taken)

    async def leave(self) -> None:
        await self.room.close()

    async def shut_out(self) -> None:
        self.room.password = b"another"
        self.room.close_all()

    async def come_back(self) -> None:
        await self.room.open()


@pytest.fixture(params=["memory", "smtp"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """One relay after the other, all with the same promises."""
    if request.param == "memory":
        script: dict[str, str] = {}
        async with MemoryRelay(answer=script.get) as memory:
            yield MemoryScene(memory, script)
        return
    async with (
        mailroom(auth_require_tls=False) as room,
        Relay(f"smtp://us:secret@127.0.0.1:{room.port}", connections=1) as relay,
    ):
        yield SmtpScene(room, relay)


async def test_letter_is_taken(scene: Scene) -> None:
    """A letter arrives with its envelope and content as they were, and is TAKEN at the moment told."""
    [delivery] = await scene.relay.send([letter()], now)

    assert scene.taken() == [("us@example.org", "ada@example.com", letter().content)]
    assert (delivery.outbox_id, delivery.attempt, delivery.remedy) == (1, 3, Remedy.TAKEN)
    assert (delivery.at, delivery.code) == (NOW, 250)


async def test_nothing_to_send(scene: Scene) -> None:
    """No letters, no deliveries."""
    assert await scene.relay.send([], now) == []


async def test_one_delivery_per_letter_in_order(scene: Scene) -> None:
    """Whatever meets each of them, letters get one delivery each, in the order they were given."""
    scene.script["lead2@example.com"] = "550 5.1.1 unknown"
    scene.script["lead4@example.com"] = LOST_BEFORE_BODY
    scene.script["lead5@example.com"] = LOST_AFTER_DOT

    deliveries = await scene.relay.send(letters(6), now)

    assert [(d.outbox_id, d.outcome) for d in deliveries] == [
        (1, Outcome.SENT),
        (2, Outcome.REFUSED),
        (3, Outcome.SENT),
        (4, Outcome.LATER),
        (5, Outcome.UNCERTAIN),
        (6, Outcome.SENT),
    ]


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        ("550 5.1.1 unknown", Remedy.SUPPRESS),
        ("554 5.7.1 spam", Remedy.FAIL),
        ("450 4.2.1 greylisted", Remedy.RETRY),
        ("452 4.2.2 full", Remedy.RETRY),
        ("451 4.7.500 busy", Remedy.SLOW_DOMAIN),
        ("454 Throttling failure", Remedy.SLOW_RELAY),
        ("421 4.3.2 going down", Remedy.SLOW_RELAY),
        ("550 5.7.26 unauthenticated", Remedy.STOP_SENDER),
        ("530 5.7.0 log in first", Remedy.STOP_SENDER),
    ],
)
async def test_reply_decides(scene: Scene, reply: str, remedy: Remedy) -> None:
    """A reply asks for its remedy, which decides what becomes of the letter."""
    scene.script["ada@example.com"] = reply

    [delivery] = await scene.relay.send([letter()], now)

    assert (delivery.remedy, delivery.outcome) == (remedy, OUTCOMES[remedy])
    assert (delivery.code, scene.taken()) == (int(reply[:3]), [])


async def test_loss_before_the_body_is_later(scene: Scene) -> None:
    """A connection lost before the body was written leaves the letter for later: nothing was taken."""
    scene.script["ada@example.com"] = LOST_BEFORE_BODY

    [delivery] = await scene.relay.send([letter()], now)

    assert (delivery.remedy, delivery.code, scene.taken()) == (Remedy.RETRY, None, [])


async def test_loss_after_the_dot_is_uncertain(scene: Scene) -> None:
    """A connection lost after the final dot leaves a doubt, though the letter was taken."""
    scene.script["ada@example.com"] = LOST_AFTER_DOT

    [delivery] = await scene.relay.send([letter()], now)

    assert (delivery.remedy, delivery.code, len(scene.taken())) == (Remedy.LIST, None, 1)


async def test_reply_holds_no_address(scene: Scene) -> None:
    """The kept reply names nobody, whatever the relay said of them."""
    scene.script["ada@example.com"] = "550 5.1.1 <ada@example.com>: ada@example.com is not here (x@y.z)"

    [delivery] = await scene.relay.send([letter()], now)

    assert delivery.reply == "5.1.1 <address>: <address> is not here (<address>)"


@pytest.mark.parametrize("recipient", ["", "ada", "@example.com", "ada@", "a b@example.com", "a@b\r\nRSET"])
async def test_impossible_address_is_refused(scene: Scene, recipient: str) -> None:
    """An address that cannot stand in a mail command is refused without a word to the relay."""
    deliveries = await scene.relay.send([letter(recipient), letter(number=2)], now)

    assert [(d.remedy, d.code) for d in deliveries] == [(Remedy.FAIL, None), (Remedy.TAKEN, 250)]


async def test_relay_serves_again(scene: Scene) -> None:
    """One batch after another goes through the same relay."""
    first = await scene.relay.send(letters(2), now)
    second = await scene.relay.send(letters(3), now)

    assert [d.outcome for d in first + second] == [Outcome.SENT] * 5


async def test_relay_that_is_away(scene: Scene) -> None:
    """While the relay is away everything waits, with no code; afterwards it goes."""
    await scene.relay.send(letters(1), now)
    await scene.leave()
    meanwhile = await scene.relay.send(letters(5), now)
    await scene.come_back()
    afterwards = await scene.relay.send(letters(5), now)

    assert {(d.remedy, d.code) for d in meanwhile} == {(Remedy.SLOW_RELAY, None)}
    assert meanwhile[0].reply.startswith("no connection to the relay")
    assert [d.outcome for d in afterwards] == [Outcome.SENT] * 5


async def test_login_that_is_refused(scene: Scene) -> None:
    """A relay that refuses our login stops the sender, for every letter of the batch."""
    await scene.relay.send(letters(1), now)
    await scene.shut_out()

    deliveries = await scene.relay.send(letters(3), now)

    assert [(d.remedy, d.outcome, d.code) for d in deliveries] == [
        (Remedy.STOP_SENDER, Outcome.LATER, 535)
    ] * 3


async def test_delivery_is_a_value(scene: Scene) -> None:
    """What comes back is a Delivery, and nothing that holds on to the connection."""
    [delivery] = await scene.relay.send([letter()], now)

    assert type(delivery) is Delivery
