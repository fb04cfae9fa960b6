"""Proposing: fields and signals become rules that read well and that the engine reads."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.errors import NotFound
from nurture.learning.candidates import Candidate
from nurture.learning.outcomes import Example
from nurture.learning.proposal import check_excluded, may_score, propose, spoken
from tests.nurture.learning_world import VOCABULARY, WON, example, signal


def _many(won: bool, *kinds: tuple[str, dict[str, Any]], count: int = 40, **attributes: Any) -> list[Example]:
    end = [signal("deal.won", 9)] if won else []
    return [example(*(signal(k, 1, **p) for k, p in kinds), *end, **attributes) for _ in range(count)]


def _conditions(examples: list[Example], *excluded: str) -> dict[str, str]:
    found = propose(examples, VOCABULARY, excluded)
    return {one.name: one.condition.source if one.condition else str(one.on) for one in found}


def test_categories_are_compared_with_the_largest() -> None:
    """Which needs no rule of its own; what is missing does."""
    examples = [
        *_many(True, occupation="Working Professional"),
        *_many(False, occupation="Student", count=60),
        *_many(False, count=50),
    ]

    assert _conditions(examples) == {
        "occupation unknown": "lead.occupation is not defined",
        "occupation: Working Professional": 'lead.occupation == "Working Professional"',
    }


def test_categories_of_one_rate_share_a_rule() -> None:
    """With a name that stays short, and the rare ones together."""
    examples = [
        *(one for name in "abcd" for one in _many(True, occupation=name, count=10)),
        *_many(False, occupation="Student", count=60),
        *(one for n in range(12) for one in _many(True, occupation=f"odd {n}", count=1)),
    ]

    assert _conditions(examples) == {
        "occupation: a, b or 2 more": 'lead.occupation in ["a", "b", "c", "d"]',
        "occupation: something rarer": 'lead.occupation not in ["Student", "a", "b", "c", "d"]',
    }


def test_two_categories_are_both_named() -> None:
    """The name says what the condition says."""
    examples = [
        *_many(True, occupation="a"),
        *_many(True, occupation="b"),
        *_many(False, occupation="c", count=90),
    ]

    assert "occupation: a or b" in _conditions(examples)


def test_a_list_that_nobody_reads_is_not_written() -> None:
    """The rare are left out beside too many common ones."""
    examples = [
        *(one for n in range(9) for one in _many(n > 4, occupation=f"job {n}", count=10)),
        *(one for n in range(12) for one in _many(True, occupation=f"odd {n}", count=1)),
    ]

    assert "occupation: something rarer" not in _conditions(examples)


def test_texts_that_are_all_different_are_only_known_or_not() -> None:
    """Such as a company's name."""
    examples = [
        *(one for n in range(20) for one in _many(True, occupation=f"own {n}", count=1)),
        *_many(False),
    ]

    assert _conditions(examples) == {
        "occupation known": "lead.occupation is defined",
        "occupation unknown": "lead.occupation is not defined",
    }


def test_each_kind_of_field_has_its_rule() -> None:
    """Numbers are cut, flags asked, dates known, lists searched."""
    examples = [
        *_many(True, employees=50, subscribed=True, since="2027-01-01", tags=["vip", 3]),
        *_many(False, employees=5, subscribed=False, tags=["vip", "new"]),
    ]

    assert _conditions(examples) == {
        "employees at least 50": "lead.employees >= 50",
        "subscribed: yes": "lead.subscribed == true",
        "since unknown": "lead.since is not defined",
        "since known": "lead.since is defined",
        "tags with vip": '"vip" in lead.tags',
        "tags with new": '"new" in lead.tags',
    }


def test_signals_count_once_or_up_to_three_times() -> None:
    """And so do their properties; totals before the import count once."""
    trial = ("trial.started", {"plan": "team", "seats": 9, "paid": True})
    examples = [
        *_many(True, trial, ("history.summary", {"minutes": 30})),
        *_many(False, ("trial.started", {"plan": "solo"}), ("history.summary", {"minutes": 1}), count=60),
    ]

    assert _conditions(examples) == {
        "any activity before the import": "history.summary",
        "minutes before the import at least 30": "signal.minutes >= 30",
        "trial started": "trial.started",
        "trial started, up to 3 times": "trial.started",
        "trial started plan: team": 'signal.plan == "team"',
        "trial started paid: yes": "signal.paid == true",
    }


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ("trial.started", 0),
        ("trial.started.plan", 3),
        ("plan", 3),
    ],
)
def test_what_is_excluded_is_not_read(excluded: str, left: int) -> None:
    """A signal type, a property of one type, or of all."""
    examples = [
        *_many(True, ("trial.started", {"plan": "team", "paid": True})),
        *_many(False, ("trial.started", {"plan": "solo"}), count=60),
    ]

    assert len(propose(examples, VOCABULARY, [excluded])) == left


def test_an_excluded_field_makes_no_rule() -> None:
    """Not even of its absence."""
    assert _conditions([*_many(True, occupation="a"), *_many(False)], "occupation") == {}


def test_values_that_no_file_can_show_make_no_rule() -> None:
    """A control character, or a page the catalogue does not know."""
    gone, old = (("asset.downloaded", {"asset": name}) for name in ("gone", "old"))
    examples = [*_many(True, gone, occupation="a\x7f"), *_many(False, old, occupation="b", count=60)]

    assert list(_conditions(examples)) == ["asset downloaded", "asset downloaded, up to 3 times"]


def test_long_names_are_cut() -> None:
    """A rule's name has at most 80 characters."""
    examples = [*_many(True, occupation="x" * 200), *_many(False, occupation="b", count=60)]

    assert [len(name) for name in _conditions(examples)] == [80]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("history.summary", True),
        ("form.submitted", True),
        ("trial.started", True),
        ("touch.sent", False),
        ("mail.opened", False),
        ("deal.won", False),
        ("handoff.accepted", False),
    ],
)
def test_only_what_the_lead_did_may_score(kind: str, expected: bool) -> None:
    """Not what was done to it, nor what sales did."""
    assert may_score(kind) is expected


def test_names_are_spoken() -> None:
    """As a seller reads them in a breakdown."""
    assert spoken("company_size") == "company size"
    assert spoken("history.summary.pages") == "pages before the import"


def test_the_outcome_is_excluded_too() -> None:
    """With what the user names."""
    assert check_excluded(["occupation", "trial.started.plan"], WON, VOCABULARY) == {
        "occupation",
        "trial.started.plan",
        "deal.won",
    }


@pytest.mark.parametrize(
    ("name", "hint"), [("ocupation", "did you mean `occupation`?"), ("zzz", "type.property")]
)
def test_an_unknown_exclusion_is_refused(name: str, hint: str) -> None:
    """A typing error must not let a leak in."""
    with pytest.raises(NotFound) as caught:
        check_excluded([name], WON, VOCABULARY)

    assert hint in caught.value.hint


def test_a_candidate_counts_as_often_as_it_may() -> None:
    """Signals of its type only; without a half-life they do not fade."""
    found = example(signal("form.submitted", 1), signal("form.submitted", 2), signal("product.used", 3))

    assert Candidate("x", "x", None, "form.submitted").amount(found) == 1
    assert Candidate("x", "x", None, "form.submitted", times=3).amount(found) == 2
