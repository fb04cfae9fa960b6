"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, and look-ups by thousands of values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, any_, func, literal, select, text
from sqlalchemy.exc import DBAPIError

BulkRow = Sequence[Any]
"""One row as the driver takes it: moments through `stamp`, JSON through `as_json`."""


class Bulk:
    """The bulk side of one transaction. It bypasses column defaults, so that rows are written whole."""

    def __init__(self, tx: Connection) -> None:
        self.tx = tx
        self.on_postgres = tx.dialect.name == "postgresql"
        self._stamped: tuple[datetime, datetime | str] | None = None

    def insert(self, table: Table, columns: Sequence[str], rows: Sequence[BulkRow]) -> None:
        """Append rows, in the order of `columns`; the database numbers them if `id` is not among these.

        Raises:
            DBAPIError: as any other statement, IntegrityError for a broken constraint.
        """
        if not rows:
            return
        names = ", ".join(columns)
        if not self.on_postgres:
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of ours
            self.tx.exec_driver_sql(statement, [tuple(row) for row in rows])
            return
        self._copy(f"COPY {table.name} ({names}) FROM STDIN", rows)

    def _copy(self, statement: str, rows: Sequence[BulkRow]) -> None:
        driver: Any = self.tx.connection.driver_connection  # psycopg's own: SQLAlchemy has no word for COPY
        dbapi: Any = self.tx.dialect.loaded_dbapi
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except dbapi.Error as error:
            # `from None`: PostgreSQL's DETAIL quotes values, and addresses must not reach a log.
            raise DBAPIError.instance(
                statement, None, error, dbapi.Error, hide_parameters=True, dialect=self.tx.dialect
            ) from None

    def stamp(self, moment: datetime) -> datetime | str:
        """An instant as the driver takes it, equal to what tables.Instant writes."""
        # An import has one `now` for a thousand rows.
        if self._stamped is not None and self._stamped[0] is moment:
            return self._stamped[1]
        utc = moment.astimezone(UTC)
        made = utc if self.on_postgres else utc.replace(tzinfo=None).isoformat(" ", "microseconds")
        self._stamped = (moment, made)
        return made

    def new_ids(self, table: Table, count: int) -> Sequence[int]:
        """So many ids that no row of the table has or will get."""
        if not count:
            return ()
        if self.on_postgres:
            taken = text(
                "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
            )
            return self.tx.scalars(taken, {"table": table.name, "count": count}).all()
        # BEGIN IMMEDIATE makes us the only writer.
        last = self.tx.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
        return range(last + 1, last + 1 + count)

    def among(self, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
        """`column` is one of these; a single parameter, however many they are."""
        listed = list(values)
        if self.on_postgres:
            return column == any_(literal(listed, ARRAY(column.type)))
        each = func.json_each(json.dumps(listed)).table_valued("value")
        return column.in_(select(each.c.value))


def as_json(value: Any) -> str:
    """JSON as text: every driver takes it, and most values are empty."""
    return json.dumps(value) if value else "{}"
