"""The tree a condition is parsed to; closures and SQL are both compiled from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Scalar = str | float | int | bool
Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Value:
    """A value written in the condition."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the lead. `kind` is its declared type, empty when no vocabulary was given."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the entering (or awaited) signal; the name `type` is the signal's type."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ConsentOf:
    """What the address said about a topic: pending, granted or withdrawn; missing when it said nothing."""

    topic: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many signals of a type, with these properties, occurred within a span; machines never count."""

    type: str
    properties: tuple[tuple[str, Scalar], ...] = ()
    within: timedelta | None = None


Operand = Value | Field | Property | ConsentOf | Count


@dataclass(frozen=True, slots=True)
class Constant:
    """Always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands of the same kind compared; false when one is missing or the kinds differ."""

    left: Operand
    operator: Operator
    right: Operand


@dataclass(frozen=True, slots=True)
class OneOf:
    """The operand equals one of the options (or, negated, none of them); false when it is missing."""

    operand: Operand
    options: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """A text holds another text, or a list holds a text (negated: does not); false when one is missing."""

    container: Operand
    item: Operand
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A text starts or ends with another, case-sensitive; false when it is missing."""

    operand: Operand
    kind: Literal["startswith", "endswith"]
    text: str


@dataclass(frozen=True, slots=True)
class Defined:
    """The operand is known."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Happened:
    """At least one such signal occurred."""

    count: Count


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false, also when that is because a field is missing."""

    part: Tree


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Tree, ...]


Tree = Constant | Compare | OneOf | Contains | Edge | Defined | Happened | Not | And | Or
