"""Compiles a condition's tree to a closure, and lists what the tree reads."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any

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
    Tree,
    Value,
)
from nurture.conditions.vocabulary import kind_of
from nurture.quick import quick
from nurture.values import Consent, Signal

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@quick
class Facts:
    """All that a condition may look at, at one moment. `signal` is the entering (or awaited) one."""

    lead: Mapping[str, Any]  # Lead.fields()
    now: datetime
    signals: Sequence[Signal] = ()
    signal: Signal | None = None
    consents: Mapping[str, Consent] = field(default_factory=dict)


_SCALARS = (str, int, float)  # a flag is an int to Python

Test = Callable[[Facts], bool]
Read = Callable[[Facts], Any]


def compile_tree(tree: Tree) -> Test:
    """Return a function that says whether the tree holds for some facts. It never raises."""
    match tree:
        case Constant(value):
            return lambda facts: value
        case Not(part):
            inner = compile_tree(part)
            return lambda facts: not inner(facts)
        case And(parts):
            return _every([compile_tree(part) for part in parts])
        case Or(parts):
            return _some([compile_tree(part) for part in parts])
        case Happened(count):
            number = _count(count)
            return lambda facts: number(facts) > 0
    return _leaf(tree)


def operands(tree: Tree) -> Iterator[Operand]:
    """Every operand of the tree, from left to right."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from operands(part)
        case Not(part):
            yield from operands(part)
        case Compare():
            yield from (tree.left, tree.right)
        case Contains():
            yield from (tree.container, tree.item)
        case Happened(count):
            yield count
        case OneOf() | Edge() | Defined():
            yield tree.operand


def thresholds(tree: Tree) -> Iterator[tuple[str, float]]:
    """Every number that the tree compares with the lead's fit or engagement."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from thresholds(part)
        case Not(part):
            yield from thresholds(part)
        case Compare(Field(name), _, Value(value)) if name in ("fit", "engagement"):
            yield name, float(value)
        case OneOf(Field(name), options) if name in ("fit", "engagement"):
            yield from ((name, float(option)) for option in options)


def _leaf(tree: Compare | OneOf | Contains | Edge | Defined) -> Test:
    match tree:
        case Compare(left, written, right):
            return _compare(_read(left), _COMPARE[written], _read(right))
        case OneOf(operand, options, negated):
            return _one_of(_read(operand), options, negated)
        case Contains(container, item, negated):
            return _contains(_read(container), _read(item), negated)
        case Edge(operand, kind, text):
            read = _read(operand)
            if kind == "startswith":
                return lambda facts: isinstance(value := read(facts), str) and value.startswith(text)
            return lambda facts: isinstance(value := read(facts), str) and value.endswith(text)
        case _:
            known = _read(tree.operand)
            return lambda facts: known(facts) is not None


def _every(tests: Sequence[Test]) -> Test:
    def holds(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - all() would make a generator at each of many evaluations
            if not test(facts):
                return False
        return True

    return holds


def _some(tests: Sequence[Test]) -> Test:
    def holds(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(facts):
                return True
        return False

    return holds


def _compare(left: Read, test: Callable[[Any, Any], bool], right: Read) -> Test:
    def holds(facts: Facts) -> bool:
        first, second = left(facts), right(facts)
        return _comparable(first, second) and test(first, second)

    return holds


def _one_of(read: Read, options: tuple[Any, ...], negated: bool) -> Test:
    listed = {(kind_of(option), option) for option in options}

    def holds(facts: Facts) -> bool:
        value = read(facts)
        if not isinstance(value, _SCALARS):
            return False
        return negated != ((kind_of(value), value) in listed)

    return holds


def _contains(container: Read, item: Read, negated: bool) -> Test:
    def holds(facts: Facts) -> bool:
        whole, part = container(facts), item(facts)
        if not isinstance(whole, (str, list)) or not isinstance(part, str):
            return False
        return negated != (part in whole)

    return holds


def _comparable(first: object, second: object) -> bool:
    """Missing, a list, or of another kind: not comparable, so that the comparison is false."""
    if not isinstance(first, _SCALARS) or not isinstance(second, _SCALARS):
        return False
    return kind_of(first) == kind_of(second)


def _read(operand: Operand) -> Read:
    match operand:
        case Value(value):
            return lambda facts: value
        case Field(name):
            return lambda facts: _plain(facts.lead.get(name))
        case Property("type"):
            return lambda facts: facts.signal.type if facts.signal else None
        case Property(name):
            return lambda facts: _plain(facts.signal.properties.get(name)) if facts.signal else None
        case Count():
            return _count(operand)
        case _:
            topic = operand.topic
            return lambda facts: facts.consents[topic].state.value if topic in facts.consents else None


def _plain(value: object) -> object:
    """A value as it is stored: dates are ISO text, tuples are lists."""
    if value is None or type(value) is str:  # nearly all
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    return list(value) if isinstance(value, tuple) else value


def _count(count: Count) -> Callable[[Facts], int]:
    def number(facts: Facts) -> int:
        since = None if count.within is None else facts.now - count.within
        return sum(_counts(count, since, signal) for signal in facts.signals)

    return number


def _counts(count: Count, since: datetime | None, signal: Signal) -> bool:
    if signal.machine or signal.type != count.type:
        return False
    if since is not None and signal.occurred_at < since:
        return False
    have = signal.properties
    return all(_comparable(have.get(name), value) and have[name] == value for name, value in count.properties)
