"""The tables, with the unique constraints that the promises rest on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from leadstore.columns import Instant as Instant  # the migrations know it by this name
from leadstore.columns import Json, mapping, moment, only_where, reference, row_id


class Stored(SQLModel):
    """What every table has."""

    __tablename__: ClassVar[str]
    __table__: ClassVar[Table]


class ReleaseTable(Stored, table=True):
    """Sequences, templates, policy, scoring and catalogue as checked and applied together."""

    __tablename__ = "release"
    id: int | None = row_id()
    digest: str = Field(sa_column=Column(String(64), unique=True, nullable=False))
    files: dict[str, Any] = mapping()  # path -> text
    applied_at: datetime = moment()
    current: bool = True
    __table_args__ = (only_where("uq_release_one_current", "current", where="current", unique=True),)


class LeadTable(Stored, table=True):
    """One person: profile, attributes, stored scores and stage."""

    __tablename__ = "lead"
    id: int | None = row_id()
    key: str | None = Field(default=None, sa_column=Column(String(200), unique=True))
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    job_title: str | None = None
    phone: str | None = None
    country: str | None = Field(default=None, max_length=2)  # ISO 3166-1 alpha-2
    language: str | None = Field(default=None, max_length=20)  # BCP 47
    zone: str | None = Field(default=None, max_length=64)  # IANA
    attributes: dict[str, Any] = mapping()
    stage: str = Field(max_length=20)
    fit: float = 0.0
    engagement: float = 0.0
    grade: str = Field(default="D", max_length=1)
    heat: int = 4
    terms: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    score_as_of: datetime | None = moment(null=True)
    recheck_at: datetime | None = moment(null=True)
    mature: bool = False  # the maturity matrix says sales, with its margins
    cycle: int = 0  # nth maturity since the last recycle
    created_at: datetime = moment()
    changed_at: datetime = moment()
    live: bool = True  # False: only known from imported history; enters and is offered to nobody yet
    changed: bool = True  # standing sequences have not looked at it yet
    merged_into: int | None = reference("lead.id", null=True)
    __table_args__ = (
        only_where("ix_lead_recheck", "recheck_at", where="recheck_at IS NOT NULL"),
        # Whoever asks says the same words: SQLite compares the text of the question with the index's.
        only_where("ix_lead_changed", "id", where="changed AND live AND merged_into IS NULL"),
        only_where("ix_lead_ready", "heat", "grade", where="mature AND merged_into IS NULL"),
        only_where("ix_lead_unscored", "id", where="score_as_of IS NULL AND merged_into IS NULL"),
    )


class AddressTable(Stored, table=True):
    """A normalised address: consent, suppression and caps belong to it. A merged one stays as an alias."""

    __tablename__ = "address"
    id: int | None = row_id()
    address: str = Field(sa_column=Column(String(320), unique=True, nullable=False))
    lead_id: int = reference("lead.id", index=True)
    current: bool = True  # the one the lead is reached at; the others are aliases
    own_cap: str | None = Field(default=None, max_length=60)  # the lead's own choice; it only tightens
    created_at: datetime = moment()
    __table_args__ = (only_where("uq_address_one_current", "lead_id", where="current", unique=True),)


class ConsentTable(Stored, table=True):
    """What an address says now about one topic."""

    __tablename__ = "consent"
    address_id: int = reference("address.id", primary=True)
    topic: str = Field(primary_key=True, max_length=80)
    state: str = Field(max_length=12)
    basis: str = Field(max_length=24)
    proof: str = ""
    source: str = ""
    at: datetime = moment()


class ConsentChangeTable(Stored, table=True):
    """History of consents: appended, never edited."""

    __tablename__ = "consent_change"
    id: int | None = row_id()
    address_id: int = reference("address.id", index=True)
    topic: str = Field(max_length=80)
    state: str = Field(max_length=12)
    basis: str = Field(max_length=24)
    proof: str = ""
    source: str = ""
    at: datetime = moment()


class SuppressionTable(Stored, table=True):
    """Never mail this address; only an operator lifts it."""

    __tablename__ = "suppression"
    id: int | None = row_id()
    address_id: int = reference("address.id")
    reason: str = Field(max_length=12)
    source: str = ""
    at: datetime = moment()
    lifted_at: datetime | None = moment(null=True)
    __table_args__ = (
        only_where("uq_suppression_in_force", "address_id", where="lifted_at IS NULL", unique=True),
    )


class SignalTable(Stored, table=True):
    """Something a lead did or that happened to it; append-only."""

    __tablename__ = "signal"
    id: int | None = row_id()
    lead_id: int = reference("lead.id")
    type: str = Field(max_length=80)
    properties: dict[str, Any] = mapping()
    occurred_at: datetime = moment()
    received_at: datetime = moment()
    source: str = Field(max_length=80)
    source_id: str = Field(max_length=200)
    machine: bool = False
    live: bool = True
    pending: bool = True  # intake has not taken it yet
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_signal_lead", "lead_id", "occurred_at"),
        only_where("ix_signal_pending", "id", where="pending"),
    )


class HaltTable(Stored, table=True):
    """A sequence that the operator paused or retired."""

    __tablename__ = "halt"
    sequence: str = Field(primary_key=True, max_length=120)
    kind: str = Field(max_length=8)  # paused, or retired
    since: datetime = moment()


_ENTRY = ("lead_id", "sequence", "entry_key")


class EnrolmentTable(Stored, table=True):
    """One run of one lead through one sequence."""

    __tablename__ = "enrolment"
    id: int | None = row_id()
    lead_id: int = reference("lead.id", index=True)
    sequence: str = Field(max_length=120)
    entry_key: str = Field(default="", max_length=200)
    run: int = 1
    version: str = Field(max_length=64)
    release_id: int = reference("release.id")  # the release whose structure it follows
    state: str = Field(max_length=12)
    step: str = Field(max_length=200)
    occurrence: int = 1
    step_since: datetime = moment()
    due_at: datetime = moment()
    first_due_at: datetime = moment()
    priority: int = 50
    signal_id: int | None = reference("signal.id", null=True)
    requested: bool = False
    retries: int = 0
    entered_at: datetime = moment()
    ended_at: datetime | None = moment(null=True)
    reason: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = moment(null=True)
    # Seconds for which the timers of the current step stood still.
    frozen: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    __table_args__ = (
        UniqueConstraint(*_ENTRY, "run"),
        only_where("uq_enrolment_one_active", *_ENTRY, where="state = 'active'", unique=True),
        only_where("ix_enrolment_due", "due_at", "lead_id", where="state = 'active'"),
    )


LEASED_STATES = "state IN ('claimed', 'started')"
SLOT_STATES = "state IN ('claimed', 'started', 'sent', 'uncertain')"
TROUBLED = "closings > 0"
LEFT_ALONE = "kind = 'lead' AND state <> 'retried'"
"""SQLite uses a partial index only for a question in the same words, so they are written here."""


class OutboxTable(Stored, table=True):
    """Everything that is sent, written before it is sent. The row of a touch is its cap slot."""

    __tablename__ = "outbox"
    id: int | None = row_id()
    kind: str = Field(max_length=8)
    lead_id: int | None = reference("lead.id", null=True, index=True)
    address_id: int | None = reference("address.id", null=True)
    enrolment_id: int | None = reference("enrolment.id", null=True)
    handoff_id: int | None = reference("handoff.id", null=True)
    sequence: str = Field(default="", max_length=120)
    step: str = Field(default="", max_length=200)
    occurrence: int = 1
    template: str = Field(default="", max_length=200)
    topic: str = Field(default="", max_length=80)
    purpose: str = Field(default="marketing", max_length=12)
    asset: str | None = Field(default=None, max_length=120)
    recipient: str | None = Field(default=None, max_length=320)  # seller mail only; a lead's is its address
    payload: dict[str, Any] = mapping()
    dedupe: str | None = Field(default=None, sa_column=Column(String(200), unique=True))
    message_id: str = Field(sa_column=Column(String(120), unique=True, nullable=False))
    state: str = Field(max_length=10)
    attempt: int = 0  # the fencing number
    worker: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = moment(null=True)
    due_at: datetime = moment()
    first_due_at: datetime = moment()
    expires_at: datetime | None = moment(null=True)
    slot_at: datetime | None = moment(null=True)  # latest attempt: dates the cap slot
    started_at: datetime | None = moment(null=True)
    settled_at: datetime | None = moment(null=True)
    code: int | None = None
    reply: str = ""
    reason: str = Field(default="", max_length=40)
    created_at: datetime = moment()
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", "occurrence"),
        only_where("ix_outbox_due", "kind", "due_at", where="state = 'planned'"),
        only_where("ix_outbox_leased", "lease_until", where=LEASED_STATES),
        only_where("ix_outbox_slots", "address_id", "slot_at", where=SLOT_STATES),
    )


class RouteStateTable(Stored, table=True):
    """The relay, or a recipient's domain behind it: its pace, and whether it is closed and why."""

    __tablename__ = "route"
    name: str = Field(primary_key=True, max_length=255)
    next_at: datetime | None = moment(null=True)
    queue_at: datetime | None = moment(null=True)
    day: date | None = None
    used: int = 0
    closed_until: datetime | None = moment(null=True)
    closings: int = 0
    probing: bool = False
    cause: str | None = Field(default=None, max_length=10)
    code: int | None = None
    reply: str = ""
    since: datetime | None = moment(null=True)
    taken: int = 0
    refused: int = 0
    pace: float | None = None
    paced_at: datetime | None = moment(null=True)
    __table_args__ = (only_where("ix_route_troubled", "name", where=TROUBLED),)


class DecisionLogTable(Stored, table=True):
    """Every send, wait, skip and stop with its reason, so that any silence can be explained."""

    __tablename__ = "decision"
    id: int | None = row_id()
    lead_id: int = reference("lead.id", index=True)
    enrolment_id: int | None = reference("enrolment.id", null=True, index=True)
    sequence: str = Field(default="", max_length=120)
    step: str = Field(default="", max_length=200)
    occurrence: int = 1
    verdict: str = Field(max_length=8)
    reason: str = Field(max_length=40)
    until: datetime | None = moment(null=True)
    detail: dict[str, Any] = mapping()
    at: datetime = moment()
    __table_args__ = (
        only_where(
            "ix_decision_entries", "lead_id", "sequence", "id", where="verdict IN ('enter', 'refuse')"
        ),
    )


class ScoreHistoryTable(Stored, table=True):
    """Scores over time: appended when a score moves by a whole point or changes its cell, then thinned."""

    __tablename__ = "score_history"
    id: int | None = row_id()
    lead_id: int = reference("lead.id", index=True)
    fit: float = 0.0
    engagement: float = 0.0
    grade: str = Field(max_length=1)
    heat: int = 4
    at: datetime = moment()


class StageChangeTable(Stored, table=True):
    """Stage changes with their cause: appended, never edited."""

    __tablename__ = "stage_change"
    id: int | None = row_id()
    lead_id: int = reference("lead.id", index=True)
    before: str = Field(max_length=20)
    after: str = Field(max_length=20)
    cause: str = Field(max_length=200)
    at: datetime = moment()


class HandoffTable(Stored, table=True):
    """A mature lead offered to a seller; one per lead and cycle."""

    __tablename__ = "handoff"
    id: int | None = row_id()
    lead_id: int = reference("lead.id")
    cycle: int
    state: str = Field(max_length=12)
    seller: str | None = Field(default=None, max_length=80)
    cause: str = Field(default="", max_length=200)
    created_at: datetime = moment()
    offered_at: datetime | None = moment(null=True)
    due_at: datetime | None = moment(null=True)
    answered_at: datetime | None = moment(null=True)
    answer: str = ""
    __table_args__ = (
        UniqueConstraint("lead_id", "cycle"),
        only_where("uq_handoff_one_open", "lead_id", where="state IN ('unassigned', 'offered')", unique=True),
        only_where("ix_handoff_unassigned", "created_at", "id", where="state = 'unassigned'"),
    )


class SellerTable(Stored, table=True):
    """How many offers each seller of nurture.yaml has had, for the round-robin."""

    __tablename__ = "seller"
    name: str = Field(primary_key=True, max_length=80)
    offered: int = 0
    last_offered_at: datetime | None = moment(null=True)


class ImportRunTable(Stored, table=True):
    """How far an import of one file with one map has come, so that it resumes."""

    __tablename__ = "import_run"
    id: int | None = row_id()
    digest: str = Field(sa_column=Column(String(64), unique=True, nullable=False))
    line: int = 0  # records of the file that are in the store or in the rejects
    counts: dict[str, Any] = mapping()
    started_at: datetime = moment()
    finished_at: datetime | None = moment(null=True)


class AsideTable(Stored, table=True):
    """An item of a batch that raised: kept with its reason until the operator puts it back or drops it."""

    __tablename__ = "aside"
    id: int | None = row_id()
    kind: str = Field(max_length=12)
    stage: str = Field(max_length=12)
    ref: str = Field(max_length=200)  # the item's own key: a signal's or lead's id, a mail's digest
    lead_id: int | None = reference("lead.id", null=True)
    error: str = Field(max_length=80)  # the type of what was raised
    message: str = Field(default="", max_length=500)  # in words that give nobody away
    place: str = Field(default="", max_length=200)  # where in the code
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    state: str = Field(max_length=8)
    times: int = 1  # how often it raised
    first_at: datetime = moment()
    last_at: datetime = moment()
    __table_args__ = (
        UniqueConstraint("kind", "stage", "ref"),
        only_where("ix_aside_open", "last_at", where="state = 'open'"),
        only_where("ix_aside_leads", "lead_id", "stage", where=LEFT_ALONE),
    )


class NoteTable(Stored, table=True):
    """Single facts about the store: the furthest moment it has seen, the last sweep."""

    __tablename__ = "note"
    name: str = Field(primary_key=True, max_length=40)
    value: str = ""
