"""The shape of an import map: what may stand in the file, before its expressions are read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from nurture.files.source import Strict, Written
from nurture.words import Basis, ConsentState

Code = Annotated[str, Field(min_length=1, max_length=2000)]
"""An expression over the row."""

SourceName = Annotated[str, Written(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", "a short name without blanks")]


class ConsentRule(Strict):
    """What rows say about one topic, several, or all of them."""

    topic: str | tuple[str, ...]
    state: ConsentState
    basis: Basis
    when: Code | None = None
    at: Code | None = None
    proof: Code | None = None


class SuppressionRule(Strict):
    """Which rows are never mailed, and why. An erasure has a way of its own."""

    reason: Literal["operator", "bounce", "complaint"] = "operator"
    when: Code | None = None
    at: Code | None = None


class SignalRule(Strict):
    """Something rows say happened. `id` tells two of one type apart; `type_from` is for rows that name it."""

    type: str | None = None
    type_from: Code | None = None
    when: Code | None = None
    at: Code | None = None
    id: Code | None = None
    properties: dict[str, Code] = Field(default_factory=dict)
    properties_from: Code | None = None


class TotalsRule(Strict):
    """Totals without dates: they become one history.summary signal."""

    when: Code | None = None
    at: Code | None = None
    properties: dict[str, Code]


class MapFile(Strict):
    """An import map as it is written."""

    source: SourceName
    id: Code | None = None
    encoding: str = "utf-8"
    delimiter: Annotated[str, BeforeValidator(lambda mark: "\t" if mark == "tab" else mark)] = Field(
        default=",", min_length=1, max_length=1
    )
    strict: bool = False
    zone: str | None = None
    dates: tuple[Code, ...] = ()
    blank: tuple[str, ...] = ()
    tables: dict[str, dict[str, str | int | float | bool | None]] = Field(default_factory=dict)
    lead: dict[str, Code]
    consents: tuple[ConsentRule, ...] = ()
    suppress: tuple[SuppressionRule, ...] = ()
    signals: tuple[SignalRule, ...] = ()
    totals: TotalsRule | None = None
