"""The learned card: candidates with whole points, and scoring.yaml as a marketer reads and edits it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nurture.conditions.condition import parse
from nurture.files.source import Node, load_yaml
from nurture.learning.candidates import Candidate
from nurture.learning.outcomes import Example
from nurture.spans import format_span
from nurture.words import Axis

_LEARNED = re.compile(r"^# learned: (\{.*\})$", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z](?:[\w ,./()\[\]\"&<>=!-]*[\w)\]\"])?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


EVERYONE = Candidate("every lead starts with", "every lead", parse("true"))
"""Carries what a logistic model calls its intercept, so that the thresholds of a policy fit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A candidate with its points, and what the examples say of it."""

    candidate: Candidate
    points: int
    share: float = 0.0  # of the leads
    rate: float | None = None  # of those who were won
    lift: float | None = None

    def amount(self, example: Example) -> float:
        """Its points for this lead."""
        return self.points * self.candidate.amount(example)


@dataclass(frozen=True, slots=True)
class Card:
    """Rules whose points add up to a score that ranks leads."""

    rules: tuple[Rule, ...]

    def total(self, example: Example) -> float:
        """Fit + engagement of this lead, as the engine makes them from the card's file."""
        return sum(rule.amount(example) for rule in self.rules)

    def axis(self, name: Axis) -> list[Rule]:
        """The rules of one axis: the start, then what decides most; a source's rules stay together."""
        mine = [rule for rule in self.rules if rule.candidate.axis == name]
        weight: dict[str, int] = {}
        for rule in mine:
            weight[rule.candidate.source] = weight.get(rule.candidate.source, 0) + abs(rule.points)
        return sorted(
            mine, key=lambda r: (r.candidate != EVERYONE, -weight[r.candidate.source], r.candidate.source)
        )

    def told(self, examples: Sequence[Example]) -> Card:
        """The card with the share, the rate and the lift of each rule among these examples."""
        won = sum(example.won for example in examples)
        base = won / len(examples)
        return Card(tuple(_told(rule, examples, base) for rule in self.rules))


def _told(rule: Rule, examples: Sequence[Example], base: float) -> Rule:
    held = [example.won for example in examples if rule.candidate.amount(example) > 0]
    rate = sum(held) / len(held) if held else None
    lift = rate / base if rate is not None and base else None
    return Rule(rule.candidate, rule.points, len(held) / len(examples), rate, lift)


def write_card(card: Card, header: Sequence[str], figures: Mapping[str, Any]) -> str:
    """The card as the text of a scoring.yaml. `figures` stand in it for `learned_figures` to read."""
    body = "\n".join(_body(card)) + "\n"
    node, _ = load_yaml("", body)
    known = {"rules": _digest(node), **figures}
    lines = ["# yaml-language-server: $schema=.nurture/schema/scoring.json"]
    lines += [f"# {line}".rstrip() for line in header]
    lines.append(f"# learned: {json.dumps(known)}")
    return "\n".join(lines) + "\n\n" + body


def learned_figures(text: str) -> dict[str, Any] | None:
    """The cross-validated figures that a learned card carries; None for any other text.

    `edited` says that its rules are no longer those that were measured.
    """
    found = _LEARNED.search(text)
    if found is None:
        return None
    try:
        figures = dict(json.loads(found.group(1)))
    except ValueError:  # somebody edited the line
        return None
    node, _ = load_yaml("", text)
    measured = figures.pop("rules", None)
    return {**figures, "edited": measured != _digest(node)}


def _digest(node: Node | None) -> str:
    plain = None if node is None else node.plain()
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _body(card: Card) -> Iterator[str]:
    fit, engagement = card.axis("fit"), card.axis("engagement")
    if fit:
        yield "fit:"
        for rule in fit:
            yield from _entry(rule, "  ")
    if fit and engagement:
        yield ""
    if engagement:
        yield "engagement:"
        yield "  rules:"
        for rule in engagement:
            yield from _entry(rule, "    ")


def _entry(rule: Rule, indent: str) -> Iterator[str]:
    one = rule.candidate
    if rule.rate is not None and rule.lift is not None:
        whom = "all leads" if rule.share == 1 else f"{rule.share:.1%} of leads"
        yield f"{indent}# {whom}; {rule.rate:.1%} of them won, lift {rule.lift:.2f}"
    yield f"{indent}- rule: {_scalar(one.name)}"
    if one.on is not None:
        yield f"{indent}  on: {one.on}"
    if one.condition is not None:
        yield f"{indent}  when: {_scalar(one.condition.source)}"
    yield f"{indent}  points: {rule.points}"
    if one.half_life is not None:
        yield f"{indent}  half_life: {format_span(one.half_life)}"
    if one.on is not None:  # several imports, or signals, of one lead count no more than was learned
        yield f"{indent}  max: {abs(rule.points) * one.times}"


def _scalar(text: str) -> str:
    """The text as YAML: plain where that cannot be misread, else in single quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"
