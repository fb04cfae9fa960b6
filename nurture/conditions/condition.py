"""Conditions: Jinja expressions over a lead, its signals and its consents, parsed once, evaluated often."""

from __future__ import annotations

from dataclasses import dataclass, field

from nurture.conditions.evaluate import Facts, Test, compile_tree, operands, thresholds
from nurture.conditions.parse import build
from nurture.conditions.size import refuse_too_big
from nurture.conditions.tree import Count, Field, Property, Tree
from nurture.conditions.vocabulary import ConditionError, Vocabulary

__all__ = ["Condition", "ConditionError", "Facts", "Vocabulary", "parse"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as parsed: its tree, what it reads, and a closure that answers it."""

    source: str
    tree: Tree
    thresholds: tuple[tuple[str, float], ...] = ()  # ("fit" | "engagement", number compared with it)
    signal_types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    reads_signal: bool = False
    _test: Test = field(repr=False, compare=False, kw_only=True)

    def holds(self, facts: Facts) -> bool:
        """Say whether the condition holds; a comparison with a missing field is false."""
        return self._test(facts)


def parse(text: str, vocabulary: Vocabulary | None = None, *, signal: str | None = None) -> Condition:
    """Read a condition. With a vocabulary its names and types are checked; raises ConditionError.

    `signal` is the type of the signal that `signal.x` reads, when it is known.
    """
    tree = build(text, vocabulary, signal)
    refuse_too_big(tree)
    read = list(operands(tree))
    return Condition(
        source=text,
        tree=tree,
        thresholds=tuple(dict.fromkeys(thresholds(tree))),
        signal_types=frozenset(operand.type for operand in read if isinstance(operand, Count)),
        fields=frozenset(operand.name for operand in read if isinstance(operand, Field)),
        reads_signal=any(isinstance(operand, Property) for operand in read),
        _test=compile_tree(tree),
    )
