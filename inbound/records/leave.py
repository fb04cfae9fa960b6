"""Records a request to leave that came by mail: every marketing topic is withdrawn at once."""

from __future__ import annotations

from datetime import datetime

from inbound.records.returns import SOURCE
from leadstore.consents.grants import withdraw_all
from leadstore.database.transaction import Transaction
from nurture.words import MailCount


def record_leave(tx: Transaction, address_id: int, outbox_id: int, now: datetime) -> MailCount:
    """Withdraw everything; the message that offered the way out is the proof. Twice is as once."""
    changed = withdraw_all(tx, address_id, now, SOURCE, proof=f"outbox {outbox_id}")
    return "left" if changed else "read_before"
