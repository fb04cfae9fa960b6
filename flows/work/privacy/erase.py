"""Erases leads everywhere: in the store, on its disk, in the local inbox and in rows that were rejected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flows.work.privacy.files import Cleared, Search, by_traces, clear_files
from flows.work.privacy.ledger import bring_level
from flows.work.shop.settings import Settings
from leadstore.database.remains import remove_remains
from leadstore.privacy.erasure import Erased, erase_leads
from leadstore.privacy.tombstones import Why
from leadstore.store import Store
from nurture.errors import StoreError
from nurture.privacy.seals import Seals
from nurture.privacy.traces import Traces


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure came to; nothing in it names a person."""

    leads: tuple[int, ...] = ()
    rows: int = 0  # of the store, deleted or emptied
    on_the_wire: int = 0  # messages that were being spoken at that moment: they may arrive
    mails: int = 0  # of the local inbox
    rejects: int = 0  # rows of rejected imports
    log_emptied: bool = True
    rewritten: bool = False
    file_trouble: str = ""  # why a file could not be changed; `nurture lead erase --replay` does it later


def erase(
    settings: Settings,
    store: Store,
    lead_ids: Collection[int],
    *,
    who: str,
    now: datetime,
    why: Why = Why.REQUEST,
) -> Erasure:
    """Erase these leads; `who` is written into the journal. Twice is as once.

    The store comes first, in one transaction: from its commit on nothing is sent. A crash after it leaves
    files to be cleared, which `replay` does by the tombstones.

    Raises:
        StoreGone, StoreBusy: nothing was erased.
    """
    erased = erase_in_store(settings, store, lead_ids, who=who, now=now, why=why)
    if not erased.leads:
        return Erasure()
    unwritten = _tell_the_ledger(store, settings)
    cleared, trouble = clear(store, settings, by_traces(erased.traces))
    remains = remove_remains(store, marks(erased.traces))
    return Erasure(
        erased.leads,
        erased.rows,
        erased.on_the_wire,
        cleared.mails,
        cleared.rows,
        remains.log_emptied,
        remains.rewritten,
        "; ".join(filter(None, (trouble, unwritten))),
    )


def _tell_the_ledger(store: Store, settings: Settings) -> str:
    """Why the seals could not be kept beside the store as well, if so: they are in it."""
    try:
        bring_level(store, settings.state)
    except StoreError as error:
        return error.message
    return ""


def erase_in_store(
    settings: Settings, store: Store, lead_ids: Collection[int], *, who: str, now: datetime, why: Why
) -> Erased:
    """Erase these leads in the store alone, in one transaction."""
    with store.begin("erase") as tx:
        return erase_leads(tx, lead_ids, Seals(settings.secret_keys), now, who=who, why=why)


def clear(store: Store, settings: Settings, search: Search) -> tuple[Cleared, str]:
    """Clear the project's files; and why one of them could not be, if so."""
    try:
        return clear_files(store, settings.state, search), ""
    except OSError as error:
        return Cleared(), f"a file of .nurture cannot be changed: {error.strerror}"


def marks(traces: Traces) -> list[str]:
    """Texts that must not be found on the disk any more: as they are, and as rows of leads hold them."""
    names = [f"{first}{last}" for person in traces.persons for first, last in person.names]
    phones = [phone for person in traces.persons for phone in person.phones]
    return sorted({*traces.addresses, *names, *phones})
