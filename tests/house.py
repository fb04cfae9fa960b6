"""Reads the rooms' code as it is written: its modules, what each imports, and the doors of its folders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console")

NAMED_BY_TEXT = ("pyproject.toml", "prefect.yaml", "console/app.py")
"""Where modules are named in a text and not imported: the program, the deployments, the commands."""


def _sources() -> list[str]:
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


SOURCES = _sources()
MODULES = [source for source in SOURCES if "/versions/" not in source]
FOLDERS = sorted({Path(source).parent.as_posix() for source in MODULES})


@cache
def tree(source: str) -> ast.Module:
    """The file, parsed."""
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


@cache
def _import_nodes(source: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(tree(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imports(source: str) -> Iterator[str]:
    """Every module that the file imports anywhere in it, with its whole path."""
    for node in _import_nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{source}:{node.lineno}: write imports from the room down"
            yield str(node.module)


@cache
def imported_names(source: str) -> list[str]:
    """What the file imports by name, with its whole path: `nurture.timing.Window`, `flows.work.counts`."""
    nodes = (node for node in _import_nodes(source) if isinstance(node, ast.ImportFrom))
    return [f"{node.module}.{alias.name}" for node in nodes for alias in node.names]


def module_of(source: str) -> str:
    """`nurture/deciding/gate.py` as `nurture.deciding.gate`; a folder's `__init__.py` is the folder."""
    return source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


NAMES = {module_of(source): source for source in SOURCES}


def graph() -> Mapping[str, set[str]]:
    """For each module those that Python reads before it: what it imports, and the folders it lies in.

    An import inside a function, or for types only, counts as any other.
    """
    return {module: set(_before(module)) for module in NAMES}


def _before(module: str) -> Iterator[str]:
    wanted = {*imports(NAMES[module]), *imported_names(NAMES[module])}
    for name in wanted & NAMES.keys():
        yield name
        yield from (above for above in _above(name) if not module.startswith(above))
    yield from _above(module)


def _above(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


def circle(edges: Mapping[str, set[str]]) -> list[str]:
    """The modules of one circle of imports, or none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def public_classes() -> list[tuple[str, str]]:
    """Every public class at the top of a file, and the file."""
    return [
        (node.name, source)
        for source in MODULES
        for node in tree(source).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def door_of(folder: str) -> list[str] | None:
    """What the folder's docstring calls its door, with whole paths; None when it names none."""
    said = ast.get_docstring(tree(f"{folder}/__init__.py")) or ""
    _, found, door = said.partition("\n\nIts door: ")
    return (
        [f"{folder}/{name}".replace("/", ".") for name in re.findall(r"`([^`]+)`", door)] if found else None
    )


def stands(name: str) -> bool:
    """Whether it is a module, or something that a module defines or hands on in its `__all__`."""
    module, _, inner = name.rpartition(".")
    return name in NAMES or (module in NAMES and inner in _defined(NAMES[module]))


def _defined(source: str) -> set[str]:
    found: set[str] = set()
    for node in tree(source).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name("__all__")], value=names):
                found |= set(ast.literal_eval(names))
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                found.add(name)
    return found


def is_used_beyond(folder: str, name: str) -> bool:
    """Whether code outside the folder imports it, or a text names it by which it is called."""
    path = folder.replace("/", ".")
    outside = (source for source in SOURCES if not f"{module_of(source)}.".startswith(f"{path}."))
    if any(one == name or one.startswith(f"{name}.") for source in outside for one in imported_names(source)):
        return True
    module, _, inner = name.rpartition(".")
    texts = [(ROOT / text).read_text(encoding="utf-8") for text in NAMED_BY_TEXT]
    return any(f"{module}{between}{inner}" in text for text in texts for between in ":.")
