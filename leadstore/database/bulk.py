"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, and look-ups by thousands of values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnElement,
    CursorResult,
    Table,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from leadstore.columns import Instant, as_text
from leadstore.database.transaction import Transaction

BulkRow = Sequence[Any]
"""One row as the driver takes it: moments through `stamp`, JSON through `as_json`."""


class Bulk:
    """Many rows in one transaction. It bypasses column defaults, so that rows are written whole."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.on_postgres = tx.dialect.name == "postgresql"

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

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write every row over the one with its `id`; all name the same columns, with values as they are.

        One statement on PostgreSQL, whatever their number: a statement for each costs ten times as much.
        """
        if rows:
            names = tuple(name for name in rows[0] if name != "id")
            self._run(_update(table, names, self.on_postgres), table, (*names, "id"), rows)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_known: bool = False) -> int:
        """Append rows that all name the same columns, with values as they are; returns how many.

        With `unless_known`, one that a constraint knows already is left out.
        """
        if not rows:
            return 0
        names = tuple(rows[0])
        return self._run(_insert(table, names, unless_known, self.on_postgres), table, names, rows)

    def _run(
        self, statement: str, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> int:
        if self.on_postgres:
            # As one JSON text: an array for each column costs the driver a Python call for each value.
            whole = _written(rows)
            return self.tx.exec_driver_sql(statement, (whole,)).rowcount
        columns = []  # column by column, so that each is turned by one loop in C
        for name in names:
            column: Any = [row[name] for row in rows]
            turn = _as_stored(table, name)
            columns.append(column if turn is None else map(turn, column))
        return self.tx.exec_driver_sql(statement, list(zip(*columns, strict=True))).rowcount

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
        return moment.astimezone(UTC) if self.on_postgres else str(as_text(moment))

    def new_ids(self, table: Table, count: int) -> Sequence[int]:
        """So many ids that no row of the table has, and no other writer will get."""
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


def insert_into(tx: Transaction, table: Table) -> Any:  # either dialect's Insert
    """An INSERT that may say what happens ON CONFLICT, which each database has of its own."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


class StatementByIds:
    """A statement about many rows by their ids, built once: building costs ten times what running does.

    `build` makes it from the conditions that `column`, and each of the others, is among the ids.
    """

    def __init__(self, column: Column[Any], build: Callable[..., Any], *others: Column[Any]) -> None:
        self._columns, self._build = (column, *others), build
        self._made: dict[str, Any] = {}

    def run(self, tx: Transaction, ids: Iterable[int | None], **values: Any) -> CursorResult[Any]:
        """Run it for these ids; `values` are the statement's other parameters."""
        kind = tx.dialect.name
        if kind not in self._made:
            self._made[kind] = self._build(*(_among(column, kind) for column in self._columns))
        return tx.execute(self._made[kind], {"ids": _listed(ids, kind), **values})


def _among(column: Column[Any], kind: str) -> ColumnElement[bool]:
    if kind == "postgresql":
        # Without a type of its own the text arrives as an array; cast there, it would be read for each row.
        return column == any_(cast(bindparam("ids", type_=NullType()), ARRAY(column.type)))
    each = func.json_each(bindparam("ids")).table_valued("value")
    return column.in_(select(each.c.value))


def _listed(ids: Iterable[int | None], kind: str) -> str:
    """Ids as one text: the driver would otherwise ask each of them for its type."""
    text = ",".join([str(one) for one in ids if one is not None])  # nothing equals an unknown one
    return f"{{{text}}}" if kind == "postgresql" else f"[{text}]"


def as_json_text(value: Any) -> str | None:
    """JSON as SQLite keeps it; most values are empty."""
    return "{}" if value == {} else _written(value)


def _written(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # what only Python's own can write, such as a number of thirty digits
        return json.dumps(value, default=_iso)


def as_json(value: Any) -> str:
    """JSON as text: every driver takes it, and most values are empty."""
    return json.dumps(value) if value else "{}"


@lru_cache(maxsize=256)
def _update(table: Table, names: tuple[str, ...], on_postgres: bool) -> str:
    if not on_postgres:
        marks = ", ".join(f"{name} = ?" for name in names)
        return f"UPDATE {table.name} SET {marks} WHERE id = ?"  # noqa: S608 - names of ours
    marks = ", ".join(f"{name} = v.{name}" for name in names)
    source = _recordset(table, (*names, "id"))
    return f"UPDATE {table.name} SET {marks} FROM {source} WHERE {table.name}.id = v.id"  # noqa: S608


@lru_cache(maxsize=256)
def _insert(table: Table, names: tuple[str, ...], unless_known: bool, on_postgres: bool) -> str:
    listed, end = ", ".join(names), " ON CONFLICT DO NOTHING" if unless_known else ""
    if on_postgres:
        return f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {_recordset(table, names)}{end}"  # noqa: S608
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({listed}) VALUES ({marks}){end}"  # noqa: S608 - names of ours


def _recordset(table: Table, names: Sequence[str]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    columns = ", ".join(f"{name} {table.c[name].type.compile(dialect)}" for name in names)
    return f"json_to_recordset(%s) AS v({columns})"


@lru_cache(maxsize=512)
def _as_stored(table: Table, name: str) -> Callable[[Any], Any] | None:
    """How SQLite is given a column's values; None: as they are."""
    kind = table.c[name].type
    if isinstance(kind, Instant):
        return as_text
    return as_json_text if isinstance(kind, JSON) else None


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
