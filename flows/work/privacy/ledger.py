"""The ledger: the tombstones kept beside the store as well, so that they outlive a backup that is restored.

A line is a JSON object of digests and times, and names nobody. Lines are appended; the last one of a digest
counts. Every machine that erases, or keeps the retention clock, holds all of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from leadstore.privacy.tombstones import Tombstone, Why, all_tombstones, bury
from leadstore.store import Store
from nurture.errors import StoreError
from nurture.privacy.seals import Seal

NAME = "tombstones.jsonl"


def bring_level(store: Store, folder: Path) -> int:
    """Bring the store and the ledger in `folder` to the same tombstones; how many the store had lost.

    What the store has lost, a backup of before the erasure had not yet.

    Raises:
        StoreError: the ledger cannot be read or written.
    """
    file = folder / NAME
    try:
        written = read_ledger(file)
        with store.begin() as tx:
            held = {one.seal.digest: one for one in all_tombstones(tx)}
            lost = [one for digest, one in written.items() if digest not in held]
            bury(tx, lost)
        append_to_ledger(file, (one for digest, one in held.items() if written.get(digest) != one))
    except OSError as error:
        raise StoreError(
            f"the ledger of tombstones cannot be used: {file}: {error.strerror}",
            hint="make it readable and writable; then `nurture lead erase --replay`",
        ) from error
    return sum(one.lifted_at is None for one in lost)


def read_ledger(file: Path) -> dict[str, Tombstone]:
    """The tombstones of a ledger by their digests; none where there is no file.

    Raises:
        StoreError: a line is no tombstone.
    """
    if not file.exists():
        return {}
    found: dict[str, Tombstone] = {}
    for number, line in enumerate(file.read_text(encoding="ascii").splitlines(), 1):
        try:
            one = _parsed(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"line {number} of {file} is no tombstone", hint="restore the file, or take that line out"
            ) from error
        found[one.seal.digest] = one
    return found


def append_to_ledger(file: Path, stones: Iterable[Tombstone]) -> None:
    """Append these in one write, and see them on the disk."""
    lines = "".join(f"{json.dumps(_as_data(one))}\n" for one in stones)
    if not lines:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, lines.encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def _as_data(one: Tombstone) -> dict[str, str | None]:
    return {
        "digest": one.seal.digest,
        "sealed_by": one.seal.key,
        "person": one.person,
        "why": one.why.value,
        "at": one.at.isoformat(),
        "lifted_at": None if one.lifted_at is None else one.lifted_at.isoformat(),
    }


def _parsed(said: dict[str, str | None]) -> Tombstone:
    lifted = said["lifted_at"]
    return Tombstone(
        Seal(str(said["sealed_by"]), str(said["digest"])),
        str(said["person"]),
        Why(str(said["why"])),
        datetime.fromisoformat(str(said["at"])),
        None if lifted is None else datetime.fromisoformat(lifted),
    )
