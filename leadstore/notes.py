"""Single facts about the store, each under a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from leadstore.database.bulk import insert_into
from leadstore.database.transaction import Transaction
from leadstore.rows import note
from nurture.errors import ClockError

SEEN = "clock_seen"
"""The furthest moment that the store has seen."""


def read_note(tx: Transaction, name: str) -> str | None:
    """A single fact about the store."""
    return tx.scalar(select(note.c.value).where(note.c.name == name))


def write_note(tx: Transaction, name: str, value: str) -> None:
    """Write a single fact about the store; of two processes at once, the later one wins."""
    new = insert_into(tx, note).values(name=name, value=value)
    tx.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value}))


def first_note(tx: Transaction, name: str, value: str) -> str:
    """Remember a fact that never changes, unless it is known already; returns what is known."""
    new = insert_into(tx, note).values(name=name, value=value)
    tx.execute(new.on_conflict_do_nothing(index_elements=["name"]))
    return str(read_note(tx, name))


def see_moment(tx: Transaction, now: datetime) -> None:
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
                hint="`nurture clock` shows what lies ahead of this machine's clock, `nurture clock reset` "
                "brings it back; or give a later --now. `nurture web` runs all the same: leads can leave",
            )
        if now <= last:
            return
    write_note(tx, SEEN, now.astimezone(UTC).isoformat())
