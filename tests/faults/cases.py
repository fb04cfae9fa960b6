"""What a fault is to the harness: a row of the table, with what must be seen and a way to bring it about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from leadstore.rows import enrolment, suppression
from leadstore.store import Store, open_store
from nurture.words import TouchState
from tests.faults.databases import Databases
from tests.flows.workshop import Workshop, workshop
from tests.nurture.gate_world import TUESDAY
from tests.outbound.rogue import MisbehavingServer

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATER = (6 * MINUTE, 40 * MINUTE, 2 * HOUR, 5 * HOUR, DAY, 2 * DAY)
"""When a trial looks again: every retry has come due by then, inside the window."""


@dataclass
class Trial:
    """Fresh stores and folders for one fault, closed at its end."""

    databases: Databases
    stores: list[Store] = field(default_factory=list)

    def store(self, dialect: str = "sqlite") -> Store:
        """A fresh, migrated store."""
        return self.again(self.databases.fresh(dialect))

    def again(self, url: str) -> Store:
        """Another process's door to a store."""
        self.stores.append(open_store(url))
        return self.stores[-1]

    def work(self, dialect: str = "sqlite", store: Store | None = None) -> Workshop:
        """A shop over a fresh store, its relay in memory."""
        return workshop(store or self.store(dialect), self.folder())

    def folder(self) -> Path:
        """A new folder."""
        return self.databases.folder_for("trial")

    def close(self) -> None:
        """Close every store, and give the space back."""
        for store in self.stores:
            store.close()
        for url in {store.url for store in self.stores}:
            self.databases.drop(url)


Play = Callable[[Trial], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """A fault: its row in the list of faults, what happens, what must be seen, and how it is played."""

    row: int
    what: str
    expected: str
    play: Play
    slow: bool = False  # more than a second or two: for `make faults` only
    postgres: bool = False
    limit: float = 240.0  # seconds it may take

    @property
    def id(self) -> str:
        """Its name in a test report."""
        return f"{self.row}-{self.what.replace(' ', '-')}"


class Book:
    """The faults of one kind, in the order of their rows."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def fault(
        self,
        row: int,
        what: str,
        expected: str,
        *,
        slow: bool = False,
        postgres: bool = False,
        limit: float = 240.0,
    ) -> Callable[[Play], Play]:
        """Write a fault down; the function brings it about and says what was seen."""

        def note(play: Play) -> Play:
            self.cases.append(Case(row, what, expected, play, slow, postgres, limit))
            return play

        return note


def states(work: Workshop) -> str:
    """Where the touches stand, as `sent 2, planned 1`; who is suppressed or held is told too."""
    counts = Counter(row.state for row in work.rows() if row.kind == "touch")
    said = [f"{state.value} {counts[state]}" for state in TouchState if counts[state]]
    if barred := sum(row.lifted_at is None for row in work.rows(suppression)):
        said.append(f"suppressed {barred}")
    if held := sum(row.state == "held" for row in work.rows(enrolment)):
        said.append(f"held {held}")
    return ", ".join(said) or "nothing"


def doubled(work: Workshop, received: Sequence[str]) -> str:
    """What is wrong between the store and what was received; empty when all is well."""
    return "".join(f"; BREACH: {one}" for one in _wrongs(work, Counter(received)))


def _wrongs(work: Workshop, received: Counter[str]) -> Iterator[str]:
    states = {row.message_id: row.state for row in work.rows()}
    for name, count in received.items():
        if count > 1:
            yield f"one message was delivered {count} times"
        if states.get(name) not in (TouchState.SENT, TouchState.UNCERTAIN):
            yield f"a message was delivered, and its row is {states.get(name)}"
    lost = [name for name, state in states.items() if state == TouchState.SENT and name not in received]
    if lost:
        yield f"{len(lost)} rows are sent, and nobody received them"


def message_ids(server: MisbehavingServer) -> list[str]:
    """What a server took."""
    return [one.message_id for one in server.taken]


def remembered(work: Workshop) -> list[str]:
    """What the relay in memory took."""
    return [str(message_from_bytes(one.content)["Message-ID"]) for one in work.relay.letters]


def enter(work: Workshop, count: int = 3, now: datetime = TUESDAY, **fields: Any) -> list[int]:
    """Leads lead1, lead2 and so on who asked for it; their ids."""
    ids = [work.lead(f"lead{n}", **fields) for n in range(1, count + 1)]
    for lead_id in ids:
        work.happens(lead_id, "form.submitted", now)
    return ids


async def ticks(work: Workshop, moments: Sequence[timedelta] = LATER, start: datetime = TUESDAY) -> None:
    """One tick at each of these moments."""
    for moment in moments:
        await work.tick(start + moment)
