"""Tombstones: the seals of erased persons, by which whoever comes again is known and refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import address, lead, tombstone
from nurture.privacy.seals import Seal, Sealed, Seals

IN_FORCE = tombstone.c.lifted_at.is_(None)
PAGE = 5000
"""Addresses that are compared with the seals in one query."""


class Why(StrEnum):
    """Why a person was erased."""

    REQUEST = "request"  # the person asked for it: nothing brings it back but an operator's word
    RETENTION = "retention"  # nothing was heard of it for longer than the policy keeps data


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One seal that is kept."""

    seal: Seal
    person: str  # the same for all seals of one person
    why: Why
    at: datetime
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErasedAmong:
    """Those of some addresses and keys that belong to erased persons."""

    addresses: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.keys)


NOBODY = ErasedAmong()


def bury(tx: Transaction, stones: Collection[Tombstone]) -> int:
    """Keep these; one that is there already is left as it is. Returns how many were new."""
    rows = [
        {
            "digest": one.seal.digest,
            "sealed_by": one.seal.key,
            "person": one.person,
            "why": one.why.value,
            "at": one.at,
            "lifted_at": one.lifted_at,
        }
        for one in {stone.seal.digest: stone for stone in stones}.values()
    ]
    return Bulk(tx).add(tombstone, rows, unless_known=True)


def seals_of(
    seals: Seals, addresses: Iterable[str], keys: Iterable[str], why: Why, now: datetime
) -> list[Tombstone]:
    """The tombstones to keep for the addresses and the keys of one person."""
    texts = ((Sealed.ADDRESS, addresses), (Sealed.KEY, keys))
    said = [(kind, one) for kind, held in texts for one in sorted(held)]
    made = [seals.seal(kind, text) for kind, text in said]
    return [Tombstone(one, made[0].digest[:16], why, now) for one in made]


def renew(tx: Transaction, stones: Collection[Tombstone]) -> None:
    """Put these in force again, should they have been lifted."""
    digests = [one.seal.digest for one in stones]
    tx.execute(update(tombstone).where(Bulk(tx).among(tombstone.c.digest, digests)).values(lifted_at=None))


def any_erased(tx: Transaction) -> bool:
    """Whether anybody is to be known again at all: most stores need no further look."""
    return tx.execute(select(tombstone.c.digest).where(IN_FORCE).limit(1)).first() is not None


def find_erased(
    tx: Transaction, seals: Seals | None, addresses: Iterable[str] = (), keys: Iterable[str] = ()
) -> ErasedAmong:
    """Those of these normalised addresses, and of these keys, that belong to erased persons.

    Every door through which people come in asks this before it stores anything: it is one query, and none
    more while nobody was ever erased.
    """
    if seals is None or not any_erased(tx):
        return NOBODY
    spelt, named = seals.digests(Sealed.ADDRESS, addresses), seals.digests(Sealed.KEY, keys)
    wanted = Bulk(tx).among(tombstone.c.digest, (*spelt, *named))
    found = list(tx.scalars(select(tombstone.c.digest).where(wanted, IN_FORCE)))
    return ErasedAmong(
        frozenset(spelt[one] for one in found if one in spelt),
        frozenset(named[one] for one in found if one in named),
    )


def erased_at(tx: Transaction, seals: Seals, spelt: str) -> datetime | None:
    """When the person with this normalised address was erased; None: it was not, or that was lifted."""
    digests = list(seals.digests(Sealed.ADDRESS, [spelt]))
    first: datetime | None = tx.scalar(
        select(func.min(tombstone.c.at)).where(tombstone.c.digest.in_(digests), IN_FORCE)
    )
    return first


def lift_erasure(tx: Transaction, seals: Seals, spelt: str, now: datetime) -> bool:
    """Let the person with this address come in again: an operator's act, at the person's own wish."""
    digests = list(seals.digests(Sealed.ADDRESS, [spelt]))
    persons = list(tx.scalars(select(tombstone.c.person).where(tombstone.c.digest.in_(digests), IN_FORCE)))
    these = tombstone.c.person.in_(persons) & IN_FORCE
    return bool(tx.execute(update(tombstone).where(these).values(lifted_at=now)).rowcount)


def all_tombstones(tx: Transaction) -> list[Tombstone]:
    """Every tombstone, the oldest first."""
    rows = tx.execute(select(tombstone).order_by(tombstone.c.at, tombstone.c.digest))
    return [Tombstone(Seal(r.sealed_by, r.digest), r.person, Why(r.why), r.at, r.lifted_at) for r in rows]


def unreadable(tx: Transaction, seals: Seals) -> int:
    """How many tombstones were made with a key that is not at hand: whom they mean, nobody can tell."""
    query = select(tombstone.c.sealed_by, func.count()).where(IN_FORCE).group_by(tombstone.c.sealed_by)
    return sum(count for name, count in tx.execute(query) if name not in seals.names)


def erased_leads(tx: Transaction, seals: Seals, after: int) -> tuple[list[int], int | None]:
    """The leads of the next page of addresses that should not be here, and where to go on; None at the end.

    They came back with a backup that was restored.
    """
    query = select(address.c.id, address.c.address, address.c.lead_id, lead.c.key)
    query = query.join_from(address, lead, address.c.lead_id == lead.c.id).where(address.c.id > after)
    rows = tx.execute(query.order_by(address.c.id).limit(PAGE)).all()
    if not rows:
        return [], None
    found = find_erased(tx, seals, [r.address for r in rows], [r.key for r in rows if r.key is not None])
    back = {r.lead_id for r in rows if r.address in found.addresses or r.key in found.keys}
    return sorted(back), rows[-1].id


def pages(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Slices of so many."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
