"""What scoring promises: pure, explained to the last point, and never looked at again too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum, isfinite

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nurture.files.diagnosis import Fault
from nurture.files.source import load_yaml
from nurture.project.catalog import Catalog
from nurture.project.policy import Maturity
from nurture.scoring.model import (
    EngagementRule,
    Regularity,
    ScoringModel,
    Unanswered,
    read_scoring,
)
from nurture.scoring.score import KEPT, score
from nurture.values import Lead, Score, Signal, Term

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
LEAD = Lead(1, 1, "ann@example.com", profile={"job_title": "Head of IT", "country": "FR"})
MATURITY = Maturity()
VOCABULARY = Catalog(
    attributes={"employees": "number"}, signals={"trial.started": {"seats": "number", "plan": "text"}}
).vocabulary()
FILE = """
fit:
  - {rule: decision-maker, when: 'lead.job_title is contains("Head")', points: 30}
  - {rule: student, when: 'lead.job_title == "Student"', points: -50}
engagement:
  max: 100
  groups: {content: 60}
  rules:
    - {rule: paper, on: asset.downloaded, points: 25, half_life: 30 days, max: 40, group: content}
    - {rule: price page, on: page.visited, when: 'signal.page == "pricing"', points: 30, group: content}
    - {rule: visits, on: history.summary, points: 2, value: visits, max: 20}
    - {rule: replied, on: mail.replied, points: 80}
    - {rule: careers, on: page.visited, when: 'signal.page == "jobs"', points: -20, half_life: 1 day, max: 30}
  regularity: {rule: regular, points: 3, weeks: 4, max: 9}
  unanswered: {rule: silence, after: 3, points: -5, max: -15}
"""


def read(text: str) -> tuple[ScoringModel | None, list[Fault]]:
    node, faults = load_yaml("scoring.yaml", text)
    assert node is not None, faults
    return read_scoring(node, "scoring.yaml", VOCABULARY)


def model() -> ScoringModel:
    found, faults = read(FILE)
    assert found is not None, faults
    return found


MODEL = model()


def signal(kind: str, days: float = 0.0, id: int = 0, machine: bool = False, **properties: object) -> Signal:
    at = NOW - timedelta(days=days)
    return Signal(kind, at, at, properties, machine, id)


def scored(
    signals: Sequence[Signal],
    model: ScoringModel = MODEL,
    now: datetime = NOW,
    thresholds: Sequence[float] = (),
    lead: Lead = LEAD,
) -> Score:
    return score(model, MATURITY, lead, signals, now, thresholds)


def lines(result: Score, axis: str = "engagement") -> dict[str, float]:
    return {term.rule: round(term.points, 6) for term in result.terms if term.axis == axis}


def test_fit_is_the_sum_of_rules_that_hold() -> None:
    """Fit looks at the profile only, and says which rule gave what."""
    result = scored([])

    assert (result.fit, result.grade) == (30.0, "C")
    assert result.terms == (Term("fit", "decision-maker", 30.0, base=30.0),)


def test_points_fade_by_half() -> None:
    """After one half-life half of the points are left, and the line says of which signal."""
    result = scored([signal("asset.downloaded", 30, id=7)])

    assert result.terms[1] == Term("engagement", "paper", 12.5, 25.0, signal_id=7, age_days=30.0)


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([signal("page.visited", 1, page="pricing")], {"price page": 30, "regular": 3}),
        ([signal("page.visited", 1, page="blog")], {"regular": 3}),
        ([signal("page.visited", 0, page="jobs")], {"careers": -20, "regular": 3}),
        ([signal("mail.opened", 0)], {}),
        ([signal("mail.replied", 0, machine=True)], {}),
        ([signal("mail.replied", -1)], {}),
        ([signal("mail.replied", -0.002)], {"replied": 80, "regular": 3}),
    ],
    ids=["met", "not-met", "negative", "open", "machine", "future", "clock-skew"],
)
def test_what_scores(signals: list[Signal], expected: Mapping[str, float]) -> None:
    """A rule scores the signals its condition holds for; opens, machines and the future never score."""
    assert lines(scored(signals)) == expected


@pytest.mark.parametrize(
    ("visits", "points"),
    [(4, 8), (4.5, 9), (True, 2), (50, 20), (10**400, 20), (float("inf"), 20)]
    + [(one, None) for one in (0, -3, float("nan"), "12", None)],
)
def test_value_multiplies_points(visits: object, points: float | None) -> None:
    """Points are multiplied by a number of the signal, up to the cap; what is no number is worth nothing."""
    result = scored([signal("history.summary", visits=visits)])

    assert lines(result).get("visits") == points


def test_caps_are_lines_of_the_breakdown() -> None:
    """What a rule's, a group's and the total cap took is shown as lines of their own."""
    papers = [signal("asset.downloaded", id=i) for i in (1, 2, 3)]
    pages = [signal("page.visited", id=4, page="pricing"), signal("mail.replied", id=5)]

    result = scored([*papers, *pages])

    assert result.engagement == 100
    assert lines(result) == {
        "paper": 25,
        "price page": 30,
        "replied": 80,
        "regular": 3,
        "cap: paper": -35,
        "cap: content": -10,
        "cap: engagement": -43,
    }


def test_negative_caps_bound_the_loss() -> None:
    """A rule that takes points takes no more than its cap."""
    result = scored([signal("page.visited", id=i, page="jobs") for i in (1, 2)])

    assert lines(result) == {"careers": -20, "cap: careers": 10, "regular": 3}


def test_recycling_starts_engagement_anew() -> None:
    """Only signals after the last recycling count; fit stays."""
    signals = [signal("mail.replied", 9), signal("lead.recycled", 5), signal("lead.recycled", 8)]

    assert lines(scored([*signals, signal("asset.downloaded", 0)])) == {"paper": 25, "regular": 3}


@pytest.mark.parametrize(
    ("days", "expected"),
    [([0, 0.1], 3), ([0, 1], 6), ([0, 7, 14, 21, 28], 9), ([21.6], None), ([21.4], 3)],
    ids=["one-week", "two-weeks", "capped", "too-old", "oldest"],
)
def test_regularity(days: list[float], expected: float | None) -> None:
    """Each distinct active week among the last four gives points, up to the cap."""
    result = scored([signal("page.visited", one, id=i) for i, one in enumerate(days, 1)])

    assert lines(result).get("regular") == expected


@pytest.mark.parametrize(
    ("sent", "answered", "expected"),
    [
        (2, None, None),
        (3, None, -5),
        (4, None, -10),
        (9, None, -15),
        (4, 2.5, None),
        (6, 3.5, -5),
        (3, 3, None),
    ],
    ids=["two", "three", "four", "capped", "answered", "since-the-answer", "same-instant-answers"],
)
def test_unanswered_mails(sent: int, answered: float | None, expected: float | None) -> None:
    """From the third mail in a row without an answer, each takes points, down to the cap."""
    touches = [signal("touch.sent", day + 1, id=day + 1) for day in range(sent)]
    answers = [signal("webinar.registered", day, id=99) for day in [answered] if day is not None]

    assert lines(scored([*touches, *answers])).get("silence") == expected


def test_long_histories_are_folded() -> None:
    """A rule with many signals keeps its strongest lines and folds the rest into one."""
    result = scored([signal("asset.downloaded", id, id=id) for id in range(1, 200)])
    papers = [term for term in result.terms if term.rule == "paper"]

    assert [len(papers), papers[0].signal_id, papers[-1].note] == [KEPT + 1, 1, f"{199 - KEPT} more"]
    assert fsum(t.points for t in result.terms if t.axis == "engagement") == pytest.approx(result.engagement)


def test_rules_read_the_lead_too() -> None:
    """An engagement rule may look at the profile of the lead that acts."""
    text = "engagement: {rules: [{rule: x, on: page.visited, when: 'lead.country == \"FR\"', points: 5}]}"
    found, _ = read(text)
    assert found is not None
    stranger = replace(LEAD, profile={"country": "DE"})

    assert scored([signal("page.visited")], found).engagement == 5
    assert scored([signal("page.visited")], found, lead=stranger).engagement == 0


def test_signal_types() -> None:
    """The model names every type that must be read, and no opens."""
    types = MODEL.signal_types

    assert {"asset.downloaded", "history.summary", "touch.sent", "trial.started", "lead.recycled"} <= types
    assert "mail.opened" not in types
    assert "page.visited" not in ScoringModel().signal_types


def test_empty_file() -> None:
    """A model without rules scores everybody 0, for ever."""
    found, faults = read("fit: []\n")
    assert found is not None, faults

    assert scored([signal("mail.replied")], found, thresholds=[5.0]) == Score(0, 0, "D", 4, (), NOW, None)


RULE = "engagement: {groups: {content: 9}, rules: [{rule: x, on: %s}]}"


@pytest.mark.parametrize(
    ("text", "code", "column", "message"),
    [
        ("fit: [{rule: x, when: 'lead.age > 3', points: 5}]", "NUR020", 29, "age"),
        ("fit: [{rule: x, when: 'lead.fit > 3', points: 5}]", "NUR311", 23, "lead.fit"),
        ("fit: [{rule: x, when: 'signal.page == \"x\"', points: 5}]", "NUR302", 23, "signal"),
        ("fit: [{rule: x, when: 'signals.any(\"page.visited\")', points: 5}]", "NUR312", 23, "history"),
        ("fit: [{rule: x, when: 'consent.news == \"granted\"', points: 5}]", "NUR020", 32, "news"),
        (RULE % "page.visted, points: 5", "NUR304", 58, "page.visted"),
        (RULE % "mail.opened, points: 5", "NUR303", 58, "opens"),
        (RULE % "page.visited, points: 5, when: 'signal.pag == \"x\"'", "NUR020", 97, "pag"),
        (RULE % "page.visited, points: 5, group: contnt", "NUR308", 90, "contnt"),
        (RULE % "trial.started, points: 5, value: seats", "NUR305", 91, "max"),
        (RULE % "trial.started, points: 5, max: 9, value: seat", "NUR306", 99, "seat"),
        (RULE % "trial.started, points: 5, max: 9, value: plan", "NUR307", 99, "text"),
        (RULE % "x.y, points: 5}, {rule: x, on: page.visited, points: 3", "NUR301", 51, "`x`"),
        (
            "engagement: {regularity: {rule: x, points: 1, weeks: 2}, unanswered: {rule: x, points: -1}}",
            "NUR301",
            33,
            "`x`",
        ),
    ],
)
def test_faults(text: str, code: str, column: int, message: str) -> None:
    """A mistake in scoring.yaml is reported where it stands."""
    found, faults = read(text)
    fault = next(fault for fault in faults if fault.code == code)

    assert found is None
    assert (fault.line, fault.column, message in fault.message) == (1, column, True)


@pytest.mark.parametrize(
    "text",
    [
        "fit: [{rule: x, when: 'true', points: 1e9}]",
        "fit: [{rule: x, when: 'true'}]",
        "engagement: {rules: [{rule: x, on: page.visited, points: 1, half_life: soon}]}",
        "engagement: {unanswered: {points: 5}}",
        "engagement: {regularity: {points: -5, weeks: 2}}",
        "scores: []",
    ],
)
def test_shape_faults(text: str) -> None:
    """What scoring.yaml may not hold is refused with its place."""
    found, faults = read(text)

    assert found is None
    assert all(fault.line == 1 for fault in faults)
    assert faults


def test_model_without_vocabulary() -> None:
    """Without a catalogue, names are taken as they are, and every type but passive ones shows life."""
    node, _ = load_yaml(
        "scoring.yaml", "engagement: {rules: [{rule: x, on: own.type, points: 1, value: n, max: 3}]}"
    )
    assert node is not None
    found, faults = read_scoring(node, "scoring.yaml", None)

    assert faults == []
    assert found is not None
    assert {"own.type", "page.visited"} <= found.active
    assert not {"touch.sent", "mail.opened"} & found.active


# --- properties -------------------------------------------------------------------------------------------

KINDS = ("k.0", "k.1", "k.2", "k.3", "page.visited", "touch.sent")
points = st.integers(-40, 60).map(float)
caps = st.none() | st.integers(0, 80).map(float)


@st.composite
def models(draw: st.DrawFn) -> ScoringModel:
    rules = [
        EngagementRule(
            index=index,
            name=f"rule {index}",
            on=draw(st.sampled_from(KINDS[:5])),
            points=draw(points),
            rate=draw(st.sampled_from([0.0, 1.0, 7.0, 30.0, 90.0]).map(lambda d: d and 1 / (d * 86400))),
            cap=draw(caps),
            group=draw(st.sampled_from([None, "a", "b"])),
        )
        for index in range(draw(st.integers(0, 5)))
    ]
    return ScoringModel(
        rules=tuple(rules),
        groups={"a": draw(st.integers(0, 50)), "b": draw(st.integers(0, 100))},
        max=draw(st.sampled_from([None, 30.0, 60.0])),
        regularity=draw(
            st.none() | st.builds(Regularity, st.just("r"), st.just(4.0), st.integers(1, 6), caps)
        ),
        unanswered=draw(st.none() | st.builds(Unanswered, st.just("u"), st.just(2), st.just(-7.0), caps)),
        active=frozenset(KINDS) - {"touch.sent"},
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Signal]:
    minutes = st.integers(-2 * 24 * 60, 100 * 24 * 60) | st.integers(-9, 9)
    kinds = st.sampled_from((*KINDS, *KINDS, "lead.recycled"))
    rows = draw(st.lists(st.tuples(kinds, minutes, st.booleans()), max_size=12))
    return [
        signal(kind, ago / 1440, id=index, machine=machine and ago % 3 == 0)
        for index, (kind, ago, machine) in enumerate(rows, 1)
    ]


@given(models(), histories(), st.data())
@settings(deadline=None)
def test_order_and_duplicates_change_nothing(
    model: ScoringModel, signals: list[Signal], data: st.DataObject
) -> None:
    """However the signals arrive, and however often, the score is the same to the last bit."""
    copies = data.draw(st.lists(st.sampled_from(signals), max_size=5)) if signals else []
    shuffled = data.draw(st.permutations([*signals, *copies]))

    assert scored(shuffled, model, thresholds=[10, 20]) == scored(signals, model, thresholds=[10, 20])


@given(models(), histories())
@settings(deadline=None)
def test_the_breakdown_adds_up(model: ScoringModel, signals: list[Signal]) -> None:
    """The lines of each axis add up to its score, caps and folded lines included."""
    result = scored(signals, model)

    assert fsum(t.points for t in result.terms if t.axis == "engagement") == pytest.approx(
        result.engagement, abs=1e-9
    )
    assert isfinite(result.engagement)
    assert result.engagement <= (result.engagement if model.max is None else model.max)


def sides(result: Score, thresholds: Sequence[float]) -> list[int]:
    """On which side of each threshold a score lies: -1 below, 0 on it, 1 above."""
    return [(result.engagement > t) - (result.engagement < t) for t in thresholds]


@given(
    models(),
    histories(),
    st.lists(st.integers(-20, 60).map(float), min_size=1, max_size=4),
    st.lists(st.floats(0, 0.999), min_size=4, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_recheck_is_never_late(
    model: ScoringModel, signals: list[Signal], thresholds: list[float], shares: list[float]
) -> None:
    """Before `recheck_at` no threshold is crossed, upwards or downwards, also with losses and caps."""
    first = scored(signals, model, thresholds=thresholds)
    until = first.recheck_at or NOW + 1000 * DAY  # after 1,075 half-lives a float is zero
    last = until - timedelta(microseconds=1)
    moments = [*(min(last, NOW + share * (until - NOW)) for share in shares), last]
    found = [sides(scored(signals, model, now=at), thresholds) for at in moments]

    assert until > NOW
    assert found == [sides(first, thresholds)] * len(moments)


def walk(signals: list[Signal], thresholds: list[float], until: datetime) -> list[datetime]:
    """All the times at which a lead is looked at again, up to a day."""
    seen: list[datetime] = []
    at = scored(signals, thresholds=thresholds).recheck_at
    while at is not None and at < until and len(seen) < 100:
        seen.append(at)
        at = scored(signals, now=at, thresholds=thresholds).recheck_at
    return seen


def test_recheck_finds_the_crossing() -> None:
    """A lead that falls is looked at when it falls: one half-life from 25 to 12.5, within a few looks."""
    found, _ = read(
        "engagement: {rules: [{rule: paper, on: asset.downloaded, points: 25, half_life: 30 days}]}"
    )
    assert found is not None

    at = scored([signal("asset.downloaded")], found, thresholds=[12.5, 40]).recheck_at

    assert at is not None
    assert timedelta(0) <= NOW + 30 * DAY - at < timedelta(minutes=10)


def test_recheck_converges() -> None:
    """Walking from one look to the next reaches the end in few looks."""
    signals = [signal("asset.downloaded", id=1), signal("page.visited", id=2, page="jobs")]

    seen = walk(signals, [0.0, 10.0, 20.0], NOW + 3000 * DAY)

    assert seen == sorted(set(seen))
    assert len(seen) < 40


def test_recheck_sees_losses_fade() -> None:
    """A lead held down by a loss rises by itself, and is looked at before it passes a threshold upwards."""
    signals = [signal("page.visited", id=1, page="jobs"), signal("page.visited", id=2, page="pricing")]

    at = scored(signals, thresholds=[25.0]).recheck_at

    assert at is not None
    assert timedelta(0) < at - NOW < 2 * DAY


@pytest.mark.parametrize(
    ("signals", "thresholds"),
    [
        ([signal("asset.downloaded", id=1)], []),
        ([signal("asset.downloaded", id=1)], [200.0]),
        ([signal("mail.replied", 40, id=1)], [80.0, 40.0]),
        ([], [0.0]),
    ],
    ids=["nothing-to-cross", "out-of-reach", "points-that-stay", "no-signals"],
)
def test_recheck_never(signals: list[Signal], thresholds: list[float]) -> None:
    """Where nothing can cross without a new signal, nobody looks again."""
    assert scored(signals, thresholds=thresholds).recheck_at is None


@example(-0.001)
@example(-1.0)
@given(st.floats(-30, -0.00001))
def test_recheck_when_a_signal_of_the_future_counts(days: float) -> None:
    """A signal dated ahead is looked at when it begins to count, or to fade."""
    at = scored([signal("mail.replied", days)], thresholds=[50.0]).recheck_at

    assert at is not None
    assert NOW < at <= NOW - timedelta(days=days)


def test_recheck_of_points_that_hardly_fade() -> None:
    """What would cross in centuries is looked at after ten years."""
    slow = EngagementRule(0, "slow", "page.visited", 50.0, rate=1 / (3650 * 86400))
    result = scored([signal("page.visited")], ScoringModel(rules=(slow,)), thresholds=[0.0])

    assert result.recheck_at == NOW + 3650 * DAY


def test_recheck_on_a_threshold() -> None:
    """A lead that stands exactly on a threshold and fades is looked at again at once."""
    result = scored([signal("asset.downloaded", id=1), signal("lead.recycled", 9)], thresholds=[28.0])

    assert result.engagement == 28.0
    assert result.recheck_at is not None
    assert timedelta(0) < result.recheck_at - NOW < timedelta(seconds=2)


def test_recheck_on_a_plateau() -> None:
    """A lead held on a threshold by a cap is looked at when what lies above the cap has faded."""
    result = scored([signal("asset.downloaded", id=i) for i in (1, 2)], thresholds=[40.0, 43.0])

    assert result.engagement == 43.0
    assert result.recheck_at is not None
    assert timedelta(days=9) < result.recheck_at - NOW < timedelta(days=10)


def test_a_machine_recycles_nobody() -> None:
    """Machines never score, and what they report ends no cycle either, now or when it is dated ahead."""
    model = ScoringModel(rules=(EngagementRule(0, "read", "k.0", 5.0),), active=frozenset({"k.0"}))
    read = Signal("k.0", NOW - DAY, NOW - DAY, id=1)
    forged = Signal("lead.recycled", NOW, NOW, machine=True, id=2)

    assert scored([read, forged], model, thresholds=[1.0]).engagement == 5.0


def test_recheck_of_weeks_alone() -> None:
    """Where only weeks end, and a capped loss hides how far it is, the lead is looked at by the first end."""
    rules = (EngagementRule(0, "jobs", "k.0", -50.0, cap=30.0),)
    found = ScoringModel(rules=rules, regularity=Regularity("r", 9.0, 2), active=frozenset({"page.visited"}))
    signals = [signal("k.0", 0, id=1), signal("k.0", 0, id=2), signal("page.visited", 0, id=3)]

    result = scored(signals, found, thresholds=[-25.0])

    assert result.engagement == -21
    assert result.recheck_at is not None
    assert timedelta(0) <= datetime(2026, 11, 16, tzinfo=UTC) - result.recheck_at < timedelta(minutes=3)


def test_recheck_of_parts_that_fade_apart() -> None:
    """Much that fades in a minute beside little that stays for months: the look is late, not lost."""
    rules = (
        EngagementRule(0, "flash", "k.0", 1000.0, rate=1 / 60),
        EngagementRule(1, "slow", "k.1", 20.0, rate=1 / (90 * 86400)),
    )
    at = scored([signal("k.0", id=1), signal("k.1", id=2)], ScoringModel(rules=rules), thresholds=[19.0])

    assert at.recheck_at is not None
    assert timedelta(days=6) < at.recheck_at - NOW < timedelta(days=7)
