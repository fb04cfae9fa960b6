"""Erases leads: every row that tells of them goes, and what is kept for counts and numbers names nobody.

Of a lead, its addresses, enrolments, handoffs and messages an empty row stays: their numbers stand in links,
Message-IDs and counts, and must never come to mean somebody else. An erased lead is merged into itself, so
that whoever asks for leads that were not merged passes it over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    String,
    Table,
    TypeDecorator,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from leadstore.columns import Instant
from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import lock_leads
from leadstore.privacy.belongings import (
    IS_ERASED,
    NUMBERED,
    TABLES,
    Owned,
    belongings,
    belongs_by,
    mentions,
    numbers_of,
    whole_persons,
)
from leadstore.privacy.journal import JournalAct, note_act
from leadstore.privacy.tombstones import Tombstone, Why, bury, renew, seals_of
from leadstore.privacy.traces import traces_of
from leadstore.rows import address, aside, enrolment, handoff, lead, outbox, route
from nurture.privacy.seals import Seals
from nurture.privacy.traces import Traces
from nurture.words import OPEN_HANDOFF, EnrolmentState, HandoffState, Reason, Stage, TouchState

UNFINISHED = (TouchState.PLANNED.value, TouchState.CLAIMED.value, TouchState.STARTED.value)
KEPT: dict[Table, frozenset[str]] = {
    outbox: frozenset(
        {
            *("id", "kind", "sequence", "step", "occurrence", "template", "topic", "purpose", "state"),
            *("attempt", "due_at", "first_due_at", "expires_at", "slot_at", "started_at", "settled_at"),
            *("created_at", "code", "reason"),
        }
    ),
    enrolment: frozenset(
        {
            *("id", "lead_id", "sequence", "run", "version", "release_id", "state", "step", "occurrence"),
            *("step_since", "due_at", "first_due_at", "priority", "requested", "retries", "frozen"),
            *("entered_at", "ended_at", "reason"),
        }
    ),
    handoff: frozenset(
        {
            *("id", "lead_id", "cycle", "state", "seller", "created_at", "offered_at", "due_at"),
            "answered_at",
        }
    ),
    address: frozenset({"id", "lead_id", "created_at"}),
    lead: frozenset({"id", "cycle", "created_at"}),
}
"""What stays of a row that is emptied: numbers, states and times, for counts; nothing that names a person."""
WAITING = (*UNFINISHED, TouchState.FAILED.value, TouchState.UNCERTAIN.value)
"""States of messages that somebody might still send, settle, or be asked about."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased. `traces` say where else to look, and are never written anywhere."""

    leads: tuple[int, ...] = ()  # those that were named, and those that had been merged into them
    rows: int = 0  # deleted or emptied
    on_the_wire: int = 0  # messages that were being spoken: they may arrive
    buried: tuple[Tombstone, ...] = ()
    traces: Traces = field(default_factory=Traces, repr=False)


def erase_leads(
    tx: Transaction,
    lead_ids: Collection[int],
    seals: Seals,
    now: datetime,
    *,
    who: str,
    why: Why = Why.REQUEST,
) -> Erased:
    """Erase these leads, and those that were merged into them; leaves tombstones and a line of the journal.

    Nothing resurrects them: a message that was claimed is not started any more, the outcome of one that was
    being spoken finds no row that waits for it, and a later bounce, reply or click finds nobody.
    """
    lock_leads(tx, whole_persons(tx, lead_ids))
    ids = whole_persons(tx, lead_ids)  # as they are now that nobody else may change them
    if not ids:
        return Erased()
    traces = traces_of(tx, ids)
    stones = [
        one for person in traces.persons for one in seals_of(seals, person.addresses, person.keys, why, now)
    ]
    bury(tx, stones)
    renew(tx, stones)
    owned = numbers_of(tx, ids)
    wired = _count_started(tx, owned[outbox])
    rows = _delete_all(tx, owned) + _empty_all(tx, owned, now)
    rows += _forget_mails(tx, traces) + _forget_replies(tx, traces)
    note_act(tx, who, JournalAct.ERASE if why is Why.REQUEST else JournalAct.EXPIRE, ids, now)
    return Erased(tuple(ids), rows, wired, tuple(stones), traces)


def sweep_erased(tx: Transaction, now: datetime) -> int:
    """Remove what was written for an erased lead by who had found it a moment before; how many rows."""
    ids = tx.scalars(select(lead.c.id).where(IS_ERASED)).all()
    if not ids:
        return 0
    owned = numbers_of(tx, ids)
    late: Owned = {table: owned[table] if table is outbox else [] for table in NUMBERED}
    return _delete_all(tx, owned) + _empty_all(tx, late, now)


def _count_started(tx: Transaction, ids: Collection[int]) -> int:
    started = Bulk(tx).among(outbox.c.id, ids) & (outbox.c.state == TouchState.STARTED.value)
    return int(tx.scalar(select(func.count()).select_from(outbox).where(started)) or 0)


def _delete_all(tx: Transaction, owned: Owned) -> int:
    """Delete what belongs to these rows in every other table, the children first."""
    let_go = update(enrolment).where(Bulk(tx).among(enrolment.c.id, owned[enrolment]))
    tx.execute(let_go.values(signal_id=None))
    gone = 0
    for table in reversed(TABLES):
        if table in NUMBERED:
            continue
        for column in mentions(table):
            tx.execute(update(table).where(belongs_by(tx, owned, column)).values({column.name: None}))
        conditions = [belongs_by(tx, owned, column) for column in belongings(table)]
        if conditions:
            gone += tx.execute(delete(table).where(or_(*conditions))).rowcount
    return gone


def _empty_all(tx: Transaction, owned: Owned, now: datetime) -> int:
    """Take out of the rows that stay whatever tells of a person."""
    _end(tx, owned, now)
    emptied = 0
    for table, values in _blanks(now).items():
        these = Bulk(tx).among(table.c.id, owned[table])
        emptied += tx.execute(update(table).where(these).values(**values)).rowcount
    return emptied


def _end(tx: Transaction, owned: Owned, now: datetime) -> None:
    """Whatever was under way is over: nobody will come back to it."""
    bulk = Bulk(tx)
    waits = bulk.among(outbox.c.id, owned[outbox]) & outbox.c.state.in_(WAITING)
    skipped = {"state": TouchState.SKIPPED.value, "reason": "erased", "settled_at": now, "slot_at": None}
    tx.execute(update(outbox).where(waits).values(**skipped))
    runs = bulk.among(enrolment.c.id, owned[enrolment]) & enrolment.c.ended_at.is_(None)
    stopped = {"state": EnrolmentState.STOPPED.value, "reason": Reason.SUPPRESSED.value, "ended_at": now}
    tx.execute(update(enrolment).where(runs).values(**stopped))
    open_states = handoff.c.state.in_([one.value for one in OPEN_HANDOFF])
    offers = update(handoff).where(bulk.among(handoff.c.id, owned[handoff]), open_states)
    tx.execute(offers.values(state=HandoffState.CLOSED.value, answered_at=now))


def _blanks(now: datetime) -> dict[Table, dict[str, Any]]:
    """What is written over each kind of row: every column that is not kept, those to come as well."""
    given: dict[Table, dict[str, Any]] = {
        outbox: {"message_id": _numbered(outbox, "<erased-", ">")},
        enrolment: {"entry_key": _numbered(enrolment, "erased-")},
        handoff: {},
        address: {"address": _numbered(address, "erased-")},
        lead: {
            "stage": Stage.DISQUALIFIED.value,
            "merged_into": lead.c.id,
            "changed_at": now,
            "score_as_of": now,
            "grade": "D",
            "heat": 4,
            "terms": [],
        },
    }
    return {table: {**_emptied(table), **values} for table, values in given.items()}


def _numbered(table: Table, before: str, after: str = "") -> Any:
    """A text that no other row has, made of the row's own number."""
    return literal(before) + cast(table.c.id, String) + literal(after)


def _emptied(table: Table) -> dict[str, Any]:
    given = (c for c in table.columns if c.name not in KEPT[table])
    return {c.name: None if c.nullable else _nothing(c) for c in given if c.nullable or not _is_time(c)}


def _is_time(column: Column[Any]) -> bool:
    """A time that must be there stays: it names nobody."""
    return isinstance(column.type, Instant)


def _nothing(column: Column[Any]) -> Any:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, JSON):
        return {}
    return "" if isinstance(kind, String) else kind.python_type()  # 0, 0.0 or False


def _forget_mails(tx: Transaction, traces: Traces) -> int:
    """Drop what was set aside and is nobody's lead yet, but holds a mail from, to or about these persons."""
    kept = select(aside.c.id, aside.c.ref, aside.c.message, aside.c.payload)
    rows = tx.execute(kept.where(or_(aside.c.payload.is_not(None), aside.c.message.contains("@"))))
    gone = [
        r.id
        for r in rows
        if traces.in_text(r.message) or (r.payload is not None and traces.in_mail(bytes(r.payload)))
    ]
    return tx.execute(delete(aside).where(Bulk(tx).among(aside.c.id, gone))).rowcount if gone else 0


def _forget_replies(tx: Transaction, traces: Traces) -> int:
    """A relay's answer, kept with the route that it closed, may quote the address."""
    said = tx.execute(select(route.c.name, route.c.reply).where(text("reply <> ''")))
    names = [r.name for r in said if traces.in_text(r.reply)]
    if not names:
        return 0
    return tx.execute(update(route).where(route.c.name.in_(names)).values(reply="")).rowcount
