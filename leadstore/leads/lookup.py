"""Finds the one lead that a person means, by number, address or key."""

from __future__ import annotations

import difflib

from sqlalchemy import select

from leadstore.database.transaction import Transaction
from leadstore.rows import address, lead
from nurture.address import AddressError, normalise
from nurture.errors import NotFound

HINTED = 500
"""Keys that are compared when a key is not found."""


def find_lead(tx: Transaction, text: str) -> int:
    """The id of the lead that `text` means: an address or an alias, a number (`12`, `id:12`), or a key.

    A merged lead answers with the one it was merged into.

    Raises:
        NotFound: nobody, or a number that is one lead's id and another's key.
    """
    text = text.strip()
    ids = set(_by_address(tx, text) if "@" in text else ()) or _by_name(tx, text)
    if len(ids) > 1:
        raise NotFound(
            f"{text} is the id of one lead and the key of another", hint=f"write id:{text} or key:{text}"
        )
    if not ids:
        raise _unknown(tx, text)
    return _last_merge(tx, ids.pop())


def _by_address(tx: Transaction, text: str) -> list[int]:
    try:
        spelt = normalise(text)
    except AddressError:
        return []  # it may still be a key
    return list(tx.scalars(select(address.c.lead_id).where(address.c.address == spelt)))


def _by_name(tx: Transaction, text: str) -> set[int]:
    kind, _, rest = text.partition(":")
    found: set[int] = set()
    if kind != "key" and (number := rest if kind == "id" else text).isdecimal() and len(number) < 19:
        found |= set(tx.scalars(select(lead.c.id).where(lead.c.id == int(number))))
    if kind != "id":
        found |= set(tx.scalars(select(lead.c.id).where(lead.c.key == text)))
    if kind == "key":
        found |= set(tx.scalars(select(lead.c.id).where(lead.c.key == rest)))
    return found


def _last_merge(tx: Transaction, lead_id: int) -> int:
    """The lead that it was merged into in the end; a lead is merged a few times at most."""
    query = select(lead.c.merged_into)
    while (into := tx.scalar(query.where(lead.c.id == lead_id))) is not None:
        lead_id = into
    return lead_id


def _unknown(tx: Transaction, text: str) -> NotFound:
    if "@" in text:
        return NotFound(
            "no lead is reached at that address, and no lead has it as its key",
            hint="is it spelt as in the import? A lead's id or key finds it too",
        )
    # Keys only: an address that is close may be another person's.
    start = select(lead.c.key).where(lead.c.key.startswith(text[:2], autoescape=True))
    keys = list(tx.scalars(start.order_by(lead.c.key).limit(HINTED)))
    close = difflib.get_close_matches(text, keys, n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(close)}?" if close else "give an id, an address or a key"
    return NotFound(f"no lead has the id or key {text!r}", hint=hint)
