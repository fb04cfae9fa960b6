"""Levels: cuts and groups follow the rates, and never chance."""

from __future__ import annotations

import pytest

from nurture.learning.levels import cuts, group, readable


def test_values_of_one_rate_stand_together() -> None:
    """A and B are won as often, C is not; D is too rare to judge."""
    pairs = [(v, n % 2 == 0) for v in "AB" for n in range(100)] + [("C", False)] * 100 + [("D", True)] * 3

    groups, rare = group(pairs, least=10)

    assert [level.values for level in groups] == [("C",), ("A", "B")]
    assert [level.rate for level in groups] == [0.0, 0.5]
    assert rare == ["D"]


def test_small_groups_are_joined_with_their_neighbour() -> None:
    """Whatever their rates: each has leads enough by itself, but equal rates need no telling apart."""
    pairs = [("A", False)] * 20 + [("B", False)] * 20

    groups, _ = group(pairs, least=10)

    assert [level.values for level in groups] == [("A", "B")]


def test_numbers_are_cut_where_the_rate_changes() -> None:
    """Won from 50 on: one cut there."""
    assert cuts([(float(n), n >= 50) for n in range(100)], least=5) == [50.0]


def test_parts_too_small_are_joined_first() -> None:
    """Each of the twenty parts has five leads, and twenty are asked for."""
    assert cuts([(float(n), n >= 50) for n in range(100)], least=20) == [50.0]


def test_no_number_has_no_cut() -> None:
    """Nor has a single one, or one that says nothing."""
    assert cuts([], least=5) == []
    assert cuts([(1.0, True)] * 50, least=5) == []
    assert cuts([(float(n), n % 2 == 0) for n in range(100)], least=5) == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, 0.0), (11.037, 11.0), (0.03512, 0.035), (1234.0, 1200.0), (-8.06, -8.1)],
)
def test_cuts_are_numbers_a_person_says(number: float, expected: float) -> None:
    """Two digits that count."""
    assert readable(number) == expected
