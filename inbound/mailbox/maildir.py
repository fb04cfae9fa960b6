"""A Maildir as the mailbox: reads new/ and cur/, moves what was handled to cur/ as seen, deletes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from inbound.mail.message import MAX_BYTES
from nurture.errors import MailboxError

OVERLAP = 2_000_000_000
"""Nanoseconds looked back: within them a file may have come without being seen. Names say what was read."""


class Maildir:
    """The mails of a Maildir by the moment they arrived (the inode's change time: a move sets it).

    The cursor is a moment, and the names that were read shortly before it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __enter__(self) -> Self:
        """Look whether it is there.

        Raises:
            MailboxError: it is no Maildir.
        """
        if not (self.root / "new").is_dir() or not (self.root / "cur").is_dir():
            raise MailboxError(
                "the Maildir of NURTURE_MAILBOX_URL is not there", hint="it needs new/ and cur/"
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held open."""

    def read(self, cursor: str, limit: int) -> Iterator[tuple[str, bytes | None, str]]:
        """The mails that arrived since, oldest first; what vanishes meanwhile is passed over."""
        since, known = _read_cursor(cursor)
        recent = dict(known)
        fresh = [found for found in self._list() if found[0] >= since - OVERLAP and found[1] not in recent]
        for at, base, path in sorted(fresh)[:limit]:
            raw: bytes | None = None
            try:
                with path.open("rb") as file:
                    raw = file.read(MAX_BYTES)
            except FileNotFoundError:
                continue
            except OSError:
                pass  # it is there, and not for us
            since = max(since, at)
            recent[base] = at
            recent = {name: then for name, then in recent.items() if then >= since - 2 * OVERLAP}
            yield base, raw, json.dumps({"at": since, "names": recent})

    def mark(self, names: Sequence[str]) -> None:
        """Move these to cur/ with the flag S (seen), keeping the flags that they have."""
        wanted = set(names)
        for _, base, path in self._list():
            if base in wanted:
                flags = "".join(sorted({*path.name.partition(":2,")[2], "S"}))
                try:
                    os.rename(path, self.root / "cur" / f"{base}:2,{flags}")
                except FileNotFoundError:
                    continue  # another program moved it first

    def _list(self) -> list[tuple[int, str, Path]]:
        found = []
        for folder in ("new", "cur"):
            for entry in os.scandir(self.root / folder):
                try:
                    if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                        found.append(
                            (entry.stat().st_ctime_ns, entry.name.partition(":")[0], Path(entry.path))
                        )
                except FileNotFoundError:
                    continue
        return found


def _read_cursor(cursor: str) -> tuple[int, dict[str, int]]:
    if not cursor:
        return 0, {}
    held = json.loads(cursor)
    return int(held["at"]), dict(held["names"])
