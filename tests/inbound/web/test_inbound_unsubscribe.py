"""From the link in a message to the withdrawn consent, over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from sqlalchemy import Connection, select

from inbound.web.app import make_app
from inbound.web.unsubscribe import StoreDesk
from leadstore.rows import consent, consent_change, enrolment
from leadstore.store import Store, open_store
from nurture.links.web_tokens import Links
from tests.builders import DAY, NOON, add_consent, add_enrolment, add_lead, add_release

LINKS = Links(["a key only used by these tests"], "https://mail.example.com")
LATER = NOON + DAY


def later() -> datetime:
    """When the lead leaves: a day after everything else."""
    return LATER


def link(address_id: int) -> str:
    """The path that message 41 carried."""
    return LINKS.unsubscribe_url(address_id, 41).removeprefix("https://mail.example.com")


def states(tx: Connection, address_id: int) -> dict[str, tuple[str, str, str, datetime]]:
    """What an address says now, by topic."""
    rows = tx.execute(select(consent).where(consent.c.address_id == address_id))
    return {row.topic: (row.state, row.source, row.proof, row.at) for row in rows}


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the app and a real store."""
    app = make_app(StoreDesk(store, later), LINKS, company="Atlas")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://x") as browser:
        yield browser


async def test_post_withdraws_every_topic(store: Store, client: httpx.AsyncClient) -> None:
    """One POST withdraws all topics of that address, with its source, proof and moment."""
    with store.begin() as tx:
        _, ada = add_lead(tx)
        add_consent(tx, ada, "guides")
        add_consent(tx, ada, "events")
    answer = await client.post(link(ada), data={"List-Unsubscribe": "One-Click"})
    with store.read() as tx:
        found = states(tx, ada)

    assert answer.status_code == 200
    assert {found["guides"], found["events"]} == {("withdrawn", "one-click", "outbox 41", LATER)}


async def test_others_stay(store: Store, client: httpx.AsyncClient) -> None:
    """Nobody else is unsubscribed."""
    with store.begin() as tx:
        _, ada = add_lead(tx)
        _, bob = add_lead(tx, "bob")
        add_consent(tx, ada)
        add_consent(tx, bob)
    await client.post(link(ada))
    with store.read() as tx:
        found = states(tx, bob)

    assert found["guides"][0] == "granted"


async def test_looking_records_nothing(store: Store, client: httpx.AsyncClient) -> None:
    """GET and HEAD leave the store as it was."""
    with store.begin() as tx:
        _, ada = add_lead(tx)
        add_consent(tx, ada)
    await client.get(link(ada))
    await client.head(link(ada))
    with store.read() as tx:
        found = states(tx, ada)

    assert [state for state, *_ in found.values()] == ["granted"]


async def test_leaving_many_times_at_once_counts_once(store: Store, client: httpx.AsyncClient) -> None:
    """Ten clicks at the same moment write one withdrawal into the history of each topic."""
    with store.begin() as tx:
        _, ada = add_lead(tx)
        add_consent(tx, ada)
    answers = await asyncio.gather(*(client.post(link(ada)) for _ in range(10)))
    with store.read() as tx:
        topics = list(tx.scalars(select(consent_change.c.topic).where(consent_change.c.address_id == ada)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(topics) == len(set(topics))


async def test_lead_without_consents_can_leave(store: Store, client: httpx.AsyncClient) -> None:
    """An address that never said anything can leave too, and that is kept."""
    with store.begin() as tx:
        _, ada = add_lead(tx)
    answer = await client.post(link(ada))
    with store.read() as tx:
        found = states(tx, ada)

    assert answer.status_code == 200
    assert [state for state, *_ in found.values()] == ["withdrawn"]


async def test_gate_looks_again_at_once(store: Store, client: httpx.AsyncClient) -> None:
    """An enrolment that waited for next week is looked at in the next tick."""
    with store.begin() as tx:
        lead_id, ada = add_lead(tx)
        add_consent(tx, ada)
        run = add_enrolment(tx, lead_id, add_release(tx), due_at=NOON + 7 * DAY)
    await client.post(link(ada))
    with store.read() as tx:
        due_at = tx.scalar(select(enrolment.c.due_at).where(enrolment.c.id == run))

    assert due_at == LATER


async def test_store_that_is_away(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without a usable store the page says that nothing was recorded."""
    empty = open_store(f"sqlite:///{tmp_path_factory.mktemp('empty')}/store.db")
    app = make_app(StoreDesk(empty), LINKS, company="Atlas")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://x") as browser:
        answer = await browser.post(link(7))
    empty.close()

    assert answer.status_code == 503
