"""What whoever watches is told, with the database and the relay well and away."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from inbound.web import health
from inbound.web.app import make_app
from inbound.web.health import Look, Sight, soundness
from leadstore.database.schema import Schema
from leadstore.outbox.routes import close_route
from leadstore.store import Store, open_store
from leadstore.vitals import Vitals, note_tick, read_vitals
from nurture.deciding.routes import RELAY, Route
from nurture.errors import StoreGone
from nurture.links.web_tokens import Links
from nurture.words import Closing
from tests.builders import DAY, HOUR, NOON, add_enrolment, add_lead, add_release

RIGHT = Vitals(Schema("0002", "0001", ("0001", "0002")), ticked_at=NOON)
CLOSED = Route(
    RELAY, closed_until=NOON + HOUR, closings=1, cause=Closing.STOPPED, reply="no to ada@x.example"
)
NEWER = Schema("0009", "0008", ("0001", "0002"))
OLDER = Schema("0001", "0001", ("0001", "0002"))


class Desk:
    """A desk that nobody comes to."""

    async def withdraw_all(self, address_id: int, outbox_id: int, source: str) -> int:
        return 0


@asynccontextmanager
async def watcher(look: Look | None) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever watches the app that looks so."""
    app = make_app(Desk(), Links(["k" * 32], "https://x.example"), company="Atlas", look=look)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://x.example") as client:
        yield client


async def asked(look: Look | None) -> dict[str, int]:
    """The status of each address."""
    async with watcher(look) as client:
        return {path: (await client.get(path)).status_code for path in ("/live", "/ready", "/health")}


def gone() -> Vitals:
    """A look at a database that is away."""
    raise StoreGone("the store at postgresql://me@db.example is away")


@pytest.mark.parametrize(
    ("look", "live", "ready", "sound"),
    [
        (None, 200, 200, 200),
        (lambda: RIGHT, 200, 200, 200),
        (lambda: replace(RIGHT, relay=replace(CLOSED, closed_until=datetime.now(UTC) + DAY)), 200, 200, 503),
        (lambda: Vitals(NEWER), 200, 503, 503),
        (lambda: Vitals(OLDER), 200, 503, 503),
        (gone, 200, 503, 503),
        (lambda: 1 / 0, 200, 503, 503),
    ],
    ids=["no store", "all well", "relay closed", "newer schema", "older schema", "database away", "surprise"],
)
async def test_each_address_tells_its_truth(look: Look | None, live: int, ready: int, sound: int) -> None:
    """A process may live without its database, and serve pages without a relay; health wants all of it."""
    assert await asked(look) == {"/live": live, "/ready": ready, "/health": sound}


async def test_a_database_that_is_away_is_told_without_its_name() -> None:
    """The pages are public: no host, no user, no password."""
    async with watcher(gone) as client:
        answer = await client.get("/health")

    assert answer.json()["wrong"] == ["the database cannot be reached"]
    assert "db.example" not in answer.text


async def test_a_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask, one look hangs; each gets its answer in time, and the next look is made after it."""
    monkeypatch.setattr(health, "SECONDS", 0.05)
    monkeypatch.setattr(health, "FRESH", 0.0)
    looks, let_go = [], threading.Event()

    def hang() -> Vitals:
        looks.append(1)
        let_go.wait(10)
        return RIGHT

    sight = Sight(hang)
    began = time.monotonic()
    answers = [await sight.vitals() for _ in range(3)]
    waited, hanging = time.monotonic() - began, len(looks)
    let_go.set()

    assert (answers, hanging, waited < 5) == ([None] * 3, 1, True)
    assert await sight.vitals() == RIGHT


async def test_a_flood_is_one_look() -> None:
    """What was seen serves all who ask within a second."""
    looks = []

    def count() -> Vitals:
        looks.append(1)
        return RIGHT

    async with watcher(count) as client:
        for _ in range(20):
            await client.get("/health")

    assert len(looks) == 1


@pytest.mark.parametrize(
    ("vitals", "said"),
    [
        (RIGHT, []),
        (
            replace(RIGHT, relay=CLOSED),
            ["the relay is left alone until 2027-06-15T13:00:00+00:00: it does not"],
        ),
        (replace(RIGHT, relay=replace(CLOSED, closed_until=NOON)), []),
        (
            replace(RIGHT, relay=replace(CLOSED, closed_until=NOON), due_since=NOON),
            ["the relay has taken no letter since it was left alone: it does not"],
        ),
        (replace(RIGHT, due_since=NOON - HOUR), []),
        (
            replace(RIGHT, due_since=NOON - HOUR, ticked_at=NOON - HOUR),
            ["the last tick was at 2027-06-15T11:00:00+00:00, and something is due"],
        ),
        (
            replace(RIGHT, due_since=NOON - HOUR, ticked_at=None),
            ["nothing has ever ticked, and something is"],
        ),
    ],
    ids=["well", "closed", "to be tried", "tried with mail", "ticking", "no tick lately", "no tick ever"],
)
def test_what_is_wrong_is_said_in_words(vitals: Vitals, said: list[str]) -> None:
    """With what to type, and nothing that a relay has said."""
    wrong = soundness(vitals, NOON).wrong

    assert [one[: len(start)] for one, start in zip(wrong, said, strict=True)] == said
    assert "ada@" not in str(wrong)


def test_the_facts_are_told() -> None:
    """For machines: the schema, the relay, the last tick, and for how long the oldest has been due."""
    facts = soundness(replace(RIGHT, due_since=NOON - timedelta(seconds=90)), NOON).facts

    assert facts == {
        "database": "reachable",
        "schema": "0002",
        "relay": "open",
        "relay_closed_until": None,
        "last_tick": "2027-06-15T12:00:00+00:00",
        "oldest_due_seconds": 90,
    }


def test_vitals_are_read_from_the_store(store: Store) -> None:
    """The relay when it is troubled, the latest tick of any clock, and the oldest that is due."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
        add_enrolment(tx, lead_id, add_release(tx), due_at=NOON - HOUR)
        note_tick(tx, "up", "here-1", now=NOON - DAY)
        note_tick(tx, "once", "here-2", now=NOON - HOUR)
        close_route(tx, RELAY, None, now=NOON)

    with store.read() as tx:
        seen = read_vitals(tx, NOON)

    assert (seen.ticked_at, seen.due_since) == (NOON - HOUR, NOON - HOUR)
    assert (seen.schema.fits, seen.relay is not None and seen.relay.cause) == (True, Closing.OPERATOR)


def test_an_empty_database_has_a_schema_of_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And nothing more is asked of it."""
    empty = open_store(f"sqlite:///{tmp_path_factory.mktemp('empty')}/store.db")
    with empty.read() as tx:
        seen = read_vitals(tx, NOON)
    empty.close()

    assert (seen.schema.held, seen.schema.fits, seen.relay) == (None, False, None)
