"""What maturity promises: who is ready for sales, once, with a margin, and never a disqualified one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.project.policy import Maturity
from nurture.scoring.maturity import (
    SIGNAL_TYPES,
    TRANSITIONS,
    Judgement,
    grade_of,
    heat_of,
    judge,
    operator_refusal,
    refusal,
)
from nurture.values import Lead, Score, Signal
from nurture.words import Stage

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MATURITY = Maturity(
    matrix={
        "A": ["fast-track", "mql", "nurture", "nurture"],
        "B": ["mql", "nurture", "nurture", "nurture"],
        "C": ["nurture", "nurture", "nurture", "nurture"],
        "D": ["disqualify", "nurture", "nurture", "disqualify"],
    }
)
LEAD = Lead(1, 1, "ann@example.com", stage=Stage.LEAD)


def at_stage(stage: Stage) -> Lead:
    return replace(LEAD, stage=stage)


def scored(fit: float, engagement: float) -> Score:
    return Score(fit, engagement, grade_of(MATURITY, fit), heat_of(MATURITY, engagement), (), NOW, None)


def signal(kind: str, days: float = 1, machine: bool = False, **properties: object) -> Signal:
    at = NOW - timedelta(days=days)
    return Signal(kind, at, at, properties, machine)


def judged(
    fit: float = 45,
    engagement: float = 20,
    signals: Sequence[Signal] = (),
    stage: Stage = Stage.LEAD,
    was_mature: bool = False,
) -> Judgement:
    return judge(MATURITY, at_stage(stage), was_mature, score=scored(fit, engagement), signals=signals)


@pytest.mark.parametrize(
    ("fit", "engagement", "margin", "expected"),
    [
        (60, 60, 0, ("A", 1)),
        (59.9, 59.9, 0, ("B", 2)),
        (20, 15, 0, ("C", 3)),
        (19.9, 14.9, 0, ("D", 4)),
        (55, 30, 5, ("A", 2)),
        (54.9, 29.9, 5, ("B", 3)),
        (-20, -9, 0, ("D", 4)),
    ],
)
def test_grade_and_heat(fit: float, engagement: float, margin: float, expected: tuple[str, int]) -> None:
    """A threshold is reached when it is met; a margin lowers each of them."""
    assert (grade_of(MATURITY, fit, margin), heat_of(MATURITY, engagement, margin)) == expected


@pytest.mark.parametrize(
    ("fit", "engagement", "expected"),
    [
        (60, 60, Judgement(Stage.MQL, True, "matrix A1: fast-track", offer=True)),
        (60, 40, Judgement(Stage.MQL, True, "matrix A2: mql", offer=True)),
        (60, 0, Judgement(Stage.PROSPECT, False, "matrix A4: nurture")),
        (30, 40, Judgement(Stage.PROSPECT, False, "matrix C2: nurture")),
        (30, 20, Judgement(Stage.LEAD, False, "showed interest")),
        (0, 0, Judgement(Stage.DISQUALIFIED, False, "matrix D4: disqualify")),
    ],
    ids=["fast-track", "mql", "fits-only", "engaged-only", "neither", "disqualify"],
)
def test_matrix(fit: float, engagement: float, expected: Judgement) -> None:
    """The matrix says what a grade and a heat mean together."""
    assert judged(fit, engagement) == expected


@pytest.mark.parametrize(
    ("engagement", "was_mature", "expected"),
    [
        (35, False, Judgement(Stage.MQL, True, "matrix A2: mql", offer=True)),
        (36, True, Judgement(Stage.MQL, True, "matrix A2: mql")),
        (34, True, Judgement(Stage.MQL, True, "within the margin of A2")),
        (30, True, Judgement(Stage.MQL, True, "within the margin of A2")),
        (29.9, True, Judgement(Stage.PROSPECT, False, "matrix A3: nurture")),
        (34, False, Judgement(Stage.PROSPECT, False, "matrix A3: nurture")),
    ],
    ids=["enters", "stays", "within", "at-the-margin", "leaves", "not-yet"],
)
def test_margin(engagement: float, was_mature: bool, expected: Judgement) -> None:
    """A lead that hovers at a threshold is offered once: it enters at it and leaves below the margin."""
    assert judged(60, engagement, was_mature=was_mature) == expected


def test_margin_before_disqualification() -> None:
    """A mature lead within its margin is not disqualified by the cell it slipped into."""
    matrix = MATURITY.matrix | {"A": ["mql", "mql", "disqualify", "disqualify"]}
    policy = MATURITY.model_copy(update={"matrix": matrix})

    assert judge(policy, LEAD, True, score=scored(60, 34), signals=[]).stage is Stage.MQL
    assert judge(policy, LEAD, False, score=scored(60, 34), signals=[]).stage is Stage.DISQUALIFIED


@pytest.mark.parametrize(
    ("fit", "signals", "expected"),
    [
        (45, ["demo.requested"], Judgement(Stage.MQL, True, "hand raise: demo.requested", offer=True)),
        (45, ["call.requested"], Judgement(Stage.MQL, True, "hand raise: call.requested", offer=True)),
        (45, ["product.used"], Judgement(Stage.PQL, True, "product.used", offer=True)),
        (
            45,
            ["product.used", "demo.requested"],
            Judgement(Stage.PQL, True, "hand raise: demo.requested, product.used", offer=True),
        ),
        (0, ["demo.requested"], Judgement(Stage.DISQUALIFIED, False, "matrix D1: disqualify")),
        (0, ["product.used"], Judgement(Stage.DISQUALIFIED, False, "matrix D1: disqualify")),
        (45, ["deal.won"], Judgement(Stage.CUSTOMER, False, "deal.won")),
        (45, ["handoff.accepted"], Judgement(Stage.SAL, True, "handoff.accepted")),
        (45, ["page.visited"], Judgement(Stage.PROSPECT, False, "matrix B3: nurture")),
    ],
)
def test_signals_that_decide(fit: float, signals: list[str], expected: Judgement) -> None:
    """A hand raise and the use of the product bypass heat, never disqualification; sales' word is final."""
    assert judged(fit, 20, [signal(kind) for kind in signals]) == expected


def test_machines_raise_no_hand() -> None:
    """What a machine did moves nobody."""
    assert judged(signals=[signal("demo.requested", machine=True)]).mature is False


def test_wrong_fit_disqualifies() -> None:
    """A seller who says wrong fit disqualifies; another reason does not."""
    rejected = judged(signals=[signal("handoff.rejected", reason="wrong_fit")])
    returned = judged(signals=[signal("handoff.rejected", reason="timing")])

    assert rejected == Judgement(Stage.DISQUALIFIED, False, "handoff.rejected: wrong_fit")
    assert returned.stage is Stage.PROSPECT


@pytest.mark.parametrize("kind", ["demo.requested", "product.used", "handoff.accepted"])
def test_recycling_forgets(kind: str) -> None:
    """What happened before the last recycling decides nothing; after it, the lead can mature again."""
    before = [signal(kind, 9), signal("lead.recycled", 5)]

    assert judged(signals=before, stage=Stage.SAL).stage is Stage.PROSPECT
    assert judged(signals=[*before, signal("demo.requested", 1)], stage=Stage.SAL).offer is True


@pytest.mark.parametrize(
    ("stage", "signals", "expected"),
    [
        (Stage.SAL, [], Stage.SAL),
        (Stage.SQL, [], Stage.SQL),
        (Stage.SQL, [signal("handoff.accepted", 2), signal("lead.recycled", 5)], Stage.SQL),
        (Stage.CUSTOMER, [], Stage.CUSTOMER),
        (Stage.DISQUALIFIED, [signal("demo.requested")], Stage.DISQUALIFIED),
        (Stage.DISQUALIFIED, [signal("deal.won")], Stage.CUSTOMER),
    ],
)
def test_late_stages_stay(stage: Stage, signals: list[Signal], expected: Stage) -> None:
    """A lead that sales has, a customer and a disqualified one keep their stage, and are not offered."""
    verdict = judged(60, 90, signals, stage=stage)

    assert (verdict.stage, verdict.offer) == (expected, False)


@pytest.mark.parametrize(
    ("engagement", "signals", "stage", "expected"),
    [
        (0, [], Stage.SUBSCRIBER, Stage.SUBSCRIBER),
        (1, [], Stage.SUBSCRIBER, Stage.LEAD),
        (0, [signal("form.submitted")], Stage.SUBSCRIBER, Stage.LEAD),
        (0, [], Stage.PROSPECT, Stage.LEAD),
    ],
    ids=["silent", "scores", "form", "never-back"],
)
def test_early_stages(engagement: float, signals: list[Signal], stage: Stage, expected: Stage) -> None:
    """A subscriber becomes a lead by any interest, and never a subscriber again."""
    assert judged(30, engagement, signals, stage=stage).stage is expected


def test_offered_once_per_cycle() -> None:
    """A lead that was mature is not offered again by what it does later."""
    assert judged(60, 90, [signal("demo.requested")], stage=Stage.MQL, was_mature=True).offer is False


kinds = st.sampled_from(sorted(SIGNAL_TYPES))
histories = st.lists(
    st.builds(signal, kinds, st.floats(0, 9), reason=st.sampled_from(["timing", "wrong_fit"]))
)


@given(st.sampled_from(Stage), st.booleans(), st.floats(-50, 90), st.floats(-50, 90), histories)
@settings(deadline=None)
def test_judgements_keep_the_law(
    stage: Stage, was_mature: bool, fit: float, engagement: float, signals: list[Signal]
) -> None:
    """Whatever happened, in any order: the move is allowed, and only a ripe and open lead is offered."""
    verdict = judged(fit, engagement, signals, stage, was_mature)

    assert verdict == judged(fit, engagement, signals[::-1], stage, was_mature)
    assert refusal(stage, verdict.stage) is None
    assert not verdict.offer or (verdict.mature and not was_mature and verdict.stage in ("mql", "pql"))
    assert verdict.cause


@pytest.mark.parametrize("stage", Stage)
def test_transitions_cover_every_stage(stage: Stage) -> None:
    """Every stage says where it may go, and may stay."""
    assert stage not in TRANSITIONS[stage] or refusal(stage, stage) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Stage.LEAD, Stage.MQL, None),
        (Stage.CUSTOMER, Stage.CUSTOMER, None),
        (Stage.CUSTOMER, Stage.LEAD, "a customer does not become a lead; from there it goes to: nowhere"),
        (
            Stage.DISQUALIFIED,
            Stage.MQL,
            "a disqualified does not become a mql; from there it goes to: customer, lead",
        ),
    ],
)
def test_refusal(before: Stage, after: Stage, expected: str | None) -> None:
    """A transition that is not allowed says why, and what is."""
    assert refusal(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Stage.MQL, Stage.SAL, None),
        (Stage.SAL, Stage.LEAD, None),
        (Stage.DISQUALIFIED, Stage.LEAD, None),
        (Stage.PROSPECT, Stage.DISQUALIFIED, None),
        (
            Stage.LEAD,
            Stage.MQL,
            "mql is decided by scores and signals; "
            "by hand a lead is put to: customer, disqualified, lead, sal, sql",
        ),
        (
            Stage.PROSPECT,
            Stage.LEAD,
            "a prospect is being nurtured already: there is nothing to send it back from",
        ),
        (Stage.CUSTOMER, Stage.SAL, "a customer does not become a sal; from there it goes to: nowhere"),
    ],
)
def test_what_an_operator_may_say(before: Stage, after: Stage, expected: str | None) -> None:
    """By hand a lead is put to what somebody knows of it, never to what is computed."""
    assert operator_refusal(before, after) == expected


@pytest.mark.parametrize("reason", ["competitor", "duplicate"])
def test_other_reasons_bar_too(reason: str) -> None:
    """A competitor, and a duplicate, are nurtured no more."""
    verdict = judged(signals=[signal("handoff.rejected", reason=reason)])

    assert verdict == Judgement(Stage.DISQUALIFIED, False, f"handoff.rejected: {reason}")
