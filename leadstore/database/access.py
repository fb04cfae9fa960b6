"""Opens a store that must exist already, for commands that neither make nor migrate one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from leadstore.database.schema import refuse_foreign, refuse_other
from leadstore.database.transaction import Transaction
from leadstore.notes import SEEN, read_note
from leadstore.store import Store, open_store
from nurture.errors import StoreError
from nurture.links.redaction import shown_url


class NoStore(StoreError):
    """There is no store yet."""


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
        schema = store.schema()
        if schema.held is None:
            raise NoStore(
                f"the schema of the store at {shown_url(url)} is not there yet",
                hint="`nurture migrate` makes it",
            )
        refuse_other(schema)
    except BaseException:
        store.close()
        raise
    return store


def find_existing(url: str) -> Store | None:
    """The store at `url`, or None when there is none yet.

    Raises:
        StoreError: its schema is another version's. StoreGone: the database is unreachable.
    """
    try:
        return open_existing(url)
    except NoStore:
        return None


def latest_moment(tx: Transaction, now: datetime) -> datetime:
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
        raise NoStore(
            f"there is no store at {path} yet",
            hint="`nurture import`, `nurture run` and `nurture up` make it; or is this another project?",
        )


def _refuse_empty(url: str) -> None:
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and path.is_file() and not path.stat().st_size:
        raise StoreError(
            f"the store at {path} is empty: 0 bytes",
            hint="if it held leads, put your latest backup in its place; else `nurture migrate` makes it new",
        )
