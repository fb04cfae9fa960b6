"""The gate as tables: a sequence, a lead's history and a clock, and what is decided."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.deciding.steps import arm_of
from nurture.deciding.walk import decide
from nurture.project.book import read_book
from nurture.values import AssetSent
from nurture.words import EnrolmentState, Purpose, Reason, Stage, TouchState
from tests.nurture.gate_world import (
    DAY,
    HOUR,
    SUPPRESSED,
    TUESDAY,
    book,
    consent,
    enrolled,
    offered,
    plan,
    project,
    signal,
    slots,
    story,
    world,
)

HELLO = "- send: hello"
EARLIER = TUESDAY - 9 * DAY
BOUGHT = offered("accepted", at=TUESDAY - 8 * DAY, answered_at=TUESDAY - 7 * DAY)
WINDOW = 'window: {days: mon-fri, hours: "09:00-18:00"}\n'
ASKED = "- send: asked\n- send: hello"

# One row of the gate after the other, for a sequence that sends `hello`: facts -> decision.
GATE = {
    "all open": ({}, ["send at hello"]),
    "1 suppressed": ({"suppression": SUPPRESSED}, ["stop suppressed at hello"]),
    "1 disqualified": ({"lead": {"stage": Stage.DISQUALIFIED}}, ["stop disqualified at hello"]),
    "2 withdrawn": ({"consents": {"guides": consent("withdrawn")}}, ["stop consent_withdrawn at hello"]),
    "2 withdrawn from everything": (
        {"consents": {"guides": consent(), "*": consent("withdrawn")}},
        ["stop consent_withdrawn at hello"],
    ),
    "2 pending": (
        {"consents": {"guides": consent("pending")}},
        ["wait consent_pending at hello until 22 Jun 10:00"],
    ),
    "2 pending for too long": (
        {"consents": {"guides": consent("pending", at=TUESDAY - 8 * DAY)}},
        ["stop consent_pending at hello"],
    ),
    "2 no consent": ({"consents": {}}, ["stop consent_missing at hello"]),
    "6 handoff open": ({"handoff": offered()}, ["wait handoff_open at hello until 16 Jun 10:00"]),
    "6 handoff accepted": ({"handoff": offered("accepted")}, ["stop handoff_accepted at hello"]),
    "6 handoff returned": ({"handoff": offered("rejected")}, ["send at hello"]),
    "6 nobody to offer it to": ({"handoff": offered("unassigned")}, ["send at hello"]),
    "6 nobody answered": ({"handoff": offered(due_at=TUESDAY - 14 * DAY)}, ["send at hello"]),
    "6 about to lapse": (
        {"handoff": offered(due_at=TUESDAY - 14 * DAY + HOUR)},
        ["wait handoff_open at hello until 15 Jun 11:00"],
    ),
    "6 lapsed": ({"handoff": offered("lapsed")}, ["send at hello"]),
    "6 accepted, and bought since": (
        {"handoff": BOUGHT, "lead": {"stage": Stage.CUSTOMER}, "enrolment": {"entered_at": TUESDAY}},
        ["send at hello"],
    ),
    "6 accepted, and sent back since": (
        {"handoff": BOUGHT, "lead": {"cycle": 1}, "enrolment": {"entered_at": TUESDAY}},
        ["send at hello"],
    ),
    "6 accepted after it had lapsed": (
        {"handoff": BOUGHT, "lead": {"cycle": 1, "stage": Stage.SAL}, "enrolment": {"entered_at": TUESDAY}},
        ["stop handoff_accepted at hello"],
    ),
    "6 bought, but entered before a seller took it": (
        {
            "handoff": BOUGHT,
            "lead": {"stage": Stage.CUSTOMER},
            "enrolment": {"entered_at": TUESDAY - 9 * DAY},
        },
        ["stop handoff_accepted at hello"],
    ),
    "8 cap": (
        {"slots": slots(TUESDAY - 6 * DAY, TUESDAY - 5 * DAY)},
        ["wait cap at hello until 16 Jun 10:00"],
    ),
    "8 room under the cap": ({"slots": slots(TUESDAY - 8 * DAY, TUESDAY - 5 * DAY)}, ["send at hello"]),
    "1 before 2": (
        {"suppression": SUPPRESSED, "consents": {"guides": consent("withdrawn")}},
        ["stop suppressed at hello"],
    ),
    "6 before 8": (
        {"handoff": offered(), "slots": slots(TUESDAY - DAY, TUESDAY - DAY)},
        ["wait handoff_open at hello until 16 Jun 10:00"],
    ),
}


@pytest.mark.parametrize(("facts", "decided"), GATE.values(), ids=GATE.keys())
def test_the_gate_row_by_row(facts: dict[str, Any], decided: list[str]) -> None:
    """Each row of the gate decides as the law says, in the law's order."""
    found = book(HELLO)

    assert story(found, world(found, **facts)) == decided


# Row 5 before row 6: when the step was first due, while a seller has the lead.
STALE = {
    "stale already": (TUESDAY - 3 * DAY, ["skip expired at hello", "stop completed at hello"]),
    "stale before the answer is due": (
        TUESDAY - 2 * DAY + HOUR,
        ["wait handoff_open at hello until 15 Jun 11:00"],
    ),
}


@pytest.mark.parametrize(("first_due", "decided"), STALE.values(), ids=STALE.keys())
def test_what_is_stale_waits_for_no_seller(first_due: datetime, decided: list[str]) -> None:
    """A touch that expires while a seller has the lead is given up when it does, not when it is answered."""
    found = book("- send: hello\n  expires: 2 days")
    since = {"step_since": first_due, "due_at": first_due, "first_due_at": first_due}

    assert story(found, world(found, handoff=offered(), enrolment=since)) == decided


def moment_of(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


# Row 7: when it is asked (UTC) -> what holds it and until when. Paris is UTC+2 in June.
MOMENTS = {
    "in the window": (moment_of(6, 15, 7, 0), ["send at hello"]),
    "before it opens": (moment_of(6, 15, 6, 30), ["wait window at hello until 15 Jun 07:"]),
    "after it closed": (moment_of(6, 15, 16, 0), ["wait window at hello until 16 Jun 07:"]),
    "at night": (moment_of(6, 15, 20, 0), ["wait window at hello until 16 Jun 07:"]),
    "on Saturday": (moment_of(6, 19, 10, 0), ["wait window at hello until 21 Jun 07:"]),
    "on Bastille Day": (moment_of(7, 14, 10, 0), ["wait holiday at hello until 15 Jul 07:"]),
}


@pytest.mark.parametrize(("moment", "decided"), MOMENTS.values(), ids=MOMENTS.keys())
def test_windows_quiet_hours_and_holidays(moment: datetime, decided: list[str]) -> None:
    """A touch waits for the next allowed instant; a release is spread within the quarter of an hour."""
    found = book(HELLO)
    fresh = {"step_since": moment, "due_at": moment, "first_due_at": moment}

    told = story(found, world(found, enrolment=fresh), moment)

    assert [line[: len(prefix)] for line, prefix in zip(told, decided, strict=True)] == decided
    assert all(line[-2:] < "15" for line in told if line.startswith("wait"))


def test_a_lead_is_asked_in_its_own_zone() -> None:
    """10:00 UTC is 19:00 in Tokyo: closed; the lead's country gives the zone."""
    found = book(HELLO)

    told = story(found, world(found, lead={"profile": {"country": "JP"}}))

    assert told[0].startswith("wait window at hello until 16 Jun 00:")


def test_quiet_hours_hold_where_a_window_is_open() -> None:
    """Without any window the quiet hours still leave the night alone."""
    files = project(HELLO)
    files["nurture.yaml"] = files["nurture.yaml"].replace(WINDOW, "")
    found, _ = read_book(files)
    assert found is not None

    told = story(found, world(found), TUESDAY + 10 * HOUR)

    assert told[0].startswith("wait quiet_hours at hello until 16 Jun 05:")


def test_a_step_may_wait_longer_never_less() -> None:
    """A window of a step that is open at night does not open the policy's: all must be open."""
    found = book('- send: hello\n  window: {days: mon-sun, hours: "00:00-00:00"}')

    told = story(found, world(found), TUESDAY + 10 * HOUR)

    assert told[0].startswith("wait window at hello until 16 Jun 07:")


def test_a_step_has_its_own_window() -> None:
    """The window of a step holds besides the sequence's and the policy's."""
    found = book('- send: hello\n  window: {days: wed, hours: "10:00-11:00"}')

    assert story(found, world(found))[0].startswith("wait window at hello until 16 Jun 08:")


# Row 8 in its variants: step -> decision, the lead having had two touches in the last days.
OVER_CAP: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "defer": ("", {}, ["wait cap at hello until 16 Jun 10:00"]),
    "skip": ("over_cap: skip", {}, ["skip cap at hello", "send at more"]),
    "exit": ("over_cap: exit", {}, ["stop cap at hello"]),
    "deferred for too long": ("defer_max: 12 hours", {}, ["skip defer_max at hello", "send at more"]),
    "would be stale by then": ("expires: 12 hours", {}, ["skip expired at hello", "send at more"]),
    "would be stale, and leaves": ("expires: 12 hours\n  on_expired: exit", {}, ["stop expired at hello"]),
}


@pytest.mark.parametrize(("keys", "facts", "decided"), OVER_CAP.values(), ids=OVER_CAP.keys())
def test_over_the_cap(keys: str, facts: dict[str, Any], decided: list[str]) -> None:
    """Each step says what happens when there is no room: defer, skip or exit."""
    found = book(f"- send: hello\n  {keys}\n- send: more\n  window: {{days: mon-sun, hours: '00:00-00:00'}}")
    full = world(found, slots=slots(TUESDAY - 6 * DAY, TUESDAY - 5 * DAY), **facts)
    decided = [line.replace("send at more", "wait cap at more until 16 Jun 10:00") for line in decided]

    assert story(found, full) == decided


CAPS = {
    "the topic's": (
        {"topic_caps": "1 per 3 days"},
        slots(TUESDAY - DAY),
        "wait cap at hello until 17 Jun 10:00",
    ),
    "another topic's touches": (
        {"topic_caps": "1 per 3 days"},
        slots(TUESDAY - DAY, topic="news"),
        "send at hello",
    ),
    "the sequence's": (
        {"head": "caps: [1 per 2 days]\n"},
        slots(TUESDAY - DAY),
        "wait cap at hello until 16 Jun 10:00",
    ),
    "another sequence's touches": (
        {"head": "caps: [1 per 2 days]\n"},
        slots(TUESDAY - DAY, sequence="other"),
        "send at hello",
    ),
    "the strictest binds": (
        {"head": "caps: [1 per 2 days]\n", "topic_caps": "1 per 3 days"},
        slots(TUESDAY - DAY),
        "wait cap at hello until 17 Jun 10:00",
    ),
    "a day of the calendar": (
        {"caps": "1 per calendar day"},
        slots(TUESDAY - HOUR),
        "wait cap at hello until 16 Jun 07:",
    ),
    "a cap that frees on Saturday": (
        {"caps": "1 per 4 days"},
        slots(TUESDAY),
        "wait cap at hello until 21 Jun 07:",
    ),
}


@pytest.mark.parametrize(("project", "had", "decided"), CAPS.values(), ids=CAPS.keys())
def test_caps_of_every_kind(project: dict[str, str], had: Any, decided: str) -> None:
    """Global, per topic and per sequence, rolling and of the calendar: all of them bind."""
    found = book(HELLO, **project)

    told = story(found, world(found, slots=had))[0]

    assert told.startswith(decided)


LEAVING = {
    "an exit condition": ('exit: [{when: lead.stage == "lead"}]', {}, ["stop exit at hello"]),
    "an exit that does not hold": ('exit: [{when: lead.stage == "customer"}]', {}, ["send at hello"]),
    "an exit signal": (
        "exit: [{on: deal.lost}]",
        {"signals": [signal("deal.lost", TUESDAY)]},
        ["stop exit at hello"],
    ),
    "an exit signal from before the entry": (
        "exit: [{on: deal.lost}]",
        {"signals": [signal("deal.lost", TUESDAY - DAY)]},
        ["send at hello"],
    ),
    "the goal": (
        "goal: demo.requested",
        {"signals": [signal("demo.requested", TUESDAY)]},
        ["stop goal at hello"],
    ),
    "a goal that is a condition": ('goal: {when: lead.stage == "lead"}', {}, ["stop goal at hello"]),
    "the goal before an exit": (
        'exit: [{when: lead.stage == "lead"}]\ngoal: demo.requested',
        {"signals": [signal("demo.requested", TUESDAY)]},
        ["stop goal at hello"],
    ),
    "another signal than the goal": (
        "goal: demo.requested",
        {"signals": [signal("page.visited", TUESDAY)]},
        ["send at hello"],
    ),
    "the entering signal is no goal": (
        "goal: form.submitted",
        {"signals": [signal("form.submitted", TUESDAY, 1)]},
        ["send at hello"],
    ),
}


@pytest.mark.parametrize(("head", "facts", "decided"), LEAVING.values(), ids=LEAVING.keys())
def test_exits_and_goals(head: str, facts: dict[str, Any], decided: list[str]) -> None:
    """Exits and goals look at what happened since the lead entered."""
    found = book(HELLO, head=f"{head}\n")

    assert story(found, world(found, **facts)) == decided


ASSETS = {
    "never sent": ("", [], ["send at guide"]),
    "sent by an earlier enrolment": ("", [AssetSent("guide", 9)], ["skip asset_already_sent at guide"]),
    "sent by this one": ("", [AssetSent("guide", 1)], ["send at guide"]),
    "may be repeated": ("\n  repeat: allowed", [AssetSent("guide", 9)], ["send at guide"]),
}


@pytest.mark.parametrize(("keys", "had", "decided"), ASSETS.values(), ids=ASSETS.keys())
def test_an_asset_is_sent_once(keys: str, had: list[AssetSent], decided: list[str]) -> None:
    """Row 5: an asset that an earlier enrolment sent is not sent again."""
    found = book(f"- send: guide{keys}")

    assert story(found, world(found, assets=had))[:1] == decided


SERVICE = {
    "needs no consent": ({"consents": {}}, "send at asked"),
    "goes although withdrawn": ({"consents": {"guides": consent("withdrawn")}}, "send at asked"),
    "goes although pending": ({"consents": {"guides": consent("pending")}}, "send at asked"),
    "goes over the cap": ({"slots": slots(TUESDAY, TUESDAY)}, "send at asked"),
    "goes during a handoff": ({"handoff": offered()}, "send at asked"),
    "goes after a seller took the lead": ({"handoff": offered("accepted")}, "send at asked"),
    "never to a suppressed address": ({"suppression": SUPPRESSED}, "stop suppressed at asked"),
    "is marketing where nobody asked": (
        {"enrolment": {"requested": False}, "consents": {}},
        "stop consent_missing at asked",
    ),
}


@pytest.mark.parametrize(("facts", "decided"), SERVICE.values(), ids=SERVICE.keys())
def test_service_mail(facts: dict[str, Any], decided: str) -> None:
    """What the lead itself asked for is exempt from consent, caps and the handoff, never from suppression."""
    found = book(ASKED)

    assert story(found, world(found, **facts)) == [decided]


def test_what_was_asked_for_comes_although_the_goal_is_reached() -> None:
    """Who asks for the guide and for a demo in one breath gets the guide, and then no more."""
    found = book(ASKED, head="goal: demo.requested\n")
    demo = {"signals": [signal("demo.requested", TUESDAY)]}

    told = [story(found, world(found, **demo)), story(found, world(found, "hello", **demo))]

    assert told == [["send at asked"], ["stop goal at hello"]]


def test_a_goal_between_the_request_and_the_tick() -> None:
    """What came after the entering signal counts, although the tick took both in later."""
    found = book(HELLO, head="goal: demo.requested\n")
    asked = signal("form.submitted", TUESDAY - HOUR, 1)
    demo = {"signals": [signal("demo.requested", TUESDAY - HOUR / 2)], "enrolment": {"signal": asked}}

    assert story(found, world(found, **demo)) == ["stop goal at hello"]


def test_the_end_is_told_at_the_last_step() -> None:
    """An enrolment that comes to its end says at which step it did."""
    found = book(
        "- set: {interest: security}\n- choose:\n    - when: lead.grade == 'A'\n      steps: [{send: hello}]"
    )

    assert story(found, world(found))[-1] == "stop completed at choose"


def test_service_mail_takes_no_slot() -> None:
    """A service touch is marked as such, so that it never counts for a cap."""
    found = book(ASKED)

    [touch] = plan(found, world(found)).touches

    assert (touch.purpose, touch.state) == (Purpose.SERVICE, TouchState.CLAIMED)


def test_service_mail_waits_for_the_window_and_is_not_spread() -> None:
    """At night even what was asked for waits until the window opens, to the minute."""
    found, night = book(ASKED), TUESDAY + 10 * HOUR

    assert story(found, world(found), night) == ["wait window at asked until 16 Jun 07:00"]


WAIT_FOR = (
    "- wait_for: asset.downloaded\n  within: 2 days\n  then: [{send: more}]\n  otherwise: [{send: hello}]"
)

# Steps: where the lead stands, what happened, when -> what is decided.
STEPS = {
    "a wait begins": ("- wait: 3 days\n- send: hello", {}, 0, ["wait wait at wait until 18 Jun 10:00"]),
    "a wait ends": ("- wait: 3 days\n- send: hello", {}, 3, ["move wait at wait", "send at hello"]),
    "a wait until a weekday": (
        '- wait: {until: "thu 10:00"}\n- send: hello',
        {},
        0,
        ["wait wait at wait until 17 Jun 08:00"],
    ),
    "unless holds": (
        '- send: hello\n  unless: signals.any("asset.downloaded", asset="guide")\n- end: done',
        {"signals": [signal("asset.downloaded", TUESDAY, asset="guide")]},
        0,
        ["skip unless at hello", "stop completed at end"],
    ),
    "waiting for a signal": (
        WAIT_FOR,
        {},
        0,
        ["wait wait at wait_for until 17 Jun 10:00"],
    ),
    "the signal came": (
        WAIT_FOR,
        {"signals": [signal("asset.downloaded", TUESDAY + HOUR)]},
        0.1,
        ["move signal_came at wait_for", "send at more"],
    ),
    "it did not come": (
        WAIT_FOR,
        {},
        2,
        ["move timed_out at wait_for", "send at hello"],
    ),
    "one from before the step does not count": (
        WAIT_FOR,
        {"signals": [signal("asset.downloaded", TUESDAY - HOUR)], "enrolment": {"entered_at": TUESDAY - DAY}},
        0,
        ["wait wait at wait_for until 17 Jun 10:00"],
    ),
    "unless the step says so": (
        "- wait_for: asset.downloaded\n  before: counts\n  within: 2 days\n  then: [{send: more}]\n"
        "  otherwise: [{send: hello}]",
        {"signals": [signal("asset.downloaded", TUESDAY - HOUR)], "enrolment": {"entered_at": TUESDAY - DAY}},
        0,
        ["move signal_came at wait_for", "send at more"],
    ),
    "only the signal that is meant": (
        '- wait_for: asset.downloaded\n  when: signal.asset == "guide"\n  within: 2 days\n'
        "  then: [{send: more}]\n  otherwise: [{send: hello}]",
        {"signals": [signal("asset.downloaded", TUESDAY + HOUR, asset="other")]},
        0.1,
        ["wait wait at wait_for until 17 Jun 10:00"],
    ),
    "a branch is chosen": (
        '- choose:\n    - when: lead.stage == "lead"\n      steps: [{send: more}]\n'
        "    - otherwise: [{send: hello}]",
        {},
        0,
        ["move chosen at choose", "send at more"],
    ),
    "or the other one": (
        '- choose:\n    - when: lead.stage == "mql"\n      steps: [{send: more}]\n'
        "    - otherwise: [{send: hello}]",
        {},
        0,
        ["move chosen at choose", "send at hello"],
    ),
    "attributes are set and seen": (
        '- set: {interest: security}\n- choose:\n    - when: lead.interest == "security"\n'
        "      steps: [{send: more}]\n    - otherwise: [{send: hello}]",
        {},
        0,
        ["move set at set", "move chosen at choose", "send at more"],
    ),
    "an end in the middle": ("- end: enough", {}, 0, ["stop completed at end"]),
    "a handoff": (
        "- handoff: asked for a call",
        {},
        0,
        ["move mature at handoff", "stop completed at handoff"],
    ),
}


@pytest.mark.parametrize(("steps", "facts", "days", "decided"), STEPS.values(), ids=STEPS.keys())
def test_every_step(steps: str, facts: dict[str, Any], days: float, decided: list[str]) -> None:
    """Each verb does what it says."""
    found = book(steps)

    assert story(found, world(found, **facts), TUESDAY + days * DAY) == decided


def test_what_a_step_sets_and_offers_is_in_the_plan() -> None:
    """`set` and `handoff` do nothing themselves: the plan says what is to be written."""
    found = book("- set: {interest: security}\n- handoff: asked for a call")

    decided = plan(found, world(found))

    assert (dict(decided.attributes), decided.offer) == ({"interest": "security"}, "asked for a call")


def test_a_retired_sequence_stops() -> None:
    """An enrolment whose sequence, or whose step, is gone stops and says so."""
    found = book(HELLO)
    snapshot = world(found)
    elsewhere = world(found, "gone")

    gone = [
        decide(snapshot, {1: None}, found, TUESDAY),
        decide(elsewhere, {1: found.sequences["s"]}, found, TUESDAY),
    ]

    assert [p.positions[0].reason for p in gone] == [Reason.RETIRED, Reason.RETIRED]
    assert [p.positions[0].state for p in gone] == [EnrolmentState.STOPPED, EnrolmentState.STOPPED]


def test_two_enrolments_compete_for_one_slot() -> None:
    """The higher priority takes the slot; the other waits for the next one."""
    found = book(HELLO, caps="1 per 7 days")
    sequence = found.sequences["s"]
    low, high = enrolled(sequence, id=1, priority=10), enrolled(sequence, id=2, priority=90)
    snapshot = world(found)

    decided = plan(found, world(found, enrolments=(low, high), lead={"id": snapshot.lead.id}))

    assert [(d.enrolment_id, d.verdict.value) for d in decided.decisions] == [(2, "send"), (1, "wait")]


def test_the_older_due_time_wins_between_equals() -> None:
    """Equal priorities: the enrolment that has been due for longer goes first."""
    found = book(HELLO, caps="1 per 7 days")
    sequence = found.sequences["s"]
    young, old = enrolled(sequence, id=1), enrolled(sequence, id=2, first_due_at=TUESDAY - DAY)

    decided = plan(found, world(found, enrolments=(young, old)))

    assert [d.enrolment_id for d in decided.decisions] == [2, 1]


def test_a_split_is_the_same_for_ever_and_fair() -> None:
    """The arm is a hash of lead and name: every lead always the same, the arms in their shares."""
    found = book("- split: {name: subject-test, arms: {curious: 25, plain: 75}}\n- send: hello")
    step = found.sequences["s"].steps["split"]

    arms = [arm_of(lead_id, step)[0] for lead_id in range(4000)]  # type: ignore[arg-type]

    assert arms == [arm_of(lead_id, step)[0] for lead_id in range(4000)]  # type: ignore[arg-type]
    assert 900 < Counter(arms)["curious"] < 1100
    assert story(found, world(found))[0] == "move chosen at split"


def test_a_planned_touch_keeps_its_first_due_time() -> None:
    """A touch that waits is planned, and its patience is counted from when it first came due."""
    found = book("- send: hello\n  expires: 5 days")
    first = TUESDAY - 2 * DAY

    [touch] = plan(
        found, world(found, slots=slots(TUESDAY, TUESDAY - DAY), enrolment={"first_due_at": first})
    ).touches or [None]

    assert touch is not None
    assert (touch.state, touch.reason) == (TouchState.SKIPPED, Reason.EXPIRED)
    assert touch.expires_at == first + timedelta(days=5)


def test_expired_before_it_could_go() -> None:
    """A touch that came due too long ago is skipped, window or not."""
    found = book("- send: hello\n  expires: 1 day")

    told = story(found, world(found, enrolment={"first_due_at": TUESDAY - 2 * DAY}))

    assert told == ["skip expired at hello", "stop completed at hello"]
