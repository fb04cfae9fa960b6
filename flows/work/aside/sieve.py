"""Works on a batch so that an item that raises is set aside and the others are done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from leadstore.database.transaction import Transaction
from leadstore.store import Store
from nurture.blame import blame, is_own

R = TypeVar("R")
log = logging.getLogger("nurture.aside")

Culprits = Sequence[tuple[int, Exception]]
"""Items that raised, by their ids, and what they raised."""
Take = Callable[[Transaction, Sequence[int] | None], Sequence[int]]
"""Locks the items to work on, and gives their ids: the next batch (None), or who of these is still to do."""


@dataclass(frozen=True, slots=True)
class Sieved(Generic[R]):
    """What a batch came to: what the work gave for each part of it that went through, and who raised."""

    found: int
    done: Sequence[R] = ()
    apart: Sequence[int] = ()


def sieve(
    store: Store,
    take: Take,
    work: Callable[[Transaction, Sequence[int]], R],
    put_apart: Callable[[Transaction, Culprits], object],
    *,
    job: str = "",
) -> Sieved[R]:
    """Work on a batch in one transaction; should an item raise, on its halves, down to the one that did.

    A batch in which nothing raises costs nothing more. Every attempt is a transaction of its own, for
    PostgreSQL goes on with none that failed; an item is tried at least twice, since two writers may have met.
    Those that raised are handed to `put_apart`, which takes them out of the work in one last transaction.
    `job` names work that may take longer (leadstore.database.patience).

    Raises:
        NurtureError, OSError: an outage, which is nobody's fault; what was not done stays to be done.
    """
    batch: Sequence[int] = ()
    try:
        with store.begin(job) as tx:
            batch = take(tx, None)
            return Sieved(len(batch), [work(tx, batch)] if batch else [])
    except Exception as error:
        if not batch or not is_own(error):
            raise
    done, culprits = _parted(store, batch, take, work, job)
    if culprits:
        with store.begin() as tx:
            put_apart(tx, culprits)
        _tell(culprits)
    return Sieved(len(batch), done, [one for one, _ in culprits])


def _parted(
    store: Store, batch: Sequence[int], take: Take, work: Callable[[Transaction, Sequence[int]], R], job: str
) -> tuple[list[R], list[tuple[int, Exception]]]:
    done: list[R] = []
    culprits: list[tuple[int, Exception]] = []
    parts = _halves(batch)
    while parts:
        part = parts.pop()
        try:
            with store.begin(job) as tx:
                if still := take(tx, part):
                    done.append(work(tx, still))
        except Exception as error:
            if not is_own(error):
                raise
            if len(part) == 1:
                culprits.append((part[0], error))
            else:
                parts += _halves(part)
    return done, culprits


def _halves(batch: Sequence[int]) -> list[Sequence[int]]:
    """The first half comes last, where it is taken from; one item alone is its own half."""
    middle = len(batch) // 2
    return [half for half in (batch[middle:], batch[:middle]) if half]


def _tell(culprits: Culprits) -> None:
    kinds = sorted({blame(error).error for _, error in culprits})
    log.warning(
        "%d %s (%s), the rest goes on; `nurture aside list` tells more",
        len(culprits),
        "item was set aside" if len(culprits) == 1 else "items were set aside",
        ", ".join(kinds),
    )
