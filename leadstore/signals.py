"""Appends signals, each once, and reads those that intake has not taken yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select, text, update

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import as_signal, lead, signal
from nurture.quick import quick
from nurture.values import NewSignal, Signal

FUTURE = timedelta(minutes=5)
"""A signal from further ahead than this is kept aside."""
PAGE = 1000
T = TypeVar("T")


@quick
class PendingSignal:
    """A signal that intake has not taken yet."""

    lead_id: int
    live: bool
    signal: Signal


def append_signals(
    tx: Transaction, signals: Iterable[NewSignal], now: datetime, *, pending: bool = True
) -> int:
    """Append signals that are not known by (source, source id); returns how many were new.

    One that says it comes from the future is dated now, and keeps what it said as `claimed_at`.
    """
    added = 0
    for page in pages(list(signals)):
        rows = [_row(s, now, pending) for s in page]
        added += Bulk(tx).add(signal, rows, unless_known=True)
    return added


def pending_ids(tx: Transaction, limit: int, among: Sequence[int] | None = None) -> list[int]:
    """Lock the oldest pending signals (`among` these); another worker's are passed over."""
    # The partial index's own words; SQLAlchemy would say `= 1` to SQLite.
    query = select(signal.c.id).where(text("signal.pending")).order_by(signal.c.id).limit(limit)
    if among is not None:
        query = query.where(signal.c.id.in_(among))
    return list(tx.scalars(query.with_for_update(skip_locked=True)))


def read_pending(tx: Transaction, ids: Sequence[int]) -> list[PendingSignal]:
    """These signals, in the order of their ids."""
    query = select(signal).where(signal.c.id.in_(ids)).order_by(signal.c.id)
    return [PendingSignal(r.lead_id, r.live, as_signal(r)) for r in tx.execute(query)]


def owners(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Whose signals these are, and of which type: what can be told of one whose properties cannot be read."""
    rows = tx.execute(select(signal.c.id, signal.c.lead_id, signal.c.type).where(signal.c.id.in_(ids)))
    return {r.id: (r.lead_id, r.type) for r in rows}


def mark_taken(tx: Transaction, ids: Sequence[int]) -> None:
    """Intake is done with these signals."""
    for page in pages(ids):
        tx.execute(update(signal).where(signal.c.id.in_(page)).values(pending=False))


def mark_live(tx: Transaction, lead_ids: Iterable[int]) -> None:
    """These leads did something live: they may be entered and offered from now on."""
    for page in pages(sorted(set(lead_ids))):
        tx.execute(update(lead).where(lead.c.id.in_(page)).values(live=True, changed=True))


def _row(new: NewSignal, now: datetime, pending: bool) -> dict[str, Any]:
    properties, at = dict(new.properties), new.occurred_at
    if at > now + FUTURE:
        properties["claimed_at"], at = at.isoformat(), now
    return {
        "lead_id": new.lead_id,
        "type": new.type,
        "properties": properties,
        "occurred_at": at,
        "received_at": now,
        "source": new.source,
        "source_id": new.source_id,
        "machine": new.machine,
        "live": new.live,
        "pending": pending,
    }


def pages(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices short enough for one statement."""
    return (rows[i : i + PAGE] for i in range(0, len(rows), PAGE))
