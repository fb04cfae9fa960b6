"""`nurture outbox routes`, `close` and `reopen` on the command line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.app import call
from leadstore.outbox.routes import read_routes, write_routes
from leadstore.store import open_store
from nurture.deciding.routes import RELAY, Route
from nurture.words import Closing

ROOT = Path(__file__).parents[3]
SENDING = """\
sending:
  rate: 14 per second
  domains: {gmail.com: 60 per minute, others: 300 per minute}
  warm_up: {start: 2020-01-01, first_day: 200, growth: 1.001, up_to: 20000}
"""
NOW = datetime.now(UTC)
SLOW = Route(
    "big.example",
    closed_until=NOW + timedelta(hours=1),
    closings=2,
    cause=Closing.SLOW,
    code=421,
    reply="4.7.28 unusual rate",
    pace=6.0,
    paced_at=NOW + timedelta(days=1),  # not learned yet, so that it does not fade while the tests run
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project with a pace, applied, in the current folder."""
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    policy = tmp_path / "nurture.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + SENDING, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert call(["apply"]) == 0
    return tmp_path


def put(project: Path, *routes: Route) -> None:
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.begin() as tx:
        write_routes(tx, routes)
    store.close()


def stored(project: Path) -> dict[str, Route]:
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.read() as tx:
        found = read_routes(tx)
    store.close()
    return found


def test_all_is_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The relay and the domains that the policy names, with their pace; it exits 0."""
    code = call(["outbox", "routes"])

    out, err = capsys.readouterr()
    assert code == 0
    assert "the relay" in out
    assert "14 per second" in out
    assert "gmail.com" in out
    assert "touches that wait for a route: none" in err


def test_what_is_closed_says_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Until when, how often in a row, what it said, and the pace it has learned; it exits 1."""
    put(project, SLOW, Route(RELAY, since=NOW, taken=120, refused=3))

    code = call(["outbox", "routes"])

    out = capsys.readouterr().out
    assert code == 1
    assert "big.example: closed until" in out
    assert "time 2 in a row: it was away, busy, or said that we are too fast (421 4.7.28 unusual rate)" in out
    assert "10 per minute (slowed down)" in " ".join(out.split())
    assert "120 taken, 3 refused" in " ".join(out.split())


@pytest.mark.parametrize("cause", list(Closing))
def test_every_cause_has_words(project: Path, capsys: pytest.CaptureFixture[str], cause: Closing) -> None:
    """A route that a few letters try is told as such, whatever closed it."""
    put(project, replace(SLOW, cause=cause, probing=True, closings=1))

    code = call(["outbox", "routes"])

    told = capsys.readouterr().out
    assert code == 0
    assert ("closed by hand" if cause is Closing.OPERATOR else "a few letters try it") in told


def test_machines_read_all_of_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Instants are ISO text; the warm-up tells its day's share."""
    put(project, SLOW)
    capsys.readouterr()

    code = call(["outbox", "routes", "--json"])

    told = json.loads(capsys.readouterr().out)
    relay, slow, _ = told["routes"]
    assert code == 1
    assert (relay["name"], relay["state"], relay["rate"]) == ("relay", "open", "14 per second")
    assert relay["warm_up"]["used"] == 0
    assert 200 < relay["warm_up"]["limit"] < 20000
    assert (slow["name"], slow["state"], slow["closed_until"]) == (
        "big.example",
        "closed",
        SLOW.closed_until.isoformat() if SLOW.closed_until else "",
    )
    assert told["waiting"] == {}


def test_the_operator_closes_and_reopens(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A domain for two hours, the relay until it is opened; each says what it did."""
    codes = [
        call(["outbox", "close", "Gmail.COM", "--for", "2 hours"]),
        call(["outbox", "close", "relay"]),
        call(["outbox", "routes"]),
        call(["outbox", "reopen", "relay"]),
        call(["outbox", "reopen", "gmail.com"]),
        call(["outbox", "routes"]),
    ]

    out = capsys.readouterr().out
    assert codes == [0, 0, 1, 0, 0, 0]
    assert "gmail.com is closed until" in out
    assert "the relay is closed until it is reopened" in out
    assert "the relay: closed by hand, until it is reopened" in out
    assert "gmail.com is open; 0 letters may go in the next tick" in out
    assert not any(route.troubled for route in stored(project).values())


def test_a_route_whose_time_is_over_is_told_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is tried with the next letters; a domain that nobody hears of any more is not listed."""
    past = replace(SLOW, closed_until=NOW - timedelta(days=30))
    put(project, past, Route("idle.example", since=NOW - timedelta(days=2), taken=3))

    code = call(["outbox", "routes"])

    told = capsys.readouterr().out
    assert code == 0
    assert "big.example: was closed until" in told
    assert "is tried with the next letters" in told
    assert "idle.example" not in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reopen", "nowhere.example"], "there is no route 'nowhere.example'"),
        (["close", "not a domain"], "'not a domain' is no route"),
        (["close", "relay", "--for", "soon"], "`soon` is not a span"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """It exits 2, says what is wrong, and changes nothing."""
    code = call(["outbox", *words])

    assert code == 2
    assert said in capsys.readouterr().err
    assert stored(project) == {}
