"""Runs the demo's weeks: leads act, the clock moves on, the flows run, mail is read; then it is counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.work.counts import Summary, added
from flows.work.demo.folder import LEADS, MAP
from flows.work.demo.proof import broken_promises
from flows.work.demo.world import Leave, World
from flows.work.imports.map import read_import_map
from flows.work.imports.run import ImportReport, OnProgress, import_file
from flows.work.shop.wire import Shop
from leadstore.audit import Census, Person, people, tally
from leadstore.store import in_thread
from nurture.project.book import Book

Conduct = Callable[[Shop, datetime], Awaitable[Summary]]
"""One round of the flows at a moment: rescore, tick and handoff; returns their counts, added up."""

OnTick = Callable[[int, datetime, Summary], None]
"""Told after each tick: how many there were, the moment, and its counts."""

IMPORTED_AT = timedelta(hours=6)
"""After midnight of the first Monday."""


@dataclass(frozen=True, slots=True)
class Played:
    """What the weeks came to: the flows' counts, the store's tally, and the promises that broke."""

    counts: Summary
    tally: Census
    left: int
    signals: int
    clicked_by_machines: int
    mails: int
    broken: tuple[str, ...]


async def bring_in(
    shop: Shop, world: World, end: datetime, on_progress: OnProgress | None = None
) -> ImportReport:
    """Import the invented leads and let them live until `end`.

    Raises:
        BookError: the project's catalogue does not have what the demo's map names.
    """
    report, inhabitants = await in_thread(_import, shop, world.now, on_progress)
    world.settle_in(inhabitants, end)
    return report


async def play(
    shop: Shop,
    book: Book,
    world: World,
    moments: Sequence[datetime],
    *,
    conduct: Conduct,
    leave: Leave,
    on_tick: OnTick,
) -> Played:
    """Go through the moments; the last tick's mail is read too, so that the inbox is whole."""
    counts: Summary = {}
    signals = 0
    for number, moment in enumerate(moments, start=1):
        signals += await world.go_on(shop.store, moment, leave)
        tick = await conduct(shop, moment)
        await in_thread(world.read_mail)
        counts = added(counts, tick)
        on_tick(number, moment, tick)
    return await in_thread(_counted, shop, book, world, counts, signals)


def _import(shop: Shop, now: datetime, on_progress: OnProgress | None) -> tuple[ImportReport, list[Person]]:
    project = shop.settings.project
    source = read_import_map(project, project / MAP)
    rejects = shop.settings.state / "rejects"
    report = import_file(
        shop.store, project / LEADS, source, rejects, now=now, live=True, on_progress=on_progress
    )
    return report, shop.store.ask(people)


def _counted(shop: Shop, book: Book, world: World, counts: Summary, signals: int) -> Played:
    spoken = counts.get("sent", 0) + counts.get("mails", 0)
    broken = broken_promises(shop.store, world.mailbox.mails, book.policy.caps, spoken)
    return Played(
        counts=counts,
        tally=shop.store.ask(tally),
        left=world.left,
        signals=signals,
        clicked_by_machines=world.clicked_by_machines,
        mails=len(world.mailbox.mails),
        broken=tuple(broken),
    )
