"""Takes persons out of the files beside the store: mails of the local inbox, rows that were rejected."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leadstore.imports.runs import hold_imports, shrink_rejects
from leadstore.store import Store
from nurture.privacy.traces import Traces, addresses_in, all_text, parsed

INBOX, REJECTS = "inbox", "rejects"
IsAbout = Callable[[list[str]], bool]
"""Whether a row of cells is about one of the persons."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was taken out of files."""

    mails: int = 0
    rows: int = 0  # of rejects


@dataclass(frozen=True, slots=True)
class Search:
    """How persons are found in files: in a mail, and in a row."""

    in_mail: Callable[[bytes], bool]
    in_row: IsAbout


def by_traces(traces: Traces) -> Search:
    """Finds whom these traces are of."""
    return Search(traces.in_mail, traces.in_row)


def by_addresses(are_erased: Callable[[set[str]], bool]) -> Search:
    """Finds whoever has one of the addresses that `are_erased` knows, where nothing else is known of them."""
    return Search(
        lambda raw: are_erased(addresses_in(all_text(parsed(raw)))),
        lambda cells: are_erased(addresses_in("\n".join(cells))),
    )


def clear_files(store: Store, state: Path, search: Search) -> Cleared:
    """Take the persons out of all files in the folder `state`, which is .nurture of the project.

    Raises:
        OSError: a file cannot be changed; the others are.
    """
    return Cleared(_clear_inbox(state / INBOX, search), _clear_rejects(store, state / REJECTS, search))


def _clear_inbox(folder: Path, search: Search) -> int:
    gone = 0
    for file in files_in(folder):
        with suppress(FileNotFoundError):  # a reader may move it from new to cur meanwhile
            if search.in_mail(file.read_bytes()):
                file.unlink()
                gone += 1
    return gone


def files_in(folder: Path) -> Iterator[Path]:
    """Every file of a Maildir, and of the folders within it."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _clear_rejects(store: Store, folder: Path, search: Search) -> int:
    gone = 0
    for file in files_in(folder):
        with store.begin("import") as tx:  # an import writes its rejects within its transaction
            hold_imports(tx)
            kept, removed = _without(file, search.in_row)
            if removed:
                _write_over(file, kept)
                shrink_rejects(tx, file.name, len(kept))
                gone += removed
    return gone


def _write_over(file: Path, kept: bytes) -> None:
    """In its place, for an import may hold it open."""
    with file.open("r+b") as handle:
        handle.write(kept)
        handle.truncate()


def _without(file: Path, is_about: IsAbout) -> tuple[bytes, int]:
    """The file without the rows that are about somebody, and how many they were."""
    rows = rows_of(file)
    kept = [line for line, cells in rows if not is_about(cells)]
    return "".join(kept).encode(_encoding_of(file)), len(rows) - len(kept)


def rows_of(file: Path) -> list[tuple[str, list[str]]]:
    """Each row of a file of rejects: as it is written, and its cells."""
    text = file.read_bytes().decode(_encoding_of(file))
    return list(_objects(text) if file.suffix == ".jsonl" else _records(text))


def _encoding_of(file: Path) -> str:
    """Rejects are written as their file was: what is no UTF is read byte by byte, and so kept as it is."""
    raw = file.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _objects(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines(keepends=True):
        try:
            found = json.loads(line)
        except ValueError:
            found = line
        yield line, _leaves(found)


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [str(value)]


def _records(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each record of a CSV as it is written, and its cells; a record may have several lines."""
    lines = text.splitlines(keepends=True)
    dialect = _delimiter(lines[0]) if lines else ","
    held: list[str] = []
    for line in lines:
        held.append(line)
        if "".join(held).count('"') % 2 == 0:
            whole, held = "".join(held), []
            yield whole, _cells(whole, dialect)
    if held:
        yield "".join(held), ["".join(held)]


def _cells(record: str, delimiter: str) -> list[str]:
    try:
        return [cell for row in csv.reader(io.StringIO(record), delimiter=delimiter) for cell in row]
    except csv.Error:
        return [record]


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)
