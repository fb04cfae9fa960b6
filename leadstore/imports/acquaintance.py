"""Reads what the store already has of the leads in a batch of imported rows, in a few set queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from leadstore.database.bulk import Bulk
from leadstore.rows import address, consent, lead, signal, suppression
from nurture.imports.lead import ImportedLead
from nurture.values import PROFILE_FIELDS, Consent
from nurture.words import Basis, ConsentState, SuppressionReason


@dataclass(slots=True)
class KnownAddress:
    """An address with all that was said of it. `id` is 0 until it is written."""

    text: str
    id: int = 0
    consents: dict[str, Consent] = field(default_factory=dict)
    suppression: SuppressionReason | None = None
    own_cap: str | None = None


@dataclass(slots=True, eq=False)
class KnownLead:
    """A lead as the store has it, changed in memory row by row. `id` is 0 until it is written."""

    id: int
    key: str | None
    profile: dict[str, str]
    attributes: dict[str, Any]
    live: bool
    changed: bool
    current: KnownAddress
    addresses: dict[str, KnownAddress]  # the current one and the aliases
    said: int = 0  # what earlier rows of the file said of it: a bit for each field, 0 when there was no row


@dataclass(slots=True)
class Acquaintance:
    """Leads by key and by address, and the signals that are already there."""

    by_key: dict[str, KnownLead] = field(default_factory=dict)
    by_address: dict[str, KnownLead] = field(default_factory=dict)
    by_id: dict[int, KnownLead] = field(default_factory=dict)
    signals: set[tuple[str, str]] = field(default_factory=set)  # (source, source_id)


def get_acquainted(
    bulk: Bulk, rows: Sequence[ImportedLead], known: Acquaintance | None = None, *, lock: bool = True
) -> Acquaintance:
    """Read, and on PostgreSQL lock, the leads that rows may mean; those in `known` stay as they are there."""
    known = known or Acquaintance()
    known.signals |= _known_signals(bulk, rows)
    keys = {row.key for row in rows if row.key is not None} - known.by_key.keys()
    owners = _owners(bulk, {row.address for row in rows if row.address} - known.by_address.keys())
    ids = set(owners.values()) | _ids_by_key(bulk, keys)
    found = _lead_rows(bulk, ids, lock)
    if not found:
        return known
    winners = {number: _last_merge(row, found) for number, row in found.items()}
    people = _people(bulk, found, winners, known.by_id)
    known.by_id |= people
    for number, row in found.items():
        if row.key is not None:
            known.by_key.setdefault(row.key, people[winners[number]])
    for person in people.values():
        for text in person.addresses:
            known.by_address.setdefault(text, person)
    return known


def _owners(bulk: Bulk, addresses: Iterable[str]) -> dict[str, int]:
    query = select(address.c.address, address.c.lead_id).where(bulk.among(address.c.address, addresses))
    return {row.address: row.lead_id for row in bulk.tx.execute(query)}


def _ids_by_key(bulk: Bulk, keys: Iterable[str]) -> set[int]:
    wanted = list(keys)
    if not wanted:
        return set()
    return set(bulk.tx.scalars(select(lead.c.id).where(bulk.among(lead.c.key, wanted))))


def _lead_rows(bulk: Bulk, ids: Iterable[int], lock: bool) -> dict[int, Row[Any]]:
    """The leads and those they were merged into; in the order of ids, as claims lock them."""
    found: dict[int, Row[Any]] = {}
    wanted = set(ids)
    while wanted:
        query = select(lead).where(bulk.among(lead.c.id, sorted(wanted))).order_by(lead.c.id)
        rows = bulk.tx.execute(query.with_for_update(key_share=True) if lock else query)
        found |= {row.id: row for row in rows if row.merged_into != row.id}  # not who is erased meanwhile
        wanted = {row.merged_into for row in found.values() if row.merged_into is not None} - found.keys()
    return found


def _last_merge(row: Row[Any], found: dict[int, Row[Any]]) -> int:
    while row.merged_into is not None:
        row = found[row.merged_into]
    last: int = row.id
    return last


def _people(
    bulk: Bulk, found: dict[int, Row[Any]], winners: dict[int, int], known: Mapping[int, KnownLead]
) -> dict[int, KnownLead]:
    spots = _spots(bulk, list(found))
    people: dict[int, KnownLead] = {}
    for number in set(winners.values()):
        people[number] = known.get(number) or _known_lead(found[number], spots[number])
    for number, winner in winners.items():
        held = people[winner].addresses
        for spot, _ in spots.get(number, ()):
            held.setdefault(spot.text, spot)
    return people


def _known_lead(row: Row[Any], spots: Sequence[tuple[KnownAddress, bool]]) -> KnownLead:
    """The lead of a row; its addresses are yet to be added."""
    profile = {name: value for name in PROFILE_FIELDS if (value := getattr(row, name)) is not None}
    reached_at = next(spot for spot, current in spots if current)
    facts = row.key, profile, dict(row.attributes), row.live, row.changed
    return KnownLead(row.id, *facts, reached_at, {})


def _spots(bulk: Bulk, lead_ids: Sequence[int]) -> dict[int, list[tuple[KnownAddress, bool]]]:
    by_lead: dict[int, list[tuple[KnownAddress, bool]]] = {}
    by_id: dict[int, KnownAddress] = {}
    for row in bulk.tx.execute(select(address).where(bulk.among(address.c.lead_id, lead_ids))):
        spot = by_id[row.id] = KnownAddress(row.address, row.id, own_cap=row.own_cap)
        by_lead.setdefault(row.lead_id, []).append((spot, row.current))
    for row in bulk.tx.execute(select(consent).where(bulk.among(consent.c.address_id, by_id))):
        by_id[row.address_id].consents[row.topic] = Consent(
            row.topic, ConsentState(row.state), Basis(row.basis), row.at, row.source, row.proof
        )
    held = bulk.among(suppression.c.address_id, by_id) & suppression.c.lifted_at.is_(None)
    for row in bulk.tx.execute(select(suppression.c.address_id, suppression.c.reason).where(held)):
        by_id[row.address_id].suppression = SuppressionReason(row.reason)
    return by_lead


def _known_signals(bulk: Bulk, rows: Sequence[ImportedLead]) -> set[tuple[str, str]]:
    ids: dict[str, list[str]] = {}
    for row in rows:
        if row.signals:
            ids.setdefault(row.source, []).extend([past.source_id for past in row.signals])
    known: set[tuple[str, str]] = set()
    for source, wanted in ids.items():
        query = select(signal.c.source_id).where(
            signal.c.source == source, bulk.among(signal.c.source_id, wanted)
        )
        known |= {(source, found) for found in bulk.tx.scalars(query)}
    return known
