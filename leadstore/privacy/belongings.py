"""Which rows belong to a lead: found by the references between the tables, so that none is forgotten.

A table that comes later belongs to leads as soon as it refers to one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, false, or_, select
from sqlmodel import SQLModel

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import address, enrolment, handoff, lead, outbox

NUMBERED = (outbox, enrolment, handoff, address, lead)
"""Tables whose numbers stand in links, Message-IDs and counts: a row of theirs is emptied, never deleted."""
IS_ERASED = lead.c.merged_into == lead.c.id
TABLES = SQLModel.metadata.sorted_tables
"""All tables, the parents first."""


def whole_persons(tx: Transaction, lead_ids: Collection[int]) -> list[int]:
    """These leads and all that were merged into them, but for those that are erased already."""
    found: set[int] = set()
    query = select(lead.c.id).where(or_(lead.c.merged_into.is_(None), ~IS_ERASED))
    fresh = set(tx.scalars(query.where(Bulk(tx).among(lead.c.id, lead_ids))))
    while fresh - found:
        found |= fresh
        fresh = set(tx.scalars(query.where(Bulk(tx).among(lead.c.merged_into, sorted(fresh)))))
    return sorted(found)


Owned = dict[Table, list[int]]
"""The numbers of the rows that stay emptied, by table."""


def numbers_of(tx: Transaction, ids: Collection[int]) -> Owned:
    """The numbers of these leads' rows that stay emptied."""
    bulk = Bulk(tx)
    owned: Owned = {lead: list(ids)}
    for table in (address, enrolment, handoff, outbox):
        query = select(table.c.id).where(bulk.among(table.c.lead_id, ids))
        owned[table] = list(tx.scalars(query))
    return owned


def _references(table: Table) -> list[Column[Any]]:
    """The columns that refer to another table which may hold rows of a lead."""
    return [c for c in table.columns if any(_leads_on(table, key.column.table) for key in c.foreign_keys)]


def _leads_on(table: Table, parent: Table) -> bool:
    return parent is not table and _may_belong(parent)


def _may_belong(table: Table) -> bool:
    return table in NUMBERED or bool(_references(table))


def belongings(table: Table) -> list[Column[Any]]:
    """Columns by which a row belongs to a lead: its lead, its address, or what it cannot be without."""
    return [c for c in _references(table) if c.name in ("lead_id", "address_id") or not c.nullable]


def mentions(table: Table) -> list[Column[Any]]:
    """Columns that only mention a lead: the row is somebody else's, and stays without it."""
    return [c for c in _references(table) if c not in belongings(table)]


def belongs_by(tx: Transaction, owned: Owned, column: Column[Any]) -> ColumnElement[bool]:
    """The condition that a row refers by this column to one of the rows that are owned."""
    parent = next(iter(column.foreign_keys)).column
    if parent.table in owned:
        return Bulk(tx).among(column, owned[parent.table])
    conditions = [belongs_by(tx, owned, one) for one in belongings(parent.table)]
    return column.in_(select(parent).where(or_(false(), *conditions)))
