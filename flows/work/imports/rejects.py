"""The file of rejected rows: each with its line and reason, in the form of the file that it came from.

What is mended there goes in again with the map that the file was imported with.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import IO

from flows.work.imports.records import OTHERS, OURS
from nurture.errors import ImportFault
from nurture.texts.formulas import guarded

Reject = tuple[int, str, Sequence[str]]
"""Line, reason, and the cells; a line that could not be cut is one cell."""


class Rejects:
    """Appends rejected rows; goes back to an earlier size when the batch they belong to was not committed."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str] | None,
        size: int,
        *,
        encoding: str = "utf-8",
        delimiter: str = ",",
        read: Collection[str] = (),
    ) -> None:
        """`columns` None is a file of JSON Lines; `read` are the columns that the map reads."""
        self.path = path
        self.size = size  # bytes that belong to committed batches
        self._encoding = encoding
        self._delimiter = delimiter
        self._columns = columns
        # Rejects that were imported again have our columns already; a file's own ones of these names stay.
        self._again = columns is not None and tuple(columns[:2]) == OURS and not {*OURS} & {*read}
        self._names = OURS if self._again or not {*OURS} & {*(columns or ())} else OTHERS
        self._file: IO[str] | None = None
        try:
            if path.exists() and path.stat().st_size > size:
                os.truncate(path, size)
            if size == 0:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(path, error) from error

    def write(self, rejects: Iterable[Reject]) -> int:
        """Put these after the committed ones, and answer the size that a commit would make good."""
        rows = [self._spelt(*reject) for reject in rejects]
        if not rows:
            return self.size
        try:
            return self._write(rows)
        except OSError as error:
            raise _unusable(self.path, error) from error

    def _write(self, rows: list[str]) -> int:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # The rows hold personal data: for the owner's eyes only.
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(
                handle, "r+", encoding=self._encoding, errors="surrogateescape", newline=""
            )
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() > self.size:
            self._file.seek(self.size)
            self._file.truncate()
        if self._file.tell() == 0 and self._columns is not None:
            kept = self._columns[2:] if self._again else self._columns
            self._file.write(self._row([*self._names, *kept]))
        self._file.writelines(rows)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def _spelt(self, line: int, reason: str, cells: Sequence[str]) -> str:
        reason = reason.encode(self._encoding, "replace").decode(self._encoding)
        if self._columns is None:
            return _as_object(line, reason, cells)
        kept = cells[2:] if self._again and len(cells) > 2 else cells
        return self._row([str(line), reason, *kept])

    def _row(self, cells: Sequence[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self._delimiter, lineterminator="\n").writerow(map(guarded, cells))
        return out.getvalue()

    def close(self) -> None:
        """Close the file, if any row was rejected."""
        if self._file is not None:
            self._file.close()


def _as_object(line: int, reason: str, cells: Sequence[str]) -> str:
    """A line of JSON Lines: the object with its reason, or what was no object, as a text to be mended."""
    written = "".join(cells)
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        found = {"row": written}
    ours = OTHERS if {*OURS} & found.keys() and not {*OURS} <= found.keys() else OURS
    return json.dumps({**found, ours[0]: line, ours[1]: reason}, ensure_ascii=True) + "\n"


def _unusable(path: Path, error: OSError) -> ImportFault:
    return ImportFault(
        f"rejected rows cannot be written to {path}: {error.strerror}", hint="make it writable"
    )
