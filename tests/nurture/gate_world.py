"""A small world to state scenarios of the gate in: a project, a lead's history, a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from textwrap import dedent
from typing import Any

from nurture.deciding.walk import decide
from nurture.files.diagnosis import render_text
from nurture.project.book import Book, read_book
from nurture.sequences.steps import Sequence as NurtureSequence
from nurture.values import (
    Consent,
    Enrolment,
    Lead,
    OpenHandoff,
    Plan,
    Signal,
    Slot,
    Snapshot,
    Suppression,
)
from nurture.words import Basis, ConsentState, EnrolmentState, HandoffState, Stage, SuppressionReason

TUESDAY = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
"""12:00 in Paris; no holiday."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

POLICY = """\
company: {name: Acme, postal_address: "1 Main Street, Paris", website: https://acme.example, country: FR}
sender: {name: Ada, address: ada@acme.example}
zone: Europe/Paris
country: FR
language: en
languages: [en]
caps: [CAPS]
window: {days: mon-fri, hours: "09:00-18:00"}
quiet_hours: ["21:00-07:00"]
holidays: true
consent: {confirm_within: 7 days}
teams: {marketing: team@acme.example}
webhooks: {crm: "https://crm.example/hook"}
"""
CATALOG = """\
topics:
  guides: {title: Guides, accepts: [opt_in, double_opt_in], caps: [TOPIC]}
  news: {title: News, accepts: [opt_in]}
assets:
  guide: {title: The guide, url: https://acme.example/guide, funnel: tofu, languages: [en]}
  sheet: {title: The sheet, url: https://acme.example/sheet, funnel: tofu, languages: [en]}
webinars:
  live:
    title: Live
    starts_at: 2027-06-18T12:00:00Z
    length: 1 hour
    join_url: https://acme.example/join
attributes: {interest: text}
"""
SCORING = "fit: []\nengagement: {rules: []}\n"
LAYOUT = """\
<!doctype html><html lang="{{ language }}"><head><title>{{ subject }}</title></head><body>
{% block preheader %}{% endblock %}
{% block body %}{% endblock %}
{% block footer %}{% endblock %}
</body></html>
"""
FOOTER = "[Unsubscribe]({{ unsubscribe_url }}) {{ company.postal_address }}\n"
TEMPLATES = {
    "templates/layout.html.j2": LAYOUT,
    "templates/footer.md.j2": FOOTER,
    "templates/hello.md.j2": "---\nsubject: Hello\npreheader: Hello\n---\nHello\n",
    "templates/more.md.j2": "---\nsubject: More\npreheader: More\n---\nMore\n",
    "templates/guide.md.j2": "---\nsubject: Guide\npreheader: Guide\nasset: guide\n---\nGuide\n",
    "templates/sheet.md.j2": "---\nsubject: Sheet\npreheader: Sheet\nasset: sheet\n---\nSheet\n",
    "templates/live.md.j2": "---\nsubject: Live\npreheader: Live\n---\n{{ webinar.title }}\n",
    "templates/asked.md.j2": "---\nsubject: Asked\npreheader: Asked\npurpose: service\n---\nHere\n",
}


def project(
    steps: str, head: str = "", caps: str = "2 per 7 days", topic_caps: str = "", policy: str = ""
) -> dict[str, str]:
    """The files of a project of one sequence, `s`, with these steps (none: `head` says it all).

    `policy` is what nurture.yaml says besides.
    """
    enter = "" if "enter:" in head else "enter: {on: form.submitted}\n"
    sequence = f"sequence: s\ntitle: S\nfunnel: tofu\ntopic: guides\n{enter}{dedent(head)}"
    sequence += "steps:\n" if steps else ""
    sequence += "".join(f"  {line}\n" for line in dedent(steps).strip().splitlines())
    return {
        "nurture.yaml": POLICY.replace("CAPS", caps) + policy,
        "catalog.yaml": CATALOG.replace("TOPIC", topic_caps),
        "scoring.yaml": SCORING,
        "sequences/s.yaml": sequence,
        **TEMPLATES,
    }


@cache
def book(
    steps: str, head: str = "", caps: str = "2 per 7 days", topic_caps: str = "", policy: str = ""
) -> Book:
    """That project, read."""
    found, faults = read_book(project(steps, head, caps, topic_caps, policy))
    assert found is not None, render_text(faults)
    return found


def signal(kind: str, at: datetime, number: int = 100, **properties: Any) -> Signal:
    """Something the lead did at `at`."""
    return Signal(kind, at, at, properties, id=number)


def enrolled(sequence: NurtureSequence, at: str | None = None, **changes: Any) -> Enrolment:
    """The lead's enrolment, standing at the step `at` since Tuesday."""
    values: dict[str, Any] = {
        "id": 1,
        "lead_id": 1,
        "sequence": sequence.name,
        "entry_key": "",
        "run": 1,
        "version": sequence.version,
        "state": EnrolmentState.ACTIVE,
        "step": at or sequence.first,
        "occurrence": 1,
        "step_since": TUESDAY,
        "due_at": TUESDAY,
        "first_due_at": TUESDAY,
        "priority": sequence.priority,
        "entered_at": TUESDAY,
        "signal": signal("form.submitted", TUESDAY, 1, asset="guide"),
        "requested": True,
    }
    return Enrolment(**{**values, **changes})


def consent(state: str = "granted", basis: str = "opt_in", at: datetime = TUESDAY) -> Consent:
    """A consent to `guides`."""
    return Consent("guides", ConsentState(state), Basis(basis), at)


def world(found: Book, at: str | None = None, **facts: Any) -> Snapshot:
    """The lead as the store would show it; `facts` override any part of the snapshot.

    `enrolment` changes the enrolment, `lead` the lead.
    """
    person = {"id": 1, "address_id": 1, "address": "lead@leads.example", "stage": Stage.LEAD}
    enrolment = enrolled(found.sequences["s"], at, **facts.pop("enrolment", {}))
    values: dict[str, Any] = {
        "lead": Lead(**{**person, **facts.pop("lead", {})}),
        "enrolments": (enrolment,),
        "consents": {"guides": consent()},
    }
    return Snapshot(**{**values, **facts})


def plan(found: Book, snapshot: Snapshot, now: datetime = TUESDAY) -> Plan:
    """What the gate decides."""
    structures: Mapping[int, NurtureSequence | None] = {
        e.id: found.sequences.get(e.sequence) for e in snapshot.enrolments
    }
    return decide(snapshot, structures, found, now)


def story(found: Book, snapshot: Snapshot, now: datetime = TUESDAY) -> list[str]:
    """The decisions as short sentences: "send hello", "wait cap at more until 17 Jun 10:00"."""
    told = []
    for decision in plan(found, snapshot, now).decisions:
        until = f" until {decision.until:%d %b %H:%M}" if decision.until else ""
        why = "" if decision.reason == "due" else f" {decision.reason.value}"
        told.append(f"{decision.verdict.value}{why} at {decision.step}{until}")
    return told


def slots(*moments: datetime, topic: str = "guides", sequence: str = "s") -> Sequence[Slot]:
    """Touches the address has had."""
    return [Slot(moment, topic, sequence) for moment in moments]


def offered(state: str = "offered", **changes: Any) -> OpenHandoff:
    """The lead's handoff, of now unless `changes` say otherwise."""
    return OpenHandoff(**{"id": 1, "state": HandoffState(state), "cycle": 0, "at": TUESDAY, **changes})


SUPPRESSED = Suppression(SuppressionReason.COMPLAINT, TUESDAY)
