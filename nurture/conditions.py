"""Conditions: Jinja expressions over a lead, its signals and its consents, read once and asked often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.condition_tree import Tree
from nurture.values import Consent, Signal


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a condition may look at, at one moment. `signal` is the entering (or awaited) one."""

    lead: Mapping[str, Any]  # Lead.fields()
    now: datetime
    signals: Sequence[Signal] = ()
    signal: Signal | None = None
    consents: Mapping[str, Consent] = field(default_factory=dict)


class ConditionError(ValueError):
    """A condition cannot be read. `column` counts from 1; `suggestion` says what to write instead."""

    def __init__(self, message: str, column: int = 1, width: int = 1, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.width = width
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as parsed: its tree, what it reads, and a closure that answers it."""

    source: str
    tree: Tree
    thresholds: tuple[tuple[str, float], ...] = ()  # ("fit" | "engagement", number compared with it)
    signal_types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    reads_signal: bool = False
    _test: Callable[[Facts], bool] = field(repr=False, compare=False, kw_only=True)

    def holds(self, facts: Facts) -> bool:
        """Say whether the condition holds; a comparison with a missing field is false."""
        return self._test(facts)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names a condition may use, and their types: text, number, flag, date or list."""

    fields: Mapping[str, str]
    signals: Mapping[str, Mapping[str, str]]  # type -> property -> type
    topics: frozenset[str] = frozenset()
    segments: Mapping[str, Condition] = field(default_factory=dict)


def parse(text: str, vocabulary: Vocabulary | None = None, *, signal: str | None = None) -> Condition:
    """Read a condition. With a vocabulary its names and types are checked; raises ConditionError.

    `signal` is the type of the signal that `signal.x` reads, when it is known.
    """
    raise NotImplementedError
