"""The store: transactions on its database, its migration, and how async code calls it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from leadstore.database.outages import said_plainly
from leadstore.database.patience import TRIES, be_patient, end_frozen, libpq_options, prepare_session
from leadstore.database.schema import VERSION_TABLE, Schema, read_schema
from leadstore.database.transaction import Transaction
from leadstore.database.turn import WriteTurn
from nurture.errors import SettingError, StoreBusy
from nurture.links.redaction import HIDDEN, shown_url

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 15
"""How long a writer waits for another writer on SQLite before it gives up."""

SQLITE_OPTIONS = frozenset({"mode", "cache", "uri", "vfs", "immutable", "nolock", "psow"})
"""What may stand after the ? of a SQLite URL: what names a file in SQLite's own way."""

_EMPTY = ("{}", b"{}")


class Store:
    """One database, SQLite or PostgreSQL, behind transactions.

    Raises:
        StoreGone: the database is unreachable, locked for too long, or its disk is full.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.dialect = self.engine.dialect.name
        # Writers of one process that wait for SQLite poll its file; this wakes the next one at once.
        self._turn = WriteTurn() if self.dialect == "sqlite" else None

    @contextmanager
    def begin(self, job: str = "", *, first: bool = False) -> Iterator[Transaction]:
        """One write transaction: commits at the end, rolls back on any exception.

        `job` names what takes longer than usual (patience.JOBS); `first` is for what is short and waited
        for: it goes before this process's other writers. On SQLite it is BEGIN IMMEDIATE, so that a
        reader never has to turn into a writer half-way.

        Raises:
            StoreBusy: another session held what it needs for too long; nothing was written, try again.
        """
        try:
            turn = nullcontext() if self._turn is None else self._turn.taken(first=first)
            with said_plainly(self.url), turn, self.engine.begin() as tx:
                if self.dialect == "sqlite":
                    tx.exec_driver_sql("BEGIN IMMEDIATE")
                elif job:
                    be_patient(tx, job)
                yield tx
        except StoreBusy:
            self.end_frozen()
            raise

    @contextmanager
    def read(self, job: str = "") -> Iterator[Transaction]:
        """One consistent view; whatever is written in it is rolled back. `job` as in `begin`."""
        with said_plainly(self.url), self.engine.connect() as tx:
            if self.dialect == "sqlite":
                tx.exec_driver_sql("BEGIN")
            elif job:
                be_patient(tx, job)
            yield tx
            tx.rollback()

    def ask(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that only reads, in a view of its own."""
        with self.read() as tx:
            return fn(tx, *args, **kwargs)

    def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that writes, in a transaction of its own."""
        with self.begin() as tx:
            return fn(tx, *args, **kwargs)

    def end_frozen(self) -> int:
        """End sessions whose process has stood still, holding rows, for too long; how many there were."""
        if self.dialect == "sqlite":
            return 0  # a second writer waits for the first, and is refused after BUSY_SECONDS
        with said_plainly(self.url):
            return end_frozen(self.engine)

    def session(self) -> Connection:
        """A connection of its own, which no pool takes back and no transaction holds: for what lasts."""
        with said_plainly(self.url):
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    def schema(self) -> Schema:
        """The schema that the store has, and whether this version works on it."""
        return self.ask(read_schema)

    def migrate(self) -> Schema:
        """Bring the schema to this version, one process at a time; returns what was there before.

        Raises:
            SchemaError: a newer version made of it what this one cannot work on.
        """
        from leadstore.database.upgrade import upgrade  # Alembic costs 0.2 s to import

        def bring_up_to_date() -> Schema:
            with said_plainly(self.url):
                return upgrade(self.engine)

        return patiently(bring_up_to_date)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """A store for `url`, for example sqlite:///.nurture/store.db or postgresql://user@host/name."""
    return Store(url)


@contextmanager
def savepoint(tx: Transaction) -> Iterator[None]:
    """A part of a transaction that is rolled back alone when it raises; its errors are turned into ours."""
    with said_plainly(str(tx.engine.url)), tx.begin_nested():
        yield


async def in_thread(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a store function off the event loop: the only way async code may call the store.

    One that finds the store busy is run again, a few times: it is one transaction, or may be repeated.
    """
    return await asyncio.to_thread(lambda: patiently(fn, *args, **kwargs))


def patiently(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that is one transaction, and again while others are in its way.

    Raises:
        StoreBusy: they still are after several tries, longer than a frozen process may hold anything.
    """
    for _ in range(TRIES - 1):
        with contextlib.suppress(StoreBusy):
            return fn(*args, **kwargs)
    return fn(*args, **kwargs)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _no_url("it is not a database URL") from None  # the original may quote the password
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if parsed.database not in (None, "", ":memory:"):
            _keep_private(Path(str(parsed.database)))
        if set(parsed.query) - SQLITE_OPTIONS:
            raise _no_url("a SQLite URL has no such option, and no password")
        return _sqlite(parsed.render_as_string(hide_password=False))
    if kind not in ("postgresql", "postgres"):
        raise SettingError(
            f"no driver for {kind[:20]!r} databases", hint="Nurture keeps its store in SQLite or PostgreSQL"
        )
    if shown_url(url).endswith(HIDDEN):
        raise _no_url("a part of it is not quoted: write @ as %40, / as %2F and ? as %3F in a password")
    return _postgresql(parsed.set(drivername="postgresql+psycopg"))


def _no_url(why: str) -> SettingError:
    return SettingError(
        f"NURTURE_DATABASE_URL cannot be used: {why}",
        hint="write sqlite:///path/to/store.db or postgresql://user:password@host/name",
    )


def _keep_private(file: Path) -> None:
    """Make the file before SQLite does, readable by its owner only, since it holds addresses."""
    with contextlib.suppress(OSError):  # opening it will say what is wrong with it
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        hide_parameters=True,
        json_deserializer=_read_json,
        connect_args=libpq_options(url),
    )
    event.listen(engine, "connect", lambda connection, _: prepare_session(connection))
    return engine


def _sqlite(url: str) -> Engine:
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, json_deserializer=_read_json)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not names or VERSION_TABLE in names:  # another program's file stays as it is
            connection.execute("PRAGMA journal_mode=WAL")
        for pragma in (
            "synchronous=FULL",  # a sent row must survive a power cut
            "secure_delete=ON",  # what is deleted is overwritten, so that an erasure is one
            "foreign_keys=ON",
            "cache_size=-8192",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _read_json(text: Any) -> Any:
    """JSON as a driver gives it, text or bytes; most of it is an empty mapping."""
    return {} if text in _EMPTY else json.loads(text)
