"""The door to the database: transactions, migrations, and the one way async code calls it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from leadstore.schema import Schema, read_schema
from nurture.errors import SettingError, StoreError, StoreGone

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 15
"""How long a writer waits for another writer on SQLite before it gives up."""

FROZEN_SECONDS = 120
"""How long a process may stand still inside a transaction before PostgreSQL takes its rows back."""

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
        # SQLite lets writers of one process find out by turns who may write; a lock wakes the next at once.
        self._turn: AbstractContextManager[Any] = Lock() if self.dialect == "sqlite" else nullcontext()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One write transaction: commits at the end, rolls back on any exception.

        On SQLite it is BEGIN IMMEDIATE, so that a reader never has to turn into a writer half-way.
        """
        with _said_plainly(self.url), self._turn, self.engine.begin() as tx:
            if self.dialect == "sqlite":
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; whatever is written in it is rolled back."""
        with _said_plainly(self.url), self.engine.connect() as tx:
            if self.dialect == "sqlite":
                tx.exec_driver_sql("BEGIN")
            yield tx
            tx.rollback()

    def session(self) -> Connection:
        """A connection of its own, which no pool takes back and no transaction holds: for what lasts."""
        with _said_plainly(self.url):
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    def schema(self) -> Schema:
        """The schema that the store has, and whether this version works on it."""
        with self.read() as tx:
            return read_schema(tx)

    def migrate(self) -> Schema:
        """Bring the schema to this version, one process at a time; returns what was there before.

        Raises:
            SchemaError: a newer version made of it what this one cannot work on.
        """
        from leadstore.migrating import upgrade  # Alembic costs 0.2 s to import

        with _said_plainly(self.url):
            return upgrade(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """A store for `url`, for example sqlite:///.nurture/store.db or postgresql://user@host/name."""
    return Store(url)


async def in_thread(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a store function off the event loop: the only way async code may call the store."""
    return await asyncio.to_thread(fn, *args, **kwargs)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingError(
            "NURTURE_DATABASE_URL is not a database URL",
            hint="write sqlite:///path/to/store.db or postgresql://user:password@host/name",
        ) from error
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    elif parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        _keep_private(Path(str(parsed.database)))
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed.render_as_string(hide_password=False))
        return _postgresql(parsed)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingError(
            f"no driver for {parsed.get_backend_name()!r} databases",
            hint="Nurture keeps its store in SQLite or PostgreSQL",
        ) from error


def _keep_private(file: Path) -> None:
    """The store is full of addresses: what SQLite would make is readable by everybody on the machine."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # opening it will say what is wrong with it
        file.touch(mode=0o600)


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=10, hide_parameters=True, json_deserializer=_read_json
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # Said by SET: a pooler in between knows no options at the start.
        milliseconds = int(FROZEN_SECONDS * 1000)
        connection.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        connection.execute("SET TIME ZONE 'UTC'")  # instants come as they are kept, with nothing to convert
        connection.commit()

    return engine


def _sqlite(url: str) -> Engine:
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, json_deserializer=_read_json)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a sent row must survive a power cut (FAULTS 7)
            "foreign_keys=ON",
            "cache_size=-8192",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _read_json(text: Any) -> Any:
    """JSON as a driver gives it, text or bytes; most of it is an empty mapping."""
    return {} if text in _EMPTY else json.loads(text)


@contextmanager
def _said_plainly(url: str) -> Iterator[None]:
    """Turn a driver's outage into a StoreGone that says what to do; let everything else through."""
    try:
        yield
    except OperationalError as error:
        raise StoreGone(_outage(error, url), hint=_remedy(url)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreGone(_outage(error, url), hint=_remedy(url)) from error
        # Not `from error`: PostgreSQL's DETAIL line quotes values, and addresses must not reach a log.
        raise StoreError(f"the database refused a statement: {type(error.orig).__name__}") from None


def _outage(error: DBAPIError, url: str) -> str:
    shown = make_url(url).render_as_string(hide_password=True)
    first = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
    return f"the store at {shown} cannot be used: {first}"


def _remedy(url: str) -> str:
    if url.startswith("sqlite"):
        return "is another process writing to it, is the disk full, may this user write there?"
    return "is PostgreSQL running, and does NURTURE_DATABASE_URL name it rightly?"
