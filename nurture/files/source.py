"""Configuration from YAML: models that refuse unknown keys, and faults that point at the place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from nurture.files.diagnosis import Fault, did_you_mean, suggest
from nurture.files.synonyms import foreign_word, meant_key
from nurture.files.tree import Loc, Node, Place, load_yaml

_CHOICES = re.compile(r"'([^']*)'|(\d+)")

__all__ = [
    "Loc",
    "Node",
    "Place",
    "Strict",
    "Written",
    "fault_at",
    "fault_within",
    "load_yaml",
    "place",
    "planted",
    "salvage",
    "validate",
]


class Strict(BaseModel):
    """The base of all configuration models: unknown keys are errors, values are frozen and never coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Written:
    """Marks a text field that must match a pattern, and says in words what is expected."""

    pattern: str
    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _check(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            raise ValueError(f"`{text[:60]}` is not {self.expected}")
        return text


@dataclass(frozen=True, slots=True)
class Through:
    """Marks a field that is read as `model` and then made into a value, so that faults lie at its keys."""

    model: type[Strict]
    make: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.make, handler.generate_schema(self.model))


T = TypeVar("T", bound=Strict)


def validate(model: type[T], node: Node, path: str) -> tuple[T | None, list[Fault]]:
    """Check a node against a model; each of pydantic's errors becomes a fault in its place."""
    value, details = _check(model, node.plain())
    return value, _faults(model, node, path, details)


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[T]):
    """What is left of a node when what is at fault is taken out, the faults, and the node that is left.

    The value is None when not even that helps. Never run what comes with faults.
    """

    value: T | None
    faults: list[Fault]
    left: Node


def salvage(model: type[T], node: Node, path: str, stand_ins: Mapping[str, Any]) -> Salvaged[T]:
    """Check a mapping as `validate` does, and go on without what is at fault, so that the rest is checked.

    A misspelt key is read as what was meant. A key that must be there and cannot be read is filled from
    `stand_ins`, by its name and wherever it stands; without one, what lacks it is left out as well.
    """
    value, details = _check(model, node.plain())
    faults = _faults(model, node, path, details)
    left, filled = node, set[Loc]()
    while details:
        mended = _mended(model, left, details, stand_ins, filled)
        if mended.plain() == left.plain():
            break
        left = mended
        value, details = _check(model, left.plain())
    return Salvaged(value, faults, left)


def _mended(
    model: type[T], node: Node, details: list[ErrorDetails], stand_ins: Mapping[str, Any], filled: set[Loc]
) -> Node:
    """The node without what these errors are about; what is filled once and still wrong is taken out."""
    gone: set[Loc] = set()
    for detail in details:
        loc, kind = detail["loc"], detail["type"]
        if kind == "extra_forbidden" and (meant := _meant(model, node, loc)):
            node = node.without((loc,), {(*loc[:-1], meant): node.get(*loc)})
        elif kind == "missing" and loc[-1] in stand_ins and loc not in filled:
            filled.add(loc)
            node = node.without((), {loc: planted(stand_ins[str(loc[-1])], node)})
        else:
            gone.add(_standing(node, loc[:-1] if kind == "missing" else loc))
    return node.without(tuple(gone - {()}), {})


def _standing(node: Node, loc: Loc) -> Loc:
    """The part of an error's place that the file has; pydantic adds what it was trying."""
    at: list[str | int] = []
    for part in loc:
        if node.get(*at, part) is not None:
            at.append(part)
    return tuple(at)


def _meant(model: type[T], node: Node, loc: Loc) -> str:
    """The key of the model that an unknown key stands for, unless that is there as well."""
    parent = node.get(*loc[:-1])
    known = _keys(model, loc[:-1])
    meant = foreign_word(str(loc[-1]), known) or suggest(str(loc[-1]), known)
    return meant if parent is not None and meant and parent.get(meant) is None else ""


def planted(value: Any, like: Node) -> Node:
    """A node of plain data that stands in no file, at the place of another."""
    made = {key: planted(each, like) for key, each in value.items()} if isinstance(value, dict) else value
    return Node(
        made, like.at, like.lines, keys=dict.fromkeys(made, like.at) if isinstance(made, dict) else {}
    )


def _check(model: type[T], data: Any) -> tuple[T | None, list[ErrorDetails]]:
    try:
        # JSON in strict mode: lists become tuples and text becomes dates, but true is not 1 and 5 is not "5".
        return model.__pydantic_validator__.validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _faults(model: type[T], node: Node, path: str, details: list[ErrorDetails]) -> list[Fault]:
    """One fault for each error; a key that is missing because it is misspelt is told once."""
    meant = {
        (*detail["loc"][:-1], _meant(model, node, detail["loc"]))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    told = (d for d in details if d["type"] != "missing" or d["loc"] not in meant)
    return list(dict.fromkeys(_fault(model, node, path, detail) for detail in told))


def place(node: Node, loc: Loc) -> Place:
    """Answer (line, column, width) of the value at `loc`, or of what is nearest to it.

    A mapping or a list is shown by its key; a last part of `[key]` means the key before it.
    """
    at = _first_key(node)
    for index, part in enumerate(loc):
        child = node.get(part)
        if child is None:
            continue
        by_key = isinstance(child.value, (dict, list)) or loc[index + 1 : index + 2] == ("[key]",)
        at = child.at
        if by_key:
            at = node.keys[str(part)] if node.is_mapping else _first_key(child)
        node = child
    return at


def key_place(node: Node, loc: Loc) -> Place:
    """Answer the place of the key at `loc`, rather than of its value."""
    return place(node, (*loc, "[key]"))


def fault_at(
    node: Node, loc: Loc, path: str, code: str, message: str, *, hint: str = "", key: bool = False
) -> Fault:
    """Make a fault that points at the value (or the key) at `loc`."""
    at = key_place(node, loc) if key else place(node, loc)
    return _made(node, at, path, code, message, hint)


def fault_within(
    node: Node, loc: Loc, path: str, code: str, message: str, *, offset: int, width: int, hint: str = ""
) -> Fault:
    """Make a fault that points inside a text value: at its character `offset`, for `width` characters."""
    scalar = node.get(*loc)
    at = _inside(scalar, offset, width) if scalar is not None and isinstance(scalar.value, str) else None
    return _made(node, at or place(node, loc), path, code, message, hint)


def _made(node: Node, at: Place, path: str, code: str, message: str, hint: str) -> Fault:
    line, column, width = at
    return Fault(code, message, path, line, column, width, hint, source_line=node.line_text(line))


def _first_key(node: Node) -> Place:
    return next(iter(node.keys.values()), node.at)


def _inside(scalar: Node, offset: int, width: int) -> Place | None:
    """Find a character of a folded or quoted text in the file, by counting what is not white space."""
    skip = len("".join(scalar.value[:offset].split()))
    line, column, _ = scalar.at
    if scalar.literal:
        line, column = line + 1, 1
    elif scalar.line_text(line)[column - 1 : column] in ("'", '"'):
        column += 1
    seen = ""
    while line <= scalar.end[0]:
        text = scalar.line_text(line)
        for position in range(column - 1, len(text)):
            if not text[position].isspace():
                if len(seen) == skip:
                    found = "".join(scalar.value.split()).startswith(seen)
                    return (line, position + 1, max(1, width)) if found else None
                seen += text[position]
        line, column = line + 1, 1
    return None


def _fault(model: type[Strict], node: Node, path: str, detail: ErrorDetails) -> Fault:
    kind, loc = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        hint = meant_key(str(loc[-1]), _keys(model, loc[:-1]))
        return fault_at(node, loc, path, "NUR012", f"unknown key `{loc[-1]}`", hint=hint, key=True)
    if kind == "missing":
        return fault_at(node, loc[:-1], path, "NUR010", f"`{loc[-1]}` is missing", hint=f"add `{loc[-1]}:`")
    code, message, hint = "NUR011", detail["msg"], ""
    if kind in ("literal_error", "enum"):
        message, hint = _not_one_of(detail)
    elif kind == "value_error":
        message = message.removeprefix("Value error, ")
    elif kind in _EXPECTED:
        message = f"expected {_EXPECTED[kind]}, found {_shown(detail['input'])}"
        hint = _how(kind, str(loc[-1]) if loc else "", detail["input"])
    else:
        message = message.replace("Input should", f"{_shown(detail['input'])} should")
    return fault_at(node, loc, path, code, message, hint=hint)


def _how(kind: str, key: str, value: Any) -> str:
    """How a value of the wrong kind is written; Any, since it is whatever stands in the file."""
    plain = not isinstance(value, (dict, list)) and value not in (None, "")
    if kind == "string_type":
        if isinstance(value, list) and key in ("send", "notify"):
            return "one step sends one mail; write a step for each"
        return "put it in quotes" if plain else "write one text" if isinstance(value, list) else ""
    if "list" in _EXPECTED[kind] and value not in (None, ""):
        return f"write it as a list: `{key}: [...]`, or a line with `- ` for each"
    if "mapping" in _EXPECTED[kind] and plain:
        return f"write it as `{key}: {{key: value}}`, or as indented lines below `{key}:`"
    if "number" in _EXPECTED[kind] and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return f"without quotes: `{key}: {value.strip()}`"
    return (
        f"`{key}: {_FLAGS[str(value).lower()]}`"
        if kind == "bool_type" and str(value).lower() in _FLAGS
        else ""
    )


_FLAGS = {
    **dict.fromkeys(["yes", "on", "ja", "oui", "wahr", "vrai", "y", "j", "1"], "true"),
    **dict.fromkeys(["no", "off", "nein", "non", "falsch", "faux", "n", "0"], "false"),
}
_EXPECTED = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "`true` or `false`",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "some text",
    "timezone_aware": "a time with its zone, such as `2027-03-02T15:00+01:00`",
    "datetime_type": "a time, such as `2027-03-02T15:00+01:00`",
    "datetime_from_date_parsing": "a time, such as `2027-03-02T15:00+01:00`",
    "datetime_parsing": "a time, such as `2027-03-02T15:00+01:00`",
}


def _not_one_of(detail: ErrorDetails) -> tuple[str, str]:
    expected = _CHOICES.findall(detail.get("ctx", {})["expected"])
    known = [text or number for text, number in expected]
    return f"{_shown(detail['input'])} is not known here", did_you_mean(str(detail["input"]), known)


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return f"`{str(value).lower()}`"
    return f"`{str(value)[:60]}`"


def _keys(model: type[Strict], loc: Loc) -> list[str]:
    """The keys that the model at `loc` knows; nothing where there is no model."""
    at: Any = model
    for part in loc:
        at = _under(at, part)
    found = _model(at)
    return [field.alias or name for name, field in found.model_fields.items()] if found else []


def _under(annotation: Any, part: str | int) -> Any:
    if found := _model(annotation):
        return next((f.annotation for n, f in found.model_fields.items() if part in (n, f.alias)), None)
    arguments = get_args(annotation)
    return arguments[-1 if get_origin(annotation) is dict else 0] if arguments else None


def _model(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    if isinstance(annotation, Through):
        return annotation.model
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return next((model for each in get_args(annotation) if (model := _model(each))), None)
    return None
