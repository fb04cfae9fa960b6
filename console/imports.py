"""`nurture import`: brings the leads of a file in, as a map says."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from console.frame import InFrame, note_faults, say, say_json
from console.options import Json
from nurture.errors import BookError, ClockError

if TYPE_CHECKING:
    from flows.work.imports.run import ImportCounts, ImportReport, OnProgress
    from flows.work.shop.settings import Settings


def import_leads(
    file: Path,
    *,
    map: Annotated[Path, Parameter(name="--map")],
    live: bool = False,
    now: str | None = None,
    dry_run: bool = False,
    strict: bool = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Import leads from a CSV or JSON Lines file.

    The same file with the same map may be imported again: it changes nothing, and goes on where it broke off.

    Parameters
    ----------
    file
        The file: CSV with a header, or one JSON object a line (.jsonl, .ndjson).
    map
        The import map: what each column means. `docs/import.md` explains it.
    live
        Sequences may look at these leads at once; without it, they are history that wakes nobody.
    now
        A moved clock, as 2027-06-15T08:00:00Z: only while the local inbox is the relay.
    dry_run
        Count exactly what the import would come to, and write nothing.
    strict
        A cell that cannot be read costs its row; without it, the cell.
    json
        Print the counts for machines.
    """
    from flows.work.moments import parse_moment

    moment = None if now is None else parse_moment(now)
    how = Manner(live, moment, dry_run, strict)
    return run_import(frame.settings(), file, map, how, json=json)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is imported: `now` None is the machine's clock."""

    live: bool = False
    now: datetime | None = None
    dry_run: bool = False
    strict: bool = False


def run_import(settings: Settings, file: Path, map: Path, how: Manner, *, json: bool) -> int:
    """Import a file and say what came of it.

    Returns 0, 1 when rows were rejected, 2 when the map has faults and nothing was imported.

    Raises:
        ClockError: the clock is moved while mail can leave this machine, or would go back.
        ImportFault: the file or the map cannot be read at all.
    """
    if how.now is not None and not settings.local_relay:
        raise ClockError(
            "--now moves the clock, and NURTURE_SMTP_URL lets mail leave this machine",
            hint="unset NURTURE_SMTP_URL: the local inbox then receives everything",
        )
    try:
        with _bar() as tell:
            report = _report(settings, file, map, how, tell)
    except BookError as error:
        note_faults(error)
        return 2
    if json:
        say_json(_as_data(report, how.dry_run))
    else:
        _tell(report, how.dry_run)
    return 1 if report.counts.rejected else 0


def _report(settings: Settings, file: Path, map: Path, how: Manner, tell: OnProgress | None) -> ImportReport:
    from flows.work.imports.map import read_import_map
    from flows.work.imports.run import import_file, try_file
    from flows.work.shop.readiness import ready_store
    from leadstore.database.access import find_existing

    moment = how.now or datetime.now(UTC)
    source = read_import_map(settings.project, map)
    source = source.strictly() if how.strict else source
    if how.dry_run:
        present = find_existing(settings.database_url)  # a dry run makes no store
        with nullcontext() if present is None else closing(present) as store:
            return try_file(file, source, now=moment, store=store, live=how.live, on_progress=tell)
    with closing(ready_store(settings)) as store:
        folder = settings.state / "rejects"
        return import_file(store, file, source, folder, now=moment, live=how.live, on_progress=tell)


def _as_data(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    return {
        **asdict(report.counts),
        "resumed_at": report.resumed_at,
        "dry_run": dry_run,
        "rejects": None if report.rejects is None else str(report.rejects),
        "first_rejects": [{"line": line, "reason": reason} for line, reason in report.first_rejects],
        "remarks": None if report.remarks is None else str(report.remarks),
        "first_remarks": [{"line": line, "what": what} for line, what in report.first_remarks],
    }


def _tell(report: ImportReport, dry_run: bool) -> None:
    for name, count in asdict(report.counts).items():
        say(f"{name.replace('_', ' '):<14}{count:>12,}")
    if report.resumed_at:
        say(f"went on after record {report.resumed_at:,}, where an earlier import broke off")
    for line, reason in report.first_rejects:
        say(f"  line {line}: {reason}")
    if report.rejects is not None:
        say(f"rejected rows, each with its reason: {os.path.relpath(report.rejects)}")
    if report.first_remarks:
        say("cells that could not be read, or look odd; their rows are in without them:")
    for line, what in report.first_remarks:
        say(f"  line {line}: {what}")
    if report.remarks is not None:
        say(f"all of them: {os.path.relpath(report.remarks)}")
    if dry_run:
        say("nothing was written")


@contextmanager
def _bar() -> Iterator[OnProgress | None]:
    """A progress bar on stderr, with rows and rows a second; None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    shown = TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]:,.0f} a second")
    columns = (TextColumn("importing"), BarColumn(), TaskProgressColumn(), shown, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("importing", total=None, rows=0, speed=0.0)
        started, first = time.monotonic(), -1

        def tell(done: int, size: int, counts: ImportCounts) -> None:
            nonlocal first
            if first < 0:
                first = counts.read  # what an earlier run had read says nothing of our speed
            speed = (counts.read - first) / max(time.monotonic() - started, 0.001)
            progress.update(task, completed=done, total=size, rows=counts.read, speed=speed)

        yield tell
