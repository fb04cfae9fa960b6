"""The operator's look at the outbox, and the operator's word on what nobody else knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import outbox
from leadstore.signals import append_signals
from leadstore.story.chapters import BY_OPERATOR, Touch
from leadstore.story.reader import as_touch
from nurture.errors import NotFound, StoreError
from nurture.values import NewSignal
from nurture.words import OutboxKind, Sig, TouchState

Word = Literal["sent", "failed"]


def list_outbox(
    tx: Transaction, *, state: TouchState | None = None, kind: OutboxKind | None = None, limit: int = 50
) -> tuple[list[tuple[int | None, Touch]], int]:
    """Outbox rows with their lead's id, latest first, and how many there are in all."""
    columns = [outbox.c[name] for name in Touch.__dataclass_fields__]
    query = select(outbox.c.lead_id, *columns)
    if state is not None:
        query = query.where(outbox.c.state == state.value)
    if kind is not None:
        query = query.where(outbox.c.kind == kind.value)
    total = tx.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = tx.execute(query.order_by(outbox.c.id.desc()).limit(limit)).all()
    return [(r.lead_id, as_touch(r)) for r in rows], total


def count_by_state(tx: Transaction) -> dict[TouchState, int]:
    """How many rows stand in each state, of all kinds."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {TouchState(state): n for state, n in tx.execute(query)}


def resolve(tx: Transaction, outbox_id: int, word: Word, now: datetime) -> None:
    """Settle an uncertain row. "sent" keeps its cap slot, "failed" frees it; nothing is sent again.

    The enrolment went on when the row became uncertain, and goes on as it is. A touch settled as sent
    leaves its signal, as if the relay had answered.

    Raises:
        NotFound: there is no such row.
        StoreError: the row is not uncertain.
    """
    state = tx.scalar(select(outbox.c.state).where(outbox.c.id == outbox_id))
    if state is None:
        raise NotFound(
            f"there is no outbox row {outbox_id}", hint="`nurture outbox list --state uncertain` lists them"
        )
    if not resolve_all(tx, {outbox_id: word}, now):
        raise StoreError(
            f"outbox row {outbox_id} is {state}, not uncertain",
            hint="only what nobody knows is settled by hand; `nurture outbox list --state uncertain`",
        )


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Which uncertain rows are meant: by their numbers, or all that these have in common."""

    ids: tuple[int, ...] = ()
    run: str | None = None  # the process that spoke them
    sequence: str | None = None
    before: datetime | None = None  # they were spoken before then


@dataclass(frozen=True, slots=True)
class Doubt:
    """An uncertain row: by which Message-ID the relay knows it, and which process spoke it when."""

    id: int
    message_id: str
    run: str
    sequence: str
    at: datetime


def find_doubts(tx: Transaction, wanted: Doubtful) -> list[Doubt]:
    """The uncertain rows that are meant, by their numbers."""
    spoken = func.coalesce(outbox.c.started_at, outbox.c.due_at).label("at")
    columns = (outbox.c.id, outbox.c.message_id, outbox.c.worker, outbox.c.sequence, spoken)
    query = select(*columns).where(outbox.c.state == TouchState.UNCERTAIN.value)
    if wanted.ids:
        query = query.where(Bulk(tx).among(outbox.c.id, wanted.ids))
    if wanted.run is not None:
        query = query.where(outbox.c.worker == wanted.run)
    if wanted.sequence is not None:
        query = query.where(outbox.c.sequence == wanted.sequence)
    if wanted.before is not None:
        query = query.where(spoken < wanted.before)
    rows = tx.execute(query.order_by(outbox.c.id))
    return [Doubt(r.id, r.message_id, r.worker or "", r.sequence, r.at) for r in rows]


def doubts_by_run(tx: Transaction) -> dict[str, int]:
    """How many rows are uncertain, by the process that spoke them."""
    query = select(outbox.c.worker, func.count()).where(outbox.c.state == TouchState.UNCERTAIN.value)
    return {run or "": n for run, n in tx.execute(query.group_by(outbox.c.worker).order_by(outbox.c.worker))}


def resolve_all(tx: Transaction, words: Mapping[int, Word], now: datetime) -> list[int]:
    """Settle these rows (id -> word) as `resolve` does, in set statements; those that are uncertain no more
    are left alone. Returns the settled ones."""
    doubtful = outbox.c.state == TouchState.UNCERTAIN.value
    query = select(outbox).where(Bulk(tx).among(outbox.c.id, words), doubtful).order_by(outbox.c.id)
    rows = tx.execute(query.with_for_update()).all() if words else []
    settled = {"reason": BY_OPERATOR, "settled_at": now}
    for word in ("sent", "failed"):
        ids = [row.id for row in rows if words[row.id] == word]
        if ids:
            freed = {} if word == "sent" else {"slot_at": None}
            these = update(outbox).where(Bulk(tx).among(outbox.c.id, ids))
            tx.execute(these.values(state=word, **settled, **freed))
    spoken = [row for row in rows if words[row.id] == "sent" and row.enrolment_id is not None]
    append_signals(tx, [_sent_signal(row) for row in spoken], now)
    return [row.id for row in rows]


def _sent_signal(row: Any) -> NewSignal:
    """The signal that the relay's answer would have brought, so that scores know of the touch."""
    properties = {"sequence": row.sequence, "step": row.step, "template": row.template}
    return NewSignal(
        lead_id=row.lead_id,
        type=Sig.TOUCH_SENT.value,
        occurred_at=row.started_at or row.due_at,
        source="nurture",
        source_id=f"{Sig.TOUCH_SENT.value}:{row.id}",
        properties={**properties, "asset": row.asset} if row.asset else properties,
    )
