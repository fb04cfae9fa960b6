"""Opens a store that must be there already: for commands that look, and make nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from leadstore.locks import SEEN, read_note
from leadstore.store import Store, open_store
from nurture.errors import StoreError


class NoStore(StoreError):
    """There is no store yet."""


VERSION_TABLE = "nurture_version"
"""The same as in migrating.py, without Alembic's 0.2 s."""


def open_existing(url: str) -> Store:
    """The store at `url`, which must exist at this version's schema; nothing is made or migrated.

    Raises:
        StoreError: there is no store, or its schema is another version's.
        StoreGone: the database is unreachable.
    """
    _refuse_missing_file(url)
    store = open_store(url)
    try:
        with store.read() as tx:
            _refuse_other_schema(tx)
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
    except ArgumentError:
        return  # open_store says it better
    path = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and not path.is_file():
        raise NoStore(
            f"there is no store at {path} yet",
            hint="`nurture import`, `nurture run` and `nurture up` make it; or is this another project?",
        )


def _refuse_other_schema(tx: Connection) -> None:
    held = None
    if inspect(tx).has_table(VERSION_TABLE):
        held = tx.scalar(text(f"SELECT max(version_num) FROM {VERSION_TABLE}"))  # noqa: S608 - our own name
    wanted = newest_schema()
    if held is None or held < wanted:
        raise (NoStore if held is None else StoreError)(
            f"the store's schema is {held or 'not there yet'}; this version of Nurture works on {wanted}",
            hint="`nurture apply` brings it up to date",
        )
    if held > wanted:
        raise StoreError(
            f"the store's schema is {held}, newer than this version of Nurture, which works on {wanted}",
            hint="use the version of Nurture that the workers use",
        )
