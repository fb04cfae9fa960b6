"""The retention clock: which leads have done nothing of their own for longer than data is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import address, consent_change, lead, signal
from nurture.privacy.acts import NO_ACTS, OWN_BASES
from nurture.words import ConsentState, Stage


def expired_leads(
    tx: Transaction,
    before: datetime,
    keep: Collection[Stage],
    *,
    after: int = 0,
    limit: int | None = None,
    among: Collection[int] | None = None,
) -> list[int]:
    """Leads whose own last act was before then, by their numbers beyond `after`; of `among` these.

    An act is a signal that neither we, a seller nor a machine made, an opt-in, or the use of a link to
    leave. Of who did nothing that we know of, the moment counts at which it came in.
    """
    query = _expired(select(lead.c.id), before, keep).where(lead.c.id > after).order_by(lead.c.id)
    if among is not None:
        query = query.where(Bulk(tx).among(lead.c.id, among))
    return list(tx.scalars(query.limit(limit)))


def count_expired(tx: Transaction, before: datetime, keep: Collection[Stage]) -> int:
    """How many such leads there are."""
    return int(tx.scalar(_expired(select(func.count()).select_from(lead), before, keep)) or 0)


def _expired(query: Select[Any], before: datetime, keep: Collection[Stage]) -> Select[Any]:
    known = or_(lead.c.created_at < before, _did(), _said())
    return query.where(
        lead.c.merged_into.is_(None),
        lead.c.stage.not_in([stage.value for stage in keep]),
        ~_did(signal.c.occurred_at >= before),
        ~_said(consent_change.c.at >= before),
        known,
    )


def _did(*when: Any) -> Any:
    """Whether the lead did something."""
    own = and_(signal.c.type.not_in(sorted(NO_ACTS)), signal.c.machine.is_(False))
    return select(signal.c.id).where(signal.c.lead_id == lead.c.id, own, *when).exists()


def _said(*when: Any) -> Any:
    """Whether the lead agreed to something by itself, or used a link to leave."""
    agreed = and_(
        consent_change.c.state == ConsentState.GRANTED.value,
        consent_change.c.basis.in_([basis.value for basis in sorted(OWN_BASES)]),
    )
    left = and_(
        consent_change.c.state == ConsentState.WITHDRAWN.value, consent_change.c.proof.startswith("outbox ")
    )
    spots = select(consent_change.c.id).join_from(
        consent_change, address, consent_change.c.address_id == address.c.id
    )
    return spots.where(address.c.lead_id == lead.c.id, or_(agreed, left), *when).exists()
