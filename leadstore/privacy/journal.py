"""The journal: who did what to which lead, and when. Rows are appended, and hold ids and numbers only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import as_value, audit


class JournalAct(StrEnum):
    """What may be done to a lead, as the journal calls it."""

    EXPORT = "export"  # its record was given out
    ERASE = "erase"  # all of it was removed
    EXPIRE = "expire"  # the retention clock removed all of it
    MERGE = "merge"  # it was merged into another; `into` is that one's id
    SUPPRESS = "suppress"  # its address is never mailed again
    LIFT = "lift"  # that was taken back
    CAP = "cap"  # its own cap was set, or taken back
    STAGE = "stage"  # it was put to a stage by hand


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal. `who` is a user of the machine, the name of a key, or a flow."""

    id: int
    at: datetime
    who: str
    act: JournalAct
    lead_id: int
    detail: Mapping[str, int]


def note_act(
    tx: Transaction,
    who: str,
    act: JournalAct,
    lead_ids: Collection[int],
    now: datetime,
    detail: Mapping[str, int] | None = None,
) -> None:
    """Write that somebody did this to these leads, in the transaction that does it."""
    shared = {"at": now, "who": who[:120], "act": act.value, "detail": dict(detail or {})}
    Bulk(tx).add(audit, [{**shared, "lead_id": one} for one in lead_ids])


def read_journal(
    tx: Transaction, *, lead_id: int | None = None, act: JournalAct | None = None, limit: int | None = None
) -> list[JournalEntry]:
    """The lines, the latest first; of one lead, or of one kind of act."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if lead_id is not None:
        query = query.where(audit.c.lead_id == lead_id)
    if act is not None:
        query = query.where(audit.c.act == act.value)
    return [as_value(JournalEntry, row, act=JournalAct(row.act)) for row in tx.execute(query)]
