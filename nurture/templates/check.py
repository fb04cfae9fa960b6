"""Finds an author's mistakes in a template's tags, each in its own line, before anything is prepared."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from nurture.files.diagnosis import Fault, as_warning, did_you_mean, suggest
from nurture.templates.budget import WORK, price
from nurture.templates.foreign_tags import meant_name
from nurture.templates.names import ALWAYS_KNOWN
from nurture.templates.sandbox import DIGITS, FILTERS, OWN_FILTERS, TESTS, authors_sandbox
from nurture.templates.source import Piece, TemplateSource

_TAGS = "if, for and set are the tags of a template"
_OTHER_TAGS = frozenset({
    "autoescape", "block", "break", "call", "continue", "debug", "do", "extends", "filter", "from", "import",
    "include", "macro", "print", "trans", "with",
})  # fmt: skip
"""Tags of Jinja and its extensions; its parser reports all other words."""
_QUOTED = re.compile(r"'([^']+)'")
_OPENS, _CLOSES = ("(", "[", "{"), (")", "]", "}")
_SIGNS: Mapping[type[nodes.BinExpr], str] = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%",
    nodes.Pow: "**",
}  # fmt: skip

MOST_BRACKETS, DEEPEST, MOST_LOOPS = 30, 60, 10
"""How deep brackets, tags with operators, and loops may be nested: Python itself compiles little more."""

Report = Callable[[str, str, int, Mapping[str, Any]], None]


def check_tags(source: TemplateSource, piece: Piece, known: Mapping[str, Any]) -> list[Fault]:
    """Check one piece of a template: its syntax, its tags and filters, and every name it uses."""
    sandbox = authors_sandbox()
    text = "\n" * (piece.line - 1) + piece.text
    try:
        if fault := _unreadable(source, list(sandbox.lex(text))):
            return [fault]
        tree = sandbox.parse(text)
    except TemplateSyntaxError as error:
        return [_syntax_fault(source, error)]
    except RecursionError:
        return [_too_deep(source, piece.line)]
    if line := _deep_line(tree):
        return [_too_deep(source, line)]
    found = [*_forbidden(source, tree), *_unknown_filters(source, tree), *_too_much(source, tree)]
    return [*found, *_NameWalk(source, known).faults(tree)]


def _unreadable(source: TemplateSource, tokens: Sequence[tuple[int, str, str]]) -> Fault | None:
    """What is a fault before the tags are even parsed: other tags, endless numbers, brackets in brackets."""
    depth, before = 0, ""
    for line, kind, word in tokens:
        if kind == "raw_begin":
            help = "remove the raw and endraw tags"
            return source.fault("NUR405", "`raw` has no use in a template", line, "raw", help)
        if before == "block_begin" and word in _OTHER_TAGS:
            return source.fault("NUR405", f"`{word}` is not a tag of templates", line, word, _TAGS)
        before = before if kind == "whitespace" else kind
        if kind in ("integer", "float") and _endless(word):
            return source.fault("NUR404", "the number is too large to reckon with", line, word)
        if kind == "operator":
            depth += (word in _OPENS) - (word in _CLOSES)
            if depth > MOST_BRACKETS:
                return _too_deep(source, line, word)
    return None


def _endless(word: str) -> bool:
    """Read as a float, in time linear in its digits: integers take quadratic time."""
    try:
        return math.isinf(float(word.replace("_", "")))
    except ValueError:
        return False  # a hexadecimal, octal or binary number


def _deep_line(tree: nodes.Template) -> int:
    """The line on which tags or operators are nested deeper than can be compiled, or 0."""
    layer: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        layer = [child for node in layer for child in node.iter_child_nodes()]
    loops = (
        (loop for loop in tree.find_all(nodes.For) if _loops_inside(loop) > MOST_LOOPS) if not layer else ()
    )
    deep = next(iter([*layer, *loops]), None)
    return deep.lineno if deep else 0


def _loops_inside(node: nodes.Node) -> int:
    inside = max((_loops_inside(child) for child in node.iter_child_nodes()), default=0)
    return inside + isinstance(node, nodes.For)


def _too_deep(source: TemplateSource, line: int, word: str = "") -> Fault:
    help = "give a part of it a name with `set`, and write that name"
    return source.fault("NUR404", "the tags are nested too deeply", line, word, help)


def _too_much(source: TemplateSource, tree: nodes.Template) -> list[Fault]:
    """Warnings of what fails for every lead: an operator that cannot work, a budget that is spent."""
    found: list[tuple[str, nodes.Node, str, str]] = []
    for reckoned in tree.find_all(nodes.BinExpr):
        sign = _SIGNS.get(type(reckoned))
        if isinstance(reckoned, nodes.Pow) or (sign and _is_text(reckoned.left, reckoned.right)):
            help = "a template has no powers" if sign == "**" else "join text with `~`"
            found.append((f"`{sign}` works on numbers only", reckoned, str(sign), help))
    for call in tree.find_all(nodes.Filter):
        if call.name == "round" and call.args and not _can_round(call.args[0]):
            found.append((f"`round` keeps at most {DIGITS} digits", call, "round", "write round(2)"))
    for loop in _loops(tree):
        if _cost(loop) > WORK:
            help = "loop over less, or in no other loop"
            found.append(("the loop takes too much work", loop, "for", help))
    return [
        as_warning(source.fault("NUR419", f"{message}: no mail would go out", node.lineno, word, help))
        for message, node, word, help in found
    ]


def _is_text(*operands: nodes.Node) -> bool:
    return any(
        isinstance(one, nodes.List | nodes.Tuple | nodes.Dict | nodes.Concat)
        or (isinstance(one, nodes.Const) and isinstance(one.value, str))
        for one in operands
    )


def _can_round(precision: nodes.Expr) -> bool:
    try:
        return bool(-DIGITS <= precision.as_const() <= DIGITS)
    except (nodes.Impossible, TypeError):
        return True  # only the lead's data can tell


def _loops(node: nodes.Node) -> Iterator[nodes.For]:
    """The outermost loops below a node."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.For):
            yield child
        else:
            yield from _loops(child)


def _cost(loop: nodes.For) -> int:
    """What a loop costs at the least: turns that depend on data are not counted."""
    turns = 0
    if isinstance(loop.iter, nodes.List | nodes.Tuple):
        turns = len(loop.iter.items)
    elif isinstance(loop.iter, nodes.Const) and isinstance(loop.iter.value, str):
        turns = len(loop.iter.value)
    inside = sum(_cost(inner) for part in loop.body for inner in _loops(nodes.Scope([part])))
    return turns * (price(loop) + inside)


def _syntax_fault(source: TemplateSource, error: TemplateSyntaxError) -> Fault:
    message = error.message or "the tags cannot be read"
    named = _QUOTED.search(message)
    word = named[1] if named else ""
    return source.fault("NUR404", message.rstrip("."), error.lineno, word)


def _unknown_filters(source: TemplateSource, tree: nodes.Template) -> list[Fault]:
    found: list[Fault] = []
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        is_filter = isinstance(node, nodes.Filter)
        kind, known = ("filter", (*FILTERS, *OWN_FILTERS)) if is_filter else ("test", TESTS)
        if node.name not in known:
            message, help = f"there is no {kind} `{node.name}`", did_you_mean(node.name, known)
            found.append(source.fault("NUR404", message, node.lineno, node.name, help))
    return found


def _forbidden(source: TemplateSource, tree: nodes.Template) -> list[Fault]:
    found: list[Fault] = []
    for node in tree.find_all((nodes.Call, nodes.AssignBlock, nodes.NSRef)):
        if isinstance(node, nodes.Call):
            help = "use a filter, as in {{ lead.company | upper }}"
            found.append(source.fault("NUR405", "a template calls no functions", node.lineno, "(", help))
        else:
            help = 'write {% set name = "..." %}, with a name of one word'
            found.append(source.fault("NUR405", "`set` gives one value one name", node.lineno, "set", help))
    return found


class _NameWalk:
    """Walks a template's tree and knows what each name holds where it is used."""

    def __init__(self, source: TemplateSource, known: Mapping[str, Any]) -> None:
        self.source = source
        self.known = dict(known)
        self.found: list[Fault] = []
        self.whole = ""  # the whole name of which a part is not known

    def faults(self, tree: nodes.Template) -> list[Fault]:
        for node in tree.body:
            self._visit(node, self.known, frozenset())
        return self.found

    def _visit(self, node: nodes.Node, names: dict[str, Any], sure: frozenset[str]) -> None:
        if isinstance(node, nodes.For):
            self._for(node, names, sure)
        elif isinstance(node, nodes.If):
            self._if(node, names, sure)
        elif isinstance(node, nodes.Assign):
            self._visit(node.node, names, sure)
            shape = self._shape(node.node, names) if _chain(node.node) else None
            names.update(dict.fromkeys(_targets(node.target), shape))
        elif _chain(node):
            self._shape(node, names, report=self._report)
        else:
            if isinstance(node, nodes.Output):
                self._bare_fields(node, sure)
            for child in node.iter_child_nodes():
                self._visit(child, names, sure)

    def _for(self, node: nodes.For, names: dict[str, Any], sure: frozenset[str]) -> None:
        self._visit(node.iter, names, sure)
        inner = names | dict.fromkeys(["loop", *_targets(node.target)])
        for child in [*([node.test] if node.test else []), *node.body]:
            self._visit(child, inner, sure)
        for child in node.else_:
            self._visit(child, names, sure)

    def _if(self, node: nodes.If, names: dict[str, Any], sure: frozenset[str]) -> None:
        self._visit(node.test, names, sure)
        tested = sure | {_field(found) for found in node.test.find_all(nodes.Getattr)} | {_field(node.test)}
        for child in node.body:
            self._visit(child, names, tested)
        for child in [*node.elif_, *node.else_]:
            self._visit(child, names, sure)

    def _shape(self, node: nodes.Node, names: dict[str, Any], report: Report | None = None) -> Any:
        """What a chain of names holds; None once it leaves what is known."""
        shape: Any = names
        path = ""
        for name, line in _chain(node):
            if shape is None:
                return None
            if name not in shape:
                if report:
                    self.whole = ".".join(word for word, _ in _chain(node))
                    report(path, name, line, shape)
                return None
            shape, path = shape[name], f"{path}.{name}" if path else name
        return shape

    def _report(self, path: str, name: str, line: int, shape: Mapping[str, Any]) -> None:
        full = f"{path}.{name}" if path else name
        if full == "asset":
            message, help = "the template declares no asset", "add `asset: ...` to its front matter"
        else:
            message, help = f"`{full}` is not known here", did_you_mean(name, shape)
            if (
                path in ("", "lead")
                and not suggest(name, shape, 0.7)
                and (meant := meant_name(self.whole.removeprefix("lead.")))
            ):
                known = meant.removeprefix("lead.") in self.known if not meant.startswith("lead.") else True
                help = f"write {{{{ {meant} }}}}" if known or "." in meant else help
        self.found.append(self.source.fault("NUR406", message, line, name, help))

    def _bare_fields(self, node: nodes.Output, sure: frozenset[str]) -> None:
        for child in node.nodes:
            field = _field(child)
            lead = self.known.get("lead")
            if field and lead is not None and field not in lead:
                continue  # that it is unknown to everybody is a fault of its own
            if field and field not in ALWAYS_KNOWN and field not in sure:
                help = f'a lead without it gets no mail; write {{{{ lead.{field} or "..." }}}}'
                fault = self.source.fault(
                    "NUR407", f"`lead.{field}` may be unknown", child.lineno, field, help
                )
                self.found.append(as_warning(fault))


def _field(node: nodes.Node) -> str:
    """The lead field a node names directly, or an empty string."""
    chain = list(_chain(node))
    return chain[1][0] if len(chain) == 2 and chain[0][0] == "lead" else ""


def _chain(node: nodes.Node) -> list[tuple[str, int]]:
    """The names of `a.b["c"]` with their lines; empty when the node is anything else."""
    if isinstance(node, nodes.Name):
        return [(node.name, node.lineno)]
    if isinstance(node, nodes.Getattr):
        inner = _chain(node.node)
        return [*inner, (node.attr, node.lineno)] if inner else []
    if (
        isinstance(node, nodes.Getitem)
        and isinstance(node.arg, nodes.Const)
        and isinstance(node.arg.value, str)
    ):
        inner = _chain(node.node)
        return [*inner, (node.arg.value, node.lineno)] if inner else []
    return []


def _targets(target: nodes.Node) -> Iterator[str]:
    yield from (node.name for node in [target, *target.find_all(nodes.Name)] if isinstance(node, nodes.Name))
