"""`nurture migrate`: brings the store's schema to this version, or says what would be done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from console.frame import InFrame, say, say_json
from console.options import Json
from leadstore.database.schema import refuse_other
from leadstore.store import open_store

if TYPE_CHECKING:
    from leadstore.database.schema import Schema


def migrate(*, check: bool = False, json: Json = False, frame: InFrame) -> int:
    """Bring the store's schema to this version. One process at a time does it; a second finds nothing to do.

    Parameters
    ----------
    check
        Only say what would be done: 1 when something would, 0 when the schema is right.
    json
        Print the result for machines.
    """
    with closing(open_store(frame.settings().database_url)) as store:
        before = store.schema() if check else store.migrate()
    if before.ahead:
        refuse_other(before)
    if json:
        say_json(_as_data(before, check))
    else:
        say(_in_words(before, check))
    return 1 if check and before.pending else 0


def _as_data(before: Schema, check: bool) -> dict[str, object]:
    at = before.held if check or before.ahead else before.newest
    return {"from": before.held, "to": at, "version": before.newest, "pending": list(before.pending)}


def _in_words(before: Schema, check: bool) -> str:
    if before.ahead:
        return f"the schema is {before.held}; a newer version added to it, and this one works on it as well"
    if not before.pending:
        return f"the schema is {before.held} already"
    begun = f"from {before.held}" if before.held else "from nothing"
    return f"{'would migrate' if check else 'migrated'} the schema {begun} to {before.newest}"
