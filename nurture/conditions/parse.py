"""Turns a Jinja expression into a condition's tree: a whitelist of nodes, with names and types checked."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import cast

from jinja2 import nodes

from nurture.conditions.names import Names
from nurture.conditions.tokens import parse_expression
from nurture.conditions.tree import (
    And,
    Compare,
    Constant,
    Contains,
    Count,
    Defined,
    Edge,
    Happened,
    Not,
    OneOf,
    Operand,
    Operator,
    Or,
    Scalar,
    Tree,
    Value,
)
from nurture.conditions.vocabulary import Spot, Vocabulary, kind_of
from nurture.spans import is_day, parse_span

_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TESTS = ("defined", "startswith", "endswith", "contains")


def build(text: str, vocabulary: Vocabulary | None, signal: str | None) -> Tree:
    """Parse a condition into its tree; raises ConditionError."""
    expression, words = parse_expression(text)
    return _Builder(Names(vocabulary, signal), words).tree(expression)


class _Builder:
    """Walks the nodes of one expression. Anything that is not on the whitelist is refused by name."""

    def __init__(self, names: Names, words: dict[int, str]) -> None:
        self.names = names
        self.words = words

    def tree(self, node: nodes.Expr) -> Tree:
        """Read a node that must answer true or false."""
        match node:
            case nodes.And():
                return And(tuple(self.tree(part) for part in _flat(node, nodes.And)))
            case nodes.Or():
                return Or(tuple(self.tree(part) for part in _flat(node, nodes.Or)))
            case nodes.Not():
                return Not(self.tree(node.node))
            case nodes.Compare():
                return self._chain(node)
            case nodes.Test():
                return self._test(node)
            case nodes.Const(value=bool()):
                return Constant(node.value)
        return self._bare(node)

    def _bare(self, node: nodes.Expr) -> Tree:
        if segment := self.names.segment(node, self._spot(node)):
            return segment
        operand = self._operand(node)
        if isinstance(operand, Count):
            if cast(nodes.Getattr, cast(nodes.Call, node).node).attr == "any":
                return Happened(operand)
            raise self._spot(node).error("a count alone says neither yes nor no", "compare it: `... >= 2`")
        kind = self._kind(operand)
        if isinstance(operand, Value) or kind not in ("flag", ""):
            hint = 'compare it: `... == "x"`, or ask `... is defined`'
            raise self._spot(node).error(f"{_article(kind)} alone says neither yes nor no", hint)
        return Compare(operand, "==", Value(True))

    def _chain(self, node: nodes.Compare) -> Tree:
        parts: list[Tree] = []
        left = node.expr
        for step in node.ops:
            parts.append(self._pair(left, step.op, step.expr))
            left = step.expr
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _pair(self, left: nodes.Expr, operator: str, right: nodes.Expr) -> Tree:
        if operator in ("in", "notin"):
            return self._membership(left, right, negated=operator == "notin")
        first, second = self._operand(left, compared=True), self._operand(right, compared=True)
        if isinstance(first, Value) and isinstance(second, Value):
            raise self._spot(left).error("compares two written values", "compare a field with a value")
        if isinstance(first, Value):
            # The value on the right, so that readers of the tree need not look twice.
            written = _OPERATORS[operator]
            return self._compared(second, _MIRROR.get(written, written), first, left)
        return self._compared(first, _OPERATORS[operator], second, right)

    def _compared(self, left: Operand, operator: str, right: Operand, at: nodes.Expr) -> Tree:
        kinds = {_comparable(self._kind(left)), _comparable(self._kind(right))} - {""}
        if "list" in kinds:
            raise self._spot(at).error("a list is not compared", 'write `"x" in lead.list`')
        if len(kinds) > 1:
            raise self._spot(at).error(
                f"compares {_article(self._kind(left))} with {_article(self._kind(right))}",
                "put text in quotes, and write numbers, true and false without them",
            )
        if kinds == {"flag"} and operator not in ("==", "!="):
            raise self._spot(at).error("a flag is only equal or not equal", "write `== true`")
        if isinstance(right, Value):
            self._known_value(left, right.value, at)
        return Compare(left, cast(Operator, operator), right)

    def _membership(self, left: nodes.Expr, right: nodes.Expr, *, negated: bool) -> Tree:
        if isinstance(right, (nodes.List, nodes.Tuple)):
            operand = self._operand(left, compared=True)
            if isinstance(operand, Value):
                raise self._spot(left).error("compares two written values", "compare a field with a value")
            return OneOf(operand, tuple(self._option(operand, item) for item in right.items), negated)
        return self._contains(self._operand(right), self._operand(left), right, negated=negated)

    def _option(self, operand: Operand, item: nodes.Expr) -> Scalar:
        value = self._operand(item)
        if not isinstance(value, Value):
            raise self._spot(item).error("a list in a condition holds written values only")
        self._compared(operand, "==", value, item)
        return value.value

    def _contains(self, container: Operand, item: Operand, at: nodes.Expr, *, negated: bool = False) -> Tree:
        if isinstance(container, (Value, Count)) or self._kind(container) not in ("text", "list", ""):
            raise self._spot(at).error("only a text or a list can hold something", 'write `in ["a", "b"]`')
        if self._kind(item) not in ("text", ""):
            raise self._spot(at).error("what is looked for is text", "put it in quotes")
        return Contains(container, item, negated)

    def _test(self, node: nodes.Test) -> Tree:
        spot = self._spot(node)
        if node.name not in _TESTS:
            raise spot.unknown("test", node.name, _TESTS)
        operand = self._operand(node.node)
        if isinstance(operand, (Value, Count)):
            raise spot.error("only a field can be tested with `is`")
        if node.name == "defined":
            return Defined(operand)
        arguments = node.args or []
        if len(arguments) != 1 or node.kwargs:
            raise spot.error(f"`{node.name}` takes one text", f'write `is {node.name}("VP")`')
        item = self._operand(arguments[0])
        if node.name == "contains":
            return self._contains(operand, item, node)
        if (
            not isinstance(item, Value)
            or not isinstance(item.value, str)
            or self._kind(operand) not in ("text", "")
        ):
            raise spot.error(f"`{node.name}` compares a text with a text in quotes")
        return Edge(operand, "startswith" if node.name == "startswith" else "endswith", item.value)

    def _operand(self, node: nodes.Expr, *, compared: bool = False) -> Operand:
        spot = self._spot(node)
        match node:
            case nodes.Const():
                return Value(self._scalar(node.value, spot))
            case nodes.Neg(node=nodes.Const(value=int() | float() as number)) if not isinstance(number, bool):
                return Value(self._scalar(-number, spot))
            case nodes.Getattr() | nodes.Getitem():
                return self.names.operand(node, spot)
            case nodes.Call():
                return self._history(node, compared)
            case nodes.Name():
                hint = f'write `lead.{node.name}`, or put text in quotes: `"{node.name}"`'
                raise spot.error(f"`{node.name}` alone is not known here", hint)
            case nodes.List() | nodes.Tuple():
                raise spot.error("a list stands only after `in` or `not in`")
        raise spot.error("this is not a field, a value or a question about signals")

    def _scalar(self, value: object, spot: Spot) -> Scalar:
        if value is None:
            raise spot.error("nothing is compared with `none`", "write `lead.x is not defined`")
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" or char == "\0" for char in value):
            raise spot.error("a character that no text can hold")
        if isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) < 1e15):
            raise spot.error("a number out of range")
        return cast(Scalar, value)

    def _history(self, node: nodes.Call, compared: bool) -> Count:
        spot = self._spot(node)
        called = node.node
        if (
            not isinstance(called, nodes.Getattr)
            or called.attr not in ("any", "count")
            or not _is_name(called, "signals")
        ):
            raise spot.error("only `signals.any(...)` and `signals.count(...)` can be called")
        if compared and called.attr == "any":
            raise spot.error(
                "`signals.any(...)` is not compared",
                "write `signals.count(...)`, or leave the comparison out",
            )
        if node.dyn_args or node.dyn_kwargs or len(node.args) != 1 or not _is_text(node.args[0]):
            raise spot.error(
                f"`signals.{called.attr}` needs one signal type",
                f'write `signals.{called.attr}("mail.clicked")`',
            )
        kind = cast(nodes.Const, node.args[0]).value
        self.names.signal_type(kind, self._spot(node.args[0]))
        properties: list[tuple[str, Scalar]] = []
        within: timedelta | None = None
        for keyword in node.kwargs:
            if keyword.key == "within":
                within = self._span(keyword.value)
            else:
                properties.append((keyword.key, self._wanted(kind, keyword)))
        return Count(kind, tuple(sorted(properties)), within)

    def _span(self, node: nodes.Expr) -> timedelta:
        try:
            return parse_span(cast(nodes.Const, node).value if _is_text(node) else "")
        except ValueError:
            raise self._spot(node).error("`within` takes a span", 'write `within="30 days"`') from None

    def _wanted(self, kind: str, keyword: nodes.Keyword) -> Scalar:
        spot = self._spot(keyword.value)
        declared = self.names.property_kind(kind, keyword.key, self._key_spot(keyword))
        value = self._operand(keyword.value)
        if not isinstance(value, Value):
            raise spot.error(f"`{keyword.key}=` takes a written value")
        if declared and _comparable(declared) != kind_of(value.value):
            raise spot.error(f"`{keyword.key}` is {_article(declared)}, not {_article(kind_of(value.value))}")
        known = self.names.choices(keyword.key, kind)
        if known is not None and value.value not in known:
            raise spot.unknown(keyword.key, str(value.value), known)
        return value.value

    def _kind(self, operand: Operand) -> str:
        match operand:
            case Value():
                return kind_of(operand.value)
            case Count():
                return "number"
            case _:
                return self.names.kind(operand)

    def _known_value(self, left: Operand, value: Scalar, at: nodes.Expr) -> None:
        closed = self.names.closed(left)
        if closed is not None and value not in closed[1]:
            raise self._spot(at).unknown(closed[0], str(value), closed[1])
        if self._kind(left) == "date" and not is_day(value):
            raise self._spot(at).error(f"`{value}` is not a date", 'write "2027-03-01"')

    def _key_spot(self, keyword: nodes.Keyword) -> Spot:
        """The place of `asset` in `asset="x"`; Jinja keeps only that of the value."""
        before = [at for at, word in self.words.items() if word == keyword.key and at < keyword.value.lineno]
        return Spot(max(before), len(keyword.key))

    def _spot(self, node: nodes.Node) -> Spot:
        if isinstance(node, nodes.Call):
            return self._spot(node.node)
        if isinstance(node, nodes.Getattr):  # its token is the dot; what matters is the word after it
            return Spot(node.lineno + 1, len(node.attr))
        return Spot(node.lineno, len(self.words.get(node.lineno, " ")))


def _flat(node: nodes.BinExpr, kind: type[nodes.BinExpr]) -> list[nodes.Expr]:
    """The parts of `a and b and c`, which Jinja nests to the left; without recursion."""
    parts: list[nodes.Expr] = []
    left: nodes.Expr = node
    while isinstance(left, kind):
        parts.append(left.right)
        left = left.left
    return [left, *reversed(parts)]


def _is_name(node: nodes.Getattr, name: str) -> bool:
    return isinstance(node.node, nodes.Name) and node.node.name == name


def _is_text(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _comparable(kind: str) -> str:
    return "text" if kind == "date" else kind


def _article(kind: str) -> str:
    return f"a {kind}" if kind in ("number", "flag", "date", "list") else "a text"
