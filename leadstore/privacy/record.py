"""One person's record: every row that belongs to it, from every table, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.privacy.belongings import NUMBERED, TABLES, belongings, belongs_by, numbers_of, whole_persons
from leadstore.privacy.traces import traces_of
from leadstore.rows import aside
from nurture.privacy.traces import Traces

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """What the store keeps about a person: rows by table, in the order of their numbers.

    `traces` say by what the person is found in files beside the store.
    """

    lead_id: int
    tables: Mapping[str, list[Row]]
    traces: Traces = field(repr=False)


def read_record(tx: Transaction, lead_id: int) -> StoredRecord:
    """All rows about a lead, and about those that were merged into it; tables that have none are left out.

    What was set aside is among them: signals and mails that could not be taken in, as they came.
    """
    ids = whole_persons(tx, [lead_id])
    owned = numbers_of(tx, ids)
    traces = traces_of(tx, ids)
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        if table in NUMBERED:
            where: Any = Bulk(tx).among(table.c.id, owned[table])
        elif columns := belongings(table):
            where = or_(*(belongs_by(tx, owned, column) for column in columns))
        else:
            continue
        query = select(table).where(where).order_by(*table.primary_key)
        rows = [_plain(row._mapping) for row in tx.execute(query)]
        if table is aside:
            rows += _mails_aside(tx, traces)
        if rows:
            found[table.name] = rows
    return StoredRecord(lead_id, found, traces)


def _mails_aside(tx: Transaction, traces: Traces) -> list[Row]:
    """Mails that could not be read or recorded, and so are nobody's lead yet."""
    kept = select(aside).where(aside.c.payload.is_not(None), aside.c.lead_id.is_(None))
    return [_plain(row._mapping) for row in tx.execute(kept) if traces.in_mail(bytes(row.payload))]


def _plain(row: Any) -> Row:  # a mapping of column names
    return {name: _plainly(value) for name, value in row.items()}


def _plainly(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value
