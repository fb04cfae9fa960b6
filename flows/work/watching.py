"""Notices that a project's files were saved, and applies them while the system runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flows.work.applying import apply_release
from flows.work.shelf import read_shelf
from flows.work.wiring import Shop
from nurture.diagnose import Fault
from nurture.errors import BookError


class ShelfWatch:
    """Applies the project's files when they changed since the last look; a broken file changes nothing.

    Only with the embedded store: elsewhere a release is applied on purpose.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._seen: Mapping[str, str] = {}

    def look(self) -> tuple[int | None, Sequence[Fault]]:
        """The id of the release that runs from now on (None: as before), and the faults that were found.

        Raises:
            ProjectError: a file cannot be read.
        """
        files = read_shelf(self.shop.settings.project) if self.shop.settings.embedded else self._seen
        if files == self._seen:
            return None, ()
        self._seen = files  # told once, not every minute
        try:
            applied = apply_release(self.shop.store, files, datetime.now(UTC))
        except BookError as error:
            return None, error.faults
        return (applied.release_id if applied.changed else None), applied.warnings
