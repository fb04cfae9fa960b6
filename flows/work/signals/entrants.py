"""Enrols leads in standing sequences: changed leads in every tick, all leads once an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flows.work.aside.culprits import leave_out
from flows.work.aside.sieve import Culprits, sieve
from flows.work.counts import Counts
from flows.work.deadline import NEVER, Deadline
from flows.work.shop.single import HeldLock, only_one
from flows.work.shop.wire import Shop
from flows.work.signals.entry import EntryCounts, by_lead, write_entries
from leadstore import notes
from leadstore.aside import without_aside
from leadstore.database.transaction import Transaction
from leadstore.enrolments.entrants import StandingSequence, candidates, changed_leads, mark_looked_at
from leadstore.enrolments.snapshots import lock_leads, read_past_runs, read_snapshots
from leadstore.scores.history import leads_after
from leadstore.store import in_thread
from nurture.blame import is_own
from nurture.deciding.entry import consider, takes_in
from nurture.project.book import Book
from nurture.words import AsideKind, AsideStage

BATCH = 500
PAGE = 5000
"""Changed leads in one transaction: whom no sequence would take in costs only its share of a statement."""
SWEEP_EVERY = timedelta(hours=1)
SWEEP = "standing_sweep_at"
PLACE = "standing_sweep_place"
LOCK = "sweep"


async def sweep(shop: Shop, now: datetime, done: EntryCounts, deadline: Deadline = NEVER) -> None:
    """Look at all leads, if it is time to: one process at a time, for a second one would find nothing.

    At the deadline it keeps its place for the next call. A sweep that was cut off begins again; leads that
    have entered are no candidates any more.
    """
    if not await in_thread(_sweep_due, shop, shop.clock(now)):
        return
    async with only_one(shop.store, LOCK) as turn:
        if turn is None:
            done.counts["swept_elsewhere"] += 1
        else:
            await _sweep(shop, now, done, deadline, turn)


async def _sweep(shop: Shop, now: datetime, done: EntryCounts, deadline: Deadline, turn: HeldLock) -> None:
    begun = shop.clock(now)
    names = await in_thread(_sweep_due, shop, begun)  # another process may have swept a moment ago
    at, after = await in_thread(_place, shop)
    for name in names[names.index(at) if at in names else 0 :]:
        after = after if name == at else 0
        while after >= 0:
            if deadline.passed or turn.is_over:
                done.counts["unfinished"] = 1
                return await in_thread(shop.store.write, notes.write_note, PLACE, f"{name} {after}")
            found, after = await in_thread(_sweep_page, shop, shop.clock(now), name, after)
            done.add(found)
    if names:
        await in_thread(_sweep_done, shop, begun)
    return None


def changed_page(shop: Shop, now: datetime) -> EntryCounts | None:
    """Standing sequences look at the leads that changed since they last did."""
    sieved = sieve(
        shop.store,
        lambda tx, among: changed_leads(tx, PAGE, among) if _standing(shop.book(tx)[1], now) else [],
        lambda tx, ids: _look(shop, tx, ids, now),
        lambda tx, culprits: _put_apart(tx, culprits, now),
        job="sweep",
    )
    return EntryCounts.of(sieved) if sieved.found else None


def _look(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> EntryCounts:
    release_id, book = shop.book(tx)
    able = without_aside(tx, AsideStage.STANDING, ids)
    found = {name: candidates(tx, one, now, among=able) for name, one in _standing(book, now).items()}
    taken = _take_in(tx, release_id, book, found, now)
    mark_looked_at(tx, ids)
    return taken


def _put_apart(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    mark_looked_at(tx, [one for one, _ in culprits])
    leave_out(tx, AsideKind.LEAD, AsideStage.STANDING, culprits, now)


def _sweep_due(shop: Shop, now: datetime) -> list[str]:
    """The standing sequences that look at all leads now: time alone may have made a condition true."""
    with shop.store.read() as tx:
        last = notes.read_note(tx, SWEEP)
        if last is not None and datetime.fromisoformat(last) + SWEEP_EVERY > now:
            return []
        return list(_standing(shop.book(tx)[1], now))


def _sweep_page(shop: Shop, now: datetime, name: str, after: int) -> tuple[EntryCounts, int]:
    """Search without locks, so that nobody waits; then lock the leads found, and ask again about them."""
    ids = _search(shop, now, name, after)
    if not ids:
        return EntryCounts(), -1
    sieved = sieve(
        shop.store,
        lambda tx, among: _locked(tx, ids if among is None else among),
        lambda tx, these: _enter(shop, tx, name, these, now),
        lambda tx, culprits: _put_apart(tx, culprits, now),
        job="sweep",
    )
    return EntryCounts.of(sieved), ids[-1]


def _search(shop: Shop, now: datetime, name: str, after: int) -> Sequence[int]:
    """The next candidates; if the query raises for a lead, the next leads instead, to be sieved."""
    try:
        with shop.store.read("sweep") as tx:
            standing = _standing(shop.book(tx)[1], now).get(name)
            return candidates(tx, standing, now, after=after, limit=BATCH) if standing else []
    except Exception as error:
        if not is_own(error):
            raise
    with shop.store.read("sweep") as tx:
        return leads_after(tx, after, BATCH)


def _locked(tx: Transaction, ids: Sequence[int]) -> Sequence[int]:
    lock_leads(tx, ids)
    return without_aside(tx, AsideStage.STANDING, ids)


def _enter(shop: Shop, tx: Transaction, name: str, ids: Sequence[int], now: datetime) -> EntryCounts:
    release_id, book = shop.book(tx)
    standing = _standing(book, now).get(name)
    still = candidates(tx, standing, now, among=ids) if standing else []
    return _take_in(tx, release_id, book, {name: still}, now)


def _place(shop: Shop) -> tuple[str, int]:
    """Where the last sweep ended before its end: at which sequence, after which lead."""
    name, _, after = (shop.store.ask(notes.read_note, PLACE) or "").partition(" ")
    return name, int(after or 0)


def _sweep_done(shop: Shop, now: datetime) -> None:
    with shop.store.begin() as tx:
        notes.write_note(tx, SWEEP, now.isoformat())
        notes.write_note(tx, PLACE, "")


def _standing(book: Book, now: datetime) -> dict[str, StandingSequence]:
    """The standing sequences that may be entered now; those that have closed are left out."""
    topics, within = book.catalog.topics, book.policy.consent.confirm_within
    return {
        name: StandingSequence(one, topics[one.topic].accepts, within)
        for name, one in book.sequences.items()
        if one.standing and takes_in(book, one, now)
    }


def _take_in(
    tx: Transaction, release_id: int, book: Book, found: Mapping[str, Sequence[int]], now: datetime
) -> EntryCounts:
    """Consider the candidates of each standing sequence; the caller holds their locks."""
    ids = sorted({i for of_one in found.values() for i in of_one})
    done = EntryCounts()
    for page in (ids[i : i + BATCH] for i in range(0, len(ids), BATCH)):
        snapshots = by_lead(read_snapshots(tx, page, signal_types=book.signal_types, slots_since=now))
        past = read_past_runs(tx, page, list(found))
        considered = [
            (consider(book, book.sequences[name], snapshots[i], past.get((i, name), ()), now), snapshots[i])
            for name, of_one in found.items()
            for i in of_one
            if i in snapshots
        ]
        entries = [(entry, snapshot) for entry, snapshot in considered if entry is not None]
        enrolled, refused = write_entries(tx, release_id, book, entries, now)
        done.add(EntryCounts(Counts({"enrolled": enrolled}), refused))
    return done
