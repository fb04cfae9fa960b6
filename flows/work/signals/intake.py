"""Takes in pending signals: they change consents and stages, re-score, wake and enrol leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from flows.work.aside.culprits import leave_out
from flows.work.aside.sieve import Culprits, sieve
from flows.work.counts import CountName, Counts, Summary, by_reason
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.offer import offer
from flows.work.scoring.batch import score_leads
from flows.work.shop.wire import Shop
from flows.work.signals.effects import apply_effects, protect
from flows.work.signals.entrants import changed_page, sweep
from flows.work.signals.entry import EntryCounts, by_lead, write_entries
from leadstore.database.transaction import Transaction
from leadstore.enrolments.positions import wake_leads
from leadstore.enrolments.snapshots import lock_leads, read_past_runs, read_snapshots
from leadstore.signals import PendingSignal, mark_live, mark_taken, owners, pending_ids, read_pending
from leadstore.store import in_thread
from nurture.deciding.entry import consider
from nurture.project.book import Book
from nurture.sequences.steps import Sequence as NurtureSequence
from nurture.values import Entry, Snapshot
from nurture.words import AsideKind, AsideStage, Verdict

BATCH = 500
COUNTED: tuple[CountName, ...] = (
    *("signals", "enrolled", "woken", "rescored", "matured"),
    *("set_aside", "swept_elsewhere", "unfinished"),
)


async def intake(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> Summary:
    """Take in every pending signal, then let standing sequences look at the leads that changed.

    Returns signals, enrolled, refused (by reason), woken, rescored, matured and set_aside; swept_elsewhere,
    when another process looks at all leads just now; and unfinished, when the deadline left some to the next.
    """
    done = EntryCounts()
    for page in (_signal_page, changed_page):
        while not deadline.passed and (found := await in_thread(page, shop, shop.clock(now))) is not None:
            done.add(found)
    if deadline.passed:
        done.counts["unfinished"] = 1
    else:
        await sweep(shop, now, done, deadline)
    return {**{name: done.counts[name] for name in COUNTED}, "refused": by_reason(done.refused)}


def _signal_page(shop: Shop, now: datetime) -> EntryCounts | None:
    sieved = sieve(
        shop.store,
        lambda tx, among: pending_ids(tx, BATCH, among),
        lambda tx, ids: _take_in(shop, tx, ids, now),
        lambda tx, culprits: _put_apart(tx, culprits, now),
    )
    return EntryCounts.of(sieved) if sieved.found else None


def _take_in(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> EntryCounts:
    release_id, book = shop.book(tx)
    batch = read_pending(tx, ids)
    leads = {one.lead_id for one in batch}
    lock_leads(tx, leads)
    live = {one.lead_id for one in batch if one.live}
    mark_live(tx, live)
    apply_effects(tx, book, batch, now)
    scored = score_leads(tx, book, leads, now)
    offer(tx, book, scored.ready, now)
    woken = wake_leads(tx, live, now)
    entries = _asked_by_signal(tx, book, [one for one in batch if one.live], now)
    enrolled, refused = write_entries(tx, release_id, book, entries, now)
    mark_taken(tx, ids)
    counts = Counts({"signals": len(batch), "woken": woken, "enrolled": enrolled})
    return EntryCounts(counts + scored.counts, refused)


def _put_apart(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    """Signals that raised are pending no longer; what they forbid holds all the same."""
    ids = [one for one, _ in culprits]
    known = owners(tx, ids)
    lock_leads(tx, {lead_id for lead_id, _ in known.values()})
    protect(tx, known, now)
    mark_taken(tx, ids)
    whose = {one: lead_id for one, (lead_id, _) in known.items()}
    leave_out(tx, AsideKind.SIGNAL, AsideStage.INTAKE, culprits, now, whose)


def _asked_by_signal(
    tx: Transaction, book: Book, batch: Sequence[PendingSignal], now: datetime
) -> list[tuple[Entry, Snapshot]]:
    by_type: dict[str, list[NurtureSequence]] = defaultdict(list)
    for sequence in book.sequences.values():
        if sequence.enter.on is not None:
            by_type[sequence.enter.on].append(sequence)
    asked = [(one, s) for one in batch for s in by_type.get(one.signal.type, ())]
    if not asked:
        return []
    leads = list(dict.fromkeys(one.lead_id for one, _ in asked))
    snapshots = by_lead(read_snapshots(tx, leads, signal_types=book.signal_types, slots_since=now))
    past = read_past_runs(tx, leads, list({s.name for _, s in asked}))
    entries: list[tuple[Entry, Snapshot]] = []
    taken: set[tuple[int, str, str]] = set()
    for one, sequence in asked:
        snapshot = snapshots.get(one.lead_id)
        if snapshot is None:  # this very batch merged it into another lead
            continue
        runs = past.get((one.lead_id, sequence.name), ())
        entry = consider(book, sequence, snapshot, runs, now, one.signal)
        if entry is None or (key := (entry.lead_id, entry.sequence, entry.entry_key)) in taken:
            continue
        if entry.verdict is Verdict.ENTER:
            taken.add(key)
        entries.append((entry, snapshot))
    return entries
