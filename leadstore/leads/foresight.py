"""What a merge will do, before it is done: it is done, looked at, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from leadstore.database.transaction import Transaction
from leadstore.leads.merge import KEPT, merge
from leadstore.rows import address, consent, enrolment, handoff, lead, outbox, signal, suppression
from nurture.values import PROFILE_FIELDS
from nurture.words import OPEN_HANDOFF, ConsentState, EnrolmentState, TouchState


@dataclass(frozen=True, slots=True)
class MergeForesight:
    """What merging `duplicate` into `into` does; ids, names of fields and numbers only."""

    duplicate: int
    into: int
    addresses: int  # that become aliases
    signals: int  # that count for the lead that lives on
    enrolments: int  # of the duplicate, that end
    messages: int  # planned, that are not sent
    handoffs: int  # open offers of the duplicate, that are closed
    withdrawn: tuple[str, ...]  # topics that are withdrawn from now on
    suppressed: str | None  # why the lead that lives on is never mailed again, if it was until now
    cap: str | None  # its own cap from now on
    fields: tuple[str, ...]  # of the profile, and attributes, that are taken over


def foresee_merge(tx: Transaction, duplicate: int, into: int, now: datetime) -> MergeForesight | None:
    """What `merge` will do, completed; None when there is nothing to merge. Nothing of it stays."""
    trial = tx.begin_nested()
    try:
        before = _look(tx, duplicate, into)
        if not merge(tx, duplicate, into, now, "merge", complete=True):
            return None
        after = _look(tx, duplicate, into)
    finally:
        trial.rollback()
    return MergeForesight(
        duplicate,
        into,
        addresses=before["addresses"],
        signals=before["signals"],
        enrolments=before["enrolments"],
        messages=before["messages"],
        handoffs=before["handoffs"],
        withdrawn=tuple(sorted(after["withdrawn"] - before["withdrawn"])),
        suppressed=after["suppressed"] if before["suppressed"] is None else None,
        cap=after["cap"],
        fields=tuple(sorted(after["fields"] - before["fields"])),
    )


def _look(tx: Transaction, duplicate: int, into: int) -> dict[str, Any]:
    spot = select(address.c.id).where(address.c.lead_id == into, address.c.current).scalar_subquery()
    running = enrolment.c.state.in_([EnrolmentState.ACTIVE.value, EnrolmentState.HELD.value])
    planned = (outbox.c.state == TouchState.PLANNED.value) & outbox.c.enrolment_id.is_not(None)
    open_ = handoff.c.state.in_([one.value for one in OPEN_HANDOFF])
    withdrawn = consent.c.state == ConsentState.WITHDRAWN.value
    barred = suppression.c.lifted_at.is_(None)
    there = tx.execute(select(lead).where(lead.c.id == into)).first()
    known = {name for name in PROFILE_FIELDS if there is not None and getattr(there, name) is not None}
    return {
        "addresses": _count(tx, address, address.c.lead_id == duplicate),
        "signals": _count(tx, signal, (signal.c.lead_id == duplicate) & signal.c.type.not_in(KEPT)),
        "enrolments": _count(tx, enrolment, (enrolment.c.lead_id == duplicate) & running),
        "messages": _count(tx, outbox, (outbox.c.lead_id == duplicate) & planned),
        "handoffs": _count(tx, handoff, (handoff.c.lead_id == duplicate) & open_),
        "withdrawn": set(tx.scalars(select(consent.c.topic).where(consent.c.address_id == spot, withdrawn))),
        "suppressed": tx.scalar(select(suppression.c.reason).where(suppression.c.address_id == spot, barred)),
        "cap": tx.scalar(select(address.c.own_cap).where(address.c.id == spot)),
        "fields": known | set(there.attributes if there is not None else ()),
    }


def _count(tx: Transaction, table: Any, where: Any) -> int:
    return int(tx.scalar(select(func.count()).select_from(table).where(where)) or 0)
