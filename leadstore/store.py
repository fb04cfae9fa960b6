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
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.blame import NAMES, scrubbed
from nurture.errors import SettingError, StoreError, StoreGone, Unstorable

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 15
"""How long a writer waits for another writer on SQLite before it gives up."""

FROZEN_SECONDS = 120
"""How long a process may stand still inside a transaction before PostgreSQL takes its rows back."""

_EMPTY = ("{}", b"{}")

_OF_VALUES = (
    *("Error binding parameter", "bad parameter", "can't adapt", "cannot adapt", "cannot dump"),
    *("malformed JSON", "JSON path error", "integer overflow", "too many SQL variables"),
    *("Expression tree is too large", "parser stack overflow", "LIKE or GLOB pattern too complex"),
)
"""What drivers say of a value, where the class of their error does not tell it from an outage."""
_STATES_OF_VALUES = ("42804", "42846", "42883", "42P18", "54")
"""PostgreSQL's: a type that does not fit its column or operator; larger than it can hold."""


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

    def migrate(self) -> None:
        """Bring the schema to this version; safe to call at every start."""
        from leadstore.migrating import upgrade  # Alembic costs 0.2 s to import

        with _said_plainly(self.url):
            upgrade(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """A store for `url`, for example sqlite:///.nurture/store.db or postgresql://user@host/name."""
    return Store(url)


@contextmanager
def savepoint(tx: Connection) -> Iterator[None]:
    """A part of a transaction that is taken back alone when it raises; its errors are said plainly."""
    with _said_plainly(str(tx.engine.url)), tx.begin_nested():
        yield


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
    """Turn a driver's outage into a StoreGone that says what to do, and tell a value's fault from it."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreGone("every connection to the store is in use", hint=_remedy(url)) from error
    except StatementError as error:
        if _is_gone(error):
            raise StoreGone(_outage(error, url), hint=_remedy(url)) from error
        kind = type(error.orig).__name__
        # Not `from error`: PostgreSQL's DETAIL line quotes values, and addresses must not reach a log.
        if _is_of_values(error):
            said = scrubbed(str(error.orig), names=isinstance(error.orig, NAMES))
            raise Unstorable(f"the database refused a statement: {kind}: {said}", cause=kind) from None
        raise StoreError(f"the database refused a statement: {kind}") from None


def _is_gone(error: StatementError) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and not _is_of_values(error)


def _is_of_values(error: StatementError) -> bool:
    """Whether the statement failed for what was to be written or compared, and not for the store."""
    if not isinstance(error, DBAPIError) or isinstance(error, (DataError, IntegrityError)):
        return True
    if str(getattr(error.orig, "sqlstate", None) or "").startswith(_STATES_OF_VALUES):
        return True
    return str(error.orig).startswith(_OF_VALUES)


def _outage(error: StatementError, url: str) -> str:
    shown = make_url(url).render_as_string(hide_password=True)
    first = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
    return f"the store at {shown} cannot be used: {first}"


def _remedy(url: str) -> str:
    if url.startswith("sqlite"):
        return "is another process writing to it, is the disk full, may this user write there?"
    return "is PostgreSQL running, and does NURTURE_DATABASE_URL name it rightly?"
