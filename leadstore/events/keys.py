"""The keys of other systems: made, listed, revoked. Only a digest of a secret is ever stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from leadstore.database.transaction import Transaction
from leadstore.rows import api_key as key
from nurture.events.values import Scope


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A key of a source. `digest` None: it signs what it posts, with a secret derived from its name."""

    name: str
    source: str
    digest: str | None
    scopes: frozenset[Scope]
    made_at: datetime
    types: frozenset[str] = field(default_factory=frozenset)  # of signals; empty: all that leads do
    per_minute: int = 60_000  # items
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def digest_of(secret: str) -> str:
    """What is stored of a secret. It is 256 random bits, so that a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def add_key(tx: Transaction, new: SourceKey) -> None:
    """Store a new key; its name is random, and never another's."""
    row = {name: getattr(new, name) for name in SourceKey.__dataclass_fields__}
    row |= {"scopes": sorted(new.scopes), "types": sorted(new.types)}
    tx.execute(insert(key).values(**row))


def list_keys(tx: Transaction) -> Sequence[SourceKey]:
    """Every key that there ever was, by source and age."""
    return [_as_value(row) for row in tx.execute(select(key).order_by(key.c.source, key.c.made_at))]


def revoke_key(tx: Transaction, name: str, now: datetime) -> bool:
    """Let a key open nothing any more; False when there is none of that name that was not revoked before."""
    mine = update(key).where(key.c.name == name, key.c.revoked_at.is_(None))
    return bool(tx.execute(mine.values(revoked_at=now)).rowcount)


def _as_value(row: Any) -> SourceKey:
    values = {name: getattr(row, name) for name in SourceKey.__dataclass_fields__}
    known = {scope.value: scope for scope in Scope}
    scopes = frozenset(known[one] for one in row.scopes if one in known)
    return SourceKey(**{**values, "scopes": scopes, "types": frozenset(row.types)})
