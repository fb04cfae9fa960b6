"""What runs where: the deployments, the bounds of the flows, the clock that goes on, and a safe path."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prefect import State
from prefect.states import Completed
from ruamel.yaml import YAML

from flows import handoff, intake, mailbox, rescore, retention, tick
from flows.clock.ticker import Clock
from flows.processes.server import CHILD
from flows.runs.options import TickOptions
from flows.runs.rounds import whole
from leadstore.store import open_store
from tests.flows.production import shadow
from tests.flows.workshop import Workshop, workshop

ROOT = Path(__file__).parents[3]
FLOWS = {
    "tick": tick,
    "intake": intake,
    "rescore": rescore,
    "mailbox": mailbox,
    "handoff": handoff,
    "retention": retention,
}


@pytest.fixture
def work(sqlite_url: str, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(open_store(sqlite_url), tmp_path)


def _deployments() -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
    return found


def test_every_deployment_is_named_after_its_flow() -> None:
    """One name each, and the module path that loads it."""
    said = [(one["name"], one["entrypoint"]) for one in _deployments()]

    assert sorted(said) == sorted((name, f"flows.{name}.{name}") for name in FLOWS)


def test_no_deployment_has_a_slot_that_a_dead_run_could_hold() -> None:
    """A limit of one would end all ticks with the first that dies."""
    assert [one["name"] for one in _deployments() if "concurrency_limit" in one] == []


def test_no_run_looks_for_modules_where_it_begins() -> None:
    """Whatever folders of our names lie there."""
    found = [one["work_pool"]["job_variables"]["env"] for one in _deployments()]

    assert found == [{"PYTHONSAFEPATH": "1"}] * len(FLOWS)


@pytest.mark.parametrize("name", FLOWS)
def test_a_run_ends_long_before_prefect_would_end_it(name: str) -> None:
    """Its own deadline comes first, with time to spare for what is being spoken."""
    flow = getattr(FLOWS[name], name)

    assert (flow.retries, flow.timeout_seconds > 1.5 * FLOWS[name].SECONDS) == (0, True)


def test_the_server_of_a_project_is_ours(tmp_path: Path) -> None:
    """The child starts in a folder that has a flows/ of its own, and loads the module that we mean."""
    shadow(tmp_path)

    ran = subprocess.run(CHILD, cwd=tmp_path, capture_output=True, text=True)

    assert ("IndexError" in ran.stderr, "of the project" in ran.stderr) == (True, False)


class Runs:
    """A flow that leaves work to its next runs, and then no more."""

    name = "nurture-fake"

    def __init__(self, *left: int) -> None:
        self.left = list(left)

    async def __call__(self, options: Any, return_state: bool) -> State[dict[str, Any]]:
        """One run."""
        behind = self.left.pop(0)
        return Completed(data={"sent": 2, "behind": behind, "unfinished": int(behind > 0)})


async def test_a_round_goes_on_until_nothing_is_left(work: Workshop) -> None:
    """What runs did is added up; what they left is what the last one left."""
    counts = await whole(work.shop, Runs(5, 3, 0), TickOptions())

    assert counts == {"sent": 6, "behind": 0, "unfinished": 0}


async def test_a_round_that_must_stop_leaves_the_rest(work: Workshop) -> None:
    """Ctrl-C comes before the backlog."""
    work.shop.stopping = True

    counts = await whole(work.shop, Runs(5, 3, 0), TickOptions())

    assert counts == {"sent": 2, "behind": 5, "unfinished": 1}


@pytest.mark.parametrize(("left", "jobs"), [(1, ["tick-on"]), (0, [])], ids=["unfinished", "done"])
async def test_the_clock_goes_on_at_once(work: Workshop, left: int, jobs: list[str]) -> None:
    """With much due, `up` does not wait for the next minute."""
    clock = Clock(work.shop, lambda name, counts: None)

    async def flow() -> dict[str, object]:
        return {"unfinished": left}

    await clock._run("tick", clock._tick, flow)

    assert [job.id for job in clock._scheduler.get_jobs()] == jobs
