"""Finds leads that are probably one person: candidates by blocking keys in set queries, never all pairs."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, func, select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import REACHED_AT, address, lead
from nurture.likeness import Likeness, LikenessFacts, blocking_keys, compare

PAGE = 5000
"""Leads whose keys are written, and pairs that are compared, at once."""
CROWD = 50
"""Leads that share a key: more of them are no candidates, for what so many share tells nobody apart."""

blocks = Table(
    "likeness_block",
    MetaData(),
    Column("number", BigInteger, nullable=False),
    Column("lead_id", BigInteger, nullable=False),
    Index("ix_likeness_block_number", "number"),
    prefixes=["TEMPORARY"],
)
_FACTS = [lead.c[name] for name in ("id", "first_name", "last_name", "company", "phone")]


@dataclass(frozen=True, slots=True)
class Double:
    """Two leads that may be one; `one` came first."""

    one: LikenessFacts
    other: LikenessFacts
    likeness: Likeness


def find_duplicates(tx: Transaction, *, at_least: float, limit: int) -> list[Double]:
    """The likeliest doubles, the surest first; those below `at_least` are left out.

    What it writes meanwhile lies in a temporary table of this transaction, which is rolled back.
    """
    _write_keys(tx)
    pairs = _pairs(tx)
    found: list[Double] = []
    while page := list(islice(pairs, PAGE)):
        near = (one for one in _compared(tx, page) if one.likeness.score >= at_least)
        found = heapq.nsmallest(limit, (*found, *near), key=_surest)
    return found


def _surest(double: Double) -> tuple[float, int, int]:
    return -double.likeness.score, double.one.id, double.other.id


def _write_keys(tx: Transaction) -> None:
    blocks.create(tx)
    bulk, last = Bulk(tx), 0
    query = select(*_FACTS, address.c.address).join_from(lead, address, REACHED_AT)
    query = query.where(lead.c.merged_into.is_(None)).order_by(lead.c.id).limit(PAGE)
    while rows := tx.execute(query.where(lead.c.id > last)).all():
        facts = [_facts(row) for row in rows]
        bulk.insert(blocks, ("number", "lead_id"), [(key, f.id) for f in facts for key in blocking_keys(f)])
        last = rows[-1].id


def _pairs(tx: Transaction) -> Iterator[tuple[int, int]]:
    """Leads that share a key, the older first; each pair once."""
    several = select(blocks.c.number).group_by(blocks.c.number)
    several = several.having(func.count() > 1, func.count() <= CROWD)
    one, other = blocks.alias(), blocks.alias()
    same = (one.c.number == other.c.number) & (one.c.lead_id < other.c.lead_id)
    query = select(one.c.lead_id, other.c.lead_id).join_from(one, other, same).distinct()
    for row in tx.execute(query.where(one.c.number.in_(several))):
        yield row[0], row[1]


def _compared(tx: Transaction, pairs: Sequence[tuple[int, int]]) -> Iterator[Double]:
    ids = sorted({number for pair in pairs for number in pair})
    query = select(*_FACTS, address.c.address).join_from(lead, address, REACHED_AT)
    known = {row.id: _facts(row) for row in tx.execute(query.where(Bulk(tx).among(lead.c.id, ids)))}
    for one, other in pairs:
        yield Double(known[one], known[other], compare(known[one], known[other]))


def _facts(row: object) -> LikenessFacts:
    names = ("address", "first_name", "last_name", "company", "phone")
    said = {name: getattr(row, name) or "" for name in names}
    return LikenessFacts(id=row.id, **said)  # type: ignore[attr-defined]
