"""What all recorders of a returned mail share: one signal per mail and touch, and only so many of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from leadstore.database.transaction import Transaction
from leadstore.outbox.returns import SentMail, came_back
from leadstore.signals import append_signals
from nurture.values import NewSignal
from nurture.words import Sig

SOURCE = "mailbox"
MOST_OF_A_TOUCH = 10
"""Signals of one type that one message of ours can bring about: more is a flood."""
MOST_OF_A_LEAD = 50
"""Signals of one type that the mailbox records of one lead in a day."""
DAY = timedelta(days=1)


class Appended(StrEnum):
    """What became of the signal that a returned mail makes."""

    NEW = "new"  # it is the lead's now
    KNOWN = "known"  # this mail was read before
    TOO_MANY = "too_many"  # a flood: this message, or this lead, has had its share


def append_once(
    tx: Transaction,
    touch: SentMail,
    kind: Sig,
    key: str,
    at: datetime,
    now: datetime,
    more: Mapping[str, Any],
    *,
    machine: bool = False,
) -> Appended:
    """Append what came back as the lead's signal; `machine` makes it a note that does not count."""
    assert touch.lead_id is not None
    properties = {"sequence": touch.sequence, "step": touch.step, "template": touch.template}
    new = NewSignal(
        lead_id=touch.lead_id,
        type=kind.value,
        occurred_at=at,
        source=SOURCE,
        source_id=f"{kind.value}:{key}:{touch.id}",
        properties={**properties, "outbox": touch.id, "address_id": touch.address_id, **more},
        machine=machine,
    )
    of_touch, of_lead, known = came_back(tx, new, touch.id, since=now - DAY)
    if known:
        return Appended.KNOWN
    if of_touch >= MOST_OF_A_TOUCH or of_lead >= MOST_OF_A_LEAD:
        return Appended.TOO_MANY
    return Appended.NEW if append_signals(tx, [new], now) else Appended.KNOWN
