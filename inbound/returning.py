"""What all recorders of a returned mail share: one signal per mail and touch, appended once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadstore.returned import SentMail
from leadstore.signals import append_signals
from nurture.values import NewSignal
from nurture.words import Sig

SOURCE = "mailbox"


def append_once(
    tx: Any, touch: SentMail, kind: Sig, key: str, at: datetime, now: datetime, more: Mapping[str, Any]
) -> bool:
    """Append what came back as the lead's signal; False when this mail was read before."""
    assert touch.lead_id is not None
    properties = {"sequence": touch.sequence, "step": touch.step, "template": touch.template}
    new = NewSignal(
        lead_id=touch.lead_id,
        type=kind.value,
        occurred_at=at,
        source=SOURCE,
        source_id=f"{kind.value}:{key}:{touch.id}",
        properties={**properties, "outbox": touch.id, "address_id": touch.address_id, **more},
    )
    return bool(append_signals(tx, [new], now))
