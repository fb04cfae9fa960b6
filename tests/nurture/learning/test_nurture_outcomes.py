"""Outcomes: what was known before, and nothing that came of it."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.errors import NotFound
from nurture.learning.outcomes import OutcomeRule, make_example, parse_outcome
from nurture.words import Stage
from tests.nurture.learning_world import DAY, NOON, VOCABULARY, example, lead, signal


def _kinds(found: Any) -> list[str]:
    return [one.type for one in found.signals]


def test_only_what_came_before_is_known() -> None:
    """What came in the very moment, or later, is named but not used."""
    found = example(
        signal("form.submitted", 1),
        signal("deal.won", 3),
        signal("call.requested", 3),
        signal("product.used", 4),
    )

    assert found.won
    assert found.at == NOON + 3 * DAY
    assert _kinds(found) == ["form.submitted"]
    assert (found.tied, found.later) == ({"call.requested"}, {"product.used"})


def test_undated_totals_count_as_before() -> None:
    """An import stores them in the outcome's own moment, and the history is not dated."""
    found = example(signal("history.summary", minutes=5), signal("deal.won"))

    assert _kinds(found) == ["history.summary"]
    assert not found.dated


def test_a_machine_wins_nothing_and_does_nothing() -> None:
    """Its signals are as if they were not there."""
    found = example(signal("mail.clicked", 1, machine=True), signal("deal.won", 2, machine=True))

    assert (found.won, found.signals) == (False, ())


def test_a_rejected_handoff_decides_against() -> None:
    """The first loss counts, and what came after it is not used."""
    found = example(
        signal("form.submitted", 1),
        signal("handoff.rejected", 2),
        signal("deal.lost", 3),
        signal("form.submitted", 4),
    )

    assert (found.won, found.lost, found.at) == (False, "handoff.rejected", NOON + 2 * DAY)
    assert _kinds(found) == ["form.submitted"]


def test_who_was_won_after_a_rejection_was_won() -> None:
    """The last word counts."""
    found = example(signal("handoff.rejected", 2), signal("lead.recycled", 3), signal("deal.won", 9))

    assert (found.won, found.lost, found.at) == (True, "", NOON + 9 * DAY)


def test_an_open_lead_stands_at_its_last_act() -> None:
    """Else all that is open would look cold; what we did to it is not its act."""
    found = example(signal("form.submitted", 5), signal("touch.sent", 9))

    assert (found.at, found.dated) == (NOON + 5 * DAY, True)


def test_a_lead_that_did_nothing_stands_where_it_was_made() -> None:
    """Its history has one moment."""
    found = example()

    assert (found.at, found.dated) == (NOON, False)


def test_the_past_before_a_recycling_is_past() -> None:
    """Scores look at nothing older either."""
    found = example(
        signal("form.submitted", 1),
        signal("lead.recycled", 2),
        signal("asset.downloaded", 3),
        signal("deal.won", 4),
        signal("lead.recycled", 5),
    )

    assert _kinds(found) == ["asset.downloaded"]


def test_the_future_is_not_known() -> None:
    """A signal dated ahead of the moment is left out."""
    assert not example(signal("deal.won", 200)).won


def test_nothing_that_scores_decided_is_known() -> None:
    """The stored stage has seen the outcome."""
    known = make_example(OutcomeRule("deal.won"), lead(), [signal("deal.won")], now=NOON + DAY)

    assert "stage" not in known.fields
    assert known.lead.stage is Stage.SUBSCRIBER


@pytest.mark.parametrize(
    ("text", "attributes", "won"),
    [
        ("subscribed", {"subscribed": True}, True),
        ("subscribed", {"subscribed": False}, False),
        ("subscribed", {}, False),
        ("employees", {"employees": 3}, True),
        ("employees", {"employees": 0}, False),
        ("status", {"status": "customer"}, False),
        ("status=customer", {"status": "customer"}, True),
        ("status=customer", {"status": "prospect"}, False),
        ("status=customer", {}, False),
        ("subscribed=true", {"subscribed": True}, True),
        ("employees=3", {"employees": 3.0}, True),
        ("stage=subscriber", {}, True),
    ],
)
def test_a_field_may_be_the_outcome(text: str, attributes: dict[str, Any], won: bool) -> None:
    """A flag that is true, a number above 0, or a value that is written out."""
    assert example(outcome=parse_outcome(text, VOCABULARY), **attributes).won is won


def test_a_signal_may_be_the_outcome() -> None:
    """By its type."""
    assert parse_outcome("deal.won", VOCABULARY) == OutcomeRule("deal.won")


@pytest.mark.parametrize(
    ("text", "hint"),
    [("deal.wn", "did you mean `deal.won`?"), ("zzz", "name a signal type"), ("deal.won=1", "did you mean")],
)
def test_an_unknown_outcome_is_refused(text: str, hint: str) -> None:
    """With what it may have been."""
    with pytest.raises(NotFound) as caught:
        parse_outcome(text, VOCABULARY)

    assert hint in caught.value.hint
