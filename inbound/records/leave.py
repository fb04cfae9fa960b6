"""Records a request to leave that came by mail: every marketing topic is withdrawn at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbound.records.returns import SOURCE
from leadstore.consents.grants import withdraw_all


def record_leave(tx: Any, address_id: int, outbox_id: int, now: datetime) -> str:
    """Withdraw everything; the message that had the link is the proof. A second call changes nothing."""
    changed = withdraw_all(tx, address_id, now, SOURCE, proof=f"outbox {outbox_id}")
    return "left" if changed else "read_before"
