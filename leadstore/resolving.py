"""The operator's look at the outbox, and the operator's word on what nobody else knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update

from leadstore.chapters import BY_OPERATOR, Touch
from leadstore.rows import outbox
from leadstore.signals import append_signals
from leadstore.story import as_touch
from nurture.errors import NotFound, StoreError
from nurture.values import NewSignal
from nurture.words import OutboxKind, Sig, TouchState

Word = Literal["sent", "failed"]


def list_outbox(
    tx: Connection, *, state: TouchState | None = None, kind: OutboxKind | None = None, limit: int = 50
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


def count_by_state(tx: Connection) -> dict[TouchState, int]:
    """How many rows stand in each state, of all kinds."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {TouchState(state): n for state, n in tx.execute(query)}


def resolve(tx: Connection, outbox_id: int, word: Word, now: datetime) -> None:
    """Settle an uncertain row. "sent" keeps its cap slot, "failed" frees it; nothing is sent again.

    The enrolment went on when the row became uncertain, and goes on as it is. A touch settled as sent
    leaves its signal, as if the relay had answered.

    Raises:
        NotFound: there is no such row.
        StoreError: the row is not uncertain.
    """
    row = tx.execute(select(outbox).where(outbox.c.id == outbox_id).with_for_update()).first()
    if row is None:
        raise NotFound(
            f"there is no outbox row {outbox_id}", hint="`nurture outbox list --state uncertain` lists them"
        )
    if row.state != TouchState.UNCERTAIN:
        raise StoreError(
            f"outbox row {outbox_id} is {row.state}, not uncertain",
            hint="only what nobody knows is settled by hand; `nurture outbox list --state uncertain`",
        )
    slot_at = row.slot_at if word == "sent" else None
    settled = {"state": TouchState(word).value, "reason": BY_OPERATOR, "settled_at": now, "slot_at": slot_at}
    tx.execute(update(outbox).where(outbox.c.id == outbox_id).values(**settled))
    if word == "sent" and row.enrolment_id is not None:
        append_signals(tx, [_sent_signal(row)], now)


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
