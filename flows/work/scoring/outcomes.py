"""Reads the leads of a store as examples, page by page: what each was before its outcome, and the outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from leadstore.scores.history import leads_after, read_for_scoring
from leadstore.store import Store
from nurture.conditions.condition import Vocabulary
from nurture.learning.outcomes import LOSSES, Example, OutcomeRule, make_example
from nurture.learning.proposal import may_score
from nurture.words import Sig

PAGE = 500
"""Leads of one query."""


def read_examples(
    store: Store, outcome: OutcomeRule, types: Collection[str], *, now: datetime, most: int | None = None
) -> Iterator[Example]:
    """Every lead as an example, a page in memory at a time; `most`: evenly spread ones, about so many.

    `types` are the signals that matter; those that decide an outcome are read besides.
    """
    wanted = {*types, outcome.name, *LOSSES, Sig.LEAD_RECYCLED}
    step = 1
    if most is not None:
        step = max(1, -(-_count(store) // most))
    after, place = 0, 0
    while True:
        with store.read("report") as tx:
            ids = leads_after(tx, after, PAGE)
            taken = [one for at, one in enumerate(ids, place) if at % step == 0]
            found = read_for_scoring(tx, taken, wanted)
        if not ids:
            return
        after, place = ids[-1], place + len(ids)
        yield from (make_example(outcome, one.lead, one.signals, now=now) for one in found)


def behaviour_types(vocabulary: Vocabulary) -> frozenset[str]:
    """The signal types that a learned rule may read."""
    return frozenset(kind for kind in vocabulary.signals if may_score(kind))


def _count(store: Store) -> int:
    after = count = 0
    while True:
        with store.read("report") as tx:
            ids = leads_after(tx, after, 20 * PAGE)
        if not ids:
            return count
        after, count = ids[-1], count + len(ids)
