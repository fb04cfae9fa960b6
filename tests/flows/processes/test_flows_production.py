"""Prefect's own schedule: a real server schedules what prefect.yaml deploys, and a real worker runs it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from leadstore.rows import signal
from leadstore.signals import append_signals
from leadstore.store import open_store
from nurture.values import NewSignal
from tests.builders import add_lead
from tests.flows.debian_postgres import MISSING, debian_postgres, programs
from tests.flows.production import Production, free_port, new_project, shadow, until

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

MISSED = 30
"""Minutes for which no worker ran; on PostgreSQL, as a server on SQLite is not built for so many."""
NAMES = {"tick", "intake", "rescore", "mailbox", "handoff", "retention"}


@dataclass(frozen=True, slots=True)
class Morning:
    """What a server and a worker came to in their first minutes."""

    deployments: list[dict[str, Any]]
    runs: dict[str, list[dict[str, Any]]]  # by deployment: those that the server scheduled, ended
    taken_in: bool
    troubles: list[str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def morning(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """A server on this kind of database, deployed to as the docs say, and a worker in a project that has
    folders of our names."""
    with contextlib.ExitStack() as stack:
        database = ""
        if request.param == "postgresql":
            found = programs()
            if found is None:
                pytest.skip(MISSING)
            database = stack.enter_context(debian_postgres(found, free_port()))
        folder = tmp_path_factory.mktemp("production")
        project = new_project(folder / "project")
        settings = {"NURTURE_SECRET_KEYS": "a" * 40, "NURTURE_DATABASE_URL": f"sqlite:///{folder}/store.db"}
        made = stack.enter_context(Production(folder, project, settings, database))
        return _live(made, settings["NURTURE_DATABASE_URL"], missed=bool(database))


def _live(made: Production, url: str, missed: bool) -> Morning:
    made.tell("nurture", "apply")
    _arrive(url)
    made.start_server()
    made.deploy()
    shadow(made.project)
    if missed:
        made.miss("tick", timedelta(minutes=MISSED))
    made.start_worker("one")
    until(lambda: all(_done(made.scheduled_runs(name)) for name in ("tick", "handoff")), 150, pause=1)
    return Morning(
        deployments=made.ask("deployments/filter", {}),
        runs={name: made.scheduled_runs(name) for name in NAMES},
        taken_in=_is_taken_in(url),
        troubles=made.troubles("server", "one"),
    )


def _done(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those that were dropped because they were late."""
    return [run for run in runs if run["state_name"] != "Dropped"]


def _arrive(url: str) -> None:
    store = open_store(url)
    now = datetime.now(UTC)
    with store.begin() as tx:
        lead_id, _ = add_lead(tx, "ada")
        append_signals(tx, [NewSignal(lead_id, "page.visited", now, "test", "1", {"url": "/"})], now)
    store.close()


def _is_taken_in(url: str) -> bool:
    store = open_store(url)
    with store.read() as tx:
        pending = tx.scalar(select(func.count()).where(signal.c.pending))
    store.close()
    return pending == 0


def test_every_deployment_has_its_own_name(morning: Morning) -> None:
    """Operators name a deployment by one word, and none keeps a second run of its kind from beginning."""
    assert sorted(one["name"] for one in morning.deployments) == sorted(NAMES)
    assert [one["name"] for one in morning.deployments if one["global_concurrency_limit"]] == []


@pytest.mark.parametrize("name", ["tick", "handoff"])
def test_what_the_server_scheduled_is_done(morning: Morning, name: str) -> None:
    """Nobody asked for these runs but the schedule, and the worker brought each to a good end."""
    assert {run["state_type"] for run in _done(morning.runs[name])} == {"COMPLETED"}


@pytest.mark.parametrize("morning", ["postgresql"], indirect=True)
def test_after_an_outage_few_runs_do_the_work_of_all(morning: Morning) -> None:
    """The ticks that no worker began are dropped by the first that begin, and not begun in a row."""
    dropped = len(morning.runs["tick"]) - len(_done(morning.runs["tick"]))

    assert dropped > MISSED / 2


def test_a_run_does_the_work(morning: Morning) -> None:
    """The signal that had come in is taken in: beside folders of our names, the run found what is ours."""
    assert morning.taken_in


def test_nobody_complains(morning: Morning) -> None:
    """No error stands in what the server or the worker wrote."""
    assert morning.troubles == []
