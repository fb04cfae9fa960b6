"""The parts of one lead's story, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.values import Consent, Enrolment, Lead, Signal, Term
from nurture.words import HandoffState, OutboxKind, Reason, Stage, SuppressionReason, TouchState, Verdict

BY_OPERATOR = "by_operator"
"""The outbox's reason for a row that an operator settled."""


@dataclass(frozen=True, slots=True)
class StageMove:
    """A change of stage and its cause."""

    before: Stage
    after: Stage
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """What the scores were from a moment on."""

    fit: float
    engagement: float
    grade: str
    heat: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SuppressionSpan:
    """A suppression of the lead's address, in force until it is lifted."""

    reason: SuppressionReason
    at: datetime
    source: str
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastEnrolment:
    """One enrolment, and how it ended if it did; `due_at` of the enrolment is its next look."""

    enrolment: Enrolment
    reason: Reason | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it was written; `enrolment_id` None: it was about entering."""

    id: int
    enrolment_id: int | None
    sequence: str
    step: str
    occurrence: int
    verdict: Verdict
    reason: Reason
    until: datetime | None
    detail: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Touch:
    """An outbox row about the lead. `reason` is a Reason or one of the outbox's own words."""

    id: int
    kind: OutboxKind
    enrolment_id: int | None
    handoff_id: int | None
    sequence: str
    step: str
    occurrence: int
    template: str
    topic: str
    purpose: str
    asset: str | None
    state: TouchState
    due_at: datetime
    expires_at: datetime | None
    started_at: datetime | None
    settled_at: datetime | None
    attempt: int
    code: int | None
    reply: str
    reason: str
    worker: str | None = None  # the process that claimed it last
    lease_until: datetime | None = None  # how long it is that process's

    @property
    def sent_at(self) -> datetime | None:
        """When the relay took it; None unless it did."""
        if self.state is not TouchState.SENT:
            return None
        return self.started_at if self.reason == BY_OPERATOR else self.settled_at


@dataclass(frozen=True, slots=True)
class PastOffer:
    """A handoff: to whom, why, and the answer."""

    id: int
    cycle: int
    state: HandoffState
    seller: str | None
    cause: str
    created_at: datetime
    offered_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that the store remembers of one lead; every list is oldest first."""

    lead: Lead
    aliases: tuple[str, ...]
    live: bool
    mature: bool
    terms: tuple[Term, ...]
    as_of: datetime | None
    recheck_at: datetime | None
    stages: tuple[StageMove, ...]
    scores: tuple[ScorePoint, ...]
    consents: tuple[Consent, ...]
    consent_history: tuple[Consent, ...]
    suppressions: tuple[SuppressionSpan, ...]
    runs: tuple[PastEnrolment, ...]
    decisions: tuple[PastDecision, ...]
    touches: tuple[Touch, ...]
    notices: tuple[Touch, ...]  # seller mails and webhooks about the lead
    handoffs: tuple[PastOffer, ...]
    signals: tuple[Signal, ...]  # the latest ones

    @property
    def suppression(self) -> SuppressionSpan | None:
        """The suppression in force, if there is one."""
        return next((one for one in self.suppressions if one.lifted_at is None), None)
