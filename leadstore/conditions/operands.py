"""An operand of a condition as SQL: one expression for each kind of value it may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Float,
    Numeric,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

Expression = Any  # SQLAlchemy's ColumnElement, whose own parameter says nothing here

_HUGE: Expression = literal_column("1e300")
_TINY: Expression = literal_column("-1e300")
# PostgreSQL refuses to cast a JSON number beyond 1e308, which one lead might have; written ones end at 1e15.
_NAME = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class OperandColumns:
    """The SQL of an operand as a text, a number and a flag: each is NULL while it holds something else.

    None says that it never holds that kind. `known` is true unless it is missing; `lists` makes the
    test whether a list holds a text.
    """

    text: Expression = None
    number: Expression = None
    flag: Expression = None
    known: Expression = None
    lists: Callable[[Expression], Expression] | None = None

    @property
    def scalars(self) -> tuple[Expression, ...]:
        """The expressions of the kinds that it may hold."""
        return tuple(one for one in (self.text, self.number, self.flag) if one is not None)


def member(column: Expression, name: str, dialect: str) -> OperandColumns:
    """The member `name` of a JSON object, whatever it holds.

    Raises:
        ValueError: the name could not be declared; a checked condition never holds one.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of an attribute or a property")
    return _on_postgres(column, name) if dialect == "postgresql" else _on_sqlite(column, name)


def _on_postgres(column: Expression, name: str) -> OperandColumns:
    value = column.op("->", return_type=JSONB())(literal(name, Text))
    kind = func.jsonb_typeof(value)
    plain = column.op("->>", return_type=Text())(literal(name, Text))
    near = func.least(func.greatest(cast(value, Numeric), _TINY), _HUGE)
    return OperandColumns(
        text=case((kind == "string", plain)),
        number=case((kind == "number", cast(near, Float))),
        flag=case((kind == "boolean", cast(value, Boolean))),
        known=kind != "null",
        lists=lambda item: case((kind == "array", value.has_key(item))),
    )


def _on_sqlite(column: Expression, name: str) -> OperandColumns:
    path = f'$."{name}"'
    kind = func.json_type(column, path)
    each = func.json_each(column, path).table_valued("value", "type")

    def holds(item: Expression) -> Expression:
        found = exists(select(1).select_from(each).where(each.c.type == "text", each.c.value == item))
        return case((kind == "array", case((item.is_not(None), found))))

    return OperandColumns(
        text=case((kind == "text", func.json_extract(column, path, type_=Text))),
        number=case((kind.in_(["integer", "real"]), func.json_extract(column, path, type_=Float))),
        flag=case((kind.in_(["true", "false"]), func.json_extract(column, path, type_=Boolean))),
        known=kind != "null",
        lists=holds,
    )
