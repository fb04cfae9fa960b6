"""Records withdrawals from the web pages in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from leadstore.consents.grants import withdraw_all
from leadstore.store import Store, in_thread


class StoreDesk:
    """Withdraws in one transaction, so that nothing starts to this address after the page has answered.

    Raises:
        StoreError: it could not be recorded.
    """

    def __init__(self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def withdraw_all(self, address_id: int, outbox_id: int, source: str) -> int:
        """Withdraw every marketing topic of an address; returns how many states changed.

        The message that carried the link is kept as the proof.
        """
        return await in_thread(self._withdraw, address_id, source, f"outbox {outbox_id}")

    def _withdraw(self, address_id: int, source: str, proof: str) -> int:
        with self._store.begin() as tx:
            return withdraw_all(tx, address_id, self._now(), source, proof)
