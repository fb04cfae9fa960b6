"""What a deleted row leaves on the disk: the pages of SQLite's file and its log, and how to get rid of it.

PostgreSQL keeps dead rows until autovacuum comes by, and its archives for as long as they are kept:
docs/privacy.md tells it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from leadstore.database.outages import said_plainly
from leadstore.store import Store
from nurture.errors import StoreBusy, StoreGone

LOOK = """\
import sys
marks = [bytes.fromhex(one) for one in sys.stdin.read().split()]
longest, held, found = max(map(len, marks)), b"", False
with open(sys.argv[1], "rb") as file:
    while part := file.read(1 << 20):
        whole = held + part
        found = found or any(mark in whole for mark in marks)
        held = whole[-longest:]
sys.exit(int(found))
"""
"""Looks for texts in a file, in a process of its own: SQLite's locks on a file end for the whole process
whenever that process closes it."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left on the disk: whether the log was emptied, and whether the file was written anew.

    `log_emptied` False: another process was in the way, and the same again later does it.
    """

    log_emptied: bool = True
    rewritten: bool = False


SMALL = 256 * 1024 * 1024
"""Bytes of a file that is written anew in a second or two: then nobody has to look for remains in it."""


def remove_remains(store: Store, marks: Collection[str], small: int = SMALL) -> Remains:
    """Empty SQLite's log, and write its file anew if it is small, or one of these texts is still in it.

    What is deleted is overwritten (secure_delete), but a page that was split before may keep a copy: in a
    trial, two of 180 erased leads had left one. Other databases are left alone. A reader that does not end
    keeps the log: it is emptied later then.

    The rows are gone by then: what is in the way is told by `log_emptied`, and raises nothing.
    """
    file = store.engine.url.database
    if store.dialect != "sqlite" or not file or file == ":memory:":
        return Remains()
    try:
        return _removed(store, file, marks, small)
    except (StoreBusy, StoreGone):  # another process writes for longer than we wait, or the disk is full
        return Remains(log_emptied=False)


def _removed(store: Store, file: str, marks: Collection[str], small: int) -> Remains:
    with said_plainly(store.url), store.session() as session:
        emptied = _checkpoint(session)
        if Path(file).stat().st_size > small and not _found_in(file, marks):
            return Remains(emptied)
        session.exec_driver_sql("PRAGMA temp_store=FILE")  # the whole of it would be in memory
        session.exec_driver_sql("VACUUM")
        return Remains(_checkpoint(session), rewritten=True)


def _checkpoint(session: object) -> bool:
    busy = session.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()  # type: ignore[attr-defined]
    return busy is None or not busy[0]


def _found_in(file: str, marks: Collection[str]) -> bool:
    said = " ".join(mark.encode().hex() for mark in marks if mark)
    if not said:
        return False
    command = [sys.executable, "-I", "-c", LOOK, file]
    looked = subprocess.run(command, input=said, text=True, capture_output=True)  # noqa: S603 - ours
    return looked.returncode != 0
