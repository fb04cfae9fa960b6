"""Configuration from YAML: models that refuse what they do not know, and faults that point at the place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from nurture.diagnose import Fault, did_you_mean
from nurture.yaml_tree import Node, Place, load_yaml

_CHOICES = re.compile(r"'([^']*)'|(\d+)")

__all__ = [
    "Node",
    "Place",
    "Strict",
    "Written",
    "fault_at",
    "fault_within",
    "load_yaml",
    "place",
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
Loc = tuple[str | int, ...]


def validate(model: type[T], node: Node, path: str) -> tuple[T | None, list[Fault]]:
    """Check a node against a model; each of pydantic's errors becomes a fault in its place."""
    value, details = _check(model, node.plain())
    return value, [_fault(model, node, path, detail) for detail in details]


def salvage(
    model: type[T], node: Node, path: str, stand_ins: Mapping[str, Any]
) -> tuple[T | None, list[Fault]]:
    """Check a mapping as `validate` does, but answer what is left of it when some keys are at fault.

    Keys that must be there and cannot be read are filled from `stand_ins`, so that the rest can still be
    checked; the model is None when not even that helps. Never run what comes with faults.
    """
    data = node.plain()
    value, details = _check(model, data)
    faults = [_fault(model, node, path, detail) for detail in details]
    if faults:
        bad = {str(detail["loc"][0]) for detail in details if detail["loc"]}
        value, _ = _check(model, {**stand_ins, **{key: each for key, each in data.items() if key not in bad}})
    return value, faults


def _check(model: type[T], data: Any) -> tuple[T | None, list[ErrorDetails]]:
    try:
        # JSON in strict mode: lists become tuples and text becomes dates, but true is not 1 and 5 is not "5".
        return model.__pydantic_validator__.validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


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
        hint = did_you_mean(str(loc[-1]), _keys(model, loc[:-1]))
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
        hint = _QUOTE if kind == "string_type" else ""
    else:
        message = message.replace("Input should", f"{_shown(detail['input'])} should")
    return fault_at(node, loc, path, code, message, hint=hint)


_QUOTE = "put it in quotes"
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
    expected = _CHOICES.findall(detail["ctx"]["expected"])
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
