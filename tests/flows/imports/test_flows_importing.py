"""Importing files: what goes in, what is rejected, and where it goes on after a crash."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from flows.work.imports import run
from flows.work.imports.map import MapRead, read_import_map
from flows.work.imports.records import LONGEST_LINE, MOST_LINES
from flows.work.imports.run import ImportReport, import_file, try_file
from leadstore.imports.runs import ImportTaken, Progress, advance_run
from leadstore.rows import address, lead, signal
from leadstore.store import Store, open_store
from nurture.errors import BookError, ClockError, ImportFault, ProjectError, StoreError

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
CATALOG = "topics: {guides: {title: guides}}\nattributes: {employees: number}\n"
MAP = """
source: crm
lead: {email: email, key: id, first_name: name, employees: size}
consents:
  - {topic: guides, state: granted, basis: imported}
  - {topic: all, state: withdrawn, basis: imported, when: status == "out"}
suppress:
  - when: status == "never"
signals:
  - {type: deal.won, when: status == "won"}
"""
HEADER = "id,email,name,size,status\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a map."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "nurture.yaml").write_text("")
    (folder / "catalog.yaml").write_text(CATALOG)
    (folder / "import.yaml").write_text(MAP)
    return folder


@pytest.fixture
def source(project: Path) -> MapRead:
    """The project's map."""
    return read_import_map(project, project / "import.yaml")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Store]:
    """One store is enough for what concerns the file."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def written(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    """A file to import."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def brought_in(store: Store, project: Path, file: Path, source: MapRead, **options: Any) -> ImportReport:
    """An import that ran to its end."""
    how = {"now": NOW, "live": True, **options}
    return import_file(store, file, source, project / "rejects", **how)


def counts(report: ImportReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: n for name, n in asdict(report.counts).items() if n}


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    """Line and reason of each rejected row, from the file."""
    assert report.rejects is not None
    with report.rejects.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return [(int(row[0]), row[1]) for row in list(csv.reader(file))[1:]]


def addresses(store: Store) -> list[str]:
    """Every address in the store."""
    with store.read() as tx:
        return sorted(tx.scalars(select(address.c.address)))


def people(n: int, bad: tuple[int, ...] = ()) -> str:
    """A CSV of so many leads; those at `bad` have no address."""
    rows = (f"k{i},{'' if i in bad else f'l{i}@x.example'},Name {i},{i},ok\n" for i in range(n))
    return HEADER + "".join(rows)


class Stumbling(Store):
    """A store whose transactions fail at the commit, as often as it is told."""

    failures = 0

    @contextmanager
    def begin(self, job: str = "") -> Iterator[Connection]:
        """A transaction that may be lost."""
        with super().begin(job) as tx:
            yield tx
            if tx.scalar(select(func.count()).select_from(lead)) and self.failures:
                self.failures -= 1
                raise StoreError("the commit was lost")


def test_a_file_goes_in(store: Store, project: Path, source: MapRead) -> None:
    """Counts add up: read = saved + unchanged + rejected; the same again saves none."""
    rows = "1,A@x.example,Ada,5,won\n2,b@x.example,Bob,,out\n3,c@x.example,Cleo,,never\n4,nobody,,,\n"
    file = written(project, HEADER + rows)

    first = brought_in(store, project, file, source)
    again = brought_in(store, project, file, source)

    said = {"read": 4, "rejected": 1, "suppressed": 1, "withdrawn": 1}
    assert counts(first) == {**said, "saved": 3, "signals": 1}
    assert counts(again) == {**said, "unchanged": 3}
    assert addresses(store) == ["a@x.example", "b@x.example", "c@x.example"]
    assert reasons(again) == [(5, "email: An email address must have an @-sign.")]


def test_json_lines_go_in(sqlite: Store, project: Path, source: MapRead) -> None:
    """One object a line; a line that is none is rejected alone."""
    good = json.dumps({"id": 1, "email": "é@x.example", "name": "Ada"})
    lines = [
        json.dumps({"id": 2, "email": "b@x.example", "size": 4}),
        "",
        "{",
        "[1]",
        '{"id": 3, "email": "c@x.example", "size": NaN}',
        '{"id": 4, "email": "d@x.example", "size": ' + "[" * 100_000,
        '{"id": 5, "email": "e@x.example", "name": "\\u0000"}',
        good,
    ]
    file = written(project, "\n".join(lines), "leads.jsonl")

    report = brought_in(sqlite, project, file, source)

    assert addresses(sqlite) == ["b@x.example", "e@x.example"]
    assert counts(report) == {"read": 7, "saved": 2, "rejected": 5, "cells_dropped": 1}
    assert report.first_remarks == ((7, "column name: first_name: holds a NUL character"),)
    assert report.rejects is not None
    kept = [json.loads(text) for text in report.rejects.read_text().splitlines()]
    assert [(one["line"], one["reason"][:24]) for one in kept] == [
        (3, "not JSON: Expecting prop"),
        (4, "not a JSON object"),
        (5, "not JSON that can be sto"),
        (6, "not JSON that can be sto"),
        (8, "email: Internationalized"),
    ]
    assert (kept[0]["row"], kept[-1]["name"]) == ("{", "Ada")


BROKEN = [
    pytest.param(b"2,b@x.example,Ren\xe9,,\n", "not utf-8: byte 0xe9 at byte 18 of the line", id="latin-1"),
    pytest.param(b"2,b@x.example,B\0b,,\n", "holds a NUL byte", id="nul"),
    pytest.param(b"2,b@x.example,Bob\n", "3 cells where the header has 5 columns", id="too-few"),
    pytest.param(b"2,b@x.example,Bob,1,ok,more\n", "6 cells where the header has 5 columns", id="too-many"),
    pytest.param(b'2,b@x.example,"Bob,,\n', "a quote opens here and is not closed", id="open-quote"),
    pytest.param(b'2,b@x.example,"Bob"by,,\n', "',' expected after '\"'", id="text-after-quote"),
    pytest.param(b"2,b@x.example,B\rob,,\n", "new-line character seen in unquoted field", id="bare-return"),
    pytest.param(b"2,b@x.example," + b"B" * LONGEST_LINE + b",,\n", "longer than 1 MiB", id="endless"),
]


@pytest.mark.parametrize(("broken", "why"), BROKEN)
def test_a_broken_row_costs_only_itself(
    sqlite: Store, project: Path, source: MapRead, broken: bytes, why: str
) -> None:
    """The rows before and after it go in, and it lies in the rejects with its line."""
    file = written(project, HEADER.encode() + b"1,a@x.example,Ada,,\n" + broken + b'3,c@x.example,"C, D",,\n')

    report = brought_in(sqlite, project, file, source)

    assert addresses(sqlite) == ["a@x.example", "c@x.example"]
    assert [line for line, _ in reasons(report)] == [3]
    assert why in reasons(report)[0][1]
    assert report.first_rejects == tuple(reasons(report))


@pytest.mark.parametrize("ending", ["", "\n"])
def test_an_open_quote_at_the_end_loses_nothing(
    sqlite: Store, project: Path, source: MapRead, ending: str
) -> None:
    """However far it would reach, the rows it would swallow go in."""
    swallowed = people(MOST_LINES + 50).removeprefix(HEADER).rstrip("\n")
    file = written(project, f'{HEADER}x,x@x.example,"open,,\n{swallowed}{ending}')

    report = brought_in(sqlite, project, file, source)

    assert counts(report) == {"read": MOST_LINES + 51, "saved": MOST_LINES + 50, "rejected": 1}


def test_a_quote_that_closes_in_the_wrong_place_loses_nothing(
    sqlite: Store, project: Path, source: MapRead
) -> None:
    """A record whose lines do not make up its columns is not one record."""
    file = written(project, HEADER + '1,a@x.example,"Ada,,\n2,b@x.example,Bob,1,"\n3,c@x.example,Cleo,,\n')

    report = brought_in(sqlite, project, file, source)

    assert addresses(sqlite) == ["c@x.example"]
    assert [line for line, _ in reasons(report)] == [2, 3]


def test_a_cell_may_span_lines(sqlite: Store, project: Path, source: MapRead) -> None:
    """Line ends, quotes and delimiters inside quotes belong to the cell; lines are counted all the same."""
    text = HEADER + '1,a@x.example,"Ada ""the""\r\nfirst, of\n all",,\r\n\r\n2,nobody,,,\r\n'
    file = written(project, "\ufeff" + text)

    report = brought_in(sqlite, project, file, source)

    with sqlite.read() as tx:
        assert tx.scalars(select(lead.c.first_name)).all() == ['Ada "the" first, of all']
    assert [line for line, _ in reasons(report)] == [6]


def test_a_map_may_name_encoding_and_delimiter(sqlite: Store, project: Path) -> None:
    """Exports of a European spreadsheet."""
    text = MAP.replace("source: crm", 'source: crm\nencoding: cp1252\ndelimiter: ";"')
    (project / "import.yaml").write_text(text)
    file = written(project, (HEADER + "1,a@x.example,René,,\n").replace(",", ";").encode("cp1252"))

    report = brought_in(sqlite, project, file, read_import_map(project, project / "import.yaml"))

    assert report.counts.saved == 1
    with sqlite.read() as tx:
        assert tx.scalars(select(lead.c.first_name)).all() == ["René"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        pytest.param("leads.csv", b"", "is empty", id="empty"),
        pytest.param("leads.csv", HEADER.encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param("leads.csv", b"PK\x03\x04zip", "a spreadsheet or an archive", id="xlsx"),
        pytest.param("leads.csv", b"\x1f\x8bgz", "compressed", id="gzip"),
        pytest.param("leads.csv", b"id,email\rx,y\r", "old Mac", id="mac"),
        pytest.param("leads.csv", b"id,email,id\n", "two columns called 'id'", id="twice"),
        pytest.param("leads.csv", b"id;email;name\n", "a single column", id="delimiter"),
        pytest.param("leads.csv", b"id,\xe9mail\n", "line 1 cannot be read: not utf-8", id="header-encoding"),
        pytest.param("leads.csv", b'id,"email\n', "line 1 cannot be read: a quote", id="header-quote"),
        pytest.param("leads.json", b' [{"id": 1}]', "one JSON list", id="json-list"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    sqlite: Store, project: Path, source: MapRead, name: str, content: bytes, why: str
) -> None:
    """With what it is and what to do, before anything is written."""
    with pytest.raises(ImportFault) as fault:
        brought_in(sqlite, project, written(project, content, name), source)

    assert why in fault.value.message
    assert fault.value.hint


@pytest.mark.parametrize(
    ("twice", "why"), [("", "the map has 7 faults"), ("email", "two columns called 'email'")]
)
def test_a_header_of_forty_thousand_columns_is_read_at_once(
    sqlite: Store, project: Path, source: MapRead, twice: str, why: str
) -> None:
    """Each is looked at once, not once for every other."""
    header = ",".join([*(f"c{n}" for n in range(40_000)), *([twice] * 2 if twice else [])])
    begun = time.process_time()

    with pytest.raises((ImportFault, BookError)) as fault:
        brought_in(sqlite, project, written(project, f"{header}\n"), source)

    assert why in str(fault.value)
    assert time.process_time() - begun < 2


def test_a_file_that_is_not_there_is_named(sqlite: Store, project: Path, source: MapRead) -> None:
    """Also a folder, and for a dry run."""
    with pytest.raises(ImportFault, match=r"absent\.csv cannot be read: No such file"):
        brought_in(sqlite, project, project / "absent.csv", source)
    with pytest.raises(ImportFault, match="cannot be read: Is a directory"):
        try_file(project, source, now=NOW)


def test_a_utf_16_map_cannot_be_read_line_by_line(sqlite: Store, project: Path) -> None:
    """The map names an encoding whose lines do not end in a line feed byte."""
    (project / "import.yaml").write_text("encoding: utf-16\n" + MAP)
    found = read_import_map(project, project / "import.yaml")

    with pytest.raises(ImportFault, match="utf-16"):
        brought_in(sqlite, project, written(project, HEADER), found)


def test_a_broken_map_imports_nothing(sqlite: Store, project: Path, source: MapRead) -> None:
    """All its faults are told: of its text, of the catalogue, and of the columns it needs."""
    (project / "import.yaml").write_text(MAP.replace("status ==", "status = =") + "more: 1\n")
    with pytest.raises(BookError, match="1 fault; nothing was imported") as unknown:
        read_import_map(project, project / "import.yaml")
    with pytest.raises(BookError, match="4 faults"):
        brought_in(
            sqlite,
            project,
            written(project, "id,email,name,size\n"),
            MapRead(_status_four_times(project), ""),
        )
    (project / "catalog.yaml").write_text("topics: [")
    with pytest.raises(BookError, match="the catalogue has faults"):
        read_import_map(project, project / "import.yaml")

    assert [fault.code for fault in unknown.value.faults] == ["NUR012"]
    assert addresses(sqlite) == []


def _status_four_times(project: Path) -> Any:
    (project / "import.yaml").write_text(MAP + "  - {type: demo.requested, when: status}\n")
    return read_import_map(project, project / "import.yaml").map


def test_a_map_that_cannot_be_read_is_named(project: Path) -> None:
    """Absent, or not text."""
    with pytest.raises(ImportFault, match=r"absent\.yaml cannot be read"):
        read_import_map(project, project / "absent.yaml")
    with pytest.raises(ImportFault, match="not UTF-8"):
        read_import_map(project, written(project, b"\xff", "map.yaml"))
    with pytest.raises(ProjectError):
        read_import_map(project.parent, project / "import.yaml")


def test_a_dry_run_writes_nothing(project: Path, source: MapRead) -> None:
    """It counts and shows the rejects; neither a store nor a file is made."""
    file = written(project, people(30, bad=tuple(range(12))))
    before = sorted(project.rglob("*"))
    heard: list[int] = []

    report = try_file(file, source, now=NOW, on_progress=lambda done, size, so_far: heard.append(so_far.read))

    assert counts(report) == {"read": 30, "saved": 18, "rejected": 12}
    assert len(report.first_rejects) == 10
    assert report.rejects is None
    assert heard == [30]
    assert sorted(project.rglob("*")) == before


class Pulled(Exception):
    """The plug, in a test."""


def pulled_after(batches: int) -> Any:
    """A progress that ends the process after so many batches."""
    told = iter(range(batches + 1))

    def tell(done: int, size: int, so_far: object) -> None:
        if next(told) == batches:
            raise Pulled

    return tell


def test_an_import_goes_on_where_it_broke_off(store: Store, project: Path, source: MapRead) -> None:
    """Nothing twice, nothing lost, each reject once; the counts are those of the whole file."""
    file = written(project, people(100, bad=(3, 25, 47, 99)))
    with pytest.raises(Pulled):
        brought_in(store, project, file, source, batch=10, on_progress=pulled_after(4))

    report = brought_in(store, project, file, source, batch=10)

    assert report.resumed_at == 40
    assert counts(report) == {"read": 100, "saved": 96, "rejected": 4}
    assert [line for line, _ in reasons(report)] == [5, 27, 49, 101]
    assert len(addresses(store)) == 96


def test_a_lost_commit_is_tried_again(sqlite_url: str, project: Path, source: MapRead) -> None:
    """Another writer was first: the batch comes in once, and its rejects are written once."""
    file = written(project, people(20, bad=(3, 13)))
    stumbling = Stumbling(sqlite_url)
    stumbling.failures = 2

    report = brought_in(stumbling, project, file, source, batch=10)
    stumbling.close()

    assert counts(report) == {"read": 20, "saved": 18, "rejected": 2}
    assert [line for line, _ in reasons(report)] == [5, 15]


def test_a_commit_that_stays_lost_is_an_error(sqlite_url: str, project: Path, source: MapRead) -> None:
    """And the next run takes the rejects of the lost batch back."""
    file = written(project, people(20, bad=(3, 13)))
    stumbling = Stumbling(sqlite_url)
    stumbling.failures = 3
    with pytest.raises(StoreError, match="the commit was lost"):
        brought_in(stumbling, project, file, source, batch=10)

    report = brought_in(stumbling, project, file, source, batch=10)
    stumbling.close()

    assert report.resumed_at == 0
    assert [line for line, _ in reasons(report)] == [5, 15]


@pytest.mark.parametrize("error", [RecursionError("deep"), TypeError("no"), MemoryError()], ids=repr)
def test_a_row_that_raises_is_rejected_and_the_others_come_in(
    store: Store, project: Path, source: MapRead, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever a row does as it is saved, it is rejected with its reason; so with one that cannot be read."""
    file = written(project, people(20))
    saves = run.save_batch

    def chokes(tx: Any, rows: Any, now: Any, live: bool, memory: Any) -> Any:
        if any(row.line == 7 for row in rows):
            raise error
        return saves(tx, rows, now, live, memory)

    monkeypatch.setattr(run, "save_batch", chokes)

    report = brought_in(store, project, file, source, batch=10)

    assert counts(report) == {"read": 20, "saved": 19, "rejected": 1}
    assert [(line, why.partition(":")[0]) for line, why in reasons(report)] == [(7, type(error).__name__)]


def test_two_processes_do_not_import_the_same_file_at_once(
    sqlite: Store, project: Path, source: MapRead
) -> None:
    """Whoever sees that the other went on stops, and says so."""
    file = written(project, people(30))

    def interfere(done: int, size: int, so_far: Any) -> None:
        with sqlite.begin() as tx:
            digest = tx.exec_driver_sql("SELECT digest FROM import_run").scalar_one()
            advance_run(tx, digest, so_far.read, Progress(so_far.read + 10, {}))

    with pytest.raises(ImportTaken, match="another process is importing this file"):
        brought_in(sqlite, project, file, source, batch=10, on_progress=interfere)


def test_rejects_of_a_mended_file_do_not_stay(sqlite: Store, project: Path) -> None:
    """The same file with a mended map leaves no rejects of its own."""
    file = written(project, HEADER + "1,a@x.example,Ada,5 people,ok\n")
    found = read_import_map(project, project / "import.yaml").strictly()
    strict = brought_in(sqlite, project, file, found)
    (project / "import.yaml").write_text(
        MAP.replace("employees: size", "first_name: name").replace("first_name: name, ", "", 1)
    )

    report = brought_in(sqlite, project, file, read_import_map(project, project / "import.yaml"))

    assert strict.counts.rejected == 1
    assert (counts(report), report.rejects) == ({"read": 1, "saved": 1}, None)


def test_rejects_are_for_their_owner_only(sqlite: Store, project: Path, source: MapRead) -> None:
    """They hold names and addresses; the row is there as it stood."""
    file = written(project, HEADER + "1,nobody,Ada,5,ok\n")

    report = brought_in(sqlite, project, file, source)

    assert report.rejects is not None
    assert report.rejects.stat().st_mode & 0o077 == 0
    assert report.rejects.name.startswith("leads.csv-")
    lines = report.rejects.read_text().splitlines()
    assert lines[0] == "line,reason,id,email,name,size,status"
    assert lines[1].endswith(",1,nobody,Ada,5,ok")


def test_rejects_that_cannot_be_written_stop_the_import(
    sqlite: Store, project: Path, source: MapRead
) -> None:
    """Better than to lose them: nothing of the batch goes in."""
    (project / "rejects").write_text("a file, not a folder")
    file = written(project, HEADER + "1,nobody,,,\n2,b@x.example,,,\n")

    with pytest.raises(ImportFault, match="rejected rows cannot be written"):
        brought_in(sqlite, project, file, source)

    assert addresses(sqlite) == []


def test_a_row_about_two_people_is_rejected(sqlite: Store, project: Path, source: MapRead) -> None:
    """What only the store can know is a reject like any other, in its place."""
    file = written(project, HEADER + "1,a@x.example,,,\n2,A@x.example,,,\n3,nobody,,,\n")

    report = brought_in(sqlite, project, file, source)

    assert [line for line, _ in reasons(report)] == [3, 4]
    assert "belongs to the lead with the key '1'" in reasons(report)[0][1]


def test_the_clock_never_goes_back(sqlite: Store, project: Path, source: MapRead) -> None:
    """An import is seen by the store's clock as any other work."""
    brought_in(sqlite, project, written(project, people(1)), source)

    with pytest.raises(ClockError):
        brought_in(sqlite, project, written(project, people(2)), source, now=NOW - timedelta(days=1))


def test_history_and_live_are_two_imports(sqlite: Store, project: Path, source: MapRead) -> None:
    """What came in as history can be woken by importing it live."""
    file = written(project, people(3))
    brought_in(sqlite, project, file, source, live=False)

    woken = brought_in(sqlite, project, file, source, live=True)

    assert counts(woken) == {"read": 3, "saved": 3}


def test_signals_say_whether_they_are_live(sqlite: Store, project: Path, source: MapRead) -> None:
    """History wakes nobody."""
    brought_in(sqlite, project, written(project, HEADER + "1,a@x.example,,,won\n"), source, live=False)

    with sqlite.read() as tx:
        assert tx.scalars(select(signal.c.live)).all() == [False]


DANGEROUS = ["=HYPERLINK(1)", "+33 1 23 45 67 89", "-5", "@SUM(A1)", "'=1", "'tis", " \t=1"]


def test_rejects_are_no_formulas_and_come_back(sqlite: Store, project: Path) -> None:
    """No cell of theirs is run by a spreadsheet, and they go in again by the same map, unchanged in value."""
    rows = project / "leads.csv"
    with rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mail", "=company"])
        writer.writerows([f"=no{n}", cell] for n, cell in enumerate(DANGEROUS))
    (project / "odd.yaml").write_text("source: crm\nlead: {email: mail, job_title: 'row[\"=company\"]'}\n")
    mapping = read_import_map(project, project / "odd.yaml")

    first = import_file(sqlite, rows, mapping, project / "rejects", now=NOW, live=False)
    assert first.rejects is not None
    written = first.rejects.read_text(encoding="utf-8")
    with first.rejects.open(encoding="utf-8", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in tuple("=+-@\t\r")]
    mended = project / "mended.csv"
    mended.write_text(re.sub(r"'=no(\d)", r"lead\1@x.example", written), encoding="utf-8")
    again = import_file(sqlite, mended, mapping, project / "rejects", now=NOW, live=False)

    assert (again.counts.saved, again.counts.rejected) == (len(DANGEROUS), 0)
    with sqlite.read() as tx:
        assert list(tx.scalars(select(lead.c.job_title).order_by(lead.c.id))) == [
            c.strip() for c in DANGEROUS
        ]
