"""A relay in memory, for tests: the same contract as the SMTP relay, no socket, and it records letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from nurture.values import Delivery, Letter
from nurture.words import Remedy
from outbound.message.addresses import wire_address
from outbound.smtp.replies import Phase, remedy_of, remedy_of_silence, scrub

LOST_BEFORE_BODY = "lost before the body"
LOST_AFTER_DOT = "lost after the dot"

Answers = Callable[[str], str | None]
"""What a recipient meets: a reply such as "550 5.1.1 unknown", one of the losses above, or None: taken."""


class MemoryRelay:
    """Takes letters as the SMTP relay does, and keeps them.

    `answer` scripts what a recipient meets. Set `away` to a reply ("535 5.7.8 no") or to any text to
    make the whole relay unreachable until it is None again.
    """

    def __init__(self, answer: Answers | None = None) -> None:
        self.letters: list[Letter] = []  # taken, in order; a letter lost after its dot was taken too
        self.deliveries: list[Delivery] = []  # all that was answered, in order
        self.away: str | None = None
        self._answer = answer or (lambda recipient: None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        """Answer every letter; exactly one Delivery each, in their order, and no exception for any."""
        deliveries = [self._deliver(letter, now()) for letter in letters]
        self.deliveries += deliveries
        return deliveries

    async def close(self) -> None:
        """Nothing to close; the relay may be used again."""

    def _deliver(self, letter: Letter, at: datetime) -> Delivery:
        remedy, code, reply = self._say(letter)
        return letter.delivery(remedy, at, code, scrub(reply, letter.recipient))

    def _say(self, letter: Letter) -> tuple[Remedy, int | None, str]:
        if self.away is not None:
            code, text = _read(self.away)
            return remedy_of(Phase.CONNECT, code or 0, text), code, text
        try:
            wire_address(letter.recipient)
        except ValueError as error:
            return Remedy.FAIL, None, f"not offered to the relay: {error}"
        said = self._answer(letter.recipient)
        if said == LOST_BEFORE_BODY:
            return remedy_of_silence(Phase.DATA), None, said
        if said is None or said == LOST_AFTER_DOT:
            self.letters.append(letter)
            lost = remedy_of_silence(Phase.DOT)
            return (lost, None, LOST_AFTER_DOT) if said else (Remedy.TAKEN, 250, "taken")
        code, text = _read(said)
        return remedy_of(Phase.RCPT, code or 0, text), code, text


def _read(reply: str) -> tuple[int | None, str]:
    code, _, text = reply.partition(" ")
    return (int(code), text) if code.isdigit() else (None, reply)
