"""An event API over a fresh store, its keys, and a client that posts to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from inbound.web.api.desk import ApiDesk
from inbound.web.app import make_app
from leadstore.events.keys import SourceKey, add_key, digest_of
from leadstore.releases import store_release
from leadstore.store import Store
from nurture.events.values import Scope
from nurture.links.web_tokens import Links
from tests.nurture.gate_world import project

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
ROOT_SECRET = "a key only used by these tests"
SECRET = "s" * 43
EVENTS = """\
events:
  Guide Downloaded: {signal: asset.downloaded, properties: {asset: slug}}
  Trial Started: trial.started
ignore: [Heartbeat]
"""


def files(events: str = EVENTS) -> dict[str, str]:
    """A small project with this events.yaml."""
    found = project("- send: hello")
    found["catalog.yaml"] += "signals: {trial.started: {plan: text, seats: number}}\n"
    return {**found, "events.yaml": events}


def key(name: str = "k1", **changed: Any) -> SourceKey:
    """A key of the website that may do everything."""
    usual: dict[str, Any] = {
        "source": "site",
        "digest": digest_of(SECRET),
        "scopes": frozenset(Scope),
        "made_at": NOW,
    }
    return SourceKey(name, **{**usual, **changed})


def put_key(store: Store, **changed: Any) -> str:
    """Store a key, and show it as its source sends it."""
    made = key(**changed)
    with store.begin() as tx:
        add_key(tx, made)
    return f"nk_{made.name}_{SECRET}"


class Clock:
    """The desk's clock, which a test may move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, span: timedelta) -> None:
        """Let this much time go by."""
        self.now += span


class Poster:
    """Posts to the API, as a source with a good key."""

    def __init__(self, client: httpx.AsyncClient, store: Store, desk: ApiDesk, clock: Clock) -> None:
        self.client, self.store, self.desk, self.clock = client, store, desk, clock

    async def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """One call."""
        return await self.client.post(f"/api/v1/{path}", json=body, **more)

    async def fates(self, path: str, body: Any) -> list[str]:
        """What became of each item."""
        answer = (await self.post(path, body)).json()
        return [one["status"] for one in answer.get("results", [answer])]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the store holds."""
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(text(query))]

    def signals(self) -> list[tuple[Any, ...]]:
        """Every signal: its type and its lead's address."""
        return self.rows(
            "SELECT s.type, a.address FROM signal s JOIN address a ON a.lead_id = s.lead_id AND a.current"
            " ORDER BY s.id"
        )


@asynccontextmanager
async def api(
    store: Store, shown: str | None = None, *, project_files: Mapping[str, str] | None = None, **desk: Any
) -> AsyncIterator[Poster]:
    """The whole web app with its API, and a client with a key that may do everything."""
    with store.begin() as tx:
        store_release(tx, "digest", project_files or files(), now=NOW)
    shown = put_key(store) if shown is None else shown
    clock = Clock()
    made = ApiDesk(store, [ROOT_SECRET], now=clock, fresh=0, **desk)
    app = make_app(None, Links([ROOT_SECRET], "https://mail.example.com"), company="Acme", api=made)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    auth = (shown, "") if shown else None
    async with httpx.AsyncClient(transport=transport, base_url="https://x.example", auth=auth) as client:
        yield Poster(client, store, made, clock)
