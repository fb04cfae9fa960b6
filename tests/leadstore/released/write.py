"""Writes a released schema's store, with leads in flight, as SQL: run once, in a checkout of the release.

    PYTHONPATH=. python PATH/TO/write.py sqlite:////tmp/made.db > 0002.sqlite.sql
    PYTHONPATH=. python PATH/TO/write.py postgresql://... --dumped-by pg_dump > 0002.postgresql.sql

The release's own code and its own test workshop write it; a file that is written stays as it is for ever.
All the people in it are invented.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import select

from flows.work.scoring.rescore import rescore
from flows.work.sending.letters import compose
from flows.work.sending.touches import TOUCHES, claim
from flows.work.signals.intake import intake
from leadstore.consents.grants import withdraw_all
from leadstore.outbox.letters import mark_started
from leadstore.rows import address
from leadstore.store import open_store
from outbound.testing import LOST_AFTER_DOT, MemoryRelay
from tests.flows.workshop import Workshop, workshop
from tests.nurture.gate_world import HOUR, TUESDAY

MINUTE = HOUR / 60

FOLLOW = """\
sequence: follow
title: Two letters about reviews
funnel: tofu
topic: guides
enter: {on: page.visited, when: 'signal.page == "pricing"'}
goal: demo.requested
steps:
  - send: white-paper/short-version
    repeat: allowed
  - wait: 8 days
  - send: white-paper/checklist
"""
HURRY = """\
sequence: hurry
title: News that is soon old
funnel: tofu
topic: guides
enter: {on: page.visited, when: 'signal.page == "news"'}
steps:
  - send: white-paper/checklist
    expires: 2 minutes
"""
ANSWERS = {
    "otto@leads.example": "451 4.3.0 try again later",
    "cleo@leads.example": "451 4.3.0 try again later",
    "dora@leads.example": LOST_AFTER_DOT,
    "emil@leads.example": "552 5.3.4 message too big",
    "fay@leads.example": "550 5.1.1 no such user",
}
ASKED = ("ada", "ben", "cleo", "dora", "emil", "fay", "gus", "hana")


def shelves() -> dict[str, str]:
    """The project that the release ships, and a sequence of our own."""
    names = [*Path().glob("*.yaml"), *Path("sequences").glob("*.yaml"), *Path("templates").rglob("*.j2")]
    found = {
        path.as_posix(): path.read_text(encoding="utf-8") for path in names if path.name != "prefect.yaml"
    }
    return {**found, "sequences/follow.yaml": FOLLOW, "sequences/hurry.yaml": HURRY}


async def live(work: Workshop) -> None:
    """A day and a bit of leads; it stops in the middle of everything."""
    work.shop.relay = MemoryRelay(ANSWERS.get)
    work.apply(shelves())
    fields = {"job_title": "Head of Security", "country": "FR", "zone": "Europe/Paris"}
    leads = {name: work.lead(name, first_name=name.title(), **fields) for name in ASKED}
    for name in ASKED:
        work.happens(leads[name], "form.submitted", asset="security-guide")
    leads["nora"] = work.lead("nora", first_name="Nora", language="fr", **fields)
    work.happens(leads["nora"], "page.visited", page="pricing")
    leads["jo"] = work.lead("jo", "pending", first_name="Jo", **fields)
    work.happens(leads["jo"], "page.visited", page="pricing")
    leads["otto"] = work.lead("otto", first_name="Otto", **fields)
    work.happens(leads["otto"], "page.visited", page="news")
    await work.tick(TUESDAY)
    await work.tick(TUESDAY + HOUR / 2)

    with work.shop.store.begin() as tx:
        withdraw_all(
            tx,
            tx.scalar(select(address.c.id).where(address.c.lead_id == leads["gus"])),
            TUESDAY + HOUR,
            "page",
        )
    work.happens(leads["ben"], "asset.downloaded", TUESDAY + HOUR, asset="security-guide")
    work.happens(leads["hana"], "call.requested", TUESDAY + HOUR)
    await work.tick(TUESDAY + HOUR)

    last = TUESDAY + HOUR + MINUTE
    for name, happened in (("ivo", "claimed"), ("lea", "started")):
        leads[name] = work.lead(name, first_name=name.title(), **fields)
        work.happens(leads[name], "form.submitted", last, asset="security-guide")
        await intake(work.shop, last)
        batch = claim(work.shop, last, 10)
        if happened == "started":
            letters, _ = compose(work.shop, TOUCHES, batch, batch.claims, last)
            with work.shop.store.begin() as tx:
                mark_started(tx, [c for c in batch.claims if c.lead_id == leads[name]], last)
            await work.shop.relay.send(list(letters), lambda: last)
    leads["iris"] = work.lead("iris", first_name="Iris", **fields)
    work.happens(leads["iris"], "demo.requested", last)
    await intake(work.shop, last)
    await rescore(work.shop, last)
    leads["kit"] = work.lead("kit", first_name="Kit", **fields)
    work.happens(leads["kit"], "form.submitted", last, asset="security-guide")


def dump(url: str, pg_dump: str | None) -> str:
    """The whole store as SQL, without what only one version of a server understands."""
    if pg_dump is None:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            return "\n".join(database.iterdump()) + "\n"
    options = ("--inserts", "--no-owner", "--no-privileges", "--no-comments")
    text = subprocess.run([pg_dump, *options, url], capture_output=True, text=True, check=True).stdout
    of_its_version = ("--", "SET ", "\\", "SELECT pg_catalog.set_config")
    return "".join(f"{line}\n" for line in text.splitlines() if line and not line.startswith(of_its_version))


def main() -> None:
    """Fill the store that is named, and write it out."""
    url, pg_dump = sys.argv[1], sys.argv[3] if "--dumped-by" in sys.argv else None
    store = open_store(url)
    store.migrate()
    asyncio.run(live(workshop(store, Path(tempfile.mkdtemp()))))
    store.close()
    sys.stdout.write(dump(url, pg_dump))


if __name__ == "__main__":
    main()
