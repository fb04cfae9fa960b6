"""Imports a file of leads: streamed in batches, each with its progress in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from itertools import islice
from pathlib import Path

from flows.work.rejects import Reject, Rejects
from flows.work.rowfile import Record, RowFile, open_rows
from flows.work.shelf import read_shelf
from leadstore import import_runs, locks
from leadstore.import_runs import ImportTaken, Progress
from leadstore.saving import save_batch
from leadstore.store import Store
from nurture.blame import in_words, is_own
from nurture.book import CATALOG
from nurture.catalog import read_catalog
from nurture.diagnose import Fault
from nurture.errors import BookError, ImportFault, StoreError, StoreGone
from nurture.imported import ImportedLead
from nurture.importmap import ImportMap, read_map
from nurture.source import load_yaml

BATCH = 2000
"""Records of one transaction: a crash costs at most these, and they come in again."""
ATTEMPTS = 3
"""How often a batch is tried when another writer makes one of its leads in the same moment."""
SHOWN = 10
"""Rejected rows that a report quotes; the rejects file has all of them."""


@dataclass(slots=True)
class ImportCounts:
    """What the rows of a file came to. Read = saved + unchanged + rejected."""

    read: int = 0
    saved: int = 0  # made or changed a lead, or what is known of it
    unchanged: int = 0
    rejected: int = 0
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
    resumed_at: int = 0  # records that an earlier run had brought in


@dataclass(frozen=True, slots=True)
class MapRead:
    """A checked map and the text it was read from, which is a part of the import's identity."""

    map: ImportMap
    text: str


OnProgress = Callable[[int, int, ImportCounts], None]
"""Told at the start and after each batch: bytes read, bytes of the file, counts so far."""


def read_import_map(project: Path, path: Path) -> MapRead:
    """Read a map against the project's catalogue.

    Raises:
        BookError: the map or the catalogue has faults; it carries all of them.
        ImportFault: the map cannot be read at all.
    """
    catalog_text = read_shelf(project).get(CATALOG, "topics: {}")
    node, faults = load_yaml(CATALOG, catalog_text)
    catalog = None
    if node is not None:
        catalog, faults = read_catalog(node, CATALOG)
    if catalog is None:
        raise BookError("the catalogue has faults, so the map cannot be checked against it", faults)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFault(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error
    except OSError as error:
        raise ImportFault(
            f"{path} cannot be read: {error.strerror}", hint="name the map with --map"
        ) from error
    found, faults = read_map(str(path), text, catalog.vocabulary())
    if found is None:
        raise _broken(faults)
    return MapRead(found, text)


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
    handle, rows = open_rows(file, source.map.encoding, source.map.delimiter)
    with handle:
        _check_columns(source.map, rows)
        with store.begin() as tx:
            locks.see_moment(tx, now)
            progress = import_runs.begin_run(tx, digest, now)
        path = rejects_folder / f"{file.name}-{digest[:8]}.csv"
        size = int(progress.counts.get("rejects_size", 0))
        with closing(Rejects(path, rows.columns or ("row",), size)) as rejects:
            importing = _Importing(store, source.map, digest, rejects, now, live, progress)
            if on_progress is not None:
                on_progress(0, rows.size, importing.counts)
            for records in _batches(rows.records(), progress.records, batch):
                importing.take(records)
                if on_progress is not None:
                    on_progress(rows.position, rows.size, importing.counts)
    with store.begin() as tx:
        import_runs.finish_run(tx, digest, now)
    counts = importing.counts
    kept = path if counts.rejected else None
    return ImportReport(counts, kept, tuple(importing.first_rejects), progress.records)


def try_file(
    file: Path, source: MapRead, *, now: datetime, on_progress: OnProgress | None = None
) -> ImportReport:
    """Read a file as an import would, and write nothing anywhere: `saved` stays 0.

    Raises:
        ImportFault: the file cannot be read at all. BookError: the map names columns it does not have.
    """
    counts = ImportCounts()
    first: list[tuple[int, str]] = []
    handle, rows = open_rows(file, source.map.encoding, source.map.delimiter)
    with handle:
        _check_columns(source.map, rows)
        for batch in _batches(rows.records(), 0, BATCH):
            leads, rejects = _evaluate(source.map, batch, now)
            first += [(line, why) for line, why, _ in rejects[: SHOWN - len(first)]]
            counts = counts.add(
                ImportCounts(
                    read=len(batch),
                    rejected=len(rejects),
                    suppressed=sum(lead.suppression is not None for lead in leads),
                    withdrawn=sum(lead.withdraws for lead in leads),
                )
            )
            if on_progress is not None:
                on_progress(rows.position, rows.size, counts)
    return ImportReport(counts, None, tuple(first))


@dataclass(slots=True)
class _Importing:
    """One import under way: what it has brought in so far."""

    store: Store
    map: ImportMap
    digest: str
    rejects: Rejects
    now: datetime
    live: bool
    start: Progress
    records: int = field(init=False)
    counts: ImportCounts = field(init=False)
    first_rejects: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.records = self.start.records
        names = {f.name for f in fields(ImportCounts)}
        self.counts = ImportCounts(**{name: n for name, n in self.start.counts.items() if name in names})

    def take(self, batch: list[Record]) -> None:
        """Bring a batch in: its leads, its rejects and its progress, or nothing of it.

        Should a row of it raise, its halves are brought in one after the other; that row is rejected.
        """
        leads, rejects = _evaluate(self.map, batch, self.now)
        for _ in range(ATTEMPTS):
            try:
                self._save(batch, leads, rejects)
                return
            except (StoreGone, ImportTaken):
                raise
            except StoreError as error:
                fault: Exception = error
            except Exception as error:
                fault = error
                break
        if not is_own(fault):
            raise fault
        if len(batch) == 1:
            self._save(batch, [], [(batch[0].line, in_words(fault), batch[0].cells)])
            return
        middle = len(batch) // 2
        self.take(batch[:middle])
        self.take(batch[middle:])

    def _save(self, batch: list[Record], leads: list[ImportedLead], rejects: list[Reject]) -> None:
        with self.store.begin() as tx:
            saved = save_batch(tx, leads, self.now, self.live)
            refused = dict(saved.refused)
            all_rejects = sorted(
                [*rejects, *((r.line, refused[r.line], r.cells) for r in batch if r.line in refused)],
                key=lambda reject: reject[0],
            )
            size = self.rejects.write(all_rejects)
            counts = self.counts.add(
                ImportCounts(
                    read=len(batch),
                    saved=saved.saved,
                    unchanged=saved.unchanged,
                    rejected=len(all_rejects),
                    suppressed=saved.suppressed,
                    withdrawn=saved.withdrawn,
                    signals=saved.signals,
                )
            )
            records = self.records + len(batch)
            kept = {**asdict(counts), "rejects_size": size}
            import_runs.advance_run(tx, self.digest, self.records, Progress(records, kept))
        self.rejects.size, self.counts, self.records = size, counts, records
        self.first_rejects += [(line, why) for line, why, _ in all_rejects[: SHOWN - len(self.first_rejects)]]


def _evaluate(
    mapping: ImportMap, batch: list[Record], now: datetime
) -> tuple[list[ImportedLead], list[Reject]]:
    leads: list[ImportedLead] = []
    rejects: list[Reject] = []
    read = mapping.reader.read
    for record in batch:
        if record.fault:
            rejects.append((record.line, record.fault, record.cells))
            continue
        try:
            leads.append(read(record.row, record.line, now))
        except Exception as fault:
            if not is_own(fault):
                raise
            rejects.append((record.line, in_words(fault), record.cells))
    return leads, rejects


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
    if rows.columns is not None and (missing := mapping.missing(rows.columns)):
        raise _broken(missing)


def _broken(faults: list[Fault]) -> BookError:
    found = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return BookError(
        f"the map has {found}; nothing was imported", faults, hint="docs/import.md shows a whole map"
    )
