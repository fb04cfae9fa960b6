"""Starts letters: commits that they may leave, in the transaction that settles those before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.work.aside.sieve import Culprits, sieve
from flows.work.sending.letters import Broken, Kind, compose
from flows.work.sending.pace import shut_to
from flows.work.sending.queue import Group
from flows.work.sending.settle import fail_unbuilt, settle, settle_in
from flows.work.shop.wire import Shop
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.letters import mark_started
from nurture.blame import in_words, is_own
from nurture.values import Claim, Delivery


def turn(
    shop: Shop, kind: Kind, group: Group, spoken: Sequence[Delivery], leads: Sequence[int], now: datetime
) -> tuple[list[Any], Counter[str]]:
    """Write this group's letters, settle what was `spoken` to these leads, and start the letters.

    Returns the letters that may be spoken from now on, and the counts. All of it is one transaction; should
    one of them raise, it is several, so that it is alone with that.
    """
    letters, broken = compose(shop, kind, group.batch, group.claims, now)
    ready = [c for c in group.claims if c.id not in broken]
    try:
        go, counts = _settle_and_start(shop, kind, spoken, leads, ready, broken, now)
    except Exception as error:
        if not is_own(error):
            raise
        go, counts = _settle_then_start(shop, kind, spoken, ready, broken, now)
    # What may not start any more is decided again, and counted then.
    counts["due"] -= len(ready) - len(go)
    return [letter for letter in letters if letter.outbox_id in go], counts


def _settle_and_start(
    shop: Shop,
    kind: Kind,
    spoken: Sequence[Delivery],
    leads: Sequence[int],
    ready: Sequence[Claim],
    broken: Broken,
    now: datetime,
) -> tuple[set[int], Counter[str]]:
    counts: Counter[str] = Counter()
    with shop.store.begin() as tx:
        # All at once, in one order: taken in two goes, two workers might wait for each other.
        lock_leads(tx, [*leads, *(c.lead_id for c in ready if c.lead_id is not None)])
        if spoken:
            counts.update(settle_in(shop, tx, spoken, now, locked=True))
        counts.update(failed=fail_unbuilt(tx, broken, now))
        return mark_started(tx, ready, now, locked=True, shut=shut_to(tx, kind.name, now)), counts


def _settle_then_start(
    shop: Shop,
    kind: Kind,
    spoken: Sequence[Delivery],
    ready: Sequence[Claim],
    broken: Broken,
    now: datetime,
) -> tuple[set[int], Counter[str]]:
    counts = settle(shop, spoken, now, heard=True)
    with shop.store.begin() as tx:
        counts.update(failed=fail_unbuilt(tx, broken, now))
    known = {claim.id: claim for claim in ready}

    def fail(tx: Any, culprits: Culprits) -> None:
        fail_unbuilt(tx, {i: (known[i].attempt, in_words(error)) for i, error in culprits}, now)

    sieved = sieve(
        shop.store,
        lambda tx, among: list(known) if among is None else among,
        lambda tx, ids: mark_started(tx, [known[i] for i in ids], now, shut=shut_to(tx, kind.name, now)),
        fail,
    )
    counts.update(failed=len(sieved.apart), due=len(sieved.apart))
    return {i for part in sieved.done for i in part}, counts
