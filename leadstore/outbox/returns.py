"""What came back for what was sent: finds the outbox row, settles a doubt, counts an address's failures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from leadstore.database.transaction import Transaction
from leadstore.rows import address, handoff, lead, outbox, signal, suppression
from nurture.project.policy import BouncePolicy
from nurture.refusals.refusal import judge
from nurture.refusals.soft_bounces import Attempt, worn_out
from nurture.values import NewSignal
from nurture.words import OutboxKind, Reason, Sig, TouchState

ALIVE = (Sig.MAIL_REPLIED.value, Sig.MAIL_CLICKED.value, Sig.FORM_SUBMITTED.value)
SPOKEN = (TouchState.STARTED, TouchState.SENT, TouchState.UNCERTAIN, TouchState.REFUSED, TouchState.FAILED)
"""States of rows of which something may come back: what was never started cannot bounce."""
TRIED = (TouchState.SENT, TouchState.UNCERTAIN, TouchState.REFUSED, TouchState.FAILED)
"""States of touches that have left, or were refused to the end."""
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


def find_sent(tx: Transaction, ids: Collection[int], message_ids: Collection[str]) -> SentMail | None:
    """The message that these outbox ids, or else these message ids (without brackets), name."""
    by_id = _latest(tx, outbox.c.id.in_(list(ids)))
    return by_id or _latest(tx, outbox.c.message_id.in_([f"<{one}>" for one in message_ids]))


def latest_sent_to(tx: Transaction, addresses: Collection[str]) -> SentMail | None:
    """The latest touch to one of these addresses: of somebody who writes without answering a message."""
    return _latest(tx, address.c.address.in_(list(addresses)) & (outbox.c.kind == OutboxKind.TOUCH.value))


def _latest(tx: Transaction, where: ColumnElement[bool]) -> SentMail | None:
    columns = [outbox.c[n] for n in ("id", "kind", "state", "address_id", "sequence", "step", "template")]
    owner = func.coalesce(address.c.lead_id, outbox.c.lead_id).label("lead_id")
    spelt = func.coalesce(address.c.address, "").label("address")
    query = select(*columns, owner, spelt).join_from(
        outbox, address, address.c.id == outbox.c.address_id, isouter=True
    )
    spoken = or_(outbox.c.attempt > 0, outbox.c.state.in_([s.value for s in SPOKEN]))
    row = tx.execute(query.where(where, spoken).order_by(outbox.c.id.desc()).limit(1)).first()
    return SentMail(**row._mapping) if row is not None else None


def settle_doubt(
    tx: Transaction, outbox_id: int, state: TouchState, reason: str, now: datetime, reply: str = ""
) -> bool:
    """Settle a row that nobody knew the end of; any other is left as it is. A failed one frees its slot."""
    fresh = {"state": state.value, "reason": reason, "reply": reply[:500], "settled_at": now}
    if state is not TouchState.SENT:
        fresh["slot_at"] = None  # type: ignore[assignment]
    doubtful = (outbox.c.id == outbox_id) & (outbox.c.state == TouchState.UNCERTAIN.value)
    return bool(tx.execute(update(outbox).where(doubtful).values(**fresh)).rowcount)


def came_back(tx: Transaction, new: NewSignal, outbox_id: int, *, since: datetime) -> tuple[int, int, bool]:
    """How many signals like this one the touch has and the lead got since then; and whether this is known.

    Notes are counted apart from what counts, so that a flood of them hides nothing.
    """
    alike = and_(
        signal.c.lead_id == new.lead_id,
        signal.c.type == new.type,
        signal.c.source == new.source,
        signal.c.machine.is_(new.machine),
    )
    of_touch = func.count().filter(signal.c.source_id.endswith(f":{outbox_id}"))
    fresh = func.count().filter(signal.c.received_at >= since)
    row = tx.execute(select(of_touch, fresh).where(alike)).one()
    known = select(signal.c.id).where(signal.c.source == new.source, signal.c.source_id == new.source_id)
    return row[0], row[1], tx.scalar(known) is not None


def is_of(tx: Transaction, lead_id: int, spellings: Collection[str]) -> bool:
    """Whether one of these is an address of the lead, now or once."""
    query = select(address.c.id).where(address.c.lead_id == lead_id, address.c.address.in_(list(spellings)))
    return tx.scalar(query.limit(1)) is not None


def worn_out_addresses(
    tx: Transaction, address_ids: Collection[int], now: datetime, policy: BouncePolicy
) -> list[int]:
    """Those of these addresses that have failed too often in a row to be worth another touch."""
    attempts, alive = attempts_at(tx, address_ids), alive_at(tx, address_ids)
    return [
        one
        for one, row in attempts.items()
        if worn_out(row, alive.get(one), now, soft=policy.soft, over=policy.over)
    ]


def attempts_at(tx: Transaction, address_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """The touches to each address, and which of them the relay refused or brought back.

    What was refused for a fault of ours says nothing of the address, and is left out.
    """
    touches = tx.execute(
        select(
            *(
                outbox.c[name]
                for name in ("id", "address_id", "state", "reason", "code", "reply", "settled_at")
            ),
            func.coalesce(outbox.c.started_at, outbox.c.created_at).label("at"),
        )
        .where(outbox.c.address_id.in_(list(address_ids)), outbox.c.kind == OutboxKind.TOUCH.value)
        .where(outbox.c.state.in_([s.value for s in TRIED]))
        .order_by(outbox.c.id.desc())
    ).all()
    back = _came_back(tx, address_ids)
    found: dict[int, list[Attempt]] = {}
    for row in touches:
        failed_at, ours = back.get(row.id) or _refused(row)
        if not ours and len(found.setdefault(row.address_id, [])) < REMEMBERED:
            found[row.address_id].append(Attempt(row.at, failed_at))
    return found


def _came_back(tx: Transaction, address_ids: Collection[int]) -> dict[int, tuple[datetime, bool]]:
    """The touches that a bounce tells of: when it came, and whether the fault was ours."""
    leads = select(address.c.lead_id).where(address.c.id.in_(list(address_ids)))
    came = select(signal.c.properties, signal.c.occurred_at).where(
        signal.c.lead_id.in_(leads), signal.c.type == Sig.MAIL_BOUNCED.value
    )
    rows = tx.execute(came)
    return {r.properties.get("outbox"): (r.occurred_at, bool(r.properties.get("ours"))) for r in rows}


def _refused(row: Row[Any]) -> tuple[datetime | None, bool]:
    """When the relay refused it for good or to the end, and whether for a fault of ours."""
    if row.state not in (TouchState.REFUSED.value, TouchState.FAILED.value):
        return None, False
    spoken = row.code is not None and row.reason in (Reason.RELAY_NO.value, Reason.RELAY_LATER.value)
    return row.settled_at or row.at, not spoken or judge("", f"{row.code} {row.reply or ''}").ours


def alive_at(tx: Transaction, address_ids: Collection[int]) -> dict[int, datetime]:
    """When an address last showed that somebody is there, or a person lifted its suppression."""
    those = address.c.id.in_(list(address_ids))
    done = (
        select(address.c.id, func.max(signal.c.occurred_at).label("at"))
        .join_from(address, signal, signal.c.lead_id == address.c.lead_id)
        .where(those, signal.c.type.in_(ALIVE), signal.c.machine.is_(False))
        .group_by(address.c.id)
    )
    lifted = (
        select(suppression.c.address_id.label("id"), func.max(suppression.c.lifted_at).label("at"))
        .where(suppression.c.address_id.in_(list(address_ids)), suppression.c.lifted_at.is_not(None))
        .group_by(suppression.c.address_id)
    )
    found: dict[int, datetime] = {}
    for row in (*tx.execute(done), *tx.execute(lifted)):
        found[row.id] = max(row.at, found.get(row.id, row.at))
    return found


def latest_seller(tx: Transaction, lead_id: int) -> str | None:
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


def notice_of(tx: Transaction, outbox_id: int) -> Notice | None:
    """The notice of this outbox id; None when it is none, or its lead is gone."""
    columns = [outbox.c[name] for name in ("lead_id", "handoff_id", "payload", "recipient")]
    row = tx.execute(
        select(*columns).where(outbox.c.id == outbox_id, outbox.c.kind == OutboxKind.SELLER.value)
    ).first()
    if row is None or row.lead_id is None:
        return None
    return Notice(row.lead_id, row.handoff_id, str(row.payload.get("seller", "")), row.recipient)


def name_of(tx: Transaction, lead_id: int) -> str:
    """What people call the lead; empty when nobody knows."""
    row = tx.execute(select(lead.c.first_name, lead.c.last_name).where(lead.c.id == lead_id)).one()
    return " ".join(part for part in row if part)
