"""The tree of errors: what can go wrong, and which class to catch.

NurtureError
├── ProjectError        the project folder or its files cannot be used
│   ├── BookError       check found faults; carries all of them
│   └── LeadsLeave      a release would take leads out of sequences; carries how many
├── SettingError        a setting is missing or cannot be used; names it
├── StoreError          the store cannot do what was asked
│   ├── StoreGone       the database is unreachable or locked (also ConnectionError)
│   │   └── StoreBusy   another session holds what is needed: try again
│   ├── SchemaError     its schema is another version's: not migrated yet, or by a newer one
│   ├── Unstorable      the database does not take one of the values (also ValueError)
│   ├── ClockError      a moved clock would go back, or is not allowed here
│   └── LockHeld        another process leads this store
├── ImportFault         a file or its map cannot be read at all
├── RenderError         a template failed for one lead
├── RelayError          the relay is down or refuses us (also ConnectionError)
├── MailboxError        the mailbox cannot be read (also ConnectionError)
└── NotFound            nothing by that name (also LookupError)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nurture.files.diagnosis import Fault


class NurtureError(Exception):
    """Anything Nurture raises on purpose: says where, what, and what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.hint}" if self.hint else self.message


class ProjectError(NurtureError):
    """The project folder, or a file in it, cannot be used."""


class BookError(ProjectError):
    """The project's files have faults; `faults` holds every one."""

    def __init__(self, message: str, faults: Sequence[Fault], *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "run `nurture check` to see each fault in its place")
        self.faults = tuple(faults)


class LeadsLeave(ProjectError):
    """A release would take leads out of sequences; `leaving` says how many out of which."""

    def __init__(self, leaving: Mapping[str, int]) -> None:
        count = sum(leaving.values())
        where = ", ".join(f"{number} out of {name}" for name, number in sorted(leaving.items()))
        who = "1 lead" if count == 1 else f"{count} leads"
        super().__init__(
            f"the files were not applied: they would take {who} out of a sequence ({where})",
            hint="the release before them runs on; `nurture apply` asks, and with --yes it lets them leave",
        )
        self.leaving = dict(leaving)


class SettingError(NurtureError):
    """A setting is missing or cannot be used."""


class StoreError(NurtureError):
    """The store cannot do what was asked."""


class StoreGone(StoreError, ConnectionError):
    """The database is unreachable, locked or gone."""


class SchemaError(StoreError):
    """The store's schema is another version's: not migrated yet, or migrated by a newer one."""


class Unstorable(StoreError, ValueError):
    """The database does not take one of the values: the fault of an item, not of the store.

    `cause` names the driver's own error.
    """

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class StoreBusy(StoreGone):
    """Another session holds what this needs; nothing is wrong with what was asked: try again."""


class ClockError(StoreError):
    """A moved clock would go back, or is not allowed here."""


class LockHeld(StoreError):
    """Another process already leads this store."""


class ImportFault(NurtureError):
    """A file, or the map that reads it, cannot be used at all."""


class RenderError(NurtureError):
    """A template failed for one lead; the touch is kept aside and the others go on."""


class RelayError(NurtureError, ConnectionError):
    """The relay is down or refuses us as a sender."""


class MailboxError(NurtureError, ConnectionError):
    """The mailbox is away, refuses us, or is not there."""


class NotFound(NurtureError, LookupError):
    """Nothing by that name."""
