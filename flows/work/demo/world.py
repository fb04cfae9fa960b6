"""Simulates the demo's leads between two ticks: they read their mail, and act at their moments."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.work.demo.acts import LEAVES, Act, DemoMail
from flows.work.demo.answers import Model
from flows.work.demo.mailbox import DemoMailbox
from leadstore.audit import Person
from leadstore.signals import append_signals
from leadstore.store import Store, in_thread
from nurture.values import NewSignal
from nurture.words import Sig

Leave = Callable[[str], Awaitable[None]]
"""Presses unsubscribe: given the link, returns once the page has said that it is done."""

SOURCE = "demo"
UNKNOWN = "550 5.1.1 no mailbox here by that name"
TO_THE_QUESTION = timedelta(hours=20)
"""How long a seller takes to call."""


@dataclass(slots=True)
class World:
    """The leads of the demo, what they will do and what they did; `now` is the moment of the demo."""

    model: Model
    mailbox: DemoMailbox
    now: datetime
    left: int = 0
    clicked_by_machines: int = 0
    _ids: dict[str, int] = field(default_factory=dict)  # address -> lead id
    _gone: frozenset[str] = frozenset()
    _coming: list[tuple[datetime, str, str, Act]] = field(default_factory=list)  # a heap
    _received: Counter[str] = field(default_factory=Counter)
    _registered: set[str] = field(default_factory=set)
    _gone_away: set[str] = field(default_factory=set)

    def settle_in(self, people: Iterable[Person], end: datetime) -> None:
        """Add these leads, with what they do by themselves until `end`."""
        for person in people:
            self._ids[person.address] = person.lead_id
            for act in self.model.own_life(person.address, self.now, end, person.unconfirmed):
                self._expect(act)
        self._gone = frozenset(a for a in self._ids if self.model.temper(a).gone)

    def answer(self, recipient: str) -> str | None:
        """What a mailbox says to the inbox: a few do not exist any more."""
        return UNKNOWN if recipient.lower() in self._gone else None

    def read_mail(self) -> int:
        """Read the mails that came since the last call, and plan the reactions; returns how many."""
        mails = self.mailbox.read_new()
        for mail in mails:
            for act in self._reactions(mail):
                self._expect(act)
        return len(mails)

    async def go_on(self, store: Store, until: datetime, leave: Leave) -> int:
        """Do all that is planned up to then; returns how many signals there were."""
        signals: list[NewSignal] = []
        for act in self._due(until):
            self.now = max(self.now, act.at)
            if act.type == LEAVES:
                await leave(act.url)
                self.left += 1
            else:
                signals.append(self._signal(act))
        self.now = until
        return await in_thread(store.write, append_signals, signals, until) if signals else 0

    def _reactions(self, mail: DemoMail) -> list[Act]:
        if mail.recipient not in self._ids:  # a seller's: its button writes to the lead
            return self.model.after_handoff(mail.about, mail.sent_at + TO_THE_QUESTION)
        self._received[mail.recipient] += 1
        return self.model.answer(mail, self._received[mail.recipient])

    def _expect(self, act: Act) -> None:
        heapq.heappush(self._coming, (act.at, act.address, act.name, act))

    def _due(self, until: datetime) -> Iterable[Act]:
        """The acts up to then; a lead leaves only once, and registers only once."""
        while self._coming and self._coming[0][0] <= until:
            act = heapq.heappop(self._coming)[-1]
            if act.type == LEAVES and act.address in self._gone_away:
                continue
            if act.type == LEAVES:
                self._gone_away.add(act.address)
            if act.type == Sig.WEBINAR_REGISTERED:
                if act.address in self._registered:
                    continue
                self._registered.add(act.address)
                self._expect(self.model.after_registration(act.address, act.properties["webinar"]))
            yield act

    def _signal(self, act: Act) -> NewSignal:
        self.clicked_by_machines += act.machine
        return NewSignal(
            lead_id=self._ids[act.address],
            type=str(act.type),
            occurred_at=act.at,
            source=SOURCE,
            source_id=f"{self._ids[act.address]}:{act.name}",
            properties=act.properties,
            machine=act.machine,
        )
