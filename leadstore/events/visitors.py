"""Visitors: somebody under a name that a site gave, and what she did before anybody knew her address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import lead, signal, visitor
from leadstore.rows import waiting_signal as waiting

MOST_WAITING = 100
"""So many signals of one visitor wait for an address; the latest count."""
UNSEEN = timedelta(days=395)
"""A visitor who has not been seen for thirteen months is forgotten: no cookie lives longer."""
SEEN_EVERY = timedelta(days=1)
"""How exactly it is known when a visitor was last seen: a write for each event would cost more than it."""
SWEPT = 500
"""Rows that one batch forgets, at most: whoever posts pays for the sweeping."""


def meet(tx: Transaction, names: Collection[str], now: datetime) -> dict[str, int | None]:
    """Make sure that these visitors have rows, lock them, and say whose each is: a lead's id, or None.

    In the order of their names, before any lead is locked, so that two batches never wait for each other.
    """
    ordered = sorted(names)
    bulk = Bulk(tx)
    bulk.add(
        visitor, [{"name": name, "lead_id": None, "seen_at": now} for name in ordered], unless_known=True
    )
    query = select(visitor).where(bulk.among(visitor.c.name, ordered)).order_by(visitor.c.name)
    rows = tx.execute(query.with_for_update()).all()
    if old := [row.name for row in rows if row.seen_at < now - SEEN_EVERY]:
        tx.execute(update(visitor).where(bulk.among(visitor.c.name, old)).values(seen_at=now))
    return {row.name: row.lead_id for row in rows}


def link(tx: Transaction, names: Mapping[str, int], now: datetime) -> int:
    """These visitors are these leads: what waited for them counts from now on. Returns how many signals."""
    bulk = Bulk(tx)
    by_lead: dict[int, list[str]] = {}
    for name, lead_id in names.items():
        by_lead.setdefault(lead_id, []).append(name)
    for lead_id, mine in by_lead.items():
        tx.execute(update(visitor).where(bulk.among(visitor.c.name, mine)).values(lead_id=lead_id))
    theirs = bulk.among(waiting.c.visitor, list(names))
    held = tx.execute(select(waiting).where(theirs).order_by(waiting.c.id)).all()
    if not held:
        return 0
    rows = [_as_signal(row, names[row.visitor], now) for row in held]
    added = bulk.add(signal, rows, unless_known=True)
    tx.execute(delete(waiting).where(theirs))
    return added


def keep_waiting(tx: Transaction, rows: Sequence[Mapping[str, Any]], now: datetime, keep: timedelta) -> None:
    """Keep what visitors did, each at most MOST_WAITING signals and for as long as `keep`."""
    Bulk(tx).add(waiting, rows, unless_known=True)
    mine = Bulk(tx).among(waiting.c.visitor, sorted({row["visitor"] for row in rows}))
    place = func.row_number().over(partition_by=waiting.c.visitor, order_by=waiting.c.id.desc())
    ranked = select(waiting.c.id, place.label("place")).where(mine).subquery()
    beyond = select(ranked.c.id).where(ranked.c.place > MOST_WAITING)
    tx.execute(delete(waiting).where(waiting.c.id.in_(beyond)))
    _sweep(tx, now, keep)


def _sweep(tx: Transaction, now: datetime, keep: timedelta) -> None:
    """Forget what is too old; rows that another process holds are left to the next batch."""
    late = select(waiting.c.id).where(waiting.c.received_at < now - keep).order_by(waiting.c.received_at)
    tx.execute(delete(waiting).where(waiting.c.id.in_(late.limit(SWEPT).with_for_update(skip_locked=True))))
    unseen = select(visitor.c.name).where(visitor.c.seen_at < now - UNSEEN).order_by(visitor.c.seen_at)
    tx.execute(
        delete(visitor).where(visitor.c.name.in_(unseen.limit(SWEPT).with_for_update(skip_locked=True)))
    )


def living(tx: Transaction, lead_ids: Collection[int]) -> dict[int, int]:
    """The leads that live on for these: themselves, or those that they were merged into."""
    found = {one: one for one in lead_ids}
    ahead = dict(found)
    while ahead:
        query = select(lead.c.id, lead.c.merged_into).where(
            Bulk(tx).among(lead.c.id, sorted(set(ahead.values()))), lead.c.merged_into.is_not(None)
        )
        into = {row.id: row.merged_into for row in tx.execute(query)}
        ahead = {one: into[at] for one, at in ahead.items() if at in into}
        found |= ahead
    return found


def _as_signal(row: Any, lead_id: int, now: datetime) -> dict[str, Any]:
    return {
        "lead_id": lead_id,
        "type": row.type,
        "properties": row.properties,
        "occurred_at": row.occurred_at,
        "received_at": now,
        "source": row.source,
        "source_id": row.source_id,
        "machine": False,
        "live": True,
        "pending": True,
    }
