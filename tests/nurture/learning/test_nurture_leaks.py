"""Leaks: what knows the outcome is named, and what only helps is not."""

from __future__ import annotations

from nurture.learning.leaks import Leak, find_leaks, tied_types
from nurture.learning.outcomes import Example
from nurture.learning.proposal import propose
from nurture.values import Signal
from tests.nurture.learning_world import VOCABULARY, example, signal


def _world(won: list[Example], others: list[Example], *excluded: str) -> list[Leak]:
    examples = [*won, *others]
    return find_leaks(examples, propose(examples, VOCABULARY, excluded), VOCABULARY, excluded=excluded)


def _won(*signals: tuple[str, float], **attributes: str) -> Example:
    return example(*_signals(signals), signal("deal.won", 5), **attributes)


def _signals(given: tuple[tuple[str, float], ...]) -> list[Signal]:
    return [signal(kind, day) for kind, day in given]


OTHERS = [example(occupation=f"{n % 2}") for n in range(60)]


def test_a_field_that_ranks_suspiciously_well_is_named() -> None:
    """And what is excluded is not."""
    won = [_won(occupation="0" if n % 2 else "1", status="signed") for n in range(40)]
    others = [example(occupation=f"{n % 2}", status="ringing") for n in range(60)]

    [leak] = _world(won, others)

    assert (leak.name, leak.left_out) == ("status", False)
    assert "suspiciously well" in leak.why
    assert leak.as_dict()["name"] == "status"
    assert _world(won, others, "status") == []


def test_a_field_filled_after_the_fact_is_named() -> None:
    """Known of nearly all who were won, and of few others; its values say little."""
    won = [_won(occupation="0", **({"status": "0"} if n % 3 else {})) for n in range(60)]

    [leak] = _world(won, OTHERS)

    assert leak == Leak("status", "is filled for 67% of the won leads and 0% of the others: after the fact?")


def test_a_signal_that_follows_the_outcome_is_named() -> None:
    """Only what came before it is used, and that is seldom."""
    won = [_won(("product.used", 9), ("deal.lost", 9), occupation="0") for _ in range(40)]
    won += [_won(("product.used", 1), ("form.submitted", 8), occupation="1") for _ in range(10)]

    assert [(leak.name, leak.left_out) for leak in _world(won, OTHERS)] == [("product.used", False)]
    assert _world(won, OTHERS, "product.used") == []


def test_a_signal_in_the_outcomes_moment_is_left_out() -> None:
    """Nobody knows which came first, and it would count for the others only."""
    won = [_won(("form.submitted", 5), ("touch.sent", 5), occupation=f"{n % 2}") for n in range(40)]

    assert tied_types([*won, *OTHERS]) == {"form.submitted"}
    assert [(leak.name, leak.left_out) for leak in _world(won, OTHERS)] == [("form.submitted", True)]


def test_few_leads_raise_no_suspicion() -> None:
    """Chance ranks three leads perfectly."""
    assert _world([_won(status="signed") for _ in range(3)], OTHERS) == []
