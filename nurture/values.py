"""The facts that cross rooms: frozen values, aware UTC instants, no behaviour beyond reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from nurture.quick import quick
from nurture.words import (
    OUTCOMES,
    Axis,
    Basis,
    ConsentState,
    EnrolmentState,
    HandoffState,
    OutboxKind,
    Outcome,
    Purpose,
    Reason,
    Remedy,
    Stage,
    SuppressionReason,
    TouchState,
    Verdict,
)

PROFILE_FIELDS = ("first_name", "last_name", "company", "job_title", "phone", "country", "language", "zone")
"""Lead fields every project has; all else is an attribute declared in catalog.yaml."""


def domain_of(address: str) -> str:
    """The part of a normalised address behind its last @."""
    return address.rpartition("@")[2]


@quick
class Lead:
    """One person: profile, attributes, stored scores and stage. `address` is the normalised address."""

    id: int
    address_id: int
    address: str
    key: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)  # PROFILE_FIELDS that are known
    attributes: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage = Stage.SUBSCRIBER
    fit: float = 0.0
    engagement: float = 0.0
    grade: str = "D"
    heat: int = 4  # 1 hot .. 4 cold
    cycle: int = 0
    created_at: datetime | None = None
    own_cap: str | None = None  # the lead's own choice, such as `1 per 14 days`; it only tightens

    def fields(self) -> dict[str, Any]:
        """The flat view that conditions and templates see as `lead`."""
        return {
            **self.attributes,
            **self.profile,
            "id": self.id,
            "key": self.key,
            "email": self.address,
            "stage": self.stage.value,
            "fit": self.fit,
            "engagement": self.engagement,
            "grade": self.grade,
            "heat": self.heat,
        }


@quick
class Consent:
    """What an address said about one topic."""

    topic: str
    state: ConsentState
    basis: Basis
    at: datetime
    source: str = ""
    proof: str = ""


@quick
class Suppression:
    """An address that is never mailed."""

    reason: SuppressionReason
    at: datetime
    source: str = ""


@quick
class Signal:
    """Something a lead did or that happened to it. `received_at` is set by the store."""

    type: str
    occurred_at: datetime
    received_at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    machine: bool = False  # a machine made it: stored, never scores, branches or exits
    id: int = 0


@quick
class NewSignal:
    """A signal on its way into the store; unique by (source, source_id)."""

    lead_id: int
    type: str
    occurred_at: datetime
    source: str
    source_id: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    machine: bool = False
    live: bool = True  # False: scores, but enters, wakes and hands over nobody


@quick
class Term:
    """One line of a score's breakdown; the terms of a score add up to it."""

    axis: Axis
    rule: str
    points: float  # points now, after decay and caps
    base: float = 0.0  # points when fresh
    signal_id: int | None = None
    age_days: float | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form stored with the score."""
        return {
            "axis": self.axis,
            "rule": self.rule,
            "points": round(self.points, 4),
            "base": self.base,
            "signal_id": self.signal_id,
            "age_days": None if self.age_days is None else round(self.age_days, 3),
            "note": self.note,
        }


def as_terms(rows: Sequence[Mapping[str, Any]]) -> tuple[Term, ...]:
    """The stored breakdown as values: the inverse of Term.as_dict."""
    return tuple(Term(**row) for row in rows)


@quick
class Score:
    """Two axes at one moment, their breakdown, and when to look again at the latest."""

    fit: float
    engagement: float
    grade: str
    heat: int
    terms: tuple[Term, ...]
    as_of: datetime
    recheck_at: datetime | None  # lower bound of the next threshold crossing; None = never


@quick
class Enrolment:
    """One run of one lead through one sequence."""

    id: int
    lead_id: int
    sequence: str
    entry_key: str
    run: int
    version: str
    state: EnrolmentState
    step: str  # id of the step it stands at
    occurrence: int  # nth passage of that step, from 1
    step_since: datetime  # when it came to stand there (the step before settled)
    due_at: datetime
    first_due_at: datetime  # when the current step first came due; `expires` counts from here
    priority: int
    entered_at: datetime
    signal: Signal | None = None  # the entering signal
    requested: bool = False  # opened by the lead's own request: service mail may go
    retries: int = 0
    release_id: int = 0  # the release whose structure it follows
    frozen: timedelta = timedelta(0)  # for how long the timers of its step stood still


@quick
class Slot:
    """A touch that counts for caps."""

    at: datetime
    topic: str
    sequence: str


@quick
class AssetSent:
    """An asset some enrolment has already sent."""

    asset: str
    enrolment_id: int


@quick
class OpenHandoff:
    """What the gate must know of the lead's latest handoff."""

    id: int
    state: HandoffState
    cycle: int
    at: datetime
    answered_at: datetime | None = None
    due_at: datetime | None = None  # when its answer is wanted


@quick
class Snapshot:
    """All that the gate may look at for one lead, read in a few set queries for a whole batch."""

    lead: Lead
    enrolments: Sequence[Enrolment]  # the due ones
    consents: Mapping[str, Consent] = field(default_factory=dict)
    suppression: Suppression | None = None
    signals: Sequence[Signal] = ()  # oldest first, by received_at
    slots: Sequence[Slot] = ()
    assets: Sequence[AssetSent] = ()
    handoff: OpenHandoff | None = None
    settled: frozenset[tuple[int, str, int]] = frozenset()  # (enrolment, step, occurrence) never sent again


@quick
class Decision:
    """What was decided for one enrolment at one step, and why."""

    enrolment_id: int
    step: str
    occurrence: int
    verdict: Verdict
    reason: Reason
    until: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@quick
class TouchPlan:
    """A touch row as the gate wants it: claimed now, or planned for later."""

    enrolment_id: int
    lead_id: int
    address_id: int
    sequence: str
    step: str
    occurrence: int
    template: str
    topic: str
    purpose: Purpose
    asset: str | None
    state: TouchState  # CLAIMED, PLANNED or SKIPPED
    due_at: datetime
    first_due_at: datetime
    expires_at: datetime | None
    reason: Reason
    webinar: str | None = None  # the webinar it speaks of
    ics: bool = False  # whether it carries that webinar as a calendar file
    start_at: datetime | None = None  # its turn, when the relay or the domain is paced


@quick
class NoticePlan:
    """A notice to a team or a seller, or a call to another system, as the gate wants it."""

    kind: OutboxKind  # SELLER or WEBHOOK
    enrolment_id: int
    lead_id: int
    sequence: str
    step: str
    occurrence: int
    to: str  # the team, the seller or the webhook, as the policy names it
    template: str = ""
    cause: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)  # what a `webhook` step carries, as written


@quick
class Position:
    """Where an enrolment stands after the decisions."""

    enrolment_id: int
    state: EnrolmentState
    step: str
    occurrence: int
    step_since: datetime
    due_at: datetime
    first_due_at: datetime
    reason: Reason | None = None  # when it ended
    frozen: timedelta = timedelta(0)


@quick
class Plan:
    """All that was decided for one lead in one pass."""

    lead_id: int
    decisions: tuple[Decision, ...]
    touches: tuple[TouchPlan, ...]
    positions: tuple[Position, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)  # from `set`
    offer: str = ""  # why a `handoff` step offers the lead to sales; empty = it does not
    notices: tuple[NoticePlan, ...] = ()


@quick
class PastRun:
    """An earlier run of a lead through a sequence, as re-entry looks at it."""

    entry_key: str
    run: int
    active: bool
    ended_at: datetime | None
    sent: bool  # whether any touch left, or was offered to a relay that refused it
    completed: bool = False  # came to its end


@quick
class Entry:
    """Whether a lead enters a sequence, and why."""

    lead_id: int
    sequence: str
    verdict: Verdict  # ENTER or REFUSE
    reason: Reason
    entry_key: str = ""
    run: int = 1
    signal_id: int | None = None
    requested: bool = False


@quick
class Claim:
    """An outbox row taken by this worker: what is needed to build and send it."""

    id: int
    attempt: int  # the fencing number
    kind: str
    message_id: str
    template: str
    recipient: str
    lead_id: int | None = None
    address_id: int | None = None
    enrolment_id: int | None = None
    sequence: str = ""
    step: str = ""
    occurrence: int = 1
    topic: str = ""
    purpose: str = Purpose.MARKETING.value
    asset: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    start_at: datetime | None = None  # its turn: it is not started earlier

    @property
    def domain(self) -> str:
        """The domain of its recipient: the route it takes behind the relay."""
        return domain_of(self.recipient)


@quick
class Letter:
    """A built message ready for the relay. `sender` is the envelope sender."""

    outbox_id: int
    attempt: int
    sender: str
    recipient: str
    content: bytes

    def delivery(self, remedy: Remedy, at: datetime, code: int | None = None, reply: str = "") -> Delivery:
        """Its delivery. `reply` is what the relay said, without any address."""
        domain = domain_of(self.recipient)
        return Delivery(self.outbox_id, self.attempt, remedy, at, code, reply, domain)


@quick
class Delivery:
    """What the relay made of one letter, and what to do now. `reply` never holds an address."""

    outbox_id: int
    attempt: int
    remedy: Remedy
    at: datetime
    code: int | None = None
    reply: str = ""
    domain: str = ""  # of the recipient; empty for what is no mail

    @property
    def outcome(self) -> Outcome:
        """What became of the letter: it follows from the remedy, so that the two never disagree."""
        return OUTCOMES[self.remedy]
