"""Commits that letters and calls may leave: whose start raises is failed, and the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.work.aside.sieve import sieve
from flows.work.sending.pace import shut_routes
from flows.work.sending.settle import fail_unbuilt
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.outbox.letters import mark_started
from nurture.blame import in_words
from nurture.values import Claim


def start(shop: Shop, claims: Sequence[Claim], now: datetime, *, paced: bool = False) -> tuple[set[int], int]:
    """The ids whose bodies may be written from now on, and how many failed.

    `paced`: what goes by a route that is shut waits.
    """
    known = {claim.id: claim for claim in claims}

    def work(tx: Transaction, ids: Sequence[int]) -> set[int]:
        shut = shut_routes(tx, now) if paced else ()
        return mark_started(tx, [known[i] for i in ids], now, shut=shut)

    sieved = sieve(
        shop.store,
        lambda tx, among: list(known) if among is None else among,
        work,
        lambda tx, culprits: fail_unbuilt(
            tx, {i: (known[i].attempt, in_words(error)) for i, error in culprits}, now
        ),
    )
    return {i for part in sieved.done for i in part}, len(sieved.apart)
