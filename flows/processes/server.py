"""Finds the Prefect server of a project, or starts one beside this process for as long as it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.processes.api import ask
from flows.processes.logfile import short
from flows.processes.ports import bind
from flows.work.shop.settings import Settings
from nurture.errors import NurtureError, SettingError

START_SECONDS = 180
"""A fresh database takes twenty seconds on a small machine; a loaded one may take far longer."""

STOP_SECONDS = 15

CHILD = (sys.executable, "-P", "-m", "flows.processes.child")
"""The server's command. -P: it runs in the project's folder, which may hold a flows/ that is not ours."""


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """Where the API and its pages answer; whether this process started it, or PREFECT_API_URL names it."""

    url: str
    ours: bool
    named: bool = False

    @property
    def api(self) -> str:
        """The API's address, as PREFECT_API_URL wants it."""
        return f"{self.url}/api"


@contextlib.asynccontextmanager
async def local_server(settings: Settings, *, port: int | None = None) -> AsyncIterator[PrefectServer]:
    """The Prefect server that this process's flows report to, as long as the block runs.

    It is the one PREFECT_API_URL names, else the project's own if it is up, else a child of this process on
    `port` (any free one when None) with its database in .nurture/prefect. The environment of this process
    points to it inside the block.

    Raises:
        SettingError: the server that PREFECT_API_URL names does not answer, or the port is taken.
        NurtureError: the child did not come up; names its log.
    """
    async with contextlib.AsyncExitStack() as stack:
        server = await server_to_report_to(settings) if port is None else None
        if server is None:
            server = await stack.enter_async_context(_child(settings, port or 0))
        stack.enter_context(_environment(server_environment(settings, server)))
        stack.push_async_callback(_deliver_logs)
        yield server


KEPT = frozenset({"PREFECT_CLIENT_MAX_RETRIES", "PREFECT_LOGGING_LEVEL", "PREFECT_SERVER_LOGGING_LEVEL"})
"""The caller's PREFECT_* variables that a server of ours and its flows get. PREFECT_API_URL is read where the
server to report to is chosen. All others, such as a database, belong to another Prefect."""


def server_environment(settings: Settings, server: PrefectServer) -> dict[str, str | None]:
    """Prefect's environment variables: the API's address; no analytics, no stored results.

    A variable that is None is taken out. For the server that PREFECT_API_URL names, all others stay.
    """
    values: dict[str, str | None] = {
        "PREFECT_API_URL": server.api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        # Runs log to the server. What stops one is told once, by us: a terminal need not see tracebacks.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "CRITICAL"),
        "PREFECT_CLI_PROMPT": "false",
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"))),
    }
    if server.named:
        return values
    foreign = [name for name in os.environ if name.startswith("PREFECT_") and name not in KEPT]
    return {**dict.fromkeys(foreign), **values, "PREFECT_HOME": str(settings.state / "prefect")}


async def _named() -> PrefectServer | None:
    named = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not named:
        return None
    if not await asyncio.to_thread(is_healthy, named):
        raise SettingError(
            f"no Prefect server answers at {named}",
            hint="start it, or unset PREFECT_API_URL to use a local one",
        )
    return PrefectServer(named.removesuffix("/api"), ours=False, named=True)


async def server_to_report_to(settings: Settings) -> PrefectServer | None:
    """The server that PREFECT_API_URL names, else the project's own, if another process has started it.

    Raises:
        SettingError: the one that PREFECT_API_URL names does not answer.
    """
    return await _named() or await _running(settings)


async def _running(settings: Settings) -> PrefectServer | None:
    try:
        url = _address_file(settings).read_text(encoding="ascii").strip()
    except OSError:
        return None
    return PrefectServer(url, ours=False) if await asyncio.to_thread(is_healthy, f"{url}/api") else None


def is_healthy(api: str) -> bool:
    """Whether a Prefect API answers there."""
    return ask(f"{api}/health") is not None


@contextlib.asynccontextmanager
async def _child(settings: Settings, port: int) -> AsyncIterator[PrefectServer]:
    home = settings.state / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    listener = bind(port, "NURTURE_PREFECT_PORT", "the Prefect server")
    server = PrefectServer(f"http://127.0.0.1:{listener.getsockname()[1]}", ours=True)
    give, keep = os.pipe()
    os.set_inheritable(give, True)
    try:
        process = _spawn(settings, server, listener, give, home / "server.log")
    finally:
        listener.close()
        os.close(give)
    try:
        await _until_healthy(process, server, home / "server.log")
        _address_file(settings).write_text(server.url, encoding="ascii")
        async with short(home / "server.log"):
            yield server
    finally:
        _address_file(settings).unlink(missing_ok=True)
        os.close(keep)  # the child's sign to stop
        await asyncio.to_thread(_reap, process)


def _spawn(
    settings: Settings, server: PrefectServer, listener: socket.socket, pipe: int, log: Path
) -> subprocess.Popen[bytes]:
    listener.set_inheritable(True)
    changed = server_environment(settings, server)
    changed["PREFECT_UI_API_URL"] = server.api
    changed["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] = "events,flow_runs"
    merged = {**os.environ, **changed}
    environment = {name: value for name, value in merged.items() if value is not None}
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own module
            [*CHILD, str(listener.fileno()), str(pipe)],
            env=environment,
            cwd=log.parent,  # Prefect reads prefect.toml, pyproject.toml and .env where it is started
            pass_fds=(listener.fileno(), pipe),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )


async def _until_healthy(process: subprocess.Popen[bytes], server: PrefectServer, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not await asyncio.to_thread(is_healthy, server.api):
        if process.poll() is not None:
            raise NurtureError(f"the Prefect server ended while starting; its log is {log}", hint=_tail(log))
        if time.monotonic() > until:
            raise NurtureError(
                f"the Prefect server did not answer within {START_SECONDS} s; its log is {log}"
            )
        await asyncio.sleep(0.2)


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "the log is empty"


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _address_file(settings: Settings) -> Path:
    return settings.state / "prefect" / "nurture-server"


async def _deliver_logs() -> None:
    """Let Prefect's threads deliver the logs and events they hold, while the server still listens."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        drained: Any = worker.drain_all(timeout=5)  # an awaitable on a running loop, as here
        await drained


@contextlib.contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set these for the block, or take them out; Prefect, if it is loaded already, reads them again."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()
