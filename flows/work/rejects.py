"""The file of rejected rows: line, reason, and the row as it stood, so that it can be mended and imported."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from flows.work.rowfile import OURS
from nurture.errors import ImportFault
from nurture.formulas import guarded

Reject = tuple[int, str, Sequence[str]]
"""Line, reason, cells."""


class Rejects:
    """Appends rejected rows; goes back to an earlier size when the batch they belong to was not committed."""

    def __init__(self, path: Path, columns: Sequence[str], size: int) -> None:
        self.path = path
        self.size = size  # bytes that belong to committed batches
        self._columns = columns
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
        rows = [[str(line), guarded(reason), *map(guarded, cells)] for line, reason, cells in rejects]
        if not rows:
            return self.size
        try:
            return self._write(rows)
        except OSError as error:
            raise _unusable(self.path, error) from error

    def _write(self, rows: list[list[str]]) -> int:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # The rows hold personal data: for the owner's eyes only.
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(handle, "r+", encoding="utf-8", errors="backslashreplace", newline="")
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() > self.size:
            self._file.seek(self.size)
            self._file.truncate()
        writer = csv.writer(self._file, lineterminator="\n")
        if self._file.tell() == 0:
            writer.writerow([*OURS, *map(guarded, self._columns)])
        writer.writerows(rows)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file, if any row was rejected."""
        if self._file is not None:
            self._file.close()


def _unusable(path: Path, error: OSError) -> ImportFault:
    return ImportFault(
        f"rejected rows cannot be written to {path}: {error.strerror}", hint="make it writable"
    )
