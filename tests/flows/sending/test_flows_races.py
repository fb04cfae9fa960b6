"""Eight workers, each with a store of its own, race for one slot per lead."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flows.work.sending.advance import advance
from flows.work.signals.intake import intake
from leadstore.rows import outbox
from leadstore.store import Store, open_store
from tests.flows.workshop import files, workshop
from tests.nurture.gate_world import DAY, TUESDAY

WORKERS, LEADS = 8, 200
LOW = "- send: hello\n  over_cap: skip"


def project() -> dict[str, str]:
    """Two sequences entered by one signal; one mail a week, so only one of both can send."""
    found = files(LOW, "priority: 10\n", caps="1 per 7 days")
    high = files("- send: more", "priority: 90\n")["sequences/s.yaml"].replace(
        "sequence: s", "sequence: high"
    )
    return {**found, "sequences/high.yaml": high}


def work(url: str, folder: Path) -> Counter[str]:
    """One worker: its own connections, its own relay, until nothing is due."""
    store = open_store(url)
    try:
        shop = workshop(store, folder).shop
        return Counter(asyncio.run(_rounds(shop)))
    finally:
        store.close()


async def _rounds(shop: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for _ in range(4):
        counts = await advance(shop, TUESDAY, limit=20)
        total.update({name: n for name, n in counts.items() if isinstance(n, int)})
    counts = await advance(shop, TUESDAY)
    total.update({name: n for name, n in counts.items() if isinstance(n, int)})
    return dict(total)


async def test_workers_that_race_for_one_slot(store: Store, tmp_path: Path) -> None:
    """Never over the cap, the higher priority wins, and every touch is counted by one worker."""
    shop = workshop(store, tmp_path)
    shop.apply(project())
    for number in range(LEADS):
        shop.happens(shop.lead(f"lead{number}"), "form.submitted")
    await intake(shop.shop, TUESDAY)
    url = store.engine.url.render_as_string(hide_password=False)

    with ThreadPoolExecutor(WORKERS) as pool:
        loop = asyncio.get_running_loop()
        jobs = [loop.run_in_executor(pool, work, url, tmp_path) for _ in range(WORKERS)]
        counts: Counter[str] = sum(await asyncio.gather(*jobs), Counter())

    rows = shop.rows(outbox)
    sent = [row for row in rows if row.state == "sent"]
    assert (counts["sent"], counts["skipped"]) == (LEADS, LEADS)
    assert Counter(row.sequence for row in sent) == {"high": LEADS}
    assert max(Counter(row.address_id for row in sent).values()) == 1
    assert {row.state for row in rows} == {"sent", "skipped"}


async def test_the_loser_gets_its_turn(store: Store, tmp_path: Path) -> None:
    """What was deferred goes when its slot frees, whichever worker looks."""
    shop = workshop(store, tmp_path)
    found = project()
    shop.apply({**found, "sequences/s.yaml": found["sequences/s.yaml"].replace("    over_cap: skip\n", "")})
    shop.happens(shop.lead(), "form.submitted")
    await shop.tick()

    await shop.tick(TUESDAY + 7 * DAY)

    assert shop.subjects() == ["More", "Hello"]
