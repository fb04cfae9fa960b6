"""Streams the records of a CSV or JSON Lines file; a bad record does not spoil the next one."""

from __future__ import annotations

import codecs
import csv
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from nurture.errors import ImportFault
from nurture.texts.formulas import unguarded

LONGEST_LINE = 1024 * 1024
"""Bytes of a line; a longer one is rejected, and none is ever held whole."""
MOST_LINES = 200
"""Lines that one quoted record may span before its quote counts as never closed."""

OURS = ("line", "reason")
"""The columns that a file of rejects has before those of the file it came from; its cells are guarded."""
OTHERS = ("nurture_line", "nurture_reason")
"""The same, where the file has columns of those names itself."""

_UNSEEN = "\u200b\u2060\ufeff"
_JSON_LINES = frozenset({".jsonl", ".ndjson", ".json"})


@dataclass(slots=True)
class Record:
    """One record: the line it starts at, and its row, or the fault why it has none."""

    line: int
    row: Mapping[str, Any]
    cells: Sequence[str]  # as they stand in the file, for the rejects; one, where the line cannot be cut
    fault: str = ""
    guesses: Sequence[Mapping[str, Any]] = ()  # the rows that a record with a fault may be


@dataclass(slots=True)
class TextLine:
    """One physical line as text."""

    number: int
    text: str
    fault: str = ""


class RowFile:
    """An open file of rows. `columns` is the header of a CSV, None for JSON Lines."""

    def __init__(self, path: Path, file: BinaryIO, encoding: str, delimiter: str) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.twice: frozenset[str] = frozenset()  # names that several columns have
        self._lines = _Lines(file, encoding)
        self._delimiter = delimiter
        self.columns = None if path.suffix.lower() in _JSON_LINES else self._header()

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._lines.bytes_read

    def records(self) -> Iterator[Record]:
        """Every record, in the order of the file."""
        return self._objects() if self.columns is None else self._rows(self.columns)

    def _header(self) -> tuple[str, ...]:
        first = self._lines.next()
        if first is not None and first.text.lower() == f"sep={self._delimiter}":
            first = self._lines.next()  # what a spreadsheet tells itself
        if first is None:
            raise ImportFault(f"{self.path} is empty", hint="the first line of a CSV names its columns")
        cells, fault = ([], first.fault) if first.fault else self._cells(first)
        if fault:
            hint = "it names the columns"
            if fault.startswith("not utf-8"):
                hint += "; a spreadsheet writes `encoding: cp1252` as a rule: say so in the map"
            raise ImportFault(f"{self.path} line 1 cannot be read: {fault}", hint=hint)
        names = tuple(" ".join(cell.strip(_UNSEEN).split()) for cell in cells)
        while len(names) > 1 and not names[-1]:
            names = names[:-1]
        if _is_guarded(names):
            names = tuple(map(unguarded, names))
        self.twice = frozenset(name for name, times in Counter(names).items() if name and times > 1)
        if len(names) == 1 and (other := [mark for mark in ";\t|," if mark in names[0]]):
            hint = f"say `delimiter: {json.dumps(other[0])}` in the map"
            raise ImportFault(f"{self.path} has a single column, called {names[0][:60]!r}", hint=hint)
        return names

    def _rows(self, columns: tuple[str, ...]) -> Iterator[Record]:
        width, delimiter, lines = len(columns), self._delimiter, self._lines
        rejects, guarded = columns[:2] == OURS and width > 3, _is_guarded(columns)
        while (line := lines.next()) is not None:
            text, fault = line.text, line.fault
            if fault or ('"' not in text and "\r" not in text):
                cells = text.split(delimiter)
            else:
                cells, fault = self._cells(line, width)
            if guarded:
                cells = [*map(unguarded, cells)]
            if not fault and len(cells) != width:
                if rejects and len(cells) == 3:
                    line = TextLine(line.number, cells[2])
                    cells, fault = self._mended(line)
                _trim(cells, width)
            if fault:
                yield self._broken(columns, line, fault)
            elif len(cells) == width:
                if cells[0] or any(cell.strip() for cell in cells):
                    yield Record(line.number, dict(zip(columns, cells, strict=True)), cells)
            elif any(cell.strip() for cell in cells):
                own = 2 if rejects else 0
                fault = f"{len(cells) - own} cells where the header has {width - own} columns"
                yield Record(line.number, {}, cells, fault, _aligned(columns, cells))

    def _mended(self, line: TextLine) -> tuple[list[str], str]:
        """Cut a reject that was one cell, for it could not be cut before, and may have been mended."""
        cells, fault = self._cells(line)
        return [str(line.number), "", *cells], fault

    def _broken(self, columns: Sequence[str], line: TextLine, fault: str) -> Record:
        """A line that cannot be cut, with what it may say: cut at each delimiter, and without its quotes."""
        cells = [cell.strip().strip('"') for cell in line.text.split(self._delimiter)]
        return Record(line.number, {}, [line.text], fault, _aligned(columns, cells))

    def _cells(self, line: TextLine, width: int | None = None) -> tuple[list[str], str]:
        """Cut a line that holds quotes, with the lines its quotes span; a bad one costs only itself."""
        taken = [line]
        while True:
            try:
                lines = [f"{one.text}\n" for one in taken]
                cells = next(csv.reader(lines, delimiter=self._delimiter, strict=True))
            except csv.Error as error:
                open_quote = "unexpected end of data" in str(error)
                more = self._lines.next() if open_quote and len(taken) < MOST_LINES else None
                if more is not None:
                    taken.append(more)
                if more is None or more.fault:
                    self._lines.put_back(taken[1:])
                    unclosed = open_quote or len(taken) > 1
                    return [line.text], "a quote opens here and is not closed" if unclosed else str(error)
                continue
            if width is not None:
                _trim(cells, width)
            if len(taken) > 1 and width is not None and len(cells) != width:
                self._lines.put_back(taken[1:])
                return [line.text], "a quote opens here and is not closed where its cell ends"
            return cells, ""

    def _objects(self) -> Iterator[Record]:
        while (line := self._lines.next()) is not None:
            if not line.text.strip() and not line.fault:
                continue
            row, fault = ({}, line.fault) if line.fault else _object(line.text)
            text = line.text
            if row.keys() == {*OURS, "row"} and isinstance(row["row"], str):
                text = row["row"]  # a line that was no object, and was mended perhaps
                row, fault = _object(text)
            yield Record(line.number, row, [text], fault)


def _is_guarded(columns: Sequence[str]) -> bool:
    return tuple(columns[:2]) in (OURS, OTHERS)


def _trim(cells: list[str], width: int) -> None:
    """Drop blank cells behind the last column, as spreadsheets write them."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()


def _aligned(columns: Sequence[str], cells: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """Cells put under the header from its first column on, and up to its last one."""
    first = dict(zip(columns, cells, strict=False))
    return [first, dict(zip(reversed(columns), reversed(cells), strict=False))]


class _Lines:
    """The physical lines of a file, decoded one by one, with a place to put some back."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._number = 0
        self._again: deque[TextLine] = deque()
        self.bytes_read = 0

    def next(self) -> TextLine | None:
        """The next line without its end, or None at the end of the file."""
        if self._again:
            return self._again.popleft()
        raw = self._file.readline(LONGEST_LINE)
        if not raw:
            return None
        self.bytes_read += len(raw)
        self._number += 1
        if len(raw) == LONGEST_LINE and raw[-1:] != b"\n":
            self._skip_line()
            return TextLine(self._number, raw[:200].decode("ascii", "surrogateescape"), "longer than 1 MiB")
        return self._decoded(raw)

    def put_back(self, lines: Sequence[TextLine]) -> None:
        """Give these lines out again, in this order."""
        self._again.extendleft(reversed(lines))

    def _decoded(self, raw: bytes) -> TextLine:
        try:
            text = raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            # What no character stands for stays the byte that it is: the rejects have it again.
            shown = raw.decode(self._encoding, "surrogateescape").rstrip("\r\n")
            fault = (
                f"not {self._encoding}: byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the line"
            )
            return TextLine(self._number, shown, fault)
        if self._number == 1:
            text = text.removeprefix("\ufeff")
        text = text.removesuffix("\n").removesuffix("\r")
        if "\0" in text:
            return TextLine(self._number, text, "holds a NUL byte")
        return TextLine(self._number, text)

    def _skip_line(self) -> None:
        while raw := self._file.readline(LONGEST_LINE):
            self.bytes_read += len(raw)
            if raw[-1:] == b"\n":
                return


def open_rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> tuple[BinaryIO, RowFile]:
    """Open a file of rows; the caller closes the first of the two.

    Raises:
        ImportFault: it is missing, not text, or not in a form that can be read line by line.
    """
    if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
        raise ImportFault(f"the map says {path} is {encoding}", hint="save it as UTF-8")
    try:
        file = path.open("rb")
    except OSError as error:
        raise ImportFault(f"{path} cannot be read: {error.strerror}", hint="check its name") from error
    try:
        _refuse_other_forms(path, file)
        return file, RowFile(path, file, encoding, delimiter)
    except OSError as error:
        file.close()
        raise ImportFault(f"{path} cannot be read: {error.strerror}") from error
    except ImportFault:
        file.close()
        raise


def _refuse_other_forms(path: Path, file: BinaryIO) -> None:
    head = file.read(65536)
    file.seek(0)
    form, hint = "", ""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        form, hint = "UTF-16 text", "save it as UTF-8"
    elif head.startswith(b"PK\x03\x04"):
        form, hint = "a spreadsheet or an archive", "export it as CSV (UTF-8)"
    elif head.startswith(b"\x1f\x8b"):
        form, hint = "compressed", "unpack it first"
    elif head.lstrip()[:1] == b"[" and path.suffix.lower() in _JSON_LINES:
        form, hint = "one JSON list", "write one object a line: `jq -c '.[]'` does it"
    elif b"\r" in head and b"\n" not in head:
        form, hint = "text with the line ends of an old Mac", "save it with line feeds"
    if form:
        raise ImportFault(f"{path} is {form}", hint=hint)


def _object(text: str) -> tuple[Mapping[str, Any], str]:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error.msg} at character {error.pos + 1}"
    except (ValueError, RecursionError) as error:
        return {}, f"not JSON that can be stored: {error}"
    if not isinstance(value, dict):
        return {}, "not a JSON object"
    return value, ""


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")
