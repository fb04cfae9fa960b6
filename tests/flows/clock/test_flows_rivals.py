"""Other clocks: schedules on a Prefect server, workers seen lately, and where Prefect is configured."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.clock.leader import refuse_beside_leader
from flows.clock.rivals import active_schedules, configured_api, refuse_rivals
from flows.processes.server import PrefectServer, server_environment
from flows.work.shop.settings import Settings
from leadstore.database.locks import take_lock
from leadstore.store import Store
from leadstore.vitals import note_tick
from nurture.errors import LockHeld

ACTIVE = {"entrypoint": "flows.tick.tick", "name": "every-minute", "schedules": [{"active": True}]}


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of somebody who has configured no Prefect."""
    for name in [one for one in os.environ if one.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def prefect() -> Iterator[tuple[str, list[dict[str, Any]], list[Any]]]:
    """A server that answers for its deployments: its API, what it has, and the rights it was asked with."""
    deployments: list[dict[str, Any]] = []
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.headers["Authorization"])
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(deployments).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api", deployments, asked
    server.shutdown()
    server.server_close()
    thread.join()


async def test_active_schedules_are_refused(
    store: Store, bare: Path, prefect: tuple[str, list[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deployments are named, and both ways out."""
    api, deployments, _ = prefect
    monkeypatch.setenv("PREFECT_API_URL", api)
    deployments.append(ACTIVE)

    with pytest.raises(LockHeld, match=r"flows\.tick\.tick/every-minute") as caught:
        await refuse_rivals(store)
    assert "pause its deployments" in caught.value.hint
    assert "set PREFECT_API_URL to nothing" in caught.value.hint


@pytest.mark.parametrize(
    "deployment",
    [{**ACTIVE, "paused": True}, {**ACTIVE, "schedules": [{"active": False}]}, {**ACTIVE, "schedules": []}],
    ids=["paused", "inactive", "on demand"],
)
def test_what_schedules_nothing_is_no_rival(
    prefect: tuple[str, list[Any], list[Any]], deployment: dict[str, Any]
) -> None:
    """A deployment that a person starts may stand beside any clock."""
    api, deployments, _ = prefect
    deployments.append(deployment)

    assert active_schedules(api) == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [("PREFECT_API_KEY", "Bearer k:y"), ("PREFECT_API_AUTH_STRING", "Basic azp5")],
)
def test_the_server_is_asked_with_the_users_rights(
    bare: Path,
    prefect: tuple[str, list[Any], list[Any]],
    name: str,
    sent: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prefect Cloud wants a key; a server of one's own may want a shared word."""
    api, _, asked = prefect
    monkeypatch.setenv(name, "k:y")

    active_schedules(api)

    assert asked == [sent]


async def test_a_server_that_does_not_answer_is_no_rival(
    store: Store, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be scheduled by what is away."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")

    await refuse_rivals(store)


async def test_a_worker_seen_lately_is_refused(store: Store, bare: Path) -> None:
    """Whatever server it follows: its ticks stand in the store, and who it is."""
    with store.begin() as tx:
        note_tick(tx, "deployment", "there-42", now=datetime.now(UTC) - timedelta(seconds=40))

    with pytest.raises(LockHeld, match=r"there-42 ticked 4\d seconds ago"):
        await refuse_rivals(store)


@pytest.mark.parametrize(("clockwork", "minutes"), [("deployment", 4), ("once", 0), ("up", 0)])
async def test_who_is_gone_or_is_no_deployment_is_no_rival(
    store: Store, bare: Path, clockwork: str, minutes: int
) -> None:
    """Deployments that were stopped are forgotten soon; the other clocks have the leader's lock."""
    with store.begin() as tx:
        note_tick(tx, clockwork, "there-42", now=datetime.now(UTC) - timedelta(minutes=minutes))

    await refuse_rivals(store)


PROFILES = 'active = "work"\n[profiles.work]\nPREFECT_API_URL = "http://profile/api"\n'


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("prefect.toml", '[api]\nurl = "http://file/api/"\n', "http://file/api"),
        ("pyproject.toml", '[tool.prefect.api]\nurl = "http://project/api"\n', "http://project/api"),
        (".prefect/profiles.toml", PROFILES, "http://profile/api"),
        (".prefect/profiles.toml", "broken [", None),
        ("prefect.toml", "", None),
    ],
)
def test_prefect_is_found_where_prefect_looks(bare: Path, file: str, text: str, found: str | None) -> None:
    """In the files of this folder, and in the active profile."""
    (bare / file).parent.mkdir(exist_ok=True)
    (bare / file).write_text(text)

    assert configured_api() == found


@pytest.mark.parametrize(("value", "found"), [("http://named/api/", "http://named/api"), ("", None)])
def test_the_environment_has_the_last_word(
    bare: Path, monkeypatch: pytest.MonkeyPatch, value: str, found: str | None
) -> None:
    """An empty PREFECT_API_URL says that there is no server."""
    (bare / "prefect.toml").write_text('[api]\nurl = "http://file/api"\n')
    monkeypatch.setenv("PREFECT_API_URL", value)

    assert configured_api() == found


def test_a_round_is_refused_beside_a_leader(store: Store) -> None:
    """And begins where nobody leads, leaving the lease to whoever comes."""
    refuse_beside_leader(store)
    free = take_lock(store, "clock", "elsewhere:1")
    assert free is not None

    with pytest.raises(LockHeld, match="elsewhere:1"):
        refuse_beside_leader(store)
    free.release()
    refuse_beside_leader(store)


HOSTILE = {
    "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://theirs",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://theirs",
    "PREFECT_API_KEY": "theirs",
    "PREFECT_PROFILE": "theirs",
    "PREFECT_PROFILES_PATH": "/theirs",
}


def test_the_callers_prefect_does_not_reach_ours(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is taken out but a few words, and what we say ourselves."""
    for name, value in {**HOSTILE, "PREFECT_LOGGING_LEVEL": "DEBUG"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(project=bare)

    changed = server_environment(settings, PrefectServer("http://127.0.0.1:4200", ours=True))

    assert {name: changed[name] for name in HOSTILE} == dict.fromkeys(HOSTILE)
    assert "PREFECT_LOGGING_LEVEL" not in changed
    assert changed["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert changed["PREFECT_HOME"] == str(bare / ".nurture" / "prefect")


def test_the_server_that_is_named_is_spoken_to_as_the_user_says(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key and its profile are meant for it."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)

    changed = server_environment(
        Settings(project=bare), PrefectServer("https://cloud", ours=False, named=True)
    )

    assert set(HOSTILE) & set(changed) == set()
    assert "PREFECT_HOME" not in changed
