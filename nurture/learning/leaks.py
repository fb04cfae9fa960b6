"""Leaks: fields and signals that reveal the outcome because they were written after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nurture.conditions.condition import Vocabulary
from nurture.learning.candidates import Candidate
from nurture.learning.measures import auc
from nurture.learning.outcomes import Example
from nurture.learning.proposal import NEVER, may_score

TOO_GOOD = 0.8
"""A single field with at least this AUC was probably filled after the outcome; others reach about 0.7."""
TOO_LATE = 0.5
"""Share of the won leads for which a field is filled, beyond the others; or a signal comes too late."""
TIED = 0.05
"""Share of the decided leads for which a signal shares its moment with the outcome."""
FEW = 20
"""With fewer leads of either kind, nothing is reported."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that may reveal the outcome; `name` is what --exclude takes."""

    name: str
    why: str
    left_out: bool = False  # the card cannot use it anyway

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def tied_types(examples: Sequence[Example]) -> frozenset[str]:
    """Signal types that often come in the outcome's own moment, so that nobody knows which was first.

    They are dropped for the decided leads and would be kept for the others: no rule may read them.
    """
    ended = [e for e in examples if e.won or e.lost]
    counts = Counter(kind for e in ended for kind in e.tied)
    return frozenset(k for k, n in counts.items() if n > TIED * len(ended) and may_score(k))


def find_leaks(
    examples: Sequence[Example],
    candidates: Sequence[Candidate],
    vocabulary: Vocabulary,
    excluded: Collection[str],
) -> list[Leak]:
    """What should probably be excluded, and why; the worst first."""
    won = [e for e in examples if e.won]
    others = [e for e in examples if not e.won]
    if min(len(won), len(others)) < FEW:
        return []
    tied = [
        Leak(kind, "comes in the same moment as the outcome, so it is left out", left_out=True)
        for kind in sorted(tied_types(examples) - set(excluded))
    ]
    late = _late_types(won, excluded)
    filled = _filled_after(won, others, vocabulary, excluded)
    found = {leak.name: leak for leak in (*_too_good(examples, candidates), *filled, *late, *tied)}
    return list(found.values())


def _late_types(won: Sequence[Example], excluded: Collection[str]) -> list[Leak]:
    later = Counter(kind for e in won for kind in e.later)
    before = Counter(kind for e in won for kind in {s.type for s in e.signals})
    return [
        Leak(kind, "comes mostly after the outcome; what came before it is used")
        for kind in sorted(later)
        if may_score(kind)
        and kind not in excluded
        and later[kind] >= FEW
        and later[kind] / (later[kind] + before[kind]) > TOO_LATE
    ]


def _filled_after(
    won: Sequence[Example], others: Sequence[Example], vocabulary: Vocabulary, excluded: Collection[str]
) -> list[Leak]:
    found = []
    for name in sorted(set(vocabulary.fields) - NEVER - set(excluded)):
        ours, theirs = (_filled(name, part) for part in (won, others))
        if abs(ours - theirs) >= TOO_LATE:
            why = f"is filled for {ours:.0%} of the won leads and {theirs:.0%} of the others: after the fact?"
            found.append(Leak(name, why))
    return found


def _filled(name: str, examples: Sequence[Example]) -> float:
    return sum(e.fields.get(name) is not None for e in examples) / len(examples)


def _too_good(examples: Sequence[Example], candidates: Sequence[Candidate]) -> list[Leak]:
    """Sources whose rules alone rank the leads better than a field from before the outcome does."""
    sources: dict[str, list[Candidate]] = {}
    for one in candidates:
        sources.setdefault(one.source, []).append(one)
    found = []
    for source, rules in sources.items():
        value = _alone(examples, rules)
        if value >= TOO_GOOD:
            found.append(
                (value, Leak(source, f"ranks the leads suspiciously well by itself (AUC {value:.2f})"))
            )
    return [leak for _, leak in sorted(found, key=lambda pair: (-pair[0], pair[1].name))]


def _alone(examples: Sequence[Example], rules: Sequence[Candidate]) -> float:
    """The AUC when leads are ranked by the rate of those whom the same rules hold for."""
    keys = [tuple(rule.amount(e) > 0 for rule in rules) for e in examples]
    leads: Counter[tuple[bool, ...]] = Counter(keys)
    won = Counter(key for key, e in zip(keys, examples, strict=True) if e.won)
    rates: Mapping[tuple[bool, ...], float] = {key: won[key] / leads[key] for key in leads}
    # A key of few leads is judged by themselves; shrinking it keeps chance from looking like a leak.
    base = sum(e.won for e in examples) / len(examples)
    value = auc(
        [
            ((rates[key] * leads[key] + base * FEW) / (leads[key] + FEW), e.won)
            for key, e in zip(keys, examples, strict=True)
        ]
    )
    return value or 0.0
