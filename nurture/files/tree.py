"""Reads one YAML 1.2 document into a tree with the place of every key and value; refuses anchors and tags."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from nurture.files.advice import explain
from nurture.files.diagnosis import Fault

LARGEST = 1024 * 1024
"""A file of more bytes is refused unread."""
DEEPEST = 40
"""A value nested in more lists and mappings is refused."""

Place = tuple[int, int, int]
"""Line and column (from 1), and width."""
Loc = tuple[str | int, ...]
"""The keys and numbers that lead to a value."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


@dataclass(slots=True)
class Node:
    """A YAML value with its place: a scalar, a mapping of text to nodes, or a list of nodes."""

    value: Any  # None, text, number, flag, dict[str, Node] or list[Node]
    at: Place
    lines: list[str] = field(repr=False)  # of the whole file
    end: tuple[int, int] = (1, 1)
    literal: bool = False  # a block scalar: its text starts on the line below
    keys: dict[str, Place] = field(default_factory=dict)

    @property
    def is_mapping(self) -> bool:
        """It holds keys and values."""
        return isinstance(self.value, dict)

    def get(self, *loc: str | int) -> Node | None:
        """Answer the node at `loc`, or None."""
        node: Node | None = self
        for part in loc:
            node = node._child(part) if node is not None else None
        return node

    def items(self) -> list[Node]:
        """Answer the nodes of a list; nothing for anything else."""
        return self.value if isinstance(self.value, list) else []

    def mappings(self) -> Iterator[Node]:
        """Answer every mapping in it, itself first, at any depth."""
        if self.is_mapping:
            yield self
        children = self.value.values() if self.is_mapping else self.items()
        for child in children:
            yield from child.mappings()

    def plain(self) -> Any:
        """Answer the value as plain data, without places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def without(
        self, gone: Collection[tuple[str | int, ...]], added: Mapping[tuple[str | int, ...], Any]
    ) -> Node:
        """Answer this node without the nodes at some places below it, and with others at new places."""
        here = {loc[0] for loc in gone if len(loc) == 1}
        new = {loc[0]: node for loc, node in added.items() if len(loc) == 1}

        def below(part: str | int, child: Node) -> Node:
            inner = [loc[1:] for loc in gone if len(loc) > 1 and str(loc[0]) == str(part)]
            more = {loc[1:]: n for loc, n in added.items() if len(loc) > 1 and str(loc[0]) == str(part)}
            return child.without(inner, more) if inner or more else child

        if isinstance(self.value, dict):
            kept = {key: below(key, child) for key, child in self.value.items() if key not in here}
            keys = {**self.keys, **{str(key): self.at for key in new if str(key) not in self.keys}}
            return replace(self, value={**kept, **{str(key): node for key, node in new.items()}}, keys=keys)
        kept_items = [below(i, child) for i, child in enumerate(self.items()) if i not in here]
        return replace(self, value=kept_items)

    def line_text(self, line: int) -> str:
        """Answer the text of a line, counted from 1."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def _child(self, part: str | int) -> Node | None:
        if isinstance(self.value, dict):
            return self.value.get(str(part))
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            child: Node = self.value[part]
            return child
        return None


def load_yaml(path: str, text: str) -> tuple[Node | None, list[Fault]]:
    """Read one YAML document whose root is a mapping; everything wrong with it is a fault.

    Anchors, aliases, tags, duplicate keys, deep nesting and large files are refused.
    """
    node, faults = salvage_yaml(path, text)
    return (None if faults else node), faults


def salvage_yaml(path: str, text: str) -> tuple[Node | None, list[Fault]]:
    """Read a document as `load_yaml` does; one whose only fault is keys written twice is answered as well."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        return None, [Fault("NUR002", "the file is larger than 1 MiB", path, help="split it")]
    return _Reader(path, text).read()


class _Stop(Exception):
    """Reading further makes no sense; the fault is already kept."""


class _Reader:
    """Builds the tree from the parser's events without recursion, so that depth is only a number."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text.removeprefix("\ufeff")
        self.lines = _LINE_END.split(self.text)
        self.faults: list[Fault] = []
        self.open: list[tuple[Node, list[tuple[str, Place] | None]]] = []
        self.root: Node | None = None

    def read(self) -> tuple[Node | None, list[Fault]]:
        try:
            for event in self._events():
                self._take(event)
        except _Stop:
            pass
        except MarkedYAMLError as error:
            self._broken(error)
        except (YAMLError, ValueError, OverflowError) as error:
            # The reader refuses characters that YAML forbids; it knows their position, not their line.
            offset = min(getattr(error, "position", 0) or 0, len(self.text))
            line = self.text.count("\n", 0, offset) + 1
            column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
            self._fault("NUR001", "a character that YAML does not allow", (line, column, 1))
        if any(fault.code != "NUR004" for fault in self.faults):
            return None, self.faults
        if self.root is None or not self.root.is_mapping:
            return None, [self._made("NUR005", "the file does not hold `key: value` lines", (1, 1, 1), "")]
        return self.root, self.faults

    def _events(self) -> Iterator[Event]:
        # Pure Python on purpose: the C parser speaks YAML 1.1 and words its errors differently.
        events: Iterator[Event] = YAML(typ="safe", pure=True).parse(self.text)
        return events

    def _take(self, event: Event) -> None:
        if isinstance(event, NodeEvent):
            self._refuse_indirection(event)
        if isinstance(event, ScalarEvent):
            self._add(self._scalar(event), event)
        elif isinstance(event, CollectionStartEvent):
            self._enter(event)
        elif isinstance(event, CollectionEndEvent):
            node, _ = self.open.pop()
            node.end = (event.end_mark.line + 1, event.end_mark.column + 1)
        elif isinstance(event, DocumentStartEvent) and self.root is not None:
            self._fault("NUR005", "a second document starts here", self._at(event), "one file holds one")
            raise _Stop

    def _refuse_indirection(self, event: NodeEvent) -> None:
        what = ""
        if isinstance(event, AliasEvent):
            what = "an alias (`*`)"
        elif event.anchor is not None:
            what = "an anchor (`&`)"
        elif getattr(event, "tag", None) is not None:
            what = "a tag (`!`)"
        if what:
            self._fault(
                "NUR003", f"{what} is not allowed", self._at(event), "write the value out, or in quotes"
            )
            raise _Stop

    def _scalar(self, event: ScalarEvent) -> Node:
        value = event.value
        if any("\ud800" <= char <= "\udfff" for char in value):
            self._fault("NUR001", "half a character: a lone surrogate", self._at(event))
            raise _Stop
        plain = event.style is None or event.style == ""
        return Node(
            value=_resolve(value) if plain else value,
            at=self._at(event),
            lines=self.lines,
            end=(event.end_mark.line + 1, event.end_mark.column + 1),
            literal=event.style in ("|", ">"),
        )

    def _enter(self, event: CollectionStartEvent) -> None:
        if len(self.open) >= DEEPEST:
            self._fault("NUR002", f"nested deeper than {DEEPEST} levels", self._at(event))
            raise _Stop
        node = Node({} if isinstance(event, MappingStartEvent) else [], self._at(event), self.lines)
        self._add(node, event)
        self.open.append((node, []))

    def _add(self, node: Node, event: Event) -> None:
        if not self.open:
            self.root = node
            return
        parent, waiting = self.open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif waiting:
            key = waiting.pop()
            if key is not None:
                parent.value[key[0]], parent.keys[key[0]] = node, key[1]
        else:
            waiting.append(self._key(parent, node, event))

    def _key(self, parent: Node, node: Node, event: Event) -> tuple[str, Place] | None:
        if not isinstance(event, ScalarEvent):
            hint = "put a text that begins with `{{` or `[[` in quotes"
            self._fault("NUR005", "a key is one word, not a list or a mapping", node.at, hint)
            raise _Stop
        name = event.value
        if name in parent.keys:
            first = parent.keys[name][0]
            self._fault("NUR004", f"`{name}` is written twice", node.at, f"first written on line {first}")
            return None
        return name, node.at

    def _at(self, event: Event) -> Place:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column
        if end.line != start.line or isinstance(event, CollectionStartEvent):
            width = len(self._line(start.line + 1).rstrip()) - start.column
        return start.line + 1, start.column + 1, max(1, width)

    def _line(self, line: int) -> str:
        return self.lines[line - 1] if line <= len(self.lines) else ""

    def _broken(self, error: MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        parts = [error.context, error.problem]
        message = ", ".join(str(part).strip() for part in parts if part)
        line = min(line, len(self.lines))
        if found := explain(self.lines, line, message):
            at = found.line, found.column, found.width
            self._fault("NUR001", f"not YAML: {found.message}", at, found.hint)
            return
        hint = "check the indentation and the quotes of this line and the one above"
        self._fault("NUR001", f"not YAML: {message}", (line, column, 1), hint)

    def _fault(self, code: str, message: str, at: Place, hint: str = "") -> None:
        self.faults.append(self._made(code, message, at, hint))

    def _made(self, code: str, message: str, at: Place, hint: str) -> Fault:
        line, column, width = at
        return Fault(code, message, self.path, line, column, width, hint, source_line=self._line(line))


def _resolve(text: str) -> Any:
    """Read a plain scalar by YAML 1.2's core schema: `no`, `012:30` and dates stay text."""
    if text in _NULL:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
