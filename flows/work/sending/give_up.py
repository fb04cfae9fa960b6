"""Gives up touches that failed: each enrolment goes on with the step after the one that is not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.work.sending.positions import step_over
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.outbox import retry
from leadstore.outbox.failures import Found


def give_up(
    shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime, *, enrolments: Sequence[int] = ()
) -> Found:
    """Give up these failed rows, or the steps of these enrolments whose decision failed.

    Returns what was given up and what must not be.
    """
    _, book = shop.book(tx)
    return retry.give_up(tx, ids, lambda one: step_over(shop, tx, book, one, now), now, enrolments=enrolments)
