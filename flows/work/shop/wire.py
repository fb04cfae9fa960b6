"""Joins store, book, relay and links from the settings: the only place that does."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flows.work.project.apply import apply_shelf
from flows.work.sending.pace import Meter
from flows.work.shop.memory import spare_what_stays
from flows.work.shop.readiness import ready_store
from flows.work.shop.settings import Settings
from leadstore import notes
from leadstore.database.transaction import Transaction
from leadstore.enrolments.halts import retired
from leadstore.releases import current_release_id, releases_by_id
from leadstore.store import Store, in_thread
from nurture.errors import BookError, LeadsLeave, ProjectError, SettingError
from nurture.files.diagnosis import Fault
from nurture.links.web_tokens import Links
from nurture.project.book import Book, read_book
from nurture.project.placeholders import left_open
from nurture.sequences import steps
from nurture.values import Delivery, Letter
from nurture.words import Clockwork
from outbound.smtp.pool import Relay

HOLD = timedelta(seconds=30)
"""How long a worker owns what it claimed and has not started yet, unless it renews it."""


class Speaker(Protocol):
    """What can send letters: the relay, or its in-memory twin."""

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        """Send every letter; returns one delivery for each."""
        ...


@dataclass(slots=True)
class Shop:
    """Everything the work needs, for one process. `moved` says that `now` is not the machine's clock.

    `stopping` asks the work to begin nothing new: what is being sent is settled, and it ends.
    """

    settings: Settings
    store: Store
    links: Links
    relay: Speaker
    store_id: str
    moved: bool = False
    _books: dict[int, Book] = field(default_factory=dict)
    _without: dict[tuple[int, frozenset[str]], Book] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()  # of the project's files, as they were when it was opened
    held_back: LeadsLeave | None = None  # why good files were not applied: nobody was asked
    stopping: bool = False
    clockwork: Clockwork = "once"
    meter: Meter = field(default_factory=Meter)

    def clock(self, start: datetime) -> datetime:
        """The moment work is done at: the machine's clock, or the moved one, which stands still."""
        return start if self.moved else max(start, datetime.now(UTC))

    def book(self, tx: Transaction) -> tuple[int, Book]:
        """The release that runs now, compiled once per process, and its id.

        Raises:
            ProjectError: nothing has been applied to this store yet.
        """
        release_id = current_release_id(tx)
        if release_id is None:
            raise ProjectError("no release in this store yet", hint="run `nurture apply`")
        return release_id, self._open(tx, release_id)

    def _open(self, tx: Transaction, release_id: int) -> Book:
        """That release without the sequences the operator retired."""
        book = self.books(tx, [release_id])[release_id]
        closed = retired(tx) & set(book.sequences)
        if not closed:
            return book
        known = self._without.get((release_id, closed))
        if known is None:
            left = {name: one for name, one in book.sequences.items() if name not in closed}
            known = self._without[release_id, closed] = replace(book, sequences=left)
        return known

    def books(self, tx: Transaction, release_ids: Sequence[int]) -> Mapping[int, Book]:
        """The releases that enrolments follow, compiled once per process."""
        missing = [i for i in set(release_ids) if i not in self._books]
        if missing:
            for i, release in releases_by_id(tx, missing).items():
                self._books[i] = _compiled(release.files)
            spare_what_stays()
        return {i: self._books[i] for i in release_ids}

    def structure(
        self, tx: Transaction, current: Book, release_id: int, sequence: str
    ) -> steps.Sequence | None:
        """The structure an enrolment follows: its own release's; None once the sequence is retired."""
        now = current.sequences.get(sequence)
        if now is None:
            return None
        then = self.books(tx, [release_id])[release_id].sequences.get(sequence)
        # What a stream still has to send flows through to those who are in it.
        return now if then is not None and now.stream and then.stream else then


def _compiled(files: Mapping[str, str]) -> Book:
    book, faults = read_book(files)
    if book is None:
        raise BookError("the stored release cannot be read by this version of Nurture", faults)
    return book


def store_identity(store: Store) -> str:
    """A name no other store has; Message-IDs are made from it."""
    with store.begin() as tx:
        return notes.read_note(tx, "store_id") or notes.first_note(tx, "store_id", uuid.uuid4().hex)


def _refuse_left_open(store: Store, books: Mapping[int, Book]) -> None:
    """Refuse a relay while the release's sender is still a placeholder."""
    with store.read() as tx:
        number = current_release_id(tx)
        book = books.get(number) if number is not None else None
        if number is not None and book is None:
            book, _ = read_book(releases_by_id(tx, [number])[number].files)
    found = [".".join(map(str, loc)) for loc, _ in left_open(book.policy)] if book is not None else []
    if found:
        raise SettingError(
            f"a relay is set, and nurture.yaml does not say yet who writes: {', '.join(found)}",
            hint="fill them in, then `nurture apply`; `nurture check` shows each in its place",
        )


def relay_for(settings: Settings) -> Relay:
    """The configured relay, else the local inbox."""
    if settings.smtp_url is not None:
        return Relay(settings.smtp_url.get_secret_value(), settings.smtp_connections)
    return Relay(f"smtp://127.0.0.1:{settings.inbox_port}?starttls=never", settings.smtp_connections)


@asynccontextmanager
async def open_shop(
    settings: Settings,
    *,
    relay: Speaker | None = None,
    now: datetime | None = None,
    apply: bool | None = None,
    clockwork: Clockwork = "once",
    any_clock: bool = False,
) -> AsyncIterator[Shop]:
    """Open the store, the links and the relay; the embedded store is migrated, and the files applied.

    `now` moves the clock: only with the local inbox, and never back on one store. `apply` None
    applies with the embedded store only; a broken file leaves the last good release running. `any_clock`
    opens a store that has seen a later moment, too: for pages through which leads leave.

    Raises:
        ClockError: the store has already seen a later moment.
        SettingError: the clock may not be moved while mail can leave this machine.
        SchemaError: the store is not migrated, or by a newer version.
        BookError: nothing good was ever applied, and the files have faults.
    """
    if now is not None and not settings.local_relay:
        raise SettingError(
            "--now moves the clock, and NURTURE_SMTP_URL lets mail leave this machine",
            hint="unset NURTURE_SMTP_URL: the local inbox receives everything",
        )
    wanted = settings.embedded if apply is None else apply
    async with AsyncExitStack() as stack:
        store = stack.enter_context(closing(await in_thread(ready_store, settings)))
        if not any_clock:
            await in_thread(store.write, notes.see_moment, now or datetime.now(UTC))
        outcome = await in_thread(_apply_files, store, settings, now or datetime.now(UTC)) if wanted else {}
        if not settings.local_relay:
            await in_thread(_refuse_left_open, store, outcome.get("_books", {}))
        if relay is None:
            relay = own = relay_for(settings)
            stack.push_async_callback(own.close)
        name = await in_thread(store_identity, store)
        links = Links(settings.secret_keys, settings.public_url)
        yield Shop(settings, store, links, relay, name, moved=now is not None, clockwork=clockwork, **outcome)


def idle_shop(settings: Settings, store: Store) -> Shop:
    """A shop over an open store, for a command that decides and writes but sends nothing."""
    links = Links(settings.secret_keys, settings.public_url)
    return Shop(settings, store, links, relay_for(settings), store_identity(store))


def _apply_files(store: Store, settings: Settings, now: datetime) -> dict[str, Any]:
    """Apply the project's files if they are good and nobody would leave a sequence by them.

    Else the last good release is kept. Returns what the shop keeps of it: the book, the faults, who would
    leave.

    Raises:
        BookError: there is no last good release.
    """
    try:
        applied = apply_shelf(store, settings.project, now)
    except ProjectError as error:
        if store.ask(current_release_id) is None:
            raise
        left = error if isinstance(error, LeadsLeave) else None
        return {"faults": tuple(getattr(error, "faults", ())), "held_back": left}
    return {"faults": applied.warnings, "_books": {applied.release_id: applied.book}}
