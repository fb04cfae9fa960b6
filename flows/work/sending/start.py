"""Starts letters: commits that they may leave, in the transaction that settles those before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.aside.sieve import sieve
from flows.work.counts import Counts
from flows.work.sending.letters import Kind, compose
from flows.work.sending.pace import shut_to
from flows.work.sending.queue import Group
from flows.work.sending.settle import fail_unbuilt, settle, settle_in
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.letters import mark_started
from nurture.blame import in_words, is_own
from nurture.values import Claim, Delivery


def turn(
    shop: Shop,
    kind: Kind,
    group: Group,
    spoken: Sequence[Delivery],
    leads: Sequence[int | None],
    now: datetime,
) -> tuple[list[Any], Counts]:
    """Write this group's letters, settle what was `spoken` to these leads, and start the letters.

    Returns the letters that may be spoken from now on, and the counts. All of it is one transaction; should
    one of them raise, it is several, so that it is alone with that.
    """
    letters, broken = compose(shop, kind, group.batch, group.claims, now)
    ready = {c.id: c for c in group.claims if c.id not in broken}

    def start(tx: Transaction, ids: Sequence[int], *, locked: bool = False) -> set[int]:
        shut = shut_to(tx, kind.name, now)
        return mark_started(tx, [ready[i] for i in ids], now, locked=locked, shut=shut)

    counts = Counts()
    try:
        with shop.store.begin() as tx:
            # All at once, in one order: taken in two goes, two workers might wait for each other.
            lock_leads(tx, [*leads, *(c.lead_id for c in ready.values())])
            if spoken:
                counts.update(settle_in(shop, tx, spoken, now, locked=True))
            failed = fail_unbuilt(tx, broken, now)
            go = start(tx, list(ready), locked=True)
    except Exception as error:
        if not is_own(error):
            raise
        counts = settle(shop, spoken, now, heard=True)
        with shop.store.begin() as tx:
            failed = fail_unbuilt(tx, broken, now)
        go, apart = _start_apart(shop, ready, start, now)
        failed += apart
        counts["due"] += apart
    # What may not start any more is decided again, and counted then.
    counts.update(Counts({"failed": failed, "due": len(go) - len(ready)}))
    return [letter for letter in letters if letter.outbox_id in go], counts


def _start_apart(
    shop: Shop, ready: Mapping[int, Claim], start: Callable[[Any, Sequence[int]], set[int]], now: datetime
) -> tuple[set[int], int]:
    """Start them in parts, so that one that raises fails alone; returns who may go, and how many failed."""
    sieved = sieve(
        shop.store,
        lambda tx, among: list(ready) if among is None else among,
        start,
        lambda tx, culprits: fail_unbuilt(
            tx, {i: (ready[i].attempt, in_words(error)) for i, error in culprits}, now
        ),
    )
    return {i for part in sieved.done for i in part}, len(sieved.apart)
