"""Records a complaint: the address of a lead that reports spam is never mailed again."""

from __future__ import annotations

from datetime import datetime

from inbound.records.returns import SOURCE, Appended, append_once
from leadstore.consents.grants import lock_lead_of, suppress, wake_address
from leadstore.database.transaction import Transaction
from leadstore.outbox.returns import SentMail, settle_doubt
from nurture.words import MailCount, Sig, SuppressionReason, TouchState


def record_complaint(tx: Transaction, sent: SentMail, key: str, at: datetime, now: datetime) -> MailCount:
    """Suppress the address in the same transaction; a second report of the same mail changes nothing."""
    settle_doubt(tx, sent.id, TouchState.SENT, "complained", now)
    if not sent.is_touch:
        return "notice_complained"
    assert sent.address_id is not None
    lock_lead_of(tx, sent.address_id)
    if append_once(tx, sent, Sig.MAIL_COMPLAINED, key, at, now, {}) is Appended.KNOWN:
        return "read_before"
    if suppress(tx, [sent.address_id], SuppressionReason.COMPLAINT, now, SOURCE):
        wake_address(tx, sent.address_id, now)
    return "complaint"
