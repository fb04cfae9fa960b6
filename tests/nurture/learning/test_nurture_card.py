"""The learned card: what is written is what the engine scores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nurture.conditions.condition import parse
from nurture.files.source import load_yaml
from nurture.learning.candidates import Candidate
from nurture.learning.card import EVERYONE, Card, Rule, learned_figures, write_card
from nurture.learning.outcomes import Example
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel, read_scoring
from nurture.scoring.score import score
from tests.nurture.learning_world import VOCABULARY, example, signal

MONTH = timedelta(days=30)
WORKS = Candidate("occupation: works", "occupation", parse('lead.occupation == "it\'s: #1"'))
UNKNOWN = Candidate("occupation unknown", "occupation", parse("lead.occupation is not defined"))
LONG = Candidate("minutes", "history.summary.minutes", parse("signal.minutes >= 10"), "history.summary")
FORMS = Candidate("form submitted, up to 3 times", "form.submitted", None, "form.submitted", MONTH, 3)
CARD = Card((Rule(WORKS, 30), Rule(UNKNOWN, -7), Rule(LONG, 20), Rule(FORMS, -6), Rule(EVERYONE, 12)))
EXAMPLES = [
    example(occupation="it's: #1"),
    example(signal("history.summary", minutes=30), signal("history.summary", minutes=10)),
    example(*(signal("form.submitted", day) for day in (1, 2, 40, 80)), signal("deal.won", 90)),
    example(signal("form.submitted", 1), signal("history.summary", minutes=3), occupation="other"),
]


def _model(text: str) -> ScoringModel:
    node, _ = load_yaml("scoring.yaml", text)
    assert node is not None
    model, faults = read_scoring(node, "scoring.yaml", VOCABULARY)
    assert faults == []
    assert model is not None
    return model


@pytest.mark.parametrize("one", EXAMPLES)
def test_the_engine_scores_what_was_measured(one: Example) -> None:
    """Fading, caps and all: the sum of a card is fit + engagement of its file."""
    result = score(_model(write_card(CARD, [], {})), Maturity(), one.lead, one.signals, one.at, ())

    assert result.fit + result.engagement == pytest.approx(CARD.total(one))


def test_a_card_reads_well() -> None:
    """The start first, what decides most next, each rule below what was seen of it."""
    text = write_card(CARD.told(EXAMPLES), ["From four leads.", ""], {"auc": 0.9})

    assert text.splitlines() == [
        "# yaml-language-server: $schema=.nurture/schema/scoring.json",
        "# From four leads.",
        "#",
        '# learned: {"rules": "93023de129016729", "auc": 0.9}',
        "",
        "fit:",
        "  # all leads; 25.0% of them won, lift 1.00",
        "  - rule: every lead starts with",
        "    when: 'true'",
        "    points: 12",
        "  # 25.0% of leads; 0.0% of them won, lift 0.00",
        "  - rule: 'occupation: works'",
        "    when: 'lead.occupation == \"it''s: #1\"'",
        "    points: 30",
        "  # 50.0% of leads; 50.0% of them won, lift 2.00",
        "  - rule: occupation unknown",
        "    when: lead.occupation is not defined",
        "    points: -7",
        "",
        "engagement:",
        "  rules:",
        "    # 25.0% of leads; 0.0% of them won, lift 0.00",
        "    - rule: minutes",
        "      on: history.summary",
        "      when: signal.minutes >= 10",
        "      points: 20",
        "      max: 20",
        "    # 50.0% of leads; 50.0% of them won, lift 2.00",
        "    - rule: form submitted, up to 3 times",
        "      on: form.submitted",
        "      points: -6",
        "      half_life: 30 days",
        "      max: 18",
    ]


def test_a_card_may_have_one_axis_or_none() -> None:
    """The file is valid all the same."""
    assert _model(write_card(Card((Rule(FORMS, 5),)), [], {})).fit == ()
    assert _model(write_card(Card((Rule(WORKS, 5),)), [], {})).rules == ()


def test_a_rule_that_holds_for_nobody_has_no_rate() -> None:
    """And no comment; where nobody was won there is no lift either."""
    nobody = Card((Rule(WORKS, 5),)).told(EXAMPLES[1:])
    unwon = Card((Rule(UNKNOWN, 5),)).told([example()])

    assert (nobody.rules[0].rate, nobody.rules[0].lift) == (None, None)
    assert (unwon.rules[0].rate, unwon.rules[0].lift) == (0.0, None)


def test_a_card_carries_its_figures() -> None:
    """Comments may be changed; when rules were, it says so."""
    text = write_card(CARD, [], {"auc": 0.9})

    assert learned_figures(f"# more\n{text}") == {"auc": 0.9, "edited": False}
    assert learned_figures(text.replace("points: 30", "points: 31")) == {"auc": 0.9, "edited": True}


@pytest.mark.parametrize(
    "text", ["fit: []\n", "# learned: {not json}\nfit: []\n"], ids=["handwritten", "damaged"]
)
def test_other_files_carry_none(text: str) -> None:
    """Nobody measured them."""
    assert learned_figures(text) is None


def test_a_damaged_card_was_edited() -> None:
    """Even when it is no YAML any more."""
    text = write_card(CARD, [], {})

    assert learned_figures(text + "\n]") == {"edited": True}


@pytest.mark.parametrize("word", ["yes", "On", "123", "- x", "a: b", "a #b", ""])
def test_names_that_yaml_reads_otherwise_are_quoted(word: str) -> None:
    """A rule's name is text whatever it says."""
    card = Card((Rule(replace(WORKS, name=word or "!"), 5),))

    node, faults = load_yaml("x", write_card(card, [], {}))

    assert faults == []
    assert node is not None
    assert node.plain()["fit"][0]["rule"] == (word or "!")
