"""Expressions of import maps: Jinja's syntax over one row, compiled once to closures."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from nurture.files.diagnosis import did_you_mean
from nurture.imports.closures import (
    CALCULATIONS,
    COMPARISONS,
    Reader,
    Row,
    alike,
    both,
    calculated,
    chosen,
    defaulted,
    either,
    filtered,
    inside,
    look_up,
    refusal,
)
from nurture.imports.types import as_text
from nurture.imports.words import ABSENT, ANSWERS, DEFAULTS, FILTERS, INSTEAD, PRESENT, TESTS
from nurture.texts import jinja
from nurture.texts.wishes import words_like

_PARSER = Environment(autoescape=False)  # noqa: S701 - parses only; nothing is rendered with it
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"  # what copying out of pages and mails leaves in cells
_LONGEST = 2000
_DEEPEST = 40


class ExpressionError(ValueError):
    """An expression of a map cannot be read, from its character `offset` on; `hint` says what to write."""

    def __init__(self, message: str, hint: str = "", *, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: what it says, the columns it reads, and `read(row)`, which may raise RowFault.

    A blank cell reads as None. A comparison with it is false, as in conditions; joined (`~`), calculated or
    filtered it stays blank; `or` and `default` put something in its place.
    """

    source: str
    columns: frozenset[str]
    read: Reader


def compile_expression(
    text: str,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    blank: frozenset[str] = frozenset(),
    *,
    forbids: bool = False,
) -> Expression:
    """Read an expression; `tables` are its look-up tables, `blank` the cells that mean nothing.

    `forbids`: it says who must not be written to. A cell is then compared with a written word by what both
    mean: `== "yes"` holds for `Oui`, and `== "unsubscribed"` for `STOP`.

    Raises:
        ExpressionError: it is not Jinja, or uses what a map has no use for.
    """
    if len(text) > _LONGEST:
        raise ExpressionError(f"longer than {_LONGEST} characters", "put long lists in `tables`", offset=0)
    builder = _Builder(tables or {}, blank | {""}, forbids)
    read = builder.build(_tree(text), 0)
    return Expression(text, frozenset(builder.columns), read)


def _tree(text: str) -> nodes.Expr:
    try:
        lexemes = jinja.lex(_PARSER, text)
    except TemplateSyntaxError as error:
        raise ExpressionError(f"not understood: {error.message}", offset=error.lineno) from None
    try:
        tree, left = jinja.parse(_PARSER, text, lexemes)
    except TemplateSyntaxError as error:
        at_end = error.lineno >= len(text.rstrip())
        message = "something is missing at the end" if at_end else str(error.message)
        hint = "write it without braces" if "{" in text else ""
        raise ExpressionError(message, hint, offset=error.lineno) from None
    except RecursionError:
        raise ExpressionError("nested too deeply", "put long lists in `tables`", offset=0) from None
    if left.type == "assign":
        raise ExpressionError(
            "`=` sets a value, and nothing is set here", "`==` compares", offset=left.lineno
        )
    if left.type != "eof":
        message = "nothing is expected after the expression"
        raise ExpressionError(message, "write one expression", offset=left.lineno)
    return tree


class _Builder:
    """Turns Jinja's nodes into closures, and lists the columns that they read."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], blank: frozenset[str], forbids: bool) -> None:
        self.tables = tables
        self.blank = blank
        self.forbids = forbids
        self.columns: set[str] = set()

    def build(self, node: nodes.Node, depth: int) -> Reader:
        """The closure of a node."""
        if depth > _DEEPEST:
            raise ExpressionError("nested too deeply", "put long lists in `tables`", offset=node.lineno)
        made = getattr(self, f"_{type(node).__name__.lower()}", None)
        if made is None:
            raise ExpressionError(
                f"`{type(node).__name__.lower()}` has no place in a map", offset=node.lineno
            )
        try:
            closure: Reader = made(node, depth + 1)
        except ExpressionError as error:
            error.offset = node.lineno if error.offset is None else error.offset
            raise
        return closure

    def _const(self, node: nodes.Const, depth: int) -> Reader:
        value = node.value
        return lambda row: value

    def _list(self, node: nodes.List | nodes.Tuple, depth: int) -> Reader:
        items = [self.build(item, depth) for item in node.items]
        return lambda row: [item(row) for item in items]

    _tuple = _list

    def _name(self, node: nodes.Name, depth: int) -> Reader:
        if node.name == "row":
            raise ExpressionError("`row` alone is the whole row", 'name a column: row["Prospect ID"]')
        if node.name in self.tables:
            raise ExpressionError(
                f"`{node.name}` alone is the whole table", f"look something up: {node.name}[Country]"
            )
        return self._column(node.name)

    def _column(self, name: str) -> Reader:
        self.columns.add(name)
        blank = self.blank

        def cell(row: Row) -> Any:
            value = row.get(name)
            if type(value) is str:
                value = value.strip() if value.isascii() else value.strip().strip(_UNSEEN).strip()
                return None if value in blank else value
            return value

        return cell

    def _getitem(self, node: nodes.Getitem, depth: int) -> Reader:
        if isinstance(node.node, nodes.Name) and node.node.name == "row":
            if not isinstance(node.arg, nodes.Const) or not isinstance(node.arg.value, str):
                raise ExpressionError("a column is named by a text", 'write row["Prospect ID"]')
            return self._column(node.arg.value)
        if isinstance(node.arg, nodes.Slice):
            raise ExpressionError("slices have no place in a map", "use a table, `split` or `replace`")
        index = self.build(node.arg, depth)
        if isinstance(node.node, nodes.Name) and node.node.name in self.tables:
            table = self.tables[node.node.name]
            return lambda row: look_up(table, index(row))
        return inside(self.build(node.node, depth), index)

    def _getattr(self, node: nodes.Getattr, depth: int) -> Reader:
        name = node.attr
        if isinstance(node.node, nodes.Name) and node.node.name == "row":
            return self._column(name)
        if isinstance(node.node, nodes.Name) and node.node.name in self.tables:
            entry = look_up(self.tables[node.node.name], name)
            return lambda row: entry
        return inside(self.build(node.node, depth), lambda row: name)

    def _and(self, node: nodes.And, depth: int) -> Reader:
        return both(self.build(node.left, depth), self.build(node.right, depth))

    def _or(self, node: nodes.Or, depth: int) -> Reader:
        return either(self.build(node.left, depth), self.build(node.right, depth))

    def _not(self, node: nodes.Not, depth: int) -> Reader:
        return refusal(self.build(node.node, depth))

    def _condexpr(self, node: nodes.CondExpr, depth: int) -> Reader:
        test, then = self.build(node.test, depth), self.build(node.expr1, depth)
        other = self.build(node.expr2, depth) if node.expr2 is not None else lambda row: None
        return chosen(test, then, other)

    def _concat(self, node: nodes.Concat, depth: int) -> Reader:
        parts = [self.build(part, depth) for part in node.nodes]

        def joined(row: Row) -> str | None:
            values = [part(row) for part in parts]
            return (
                None if None in values else "".join([v if v.__class__ is str else as_text(v) for v in values])
            )

        return joined

    def _compare(self, node: nodes.Compare, depth: int) -> Reader:
        if len(node.ops) > 1:
            raise ExpressionError("comparisons in a chain", "write `a < b and b < c`")
        left, right = self.build(node.expr, depth), self.build(node.ops[0].expr, depth)
        kind, words = node.ops[0].op, _written(node.ops[0].expr)
        if self.forbids and words and kind in ("eq", "ne", "in", "notin"):
            return alike(left, frozenset().union(*map(words_like, words)), kind in ("ne", "notin"))
        return COMPARISONS[kind](left, right)

    def _calculation(self, node: nodes.BinExpr, depth: int) -> Reader:
        left, right = self.build(node.left, depth), self.build(node.right, depth)
        return calculated(CALCULATIONS[node.operator], left, right)

    _add = _sub = _mul = _div = _floordiv = _mod = _calculation

    def _neg(self, node: nodes.Neg, depth: int) -> Reader:
        return calculated(operator.sub, lambda row: 0, self.build(node.node, depth))

    def _pos(self, node: nodes.Pos, depth: int) -> Reader:
        return calculated(operator.add, lambda row: 0, self.build(node.node, depth))

    def _filter(self, node: nodes.Filter, depth: int) -> Reader:
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(f"`{node.name}` takes plain arguments only")
        value, arguments = self.build(node.node, depth), [self.build(part, depth) for part in node.args]
        if node.name in DEFAULTS and len(arguments) == 1:
            return defaulted(value, arguments[0])
        if node.name not in FILTERS:
            known = sorted({*FILTERS, *DEFAULTS})
            raise ExpressionError(f"no filter `{node.name}`", did_you_mean(node.name, known))
        work, fewest, most = FILTERS[node.name]
        if not fewest <= len(arguments) <= most:
            raise ExpressionError(f"`{node.name}` takes {fewest} to {most} arguments, not {len(arguments)}")
        return filtered(work, value, arguments)

    def _test(self, node: nodes.Test, depth: int) -> Reader:
        value, arguments = self.build(node.node, depth), [self.build(part, depth) for part in node.args or []]
        if node.name in ABSENT and not arguments:
            return lambda row: value(row) is None
        if node.name in PRESENT and not arguments:
            return lambda row: value(row) is not None
        if node.name in ANSWERS and not arguments:
            asked = ANSWERS[node.name]
            return lambda row: (found := value(row)) is not None and asked(found)
        if node.name not in TESTS or len(arguments) != 1:
            known = sorted({*TESTS, *ABSENT, *PRESENT, *ANSWERS})
            raise ExpressionError(f"no test `{node.name}` like this", did_you_mean(node.name, known))
        found = filtered(TESTS[node.name], value, arguments)
        return lambda row: bool(found(row))

    def _call(self, node: nodes.Call, depth: int) -> Reader:
        method = node.node.attr if isinstance(node.node, nodes.Getattr) else ""
        instead = f"write `{INSTEAD[method]}`" if method in INSTEAD else "use a filter: `column | trim`"
        raise ExpressionError("nothing can be called in a map", instead)


def _written(node: nodes.Expr) -> list[str]:
    """The texts written on one side of a comparison; none when it holds anything else."""
    parts = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    texts = [part.value for part in parts if isinstance(part, nodes.Const) and isinstance(part.value, str)]
    return texts if len(texts) == len(parts) else []
