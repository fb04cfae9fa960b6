"""Finds an author's mistakes in a template's tags, each in its own line, before anything is prepared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from nurture.diagnose import Fault, did_you_mean
from nurture.sandbox import FILTERS, OWN_FILTERS, TESTS, TemplateSandbox, authors_sandbox
from nurture.template_names import ALWAYS_KNOWN
from nurture.template_source import Piece, TemplateSource

_STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
_QUOTED = re.compile(r"'([^']+)'")

Report = Callable[[str, str, int, Mapping[str, Any]], None]


def check_tags(source: TemplateSource, piece: Piece, known: Mapping[str, Any]) -> list[Fault]:
    """Check one piece of a template: its syntax, its tags and filters, and every name it uses."""
    sandbox = authors_sandbox()
    text = "\n" * (piece.line - 1) + piece.text
    try:
        tree = sandbox.parse(text)
    except TemplateSyntaxError as error:
        return [_syntax_fault(source, error)]
    if fault := _raw(source, sandbox, text):
        return [fault]
    found = [*_forbidden(source, tree), *_unknown_filters(source, tree)]
    return [*found, *_NameWalk(source, known).faults(tree)]


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


def _raw(source: TemplateSource, sandbox: TemplateSandbox, text: str) -> Fault | None:
    line = next((line for line, kind, _ in sandbox.lex(text) if kind == "raw_begin"), None)
    if line is None:
        return None
    return source.fault(
        "NUR405", "`raw` has no use in a template", line, "raw", "remove the raw and endraw tags"
    )


def _forbidden(source: TemplateSource, tree: nodes.Template) -> list[Fault]:
    found: list[Fault] = []
    for node in tree.find_all((nodes.Stmt, nodes.Call)):
        word = type(node).__name__.lower()
        if isinstance(node, nodes.Call):
            help = "use a filter, as in {{ lead.company | upper }}"
            found.append(source.fault("NUR405", "a template calls no functions", node.lineno, "(", help))
        elif not isinstance(node, _STATEMENTS):
            help = "if, for and set are the tags of a template"
            found.append(source.fault("NUR405", f"`{word}` is not a tag of templates", node.lineno, "", help))
    return found


class _NameWalk:
    """Walks a template's tree and knows what each name holds where it is used."""

    def __init__(self, source: TemplateSource, known: Mapping[str, Any]) -> None:
        self.source = source
        self.known = dict(known)
        self.found: list[Fault] = []

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
        self.found.append(self.source.fault("NUR406", message, line, name, help))

    def _bare_fields(self, node: nodes.Output, sure: frozenset[str]) -> None:
        for child in node.nodes:
            field = _field(child)
            if field and field not in ALWAYS_KNOWN and field not in sure:
                help = f'a lead without it gets no mail; write {{{{ lead.{field} or "..." }}}}'
                fault = self.source.fault(
                    "NUR407", f"`lead.{field}` may be unknown", child.lineno, field, help
                )
                self.found.append(_as_warning(fault))


def _as_warning(fault: Fault) -> Fault:
    return Fault(
        fault.code, fault.message, fault.file, fault.line, fault.column, fault.width, fault.help,
        "warning", fault.source_line,
    )  # fmt: skip


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
