"""Gives up touches that failed: each enrolment goes on with the step after the one that is not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.work.wiring import Shop
from leadstore import releasing
from leadstore.stuck import Found
from nurture.book import Book
from nurture.grammar import CastStep
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState, Reason


def give_up(shop: Shop, tx: Any, ids: Sequence[int], now: datetime) -> Found:
    """Give up these failed rows; returns what was given up and what must not be."""
    _, book = shop.book(tx)
    return releasing.give_up(tx, ids, lambda one: _after(shop, tx, book, one, now), now)


def _after(shop: Shop, tx: Any, book: Book, one: Enrolment, now: datetime) -> Position:
    structure = shop.structure(tx, book, one.release_id, one.sequence)
    step = structure.step(one.step) if structure else None
    if step is None:
        return _ended(one, EnrolmentState.STOPPED, now, Reason.RETIRED)
    if isinstance(step, CastStep):  # a stream goes on to its next cast
        return Position(one.id, EnrolmentState.ACTIVE, step.id, one.occurrence + 1, now, now, now)
    if step.next is None:
        return _ended(one, EnrolmentState.COMPLETED, now, Reason.DONE)
    return Position(one.id, EnrolmentState.ACTIVE, step.next, one.occurrence, now, now, now)


def _ended(one: Enrolment, state: EnrolmentState, now: datetime, reason: Reason) -> Position:
    return Position(one.id, state, one.step, one.occurrence, one.step_since, now, one.first_due_at, reason)
