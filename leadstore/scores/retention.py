"""Thins the history of scores: all points for a month, then one a day, then one a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, Integer, case, cast, delete, func, select

from leadstore.database.transaction import Transaction
from leadstore.notes import read_note, write_note
from leadstore.rows import score_history

ALL = timedelta(days=30)
"""Younger points are all kept."""
DAILY = timedelta(days=180)
"""Up to this age one point a day is kept, beyond it one a week (ISO weeks, UTC)."""
EVERY = timedelta(days=1)
PLACE = "thinning"
_MONDAY = 4  # 1970-01-05
_DAY = 86400


def thin_history(tx: Transaction, now: datetime, limit: int) -> tuple[int, bool]:
    """Thin the history of the next `limit` leads; returns (points deleted, whether there is more to do).

    Once a day it goes through all leads; where it stopped is kept in the store. The last point of a day is
    what was true when the day ended, so it is the one that stays.
    """
    since, _, place = (read_note(tx, PLACE) or "").partition(" ")
    begun = datetime.fromisoformat(since) if since else None
    if begun is None or (place == "end" and begun + EVERY <= now):
        begun, place = now, "0"
    if place == "end":
        return 0, False
    last = _last_of_page(tx, int(place), limit)
    if last is None:
        write_note(tx, PLACE, f"{begun.isoformat()} end")
        return 0, False
    gone = tx.execute(delete(score_history).where(score_history.c.id.in_(_spare(tx, now, int(place), last))))
    write_note(tx, PLACE, f"{begun.isoformat()} {last}")
    return gone.rowcount, True


def _last_of_page(tx: Transaction, after: int, limit: int) -> int | None:
    leads = select(score_history.c.lead_id).where(score_history.c.lead_id > after).distinct()
    page = leads.order_by(score_history.c.lead_id).limit(limit).subquery()
    last: int | None = tx.scalar(select(func.max(page.c.lead_id)))
    return last


def _spare(tx: Transaction, now: datetime, after: int, last: int) -> Any:
    """The points that a later one of the same day, or of the same week, makes needless."""
    point = score_history.c
    day = _day(tx)
    # Below 0, so that a week never shares a part with a day.
    part = case((point.at < now - DAILY, -((day - _MONDAY) // 7)), else_=day)
    newest = func.row_number().over(
        partition_by=(point.lead_id, part), order_by=(point.at.desc(), point.id.desc())
    )
    aged = select(point.id, newest.label("place")).where(
        point.lead_id > after, point.lead_id <= last, point.at < now - ALL
    )
    ranked = aged.subquery()
    return select(ranked.c.id).where(ranked.c.place > 1)


def _day(tx: Transaction) -> Any:
    """The number of the day (UTC) of a point."""
    at = score_history.c.at
    if tx.dialect.name == "postgresql":
        return cast(func.floor(func.date_part("epoch", at, type_=Float) / _DAY), Integer)
    return cast(func.strftime("%s", at), Integer) // _DAY
