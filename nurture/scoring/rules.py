"""Fingerprints of the rules that stored scores depend on, so that only a change of those is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from nurture.conditions.condition import Condition
from nurture.project.book import Book
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel

METHOD = "1"
"""Goes up when the same rules come to another score in a new version of Nurture."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Two names: of all that a score and its next look depend on, and of the maturity matrix."""

    scores: str
    maturity: str

    def __str__(self) -> str:
        return f"{self.scores}:{self.maturity}"


def rules_of(book: Book) -> Rules:
    """The names of a release's rules: equal for two releases that differ in words, sequences or layout.

    Segments of the catalogue stand in the conditions they are used in, so a change of one is a change here.
    """
    return Rules(
        _digest([METHOD, _model(book.scoring), book.engagement_thresholds, _maturity(book.policy.maturity)]),
        _digest([METHOD, _maturity(book.policy.maturity)]),
    )


def _model(model: ScoringModel) -> Sequence[Any]:
    return (
        [(r.name, _tree(r.when), r.points) for r in model.fit],
        [
            (r.name, r.on, _tree(r.when), r.points, r.rate, r.cap, r.group, r.value, r.index)
            for r in model.rules
        ],
        sorted(model.groups.items()),
        model.max,
        model.regularity and astuple(model.regularity),
        model.unanswered and astuple(model.unanswered),
        sorted(model.active),
    )


def _tree(condition: Condition | None) -> str:
    """The parsed form: spaces and brackets that change nothing are not in it."""
    return "" if condition is None else repr(condition.tree)


def _maturity(maturity: Maturity) -> Any:
    return maturity.model_dump(mode="json")


def _digest(said: Any) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]
