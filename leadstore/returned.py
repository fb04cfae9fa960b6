"""What came back for what was sent: finds the outbox row, settles a doubt, counts an address's failures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from leadstore.rows import address, handoff, lead, outbox, signal
from nurture.soft_bounces import Attempt
from nurture.words import OutboxKind, Sig, TouchState

ALIVE = (Sig.MAIL_REPLIED.value, Sig.MAIL_CLICKED.value, Sig.FORM_SUBMITTED.value)
SPOKEN = (TouchState.STARTED, TouchState.SENT, TouchState.UNCERTAIN, TouchState.REFUSED, TouchState.FAILED)
"""States of rows of which something may come back: what was never started cannot bounce."""
REMEMBERED = 50
"""So many latest touches of an address are looked at."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """What was sent, as those who read its answer need it. `lead_id` is who has the address now."""

    id: int
    kind: str
    state: str
    lead_id: int | None
    address_id: int | None
    address: str
    sequence: str
    step: str
    template: str

    @property
    def is_touch(self) -> bool:
        """Whether it went to a lead; a notice to a seller says nothing of the lead's address."""
        return (
            self.kind == OutboxKind.TOUCH.value and self.lead_id is not None and self.address_id is not None
        )


def find_sent(tx: Connection, ids: Collection[int], message_ids: Collection[str]) -> SentMail | None:
    """The message that these outbox ids, or else these message ids (without brackets), name."""
    for where in (outbox.c.id.in_(list(ids)), outbox.c.message_id.in_([f"<{one}>" for one in message_ids])):
        columns = [outbox.c[n] for n in ("id", "kind", "state", "address_id", "sequence", "step", "template")]
        owner = func.coalesce(address.c.lead_id, outbox.c.lead_id).label("lead_id")
        spelt = func.coalesce(address.c.address, "").label("address")
        query = select(*columns, owner, spelt).join_from(
            outbox, address, address.c.id == outbox.c.address_id, isouter=True
        )
        spoken = or_(outbox.c.attempt > 0, outbox.c.state.in_([s.value for s in SPOKEN]))
        row = tx.execute(query.where(where, spoken).order_by(outbox.c.id.desc()).limit(1)).first()
        if row is not None:
            return SentMail(**row._mapping)
    return None


def settle_doubt(
    tx: Connection, outbox_id: int, state: TouchState, reason: str, now: datetime, reply: str = ""
) -> bool:
    """Settle a row that nobody knew the end of; any other is left as it is. A failed one frees its slot."""
    fresh = {"state": state.value, "reason": reason, "reply": reply[:500], "settled_at": now}
    if state is not TouchState.SENT:
        fresh["slot_at"] = None  # type: ignore[assignment]
    doubtful = (outbox.c.id == outbox_id) & (outbox.c.state == TouchState.UNCERTAIN.value)
    return bool(tx.execute(update(outbox).where(doubtful).values(**fresh)).rowcount)


def attempts_at(tx: Connection, address_id: int, lead_id: int) -> list[Attempt]:
    """The latest touches to an address, and which of them came back."""
    query = select(outbox.c.id, func.coalesce(outbox.c.started_at, outbox.c.created_at).label("at")).where(
        outbox.c.address_id == address_id,
        outbox.c.kind == OutboxKind.TOUCH.value,
        outbox.c.state.in_([s.value for s in (TouchState.SENT, TouchState.UNCERTAIN, TouchState.FAILED)]),
    )
    touches = tx.execute(query.order_by(outbox.c.id.desc()).limit(REMEMBERED)).all()
    came = select(signal.c.properties, signal.c.occurred_at).where(
        signal.c.lead_id == lead_id, signal.c.type == Sig.MAIL_BOUNCED.value
    )
    back = {r.properties.get("outbox"): r.occurred_at for r in tx.execute(came)}
    return [Attempt(r.at, back.get(r.id)) for r in touches]


def last_alive(tx: Connection, lead_id: int) -> datetime | None:
    """When the lead last did something that only a living mailbox can lead to."""
    query = select(signal.c.occurred_at).where(
        signal.c.lead_id == lead_id, signal.c.type.in_(ALIVE), signal.c.machine.is_(False)
    )
    return tx.scalar(query.order_by(signal.c.occurred_at.desc()).limit(1))


def latest_seller(tx: Connection, lead_id: int) -> str | None:
    """The seller to whom the lead was last offered."""
    query = select(handoff.c.seller).where(handoff.c.lead_id == lead_id, handoff.c.seller.is_not(None))
    return tx.scalar(query.order_by(handoff.c.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to a seller or the team, as those who read the answer to it need it."""

    lead_id: int
    handoff_id: int | None
    seller: str
    recipient: str


def notice_of(tx: Connection, outbox_id: int) -> Notice | None:
    """The notice of this outbox id; None when it is none, or its lead is gone."""
    columns = [outbox.c[name] for name in ("lead_id", "handoff_id", "payload", "recipient")]
    row = tx.execute(
        select(*columns).where(outbox.c.id == outbox_id, outbox.c.kind == OutboxKind.SELLER.value)
    ).first()
    if row is None or row.lead_id is None:
        return None
    return Notice(row.lead_id, row.handoff_id, str(row.payload.get("seller", "")), row.recipient)


def name_of(tx: Connection, lead_id: int) -> str:
    """What people call the lead; empty when nobody knows."""
    row = tx.execute(select(lead.c.first_name, lead.c.last_name).where(lead.c.id == lead_id)).one()
    return " ".join(part for part in row if part)
