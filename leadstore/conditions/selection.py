"""Compiles a condition's tree to SQL that selects the leads for which the Python closure holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, Text, and_, exists, false, func, literal, not_, or_, select, true

from leadstore.conditions.operands import Expression, OperandColumns, member
from leadstore.rows import address, consent, lead, signal
from nurture.conditions.tree import (
    And,
    Compare,
    Constant,
    Contains,
    Count,
    Defined,
    Edge,
    Field,
    Happened,
    Not,
    OneOf,
    Operand,
    Or,
    Property,
    Scalar,
    Tree,
    Value,
)
from nurture.conditions.vocabulary import kind_of
from nurture.values import PROFILE_FIELDS

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXTS = {name: lead.c[name] for name in (*PROFILE_FIELDS, "key", "stage", "grade")}
_TEXTS["email"] = address.c.address
_NUMBERS = {name: lead.c[name] for name in ("id", "fit", "engagement", "heat")}


def as_sql(tree: Tree, now: datetime, dialect: str, *, of_signal: bool = False) -> Expression:
    """The tree as an expression over `lead` and the `address` it is reached at; the query names both.

    True where the closure that nurture compiles from the same tree is true, and nowhere else: it may be
    NULL where the closure is false. `of_signal`: the query names `signal` too, whose row is the entering
    one; else there is none, and its properties are missing.
    """
    return _Compiler(now, dialect, of_signal).tree(tree, True)


class _Compiler:
    """Compiles one tree. A leaf is NULL or false where something is missing; a negated one is never NULL."""

    def __init__(self, now: datetime, dialect: str, of_signal: bool) -> None:
        self.now = now
        self.dialect = dialect
        self.of_signal = of_signal

    def tree(self, tree: Tree, wanted: bool) -> Expression:
        """`wanted` False asks for the opposite: `not` moves down to the leaves, which keeps the SQL flat."""
        match tree:
            case Not(part):
                return self.tree(part, not wanted)
            case And(parts) | Or(parts):
                join = and_ if isinstance(tree, And) is wanted else or_
                return join(*(self.tree(part, wanted) for part in parts))
            case Constant(value):
                return true() if value is wanted else false()
        leaf = self.leaf(tree)
        return leaf if wanted else not_(func.coalesce(leaf, false(), type_=Boolean))

    def leaf(self, tree: Compare | OneOf | Contains | Edge | Defined | Happened) -> Expression:
        match tree:
            case Happened(count):
                return exists(self.signals(count, select(1)))
            case Compare(left, written, right):
                return self.compare(self.view(left), written, self.view(right))
            case OneOf(operand, options, negated):
                return _one_of(self.view(operand), options, negated)
            case Contains(container, item, negated):
                return self.contains(self.view(container), self.view(item).text, negated)
            case Edge(operand, kind, text):
                return self.edge(self.view(operand).text, kind, text)
            case _:
                known = self.view(tree.operand).known
                return false() if known is None else known

    def view(self, operand: Operand) -> OperandColumns:
        match operand:
            case Value(value):
                return OperandColumns(**{kind_of(value): _written(value)})
            case Field(name) if name in _TEXTS:
                return OperandColumns(text=_TEXTS[name], known=_TEXTS[name].is_not(None))
            case Field(name) if name in _NUMBERS:
                return OperandColumns(number=_NUMBERS[name], known=true())
            case Field(name):
                return member(lead.c.attributes, name, self.dialect)
            case Property("type") if self.of_signal:
                return OperandColumns(text=signal.c.type, known=true())
            case Property(name) if self.of_signal:
                return member(signal.c.properties, name, self.dialect)
            case Property():
                return OperandColumns()
            case Count():
                return OperandColumns(number=self.signals(operand, select(func.count())).scalar_subquery())
        said = select(consent.c.state).where(
            consent.c.address_id == address.c.id, consent.c.topic == operand.topic
        )
        state = said.correlate(address).scalar_subquery()
        return OperandColumns(text=state, known=state.is_not(None))

    def signals(self, count: Count, query: Any) -> Any:
        """The signals that a history question is about; a machine's never count."""
        query = query.select_from(signal).where(
            signal.c.lead_id == lead.c.id, signal.c.type == count.type, not_(signal.c.machine)
        )
        if count.within is not None:
            query = query.where(signal.c.occurred_at >= self.now - count.within)
        for name, value in count.properties:
            have = member(signal.c.properties, name, self.dialect)
            query = query.where(self.compare(have, "==", OperandColumns(**{kind_of(value): _written(value)})))
        return query.correlate(lead)

    def compare(self, left: OperandColumns, written: str, right: OperandColumns) -> Expression:
        """Of two values of one kind; every other pair is not comparable."""
        test = _COMPARE[written]
        texts = (self.ordered(left.text, written), right.text)
        pairs = (texts, (left.number, right.number), (left.flag, right.flag))
        alike = [test(one, other) for one, other in pairs if one is not None and other is not None]
        return or_(*alike) if alike else false()

    def ordered(self, text: Expression, written: str) -> Expression:
        """Ordered by code points, as in Python: SQLite's default, and collation "C" on PostgreSQL."""
        if text is None or self.dialect == "sqlite" or written in ("==", "!="):
            return text
        return text.collate("C")

    def contains(self, whole: OperandColumns, part: Expression, negated: bool) -> Expression:
        if part is None:
            return false()
        find = func.strpos if self.dialect == "postgresql" else func.instr
        tests = [find(whole.text, part) > 0] if whole.text is not None else []
        tests += [whole.lists(part)] if whole.lists is not None else []
        if not tests:
            return false()
        # A test is NULL where the container or the item is not there to be asked.
        return or_(*(one.is_(False) for one in tests)) if negated else or_(*tests)

    def edge(self, text: Expression, kind: str, part: str) -> Expression:
        """By substr, because SQLite's LIKE takes `vp` for `VP`."""
        if text is None:
            return false()
        if not part:
            return text.is_not(None)
        if kind == "startswith":
            return func.substr(text, 1, len(part), type_=Text) == part
        if self.dialect == "sqlite":
            return func.substr(text, -len(part), type_=Text) == part
        return func.right(text, len(part), type_=Text) == part


def _one_of(view: OperandColumns, options: tuple[Scalar, ...], negated: bool) -> Expression:
    kinds = {"text": view.text, "number": view.number, "flag": view.flag}
    alike = [
        have.in_([_written(option) for option in options if kind_of(option) == kind])
        for kind, have in kinds.items()
        if have is not None and any(kind_of(option) == kind for option in options)
    ]
    same = or_(*alike) if alike else false()
    if not negated:
        return same
    known = or_(false(), *(one.is_not(None) for one in view.scalars))
    return and_(known, not_(func.coalesce(same, false(), type_=Boolean)))


def _written(value: Scalar) -> Expression:
    """A written value with its own type: a number never takes the type of the column it is compared with."""
    if isinstance(value, bool):
        return literal(value, Boolean)
    return literal(value, Text) if isinstance(value, str) else literal(float(value), Float)
