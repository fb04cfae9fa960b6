"""Gives stored values the types that catalog.yaml declares, since JSON has no dates and no declared types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from nurture.imports.lead import RowFault
from nurture.imports.types import BY_TYPE

_PLAIN: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "flag": (bool,),
    "list": (list,),
}


def typed(values: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Answer the values as their declared types say: dates as dates, numbers as numbers, flags as flags.

    What was stored under another type, or came from a system that knew none, is read as an import reads it.
    What cannot be read stays as it is, so that whoever uses it can say what it is.
    """
    known = {name: as_kind(values[name], kind) for name, kind in kinds.items() if name in values}
    return {**values, **known}


def as_kind(value: Any, kind: str) -> Any:
    """Answer one value as the type of that name; None and what does not fit stay."""
    # `type`, not isinstance: a flag is a number to Python.
    if value is None or type(value) in _PLAIN.get(kind, ()):
        return value
    try:
        found = BY_TYPE[kind](value)
        return date.fromisoformat(found) if kind == "date" else found
    except RowFault:
        return value
