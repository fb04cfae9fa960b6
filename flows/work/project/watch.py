"""Notices that a project's files were saved, and applies them while the system runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flows.work.project.apply import Checked, apply_checked, checked
from flows.work.project.shelf import read_shelf
from flows.work.shop.wire import Shop
from nurture.errors import BookError, LeadsLeave
from nurture.files.diagnosis import Fault


class ShelfWatch:
    """Applies the project's files when they changed since the last look; a broken file changes nothing.

    Nor do files that would take leads out of a sequence, since no one can be asked here. `held_back` then
    says why, until `nurture apply` was told yes, the files have changed, or nobody would leave.
    Only with the embedded store: elsewhere a release is applied on purpose.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.held_back: LeadsLeave | None = None
        self._seen: Mapping[str, str] = {}
        self._waiting: Checked | None = None

    def look(self) -> tuple[int | None, Sequence[Fault]]:
        """The id of the release that runs from now on (None: as before), and the faults that were found.

        Raises:
            ProjectError: a file cannot be read.
        """
        now = datetime.now(UTC)
        files = read_shelf(self.shop.settings.project) if self.shop.settings.embedded else self._seen
        if files != self._seen:
            self._seen, self._waiting, self.held_back = files, None, None  # faults are told once
            try:
                self._waiting = checked(files, now)
            except BookError as error:
                return None, error.faults
        return self._apply(self._waiting, now) if self._waiting else (None, ())

    def _apply(self, waiting: Checked, now: datetime) -> tuple[int | None, Sequence[Fault]]:
        try:
            applied = apply_checked(self.shop.store, waiting, now)
        except LeadsLeave as error:
            self.held_back = error
            return None, ()
        self._waiting, self.held_back = None, None
        return (applied.release_id if applied.changed else None), applied.warnings
