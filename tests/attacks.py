"""Inputs that make a slow pattern slow, made from the pattern itself."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

ROOMS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console")
SCRIPTS = ("leadstore.migrations",)
"""What may not be imported to be looked at."""
SMALL = 800
"""So long are the texts among which the worst is sought."""
TAILS = ("", "\x00", "\n\x00")
"""What follows the runs: the end, or what no pattern takes."""
LONG = 16
"""A repeat with a higher bound is taken for one without."""
MEMBERS = 4
"""So many characters of a class are tried."""

Node = tuple[Any, Any]


def attacks(pattern: re.Pattern[Any], size: int) -> Iterator[str]:
    """Texts of about that size, always as many and in one order.

    Each repeat of the pattern is pumped, alone and behind what stands before it.

    A pattern is slow where one text can be divided among its repeats in many ways, or where a run is read
    anew from each of its characters; both come out when what a repeat takes is written out a great many
    times and the end fits nothing.
    """
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = list(parser.parse(source, pattern.flags & ~re.DEBUG))
    for lead, pump in dict.fromkeys(_pumps(tree, "")):
        for tail in TAILS:
            yield lead + _fill(pump, size) + tail
        if lead:
            yield _fill(lead + pump, size) + "\x00"
            yield _fill(lead + pump * 50, size) + "\x00"
    for text in dict.fromkeys((_example(tree), _example(tree)[:-1])):
        yield _fill(text, size) + "\x00"
    for char in " \t\n>.a0@<-":
        yield _fill(char, size) + "\x00"


def _fill(pump: str, size: int) -> str:
    return pump * (size // max(1, len(pump)))


def _pumps(tree: list[Node], lead: str) -> Iterator[tuple[str, str]]:
    """Every repeat as (the shortest text that leads to it, one thing it repeats)."""
    for node in tree:
        kind, held = node
        if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            _, most, body = held
            if most >= LONG:
                for text in _members(list(body)):
                    yield lead, text
            yield from _pumps(list(body), lead)
        else:
            for branch in _branches(node):
                yield from _pumps(branch, lead)
        lead += _example([node])


def _branches(node: Node) -> list[list[Node]]:
    kind, held = node
    if kind is ops.BRANCH:
        return [list(branch) for branch in held[1]]
    if kind is ops.SUBPATTERN:
        return [list(held[-1])]
    if kind is ops.ATOMIC_GROUP:
        return [list(held)]
    if kind is ops.ASSERT:
        return [list(held[1])]
    return []


def _members(body: list[Node]) -> list[str]:
    """What one round of a repeat can be: a few members of its class, or an example of its words."""
    if len(body) == 1 and body[0][0] in (ops.IN, ops.ANY, ops.NOT_LITERAL, ops.CATEGORY):
        return _class(body[0])[:MEMBERS]
    branches = [one for node in body for one in _branches(node)]
    return list(dict.fromkeys([_example(body), *(_example(one) for one in branches)]))[: 2 * MEMBERS]


CANDIDATES = " \t\n@.a0-_<>\"'=:/+*%;,()[]{}#xAéx\u00a0漢"


def _class(node: Node) -> list[str]:
    return _takes(_source(node))


@cache
def _takes(source: str) -> list[str]:
    """Characters that a class takes, the usual ones first."""
    one = re.compile(source, re.DOTALL)
    found = [char for char in CANDIDATES if one.fullmatch(char)]
    return found or [chr(code) for code in range(1, 0x10000) if one.fullmatch(chr(code))][:MEMBERS]


def _source(node: Node) -> str:
    kind, held = node
    if kind is ops.ANY:
        return "."
    if kind is ops.NOT_LITERAL:
        return f"[^{re.escape(chr(held))}]"
    if kind is ops.CATEGORY:
        return CATEGORIES[held]
    return "[" + "".join(_member(*one) for one in held) + "]"


CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}


def _member(kind: Any, held: Any) -> str:
    if kind is ops.NEGATE:
        return "^"
    if kind is ops.RANGE:
        return f"{re.escape(chr(held[0]))}-{re.escape(chr(held[1]))}"
    return CATEGORIES[held] if kind is ops.CATEGORY else re.escape(chr(held))


def _example(tree: list[Node]) -> str:
    """A short text that the nodes take, as far as one can tell without solving them."""
    return "".join(_one(node) for node in tree)


def _one(node: Node) -> str:
    kind, held = node
    if kind is ops.LITERAL:
        return chr(held)
    if kind in (ops.IN, ops.ANY, ops.NOT_LITERAL, ops.CATEGORY):
        return _class(node)[0]
    if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, most, body = held
        return _example(list(body)) * min(max(least, 1), most)
    if kind is ops.BRANCH:
        return _example(list(held[1][0]))
    if kind is ops.SUBPATTERN:
        return _example(list(held[-1]))
    if kind is ops.ATOMIC_GROUP:
        return _example(list(held))
    return ""


def every_pattern() -> dict[str, re.Pattern[Any]]:
    """Each pattern that a module of ours holds, by the name under which it was found first."""
    found: dict[re.Pattern[Any], str] = {}
    for room in ROOMS:
        for module in _modules(room):
            for name, value in vars(module).items():
                for pattern in _held(value):
                    found.setdefault(pattern, f"{module.__name__}.{name}")
    names = Counter(found.values())
    return {
        f"{name} {pattern.pattern[:40]!r}" if names[name] > 1 else name: pattern
        for pattern, name in found.items()
    }


def _modules(room: str) -> Iterator[ModuleType]:
    package = importlib.import_module(room)
    yield package
    for one in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not one.name.startswith(SCRIPTS) and not one.name.endswith("__main__"):
            yield importlib.import_module(one.name)


def _held(value: object, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    """The patterns in a value: itself, or inside tuples, mappings and dataclasses."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth:
        for one in _inside(value):
            yield from _held(one, depth - 1)


def _inside(value: object) -> list[object]:
    if isinstance(value, (tuple, list, set, frozenset)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, one.name, None) for one in dataclasses.fields(value)]
    return []


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    """CPU time that the pattern spends on a text in every way one can ask it."""
    asked: Any = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    pattern.match(asked)
    pattern.fullmatch(asked)
    for _ in pattern.finditer(asked):
        pass
    return time.process_time() - began


def slowest(pattern: re.Pattern[Any], size: int) -> float:
    """CPU time for the worst text of that size; the worst is the one that is so at a small size."""
    taken = [seconds(pattern, text) for text in attacks(pattern, SMALL)]
    worst = taken.index(max(taken))
    return seconds(pattern, next(islice(attacks(pattern, size), worst, None)))


def main(size: int, most: float) -> None:
    """Say which patterns take longer than so many seconds; the last line but those names what is asked."""
    for name, pattern in every_pattern().items():
        sys.stdout.write(f"asked {name}\n")
        sys.stdout.flush()
        taken = slowest(pattern, size)
        if taken > most:
            sys.stdout.write(f"slow {taken:.1f} s {name}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
