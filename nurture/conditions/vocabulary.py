"""What a condition may name: fields, signals, topics, segments, and the error that says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nurture.conditions.tree import Tree
from nurture.files.diagnosis import did_you_mean
from nurture.words import ConsentState, Stage

CLOSED: Mapping[str, frozenset[str]] = {
    "stage": frozenset(stage.value for stage in Stage),
    "grade": frozenset("ABCD"),
}
"""Fields of the lead whose values are a closed set; another value in a condition is a mistake."""
CONSENT_STATES = frozenset(state.value for state in ConsentState)


class ConditionError(ValueError):
    """A condition cannot be read. `column` counts from 1; `suggestion` says what to write instead."""

    def __init__(self, message: str, column: int = 1, width: int = 1, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.width = width
        self.suggestion = suggestion


class Segment(Protocol):
    """What a segment stands for: the condition that catalog.yaml gives its name to."""

    @property
    def tree(self) -> Tree:
        """Its condition's tree."""
        ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names a condition may use, and their types: text, number, flag, date or list."""

    fields: Mapping[str, str]
    signals: Mapping[str, Mapping[str, str]]  # type -> property -> type
    topics: frozenset[str] = frozenset()
    segments: Mapping[str, Segment] = field(default_factory=dict)
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)  # property -> its only values
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)  # attribute, or type.property -> same


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a condition: the offset of a character, and how many are meant."""

    offset: int
    width: int = 1

    def error(self, message: str, suggestion: str = "") -> ConditionError:
        """Make the error that points here."""
        return ConditionError(message, self.offset + 1, self.width, suggestion)

    def unknown(self, what: str, word: str, known: Iterable[str]) -> ConditionError:
        """Make the error for a word that is not known, with the closest known one."""
        return self.error(f"unknown {what} `{word}`", did_you_mean(word, known))


def kind_of(value: object) -> str:
    """The type of a written value."""
    if isinstance(value, bool):
        return "flag"
    return "number" if isinstance(value, (int, float)) else "text"
