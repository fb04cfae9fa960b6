"""Measures: known rankings give known figures."""

from __future__ import annotations

import pytest

from nurture.learning.measures import Ranked, auc, brier, choose, tenths, top

HALF = [(2.0, True), (1.0, False)]


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        (HALF, 1.0),
        ([(1.0, True), (2.0, False)], 0.0),
        ([(1.0, True), (1.0, False)], 0.5),
        ([(3.0, True), (2.0, False), (1.0, True), (0.0, False)], 0.75),
        ([(1.0, True)], None),
        ([(1.0, False)], None),
        ([], None),
    ],
    ids=["perfect", "upside-down", "tied", "mixed", "only won", "none won", "nobody"],
)
def test_auc_is_the_chance_that_a_won_lead_stands_above(ranked: Ranked, expected: float | None) -> None:
    """Ties count half; without both kinds there is nothing to tell apart."""
    assert auc(ranked) == expected


def test_the_best_fifth_is_counted_in_leads() -> None:
    """Two of ten are taken, and all the others are missed."""
    ranked = [(float(n), n in (9, 8, 0)) for n in range(10)]

    best = top(ranked, 0.2)

    assert (best.leads, best.won, best.precision) == (2, 2, 1.0)
    assert best.as_dict() == {"leads": 2, "won": 2, "precision": 1.0, "recall": 0.6667, "lift": 3.3333}


def test_ties_at_the_border_count_by_their_rate() -> None:
    """No order among equals decides a figure."""
    ranked = [(1.0, True), (1.0, False), (1.0, False), (1.0, True)]

    assert top(ranked, 0.5).precision == 0.5


def test_nobody_has_no_best_fifth() -> None:
    """Nor a precision."""
    assert top([], 0.2) == choose(0, 0, 0, won=0)
    assert choose(0, 0, 0, won=0).precision is None


def test_tenths_compare_each_part_with_all() -> None:
    """The best tenth of ten leads is one lead."""
    slices = tenths([(n / 10, n >= 5) for n in range(10)])

    assert [one.lift for one in slices] == [2.0] * 5 + [0.0] * 5
    assert slices[0].as_dict() == {"part": 1, "leads": 1, "won": 1, "rate": 1.0, "lift": 2.0, "mean": 0.9}


def test_few_leads_make_few_tenths() -> None:
    """And leads of whom none was won have no lift."""
    assert [one.lift for one in tenths([(1.0, False)])] == [0.0]
    assert tenths([]) == []


def test_brier_is_the_mean_squared_error() -> None:
    """Sure and right is 0."""
    assert brier([(1.0, True), (0.5, False)]) == 0.125
    assert brier([]) is None
