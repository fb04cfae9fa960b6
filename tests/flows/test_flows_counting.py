"""Counts: added up by name and reason, and said in words."""

from __future__ import annotations

from typing import get_args

import pytest

from flows.work.counts import OUTCOMES, CountName, added, in_words, rows
from nurture.words import OutboxKind, TouchState


def test_counts_add_up_by_name_and_by_reason() -> None:
    """A count by reason is summed reason by reason."""
    first = {"sent": 2, "held": {"cap": 1}}
    second = {"sent": 3, "held": {"cap": 1, "window": 4}, "failed": 1}

    assert added(first, second) == {"sent": 5, "held": {"cap": 2, "window": 4}, "failed": 1}


def test_words_leave_out_what_did_not_happen() -> None:
    """An operator reads what happened only."""
    assert in_words({"due": 3, "sent": 0, "held": {"cap": 1, "window": 2}}) == "due 3, held 3"


def test_nothing_is_said_as_nothing() -> None:
    """A quiet minute has words too."""
    assert in_words({"due": 0, "held": {}}) == "nothing due"


def test_a_table_has_a_row_for_each_reason() -> None:
    """What an artifact shows."""
    assert rows({"sent": 1, "held": {"cap": 2}}) == [
        {"what": "sent", "reason": "", "count": 1},
        {"what": "held", "reason": "cap", "count": 2},
    ]


@pytest.mark.parametrize("kind", OutboxKind)
@pytest.mark.parametrize("state", ["planned", "sent", "refused", "failed", "uncertain"])
def test_whatever_becomes_of_a_row_is_counted(kind: OutboxKind, state: str) -> None:
    """A touch, a seller's mail and a webhook each have a name for each outcome."""
    assert OUTCOMES[kind, TouchState(state)] in get_args(CountName)
