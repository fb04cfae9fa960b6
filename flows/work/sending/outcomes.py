"""What an answer means for the row that it is about: how it ended, or when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flows.work.sending.pace import closed_by, is_closing, route_of
from leadstore.outbox.letters import OutboxOutcome, OutboxRow, tries
from nurture.deciding.routes import RELAY
from nurture.values import Delivery, Enrolment
from nurture.words import EnrolmentState, OutboxKind, Outcome, Reason, TouchState

RETRY = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""How long to wait after a 4xx; the last one repeats (RFC 5321 4.5.4.1 asks for growing delays)."""
MAX_RETRIES = 24
"""About four days of trying, as mail servers do."""


def outcome_of(
    row: OutboxRow,
    delivery: Delivery,
    enrolment: Enrolment | None,
    shut: Mapping[str, datetime],
    now: datetime,
) -> OutboxOutcome:
    """How the row ends by this answer; `shut` are the routes that are closed, and until when."""
    code, reply = delivery.code, delivery.reply
    # How often it was tried: an enrolment counts its own, a notice has its attempts.
    retries = enrolment.retries if enrolment else tries(row.attempt) - 1
    match delivery.outcome:
        case Outcome.SENT:
            return OutboxOutcome(row.id, TouchState.SENT, Reason.DUE, code, reply)
        case Outcome.REFUSED:
            return OutboxOutcome(row.id, TouchState.REFUSED, Reason.RELAY_NO, code, reply)
        case Outcome.UNCERTAIN:
            return OutboxOutcome(row.id, TouchState.UNCERTAIN, "no_answer", code, reply)
        case Outcome.LATER if enrolment is not None and enrolment.state is not EnrolmentState.ACTIVE:
            return OutboxOutcome(row.id, TouchState.SKIPPED, "enrolment_ended", code, reply)
        case Outcome.LATER if closes(row, delivery) and (opens := shut.get(route_of(delivery))) is not None:
            # It was not at fault: no retry is spent, and the gate looks at it again when the route opens.
            # A letter that alone meets such an answer closes nothing, and pays for it.
            return OutboxOutcome(row.id, TouchState.PLANNED, closed_by(delivery), code, reply, opens)
        case Outcome.LATER:
            again = now + RETRY[min(retries, len(RETRY) - 1)]
            spent = retries >= MAX_RETRIES or (row.expires_at is not None and again > row.expires_at)
            if spent or not (enrolment is None or waits_for(enrolment, row)):
                return OutboxOutcome(row.id, TouchState.FAILED, Reason.RELAY_LATER, code, reply)
            return OutboxOutcome(row.id, TouchState.PLANNED, Reason.RELAY_LATER, code, reply, again)


def waits_for(enrolment: Enrolment, row: OutboxRow) -> bool:
    """Whether the enrolment still stands at this touch.

    An answer may come after its lease: another worker has then moved the enrolment on, or ended it.
    """
    at_touch = (enrolment.step, enrolment.occurrence) == (row.step, row.occurrence)
    return at_touch and enrolment.state is EnrolmentState.ACTIVE


def closes(row: OutboxRow, delivery: Delivery) -> bool:
    """Whether an answer closes a route: that to a seller's mail only the relay, that to a call none."""
    heeded = row.kind == OutboxKind.TOUCH or (row.kind == OutboxKind.SELLER and route_of(delivery) == RELAY)
    return heeded and is_closing(delivery)
