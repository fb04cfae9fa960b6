"""Takes in what happened: pending signals change consents and stages, re-score, wake and enrol leads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flows.work.effects import apply_effects
from flows.work.rescoring import score_leads
from flows.work.wiring import Shop
from leadstore import locks
from leadstore.deciding import record_entries
from leadstore.enrolments import enrol, mark_looked_at, standing_candidates, wake_leads
from leadstore.signals import PendingSignal, mark_live, mark_taken, pending_signals
from leadstore.snapshots import lock_leads, read_past_runs, read_snapshots
from leadstore.store import in_thread
from nurture.book import Book
from nurture.entry import consider
from nurture.grammar import Sequence as NurtureSequence
from nurture.values import Entry, Snapshot
from nurture.words import Verdict

BATCH = 500
SWEEP_EVERY = timedelta(hours=1)
SWEEP = "standing_sweep_at"


async def intake(shop: Shop, now: datetime) -> dict[str, Any]:
    """Take in every pending signal, then let standing sequences look at the leads that changed.

    Returns signals, enrolled, refused (by reason), woken, rescored and matured.
    """
    total: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for page in (_signal_page, _standing_page):
        after = 0
        while after >= 0:
            after, counts, why = await in_thread(page, shop, shop.clock(now), after)
            total.update(counts)
            refused.update(why)
    names = ("signals", "enrolled", "woken", "rescored", "matured")
    return {**{n: total[n] for n in names}, "refused": dict(refused)}


def _signal_page(shop: Shop, now: datetime, after: int) -> tuple[int, Counter[str], Counter[str]]:
    with shop.store.begin() as tx:
        release_id, book = shop.book(tx)
        batch = pending_signals(tx, BATCH)
        if not batch:
            return -1, Counter(), Counter()
        leads = {one.lead_id for one in batch}
        lock_leads(tx, leads)
        live = {one.lead_id for one in batch if one.live}
        mark_live(tx, live)
        apply_effects(tx, batch, now)
        scored = score_leads(tx, book, leads, now)
        woken = wake_leads(tx, live, now)
        entries = _asked_by_signal(tx, book, [one for one in batch if one.live], now)
        enrolled, refused = _write_entries(tx, release_id, book, entries, now)
        mark_taken(tx, [one.signal.id for one in batch])
    counts = Counter(
        signals=len(batch), woken=woken, enrolled=enrolled, rescored=scored.leads, matured=scored.matured
    )
    return 0, counts, refused


def _standing_page(shop: Shop, now: datetime, after: int) -> tuple[int, Counter[str], Counter[str]]:
    """One page of leads for the standing sequences: the changed ones, and once an hour all of them."""
    with shop.store.begin() as tx:
        release_id, book = shop.book(tx)
        standing = [s for s in book.sequences.values() if s.standing]
        sweeping = _sweep_is_due(tx, now, after)
        ids = standing_candidates(tx, after=after, limit=BATCH, changed_only=not sweeping)
        if not ids or not standing:
            if sweeping:
                locks.write_note(tx, SWEEP, now.isoformat())
                locks.write_note(tx, f"{SWEEP}_under_way", "")
            mark_looked_at(tx, ids)
            return -1, Counter(), Counter()
        entries = _asked_by_standing(tx, book, standing, ids, now)
        enrolled, refused = _write_entries(tx, release_id, book, entries, now)
        mark_looked_at(tx, ids)
    return ids[-1], Counter(enrolled=enrolled), refused


def _sweep_is_due(tx: Any, now: datetime, after: int) -> bool:
    """A sweep that has begun goes on to its last page."""
    if after and locks.read_note(tx, f"{SWEEP}_under_way"):
        return True
    last = locks.read_note(tx, SWEEP)
    due = last is None or datetime.fromisoformat(last) + SWEEP_EVERY <= now
    if due and not after:
        locks.write_note(tx, f"{SWEEP}_under_way", "yes")
    return due and not after


def _asked_by_signal(
    tx: Any, book: Book, batch: Sequence[PendingSignal], now: datetime
) -> list[tuple[Entry, Snapshot]]:
    by_type: dict[str, list[NurtureSequence]] = defaultdict(list)
    for sequence in book.sequences.values():
        if sequence.enter.on is not None:
            by_type[sequence.enter.on].append(sequence)
    asked = [(one, s) for one in batch for s in by_type.get(one.signal.type, ())]
    if not asked:
        return []
    leads = list(dict.fromkeys(one.lead_id for one, _ in asked))
    snapshots = _by_lead(read_snapshots(tx, leads, signal_types=book.signal_types, slots_since=now))
    past = read_past_runs(tx, leads, list({s.name for _, s in asked}))
    entries: list[tuple[Entry, Snapshot]] = []
    taken: set[tuple[int, str, str]] = set()
    for one, sequence in asked:
        snapshot = snapshots[one.lead_id]
        runs = past.get((one.lead_id, sequence.name), ())
        entry = consider(book, sequence, snapshot, runs, now, one.signal)
        if entry is None or (key := (entry.lead_id, entry.sequence, entry.entry_key)) in taken:
            continue
        if entry.verdict is Verdict.ENTER:
            taken.add(key)
        entries.append((entry, snapshot))
    return entries


def _asked_by_standing(
    tx: Any, book: Book, standing: Sequence[NurtureSequence], ids: list[int], now: datetime
) -> list[tuple[Entry, Snapshot]]:
    lock_leads(tx, ids)
    snapshots = read_snapshots(tx, ids, signal_types=book.signal_types, slots_since=now)
    past = read_past_runs(tx, ids, [s.name for s in standing])
    considered = (
        (consider(book, q, s, past.get((s.lead.id, q.name), ()), now), s) for s in snapshots for q in standing
    )
    return [(entry, s) for entry, s in considered if entry is not None]


def _write_entries(
    tx: Any, release_id: int, book: Book, entries: Sequence[tuple[Entry, Snapshot]], now: datetime
) -> tuple[int, Counter[str]]:
    written = record_entries(tx, [entry for entry, _ in entries], now)
    refused = Counter(e.reason.value for e in written if e.verdict is Verdict.REFUSE)
    rows = [
        {
            "lead_id": entry.lead_id,
            "sequence": entry.sequence,
            "entry_key": entry.entry_key,
            "run": entry.run,
            "version": book.sequences[entry.sequence].version,
            "release_id": release_id,
            "step": book.sequences[entry.sequence].first,
            "step_since": now,
            "due_at": now,
            "first_due_at": now,
            "priority": book.sequences[entry.sequence].priority,
            "signal_id": entry.signal_id,
            "requested": entry.requested,
            "entered_at": now,
        }
        for entry, _ in entries
        if entry.verdict is Verdict.ENTER
    ]
    return enrol(tx, rows), refused


def _by_lead(snapshots: Iterable[Snapshot]) -> dict[int, Snapshot]:
    return {s.lead.id: s for s in snapshots}
