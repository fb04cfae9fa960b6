"""Reads by what persons are found in files beside the store, and in what was set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import address, lead, outbox
from nurture.privacy.traces import TracedPerson, Traces

_KNOWN = [lead.c[name] for name in ("id", "key", "first_name", "last_name", "phone", "merged_into")]


def traces_of(tx: Transaction, ids: Collection[int]) -> Traces:
    """The traces of these leads; those that were merged into another of them are the same person."""
    bulk = Bulk(tx)
    rows = tx.execute(select(*_KNOWN).where(bulk.among(lead.c.id, ids))).all()
    into = {r.id: r.merged_into for r in rows}
    spelt: dict[int, set[str]] = defaultdict(set)
    theirs = select(address.c.lead_id, address.c.address).where(bulk.among(address.c.lead_id, ids))
    for row in tx.execute(theirs):
        spelt[_last(into, row.lead_id)].add(row.address)
    facts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        facts[_last(into, row.id)].append(row)
    persons = [_person(spelt[one], known) for one, known in facts.items()]
    sent = select(outbox.c.message_id).where(bulk.among(outbox.c.lead_id, ids))
    return Traces(persons, frozenset(tx.scalars(sent)))


def _last(into: Mapping[int, int | None], lead_id: int) -> int:
    """The lead that this one was merged into, as far as it is erased as well."""
    while (next_one := into.get(lead_id)) is not None and next_one in into:
        lead_id = next_one
    return lead_id


def _person(addresses: set[str], rows: Iterable[Any]) -> TracedPerson:
    facts = list(rows)
    return TracedPerson(
        frozenset(addresses),
        frozenset(r.key for r in facts if r.key),
        frozenset((r.first_name, r.last_name) for r in facts if r.first_name and r.last_name),
        frozenset(r.phone for r in facts if r.phone),
    )
