"""The relay: sends letters over a few persistent SMTP connections, each with exactly one outcome."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from nurture.values import Delivery, Letter
from nurture.words import Remedy
from outbound.relay import RelayAddress, Timeouts, read_relay_url
from outbound.smtp.session import Answer, Away, Session

MAX_LOSSES = 3
"""Letters in a row that a connection may lose before it leaves the rest of the batch to the others."""
FOR_ALL = frozenset({Remedy.SLOW_RELAY, Remedy.STOP_SENDER})
"""Remedies that hold for every letter, once one letter got such an answer."""


@dataclass(slots=True)
class _Batch:
    """The letters of one call: what still waits, what was answered, and why a connection gave up."""

    waiting: deque[tuple[int, Letter]]
    settled: dict[int, Delivery] = field(default_factory=dict)
    given_up: Answer | Away | None = None
    away: bool = False  # the relay lets nobody in: nobody tries again


class Relay:
    """An SMTP relay behind at most `connections` persistent connections.

    `async with Relay(url) as relay` closes them at the end; they open when a letter needs one. Letters
    beyond the connections wait their turn, whoever sends them. A relay that lets only some of them in is
    not asked for more for a while. `tls_context` replaces the system's trusted authorities, for a relay
    with a private one.

    Raises:
        SettingError: the URL cannot be used.
    """

    def __init__(
        self,
        url: str,
        connections: int = 4,
        *,
        timeouts: Timeouts | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self.address: RelayAddress = read_relay_url(url)
        self.connections = connections
        self._timeouts = timeouts or Timeouts()
        self._tls_context = tls_context
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[Session] = []  # those that are open come last, and are taken first
        self._busy: list[Session] = []
        self._resting: deque[float] = deque()  # when each slot that rests may be used again

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        """Send every letter; exactly one Delivery each, in their order, and no exception for any.

        A relay that is away, full or refuses our login makes every letter not yet offered LATER.
        When this call is cancelled, letters in hand may have left: their sender must count them uncertain.
        """
        self._wake(until=asyncio.get_running_loop().time())
        batch = _Batch(deque(enumerate(letters)))
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.connections, len(letters))):
                group.create_task(self._work(batch, now))
        for index, letter in batch.waiting:
            batch.settled[index] = _unspoken(letter, batch.given_up, now())
        return [batch.settled[index] for index in range(len(letters))]

    async def close(self) -> None:
        """Send QUIT on every connection. The relay may be used again afterwards."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.quit() for session in idle))
        await asyncio.sleep(0)  # lets the transports finish closing while there is a loop

    async def _work(self, batch: _Batch, now: Callable[[], datetime]) -> None:
        """Use a slot; when the relay refuses it, wait for one of those that it lets in."""
        refused = True
        while refused and batch.waiting and not batch.away:
            await self._slots.acquire()
            rests = False
            try:
                refused = await self._use_slot(batch, now)
                rests = refused and self._rest_slot()
            finally:
                if not rests:
                    self._slots.release()

    async def _use_slot(self, batch: _Batch, now: Callable[[], datetime]) -> bool:
        """Send what waits; True when the relay did not let this connection in, but another may be."""
        session = self._idle.pop() if self._idle else await self._new_session()
        self._busy.append(session)
        try:
            away = await self._empty(batch, session, now)
        finally:
            self._busy.remove(session)
            self._idle.insert(len(self._idle) if session.is_open else 0, session)
        if away is None or away.remedy is not Remedy.SLOW_RELAY:
            return False
        if not self._busy and not self._idle[-1].is_open:
            batch.away = True
            self._wake()
        return not batch.away

    def _rest_slot(self) -> bool:
        """Leave the slot unused for a while (FAULTS B3 row 6), unless it is the last."""
        if len(self._resting) + 1 >= self.connections:
            return False
        self._resting.append(asyncio.get_running_loop().time() + self._timeouts.rest)
        return True

    def _wake(self, until: float = math.inf) -> None:
        while self._resting and self._resting[0] <= until:
            self._resting.popleft()
            self._slots.release()

    async def _empty(self, batch: _Batch, session: Session, now: Callable[[], datetime]) -> Away | None:
        """Send letters while there are any; gives the reason when the relay did not let us in."""
        losses = 0
        while batch.waiting and not batch.away and losses < MAX_LOSSES:
            index, letter = batch.waiting.popleft()
            try:
                answer = await session.deliver(letter)
            except Away as away:
                # This letter was not offered: another connection may still get through.
                batch.waiting.appendleft((index, letter))
                batch.given_up = away
                return away
            batch.settled[index] = letter.delivery(answer.remedy, now(), answer.code, answer.reply)
            losses = losses + 1 if answer.lost else 0
            batch.given_up = answer if answer.lost else batch.given_up
        return None

    async def _new_session(self) -> Session:
        if self._tls_context is None and (self.address.tls or self.address.starttls):
            # Reading the system's authorities takes tens of milliseconds: once, and not on the loop.
            self._tls_context = await asyncio.to_thread(ssl.create_default_context)
        return Session(self.address, self._timeouts, self._tls_context)


def _unspoken(letter: Letter, why: Answer | Away | None, at: datetime) -> Delivery:
    """The delivery of a letter that was not offered, for a reason of the relay that another letter met."""
    remedy = why.remedy if why and why.remedy in FOR_ALL else Remedy.SLOW_RELAY
    code, reply = (why.code, why.reply) if why else (None, "")
    return letter.delivery(remedy, at, code, reply)
