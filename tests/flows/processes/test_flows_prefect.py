"""The flows on a real Prefect server, its deployments, and the whole system started and stopped."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows.processes.server import is_healthy, local_server
from flows.work.privacy.erase import Erasure, erase
from flows.work.shop.inbox import local_inbox
from flows.work.shop.settings import Settings, load_settings
from flows.work.shop.wire import Shop, open_shop
from leadstore.leads.lookup import find_lead
from leadstore.signals import append_signals
from leadstore.store import Store, open_store
from nurture.errors import MailboxError, NurtureError, StoreGone
from nurture.values import Delivery, Letter, NewSignal
from outbound.smtp.pool import Relay
from outbound.testing import LOST_AFTER_DOT, MemoryRelay
from tests.builders import NOON, add_consent, add_lead

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
MOMENT = NOON.isoformat()
TROUBLES = {
    "RelayDown": {"nurture-tick", "nurture-handoff"},
    "PartlySent": {"nurture-tick"},
    "MailboxDown": {"nurture-mailbox"},
    "DatabaseDown": {"nurture-tick"},
}
"""The names of trouble, and the flows that meet it on that day."""
SECRETS = ("leads.example", "verrou.example", "Adalgunde")
"""What must never reach Prefect: addresses of leads and of sellers, and a name."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a day in a project came to, and all that Prefect knows of it."""

    counts: dict[str, Any]
    again: dict[str, Any]
    broken: str
    runs: dict[str, list[tuple[str, str]]]  # flow -> (name of the run, name of its state)
    deployments: dict[str, dict[str, Any]]  # flow/deployment -> what the API says
    deployed: str
    settings: Settings
    found: dict[str, set[str]]  # name of a state of type FAILED -> the flows whose runs a query for it finds
    logged: str  # what the runs logged as warnings
    erased: Erasure  # of a lead who got a mail


class BrokenRelay:
    """A relay that fails as a driver might: quoting whom it was speaking to."""

    async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
        """Fail."""
        raise RuntimeError(f"lost Adalgunde at {letters[0].recipient}")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Two rounds of a project with three leads, one broken tick, and a deployment of prefect.yaml."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Prefect's clients leave sockets to the collector
        lived = asyncio.run(_live(load_settings(_project(tmp_path_factory.mktemp("day")))))
        gc.collect()
    return lived


def _project(folder: Path) -> Path:
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


async def _live(settings: Settings) -> Day:
    with local_inbox(settings, port=0) as settings:
        async with local_server(settings):
            from flows.intake import intake
            from flows.runs.conduct import conduct
            from flows.runs.options import RunOptions
            from flows.runs.rounds import one_round

            async with open_shop(settings, now=NOON) as shop:
                _arrive(shop.store, "ada", "form.submitted", asset="security-guide")
                _arrive(shop.store, "bob", "demo.requested")
                counts = await one_round(shop, MOMENT)
                again = await one_round(shop, MOMENT)
                erased = await _forget(shop)
                _arrive(shop.store, "cyd", "form.submitted", asset="security-guide")
                await conduct(shop, intake, RunOptions(now=MOMENT))
            async with open_shop(settings, relay=BrokenRelay(), now=NOON) as shop:
                broken = await _fail(shop)
            await _trouble(settings)
            deployed = await asyncio.to_thread(_deploy, settings)
            runs, deployments = await _ask_prefect()
            found = {name: await _find(name) for name in TROUBLES}
            logged = await _warnings()
    return Day(counts, again, broken, runs, deployments, deployed, settings, found, logged, erased)


async def _forget(shop: Shop) -> Erasure:
    """A lead gets its mail, the retention clock is looked at, and the lead is erased."""
    from flows.retention import retention
    from flows.runs.conduct import conduct
    from flows.runs.options import RetentionOptions, TickOptions
    from flows.tick import tick

    _arrive(shop.store, "zebulon", "form.submitted", asset="security-guide")
    await conduct(shop, tick, TickOptions(now=MOMENT))
    await conduct(shop, retention, RetentionOptions(now=MOMENT, daily=False))
    with shop.store.read() as tx:
        number = find_lead(tx, "zebulon")
    return erase(shop.settings, shop.store, [number], who="lead", now=NOON)


def _arrive(store: Store, name: str, what: str, **properties: Any) -> None:
    with store.begin() as tx:
        lead_id, address_id = add_lead(tx, name, first_name=name.title())
        add_consent(tx, address_id)
        append_signals(tx, [NewSignal(lead_id, what, NOON, "test", name, properties)], NOON)


async def _fail(shop: Shop) -> str:
    from flows.runs.rounds import one_round

    try:
        await one_round(shop, MOMENT)
    except NurtureError as error:
        return str(error)
    return "nothing failed"


async def _trouble(settings: Settings) -> None:
    """A touch nobody knows the end of, a relay that is away, a mailbox that is away, and no database."""
    from flows.handoff import handoff
    from flows.mailbox import mailbox
    from flows.runs.conduct import conduct
    from flows.runs.options import RunOptions, TickOptions
    from flows.tick import tick

    async with open_shop(settings, relay=MemoryRelay(lambda _: LOST_AFTER_DOT), now=NOON) as shop:
        _arrive(shop.store, "dan", "form.submitted", asset="security-guide")
        await conduct(shop, tick, TickOptions(now=MOMENT))
    dead = Relay(f"smtp://127.0.0.1:{_closed_port()}?starttls=never", 1)
    async with dead, open_shop(settings, relay=dead, now=NOON) as shop:
        _arrive(shop.store, "eve", "form.submitted", asset="security-guide")
        await conduct(shop, tick, TickOptions(now=MOMENT))
        _arrive(shop.store, "fay", "demo.requested")
        await conduct(shop, tick, TickOptions(now=MOMENT))
        await conduct(shop, handoff, RunOptions(now=MOMENT))
        away = {"mailbox_url": SecretStr(f"imap://nobody:hush@127.0.0.1:{_closed_port()}/?starttls=never")}
        unread = replace(shop, settings=settings.model_copy(update=away))
        gone = replace(shop, store=open_store("postgresql://nurture@127.0.0.1:1/none"))
        for other, flow in ((unread, mailbox), (gone, tick)):
            with contextlib.suppress(MailboxError, StoreGone):
                await conduct(other, flow, (TickOptions if flow is tick else RunOptions)(now=MOMENT))


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def _find(name: str) -> set[str]:
    """The flows that an automation's query finds: runs in a state of type FAILED, of that name."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": ["FAILED"]}, "name": {"any_": [name]}}})
    async with get_client() as client:
        flows = {flow.id: flow.name for flow in await client.read_flows()}
        return {flows[run.flow_id] for run in await client.read_flow_runs(flow_run_filter=wanted)}


async def _warnings() -> str:
    """What the runs logged as warnings; the handler sends them in batches."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter
    from prefect.logging.handlers import APILogWorker

    drained: Any = APILogWorker.drain_all(timeout=5)
    await drained
    async with get_client() as client:
        logs = await client.read_logs(LogFilter.model_validate({"level": {"ge_": 30, "le_": 30}}))
    return "\n".join(log.message for log in logs)


def _deploy(settings: Settings) -> str:
    script = [
        ["work-pool", "create", "nurture", "--type", "process"],
        ["--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml")],
    ]
    said = [
        subprocess.run(
            [sys.executable, "-m", "prefect", *words], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for words in script
    ]
    return said[-1].stdout


async def _ask_prefect() -> tuple[dict[str, list[tuple[str, str]]], dict[str, dict[str, Any]]]:
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        flows = {flow.id: flow.name for flow in await client.read_flows()}
        runs: dict[str, list[tuple[str, str]]] = {name: [] for name in flows.values()}
        for run in await client.read_flow_runs():
            if run.deployment_id is None:  # those that the schedules will start are not ours
                runs[flows[run.flow_id]].append((run.name, str(run.state_name)))
        deployments = {
            f"{flows[one.flow_id]}/{one.name}": one.model_dump(mode="json")
            for one in await client.read_deployments()
        }
    return runs, deployments


def test_a_round_sends_and_hands_over(day: Day) -> None:
    """The lead who asked for the guide gets it, and the one who asked for a demo gets a seller."""
    assert (day.counts["sent"], day.counts["handed_off"]) == (1, 1)


def test_the_inbox_holds_what_was_counted(day: Day) -> None:
    """Every message that was counted is in the Maildir, and no other."""
    kept = list((day.settings.state / "inbox" / "new").iterdir())

    assert len(kept) == day.counts["sent"] + day.counts["mails"]


def test_a_round_run_twice_is_a_round_run_once(day: Day) -> None:
    """At the same moment nothing is left to do."""
    assert (day.again["sent"], day.again["enrolled"], day.again["mails"]) == (0, 0, 0)


@pytest.mark.parametrize("flow", ["nurture-tick", "nurture-intake", "nurture-rescore", "nurture-handoff"])
def test_the_runs_are_on_the_server(day: Day, flow: str) -> None:
    """The operator finds each run under its flow, named after its moment."""
    assert f"{flow.removeprefix('nurture-')}/{MOMENT}" in {name for name, _ in day.runs[flow]}


def test_states_say_what_happened(day: Day) -> None:
    """A tick that sent, one that had nothing to do, and one that broke."""
    states = {state for _, state in day.runs["nurture-tick"]}

    assert states == {"Completed", "Failed", "NothingDue", *TROUBLES} - {"MailboxDown"}


@pytest.mark.parametrize("name", ["RelayDown", "PartlySent", "MailboxDown", "DatabaseDown"])
def test_a_query_for_failed_runs_finds_trouble(day: Day, name: str) -> None:
    """What was due and could not be done ends in a state of type FAILED, under a name to ask for."""
    assert day.found[name] == TROUBLES[name]


@pytest.mark.parametrize(
    "words",
    [
        "tick: RelayDown: the relay is closed: it does not answer",
        "handoff: RelayDown: the relay is closed",
        "tick: PartlySent: 1 touch whose end nobody knows",
        "mailbox: MailboxDown: ",
        "tick: DatabaseDown: the store at postgresql",
    ],
)
def test_the_log_of_a_run_tells_trouble(day: Day, words: str) -> None:
    """A warning says in words what the matter is."""
    assert words in day.logged


def test_a_broken_run_tells_where_but_not_whom(day: Day) -> None:
    """The error that leaves a flow names the kind and the place, and the command that shows the rest."""
    assert re.match(r"tick: RuntimeError at test_flows_prefect\.py:\d+ in send", day.broken)
    assert "leads.example" not in day.broken


@pytest.mark.parametrize("known", [MOMENT, "FlowFault", "rescored"])
def test_what_prefect_keeps_can_be_read(day: Day, known: str) -> None:
    """The search below sees into the database and into the pickles of its storage."""
    assert [path.name for path in _kept(day.settings) if known.encode() in _bytes(path)] != []


@pytest.mark.parametrize("secret", SECRETS)
def test_prefect_knows_no_lead(day: Day, secret: str) -> None:
    """No address and no name is in its database, its log or its storage, after runs that sent and failed."""
    found = [path.name for path in _kept(day.settings) if secret.encode() in _bytes(path)]

    assert found == []


def test_of_an_erased_lead_nothing_is_left(day: Day) -> None:
    """It got a mail; then neither the store, its log, the inbox nor Prefect has anything of it."""
    kept = [path for path in day.settings.state.rglob("*") if path.is_file()]

    assert day.erased.mails == 1
    assert [path.name for path in kept if b"zebulon" in _bytes(path).lower()] == []


@pytest.mark.parametrize(
    ("name", "entrypoint", "schedule"),
    [
        ("nurture-tick/tick", "flows.tick.tick", 45.0),
        ("nurture-intake/intake", "flows.intake.intake", None),
        ("nurture-rescore/rescore", "flows.rescore.rescore", "*/10 * * * *"),
        ("nurture-handoff/handoff", "flows.handoff.handoff", "* * * * *"),
        ("nurture-retention/retention", "flows.retention.retention", "20 4 * * *"),
    ],
)
def test_prefect_yaml_deploys(day: Day, name: str, entrypoint: str, schedule: str | float | None) -> None:
    """Each deployment is there, by its module path, with its schedule and without a limit."""
    deployment = day.deployments[name]

    assert (deployment["entrypoint"], deployment["work_pool_name"]) == (entrypoint, "nurture")
    active = [one["schedule"] for one in deployment["schedules"] if one["active"]]
    assert [one.get("cron", one.get("interval")) for one in active] == [schedule][: bool(schedule)]
    assert deployment["global_concurrency_limit"] is None


async def test_the_embedded_clock_warns_of_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """`nurture up` tells in words what its flows could not do, and reports their counts all the same."""
    from flows.clock.ticker import Clock, log

    log.addHandler(caplog.handler)  # importing Prefect takes the root's away
    told: list[Any] = []
    settings = Settings(project=ROOT, database_url="sqlite://")
    clock = Clock(Shop(settings, *[None] * 4), lambda *what: told.append(what))  # type: ignore[arg-type]

    async def run() -> dict[str, object]:
        return {"relay_shut": {"slow": 2}}

    await clock._run("tick", clock._tick, run)
    log.removeHandler(caplog.handler)

    assert told == [("tick", {"relay_shut": {"slow": 2}})]
    assert "tick: RelayDown: the relay is closed: it does not answer" in caplog.text


def _kept(settings: Settings) -> Iterator[Path]:
    return (path for path in (settings.state / "prefect").rglob("*") if path.is_file())


def _bytes(path: Path) -> bytes:
    """The file, and what is packed in it: Prefect keeps pickles as base64."""
    raw = path.read_bytes()
    packed = re.findall(rb"(?:[A-Za-z0-9+/]{4}\n?){10,}", raw)
    return raw + b"".join(base64.decodebytes(words) for words in packed)


@dataclass(frozen=True, slots=True)
class Life:
    """What a system said and did from its start to its end."""

    places: dict[str, str]
    web: str
    prefect_answered: bool
    second: subprocess.CompletedProcess[str]
    beside: subprocess.CompletedProcess[str]
    code: int
    errors: str
    left: bool
    hostile: Path


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """`nurture up` started, asked, started a second time, and ended by SIGTERM."""
    command, environment = _up(_project(tmp_path_factory.mktemp("up")))
    hostile = tmp_path_factory.mktemp("hostile") / "theirs.db"
    environment |= {
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{hostile}",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{hostile}",
        "PREFECT_API_URL": "http://127.0.0.1:1/api",
        "PREFECT_SERVER_API_BASE_PATH": "/elsewhere",
        "PREFECT_PROFILE": "theirs",
    }
    running = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    places = json.loads(running.stdout.readline())
    web = urllib.request.urlopen(f"{places['web']}/health", timeout=10).read().decode()
    answered = is_healthy(f"{places['prefect']}/api")
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    once = [*command[:3], "run", "--once", *command[4:]]
    beside = subprocess.run(once, env=environment, capture_output=True, text=True, timeout=60)
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=60)
    return Life(
        places, web, answered, second, beside, running.returncode, errors, _lives(running.pid), hostile
    )


def _up(project: Path) -> tuple[list[str], dict[str, str]]:
    ports = {f"NURTURE_{part}_PORT": "0" for part in ("INBOX", "WEB", "PREFECT")}
    return [sys.executable, "-m", "console", "up", "--json", "--project", str(project)], {
        **os.environ,
        **ports,
    }


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_up_prints_where_everything_is(life: Life) -> None:
    """Prefect's pages, the web app and the inbox; the first two answer by then."""
    assert set(life.places) == {"prefect", "web", "inbox", "maildir"}
    assert (json.loads(life.web)["status"], life.prefect_answered) == ("ok", True)


def test_a_second_up_on_the_same_store_is_refused(life: Life) -> None:
    """It says who leads, and exits 2."""
    assert life.second.returncode == 2
    assert "another `nurture up` leads this store" in life.second.stderr


def test_a_round_beside_up_is_refused(life: Life) -> None:
    """`nurture run --once` says who does its work already, and exits 2."""
    assert life.beside.returncode == 2
    assert "another `nurture up` leads this store: " in life.beside.stderr


def test_the_callers_prefect_stays_outside(life: Life) -> None:
    """`up` works beside a PREFECT_API_URL that is dead, and its server keeps to its own database."""
    assert list(Path(life.places["maildir"]).parent.glob("prefect/prefect.db"))
    assert not Path(life.hostile).exists()


def test_a_conducted_flow_takes_no_signal_over() -> None:
    """SIGTERM in the middle of a run must reach the clock, which stops in order."""
    from prefect import flow_engine

    from flows.runs.conduct import leave_signals_alone

    before = signal.getsignal(signal.SIGTERM)
    leave_signals_alone()
    with flow_engine.capture_sigterm():
        within = signal.getsignal(signal.SIGTERM)

    assert within == before


def test_up_stops_cleanly(life: Life) -> None:
    """SIGTERM ends it with 0, and no process of its group is left."""
    assert (life.code, life.left) == (0, False)
    assert "Traceback" not in life.errors


def test_a_killed_up_takes_the_server_along(tmp_path: Path) -> None:
    """The Prefect server watches a pipe of its parent, so that even kill -9 leaves nothing behind."""
    command, environment = _up(_project(tmp_path))
    running = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdout is not None
    api = json.loads(running.stdout.readline())["prefect"] + "/api"
    running.kill()
    running.communicate()

    assert _falls_silent(api)


def _falls_silent(api: str, tries: int = 150) -> bool:
    return any(not is_healthy(api) or _pause() for _ in range(tries))


def _pause() -> bool:
    signal.sigtimedwait([], 0.2)
    return False
