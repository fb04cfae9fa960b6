"""Puts items that were set aside or failed back into the work, or gives them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.work.sending.give_up import give_up
from flows.work.shop.wire import Shop
from flows.work.signals.mail import handle, keep_apart
from leadstore.aside import close, payloads, put_back
from leadstore.outbox.backlog import Waiting
from leadstore.outbox.failures import FailureFilter
from leadstore.outbox.retry import retry
from nurture.blame import is_own
from nurture.words import AsideKind, AsideState


def put_back_all(shop: Shop, items: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """Put these back: the next tick looks at them; a mail is read at once. Returns what raised again."""
    kept = [one.aside for one in items if one.aside is not None and one.kind is not AsideKind.MAIL]
    with shop.store.begin() as tx:
        put_back(tx, kept, now)
        rows, held = _failed(items)
        for wanted in (FailureFilter(rows), FailureFilter(enrolments=held)):
            if wanted != FailureFilter():
                retry(tx, wanted, now)
    return [one for one in items if one.kind is AsideKind.MAIL and not _read_again(shop, one, now)]


def drop_all(shop: Shop, items: Sequence[Waiting], now: datetime) -> None:
    """Give these up: nothing tries them again; a failed touch is skipped, and its sequence goes on."""
    with shop.store.begin() as tx:
        close(tx, [one.aside.id for one in items if one.aside is not None], AsideState.DROPPED, now)
        rows, held = _failed(items)
        if rows:
            give_up(shop, tx, rows, now)
        if held:
            give_up(shop, tx, (), now, enrolments=held)


def _failed(items: Sequence[Waiting]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The rows of the outbox among these, and the enrolments."""
    failed = [one for one in items if one.aside is None]
    rows = tuple(one.number for one in failed if one.kind is not AsideKind.ENROLMENT)
    return rows, tuple(one.number for one in failed if one.kind is AsideKind.ENROLMENT)


def _read_again(shop: Shop, one: Waiting, now: datetime) -> bool:
    """Read a mail from its payload, which is deleted only once that is done."""
    with shop.store.read() as tx:
        raw = payloads(tx, [one.number]).get(one.number)
    if raw is None:  # it was read or dropped before
        return True
    try:
        handle(shop, raw, now)
    except Exception as error:
        if not is_own(error):
            raise
        keep_apart(shop, raw, error, now)
        return False
    with shop.store.begin() as tx:
        close(tx, [one.number], AsideState.RETRIED, now)
    return True
