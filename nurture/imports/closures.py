"""The closures that import expressions are compiled to. A blank value stays blank in all of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from nurture.imports.lead import RowFault, shown
from nurture.imports.types import as_number, as_text
from nurture.texts.wishes import fold, says_no

Row = Mapping[str, Any]
"""A row of the file: column -> cell."""

Reader = Callable[[Row], Any]
"""Reads something from a row; None is blank. May raise RowFault."""


def both(left: Reader, right: Reader) -> Reader:
    """`and`: the right one, unless the left one is blank or a word of no."""

    def answer(row: Row) -> Any:
        first = left(row)
        return first if not first or says_no(first) else right(row)

    return answer


def either(left: Reader, right: Reader) -> Reader:
    """`or`: the left one, else the right one; a word of no is replaced by anything but a blank."""

    def answer(row: Row) -> Any:
        first = left(row)
        if first and not says_no(first):
            return first
        second = right(row)
        return second if second or not first else first

    return answer


def refusal(part: Reader) -> Reader:
    """`not`: whether a value is blank, false, or a word of no."""
    return lambda row: says_no(part(row))


def chosen(test: Reader, then: Reader, other: Reader) -> Reader:
    """`then if test else other`."""
    return lambda row: other(row) if says_no(test(row)) else then(row)


def alike(value: Reader, words: frozenset[str], negated: bool) -> Reader:
    """Whether a cell is one of these words in any case and language; false when it is blank."""

    def answer(row: Row) -> bool:
        found = value(row)
        return found is not None and (fold(as_text(found)) in words) is not negated

    return answer


def look_up(table: Mapping[str, Any], key: Any) -> Any:
    """The entry of a look-up table; blank when the key is, or is not in it."""
    return None if key is None else table.get(as_text(key))


def inside(outer: Reader, index: Reader) -> Reader:
    """A part of a nested value, as JSON Lines have them."""

    def found(row: Row) -> Any:
        holder, key = outer(row), index(row)
        if isinstance(holder, Mapping):
            return None if key is None else holder.get(as_text(key))
        if isinstance(holder, list) and isinstance(key, int):
            return holder[key] if -len(holder) <= key < len(holder) else None
        if holder is None:
            return None
        raise RowFault(f"{shown(holder)} has no parts to look into")

    return found


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Reader, Reader], Reader]:
    """A comparison of two values; false where one of them is blank."""

    def made(left: Reader, right: Reader) -> Reader:
        def answer(row: Row) -> bool:
            a, b = left(row), right(row)
            return a is not None and b is not None and test(a, b)

        return answer

    return made


def _same(left: Any, right: Any) -> bool:
    # A cell is a text. If it were just unequal to every number, a map would do nothing without an error.
    if left.__class__ is not right.__class__ and isinstance(left, str) != isinstance(right, str):
        raise RowFault(f"{shown(left)} is compared with {shown(right)}: use `| number`, or quotes")
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:
        try:
            return compare(left, right)
        except TypeError:
            raise RowFault(f"{shown(left)} cannot be compared with {shown(right)}; use `| number`") from None

    return holds


def _within(part: Any, whole: Any) -> bool:
    if isinstance(whole, list):
        return any(_same(part, item) for item in whole if item is not None)
    return as_text(part) in as_text(whole)


def calculated(work: Callable[[Any, Any], Any], left: Reader, right: Reader) -> Reader:
    """Arithmetic on numbers, or on texts that are numbers."""

    def answer(row: Row) -> Any:
        a, b = left(row), right(row)
        if a is None or b is None:
            return None
        try:
            return work(as_number(a), as_number(b))
        except ArithmeticError as error:
            raise RowFault(f"{shown(a)} and {shown(b)}: {error}") from None

    return answer


def filtered(work: Callable[..., Any], value: Reader, arguments: list[Reader]) -> Reader:
    """A filter or test over a value that is not blank."""

    def answer(row: Row) -> Any:
        found = value(row)
        if found is None:
            return None
        extra = [argument(row) for argument in arguments]
        return None if None in extra else work(found, *extra)

    return answer


def defaulted(value: Reader, other: Reader) -> Reader:
    """The value, or another in the place of a blank one."""

    def answer(row: Row) -> Any:
        found = value(row)
        return other(row) if found is None else found

    return answer


COMPARISONS: dict[str, Callable[[Reader, Reader], Reader]] = {
    "eq": _compared(_same),
    "ne": _compared(lambda left, right: not _same(left, right)),
    "lt": _compared(_ordered(operator.lt)),
    "lteq": _compared(_ordered(operator.le)),
    "gt": _compared(_ordered(operator.gt)),
    "gteq": _compared(_ordered(operator.ge)),
    "in": _compared(_within),
    "notin": _compared(lambda part, whole: not _within(part, whole)),
}
CALCULATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
