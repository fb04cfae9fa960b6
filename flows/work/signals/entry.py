"""Writes who enters and who is refused, and counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.work.aside.sieve import Sieved
from flows.work.counts import Counts
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import record_entries
from leadstore.enrolments.positions import enrol
from nurture.project.book import Book
from nurture.values import Entry, Snapshot
from nurture.words import Reason, Verdict


@dataclass(slots=True)
class EntryCounts:
    """What a page came to: counts, and refusals by reason."""

    counts: Counts = field(default_factory=Counter)
    refused: Counter[Reason] = field(default_factory=Counter)

    @classmethod
    def of(cls, sieved: Sieved[EntryCounts]) -> EntryCounts:
        """What the parts of a page came to, and how many items of it were set aside."""
        whole = cls(Counts({"set_aside": len(sieved.apart)}))
        for one in sieved.done:
            whole.add(one)
        return whole

    def add(self, other: EntryCounts) -> None:
        """Add another page's."""
        self.counts += other.counts
        self.refused += other.refused


def write_entries(
    tx: Transaction, release_id: int, book: Book, entries: Sequence[tuple[Entry, Snapshot]], now: datetime
) -> tuple[int, Counter[Reason]]:
    """Record these entries and enrol who enters; returns how many entered, and the refusals by reason."""
    written = record_entries(tx, [entry for entry, _ in entries], now)
    refused = Counter(e.reason for e in written if e.verdict is Verdict.REFUSE)
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


def by_lead(snapshots: Iterable[Snapshot]) -> dict[int, Snapshot]:
    """Snapshots by the id of their lead."""
    return {s.lead.id: s for s in snapshots}
