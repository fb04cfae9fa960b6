"""The gate as a table: each rule asked alone about views, and the order in which they are asked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nurture.deciding import gate
from nurture.deciding.answers import Move, Send, Skip, Stop, Wait
from nurture.deciding.gate import LEAVING, SENDING, pace
from nurture.deciding.steps import letter_view, step_itself
from nurture.deciding.view import View, first_view
from nurture.deciding.walk import decide
from nurture.project.book import Book
from nurture.timing import Turn
from nurture.values import AssetSent, Snapshot
from nurture.words import ConsentState, EnrolmentState, Purpose, Reason, Stage, TouchState, Verdict
from tests.nurture.deciding.random_world import case
from tests.nurture.gate_world import (
    DAY,
    HOUR,
    SUPPRESSED,
    TUESDAY,
    book,
    consent,
    offered,
    signal,
    slots,
    world,
)

PAGE = Path(__file__).parents[3] / "docs" / "gate.md"
HELLO = "- send: hello"
DATED = "- send: live\n  at: webinar.starts_at - 1 day"
LIVE = "webinar: live\n"
MOMENT = TUESDAY + 2 * DAY + 2 * HOUR
"""When the dated step is due."""
PER = "enter: {on: webinar.registered, again: per signal.webinar}\n"
DEMO = {"signals": [signal("demo.requested", TUESDAY)]}
GUIDE = "- send: guide"
TIMED = f"{HELLO}\n  expires: 1 day"
OLD = {"enrolment": {"first_due_at": TUESDAY - 2 * DAY}}
SENT = {"settled": frozenset({(1, "hello", 1)})}
GONE = {"enrolment": {"entry_key": "gone"}}
FULL = {"slots": slots(TUESDAY - DAY, TUESDAY - 2 * DAY)}


def look(found: Book, snapshot: Snapshot, now: datetime = TUESDAY) -> View:
    """The view from where the lead's first enrolment stands, with what it sends."""
    enrolment = snapshot.enrolments[0]
    sequence = found.sequences[enrolment.sequence]
    at = {"slots": snapshot.slots, "assets": snapshot.assets, "attributes": {}}
    view = first_view(snapshot, found, now, enrolment, sequence, **at)
    return view if view.sends is None or view.webinar is None else letter_view(view)


# rule: (steps, head, facts of the lead, its answer); all is well with the lead but for these facts.
# What is about the policy is a fact `policy`, lines of nurture.yaml.
ROWS: dict[str, list[tuple[str, str, dict[str, Any], Any]]] = {
    "suppressed": [
        (HELLO, "", {}, None),
        (HELLO, "", {"suppression": SUPPRESSED}, Stop(Reason.SUPPRESSED)),
    ],
    "disqualified": [
        (HELLO, "", {}, None),
        (HELLO, "", {"lead": {"stage": Stage.DISQUALIFIED}}, Stop(Reason.DISQUALIFIED)),
    ],
    "consent_withdrawn": [
        (HELLO, "", {}, None),
        (HELLO, "", {"consents": {}}, None),
        (HELLO, "", {"consents": {"guides": consent("withdrawn")}}, Stop(Reason.WITHDRAWN)),
        ("- send: asked", "", {"consents": {"guides": consent("withdrawn")}}, None),
    ],
    "goal_reached": [
        (HELLO, "", DEMO, None),
        (HELLO, "goal: demo.requested\n", {}, None),
        (HELLO, "goal: demo.requested\n", DEMO, Stop(Reason.GOAL)),
        ("- send: asked", "goal: demo.requested\n", DEMO, None),
        (HELLO, 'goal: {when: lead.stage == "lead"}\n', {}, Stop(Reason.GOAL)),
    ],
    "exit_reached": [
        (HELLO, "", DEMO, None),
        (HELLO, "exit: [{on: demo.requested}]\n", {}, None),
        (HELLO, "exit: [{on: deal.lost}, {on: demo.requested}]\n", DEMO, Stop(Reason.EXIT)),
        ("- send: asked", "exit: [{on: demo.requested}]\n", DEMO, Stop(Reason.EXIT)),
    ],
    "taken_by_sales": [
        (HELLO, "", {}, None),
        (HELLO, "", {"handoff": offered()}, None),
        (HELLO, "", {"handoff": offered("accepted")}, Stop(Reason.HANDOFF_ACCEPTED)),
        ("- send: asked", "", {"handoff": offered("accepted")}, None),
    ],
    "webinar_unknown": [
        (HELLO, "", {}, None),
        (DATED, LIVE, {}, None),
        (
            DATED,
            PER,
            GONE,
            Stop(Reason.NO_WEBINAR),
        ),
    ],
    "sent_before": [
        (HELLO, "", {}, None),
        (HELLO, "", {"settled": frozenset({(1, "hello", 2)})}, None),
        (
            f"{HELLO}\n- send: more",
            "",
            SENT,
            Move(Reason.SENT_BEFORE, "more"),
        ),
    ],
    "template_gone": [(HELLO, "", {}, None)],
    "moment_to_come": [
        (HELLO, "", {}, None),
        (DATED, LIVE, {}, Wait(MOMENT, Reason.STEP_WAIT)),
        ("- send: live\n  at: webinar.starts_at - 4 days", LIVE, {}, None),
    ],
    "moment_passed": [
        (HELLO, "", {}, None),
        (DATED, LIVE, {}, None),
        (DATED, LIVE, {"enrolment": {"step_since": MOMENT + timedelta(minutes=15)}}, None),
        (DATED, LIVE, {"enrolment": {"step_since": MOMENT + timedelta(minutes=16)}}, Skip(Reason.PAST)),
    ],
    "consent_missing": [
        (HELLO, "", {}, None),
        (HELLO, "", {"consents": {}}, Stop(Reason.NO_CONSENT)),
        ("- send: asked", "", {"consents": {}}, None),
        ("- send: asked", "", {"consents": {}, "enrolment": {"requested": False}}, Stop(Reason.NO_CONSENT)),
    ],
    "consent_pending": [
        (HELLO, "", {}, None),
        (HELLO, "", {"consents": {"guides": consent("pending")}}, Wait(TUESDAY + 7 * DAY, Reason.PENDING)),
        (
            HELLO,
            "",
            {"consents": {"guides": consent("pending", at=TUESDAY - 7 * DAY)}},
            Stop(Reason.PENDING),
        ),
        ("- send: asked", "", {"consents": {"guides": consent("pending")}}, None),
    ],
    "unless_holds": [
        (HELLO, "", {}, None),
        (f'{HELLO}\n  unless: lead.stage == "mql"', "", {}, None),
        (f'{HELLO}\n  unless: lead.stage == "lead"', "", {}, Skip(Reason.UNLESS)),
    ],
    "asset_sent": [
        (GUIDE, "", {}, None),
        (HELLO, "", {"assets": [AssetSent("guide", 9)]}, None),
        (GUIDE, "", {"assets": [AssetSent("guide", 9)]}, Skip(Reason.ASSET_SENT)),
        (GUIDE, "", {"assets": [AssetSent("guide", 1), AssetSent("sheet", 9)]}, None),
        (f"{GUIDE}\n  repeat: allowed", "", {"assets": [AssetSent("guide", 9)]}, None),
    ],
    "expired": [
        (HELLO, "", OLD, None),
        (TIMED, "", {"enrolment": {"first_due_at": TUESDAY - DAY}}, None),
        (TIMED, "", OLD, Skip(Reason.EXPIRED)),
        (TIMED, "", {"enrolment": {**OLD["enrolment"], "frozen": DAY}}, None),
        (f"{TIMED}\n  on_expired: exit", "", OLD, Stop(Reason.EXPIRED)),
    ],
    "handoff_open": [
        (HELLO, "", {}, None),
        (HELLO, "", {"handoff": offered()}, Wait(TUESDAY + DAY, Reason.HANDOFF_OPEN)),
        (
            HELLO,
            "",
            {"handoff": offered(), "policy": "handoff: {due: 1 hour, lapse: 2 hours}\n"},
            Wait(TUESDAY + 3 * HOUR, Reason.HANDOFF_OPEN),
        ),
        (HELLO, "", {"handoff": offered("rejected")}, None),
        ("- send: asked", "", {"handoff": offered()}, None),
        (
            f"{HELLO}\n  expires: 2 hours",
            "",
            {"handoff": offered()},
            Wait(TUESDAY + 2 * HOUR + timedelta(seconds=1), Reason.HANDOFF_OPEN),
        ),
    ],
    "hours_and_caps": [
        (HELLO, "", {}, None),
        ("- send: asked", "", FULL, None),
        (f"{HELLO}\n  over_cap: skip", "", FULL, Skip(Reason.CAP)),
        (f"{HELLO}\n  over_cap: exit", "", FULL, Stop(Reason.CAP)),
        (f"{HELLO}\n  defer_max: 1 day", "", FULL, Skip(Reason.DEFER_SPENT)),
        (f"{HELLO}\n  expires: 1 day", "", FULL, Skip(Reason.EXPIRED)),
    ],
}
VIEWS = [(rule, *row) for rule, rows in ROWS.items() for row in rows]


@pytest.mark.parametrize(
    ("rule", "steps", "head", "facts", "answer"), VIEWS, ids=[f"{v[0]}-{v[-1]}"[:50] for v in VIEWS]
)
def test_each_rule_alone(rule: str, steps: str, head: str, facts: dict[str, Any], answer: Any) -> None:
    """A rule answers for its own cause and for no other, whatever the rules around it say."""
    about_lead = {name: fact for name, fact in facts.items() if name != "policy"}
    found = book(steps, head, policy=facts.get("policy", ""))

    assert getattr(gate, rule)(look(found, world(found, **about_lead))) == answer


def test_each_rule_has_its_views() -> None:
    """Whoever adds a rule adds its views above."""
    assert list(ROWS) == [rule.__name__ for rule in (*LEAVING, *SENDING)]


STALE = f"{HELLO}\n  expires: 1 hour"
LATER = TUESDAY + 2 * HOUR
PACED: dict[str, tuple[str, Turn, Any]] = {
    "its turn": (HELLO, Turn(TUESDAY, Reason.DUE), Send(TUESDAY)),
    "a later turn": (HELLO, Turn(LATER, Reason.RATE), Wait(LATER, Reason.RATE)),
    "too late by then": (STALE, Turn(LATER, Reason.RATE), Skip(Reason.EXPIRED)),
    "a closed route": (HELLO, Turn(LATER, Reason.RELAY_CLOSED), Wait(LATER, Reason.RELAY_CLOSED)),
    "nobody pays for a closed route": (
        STALE,
        Turn(LATER, Reason.DOMAIN_CLOSED),
        Wait(TUESDAY + HOUR + timedelta(seconds=1), Reason.DOMAIN_CLOSED),
    ),
}


@pytest.mark.parametrize(("steps", "turn", "answer"), PACED.values(), ids=PACED.keys())
def test_the_pace(steps: str, turn: Turn, answer: Any) -> None:
    """The last row has the turn that the pacer gave, and always answers."""
    found = book(steps)

    assert pace(look(found, world(found)), turn) == answer


def sentence(rule: Callable[..., Any]) -> tuple[str, str]:
    """A rule's name and the first line of its docstring."""
    return rule.__name__, (inspect.getdoc(rule) or "").split("\n")[0]


def test_the_page_is_the_table() -> None:
    """docs/gate.md lists the rules in the order in which they are asked, in their own words."""
    rows = re.findall(r"^\| \d+ \| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [sentence(rule) for rule in (*LEAVING, step_itself, *SENDING, pace)]


def test_a_template_that_is_gone() -> None:
    """What the release no longer has is skipped."""
    found = book(HELLO)
    bare = replace(found, templates=replace(found.templates, infos={}))

    assert gate.template_gone(look(bare, world(found))) == Skip(Reason.NO_TEMPLATE)


CASES = [one for one in map(case, range(1500)) if one.whole]
"""Leads at random, none in a sequence that is gone; the same in every run."""
PLANS = [decide(one.snapshot, one.structures, one.book, one.now, one.pacer()) for one in CASES]
FIRST = [
    (look(one.book, one.snapshot, one.now), decided.decisions[0])
    for one, decided in zip(CASES, PLANS, strict=True)
    if len(one.snapshot.enrolments) == 1
]
"""The view from where a lead's only enrolment stands, and what was decided there."""


def test_the_first_rule_that_answers_wins() -> None:
    """Several may answer; what is decided is the answer of the first in the order of the table."""
    leaving = [([rule(view) for rule in LEAVING], decision) for view, decision in FIRST]
    answered = [([a for a in answers if a], decision) for answers, decision in leaving if any(answers)]

    assert len([answers for answers, _ in answered if len(answers) > 1]) > 5
    assert [d for answers, d in answered if (d.verdict, d.reason) != (Verdict.STOP, answers[0].reason)] == []


def test_what_nobody_stops_is_asked_about_its_sending() -> None:
    """The rules of sending decide, in their order, where no rule of leaving answers."""
    staying = [(view, d) for view, d in FIRST if view.sends and not any(rule(view) for rule in LEAVING)]
    sending = [([rule(view) for rule in SENDING], decision) for view, decision in staying]
    answered = [([a for a in answers if a], decision) for answers, decision in sending if any(answers)]

    assert len([answers for answers, _ in answered if len(answers) > 1]) > 5
    assert [decision for answers, decision in answered if decision.reason is not answers[0].reason] == []


def test_a_rule_only_looks() -> None:
    """Asked twice, a rule says the same, and all it looked at is as it was."""
    views = [view for view, _ in FIRST if view.sends]
    before = repr([(view.snapshot, view.enrolment, view.since, view.first_due) for view in views])

    twice = [[rule(view) for rule in (*LEAVING, *SENDING)] for view in views for _ in range(2)]

    assert twice[::2] == twice[1::2]
    assert repr([(view.snapshot, view.enrolment, view.since, view.first_due) for view in views]) == before


def test_each_enrolment_comes_to_rest_once() -> None:
    """Each has one position and one decision that rests, its last; it holds a claimed touch if that sends."""
    for asked, decided in zip(CASES, PLANS, strict=True):
        for enrolment in asked.snapshot.enrolments:
            mine = [d.verdict for d in decided.decisions if d.enrolment_id == enrolment.id]
            [position] = [p for p in decided.positions if p.enrolment_id == enrolment.id]
            touches = [t.state for t in decided.touches if t.enrolment_id == enrolment.id]

            assert [verdict in (Verdict.SKIP, Verdict.MOVE) for verdict in mine[:-1]] == [True] * len(
                mine[1:]
            )
            assert mine[-1] in (Verdict.SEND, Verdict.WAIT, Verdict.STOP)
            assert touches.count(TouchState.CLAIMED) == (mine[-1] is Verdict.SEND)
            assert (mine[-1] is Verdict.STOP) == (position.state is not EnrolmentState.ACTIVE)


def test_nobody_is_sent_anything_against_the_law() -> None:
    """Nothing is claimed for a suppressed or disqualified lead, nor marketing mail without a consent."""
    sent = [
        (asked.snapshot, touch)
        for asked, decided in zip(CASES, PLANS, strict=True)
        for touch in decided.touches
        if touch.state is TouchState.CLAIMED
    ]
    marketing = [s.consents[t.topic].state for s, t in sent if t.purpose is Purpose.MARKETING]

    assert len(marketing) > 20
    assert [s for s, _ in sent if s.suppression or s.lead.stage is Stage.DISQUALIFIED] == []
    assert set(marketing) == {ConsentState.GRANTED}
