"""The desk of the event API: which keys there are, what events mean, and the one door to the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inbound.web.api.fault import ApiFault
from inbound.web.api.writer import PostWriter
from leadstore.database.transaction import Transaction
from leadstore.events.arrivals import Arrival
from leadstore.events.keys import SourceKey, list_keys
from leadstore.leads.lookup import find_lead
from leadstore.releases import current_release, current_release_id
from leadstore.store import Store, in_thread
from nurture.events.map import NO_EVENTS, EventMap, read_events
from nurture.events.values import ItemOutcome
from nurture.privacy.seals import Seals

FRESH = 1.0
"""Seconds for which keys and the release are known: a key that is revoked is refused after so long."""

Why = Callable[[Transaction, int], Mapping[str, Any]]
"""Tells a lead's story as plain data, within a transaction."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Counter:
    """What is known at the moment: keys by name, and what the release that runs makes of events."""

    keys: Mapping[str, SourceKey] = field(default_factory=dict)
    events: EventMap = NO_EVENTS
    release: int | None = None


class ApiDesk:
    """Reads keys and the release at most once a second, and writes what arrives.

    `secrets` are the installation's keys, of which the secrets that sign are derived, the newest first.
    """

    def __init__(
        self,
        store: Store,
        secrets: Sequence[str],
        *,
        why: Why | None = None,
        now: Callable[[], datetime] = _utc_now,
        fresh: float = FRESH,
    ) -> None:
        self.secrets = tuple(secrets)
        self.now = now
        self._store, self._why, self._fresh = store, why, fresh
        self._known, self._known_at = Counter(), float("-inf")
        self._looking = asyncio.Lock()
        self._writer = PostWriter(store, Seals(secrets))

    async def counter(self) -> Counter:
        """What is known, looked at anew when it is older than a second.

        Raises:
            StoreError: the store cannot be read.
        """
        if time.monotonic() - self._known_at < self._fresh:
            return self._known
        async with self._looking:
            if time.monotonic() - self._known_at >= self._fresh:
                self._known = await in_thread(self._look, self._known)
                self._known_at = time.monotonic()
            return self._known

    def _look(self, known: Counter) -> Counter:
        with self._store.read() as tx:
            keys = {one.name: one for one in list_keys(tx)}
            release_id = current_release_id(tx)
            if release_id == known.release:
                return Counter(keys, known.events, release_id)
            release = current_release(tx)
        events = NO_EVENTS if release is None else read_events(release.files)
        return Counter(keys, events, release_id)

    async def write(self, arrivals: Sequence[Arrival], events: EventMap) -> list[ItemOutcome]:
        """Write what arrived; it is committed when this returns.

        Raises:
            StoreError: nothing of it was written.
        """
        return await self._writer.write(arrivals, self.now(), events.keep)

    async def story(self, lead: str) -> Mapping[str, Any]:
        """All that is known of a lead, named by its id or key, and why.

        Raises:
            NotFound: there is no such lead. ApiFault: nobody tells stories here.
        """
        if self._why is None:
            raise ApiFault(404, "no story is told here", "ask a process that serves the whole app")
        return await in_thread(self._tell, lead, self._why)

    def _tell(self, lead: str, why: Why) -> Mapping[str, Any]:
        with self._store.read() as tx:
            return why(tx, find_lead(tx, lead))
