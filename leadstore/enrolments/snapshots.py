"""Claims due leads and reads all that the gate may look at, in a few set queries for the whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select, text

from leadstore.database.bulk import Bulk, StatementByIds
from leadstore.database.transaction import Transaction
from leadstore.rows import (
    LEAD_FACTS,
    REACHED_AT,
    address,
    as_consent,
    as_enrolment,
    as_handoff,
    as_lead,
    as_signal,
    as_suppression,
    consent,
    enrolment,
    halt,
    handoff,
    lead,
    outbox,
    signal,
    suppression,
)
from leadstore.tables import SLOT_STATES
from nurture.values import AssetSent, Enrolment, PastRun, Signal, Slot, Snapshot
from nurture.words import HOLDS_SLOT, EnrolmentState, OutboxKind, Purpose, TouchState

HOLDING = [state.value for state in HOLDS_SLOT]
HOLDS = text(SLOT_STATES)
REFUSED = TouchState.REFUSED.value
ACTIVE = EnrolmentState.ACTIVE.value
PAUSED, RETIRED = "paused", "retired"
"""What an operator may do to a sequence."""


HALTED = select(halt.c.sequence).where(halt.c.kind == PAUSED)
"""Sequences whose timers stand still."""


def claim_due_leads(
    tx: Transaction, now: datetime, limit: int, *, among: Collection[int] | None = None
) -> list[int]:
    """Lock up to `limit` leads (`among` these) that have a due enrolment, oldest first.

    Another worker's are passed over. On SQLite the transaction is the only writer, and so the lock.
    """
    query = (
        select(lead.c.id)
        .join_from(enrolment, lead, enrolment.c.lead_id == lead.c.id)
        .where(enrolment.c.state == ACTIVE, enrolment.c.due_at <= now, enrolment.c.sequence.not_in(HALTED))
        .order_by(enrolment.c.due_at, enrolment.c.lead_id)
        .limit(limit)
        .with_for_update(of=lead, skip_locked=True, key_share=True)
    )
    if among is not None:
        query = query.where(lead.c.id.in_(list(among)))
    return list(dict.fromkeys(tx.scalars(query)))


def lock_leads(tx: Transaction, lead_ids: Iterable[int | None]) -> None:
    """Take the rows of these leads in the order of their ids, so that two workers never deadlock.

    On SQLite the transaction is the only writer already.
    """
    ids = sorted({one for one in lead_ids if one is not None})
    if ids and tx.dialect.name == "postgresql":
        _LOCKED.run(tx, ids)


_LOCKED = StatementByIds(
    lead.c.id,
    lambda these: select(lead.c.id).where(these).order_by(lead.c.id).with_for_update(key_share=True),
)


def read_snapshots(
    tx: Transaction,
    lead_ids: Collection[int],
    *,
    signal_types: Collection[str],
    slots_since: datetime,
    due_by: datetime | None = None,
) -> list[Snapshot]:
    """Everything about these leads, in the order given; `due_by` brings the enrolments due by then."""
    if not lead_ids:
        return []
    leads = {r.id: as_lead(r) for r in _rows(tx, _LEADS, lead_ids)}
    address_ids = [one.address_id for one in leads.values()]
    consents = _grouped(_rows(tx, _CONSENTS, address_ids), "address_id")
    suppressed = {r.address_id: r for r in _rows(tx, _BARRED, address_ids)}
    signals = read_signals(tx, lead_ids, signal_types)
    slots = _slots(tx, address_ids, slots_since)
    assets = _assets(tx, lead_ids)
    offers = {r.lead_id: as_handoff(r) for r in _rows(tx, _OFFERS, lead_ids)}
    due = _due(tx, lead_ids, due_by) if due_by is not None else {}
    settled = _settled(tx, [e.id for group in due.values() for e in group])
    return [
        Snapshot(
            lead=one,
            enrolments=due.get(one.id, ()),
            consents={r.topic: as_consent(r) for r in consents.get(one.address_id, ())},
            suppression=as_suppression(suppressed[one.address_id]) if one.address_id in suppressed else None,
            signals=signals.get(one.id, ()),
            slots=slots.get(one.address_id, ()),
            assets=assets.get(one.id, ()),
            handoff=offers.get(one.id),
            settled=settled.get(one.id, frozenset()),
        )
        for one in (leads[i] for i in lead_ids if i in leads)
    ]


def read_signals(
    tx: Transaction, lead_ids: Collection[int], types: Collection[str] | None = None
) -> dict[int, list[Signal]]:
    """The signals of these leads, oldest received first; `types` None reads all."""
    if not lead_ids:
        return {}
    found = _SIGNALS.run(tx, lead_ids) if types is None else _OF_TYPES.run(tx, lead_ids, types=sorted(types))
    return {k: [as_signal(r) for r in group] for k, group in _grouped(found.all(), "lead_id").items()}


def read_past_runs(
    tx: Transaction, lead_ids: Collection[int], sequences: Collection[str]
) -> dict[tuple[int, str], list[PastRun]]:
    """Earlier and active runs of these leads, by (lead id, sequence)."""
    sent = (
        select(outbox.c.id)
        .where(outbox.c.enrolment_id == enrolment.c.id, outbox.c.state.in_([*HOLDING, REFUSED]))
        .exists()
    )
    query = select(enrolment, sent.label("sent")).where(enrolment.c.sequence.in_(sequences))
    runs: dict[tuple[int, str], list[PastRun]] = defaultdict(list)
    for r in tx.execute(query.where(Bulk(tx).among(enrolment.c.lead_id, lead_ids))) if lead_ids else ():
        live = r.state in (EnrolmentState.ACTIVE, EnrolmentState.HELD)
        done = r.state == EnrolmentState.COMPLETED
        run = PastRun(r.entry_key, r.run, live, r.ended_at, bool(r.sent), done)
        runs[r.lead_id, r.sequence].append(run)
    return runs


def _slots(tx: Transaction, address_ids: Collection[int], since: datetime) -> dict[int, list[Slot]]:
    found: dict[int, list[Slot]] = defaultdict(list)
    for r in _rows(tx, _SLOTS, address_ids, since=since):
        found[r.address_id].append(Slot(r.slot_at, r.topic, r.sequence))
    return found


def _assets(tx: Transaction, lead_ids: Collection[int]) -> dict[int, list[AssetSent]]:
    found: dict[int, list[AssetSent]] = defaultdict(list)
    for r in _rows(tx, _ASSETS, lead_ids):
        found[r.lead_id].append(AssetSent(r.asset, r.enrolment_id))
    return found


def _due(tx: Transaction, lead_ids: Collection[int], by: datetime) -> dict[int, list[Enrolment]]:
    rows = _rows(tx, _DUE, lead_ids, by=by)
    wanted = [r.signal_id for r in rows if r.signal_id is not None]
    entering = {r.id: as_signal(r) for r in _rows(tx, _ENTERING, wanted)}
    found: dict[int, list[Enrolment]] = defaultdict(list)
    for r in rows:
        found[r.lead_id].append(as_enrolment(r, entering.get(r.signal_id)))
    return found


def _settled(tx: Transaction, enrolment_ids: Collection[int]) -> dict[int, frozenset[tuple[int, str, int]]]:
    """What these enrolments will never send again, by lead: whatever is neither planned nor claimed."""
    found: dict[int, set[tuple[int, str, int]]] = defaultdict(set)
    for r in _rows(tx, _SETTLED, enrolment_ids):
        found[r.lead_id].add((r.enrolment_id, r.step, r.occurrence))
    return {lead_id: frozenset(places) for lead_id, places in found.items()}


def _rows(
    tx: Transaction, standing: StatementByIds, ids: Collection[int], **values: Any
) -> Sequence[Row[Any]]:
    return standing.run(tx, ids, **values).all() if ids else []


def _grouped(rows: Iterable[Row[Any]], name: str) -> dict[int, list[Row[Any]]]:
    groups: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


def current_addresses(tx: Transaction, lead_ids: Collection[int]) -> dict[int, int]:
    """The id of the address each lead is reached at."""
    return {r.lead_id: r.id for r in _rows(tx, _REACHED, lead_ids)}


def latest_handoffs(these: ColumnElement[bool]) -> Any:
    """The handoff of the highest cycle of each lead, of those that the condition names."""
    latest = (
        select(handoff.c.lead_id, func.max(handoff.c.cycle).label("cycle"))
        .where(these)
        .group_by(handoff.c.lead_id)
        .subquery()
    )
    same = (latest.c.lead_id == handoff.c.lead_id) & (latest.c.cycle == handoff.c.cycle)
    return select(handoff).join_from(handoff, latest, same)


_SIGNALS = StatementByIds(
    signal.c.lead_id,
    lambda these: select(signal).where(these).order_by(signal.c.received_at, signal.c.id),
)
_OF_TYPES = StatementByIds(
    signal.c.lead_id,
    lambda these: (
        select(signal)
        .where(these, signal.c.type.in_(bindparam("types", expanding=True)))
        .order_by(signal.c.received_at, signal.c.id)
    ),
)
_LEADS = StatementByIds(lead.c.id, select(*LEAD_FACTS).join_from(lead, address, REACHED_AT).where)
_CONSENTS = StatementByIds(consent.c.address_id, select(consent).where)
_BARRED = StatementByIds(
    suppression.c.address_id, select(suppression).where(suppression.c.lifted_at.is_(None)).where
)
_OFFERS = StatementByIds(handoff.c.lead_id, latest_handoffs)
_SLOTS = StatementByIds(
    outbox.c.address_id,
    select(outbox.c.address_id, outbox.c.slot_at, outbox.c.topic, outbox.c.sequence)
    .where(
        outbox.c.kind == OutboxKind.TOUCH.value,
        outbox.c.purpose == Purpose.MARKETING.value,
        HOLDS,
        outbox.c.slot_at > bindparam("since"),
    )
    .where,
)
_ASSETS = StatementByIds(
    outbox.c.lead_id,
    select(outbox.c.lead_id, outbox.c.asset, outbox.c.enrolment_id)
    .where(outbox.c.asset.is_not(None), HOLDS)
    .where,
)
_DUE = StatementByIds(
    enrolment.c.lead_id,
    select(enrolment)
    .where(
        enrolment.c.state == ACTIVE,
        enrolment.c.due_at <= bindparam("by"),
        enrolment.c.sequence.not_in(HALTED),
    )
    .where,
)
_ENTERING = StatementByIds(signal.c.id, select(signal).where)
_SETTLED = StatementByIds(
    outbox.c.enrolment_id,
    select(outbox.c.lead_id, outbox.c.enrolment_id, outbox.c.step, outbox.c.occurrence)
    .where(outbox.c.state.not_in([TouchState.PLANNED.value, TouchState.CLAIMED.value]))
    .where,
)
_REACHED = StatementByIds(
    address.c.lead_id, select(address.c.lead_id, address.c.id).where(address.c.current).where
)
