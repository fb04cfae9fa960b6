"""Suppression by the operator, of addresses that are known or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from leadstore.consents.grants import lift, lock_lead_of, suppress, wake_address
from leadstore.database.transaction import Transaction
from leadstore.rows import address, lead, suppression
from nurture.address import AddressError, normalise
from nurture.errors import NotFound
from nurture.words import Stage, SuppressionReason


@dataclass(frozen=True, slots=True)
class AddressState:
    """What is known of an address before the operator's act; `reason` is of a suppression in force."""

    address: str
    address_id: int | None
    lead_id: int | None
    reason: SuppressionReason | None
    since: datetime | None


def read_address(tx: Transaction, text: str) -> AddressState:
    """What the store knows of an address, in any spelling.

    Raises:
        NotFound: it is no address.
    """
    try:
        spelt = normalise(text)
    except AddressError as error:
        raise NotFound(
            f"that is not an address: {error.reason}", hint="write it as ann@example.com"
        ) from None
    row = tx.execute(select(address.c.id, address.c.lead_id).where(address.c.address == spelt)).first()
    if row is None:
        return AddressState(spelt, None, None, None, None)
    query = select(suppression.c.reason, suppression.c.at)
    held = tx.execute(
        query.where(suppression.c.address_id == row.id, suppression.c.lifted_at.is_(None))
    ).first()
    if held is None:
        return AddressState(spelt, row.id, row.lead_id, None, None)
    return AddressState(spelt, row.id, row.lead_id, SuppressionReason(held.reason), held.at)


def suppress_address(tx: Transaction, text: str, now: datetime, source: str) -> bool:
    """Suppress an address; False when it was suppressed before.

    An unknown address is kept with an empty lead, so that a later import finds it suppressed.
    The gate stops the lead's enrolments in the next tick; nothing starts after this commits.
    """
    known = read_address(tx, text)
    address_id = known.address_id or _keep(tx, known.address, now)
    lock_lead_of(tx, address_id)  # claims take the lead's row first
    new = bool(suppress(tx, [address_id], SuppressionReason.OPERATOR, now, source))
    if new:
        wake_address(tx, address_id, now)
    return new


def lift_address(tx: Transaction, text: str, now: datetime) -> bool:
    """Lift the suppression of an address; False when none was in force. What was stopped stays stopped."""
    known = read_address(tx, text)
    if known.address_id is None:
        return False
    lock_lead_of(tx, known.address_id)
    return bool(lift(tx, known.address_id, now))


def _keep(tx: Transaction, spelt: str, now: datetime) -> int:
    values = {"stage": Stage.SUBSCRIBER.value, "created_at": now, "changed_at": now, "live": False}
    blank = {"attributes": {}, "terms": [], "changed": False}
    lead_id = tx.execute(insert(lead).values(**values, **blank).returning(lead.c.id)).scalar_one()
    row = {"address": spelt, "lead_id": lead_id, "current": True, "created_at": now}
    return int(tx.execute(insert(address).values(**row).returning(address.c.id)).scalar_one())
