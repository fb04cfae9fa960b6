"""Consents and suppressions: what an address said, kept as a state and as a history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from leadstore.rows import address, consent, enrolment, lead, suppression
from leadstore.tables import ConsentChangeTable
from nurture.deciding import ALL_TOPICS
from nurture.words import Basis, ConsentState, EnrolmentState, SuppressionReason

change = ConsentChangeTable.__table__  # type: ignore[attr-defined]


def withdraw_all(tx: Connection, address_id: int, now: datetime, source: str, proof: str = "") -> int:
    """Withdraw every marketing topic of an address at once; returns how many states changed.

    A row for ALL_TOPICS is kept as well, so that a topic declared tomorrow is withdrawn too.
    A second call changes nothing, nor does one for an address that is not here any more. The lead may
    be reached elsewhere by now, and an old mail's link be clicked: then it leaves there as well.
    """
    # The lead's row is the lock that claims take: nothing is claimed between read and write.
    if not lock_lead_of(tx, address_id):
        return 0
    return sum(_withdraw_all(tx, one, now, source, proof) for one in and_where_it_is_now(tx, [address_id]))


def _withdraw_all(tx: Connection, address_id: int, now: datetime, source: str, proof: str) -> int:
    held = {
        row.topic: row
        for row in tx.execute(select(consent).where(consent.c.address_id == address_id).with_for_update())
    }
    fresh = {"state": ConsentState.WITHDRAWN.value, "source": source, "proof": proof, "at": now}
    topics = [t for t, row in held.items() if row.state != ConsentState.WITHDRAWN]
    if topics:
        where = and_(consent.c.address_id == address_id, consent.c.topic.in_(topics))
        tx.execute(update(consent).where(where).values(**fresh))
    basis = Basis.OPT_IN.value
    if ALL_TOPICS not in held:
        tx.execute(insert(consent).values(address_id=address_id, topic=ALL_TOPICS, basis=basis, **fresh))
        topics.append(ALL_TOPICS)
    if topics:
        history = [
            {
                "address_id": address_id,
                "topic": t,
                "basis": held[t].basis if t in held else basis,
                **fresh,
            }
            for t in topics
        ]
        tx.execute(insert(change), history)
        wake(tx, address_id, now)
    return len(topics)


def grant(
    tx: Connection,
    address_id: int,
    topic: str,
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
    tx.execute(insert(change).values(address_id=address_id, topic=topic, **fresh))
    if state is ConsentState.GRANTED:
        everything = and_(consent.c.address_id == address_id, consent.c.topic == ALL_TOPICS)
        tx.execute(consent.delete().where(everything))
        wake(tx, address_id, now)


def _left_after(tx: Connection, address_id: int, topic: str, moment: datetime) -> bool:
    query = select(consent.c.topic).where(
        consent.c.address_id == address_id,
        consent.c.topic.in_([topic, ALL_TOPICS]),
        consent.c.state == ConsentState.WITHDRAWN.value,
        consent.c.at > moment,
    )
    return tx.execute(query).first() is not None


def suppress(
    tx: Connection, address_ids: list[int], reason: SuppressionReason, now: datetime, source: str
) -> int:
    """Suppress addresses that are not suppressed yet; returns how many were new.

    All but a bounce, which belongs to the mailbox, hold as well where the lead is reached by now.
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


def lift(tx: Connection, address_id: int, now: datetime) -> int:
    """Lift the suppression of an address: an operator's act; returns 1, or 0 if none was in force."""
    where = and_(suppression.c.address_id == address_id, suppression.c.lifted_at.is_(None))
    return tx.execute(update(suppression).where(where).values(lifted_at=now)).rowcount


def withdraw_topics(tx: Connection, rows: list[tuple[int, str]], now: datetime, source: str) -> None:
    """Withdraw single topics: (address id, topic) pairs, in one statement each way."""
    if not rows:
        return
    fresh = {"state": ConsentState.WITHDRAWN.value, "source": source, "proof": "", "at": now}
    pairs = [and_(consent.c.address_id == a, consent.c.topic == t) for a, t in rows]
    held = {(r.address_id, r.topic): r for r in tx.execute(select(consent).where(or_(*pairs)))}
    open_pairs = [p for p in dict.fromkeys(rows) if p not in held or held[p].state != "withdrawn"]
    known = [{"a": a, "t": t} for a, t in open_pairs if (a, t) in held]
    if known:
        same = and_(consent.c.address_id == bindparam("a"), consent.c.topic == bindparam("t"))
        tx.execute(update(consent).where(same).values(**fresh), known)
    new = [
        {"address_id": a, "topic": t, "basis": Basis.OPT_IN.value, **fresh}
        for a, t in open_pairs
        if (a, t) not in held
    ]
    if new:
        tx.execute(insert(consent), new)
    history = [
        {
            "address_id": a,
            "topic": t,
            "basis": held[(a, t)].basis if (a, t) in held else Basis.OPT_IN.value,
            **fresh,
        }
        for a, t in open_pairs
    ]
    if history:
        tx.execute(insert(change), history)


def addresses_of(tx: Connection, lead_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of all addresses of these leads, aliases too."""
    found: dict[int, list[int]] = {}
    for row in tx.execute(select(address.c.id, address.c.lead_id).where(address.c.lead_id.in_(lead_ids))):
        found.setdefault(row.lead_id, []).append(row.id)
    return found


def and_where_it_is_now(tx: Connection, address_ids: list[int]) -> list[int]:
    """These addresses, and those their leads are reached at now: what forbids holds for the person."""
    owners = select(address.c.lead_id).where(address.c.id.in_(address_ids))
    current = select(address.c.id).where(address.c.lead_id.in_(owners), address.c.current)
    return list(dict.fromkeys([*address_ids, *tx.scalars(current.order_by(address.c.id))]))


def lock_lead_of(tx: Connection, address_id: int) -> bool:
    """Take the lead's row, which every claim takes first; False where the address is unknown.

    SQLite's one writer already holds all.
    """
    owner = select(address.c.lead_id).where(address.c.id == address_id).scalar_subquery()
    return tx.scalar(select(lead.c.id).where(lead.c.id == owner).with_for_update(key_share=True)) is not None


def wake(tx: Connection, address_id: int, now: datetime) -> None:
    """Let the gate look again at the lead's enrolments in the next tick."""
    owner = select(address.c.lead_id).where(address.c.id == address_id).scalar_subquery()
    active = and_(
        enrolment.c.lead_id == owner,
        enrolment.c.state == EnrolmentState.ACTIVE.value,
        enrolment.c.due_at > now,
        enrolment.c.lease_until.is_(None),
    )
    tx.execute(update(enrolment).where(active).values(due_at=now))
