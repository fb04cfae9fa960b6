"""Consents and suppressions of addresses: their present state, and their history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, bindparam, insert, or_, select, update

from leadstore.database.transaction import Transaction
from leadstore.enrolments.positions import wake
from leadstore.rows import address, consent, consent_change, enrolment, lead, suppression
from nurture.deciding.consent import ALL_TOPICS
from nurture.words import Basis, ConsentState, SuppressionReason


def withdraw_all(tx: Transaction, address_id: int, now: datetime, *, source: str, proof: str = "") -> int:
    """Withdraw every marketing topic of an address at once; returns how many states changed.

    A row for ALL_TOPICS is kept as well, so that a topic declared tomorrow is withdrawn too.
    A second call changes nothing, nor does one for an address that is not here any more. The lead may
    be reached elsewhere by now, and an old mail's link be clicked: then it leaves there as well.
    """
    # The lead's row is the lock that claims take: nothing is claimed between read and write.
    if not lock_lead_of(tx, address_id):
        return 0
    return sum(_withdraw_all(tx, one, now, source, proof) for one in and_where_it_is_now(tx, [address_id]))


def _withdraw_all(tx: Transaction, address_id: int, now: datetime, source: str, proof: str) -> int:
    held = tx.scalars(select(consent.c.topic).where(consent.c.address_id == address_id).with_for_update())
    topics = [(address_id, topic) for topic in (*held, ALL_TOPICS)]
    changed = withdraw_topics(tx, topics, now, source=source, proof=proof)
    if changed:
        wake_address(tx, address_id, now)
    return changed


def grant(
    tx: Transaction,
    address_id: int,
    topic: str,
    *,
    basis: Basis,
    now: datetime,
    source: str,
    proof: str = "",
    state: ConsentState = ConsentState.GRANTED,
) -> None:
    """Record the lead's own opt-in to a topic, given at `now`; it lifts an earlier withdrawal of all topics.

    One that was given before the withdrawal and arrives after it changes nothing.
    """
    lock_lead_of(tx, address_id)
    if _left_after(tx, address_id, topic, now):
        return
    fresh = {"state": state.value, "basis": basis.value, "source": source, "proof": proof, "at": now}
    found = tx.execute(
        update(consent).where(consent.c.address_id == address_id, consent.c.topic == topic).values(**fresh)
    )
    if not found.rowcount:
        tx.execute(insert(consent).values(address_id=address_id, topic=topic, **fresh))
    tx.execute(insert(consent_change).values(address_id=address_id, topic=topic, **fresh))
    if state is ConsentState.GRANTED:
        everything = and_(consent.c.address_id == address_id, consent.c.topic == ALL_TOPICS)
        tx.execute(consent.delete().where(everything))
        wake_address(tx, address_id, now)


def _left_after(tx: Transaction, address_id: int, topic: str, moment: datetime) -> bool:
    query = select(consent.c.topic).where(
        consent.c.address_id == address_id,
        consent.c.topic.in_([topic, ALL_TOPICS]),
        consent.c.state == ConsentState.WITHDRAWN.value,
        consent.c.at > moment,
    )
    return tx.execute(query).first() is not None


def suppress(
    tx: Transaction, address_ids: list[int], reason: SuppressionReason, *, now: datetime, source: str
) -> int:
    """Suppress addresses that are not suppressed yet; returns how many were new.

    All but a bounce, which is about one mailbox, hold as well for the address the lead is reached at now.
    """
    if not address_ids:
        return 0
    if reason is not SuppressionReason.BOUNCE:
        address_ids = and_where_it_is_now(tx, address_ids)
    in_force = select(suppression.c.address_id).where(
        suppression.c.address_id.in_(address_ids), suppression.c.lifted_at.is_(None)
    )
    held = set(tx.scalars(in_force))
    rows = [
        {"address_id": a, "reason": reason.value, "source": source, "at": now}
        for a in dict.fromkeys(address_ids)
        if a not in held
    ]
    if rows:
        tx.execute(insert(suppression), rows)
    return len(rows)


def lift(tx: Transaction, address_id: int, now: datetime) -> int:
    """Lift the suppression of an address: an operator's act; returns 1, or 0 if none was in force."""
    where = and_(suppression.c.address_id == address_id, suppression.c.lifted_at.is_(None))
    return tx.execute(update(suppression).where(where).values(lifted_at=now)).rowcount


def withdraw_topics(
    tx: Transaction, rows: list[tuple[int, str]], now: datetime, *, source: str, proof: str = ""
) -> int:
    """Withdraw single topics: (address id, topic) pairs, in set statements; returns how many changed."""
    if not rows:
        return 0
    fresh = {"state": ConsentState.WITHDRAWN.value, "source": source, "proof": proof, "at": now}
    pairs = [and_(consent.c.address_id == a, consent.c.topic == t) for a, t in rows]
    held = {(r.address_id, r.topic): r for r in tx.execute(select(consent).where(or_(*pairs)))}
    open_pairs = [p for p in dict.fromkeys(rows) if p not in held or held[p].state != ConsentState.WITHDRAWN]
    known = [{"a": a, "t": t} for a, t in open_pairs if (a, t) in held]
    if known:
        same = and_(consent.c.address_id == bindparam("a"), consent.c.topic == bindparam("t"))
        tx.execute(update(consent).where(same).values(**fresh), known)
    bases = {pair: held[pair].basis if pair in held else Basis.OPT_IN.value for pair in open_pairs}
    history = [{"address_id": a, "topic": t, "basis": bases[a, t], **fresh} for a, t in open_pairs]
    if new := [one for one, pair in zip(history, open_pairs, strict=True) if pair not in held]:
        tx.execute(insert(consent), new)
    if history:
        tx.execute(insert(consent_change), history)
    return len(history)


def addresses_of(tx: Transaction, lead_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of all addresses of these leads, aliases too."""
    found: dict[int, list[int]] = {}
    for row in tx.execute(select(address.c.id, address.c.lead_id).where(address.c.lead_id.in_(lead_ids))):
        found.setdefault(row.lead_id, []).append(row.id)
    return found


def and_where_it_is_now(tx: Transaction, address_ids: list[int]) -> list[int]:
    """These addresses, and those their leads are reached at now: what forbids holds for the person."""
    owners = select(address.c.lead_id).where(address.c.id.in_(address_ids))
    current = select(address.c.id).where(address.c.lead_id.in_(owners), address.c.current)
    return list(dict.fromkeys([*address_ids, *tx.scalars(current.order_by(address.c.id))]))


def lock_lead_of(tx: Transaction, address_id: int) -> bool:
    """Take the lead's row, which every claim takes first; False where the address is unknown, or erased.

    SQLite's one writer already holds all.
    """
    owner = select(address.c.lead_id).where(address.c.id == address_id).scalar_subquery()
    query = select(lead.c.id, lead.c.merged_into).where(lead.c.id == owner).with_for_update(key_share=True)
    row = tx.execute(query).first()
    return row is not None and row.merged_into != row.id  # who is merged into itself was erased


def wake_address(tx: Transaction, address_id: int, now: datetime) -> None:
    """Let the gate look again at the enrolments of the address's lead in the next tick."""
    owner = select(address.c.lead_id).where(address.c.id == address_id).scalar_subquery()
    wake(tx, enrolment.c.lead_id == owner, now)
