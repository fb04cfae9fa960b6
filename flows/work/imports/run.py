"""Imports a file of leads: streamed in batches, each with its progress in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from itertools import islice
from pathlib import Path

from flows.work.imports.map import MapRead, broken_map
from flows.work.imports.records import Record, RowFile, open_rows
from flows.work.imports.rejects import Reject, Rejects
from leadstore import notes
from leadstore.imports import runs
from leadstore.imports.acquaintance import Acquaintance
from leadstore.imports.changes import FileMemory
from leadstore.imports.runs import ImportTaken, Progress
from leadstore.imports.writes import SaveCounts, save_batch, try_batch
from leadstore.store import Store
from nurture.blame import in_words, is_own
from nurture.errors import ImportFault, StoreError, StoreGone
from nurture.imports.lead import ImportedLead, RowFault
from nurture.imports.map import ImportMap
from nurture.imports.reader import RowReader

BATCH = 2000
"""Records of one transaction: a crash costs at most these, and they come in again."""
ATTEMPTS = 3
"""How often a batch is tried when another writer makes one of its leads in the same moment."""
SHOWN = 10
"""Rejected rows that a report quotes; the rejects file has all of them."""


@dataclass(slots=True)
class ImportCounts:
    """What the rows of a file came to. Read = saved + unchanged + duplicates + rejected."""

    read: int = 0
    saved: int = 0  # made or changed a lead, or what is known of it
    unchanged: int = 0
    duplicates: int = 0  # about a lead of an earlier row of the file, and adding nothing
    rejected: int = 0
    cells_dropped: int = 0  # that could not be read, in rows that came in without them
    suppressed: int = 0  # rows that the map suppresses
    withdrawn: int = 0  # rows that say a consent was withdrawn
    signals: int = 0  # new ones

    def add(self, other: ImportCounts) -> ImportCounts:
        """The sum of both."""
        return ImportCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(ImportCounts)))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """An import that ended: its counts, the first rejects, and where all of them are."""

    counts: ImportCounts
    rejects: Path | None = None  # None: no row was rejected
    first_rejects: tuple[tuple[int, str], ...] = ()  # (line, reason)
    remarks: Path | None = None  # None: there is nothing to remark on any cell
    first_remarks: tuple[tuple[int, str], ...] = ()  # (line, what)
    resumed_at: int = 0  # records that an earlier run had brought in


OnProgress = Callable[[int, int, ImportCounts], None]
"""Told at the start and after each batch: bytes read, bytes of the file, counts so far."""


def import_file(
    store: Store,
    file: Path,
    source: MapRead,
    rejects_folder: Path,
    *,
    now: datetime,
    live: bool,
    on_progress: OnProgress | None = None,
    batch: int = BATCH,
) -> ImportReport:
    """Bring a file in, from where an earlier run of the same file and map broke off.

    `live`: sequences may look at these leads at once, else it is history that wakes nobody.

    Raises:
        ImportFault: the file cannot be read at all. BookError: the map names columns it does not have.
        ClockError: the store has already seen a later moment. StoreGone, StoreError.
    """
    digest = _digest(file, source.text, live)
    mapping = source.map
    handle, rows = open_rows(file, mapping.encoding, mapping.delimiter)
    with handle:
        _check_columns(mapping, rows)
        with store.begin() as tx:
            notes.see_moment(tx, now)
            progress = runs.begin_run(tx, digest, now)
        rejects, remarks = _rejects(rejects_folder / f"{file.name}-{digest[:8]}", mapping, rows, progress)
        with closing(rejects), closing(remarks):
            importing = _Importing(store, mapping, digest, rejects, remarks, now, live, progress)
            came_to = importing.came_to
            if on_progress is not None:
                on_progress(0, rows.size, came_to.counts)
            for records in _batches(rows.records(), progress.records, batch):
                importing.take(records)
                if on_progress is not None:
                    on_progress(rows.position, rows.size, came_to.counts)
    with store.begin() as tx:
        runs.finish_run(tx, digest, now)
    rejects_path = rejects.path if came_to.counts.rejected else None
    return came_to.report(rejects_path, remarks.path if remarks.size else None, progress.records)


def _rejects(path: Path, mapping: ImportMap, rows: RowFile, progress: Progress) -> tuple[Rejects, Rejects]:
    """The files of rejected rows and of remarks, at the size they had when the import broke off."""
    size, cells_size = (int(progress.counts.get(name, 0)) for name in ("rejects_size", "cells_size"))
    rejects = Rejects(
        path.with_name(f"{path.name}{'.csv' if rows.columns is not None else '.jsonl'}"),
        rows.columns,
        size,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        read=mapping.names,
    )
    return rejects, Rejects(path.with_name(f"{path.name}-cells.csv"), (), cells_size)


def try_file(
    file: Path,
    source: MapRead,
    *,
    now: datetime,
    store: Store | None = None,
    live: bool = False,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Count exactly what an import would come to, and write nothing anywhere.

    It remembers the leads of the file, about 2 KB for each. `store` None is one that is not there yet.

    Raises:
        ImportFault: the file cannot be read at all. BookError: the map names columns it does not have.
        ClockError: the store has already seen a later moment. StoreGone, StoreError.
    """
    came_to = _CameTo()
    known = Acquaintance()
    handle, rows = open_rows(file, source.map.encoding, source.map.delimiter)
    with handle:
        _check_columns(source.map, rows)
        if store is not None:
            with store.read() as tx:
                notes.see_moment(tx, now)
        for records in _batches(rows.records(), 0, BATCH):
            batch = _evaluate(source.map, records, now)
            with nullcontext() if store is None else store.read() as tx:
                saved = try_batch(tx, batch.leads, known, now, live)
            came_to.add(batch.with_saved(saved))
            if on_progress is not None:
                on_progress(rows.position, rows.size, came_to.counts)
    return came_to.report()


@dataclass(slots=True)
class _CameTo:
    """What the batches of a file came to so far: the counts, and the first rejects and remarks."""

    counts: ImportCounts = field(default_factory=ImportCounts)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)

    def add(self, done: _Done) -> None:
        """Add a batch that is done with."""
        self.counts = self.counts.add(done.counts)
        self.rejects += [(line, why) for line, why, _ in done.rejects[: SHOWN - len(self.rejects)]]
        self.remarks += done.remarks[: SHOWN - len(self.remarks)]

    def report(
        self, rejects: Path | None = None, remarks: Path | None = None, resumed_at: int = 0
    ) -> ImportReport:
        """The report, with the files that hold all rejects and remarks."""
        return ImportReport(
            self.counts, rejects, tuple(self.rejects), remarks, tuple(self.remarks), resumed_at
        )


@dataclass(slots=True)
class _Importing:
    """One import under way: what it has brought in so far."""

    store: Store
    map: ImportMap
    digest: str
    rejects: Rejects
    remarks: Rejects
    now: datetime
    live: bool
    start: Progress
    records: int = field(init=False)
    came_to: _CameTo = field(init=False)
    memory: FileMemory = field(default_factory=FileMemory)

    def __post_init__(self) -> None:
        self.records = self.start.records
        names = {f.name for f in fields(ImportCounts)}
        counts = {name: n for name, n in self.start.counts.items() if name in names}
        self.came_to = _CameTo(ImportCounts(**counts))

    def take(self, records: list[Record]) -> None:
        """Bring a batch in: its leads, its rejects and its progress, or nothing of it.

        Should a row of it raise, its halves are brought in one after the other; that row is rejected.
        """
        fault = self._try(_evaluate(self.map, records, self.now))
        if fault is None:
            return
        if len(records) > 1:
            middle = len(records) // 2
            self.take(records[:middle])
            self.take(records[middle:])
        elif self._try(self._wish_alone(records[0], fault)) is not None:
            self._save(_Batch(records, [], [(records[0].line, in_words(fault), records[0].cells)]))

    def _try(self, batch: _Batch) -> Exception | None:
        """Save the batch; what one of its rows raised, if that is why it could not be."""
        fault: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                self._save(batch)
                return None
            except (StoreGone, ImportTaken):
                raise
            except StoreError as error:
                fault = error
            except Exception as error:
                fault = error
                break
        if fault is not None and not is_own(fault):
            raise fault
        return fault

    def _wish_alone(self, record: Record, fault: Exception) -> _Batch:
        """The withdrawals of a row that cannot be stored."""
        wish = Record(record.line, {}, record.cells, in_words(fault), record.guesses or [record.row])
        return _evaluate(self.map, [wish], self.now)

    def _save(self, batch: _Batch) -> None:
        with self.store.begin("import") as tx:
            saved = save_batch(tx, batch.leads, self.now, self.live, self.memory)
            done = batch.with_saved(saved)
            size = self.rejects.write(done.rejects)
            cells_size = self.remarks.write([(line, what, ()) for line, what in done.remarks])
            records = self.records + len(batch.records)
            counts = self.came_to.counts.add(done.counts)
            kept = {**asdict(counts), "rejects_size": size, "cells_size": cells_size}
            runs.advance_run(tx, self.digest, self.records, Progress(records, kept))
        self.memory.keep(saved.said)
        self.rejects.size, self.remarks.size, self.records = size, cells_size, records
        self.came_to.add(done)


@dataclass(frozen=True, slots=True)
class _Done:
    """What one batch came to: its counts, its rejects, and what is odd about its cells."""

    counts: ImportCounts
    rejects: list[Reject]
    remarks: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Records that were read: their leads, and the rejects that say nothing at all."""

    records: list[Record]
    leads: list[ImportedLead]
    rejects: list[Reject]

    def with_saved(self, saved: SaveCounts) -> _Done:
        """Put together what reading and saving came to."""
        refused = dict(saved.refused)
        late = [(one.line, refused[one.line], one.cells) for one in self.records if one.line in refused]
        told = [
            (lead.line, remark) for lead in self.leads if lead.line not in refused for remark in lead.remarks
        ]
        rejects = sorted([*self.rejects, *late], key=lambda reject: reject[0])
        counts = ImportCounts(
            read=len(self.records),
            saved=saved.saved,
            unchanged=saved.unchanged,
            duplicates=saved.duplicates,
            rejected=len(rejects),
            cells_dropped=sum(remark.dropped for _, remark in told),
            suppressed=saved.suppressed,
            withdrawn=saved.withdrawn,
            signals=saved.signals,
        )
        both = sorted([*told, *saved.remarks], key=lambda pair: pair[0])
        return _Done(counts, rejects, [(line, str(remark)) for line, remark in both])


def _evaluate(mapping: ImportMap, records: list[Record], now: datetime) -> _Batch:
    leads: list[ImportedLead] = []
    rejects: list[Reject] = []
    reader = mapping.reader
    for record in records:
        try:
            if record.fault:
                leads.append(_wish(reader, record, now))
            else:
                leads.append(reader.read(record.row, record.line, now))
        except Exception as fault:
            if not is_own(fault):
                raise
            rejects.append((record.line, in_words(fault), record.cells))
    return _Batch(records, leads, rejects)


def _wish(reader: RowReader, record: Record, now: datetime) -> ImportedLead:
    """The withdrawals that a record holds, though it cannot be read as a row."""
    found = reader.wish(record.guesses, record.line, now, record.fault)
    if found is None:
        raise RowFault(record.fault)
    return found


def _batches(records: Iterator[Record], skip: int, size: int) -> Iterator[list[Record]]:
    rest = islice(records, skip, None)
    while batch := list(islice(rest, size)):
        yield batch


def _digest(file: Path, map_text: str, live: bool) -> str:
    """Names an import: the same file with the same map, as history or live."""
    try:
        with file.open("rb") as handle:
            whole = hashlib.file_digest(handle, "sha256")
    except OSError as error:
        raise ImportFault(f"{file} cannot be read: {error.strerror}", hint="check its name") from error
    whole.update(map_text.encode())
    whole.update(b"live" if live else b"history")
    return whole.hexdigest()


def _check_columns(mapping: ImportMap, rows: RowFile) -> None:
    if twice := sorted(rows.twice & mapping.names):
        raise ImportFault(
            f"{rows.path} has two columns called {twice[0]!r}, which the map reads", hint="rename one of them"
        )
    if rows.columns is not None and (missing := mapping.missing(rows.columns)):
        raise broken_map(missing)
