"""Locks that end with the process that holds them: for what only one process may do at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from leadstore.database.transaction import Transaction
from leadstore.store import Store
from nurture.errors import StoreError, StoreGone

IDLE_SECONDS = 30
"""PostgreSQL ends the session of a holder not heard for so long: its machine froze, or is cut off."""
_UNSAFE = re.compile(r"[^0-9A-Za-z]+")


class Hold(Protocol):
    """A lock that this process has. It ends with the process, however that ends."""

    def stands(self) -> bool:
        """Whether it is still ours; on PostgreSQL to be asked more often than every IDLE_SECONDS."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


def take_lock(store: Store, name: str, holder: str) -> Hold | None:
    """The named lock of this store, or None while another process has it. `holder` is told to others.

    On PostgreSQL it is an advisory lock of a session of its own, on SQLite a lock on a file beside the store.

    Raises:
        StoreGone: the database does not answer.
    """
    take = _take_session if store.dialect == "postgresql" else _take_file
    return take(store, name, holder)


def lock_holder(store: Store, name: str) -> str | None:
    """Who has the named lock now, as its holder named itself; None when it is free."""
    if store.dialect == "postgresql":
        with store.read() as tx:
            found: str | None = tx.scalar(_HOLDER, _halves(_key(tx, name)))
            return found
    path = _lock_file(store, name)
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return path.read_text(encoding="utf-8", errors="replace") or "another process"
    return None


class _Session:
    """A session of PostgreSQL that has the lock: the server frees it when the session ends."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def stands(self) -> bool:
        try:
            return self.connection.scalar(text("SELECT true")) is True
        except SQLAlchemyError:
            self.release()
            return False

    def release(self) -> None:
        with contextlib.suppress(SQLAlchemyError):
            if not self.connection.closed:  # said first: a closed session is cleared away a moment later
                self.connection.execute(text("SELECT pg_advisory_unlock_all()"))
        with contextlib.suppress(SQLAlchemyError):
            self.connection.close()


def _take_session(store: Store, name: str, holder: str) -> Hold | None:
    connection = store.session()
    try:
        connection.execute(_TUNED, {"idle": f"{IDLE_SECONDS}s", "holder": holder[:63]})
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(connection, name)}):
            return _Session(connection)
    except DBAPIError as error:
        connection.close()
        raise StoreGone("the store went away while a lock was asked for", hint="try again") from error
    connection.close()
    return None


_TUNED = text(
    "SELECT set_config('idle_session_timeout', :idle, false), set_config('application_name', :holder, false)"
)
_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid::bigint = :high AND l.objid::bigint = :low"
)


def _key(tx: Transaction, name: str) -> int:
    """The lock's number: another store may lie in another schema of the same database."""
    place = f"nurture {tx.scalar(text('SELECT current_schema()'))} {name}"
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=8).digest(), signed=True)


def _halves(key: int) -> dict[str, int]:
    """As pg_locks shows it."""
    return {"high": (key >> 32) & 0xFFFFFFFF, "low": key & 0xFFFFFFFF}


class _File:
    """A file that is locked as long as this process has it open."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number

    def stands(self) -> bool:
        """False when the file was deleted: another process may then lock a new file of that name."""
        try:
            return os.path.samestat(os.fstat(self.number), self.path.stat())
        except OSError:
            return False

    def release(self) -> None:
        os.close(self.number)


def _take_file(store: Store, name: str, holder: str) -> Hold | None:
    path = _lock_file(store, name)
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        hint = "may this user write there?"
        raise StoreError(f"the lock {path} cannot be opened: {error.strerror}", hint=hint) from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    os.ftruncate(number, 0)
    os.pwrite(number, holder.encode(), 0)
    return _File(path, number)


def _lock_file(store: Store, name: str) -> Path:
    return Path(f"{store.engine.url.database}.{_UNSAFE.sub('-', name)}.lock")
