"""Finds conditions that hold always or never, as far as the condition itself shows it."""

from __future__ import annotations

from nurture.conditions.tree import (
    And,
    Compare,
    Constant,
    Contains,
    Count,
    Defined,
    Edge,
    Field,
    Happened,
    Not,
    OneOf,
    Operand,
    Or,
    Scalar,
    Tree,
    Value,
)  # fmt: skip
from nurture.conditions.vocabulary import kind_of

NUMBERS_ALWAYS_KNOWN = frozenset({"fit", "engagement"})
"""Fields of a lead that are never missing, so that a comparison and its contrary cover everything."""
_CONTRARY = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def always(tree: Tree) -> bool:
    """Whether the condition holds for every lead; false also when it cannot be known."""
    match tree:
        case Constant(value):
            return value
        case Not(part):
            return never(part)
        case And(parts):
            return all(always(part) for part in parts)
        case Or(parts):
            return any(always(part) for part in parts) or _covers(parts)
        case Compare(Count(), operator, Value(value)):
            return (operator, value) in ((">=", 0), (">", -1), ("!=", -1))
    return False


def never(tree: Tree) -> bool:
    """Whether the condition holds for no lead; false also when it cannot be known."""
    match tree:
        case Constant(value):
            return not value
        case Not(part):
            return always(part)
        case And(parts):
            return any(never(part) for part in parts) or _contradicts(_flat(parts))
        case Or(parts):
            return all(never(part) for part in parts)
        case Compare(Count(), operator, Value(value)):
            return (operator, value) in (("<", 0), ("==", -1))
    return False


def implies(tree: Tree, other: Tree) -> bool:
    """Whether the second condition holds wherever the first one does, as far as it can be told."""
    parts = _flat(tree.parts) if isinstance(tree, And) else [tree]
    if isinstance(other, Or):
        return any(implies(tree, part) for part in other.parts)
    if isinstance(other, And):
        return all(implies(tree, part) for part in other.parts)
    return other in parts or any(_contradicts([part, Not(other)]) for part in parts)


def _flat(parts: tuple[Tree, ...]) -> list[Tree]:
    return [inner for part in parts for inner in (_flat(part.parts) if isinstance(part, And) else [part])]


def _covers(parts: tuple[Tree, ...]) -> bool:
    """A part and its contrary stand side by side."""
    return any(Not(part) in parts or _contrary(part) in parts for part in parts)


def _contrary(tree: Tree) -> Tree | None:
    """What holds wherever this does not; only of what is never missing, compared with a written value."""
    match tree:
        case Compare(Field(name), operator, Value() as right) if name in NUMBERS_ALWAYS_KNOWN:
            return Compare(tree.left, _CONTRARY[operator], right)  # type: ignore[arg-type]  # one of the six
        case Compare(Count(), operator, Value() as right):
            return Compare(tree.left, _CONTRARY[operator], right)  # type: ignore[arg-type]  # one of the six
    return None


def _contradicts(parts: list[Tree]) -> bool:
    """Two parts cannot hold at once: a part and its negation, other values of one field, an empty range."""
    if any(Not(part) in parts for part in parts):
        return True
    operands = {operand for part in parts if (operand := _about(part)) is not None}
    return any(_impossible([part for part in parts if _about(part) == operand]) for operand in operands)


def _about(part: Tree) -> Operand | None:
    """The field a part compares with written values, also when it is negated."""
    match part:
        case Compare(left, _, Value()) | Not(Compare(left, _, Value())):
            return left
        case OneOf(operand) | Not(OneOf(operand)) | Edge(operand) | Defined(operand) | Not(Defined(operand)):
            return operand
        case Contains(container, Value()):
            return container
        case Happened(count) | Not(Happened(count)):
            return count
    return None


def _impossible(parts: list[Tree]) -> bool:
    wanted = [_options(part) for part in parts if _options(part) is not None]
    choices = frozenset.intersection(*(each for each in wanted if each is not None)) if wanted else None
    if choices is not None and not any(all(_allows(part, one) for part in parts) for one in choices):
        return True
    known = any(not isinstance(part, Not) and not isinstance(part, Happened) for part in parts)
    if known and any(isinstance(part, Not) and isinstance(part.part, Defined) for part in parts):
        return True
    return _empty_range(parts)


def _options(part: Tree) -> frozenset[Scalar] | None:
    match part:
        case Compare(_, "==", Value(value)):
            return frozenset({value})
        case OneOf(_, options, False):
            return frozenset(options)
    return None


def _allows(part: Tree, value: Scalar) -> bool:
    match part:
        case Compare(_, operator, Value(other)):
            return _compared(value, operator, other)
        case OneOf(_, options, negated):
            return (value in options) is not negated
        case Edge(_, "startswith", text):
            return str(value).startswith(text)
        case Edge(_, _, text):
            return str(value).endswith(text)
        case Happened():
            return _compared(value, ">=", 1)
        case Not(inner) if not isinstance(inner, Defined):
            return not _allows(inner, value)
    return True


def _compared(left: Scalar, operator: str, right: Scalar) -> bool:
    if kind_of(left) != kind_of(right):
        return False
    return {
        "==": left == right, "!=": left != right, "<": left < right,  # type: ignore[operator]
        "<=": left <= right, ">": left > right, ">=": left >= right,  # type: ignore[operator]
    }[operator]  # fmt: skip


def _empty_range(parts: list[Tree]) -> bool:
    """No number is above the highest floor and below the lowest ceiling."""
    known = any(not isinstance(part, Not) for part in parts)  # so that not below is above
    low, high = (float("-inf"), True), (float("inf"), False)
    for part in parts:
        match part:
            case Not(Compare(_, written, Value(int() | float() as number))) if known:
                operator: str = _CONTRARY[written]
            case Compare(_, written, Value(int() | float() as number)):
                operator = written
            case Happened():
                operator, number = ">=", 1
            case Not(Happened()):
                operator, number = "<=", 0
            case _:
                continue
        if operator in (">", ">="):
            low = max(low, (float(number), operator == ">"))
        elif operator in ("<", "<="):
            high = min(high, (float(number), operator == "<="))
    return low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))
