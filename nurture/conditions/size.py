"""Limits the size of a condition, its segments included, to what both databases can evaluate."""

from __future__ import annotations

from nurture.conditions.tree import And, Not, Or, Tree
from nurture.conditions.vocabulary import Spot

MOST_QUESTIONS = 300
"""SQLite takes an expression of about 1,000 levels, and a row of `or` is one level for each part."""
MOST_LEVELS = 20
"""SQLite before 3.46 gives up at about 30 brackets inside each other."""


def refuse_too_big(tree: Tree) -> None:
    """Refuse a tree that is too large or nests too deep; raises ConditionError."""
    questions, levels = _measure(tree, {})
    if questions > MOST_QUESTIONS:
        raise Spot(0).error(
            f"asks more than {MOST_QUESTIONS} questions, its segments' included",
            "split it between several `choose` steps, or set an attribute",
        )
    if levels > MOST_LEVELS:
        raise Spot(0).error(
            f"nests `and` and `or` deeper than {MOST_LEVELS}, its segments' included",
            "a list says more with less: `lead.stage in [...]`",
        )


def _measure(tree: Tree, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Questions and levels; each node once, because a segment may stand in a tree many times."""
    if id(tree) not in known:
        known[id(tree)] = _sum(tree, known)
    return known[id(tree)]


def _sum(tree: Tree, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    match tree:
        case Not(part):
            return _measure(part, known)
        case And(parts) | Or(parts):
            sizes = [_measure(part, known) for part in parts]
            return sum(questions for questions, _ in sizes), 1 + max(levels for _, levels in sizes)
    return 1, 0
