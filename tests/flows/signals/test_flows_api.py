"""From an event over HTTP to a score, a sequence and a mail: the doors and the engine together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.work.shop.front import web_app
from leadstore.events.keys import SourceKey, add_key, digest_of
from leadstore.rows import enrolment, lead
from leadstore.store import Store
from nurture.events.values import Scope
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY

HOUR = timedelta(hours=1)
SECRET = "s" * 43
STEPS = "- send: hello\n"
EVENTS = """\
events:
  Demo Form Sent: demo.requested
  Guide Got: {signal: asset.downloaded, set: {asset: guide}}
"""


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Workshop:
    """A shop whose sequence is opened by a guide, with a key for its website."""
    work = workshop(store, tmp_path)
    work.apply(files(STEPS, "enter: {on: asset.downloaded}\n") | {"events.yaml": EVENTS})
    with store.begin() as tx:
        may = frozenset(Scope)
        add_key(tx, SourceKey("web", "website", digest_of(SECRET), may, TUESDAY))
    return work


@pytest.fixture
async def site(town: Workshop) -> AsyncIterator[httpx.AsyncClient]:
    """The company's website, which posts to the shop's own web app."""
    transport = httpx.ASGITransport(await web_app(town.shop))
    auth = (f"nk_web_{SECRET}", "")
    async with httpx.AsyncClient(
        transport=transport, base_url="https://x.example/api/v1", auth=auth
    ) as client:
        yield client


async def post(site: httpx.AsyncClient, path: str, body: Any) -> dict[str, Any]:
    """One call, which goes well."""
    answer = await site.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_a_visitor_did_scores_and_enters_once_its_address_is_known(
    town: Workshop, site: httpx.AsyncClient
) -> None:
    """Anonymous first; then the form names it, and the next tick scores, enrols and writes."""
    await post(site, "track", {"messageId": "1", "anonymousId": "b7", "event": "Guide Got"})
    before = await town.tick(soon())
    known = {"email": "ada@leads.example", "anonymous": "b7", "consents": [{"topic": "guides"}]}
    told = await post(site, "leads", known)
    counts = await town.tick(soon())

    assert before.get("signals") is None
    assert (counts["signals"], counts["enrolled"]) == (1, 1)
    assert [row.lead_id for row in town.rows(enrolment)] == [told["lead"]]
    assert [row.engagement > 9 for row in town.rows(lead)] == [True]


def soon() -> datetime:
    """A tick after what was just posted: the web app goes by the machine's clock."""
    return datetime.now(UTC) + timedelta(seconds=1)


async def test_a_demo_that_is_asked_for_on_the_site_goes_to_a_seller(
    town: Workshop, site: httpx.AsyncClient
) -> None:
    """Posted twice, it is one offer; and the lead's story is read over HTTP as `nurture why` tells it."""
    person = {"userId": "u1", "traits": {"email": "ada@leads.example", "title": "Head"}}
    calls = [
        {"type": "identify", **person},
        {"type": "track", "messageId": "d", "userId": "u1", "event": "Demo Form Sent"},
    ]
    await post(site, "batch", {"batch": calls})
    await post(site, "batch", {"batch": calls})
    await town.tick(soon())
    story = (await site.get("/leads/key:u1/why")).json()

    assert story["mature"] is True
    assert [one["seller"] for one in story["handoffs"]] == ["Sam"]
    assert [one["type"] for one in story["signals"]] == ["demo.requested"]
    assert story["lead"]["address"] == "ada@leads.example"


async def test_a_signal_that_a_tick_cannot_work_on_is_set_aside(
    town: Workshop, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was posted with it goes on, and nothing is lost."""
    from flows.work.signals import intake

    whole = intake.apply_effects

    def poisoned(tx: Any, book: Any, batch: Any, **more: Any) -> None:
        if any(one.signal.properties.get("page") == "/poison" for one in batch):
            raise TypeError("cannot work on that")
        whole(tx, book, batch, **more)

    monkeypatch.setattr(intake, "apply_effects", poisoned)
    signals = [
        {"id": page, "type": "page.visited", "email": "ada@leads.example", "properties": {"page": page}}
        for page in ("/a", "/poison", "/b")
    ]
    await post(site, "signals", signals)
    counts = await town.tick(soon())

    assert (counts["signals"], counts["set_aside"]) == (2, 1)


async def test_looking_changes_nothing(town: Workshop, site: httpx.AsyncClient) -> None:
    """A story is read; no row is written."""
    told = await post(site, "leads", {"email": "ada@leads.example"})
    before = dump(town.shop.store)
    for path in (f"/leads/{told['lead']}/why", "/openapi.json", "/track", "/nothing"):
        await site.get(path)
        await site.head(path)

    assert dump(town.shop.store) == before


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    from sqlmodel import SQLModel

    with store.read() as tx:
        return {
            name: [tuple(row) for row in tx.execute(table.select())]
            for name, table in SQLModel.metadata.tables.items()
        }
