"""Opens a store that must be there already: for commands that look, and make nothing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from leadstore.notes import SEEN, read_note
from leadstore.schema import VERSION_TABLE, newest_schema, refuse_foreign, refuse_other
from leadstore.store import Store, open_store
from nurture.errors import StoreError

__all__ = ["VERSION_TABLE", "latest_moment", "newest_schema", "open_existing"]


def open_existing(url: str) -> Store:
    """The store at `url`, which must exist with a schema that fits; nothing is made or migrated.

    Raises:
        StoreError: there is no store.
        SchemaError: this version cannot work on its schema.
        StoreGone: the database is unreachable.
    """
    _refuse_missing_file(url)
    store = open_store(url)
    try:
        _refuse_empty(url)
        with store.read() as tx:
            refuse_foreign(tx)
        refuse_other(store.schema())
    except BaseException:
        store.close()
        raise
    return store


def latest_moment(tx: Connection, now: datetime) -> datetime:
    """The later of `now` and the furthest moment this store has seen: its clock may have been moved."""
    seen = read_note(tx, SEEN)
    return now if seen is None else max(now, datetime.fromisoformat(seen))


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


def _refuse_empty(url: str) -> None:
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and path.is_file() and not path.stat().st_size:
        raise StoreError(
            f"the store at {path} is empty: 0 bytes",
            hint="if it held leads, put your latest backup in its place; else `nurture apply` makes it new",
        )
