"""The kinds of columns that the tables are made of: instants, JSON, keys, references, partial indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, naive UTC text on SQLite.

    Text is made and read here: a batch holds few different instants, many times each.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """How values are written: naive ones are refused."""
        return _in_utc if dialect.name == "postgresql" else as_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """How values are read: they are always aware."""
        return _in_utc if dialect.name == "postgresql" else _from_text


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is UTC:  # as PostgreSQL gives them, and as nearly all are given to it
        return value
    if value.tzinfo is None:
        raise ValueError("instants are aware UTC; got a naive datetime")
    return value.astimezone(UTC)


@lru_cache(maxsize=4096)
def as_text(value: datetime | None) -> str | None:
    """An instant as SQLite keeps it.

    Raises:
        ValueError: it has no time zone.
    """
    utc = _in_utc(value)
    return None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=4096)
def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only numbers rows by itself on INTEGER PRIMARY KEY."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def row_id() -> Any:
    """The number of a row, given by the database."""
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def reference(target: str, *, null: bool = False, index: bool = False, primary: bool = False) -> Any:
    """A column that holds the key of another table's row."""
    column = Column(Id, ForeignKey(target), nullable=null, index=index, primary_key=primary)
    return Field(default=None, sa_column=column)


def moment(*, null: bool = False, index: bool = False) -> Any:
    """A column of instants."""
    return Field(default=None, sa_column=Column(Instant, nullable=null, index=index))


def mapping() -> Any:
    """A JSON object, empty by default."""
    return Field(default_factory=dict, sa_column=Column(Json, nullable=False, default=dict))


def only_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """A partial index, the same on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
