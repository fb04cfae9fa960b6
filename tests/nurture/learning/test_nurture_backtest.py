"""The back-test: who is handed over and when, and what the figures say of it."""

from __future__ import annotations

from nurture.conditions.condition import parse
from nurture.learning.backtest import Handed, Replayed
from nurture.learning.measures import choose
from nurture.learning.outcomes import Example
from nurture.project.policy import Maturity
from nurture.scoring.model import EngagementRule, FitRule, ScoringModel
from tests.nurture.learning_world import DAY, NOON, example, signal

MODEL = ScoringModel(
    fit=(FitRule("works", parse('lead.occupation == "works"'), 60.0),),
    rules=(EngagementRule(0, "form", "form.submitted", 30.0, cap=90.0),),
)


def _replay(*examples: Example) -> Replayed:
    replayed = Replayed()
    for one in examples:
        replayed.add(MODEL, Maturity(), one)
    return replayed


HOT = example(
    *(signal("form.submitted", day) for day in (1, 3, 20)),
    signal("deal.won", 30),
    number=1,
    occupation="works",
)
WARM = example(
    signal("form.submitted", 2),
    signal("form.submitted", 9),
    signal("handoff.rejected", 12),
    number=2,
    occupation="works",
)
COLD = example(signal("form.submitted", 4), number=3)
QUIET = example(signal("deal.won", 16), number=4)


def test_a_lead_is_handed_over_when_the_matrix_first_says_so() -> None:
    """The moment is in the past, and what became of it is told; the best come first."""
    replayed = _replay(HOT, WARM, COLD, QUIET)

    assert replayed.who(5) == [
        Handed(1, 150.0, "won", NOON + 3 * DAY),
        Handed(2, 120.0, "handoff.rejected", NOON + 9 * DAY),
    ]
    assert replayed.who(1) == replayed.who(5)[:1]


def test_precision_and_recall_are_of_those_handed_over() -> None:
    """One of two was won, and one of two that were won was handed over."""
    replayed = _replay(HOT, WARM, COLD, QUIET)

    assert replayed.chosen() == choose(2, 1, 4, won=2)
    assert replayed.became() == {"won": 1, "handoff.rejected": 1}
    assert replayed.outcomes == ["won", "handoff.rejected", "open", "won"]


def test_the_ranking_is_by_fit_and_engagement() -> None:
    """Whatever the thresholds."""
    replayed = _replay(HOT, WARM, COLD, QUIET)

    assert list(replayed.points) == [150.0, 120.0, 30.0, 0.0]
    assert replayed.auc() == 0.5
    assert replayed.top_fifth() == choose(1, 1, 4, won=2)
    assert replayed.lifts() == [2.0, 0.0, 0.0, 2.0]


def test_a_hand_raise_hands_over() -> None:
    """As it does when the system runs."""
    assert len(_replay(example(signal("demo.requested", 1))).who(5)) == 1


def test_undated_history_says_not_when() -> None:
    """All in one moment: the test is static."""
    replayed = _replay(example(signal("history.summary"), signal("demo.requested"), number=1))

    assert replayed.static
    assert replayed.weeks is None
    assert [one.at for one in replayed.who(5)] == [None]


def test_dated_history_has_weeks() -> None:
    """From the first outcome or last act to the last; at least one."""
    assert _replay(HOT, WARM, COLD, QUIET).weeks == 26 / 7
    assert _replay(HOT).weeks == 1.0


def test_a_threshold_is_suggested_for_a_precision() -> None:
    """The lowest one that still holds it."""
    replayed = _replay(HOT, WARM, COLD, QUIET)
    suggested = replayed.for_precision(0.9)

    assert suggested is not None
    assert (suggested.points, suggested.chosen) == (150.0, choose(1, 1, 4, won=2))
    assert _replay(COLD).for_precision(0.5) is None


def test_a_threshold_is_suggested_for_a_number() -> None:
    """As many as sales can take, and no more."""
    replayed = _replay(HOT, WARM, COLD, QUIET)
    suggested = replayed.for_number(2.5)

    assert suggested is not None
    assert (suggested.points, suggested.chosen.leads) == (120.0, 2)
    assert replayed.for_number(0.5) is None


def test_signals_of_the_outcomes_moment_are_counted() -> None:
    """Those that the model reads, so that the figures can be taken with care."""
    tied = example(signal("form.submitted", 5), signal("deal.won", 5))
    other = example(signal("webinar.missed", 5), signal("deal.won", 5))

    assert _replay(tied, other).tied == 1


def test_no_lead_has_no_figures() -> None:
    """An empty store is not an error."""
    replayed = _replay()

    assert (replayed.auc(), replayed.who(5), replayed.lifts()) == (None, [], [])
    assert replayed.chosen() == choose(0, 0, 0, won=0)
