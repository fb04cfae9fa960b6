"""Lists leads; the mature ones in the order in which sales should call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, text

from leadstore.database.transaction import Transaction
from leadstore.rows import REACHED_AT, address, as_value, handoff, lead, stage_change
from nurture.words import OPEN_HANDOFF, HandoffState, Stage

_NAMES = (
    *("id", "key", "first_name", "last_name", "company", "stage"),
    *("fit", "engagement", "grade", "heat", "mature", "score_as_of"),
)
LISTED = [lead.c[name] for name in _NAMES]
READY = text("lead.mature AND lead.merged_into IS NULL")
"""In the words of the partial index, so that both databases see that it covers the question."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A lead in a list. `cause` is why it is at its stage; `seller` None: no seller has it."""

    id: int
    key: str | None
    address: str
    name: str
    company: str
    stage: Stage
    fit: float
    engagement: float
    grade: str
    heat: int
    mature: bool
    as_of: datetime | None
    cause: str = ""
    handoff: HandoffState | None = None
    seller: str | None = None


def list_leads(
    tx: Transaction, *, ready: bool = False, stage: Stage | None = None, limit: int = 50
) -> tuple[list[Listed], int]:
    """Leads and how many there are in all. `ready` keeps the mature ones that no seller took yet.

    The ready come in the order of the call: hotter first, then better fit, then the higher sum of
    scores; all others the latest first.
    """
    query = (
        select(*LISTED, address.c.address)
        .join_from(lead, address, REACHED_AT)
        .where(lead.c.merged_into.is_(None))
    )
    if stage is not None:
        query = query.where(lead.c.stage == stage.value)
    if ready:
        query = query.where(READY, lead.c.stage.in_([Stage.MQL.value, Stage.PQL.value]))
    total = tx.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = tx.execute(_in_order(query, ready).limit(limit)).all()
    return _completed(tx, rows), total


def _in_order(query: Select[Any], ready: bool) -> Select[Any]:
    if not ready:
        return query.order_by(lead.c.id.desc())
    # The order of offers (flows/work/offering.rank), so that the list and the offers agree.
    return query.order_by(lead.c.heat, lead.c.grade, (lead.c.fit + lead.c.engagement).desc(), lead.c.id)


def _completed(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Listed]:
    ids = [r.id for r in rows]
    causes = _latest(tx, stage_change, ids)
    offers = _latest(tx, handoff, ids, handoff.c.state.in_([s.value for s in OPEN_HANDOFF]))
    return [
        as_value(
            Listed,
            r,
            name=" ".join(part for part in (r.first_name, r.last_name) if part),
            company=r.company or "",
            stage=Stage(r.stage),
            as_of=r.score_as_of,
            cause=causes[r.id].cause if r.id in causes else "",
            handoff=HandoffState(offers[r.id].state) if r.id in offers else None,
            seller=offers[r.id].seller if r.id in offers else None,
        )
        for r in rows
    ]


def _latest(tx: Transaction, table: Any, lead_ids: Sequence[int], *where: Any) -> dict[int, Any]:
    """The newest row of each lead, in one query."""
    newest = select(func.max(table.c.id)).where(table.c.lead_id.in_(lead_ids), *where)
    rows = tx.execute(select(table).where(table.c.id.in_(newest.group_by(table.c.lead_id))))
    return {r.lead_id: r for r in rows}
