"""Items of a batch that raised: kept with their reasons until the operator puts them back or drops them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, exists, func, select, text, update

from leadstore.database.bulk import Bulk, insert_into
from leadstore.database.transaction import Transaction
from leadstore.rows import as_value, aside, lead, signal
from leadstore.tables import LEFT_ALONE
from nurture.words import AsideKind, AsideStage, AsideState

MAX_PAYLOAD = 256 * 1024
"""Bytes of an item that are kept: as much of a mail as is ever read."""


@dataclass(frozen=True, slots=True)
class NewAside:
    """An item that raised, as it is set aside. `ref` is its own key, unique within its kind and stage."""

    kind: AsideKind
    stage: AsideStage
    ref: str
    error: str
    message: str
    place: str = ""
    lead_id: int | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """An item that was set aside, without its payload; `size` is what is kept of it, in bytes."""

    id: int
    kind: AsideKind
    stage: AsideStage
    ref: str
    lead_id: int | None
    error: str
    message: str
    place: str
    state: AsideState
    times: int
    first_at: datetime
    last_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class WantedAside:
    """Which items are meant: by their ids, in whatever state, or all that are open, narrowed by the rest."""

    ids: tuple[int, ...] = ()
    kind: AsideKind | None = None
    error: str | None = None
    before: datetime | None = None  # raised last before then
    lead_id: int | None = None


def set_aside(tx: Transaction, items: Iterable[NewAside], now: datetime) -> int:
    """Set these items aside, also those that were before, which are counted again. Returns how many.

    The caller also takes them out of the work: nothing tries them again by itself.
    """
    rows = [_row(one, now) for one in items]
    if not rows:
        return 0
    new = insert_into(tx, aside)
    same = {name: new.excluded[name] for name in ("lead_id", "error", "message", "place", "payload", "state")}
    again = {**same, "last_at": new.excluded.last_at, "times": aside.c.times + 1}
    tx.execute(new.on_conflict_do_update(index_elements=["kind", "stage", "ref"], set_=again), rows)
    return len(rows)


def list_aside(tx: Transaction, wanted: WantedAside) -> list[SetAside]:
    """The items that are meant, the latest first."""
    query = _meant(select(*_COLUMNS), wanted).order_by(aside.c.last_at.desc(), aside.c.id.desc())
    return [_as_value(row) for row in tx.execute(query)]


def payloads(tx: Transaction, ids: Collection[int]) -> dict[int, bytes]:
    """What was kept of these items."""
    kept = select(aside.c.id, aside.c.payload).where(aside.c.id.in_(list(ids)), aside.c.payload.is_not(None))
    return {row.id: bytes(row.payload) for row in tx.execute(kept)}


def put_back(tx: Transaction, items: Collection[SetAside], now: datetime) -> None:
    """Put signals and leads back into the work: the next tick looks at them. It may be done twice."""
    refs = _by_place(items)
    if signals := refs.get((AsideKind.SIGNAL, AsideStage.INTAKE)):
        tx.execute(update(signal).where(Bulk(tx).among(signal.c.id, signals)).values(pending=True))
    if scored := refs.get((AsideKind.LEAD, AsideStage.SCORE)):
        tx.execute(update(lead).where(Bulk(tx).among(lead.c.id, scored)).values(recheck_at=now))
    if looked_at := refs.get((AsideKind.LEAD, AsideStage.STANDING)):
        tx.execute(update(lead).where(Bulk(tx).among(lead.c.id, looked_at)).values(changed=True))
    close(tx, [one.id for one in items], AsideState.RETRIED, now)


def close(tx: Transaction, ids: Collection[int], state: AsideState, now: datetime) -> None:
    """Set the state of items, and delete their payloads, for they may be a person's letters."""
    if ids:
        closed = {"state": state.value, "payload": None, "last_at": now}
        tx.execute(update(aside).where(Bulk(tx).among(aside.c.id, ids)).values(**closed))


def without_aside(tx: Transaction, stage: AsideStage, lead_ids: Collection[int]) -> list[int]:
    """These leads without those that are set aside at this stage, or were dropped there."""
    if not lead_ids:
        return []
    left = select(aside.c.lead_id).where(_LEFT, aside.c.stage == stage.value)
    out = set(tx.scalars(left.where(Bulk(tx).among(aside.c.lead_id, lead_ids))))
    return [one for one in lead_ids if one not in out]


def left_alone(stage: AsideStage, of: Column[Any] = lead.c.id) -> Any:
    """The condition that the lead in this column is set aside at this stage, or was dropped there."""
    return exists().where(_LEFT, aside.c.lead_id == of, aside.c.stage == stage.value)


_LEFT = text(LEFT_ALONE)
_COLUMNS = (
    *(aside.c[name] for name in SetAside.__dataclass_fields__ if name != "size"),
    func.coalesce(func.length(aside.c.payload), 0).label("size"),
)


def _row(one: NewAside, now: datetime) -> Mapping[str, Any]:
    return {
        "kind": one.kind.value,
        "stage": one.stage.value,
        "ref": one.ref[:200],
        "lead_id": one.lead_id,
        "error": one.error[:80],
        "message": one.message[:500],
        "place": one.place[:200],
        "payload": None if one.payload is None else one.payload[:MAX_PAYLOAD],
        "state": AsideState.OPEN.value,
        "times": 1,
        "first_at": now,
        "last_at": now,
    }


def _meant(query: Select[Any], wanted: WantedAside) -> Select[Any]:
    if wanted.ids:
        return query.where(aside.c.id.in_(wanted.ids))
    query = query.where(text("state = 'open'"))  # the partial index's own words
    if wanted.before is not None:
        query = query.where(aside.c.last_at < wanted.before)
    for column in ("kind", "error", "lead_id"):
        if (value := getattr(wanted, column)) is not None:
            query = query.where(aside.c[column] == value)
    return query


def _by_place(items: Iterable[SetAside]) -> dict[tuple[AsideKind, AsideStage], list[int]]:
    found: dict[tuple[AsideKind, AsideStage], list[int]] = {}
    for one in items:
        if one.ref.isdecimal():
            found.setdefault((one.kind, one.stage), []).append(int(one.ref))
    return found


def _as_value(row: Any) -> SetAside:
    kind, stage, state = AsideKind(row.kind), AsideStage(row.stage), AsideState(row.state)
    return as_value(SetAside, row, kind=kind, stage=stage, state=state)
