"""Leads at random: every step and every row of the gate is met, in combinations nobody thought of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from textwrap import dedent
from typing import Any

from nurture.deciding.pace import Pacer
from nurture.deciding.routes import RELAY, Route
from nurture.files.diagnosis import render_text
from nurture.project.book import Book, read_book
from nurture.project.pace import Sending
from nurture.sequences.steps import Sequence
from nurture.values import AssetSent, Consent, Enrolment, Lead, OpenHandoff, Signal, Slot, Snapshot
from nurture.words import Basis, Closing, ConsentState, EnrolmentState, HandoffState, Stage
from tests.nurture.gate_world import DAY, HOUR, SUPPRESSED, TUESDAY, project

MOST = """\
sequence: most
funnel: tofu
topic: guides
enter: {on: form.submitted}
caps: [3 per 5 days]
exit: [{on: deal.lost}, {on: page.visited, when: signal.page == "jobs"}]
goal: demo.requested
steps:
- send: asked
  id: service
- send: guide
  over_cap: skip
  expires: 2 days
- wait: 1 day
- send: hello
  unless: signals.any("asset.downloaded", asset="guide")
  defer_max: 3 days
- wait_for: asset.downloaded
  within: 2 days
  when: signal.asset == "guide"
  before: counts
  then: [{send: sheet, repeat: allowed, over_cap: exit}]
  otherwise: [{wait: {until: "wed 10:00"}, id: wednesday}]
- set: {interest: security}
- choose:
    - when: lead.interest == "security" and lead.engagement >= 40
      steps: [{handoff: asked for a call}]
    - otherwise: [{notify: asked, to: marketing}]
- split: {name: test, arms: {curious: 50, plain: 50}}
- webhook: crm
  data: {hot: true}
- send: more
  expires: 1 day
  on_expired: exit
  window: {days: mon-thu, hours: "08:00-20:00"}
- end: enough
"""
LIVE = """\
sequence: live
funnel: mofu
topic: guides
enter: {on: webinar.registered, again: per signal.webinar}
exit: [{when: lead.stage == "customer"}, {on: webinar.missed}]
steps:
- send: asked
- send: live
  at: webinar.starts_at - 1 day
  ics: webinar
- send: hello
  at: webinar.starts_at - 1 hour
  grace: 3 hours
- wait: {until: webinar.ends_at + 1 hour}
- wait_for: webinar.attended
  within: 1 day
  then: [{send: more, expires: webinar.ends_at + 2 days}]
- send: guide
  id: last
"""
STREAM = """\
sequence: stream
funnel: tofu
topic: guides
enter: {when: true}
goal: {when: lead.stage == "mql"}
stream: [{guide: guide}, {sheet: sheet}]
cast: tue 12:00
"""
STAYS = "- send: hello\n- send: sheet\n  expires: 12 hours"


@cache
def books() -> tuple[Book, Book, Book]:
    """A project that has all its sequences name; the same, open all day; a next release that lacks a part."""
    files = project(STAYS, caps="3 per 7 days, 1 per calendar day", topic_caps="2 per 3 days")
    more = {f"sequences/{text.split()[1]}.yaml": dedent(text) for text in (MOST, LIVE, STREAM)}
    whole, faults = read_book({**files, **more})
    assert whole is not None, render_text(faults)
    kept = {name: info for name, info in whole.templates.infos.items() if name not in ("sheet", "more")}
    gone = {"teams": {}, "webhooks": {}}
    bare = replace(
        whole,
        templates=replace(whole.templates, infos=kept),
        policy=whole.policy.model_copy(update=gone),
    )
    open_all_day = replace(whole, policy=whole.policy.model_copy(update={"window": None}))
    return whole, open_all_day, bare


@dataclass(frozen=True)
class Case:
    """What `decide` is asked; `pacer` makes a new one, since one gives its turns away."""

    snapshot: Snapshot
    structures: Mapping[int, Sequence | None]
    book: Book
    now: datetime
    sending: Sending
    routes: Mapping[str, Route]

    @property
    def whole(self) -> bool:
        """Whether all its enrolments have a sequence, and stand at one of its steps."""
        followed = [(self.structures[enrolment.id], enrolment.step) for enrolment in self.snapshot.enrolments]
        return all(sequence is not None and step in sequence.steps for sequence, step in followed)

    def pacer(self) -> Pacer:
        """The pace of the case, as it was before anything was decided."""
        return Pacer(self.now, self.sending, self.routes, "Europe/Paris")


def case(seed: int) -> Case:
    """The case of that number: always the same."""
    luck = Random(seed)
    whole, open_all_day, bare = books()
    now = TUESDAY + luck.choice((0, 0, 0, 8, 20, 96)) * HOUR + luck.choice((0, 1, 7, 29)) * DAY
    names = luck.choices(list(whole.sequences), k=luck.choice((1, 1, 1, 2, 3)))
    enrolments = [
        _enrolment(luck, number + 1, whole.sequences[name], now) for number, name in enumerate(names)
    ]
    known = {e.id: whole.sequences[e.sequence] if luck.random() > 0.02 else None for e in enrolments}
    sending, routes = luck.choice(((Sending(), {}),) * 3 + (_paced(luck, now),))
    book = luck.choice((whole, whole, open_all_day, bare))
    return Case(_snapshot(luck, enrolments, now), known, book, now, sending, routes)


def _ago(luck: Random, now: datetime, days: float = 5) -> datetime:
    return now - luck.choice((0, 0.1, luck.random(), days * luck.random())) * DAY


def _enrolment(luck: Random, number: int, sequence: Sequence, now: datetime) -> Enrolment:
    since = _ago(luck, now)
    entered = since - luck.random() * DAY
    asked = luck.random() < 0.7
    return Enrolment(
        id=number,
        lead_id=1,
        sequence=sequence.name,
        entry_key=luck.choice(("", *("live",) * 9, "gone")) if sequence.name == "live" else "",
        run=1,
        version=sequence.version,
        state=EnrolmentState.ACTIVE,
        step=luck.choice(list(sequence.steps)) if luck.random() > 0.01 else "no-such-step",
        occurrence=luck.choice((1, 1, 2)),
        step_since=since,
        due_at=now,
        first_due_at=luck.choice((since, _ago(luck, now))),
        priority=luck.choice((10, 50)),
        entered_at=entered,
        signal=Signal("form.submitted", entered, entered - luck.random() * HOUR, id=1) if asked else None,
        requested=asked,
        frozen=luck.choice((timedelta(0), timedelta(0), 2 * HOUR)),
    )


def _snapshot(luck: Random, enrolments: list[Enrolment], now: datetime) -> Snapshot:
    lead = Lead(
        id=luck.randrange(1, 9),
        address_id=1,
        address=luck.choice(("lead@leads.example", "lead@slow.example")),
        profile=luck.choice(({}, {"country": "JP"}, {"zone": "America/New_York", "country": "US"})),
        stage=luck.choices(list(Stage), weights=[9, 9, 9, 2, 2, 2, 2, 2, 1])[0],
        engagement=luck.choice((10.0, 60.0)),
        cycle=luck.choice((0, 1)),
        own_cap=luck.choice((None, None, None, "1 per 4 days")),
    )
    return Snapshot(
        lead=lead,
        enrolments=enrolments,
        consents=_consents(luck, now),
        suppression=SUPPRESSED if luck.random() < 0.02 else None,
        signals=[_signal(luck, number, now) for number in range(luck.choice((0, 0, 1, 4)))],
        slots=[_slot(luck, now) for _ in range(luck.choice((0, 0, 0, 1, 2, 4)))],
        assets=[
            AssetSent(luck.choice(("guide", "sheet")), luck.choice((1, 9)))
            for _ in range(luck.choice((0, 0, 1, 2)))
        ],
        handoff=_handoff(luck, now) if luck.random() < 0.25 else None,
        settled=frozenset({(1, luck.choice(("hello", "guide", "cast")), 1)} if luck.random() < 0.2 else ()),
    )


def _consents(luck: Random, now: datetime) -> dict[str, Consent]:
    state = luck.choices(list(ConsentState), weights=[3, 40, 1])[0]
    found = {"guides": Consent("guides", state, Basis.OPT_IN, _ago(luck, now, 12))}
    if luck.random() < 0.05:
        found = {}
    if luck.random() < 0.01:
        found["*"] = Consent("*", ConsentState.WITHDRAWN, Basis.OPT_IN, now)
    return found


def _signal(luck: Random, number: int, now: datetime) -> Signal:
    kinds = ("asset.downloaded",) * 4 + ("webinar.attended",) * 2 + ("webinar.missed", "mail.opened")
    kind = luck.choice((*kinds, "page.visited", "demo.requested", "deal.lost"))
    properties: dict[str, Any] = {}
    if kind == "asset.downloaded":
        properties = {"asset": luck.choice(("guide", "sheet"))}
    elif kind.startswith("webinar."):
        properties = {"webinar": luck.choice(("live", "other"))}
    elif kind == "page.visited":
        properties = {"page": luck.choice(("jobs", "pricing"))}
    at = _ago(luck, now)
    return Signal(kind, at, at, properties, machine=luck.random() < 0.1, id=luck.choice((1, 100 + number)))


def _slot(luck: Random, now: datetime) -> Slot:
    return Slot(_ago(luck, now, 8), luck.choice(("guides", "news")), luck.choice(("s", "most")))


def _handoff(luck: Random, now: datetime) -> OpenHandoff:
    state = luck.choice(list(HandoffState))
    at = _ago(luck, now, 30)
    answered = at + luck.random() * DAY if state is HandoffState.ACCEPTED and luck.random() < 0.8 else None
    due = luck.choice((None, at + 2 * DAY))
    return OpenHandoff(1, state, luck.choice((0, 1)), at, answered, due)


def _paced(luck: Random, now: datetime) -> tuple[Sending, dict[str, Route]]:
    sending = Sending.model_validate({"rate": luck.choice((None, "60 per hour"))})
    shut = Route("slow.example", closed_until=now + HOUR, closings=1, cause=Closing.SLOW)
    busy = Route(RELAY, next_at=now + luck.choice((0, 30, 4000)) * timedelta(seconds=1))
    return sending, luck.choice(({RELAY: busy}, {"slow.example": shut}, {RELAY: replace(shut, name=RELAY)}))
