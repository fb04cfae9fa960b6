"""The lead's own choice of how often it is written to."""

from __future__ import annotations

from sqlalchemy import Connection, update

from leadstore.rows import address
from nurture.spans import parse_own_cap


def choose_cap(tx: Connection, address_id: int, cap: str | None) -> bool:
    """Keep the cap this address chose, such as `1 per 14 days`; None takes it back. It only tightens.

    Returns whether there is such an address; raises ValueError for what is no cap.
    """
    if cap is not None:
        parse_own_cap(cap)
    return tx.execute(update(address).where(address.c.id == address_id).values(own_cap=cap)).rowcount > 0
