"""Who enters a sequence and who is refused, as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurture.deciding.consent import consent_to
from nurture.deciding.entry import consider, takes_in
from nurture.values import Entry, PastRun, Signal
from nurture.words import Stage
from tests.nurture.gate_world import SUPPRESSED, TUESDAY, book, consent, offered, signal, world

HELLO = "- send: hello"
ASKS = signal("form.submitted", TUESDAY, 7, asset="guide", webinar="w1")
STANDING = 'enter: {when: lead.stage == "lead"}\n'


def entry(head: str, signal: Signal | None = ASKS, past: Any = (), **facts: Any) -> Entry | None:
    found = book(HELLO, head=head)
    return consider(found, found.sequences["s"], world(found, **facts), past, TUESDAY, signal)


def told(entered: Entry | None) -> str:
    return "nothing" if entered is None else f"{entered.verdict.value} {entered.reason.value}"


def run(
    sent: bool = True, active: bool = False, key: str = "", days_ago: float = 10, completed: bool = False
) -> PastRun:
    return PastRun(key, 1, active, None if active else TUESDAY - timedelta(days=days_ago), sent, completed)


ASKED = {
    "asks": ({}, "enter entered"),
    "pending consent enters and waits": ({"consents": {"guides": consent("pending")}}, "enter entered"),
    "no consent": ({"consents": {}}, "refuse consent_missing"),
    "withdrawn": ({"consents": {"guides": consent("withdrawn")}}, "refuse consent_withdrawn"),
    "a basis the topic does not accept": (
        {"consents": {"guides": consent(basis="imported")}},
        "refuse basis_not_accepted",
    ),
    "suppressed": ({"suppression": SUPPRESSED}, "refuse suppressed"),
    "disqualified": ({"lead": {"stage": Stage.DISQUALIFIED}}, "refuse disqualified"),
    "would leave at once": ({"lead": {"stage": Stage.CUSTOMER}}, "refuse exit"),
}


@pytest.mark.parametrize(("facts", "decided"), ASKED.values(), ids=ASKED.keys())
def test_a_lead_that_asks(facts: dict[str, Any], decided: str) -> None:
    """The entering signal came; consent and stage say whether the lead enters."""
    head = 'enter: {on: form.submitted}\nexit: [{when: lead.stage == "customer"}, {on: deal.lost}]\n'

    assert told(entry(head, **facts)) == decided


def test_the_wrong_signal_is_no_refusal() -> None:
    """A signal of another type, a machine's, or one the condition does not select asks for nothing."""
    head = 'enter: {on: form.submitted, when: signal.asset == "guide"}\n'
    machine = Signal("form.submitted", TUESDAY, TUESDAY, {"asset": "guide"}, machine=True, id=1)

    answers = [
        entry(head, signal("page.visited", TUESDAY)),
        entry(head, machine),
        entry(head, signal("form.submitted", TUESDAY, asset="other")),
        entry(head, None),
    ]

    assert answers == [None, None, None, None]


AGAIN = {
    "never been": ("once", [], "enter entered"),
    "has been, and was mailed": ("once", [run()], "refuse once"),
    "has been, and got nothing": ("once", [run(sent=False)], "enter entered"),
    "is in it now": ("once", [run(active=True)], "refuse already_enrolled"),
    "long enough ago": ("7 days after exit", [run()], "enter entered"),
    "not long enough ago": ("30 days after exit", [run()], "refuse again_not_yet"),
    "is in it again": ("7 days after exit", [run(), run(active=True)], "refuse already_enrolled"),
    "another key": ("per signal.webinar", [run(key="w0")], "enter entered"),
    "the same key": ("per signal.webinar", [run(key="w1")], "refuse once"),
}


@pytest.mark.parametrize(("again", "past", "decided"), AGAIN.values(), ids=AGAIN.keys())
def test_entering_again(again: str, past: list[PastRun], decided: str) -> None:
    """Once, some time after the exit, or once per key; only runs that sent something count."""
    assert told(entry(f"enter: {{on: form.submitted, again: {again}}}\n", past=past)) == decided


def test_what_an_entry_carries() -> None:
    """The entry knows its key, its run and the signal that asked for it."""
    entered = entry(
        "enter: {on: form.submitted, again: per signal.webinar}\n", past=[run(key="w1", sent=False)]
    )

    assert entered is not None
    assert (entered.entry_key, entered.run, entered.signal_id, entered.requested) == ("w1", 2, 7, True)


STANDS = {
    "selected": ({}, [], "enter entered"),
    "not selected": ({"lead": {"stage": Stage.CUSTOMER}}, [], "nothing"),
    "without consent": ({"consents": {}}, [], "refuse consent_missing"),
    "is in it already": ({}, [run(active=True)], "nothing"),
    "was in it once": ({}, [run(days_ago=1)], "nothing"),
    "went through it without a touch": ({}, [run(sent=False, completed=True)], "nothing"),
    "was stopped just now, untouched": ({}, [run(sent=False, days_ago=0.5)], "nothing"),
    "was stopped long ago, untouched": ({}, [run(sent=False, days_ago=2)], "enter entered"),
    "a seller has it": ({"handoff": offered("accepted")}, [], "refuse handoff_accepted"),
    "a seller had it, and sent it back later": (
        {"handoff": offered("accepted"), "lead": {"cycle": 1}},
        [],
        "enter entered",
    ),
    "offered to a seller": ({"handoff": offered()}, [], "enter entered"),
    "has not confirmed yet": ({"consents": {"guides": consent("pending")}}, [], "enter entered"),
    "never confirmed": (
        {"consents": {"guides": consent("pending", at=TUESDAY - timedelta(days=8))}},
        [],
        "refuse consent_pending",
    ),
}


@pytest.mark.parametrize(("facts", "past", "decided"), STANDS.values(), ids=STANDS.keys())
def test_standing_sequences(facts: dict[str, Any], past: list[PastRun], decided: str) -> None:
    """A standing sequence takes whom its condition selects; finding somebody again is no refusal."""
    assert told(entry(STANDING, None, past, **facts)) == decided


def test_a_customer_enters_what_is_meant_for_customers() -> None:
    """A lead that a seller once took, and that bought, enters the sequences of its new stage."""
    head = 'enter: {when: lead.stage == "customer"}\n'
    facts = {"handoff": offered("accepted"), "lead": {"stage": Stage.CUSTOMER}}

    assert told(entry(head, None, **facts)) == "enter entered"


def test_a_goal_that_is_reached_already() -> None:
    """A lead for whom the goal holds does not enter."""
    head = STANDING + 'goal: {when: lead.grade == "D"}\n'

    assert told(entry(head, None)) == "refuse goal"


def test_a_goal_that_is_not_reached() -> None:
    """A lead for whom the goal does not hold enters."""
    head = STANDING + 'goal: {when: lead.grade == "A"}\n'

    assert told(entry(head, None)) == "enter entered"


def test_a_standing_entry_is_not_requested() -> None:
    """Nobody asked: service mail may not go in this enrolment."""
    entered = entry(STANDING, None)

    assert entered is not None
    assert (entered.requested, entered.signal_id, entered.entry_key) == (False, None, "")


def test_a_withdrawal_of_everything_comes_first() -> None:
    """What counts for a topic is the withdrawal of all topics, then the topic's own consent."""
    everything, guides = consent("withdrawn"), consent()

    found = [
        consent_to("guides", {"guides": guides, "*": everything}),
        consent_to("guides", {"guides": guides}),
        consent_to("news", {"guides": guides}),
    ]

    assert found == [everything, guides, None]


def test_long_ago() -> None:
    """The last exit counts, not the first."""
    past = [run(days_ago=100), run(days_ago=2)]

    assert told(entry("enter: {on: form.submitted, again: 3 days after exit}\n", past=past)) == (
        "refuse again_not_yet"
    )


@pytest.mark.parametrize(("days", "open_"), [(0, True), (4, False)], ids=["before the webinar", "after it"])
def test_a_standing_invitation_closes(days: int, open_: bool) -> None:
    """A standing sequence about a webinar takes nobody in after the moment it names."""
    found = book(HELLO, head="webinar: live\nenter: {when: lead.fit >= 10, until: webinar.starts_at}\n")

    assert takes_in(found, found.sequences["s"], TUESDAY + timedelta(days=days)) == open_
