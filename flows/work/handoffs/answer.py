"""What sales' answer to a handoff does: taken, back to nurturing, out, or merged with whom it duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from leadstore.database.transaction import Transaction
from leadstore.handoffs import answer_for, snooze
from leadstore.leads.lookup import find_lead
from leadstore.leads.merge import merge
from leadstore.scores.history import recycle
from leadstore.signals import PendingSignal, append_signals
from nurture.errors import NotFound
from nurture.scoring.maturity import BARS, Rejection
from nurture.values import NewSignal
from nurture.words import HandoffState, Sig

SOURCE = "nurture"


def take_answers(
    tx: Transaction, accepted: Sequence[PendingSignal], rejected: Sequence[PendingSignal], now: datetime
) -> None:
    """Close the open handoffs these signals answer, and send back, bar or merge the leads that were returned.

    Their stages follow from the signals themselves (nurture.scoring.maturity).
    """
    answer_for(tx, {one.lead_id: "" for one in accepted}, HandoffState.ACCEPTED, now)
    answer_for(tx, {one.lead_id: reason_of(one) for one in rejected}, HandoffState.REJECTED, now)
    _send_back(tx, [one for one in rejected if reason_of(one) not in BARS], now)
    for one in rejected:  # rare, so one by one
        if reason_of(one) == Rejection.DUPLICATE:
            _merge(tx, one, now)


def take_snoozes(tx: Transaction, snoozed: Sequence[PendingSignal], most: timedelta) -> None:
    """Let the sellers who asked for time answer later, within what the policy allows.

    Raises:
        ValueError: a signal does not say until when.
    """
    snooze(tx, {one.lead_id: _until(one) for one in snoozed}, most)


def _until(one: PendingSignal) -> datetime:
    """The moment, or the end of the day, that a seller named."""
    said = str(one.signal.properties.get("until", ""))
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError("a snooze says `until` when, such as 2027-01-31") from None
    whole_day = "T" not in said and " " not in said
    at = at + timedelta(days=1) if whole_day else at
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def reason_of(rejected: PendingSignal) -> str:
    """Why a lead was returned; a seller who gives no reason means the timing."""
    return str(rejected.signal.properties.get("reason") or Rejection.TIMING.value)


def _send_back(tx: Transaction, returned: Sequence[PendingSignal], now: datetime) -> None:
    """Engagement counts from zero, fit stays, and the lead may mature again in its next cycle."""
    again = [
        NewSignal(
            lead_id=one.lead_id,
            type=Sig.LEAD_RECYCLED.value,
            occurred_at=one.signal.occurred_at,
            source=SOURCE,
            source_id=f"recycled:{one.signal.id}",
            properties={"reason": reason_of(one)},
        )
        for one in returned
    ]
    append_signals(tx, again, now, pending=False)
    recycle(tx, {one.lead_id for one in returned})


def _merge(tx: Transaction, returned: PendingSignal, now: datetime) -> None:
    named = returned.signal.properties.get("duplicate_of")
    if named is None:
        return  # disqualified, as long as nobody says whose duplicate it is
    try:
        into = find_lead(tx, str(named))
    except NotFound:
        return
    merge(tx, returned.lead_id, into, now, SOURCE)
