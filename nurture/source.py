"""YAML with the place of every key and value, and models that refuse what they do not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from nurture.diagnose import Fault


class Strict(BaseModel):
    """The base of all configuration models: unknown keys are errors, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=Strict)


@dataclass(slots=True)
class Node:
    """A YAML value with its place."""

    value: Any


def load_yaml(path: str, text: str) -> tuple[Node | None, list[Fault]]:
    """Read one YAML document whose root is a mapping; everything wrong with it is a fault."""
    raise NotImplementedError


def validate(model: type[T], node: Node, path: str) -> tuple[T | None, list[Fault]]:
    """Check a node against a model; each of pydantic's errors becomes a fault in its place."""
    raise NotImplementedError


def place(node: Node, loc: tuple[str | int, ...]) -> tuple[int, int, int]:
    """Answer (line, column, width) of the value at `loc`, or of what is nearest to it."""
    raise NotImplementedError
