"""No pattern of ours can be held up by a text: whatever it meets, its time grows as the text does."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks import ROOMS, slowest

ROOT = Path(__file__).parent.parent
HANGS = 300
"""Seconds after which the child is taken for hung: it needs ten."""
LONG = 64_000
MOST = 2.0
"""CPU seconds for such a text. The slowest of ours needs a tenth; one that reads it anew from each
character needs ten times as much, and one that divides it among three repeats ends after us."""


def test_every_pattern_takes_its_worst_text() -> None:
    """In a child of its own: a pattern that hangs cannot be interrupted. (`make faults` feeds 1 MB each.)"""
    said = subprocess.run(
        [sys.executable, "-m", "tests.attacks", str(LONG), str(MOST)],
        cwd=ROOT,
        timeout=HANGS,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = said.stdout.splitlines()
    assert [line for line in lines if not line.startswith("asked ")] == []
    assert len(lines) > 100


@pytest.mark.parametrize(
    "slow",
    [
        r"(?m)^[ \t>]*(?:-{2,}|=+|_+)?[ \t]*(?:begin )?this is a copy of",
        r"(?im)^[ \t>]*Message-ID[ \t]*:[ \t]*\n?[ \t]*<([^<>\s]{3,250})>",
        r"\s+$",
        r"[^\s@]+@[^\s@]+",
        r"(?:[a-z]+\.)+com",
        r"exceed\w* quota",
    ],
)
def test_a_slow_pattern_is_found(slow: str) -> None:
    """The attacks are worth something: they find each way in which a pattern has been slow."""
    pattern = re.compile(slow)

    grown = slowest(pattern, 4_800) / slowest(pattern, 800)

    assert grown > 15, (
        "six times the text takes six times as long where a pattern is linear, and 36 times here"
    )


def test_every_pattern_is_looked_at() -> None:
    """A pattern that is written inside a function escapes the look, so none is."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for call in _hidden(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert hidden == []


def _hidden(tree: ast.Module) -> list[ast.Call]:
    """Calls of re with a literal pattern, inside functions."""
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    calls = [node for one in functions for node in ast.walk(one) if isinstance(node, ast.Call)]
    return [call for call in calls if _is_of_re(call.func) and call.args and _is_literal(call.args[0])]


def _is_of_re(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and called.attr != "escape"
    )


def _is_literal(pattern: ast.expr) -> bool:
    return isinstance(pattern, ast.Constant)
