"""The tables, and the uniqueness the promises rest on, as database constraints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, naive UTC text on SQLite.

    Text is made and read here: a batch holds few different instants, many times each.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """On its way in: refused when naive."""
        return _in_utc if dialect.name == "postgresql" else _as_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """On its way out: always aware."""
        return _in_utc if dialect.name == "postgresql" else _from_text


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is UTC:  # as PostgreSQL gives them, and as nearly all are given to it
        return value
    if value.tzinfo is None:
        raise ValueError("instants are aware UTC; got a naive datetime")
    return value.astimezone(UTC)


@lru_cache(maxsize=4096)
def _as_text(value: datetime | None) -> str | None:
    utc = _in_utc(value)
    return None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=4096)
def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only numbers rows by itself on INTEGER PRIMARY KEY."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def _id() -> Any:
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def _ref(target: str, *, null: bool = False, index: bool = False, primary: bool = False) -> Any:
    column = Column(Id, ForeignKey(target), nullable=null, index=index, primary_key=primary)
    return Field(default=None, sa_column=column)


def _at(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Instant, nullable=null, index=index))


def _json() -> Any:
    return Field(default_factory=dict, sa_column=Column(Json, nullable=False, default=dict))


def _only_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """A partial index, the same on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class ReleaseTable(SQLModel, table=True):
    """Sequences, templates, policy, scoring and catalogue as checked and applied together."""

    __tablename__ = "release"
    id: int | None = _id()
    digest: str = Field(sa_column=Column(String(64), unique=True, nullable=False))
    files: dict[str, Any] = _json()  # path -> text
    applied_at: datetime = _at()
    current: bool = True
    __table_args__ = (_only_where("uq_release_one_current", "current", where="current", unique=True),)


class LeadTable(SQLModel, table=True):
    """One person: profile, attributes, stored scores and stage."""

    __tablename__ = "lead"
    id: int | None = _id()
    key: str | None = Field(default=None, sa_column=Column(String(200), unique=True))
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    job_title: str | None = None
    phone: str | None = None
    country: str | None = Field(default=None, max_length=2)  # ISO 3166-1 alpha-2
    language: str | None = Field(default=None, max_length=20)  # BCP 47
    zone: str | None = Field(default=None, max_length=64)  # IANA
    attributes: dict[str, Any] = _json()
    stage: str = Field(max_length=20)
    fit: float = 0.0
    engagement: float = 0.0
    grade: str = Field(default="D", max_length=1)
    heat: int = 4
    terms: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    score_as_of: datetime | None = _at(null=True)
    recheck_at: datetime | None = _at(null=True)
    mature: bool = False  # the maturity matrix says sales, with its margins
    cycle: int = 0  # nth maturity since the last recycle
    created_at: datetime = _at()
    changed_at: datetime = _at()
    live: bool = True  # False: only known from imported history; enters and is offered to nobody yet
    changed: bool = True  # standing sequences have not looked at it yet
    merged_into: int | None = _ref("lead.id", null=True)
    __table_args__ = (
        _only_where("ix_lead_recheck", "recheck_at", where="recheck_at IS NOT NULL"),
        # Whoever asks says the same words: SQLite compares the text of the question with the index's.
        _only_where("ix_lead_changed", "id", where="changed AND live AND merged_into IS NULL"),
        _only_where("ix_lead_ready", "heat", "grade", where="mature AND merged_into IS NULL"),
        _only_where("ix_lead_unscored", "id", where="score_as_of IS NULL AND merged_into IS NULL"),
    )


class AddressTable(SQLModel, table=True):
    """A normalised address: consent, suppression and caps belong to it. A merged one stays as an alias."""

    __tablename__ = "address"
    id: int | None = _id()
    address: str = Field(sa_column=Column(String(320), unique=True, nullable=False))
    lead_id: int = _ref("lead.id", index=True)
    current: bool = True  # the one the lead is reached at; the others are aliases
    own_cap: str | None = Field(default=None, max_length=60)  # the lead's own choice; it only tightens
    created_at: datetime = _at()
    __table_args__ = (_only_where("uq_address_one_current", "lead_id", where="current", unique=True),)


class ConsentTable(SQLModel, table=True):
    """What an address says now about one topic."""

    __tablename__ = "consent"
    address_id: int = _ref("address.id", primary=True)
    topic: str = Field(primary_key=True, max_length=80)
    state: str = Field(max_length=12)
    basis: str = Field(max_length=24)
    proof: str = ""
    source: str = ""
    at: datetime = _at()


class ConsentChangeTable(SQLModel, table=True):
    """History of consents: appended, never edited."""

    __tablename__ = "consent_change"
    id: int | None = _id()
    address_id: int = _ref("address.id", index=True)
    topic: str = Field(max_length=80)
    state: str = Field(max_length=12)
    basis: str = Field(max_length=24)
    proof: str = ""
    source: str = ""
    at: datetime = _at()


class SuppressionTable(SQLModel, table=True):
    """Never mail this address; only an operator lifts it."""

    __tablename__ = "suppression"
    id: int | None = _id()
    address_id: int = _ref("address.id")
    reason: str = Field(max_length=12)
    source: str = ""
    at: datetime = _at()
    lifted_at: datetime | None = _at(null=True)
    __table_args__ = (
        _only_where("uq_suppression_in_force", "address_id", where="lifted_at IS NULL", unique=True),
    )


class SignalTable(SQLModel, table=True):
    """Something a lead did or that happened to it; append-only."""

    __tablename__ = "signal"
    id: int | None = _id()
    lead_id: int = _ref("lead.id")
    type: str = Field(max_length=80)
    properties: dict[str, Any] = _json()
    occurred_at: datetime = _at()
    received_at: datetime = _at()
    source: str = Field(max_length=80)
    source_id: str = Field(max_length=200)
    machine: bool = False
    live: bool = True
    pending: bool = True  # intake has not taken it yet
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_signal_lead", "lead_id", "occurred_at"),
        _only_where("ix_signal_pending", "id", where="pending"),
    )


class HaltTable(SQLModel, table=True):
    """A sequence that the operator paused or retired."""

    __tablename__ = "halt"
    sequence: str = Field(primary_key=True, max_length=120)
    kind: str = Field(max_length=8)  # paused, or retired
    since: datetime = _at()


class EnrolmentTable(SQLModel, table=True):
    """One run of one lead through one sequence."""

    __tablename__ = "enrolment"
    id: int | None = _id()
    lead_id: int = _ref("lead.id", index=True)
    sequence: str = Field(max_length=120)
    entry_key: str = Field(default="", max_length=200)
    run: int = 1
    version: str = Field(max_length=64)
    release_id: int = _ref("release.id")  # the release whose structure it follows
    state: str = Field(max_length=12)
    step: str = Field(max_length=200)
    occurrence: int = 1
    step_since: datetime = _at()
    due_at: datetime = _at()
    first_due_at: datetime = _at()
    priority: int = 50
    signal_id: int | None = _ref("signal.id", null=True)
    requested: bool = False
    retries: int = 0
    entered_at: datetime = _at()
    ended_at: datetime | None = _at(null=True)
    reason: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = _at(null=True)
    # Seconds for which the timers of the current step stood still.
    frozen: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    __table_args__ = (
        UniqueConstraint("lead_id", "sequence", "entry_key", "run"),
        _only_where(
            "uq_enrolment_one_active",
            "lead_id",
            "sequence",
            "entry_key",
            where="state = 'active'",
            unique=True,
        ),
        _only_where("ix_enrolment_due", "due_at", "lead_id", where="state = 'active'"),
    )


LEASED_STATES = "state IN ('claimed', 'started')"
SLOT_STATES = "state IN ('claimed', 'started', 'sent', 'uncertain')"
TROUBLED = "closings > 0"
LEFT_ALONE = "kind = 'lead' AND state <> 'retried'"
"""SQLite uses a partial index only for a question in the same words, so they are written here."""


class OutboxTable(SQLModel, table=True):
    """Everything that is spoken, written before it is spoken. The touch row is the cap slot."""

    __tablename__ = "outbox"
    id: int | None = _id()
    kind: str = Field(max_length=8)
    lead_id: int | None = _ref("lead.id", null=True, index=True)
    address_id: int | None = _ref("address.id", null=True)
    enrolment_id: int | None = _ref("enrolment.id", null=True)
    handoff_id: int | None = _ref("handoff.id", null=True)
    sequence: str = Field(default="", max_length=120)
    step: str = Field(default="", max_length=200)
    occurrence: int = 1
    template: str = Field(default="", max_length=200)
    topic: str = Field(default="", max_length=80)
    purpose: str = Field(default="marketing", max_length=12)
    asset: str | None = Field(default=None, max_length=120)
    recipient: str | None = Field(default=None, max_length=320)  # seller mail only; a lead's is its address
    payload: dict[str, Any] = _json()
    dedupe: str | None = Field(default=None, sa_column=Column(String(200), unique=True))
    message_id: str = Field(sa_column=Column(String(120), unique=True, nullable=False))
    state: str = Field(max_length=10)
    attempt: int = 0  # the fencing number
    worker: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = _at(null=True)
    due_at: datetime = _at()
    first_due_at: datetime = _at()
    expires_at: datetime | None = _at(null=True)
    slot_at: datetime | None = _at(null=True)  # latest attempt: dates the cap slot
    started_at: datetime | None = _at(null=True)
    settled_at: datetime | None = _at(null=True)
    code: int | None = None
    reply: str = ""
    reason: str = Field(default="", max_length=40)
    created_at: datetime = _at()
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", "occurrence"),
        _only_where("ix_outbox_due", "kind", "due_at", where="state = 'planned'"),
        _only_where("ix_outbox_leased", "lease_until", where=LEASED_STATES),
        _only_where(
            "ix_outbox_slots",
            "address_id",
            "slot_at",
            where=SLOT_STATES,
        ),
    )


class RouteStateTable(SQLModel, table=True):
    """The relay, or a recipient's domain behind it: its pace, and whether it is closed and why."""

    __tablename__ = "route"
    name: str = Field(primary_key=True, max_length=255)
    next_at: datetime | None = _at(null=True)
    queue_at: datetime | None = _at(null=True)
    day: date | None = None
    used: int = 0
    closed_until: datetime | None = _at(null=True)
    closings: int = 0
    probing: bool = False
    cause: str | None = Field(default=None, max_length=10)
    code: int | None = None
    reply: str = ""
    since: datetime | None = _at(null=True)
    taken: int = 0
    refused: int = 0
    pace: float | None = None
    paced_at: datetime | None = _at(null=True)
    __table_args__ = (_only_where("ix_route_troubled", "name", where=TROUBLED),)


class DecisionLogTable(SQLModel, table=True):
    """Every send, wait, skip and stop with its reason, so that any silence can be explained."""

    __tablename__ = "decision"
    id: int | None = _id()
    lead_id: int = _ref("lead.id", index=True)
    enrolment_id: int | None = _ref("enrolment.id", null=True, index=True)
    sequence: str = Field(default="", max_length=120)
    step: str = Field(default="", max_length=200)
    occurrence: int = 1
    verdict: str = Field(max_length=8)
    reason: str = Field(max_length=40)
    until: datetime | None = _at(null=True)
    detail: dict[str, Any] = _json()
    at: datetime = _at()
    __table_args__ = (
        _only_where(
            "ix_decision_entries", "lead_id", "sequence", "id", where="verdict IN ('enter', 'refuse')"
        ),
    )


class ScoreHistoryTable(SQLModel, table=True):
    """Scores over time: appended when a score moves by a whole point or changes its cell, then thinned."""

    __tablename__ = "score_history"
    id: int | None = _id()
    lead_id: int = _ref("lead.id", index=True)
    fit: float = 0.0
    engagement: float = 0.0
    grade: str = Field(max_length=1)
    heat: int = 4
    at: datetime = _at()


class StageChangeTable(SQLModel, table=True):
    """Stage changes with their cause: appended, never edited."""

    __tablename__ = "stage_change"
    id: int | None = _id()
    lead_id: int = _ref("lead.id", index=True)
    before: str = Field(max_length=20)
    after: str = Field(max_length=20)
    cause: str = Field(max_length=200)
    at: datetime = _at()


class HandoffTable(SQLModel, table=True):
    """A mature lead offered to a seller; one per lead and cycle."""

    __tablename__ = "handoff"
    id: int | None = _id()
    lead_id: int = _ref("lead.id")
    cycle: int
    state: str = Field(max_length=12)
    seller: str | None = Field(default=None, max_length=80)
    cause: str = Field(default="", max_length=200)
    created_at: datetime = _at()
    offered_at: datetime | None = _at(null=True)
    due_at: datetime | None = _at(null=True)
    answered_at: datetime | None = _at(null=True)
    answer: str = ""
    __table_args__ = (
        UniqueConstraint("lead_id", "cycle"),
        _only_where(
            "uq_handoff_one_open",
            "lead_id",
            where="state IN ('unassigned', 'offered')",
            unique=True,
        ),
        _only_where("ix_handoff_unassigned", "created_at", "id", where="state = 'unassigned'"),
    )


class SellerTable(SQLModel, table=True):
    """Where the round-robin stands for each seller named in nurture.yaml."""

    __tablename__ = "seller"
    name: str = Field(primary_key=True, max_length=80)
    offered: int = 0
    last_offered_at: datetime | None = _at(null=True)


class ImportRunTable(SQLModel, table=True):
    """How far an import of one file with one map has come, so that it resumes."""

    __tablename__ = "import_run"
    id: int | None = _id()
    digest: str = Field(sa_column=Column(String(64), unique=True, nullable=False))
    line: int = 0  # records of the file that are in the store or in the rejects
    counts: dict[str, Any] = _json()
    started_at: datetime = _at()
    finished_at: datetime | None = _at(null=True)


class AsideTable(SQLModel, table=True):
    """An item of a batch that raised: kept with its reason until the operator puts it back or drops it."""

    __tablename__ = "aside"
    id: int | None = _id()
    kind: str = Field(max_length=12)
    stage: str = Field(max_length=12)
    ref: str = Field(max_length=200)  # the item's own key: a signal's or lead's id, a mail's digest
    lead_id: int | None = _ref("lead.id", null=True)
    error: str = Field(max_length=80)  # the type of what was raised
    message: str = Field(default="", max_length=500)  # in words that give nobody away
    place: str = Field(default="", max_length=200)  # where in the code
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    state: str = Field(max_length=8)
    times: int = 1  # how often it raised
    first_at: datetime = _at()
    last_at: datetime = _at()
    __table_args__ = (
        UniqueConstraint("kind", "stage", "ref"),
        _only_where("ix_aside_open", "last_at", where="state = 'open'"),
        _only_where("ix_aside_leads", "lead_id", "stage", where=LEFT_ALONE),
    )


class KeyTable(SQLModel, table=True):
    """A key by which another system posts events or reads. Its secret is not here: only what tells it."""

    __tablename__ = "api_key"
    name: str = Field(primary_key=True, max_length=20)
    source: str = Field(max_length=80)
    digest: str | None = Field(default=None, max_length=64)  # of its secret; None: it signs what it posts
    scopes: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    types: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    per_minute: int
    made_at: datetime = _at()
    expires_at: datetime | None = _at(null=True)
    revoked_at: datetime | None = _at(null=True)


class VisitorTable(SQLModel, table=True):
    """Somebody under a name that a site gave: whose it is, once an address is known."""

    __tablename__ = "visitor"
    name: str = Field(primary_key=True, max_length=64)  # a digest
    lead_id: int | None = _ref("lead.id", null=True, index=True)
    seen_at: datetime = _at(index=True)


class WaitingSignalTable(SQLModel, table=True):
    """What a visitor did before anybody knew an address: a signal from then on, else forgotten."""

    __tablename__ = "waiting_signal"
    id: int | None = _id()
    visitor: str = Field(max_length=64, index=True)
    type: str = Field(max_length=80)
    properties: dict[str, Any] = _json()
    occurred_at: datetime = _at()
    received_at: datetime = _at(index=True)
    source: str = Field(max_length=80)
    source_id: str = Field(max_length=200)
    __table_args__ = (UniqueConstraint("source", "source_id"),)


class UnmappedEventTable(SQLModel, table=True):
    """An event of a site that events.yaml does not know, counted."""

    __tablename__ = "unmapped_event"
    source: str = Field(primary_key=True, max_length=80)
    name: str = Field(primary_key=True, max_length=200)
    times: int
    properties: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    first_at: datetime = _at()
    last_at: datetime = _at()


class NoteTable(SQLModel, table=True):
    """Single facts about the store: the furthest moment it has seen, the last sweep."""

    __tablename__ = "note"
    name: str = Field(primary_key=True, max_length=40)
    value: str = ""
