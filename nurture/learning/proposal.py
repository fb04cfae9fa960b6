"""Proposes rules from the fields and signals of leads: numbers are cut, categories grouped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nurture.conditions.condition import ConditionError, Vocabulary, parse
from nurture.errors import NotFound
from nurture.files.diagnosis import suggest
from nurture.learning.candidates import Candidate
from nurture.learning.levels import cuts, group
from nurture.learning.outcomes import AFTERMATH, BEHAVIOUR, Example, OutcomeRule
from nurture.scoring.model import DERIVED, PASSIVE

HALF_LIFE = timedelta(days=30)
"""How fast what a lead did fades. Undated totals do not: their age is only that of the import."""

NEVER = DERIVED | {"id", "key", "email", "first_name", "last_name", "zone"}
"""Fields that name a lead, or that scores decide: they say nothing about the next one."""

OFTEN = (1, 3)
"""After how many signals of a type more of them may say no more."""

READABLE = 8
"""Values of a list that a person still reads."""

Known = Sequence[tuple[Any, bool]]  # the value of a field, of any kind, and whether the lead was won


def propose(
    examples: Sequence[Example], vocabulary: Vocabulary, excluded: Collection[str]
) -> list[Candidate]:
    """Every rule worth trying, from these examples alone, of what is not excluded."""
    least = max(8, len(examples) // 200)
    proposing = _Proposing(examples, vocabulary, frozenset(excluded), least)
    proposing.fields()
    proposing.signals()
    return list(proposing.found.values())


def check_excluded(names: Iterable[str], outcome: OutcomeRule, vocabulary: Vocabulary) -> frozenset[str]:
    """The names that no rule may read: these, and the outcome's own.

    Raises:
        NotFound: one of them is neither a field, a signal type nor a `type.property`.
    """
    properties = {f"{kind}.{name}" for kind, known in vocabulary.signals.items() for name in known}
    known = {*vocabulary.fields, *vocabulary.signals, *properties}
    for name in names:
        if name not in known:
            close = suggest(name, known)
            hint = (
                f"did you mean `{close}`?" if close else "write `industry`, `mail.clicked` or `type.property`"
            )
            raise NotFound(f"--exclude {name}: no such field or signal type", hint=hint)
    return frozenset({*names, outcome.name})


def may_score(kind: str) -> bool:
    """Whether a signal of this type says something of the lead, and not of what was done to it."""
    return kind == BEHAVIOUR or (kind not in PASSIVE and kind not in AFTERMATH)


def spoken(name: str) -> str:
    """A name as it is read: `history.summary.minutes` is `minutes before the import`."""
    if name.startswith(BEHAVIOUR):
        inner = name.removeprefix(BEHAVIOUR).lstrip(".") or "any activity"
        return f"{inner} before the import".replace("_", " ")
    return name.replace("_", " ").replace(".", " ")


@dataclass(slots=True)
class _Proposing:
    """Collects rules, each once."""

    examples: Sequence[Example]
    vocabulary: Vocabulary
    excluded: frozenset[str]
    least: int
    found: dict[str, Candidate] = field(default_factory=dict)

    def fields(self) -> None:
        for name, kind in self.vocabulary.fields.items():
            known = [(value, e.won) for e in self.examples if (value := e.fields.get(name)) is not None]
            if name in NEVER or name in self.excluded or not known:
                continue
            path, missing = f"lead.{name}", len(self.examples) - len(known)
            if missing >= self.least and len(known) >= self.least:
                self._add(f"{spoken(name)} unknown", name, f"{path} is not defined")
            for label, when in _rules(kind, path, known, self.least):
                self._add(f"{spoken(name)}{label}", name, when)

    def signals(self) -> None:
        for on, signals in sorted(self._by_type().items()):
            if not may_score(on) or on in self.excluded or len(signals) < self.least:
                continue
            self._add(spoken(on), on, None, on)
            if on != BEHAVIOUR:
                self._add(f"{spoken(on)}, up to {OFTEN[1]} times", on, None, on, OFTEN[1])
            for name, kind in self.vocabulary.signals.get(on, {}).items():
                source = f"{on}.{name}"
                known = [(value, won) for have, won in signals if (value := have.get(name)) is not None]
                if not known or name in self.excluded or source in self.excluded:
                    continue
                for label, when in _rules(kind, f"signal.{name}", known, self.least):
                    self._add(f"{spoken(source)}{label}", source, when, on)

    def _by_type(self) -> Mapping[str, list[tuple[Mapping[str, Any], bool]]]:
        found: dict[str, list[tuple[Mapping[str, Any], bool]]] = {}
        for example in self.examples:
            for signal in example.signals:
                found.setdefault(signal.type, []).append((signal.properties, example.won))
        return found

    def _add(self, name: str, source: str, when: str | None, on: str | None = None, times: int = 1) -> None:
        name = _short(" ".join(name.split()))
        if not f"{name}{when}".isprintable():  # no file could show it
            return
        try:
            condition = None if when is None else parse(when, self.vocabulary, signal=on)
        except ConditionError:  # a value that the catalogue no longer has
            return
        half_life = HALF_LIFE if on not in (None, BEHAVIOUR) else None
        self.found.setdefault(name, Candidate(name, source, condition, on, half_life, times))


def _rules(kind: str, path: str, known: Known, least: int) -> Iterator[tuple[str, str]]:
    """What to add to the name, and the condition."""
    if kind == "number":
        numbers = [(float(value), won) for value, won in known if isinstance(value, (int, float))]
        yield from ((f" at least {cut:g}", f"{path} >= {cut:g}") for cut in cuts(numbers, least))
    elif kind == "flag":
        yield ": yes", f"{path} == true"
    elif kind == "date":
        yield " known", f"{path} is defined"
    elif kind == "list":
        counts = Counter(item for value, _ in known for item in set(value) if isinstance(item, str))
        yield from (
            (f" with {item}", f"{_quoted(item)} in {path}") for item, n in counts.items() if n >= least
        )
    else:
        yield from _categories(path, [(value, won) for value, won in known if isinstance(value, str)], least)


def _categories(path: str, known: Sequence[tuple[str, bool]], least: int) -> Iterator[tuple[str, str]]:
    """A rule for each group but the largest, which the others are compared with."""
    groups, rare = group(known, least)
    common = sorted(value for level in groups for value in level.values)
    usual = max(groups, key=lambda level: level.leads, default=None)
    for level in groups:
        values = sorted(level.values)
        if level is usual:
            continue
        if len(values) == 1:
            yield f": {values[0]}", f"{path} == {_quoted(values[0])}"
        else:
            yield f": {_listed(values)}", f"{path} in [{', '.join(_quoted(one) for one in values)}]"
    rarely = set(rare)
    if sum(value in rarely for value, _ in known) >= least:
        if not common:
            yield " known", f"{path} is defined"
        elif len(common) <= READABLE:
            yield ": something rarer", f"{path} not in [{', '.join(_quoted(one) for one in common)}]"


def _listed(values: Sequence[str]) -> str:
    if len(values) > 3:
        return f"{values[0]}, {values[1]} or {len(values) - 2} more"
    return f"{', '.join(values[:-1])} or {values[-1]}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
