"""Applies all tombstones again: after a backup was restored, or when files could not be cleared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.work.privacy.erase import clear, erase_in_store, marks
from flows.work.privacy.files import by_addresses
from flows.work.privacy.ledger import bring_level
from flows.work.shop.settings import Settings
from leadstore.database.remains import remove_remains
from leadstore.privacy.erasure import sweep_erased
from leadstore.privacy.tombstones import Why, erased_leads, find_erased, pages, unreadable
from leadstore.store import Store
from nurture.privacy.seals import Seals

BATCH = 200
"""Leads that are erased in one transaction."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay came to."""

    lost: int = 0  # tombstones that the store had lost, and the ledger had not
    leads: int = 0  # that were here again
    mails: int = 0
    rejects: int = 0
    unreadable: int = 0  # tombstones made with a key that is not at hand any more
    log_emptied: bool = True
    file_trouble: str = ""


def replay(settings: Settings, store: Store, *, who: str, now: datetime) -> ReplayReport:
    """Erase again whoever a restored backup brought back, and clear files of them.

    Raises:
        StoreError: the ledger cannot be read. StoreGone, StoreBusy.
    """
    seals = Seals(settings.secret_keys)
    lost = bring_level(store, settings.state)
    leads, left = 0, set[str]()
    for page in _back_again(store, seals):
        for batch in pages(page, BATCH):
            erased = erase_in_store(settings, store, batch, who=who, now=now, why=Why.REQUEST)
            leads += len(erased.leads)
            left |= {*marks(erased.traces)}
    cleared, trouble = clear(store, settings, by_addresses(lambda found: _any_of(store, seals, found)))
    _sweep(store, now)
    bring_level(store, settings.state)
    remains = remove_remains(store, left)
    with store.read() as tx:
        unknown = unreadable(tx, seals)
    return ReplayReport(lost, leads, cleared.mails, cleared.rows, unknown, remains.log_emptied, trouble)


def _sweep(store: Store, now: datetime) -> int:
    with store.begin("erase") as tx:
        return sweep_erased(tx, now)


def _back_again(store: Store, seals: Seals) -> Iterator[Sequence[int]]:
    after: int | None = 0
    while after is not None:
        with store.read("report") as tx:
            found, after = erased_leads(tx, seals, after)
        yield found


def _any_of(store: Store, seals: Seals, addresses: set[str]) -> bool:
    if not addresses:
        return False
    with store.read() as tx:
        return bool(find_erased(tx, seals, addresses))
