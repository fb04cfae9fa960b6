"""Every whole sequence of docs/sequences.md is run: each sends something, and those that end do end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nurture.deciding.walk import decide
from nurture.files.diagnosis import render_text
from nurture.project.book import Book, read_book
from nurture.values import AssetSent, Consent, Enrolment, Lead, Signal, Slot, Snapshot
from nurture.words import Basis, ConsentState, EnrolmentState, Stage, Verdict
from tests.nurture.gate_world import FOOTER, LAYOUT, SCORING

PAGE = (Path(__file__).parents[3] / "docs" / "sequences.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml ?(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SEQUENCES = {text.split("sequence: ")[1].split("\n")[0]: text for kind, text in BLOCKS if kind == "sequence"}
WEBINAR = datetime(2027, 3, 2, 14, 0, tzinfo=UTC)
"""When the page's webinar starts."""
MONDAY = WEBINAR - timedelta(days=22)


ASKED_FOR = {"webinar/confirmed", "webinar/tomorrow", "webinar/in-an-hour", "guide/deliver"}
"""What the page calls service mail."""


def block(kind: str) -> str:
    return next(text for each, text in BLOCKS if each == kind)


def book(text: str) -> Book:
    """A project of the page's policy and catalogue, this sequence, and a template for each it names."""
    notices = set(re.findall(r"notify: ([\w/-]+)", text))
    named = notices | set(re.findall(r"(?:send|- [\w-]+): ([\w-]+/[\w-]+)", text))
    mail = "---\nsubject: S\npreheader: P\n{}---\nHello\n"
    purpose = dict.fromkeys(notices | ASKED_FOR, "purpose: service\n")
    files = {
        "nurture.yaml": block("policy"),
        "catalog.yaml": block("catalog"),
        "scoring.yaml": SCORING,
        "sequences/x.yaml": text,
        "templates/layout.html.j2": LAYOUT,
        "templates/footer.md.j2": FOOTER,
        **{f"templates/{name}.md.j2": mail.format(purpose.get(name, "")) for name in named},
    }
    found, faults = read_book(files)
    assert found is not None, render_text(faults)
    return found


def enrolled(found: Book) -> Enrolment:
    [sequence] = found.sequences.values()
    opened = Signal(sequence.enter.on, MONDAY, MONDAY, id=1) if sequence.enter.on else None
    return Enrolment(
        id=1,
        lead_id=1,
        sequence=sequence.name,
        entry_key="zero-trust" if sequence.enter.again.per else "",
        run=1,
        version=sequence.version,
        state=EnrolmentState.ACTIVE,
        step=sequence.first,
        occurrence=1,
        step_since=MONDAY,
        due_at=MONDAY,
        first_due_at=MONDAY,
        priority=sequence.priority,
        entered_at=MONDAY,
        signal=opened,
        requested=opened is not None,
    )


def names(sent: list[Any]) -> list[str]:
    return [touch.template for touch, _ in sent]


def run(found: Book) -> tuple[list[str], EnrolmentState]:
    """Live the sequence with a lead that does nothing: what was sent, and where it ended."""
    [sequence] = found.sequences.values()
    lead = Lead(1, 1, "lead@leads.example", stage=Stage.LEAD, fit=50, engagement=50)
    consents = {"guides": Consent("guides", ConsentState.GRANTED, Basis.OPT_IN, MONDAY)}
    enrolment, now = enrolled(found), MONDAY
    sent: list[Any] = []
    for _ in range(60):
        slots = [
            Slot(at, sequence.topic, sequence.name) for touch, at in sent if touch.purpose == "marketing"
        ]
        assets = [AssetSent(touch.asset, 1) for touch, _ in sent if touch.asset]
        facts = Snapshot(lead, (enrolment,), consents, slots=slots, assets=assets)
        decided = decide(facts, {1: sequence}, found, now)
        [position] = decided.positions
        step, since, occurrence = position.step, position.step_since, position.occurrence
        due, first_due = position.due_at, position.first_due_at
        if decided.decisions[-1].verdict is Verdict.SEND:
            sent.append((decided.touches[-1], now))
            following = step if sequence.stream else sequence.steps[step].next
            if following is None:
                return names(sent), EnrolmentState.COMPLETED
            occurrence += following == step
            step, since, due, first_due = following, now, now, now
        if position.state is not EnrolmentState.ACTIVE or due > MONDAY + timedelta(days=90):
            return names(sent), position.state
        enrolment = replace(
            enrolment, step=step, step_since=since, occurrence=occurrence, first_due_at=first_due, due_at=due
        )
        now = max(now, due)
    raise AssertionError(f"{sequence.name} turns in a circle at {enrolment.step}")


@pytest.mark.parametrize("text", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_whole_sequences_run(text: str) -> None:
    """Each example sends what it is for; a sequence of steps comes to its end, a stream never does."""
    found = book(text)
    [sequence] = found.sequences.values()

    sent, state = run(found)

    assert sent
    assert state is (EnrolmentState.ACTIVE if sequence.stream else EnrolmentState.COMPLETED)


RECIPES = {
    "welcome": ["welcome/hello", "welcome/first-idea", "welcome/second-idea"],
    "guide-asked-for": ["guide/deliver", "guide/reminder"],
    "someone-like-you": ["stories/anybody", "stories/what-it-costs"],
    "zero-trust-invite": ["webinar/invitation", "webinar/last-seats"],
    "still-there": ["again/still-there", "again/one-question"],
    "reading-list": ["reading/checklist", "reading/guide"],
    "webinar-registered": [
        "webinar/confirmed",
        "webinar/tomorrow",
        "webinar/in-an-hour",
        "webinar/recording",
    ],
}


@pytest.mark.parametrize(("name", "mails"), RECIPES.items(), ids=RECIPES.keys())
def test_recipes_send_what_they_say(name: str, mails: list[str]) -> None:
    """A lead that does nothing is sent exactly these."""
    assert run(book(SEQUENCES[name]))[0] == mails


def test_every_recipe_is_there() -> None:
    """Drip, white paper, case study, webinar, re-engagement, stream and A/B."""
    assert set(RECIPES) | {"two-subjects"} <= set(SEQUENCES)
