"""Leases by name, and the furthest moment a store has seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadstore.tables import Lock, Note
from nurture.errors import ClockError

lock = Lock.__table__  # type: ignore[attr-defined]
note = Note.__table__  # type: ignore[attr-defined]

SEEN = "clock_seen"


def acquire_lease(tx: Connection, name: str, holder: str, now: datetime, lease: timedelta) -> bool:
    """Take or renew the named lease; False while another holder's has not run out."""
    row = tx.execute(select(lock).where(lock.c.name == name).with_for_update()).first()
    if row is None:
        try:
            with tx.begin_nested():
                tx.execute(insert(lock).values(name=name, holder=holder, lease_until=now + lease))
        except IntegrityError:
            return False  # another process was first by a moment
        return True
    if row.holder != holder and row.lease_until > now:
        return False
    tx.execute(update(lock).where(lock.c.name == name).values(holder=holder, lease_until=now + lease))
    return True


def release_lease(tx: Connection, name: str, holder: str) -> None:
    """Give the named lease back, if this holder has it."""
    tx.execute(lock.delete().where(lock.c.name == name, lock.c.holder == holder))


def lease_holder(tx: Connection, name: str, now: datetime) -> str | None:
    """Who holds the named lease now, or None."""
    query = select(lock.c.holder).where(lock.c.name == name, lock.c.lease_until > now)
    return tx.scalar(query)


def read_note(tx: Connection, name: str) -> str | None:
    """A single fact about the store."""
    return tx.scalar(select(note.c.value).where(note.c.name == name))


def write_note(tx: Connection, name: str, value: str) -> None:
    """Remember a single fact about the store."""
    if not tx.execute(update(note).where(note.c.name == name).values(value=value)).rowcount:
        tx.execute(insert(note).values(name=name, value=value))


def see_moment(tx: Connection, now: datetime) -> None:
    """Remember that the store has seen `now`.

    Raises:
        ClockError: the store has already seen a later moment (by more than a minute).
    """
    seen = read_note(tx, SEEN)
    if seen is not None:
        last = datetime.fromisoformat(seen)
        if now < last - timedelta(minutes=1):
            raise ClockError(
                f"this store has already seen {last:%Y-%m-%d %H:%M} UTC; "
                f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC would go back",
                hint="give a later --now, or use a fresh store",
            )
        if now <= last:
            return
    write_note(tx, SEEN, now.astimezone(UTC).isoformat())
