"""Events that events.yaml does not know: counted for each source and name, so that nobody has to guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from leadstore.database.bulk import insert_into
from leadstore.database.transaction import Transaction
from leadstore.rows import unmapped_event as unmapped

MOST_NAMES = 500
"""So many names of one source are told apart."""
OTHERS = "(others)"
"""What further names are counted under: some sites put a number into each."""


@dataclass(frozen=True, slots=True)
class UnmappedCount:
    """How often a source posted an event that nobody knows."""

    source: str
    name: str
    times: int
    properties: tuple[str, ...]
    first_at: datetime
    last_at: datetime


def count_unmapped(
    tx: Transaction, counts: Mapping[tuple[str, str], tuple[int, Sequence[str]]], now: datetime
) -> None:
    """Count events by (source, name): how often, and the names of their properties."""
    rows = []
    for source in sorted({source for source, _ in counts}):
        mine = {name: said for (of, name), said in counts.items() if of == source}
        rows += _rows(source, _bounded(tx, source, mine), now)
    new = insert_into(tx, unmapped)
    again = {
        "times": unmapped.c.times + new.excluded.times,
        "properties": new.excluded.properties,
        "last_at": new.excluded.last_at,
    }
    tx.execute(new.on_conflict_do_update(index_elements=["source", "name"], set_=again), rows)


def list_unmapped(tx: Transaction) -> list[UnmappedCount]:
    """All that was counted, the most frequent first."""
    rows = tx.execute(select(unmapped).order_by(unmapped.c.times.desc(), unmapped.c.source, unmapped.c.name))
    return [
        UnmappedCount(r.source, r.name, r.times, tuple(r.properties), r.first_at, r.last_at) for r in rows
    ]


def forget_unmapped(tx: Transaction, names: Sequence[str]) -> int:
    """Begin the counts of these names anew; returns how many there were."""
    return tx.execute(delete(unmapped).where(unmapped.c.name.in_(names))).rowcount


def _bounded(
    tx: Transaction, source: str, said: Mapping[str, tuple[int, Sequence[str]]]
) -> Mapping[str, tuple[int, Sequence[str]]]:
    mine = unmapped.c.source == source
    held = set(tx.scalars(select(unmapped.c.name).where(mine, unmapped.c.name.in_(list(said)))))
    new = [name for name in said if name not in held]
    if not new:
        return said
    room = MOST_NAMES - (tx.scalar(select(func.count()).select_from(unmapped).where(mine)) or 0)
    beyond = new[max(0, room) :]
    if not beyond:
        return said
    kept = {name: one for name, one in said.items() if name not in beyond}
    times = sum(said[name][0] for name in beyond) + kept.get(OTHERS, (0,))[0]
    return {**kept, OTHERS: (times, ())}


def _rows(source: str, said: Mapping[str, tuple[int, Sequence[str]]], now: datetime) -> list[dict[str, Any]]:
    """In the order of their names: two processes that count the same ones never wait for each other twice."""
    at = {"first_at": now, "last_at": now}
    return [
        {"source": source, "name": name, "times": times, "properties": list(properties), **at}
        for name, (times, properties) in sorted(said.items())
    ]
