"""The town of the kill rounds: leads with three touches each under a cap of two, some ready for sales."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.work.project.apply import apply_release
from flows.work.shop.settings import Settings
from flows.work.shop.wire import Shop, Speaker, store_identity
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.links.web_tokens import Links
from nurture.project.book import Book
from nurture.values import NewSignal
from tests.builders import add_consent, add_lead
from tests.flows.workshop import files

LEADS = 40
READY = 4
"""The first leads of the town ask for a demo as well: a seller gets each of them, and their touches wait."""

CAP, CAP_SPAN = 2, timedelta(days=1)
PACE = "sending: {rate: 2000 per second, domains: {others: 2000 per second}}"
"""Fast enough to hold nobody up: what is tried is that workers who die and wait share the routes' rows."""
STEPS = {"s": ("hello", "more"), "t": ("news",)}
"""Which touches each sequence holds; every lead enters both by one form."""

NEWS = """\
sequence: t
title: T
funnel: tofu
topic: news
priority: 60
enter: {on: form.submitted}
steps:
  - send: news
"""


def project() -> dict[str, str]:
    """Open at all hours, two sequences, a cap that bites, a pace that all workers share, two sellers."""
    found = files("- send: hello\n- send: more")
    closed = ("window", "quiet", "caps", "holidays")
    policy = [line for line in found["nurture.yaml"].splitlines() if not line.startswith(closed)]
    always = ["quiet_hours: []", "holidays: false", f"caps: [{CAP} per 1 day]", PACE]
    found["nurture.yaml"] = "\n".join([*policy, *always, ""])
    found["sequences/t.yaml"] = NEWS
    found["templates/news.md.j2"] = found["templates/hello.md.j2"].replace("Hello", "News")
    return found


def fill(store: Store) -> None:
    """The leads, their consents and what they asked for, not taken in yet."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    apply_release(store, project(), now)
    store_identity(store)
    with store.begin() as tx:
        new = []
        for number in range(1, LEADS + 1):
            ready = number <= READY
            lead_id, address_id = add_lead(tx, f"lead{number}", job_title="Head" if ready else None)
            for topic in ("guides", "news"):
                add_consent(tx, address_id, topic, "granted", now)
            kinds = ["form.submitted", "demo.requested"] if ready else ["form.submitted"]
            new += [NewSignal(lead_id, kind, now, "town", f"{kind}{number}") for kind in kinds]
        append_signals(tx, new, now)


class JumpingClock:
    """The machine's clock plus jumps, shared by all processes forked after it was made."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)

    def now(self) -> datetime:
        """The town's moment."""
        return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", self._shared[:8])[0])

    def jump(self, span: timedelta) -> None:
        """Let `span` pass at once: leases run out, retries and slots come due."""
        self._shared[:8] = struct.pack("d", struct.unpack("d", self._shared[:8])[0] + span.total_seconds())

    def reset(self) -> None:
        """Back to the machine's clock."""
        self._shared[:8] = struct.pack("d", 0.0)


class TownShop(Shop):
    """A shop that goes by the town's clock."""

    town: JumpingClock

    def clock(self, start: datetime) -> datetime:
        """The later of the start and the town's moment."""
        return max(start, self.town.now())


@dataclass(frozen=True, slots=True)
class Warm:
    """What a parent prepares once for all the workers it forks."""

    folder: Path
    store_id: str
    books: dict[int, Book]


def warm(store: Store, folder: Path) -> Warm:
    """Compile the release once."""
    (folder / "nurture.yaml").touch()
    settings = Settings(project=folder, database_url=store.url, secret_keys=("a" * 32,))
    links = Links(settings.secret_keys, settings.public_url)
    shop = Shop(settings, store, links, None, store_identity(store))  # type: ignore[arg-type]
    with store.read() as tx:
        release_id, book = shop.book(tx)
    return Warm(folder, shop.store_id, {release_id: book})


def open_town(warmed: Warm, store: Store, relay: Speaker, clock: JumpingClock, worker: str) -> TownShop:
    """A worker's shop, with the books compiled beforehand."""
    settings = Settings(project=warmed.folder, database_url=store.url, secret_keys=("a" * 32,), worker=worker)
    links = Links(settings.secret_keys, settings.public_url)
    shop = TownShop(settings, store, links, relay, warmed.store_id, False, dict(warmed.books))
    shop.town = clock
    return shop


def wanted(lead_numbers: Sequence[int]) -> set[tuple[int, str, str]]:
    """Every touch these leads must get: (lead, sequence, step)."""
    return {(n, sequence, step) for n in lead_numbers for sequence, steps in STEPS.items() for step in steps}
