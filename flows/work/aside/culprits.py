"""Writes the items of a batch that raised, with their reasons, to the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.work.aside.sieve import Culprits
from leadstore.aside import NewAside, set_aside
from leadstore.database.transaction import Transaction
from nurture.blame import blame
from nurture.words import AsideKind, AsideStage


def new_aside(
    kind: AsideKind,
    stage: AsideStage,
    ref: str,
    error: BaseException,
    lead_id: int | None = None,
    payload: bytes | None = None,
) -> NewAside:
    """An item to set aside, with what it raised in words that hold no personal data."""
    why = blame(error)
    return NewAside(kind, stage, ref, why.error, why.message, why.place, lead_id, payload)


def leave_out(
    tx: Transaction,
    kind: AsideKind,
    stage: AsideStage,
    culprits: Culprits,
    now: datetime,
    whose: Mapping[int, int] | None = None,
) -> None:
    """Set these items aside; `whose` are their leads, where they are no leads themselves."""
    items = [
        new_aside(kind, stage, str(one), error, one if whose is None else whose.get(one))
        for one, error in culprits
    ]
    set_aside(tx, items, now)
