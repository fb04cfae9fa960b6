"""The cap that a lead chose for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from leadstore.consents.grants import lock_lead_of, wake_address
from leadstore.database.transaction import Transaction
from leadstore.rows import address
from nurture.spans import parse_own_cap


@dataclass(frozen=True, slots=True)
class OwnCap:
    """The cap that a lead chose for the address it is reached at; None when it chose none."""

    lead: int
    address_id: int
    cap: str | None


def read_cap(tx: Transaction, lead_id: int) -> OwnCap:
    """What a lead chose."""
    query = select(address.c.id, address.c.own_cap)
    row = tx.execute(query.where(address.c.lead_id == lead_id, address.c.current)).one()
    return OwnCap(lead_id, row.id, row.own_cap)


def choose_cap(tx: Transaction, address_id: int, cap: str | None, now: datetime) -> bool:
    """Keep the cap this address chose, such as `1 per 14 days`; None takes it back. It only tightens.

    Steps that wait are looked at again at `now`. Returns whether there is such an address; raises ValueError
    for what is no cap.
    """
    if cap is not None:
        parse_own_cap(cap)
    lock_lead_of(tx, address_id)  # claims take the lead's row first
    kept = tx.execute(update(address).where(address.c.id == address_id).values(own_cap=cap)).rowcount > 0
    wake_address(tx, address_id, now)
    return kept
