"""The gate under random histories: caps hold in every rolling window, and nothing waits for ever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.project.book import Book
from nurture.values import Enrolment, Slot
from nurture.words import EnrolmentState, TouchState
from tests.nurture.gate_world import DAY, TUESDAY, book, enrolled, plan, world

STEPS = "\n".join(
    ["- send: hello", "- wait: 1 day\n  id: w", "- send: more\n  defer_max: 5 days"]
    + [f"- send: hello\n  id: again{n}\n  expires: {n + 2} days" for n in range(3)]
)
CAPS = ((2, 7 * DAY), (1, DAY))
BOOK_CAPS = "2 per 7 days, 1 per day"
PATIENCE = {"hello": 14 * DAY, "more": 5 * DAY, "again0": 2 * DAY, "again1": 3 * DAY, "again2": 4 * DAY}
"""How long each step may wait for caps; the weekend and a holiday come on top."""
CLOSED = 5 * DAY


@dataclass
class Life:
    """One lead lived from tick to tick, with a relay that sometimes says later."""

    found: Book
    enrolment: Enrolment
    now: datetime
    slots: list[Slot]
    sent: list[datetime] = field(default_factory=list)
    ends: dict[str, timedelta] = field(default_factory=dict)  # step -> how long after its due time it ended

    def tick(self, later: bool, late: timedelta) -> None:
        """One look at the lead: what is claimed is sent, or put off by the relay."""
        facts = world(self.found, slots=tuple(self.slots))
        decided = plan(self.found, replace(facts, enrolments=(self.enrolment,)), self.now)
        [position] = decided.positions
        first_due = {t.step: t.first_due_at for t in decided.touches}
        claimed = [t for t in decided.touches if t.state is TouchState.CLAIMED]
        done = [t.step for t in decided.touches if t.state is not TouchState.PLANNED]
        self.ends.update({step: self.now - first_due[step] for step in done if not (claimed and later)})
        if claimed and later:
            self.move(position, due=self.now + late)
        elif claimed:
            self.slots.append(Slot(self.now, "guides", "s"))
            self.sent.append(self.now)
            self.after(claimed[0].step)
        else:
            self.move(position, due=position.due_at)

    def move(self, position: Any, due: datetime) -> None:
        self.enrolment = replace(
            self.enrolment,
            state=position.state,
            step=position.step,
            step_since=position.step_since,
            first_due_at=position.first_due_at,
            due_at=due,
        )
        self.now = max(self.now, due)

    def after(self, step: str) -> None:
        following = self.found.sequences["s"].steps[step].next
        state = EnrolmentState.COMPLETED if following is None else EnrolmentState.ACTIVE
        at = {"step_since": self.now, "first_due_at": self.now, "due_at": self.now}
        self.enrolment = replace(self.enrolment, state=state, step=following or step, **at)


def live(history: list[float], answers: list[tuple[bool, float]]) -> Life:
    """Live until the sequence is over, or the answers are used up and the relay says yes."""
    found = book(STEPS, caps=BOOK_CAPS)
    past = [Slot(TUESDAY - timedelta(hours=hours), "guides", "s") for hours in history]
    life = Life(found, enrolled(found.sequences["s"]), TUESDAY, past)
    queue = iter(answers)
    for _ in range(200):
        if life.enrolment.state is not EnrolmentState.ACTIVE:
            break
        later, hours = next(queue, (False, 1.0))
        life.tick(later, timedelta(hours=hours))
    return life


HISTORIES = st.lists(st.floats(0.1, 24 * 9), max_size=6)
ANSWERS = st.lists(st.tuples(st.booleans(), st.floats(0.1, 30)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(HISTORIES, ANSWERS)
def test_caps_hold_in_every_rolling_window(history: list[float], answers: list[tuple[bool, float]]) -> None:
    """No window that holds a touch of ours holds more than its cap, whatever came before or was put off."""
    life = live(history, answers)

    moments = sorted(slot.at for slot in life.slots)
    assert [
        (first, last)
        for count, span in CAPS
        for first, last in zip(moments, moments[count:], strict=False)
        if last - first < span and any(first <= at <= last for at in life.sent)
    ] == []


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_no_touch_waits_for_ever(history: list[float]) -> None:
    """Each touch is sent or skipped within its patience, and the sequence comes to its end."""
    life = live(history, [])

    assert life.enrolment.state is EnrolmentState.COMPLETED
    assert {step: end for step, end in life.ends.items() if end > max(PATIENCE[step], CLOSED)} == {}


def test_the_lead_may_tighten_the_caps() -> None:
    """The lead's own choice binds besides the policy's; it never widens them."""
    found = book("- send: hello", caps="2 per 7 days")
    facts = {"slots": [Slot(TUESDAY - DAY, "guides", "s")]}

    tight = plan(found, world(found, lead={"own_cap": "1 per 8 days"}, **facts))
    wide = plan(found, world(found, lead={"own_cap": "9 per day"}, slots=[*facts["slots"]] * 2))

    assert [d.until for d in tight.decisions] == [TUESDAY + 7 * DAY]
    assert [d.reason.value for d in wide.decisions] == ["cap"]
