"""Opens a store that must be there already: for commands that look, and make nothing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import SQLModel

import leadstore.tables  # noqa: F401 - fills the metadata
from leadstore.locks import SEEN, read_note
from leadstore.store import VERSION_TABLE, Store, open_store
from nurture.errors import StoreError
from nurture.shown import shown_url


def open_existing(url: str) -> Store:
    """The store at `url`, which must exist at this version's schema; nothing is made or migrated.

    Raises:
        StoreError: there is no store, or its schema is another version's.
        StoreGone: the database is unreachable.
    """
    _refuse_missing_file(url)
    store = open_store(url)
    try:
        _refuse_empty(url)
        with store.read() as tx:
            refuse_foreign(tx)
            _refuse_other_schema(tx)
    except BaseException:
        store.close()
        raise
    return store


def latest_moment(tx: Connection, now: datetime) -> datetime:
    """The later of `now` and the furthest moment this store has seen: its clock may have been moved."""
    seen = read_note(tx, SEEN)
    return now if seen is None else max(now, datetime.fromisoformat(seen))


def newest_schema() -> str:
    """The schema this version of Nurture works on: the number its latest migration begins with."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return max(path.name.partition("_")[0] for path in folder.glob("[0-9]*.py"))


def _refuse_missing_file(url: str) -> None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return  # open_store says it better
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and not os.path.lexists(path):
        raise StoreError(
            f"there is no store at {path} yet",
            hint="`nurture import`, `nurture run` and `nurture up` make it; or is this another project?",
        )


def refuse_foreign(tx: Connection) -> None:
    """Refuse a database that another program fills: our tables would lie among its own, or take their names.

    Raises:
        StoreError: it is not empty, and no store.
    """
    there = inspect(tx)
    if there.has_table(VERSION_TABLE):
        return
    names = set(there.get_table_names())
    # A PostgreSQL database may be shared; a file is one program's.
    taken = names if tx.dialect.name == "sqlite" else names & set(SQLModel.metadata.tables)
    if taken:
        shown = ", ".join(sorted(taken)[:3])
        raise StoreError(
            f"the store at {shown_url(str(tx.engine.url))} is another program's database (tables: {shown})",
            hint="name another file or database in NURTURE_DATABASE_URL; nothing was changed in this one",
        )


def _refuse_empty(url: str) -> None:
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and path.is_file() and not path.stat().st_size:
        raise StoreError(
            f"the store at {path} is empty: 0 bytes",
            hint="if it held leads, put your latest backup in its place; else `nurture apply` makes it new",
        )


def _refuse_other_schema(tx: Connection) -> None:
    held = None
    if inspect(tx).has_table(VERSION_TABLE):
        held = tx.scalar(text(f"SELECT max(version_num) FROM {VERSION_TABLE}"))  # noqa: S608 - our own name
    wanted = newest_schema()
    if held is None or held < wanted:
        raise StoreError(
            f"the store's schema is {held or 'not there yet'}; this version of Nurture works on {wanted}",
            hint="`nurture apply` brings it up to date",
        )
    if held > wanted:
        raise StoreError(
            f"the store's schema is {held}, newer than this version of Nurture, which works on {wanted}",
            hint="use the version of Nurture that the workers use",
        )
