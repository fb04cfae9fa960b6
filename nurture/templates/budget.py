"""Limits what one rendering may cost: text and loop turns are counted, and a template over the limit fails.

A template is rewritten once, before it is compiled, so that whatever can grow is counted where it grows. The
counting is of characters and turns, never of time: the same data always gives the same end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from nurture.errors import RenderError

WORK = 1_000_000
"""Units that one part of one mail may cost: characters made or read, and the nodes that each turn runs."""
HOLDER = 10
"""What a list or a mapping costs besides what it holds: entering one takes longer than reading a letter."""
LARGEST = 10**15
"""No number in a calculation may be further from zero."""

_ONLY_COUNTED = frozenset({"count", "d", "default", "first", "last", "length", "list"})
_OF_TEXT = frozenset({"capitalize", "lower", "title", "trim", "truncate", "upper", "wordcount"})
_DATED = frozenset({"day", "clock"})
_PRICED = frozenset({"join", "trim"})  # they spend from the budget themselves


class Metered(Context):
    """The names of one rendering, and what is left of its budget."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.left = WORK

    def spend(self, units: int) -> None:
        """Take units from the budget; raises RenderError when there are not as many left."""
        self.left -= units
        if self.left < 0:
            raise RenderError(
                "the mail is too long, or takes too much work",
                hint="look for loops in loops, and for text that is joined with itself",
            )


def plain(value: Any) -> str:
    """Answer a value as text. Raises RenderError when it is unknown, or no text, number, flag or date."""
    if isinstance(value, str | Undefined):
        return str(value)  # an undefined one raises, naming what is missing
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if value is None:
        raise RenderError("a value that is joined or filtered is unknown", hint='write `value or "..."`')
    raise RenderError(f"a {type(value).__name__} is not text or a number")


def within_bounds(number: float) -> float:
    """Answer a number as it is; raises RenderError when it is endless or too large to reckon with."""
    if not abs(number) <= LARGEST:  # so that no NaN passes
        raise RenderError("a number is too large to reckon with")
    return number


@pass_context
def weighed(context: Metered, value: Any) -> Any:
    """Answer the value, at the price of all that it holds."""
    if isinstance(value, str):
        context.spend(len(value))
    elif isinstance(value, list | tuple | dict):
        context.spend(HOLDER + len(value))
        for item in value.values() if isinstance(value, dict) else value:
            weighed(context, item)
    elif isinstance(value, int) and not isinstance(value, bool):
        within_bounds(value)
    return value


@pass_context
def plainly(context: Metered, value: Any) -> str:
    """Answer the value as text, at the price of its length."""
    text = plain(value)
    context.spend(len(text))
    return text


@pass_context
def comparable(context: Metered, value: Any) -> Any:
    """Answer what is compared: a day as ISO text, as in conditions."""
    value = value.isoformat() if type(value) is date else value
    return weighed(context, value)


@pass_context
def joined(context: Metered, parts: Sequence[Any], by: str = "") -> str:
    """Answer the parts as one text, at the price of its length."""
    texts = [plain(part) for part in parts]
    context.spend(sum(map(len, texts)) + len(by) * len(texts))
    return by.join(texts)


@pass_context
def counted(context: Metered, items: Any, price: int) -> Any:
    """Answer what a loop goes through, at the price of all its turns."""
    sized = items if isinstance(items, list | tuple | str | Mapping) else list(items)
    context.spend(len(sized) * price)
    return sized


def dated(value: Any, source: str) -> Any:
    """Answer a date or an instant; raises RenderError for all else, naming it."""
    if isinstance(value, date | Undefined):
        return value
    if value is None:
        raise RenderError(f"`{source}` is unknown", hint=f"put {{% if {source} %}} around it")
    raise RenderError(f"`{source}` is not a date", hint="declare it as a date in catalog.yaml")


COUNTERS: dict[str, Any] = {
    "weighed": weighed,
    "plainly": plainly,
    "comparable": comparable,
    "joined": joined,
    "counted": counted,
    "dated": dated,
}
"""The filters that only a rewritten template has: no author can name them."""


def rewrite(tree: nodes.Template) -> nodes.Template:
    """Put the counters into a template's tree."""
    return _Counting().visit(tree)  # type: ignore[no-any-return]  # as jinja2 declares it


def price(loop: nodes.For) -> int:
    """What one turn of a loop costs: the nodes it runs, and the text it holds."""
    inside = [*loop.body, *([loop.test] if loop.test else [])]
    return sum(map(_size, inside)) + 1


def _size(node: nodes.Node) -> int:
    text = len(node.data) if isinstance(node, nodes.TemplateData) else 0
    return 1 + text + sum(map(_size, node.iter_child_nodes()))


def spoken(node: nodes.Node) -> str:
    """The name that a value has in its template, as far as it has one."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{spoken(node.node)}.{node.attr}"
    return "the value"


def _filter(node: nodes.Node, name: str, *given: Any) -> nodes.Filter:
    constants = [nodes.Const(one) for one in given]
    return nodes.Filter(node, name, constants, [], None, None, lineno=node.lineno)


def _weigh(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _filter(node, "weighed")


class _Counting(NodeTransformer):
    """Wraps each expression that can grow, or that reads what has grown, in the filter that counts it."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        cost = price(node)
        self.generic_visit(node)
        node.iter = _filter(node.iter, "counted", cost)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filter(nodes.Tuple(node.nodes, "load", lineno=node.lineno), "joined")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        self.generic_visit(node)
        node.expr = _filter(node.expr, "comparable")
        for operand in node.ops:
            operand.expr = _filter(operand.expr, "comparable")
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        source = spoken(node.node) if node.node is not None else ""
        self.generic_visit(node)
        if node.name.startswith("shown"):
            return node
        assert node.node is not None  # `check` refuses the tag of that name
        if node.name in _OF_TEXT:
            node.node = _filter(node.node, "plainly")
        elif node.name in _DATED:
            node.node = _filter(node.node, "dated", source)
        elif node.name not in _ONLY_COUNTED:
            node.node = _weigh(node.node)
        node.args = [_weigh(one) for one in node.args]
        return node if node.name in _PRICED else _filter(node, "weighed")

    def visit_Test(self, node: nodes.Test) -> nodes.Test:
        self.generic_visit(node)
        node.node = _weigh(node.node)
        node.args = [_weigh(one) for one in node.args]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _weigh(node.node)
        return node

    def visit_List(self, node: nodes.List | nodes.Dict) -> nodes.Node:
        self.generic_visit(node)
        return _weigh(node)

    visit_Dict = visit_List

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return _weigh(node) if node.ctx == "load" else node
