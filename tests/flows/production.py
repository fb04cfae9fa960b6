"""A production system as docs/operations.md says: a Prefect server, deployments, and process workers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.processes.server import is_healthy

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
TROUBLE = re.compile(r"\b(ERROR|CRITICAL)\b|^Traceback")
QUICK = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_LOGGING_COLORS": "false",
    "NO_PROXY": "127.0.0.1,localhost",
}


class Production:
    """A server in a folder of its own, and workers of one project. Use it as a context manager."""

    def __init__(self, folder: Path, project: Path, settings: Mapping[str, str], database: str = "") -> None:
        self.folder, self.project = folder, project
        self.port = free_port()
        home = {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": self.api}
        if database:
            home["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
        ours = ("PREFECT_", "NURTURE_", "PYTHON", "COV")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.environment = {**clean, **QUICK, **home, "NURTURE_PROJECT": str(project), **settings}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Production:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.kill(name)

    @property
    def api(self) -> str:
        """Where the server's API answers."""
        return f"http://127.0.0.1:{self.port}/api"

    def start_server(self) -> None:
        """Start it, and wait until it answers."""
        self._start("server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        if not until(lambda: is_healthy(self.api), 120):
            raise AssertionError(f"the server did not start: {self.said('server')[-2000:]}")

    def deploy(self) -> None:
        """Make the pool and the deployments, with the words of the docs."""
        self.tell("prefect", "work-pool", "create", "nurture", "--type", "process")
        self.tell("prefect", "--no-prompt", "deploy", "--all")

    def start_worker(self, name: str) -> None:
        """A worker of the pool, started in the project's folder."""
        self._start(name, "prefect", "worker", "start", "--pool", "nurture", "--limit", "4", "--name", name)

    def tell(self, program: str, *words: str) -> str:
        """Run a command in the project's folder, to its end."""
        command = [str(BIN / program), *words]
        ran = subprocess.run(command, cwd=self.project, env=self.environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{' '.join(command)}: {ran.stdout[-2000:]} {ran.stderr[-2000:]}"
        return ran.stdout

    def kill(self, name: str) -> None:
        """Kill -9 one of them with all that it started: a machine that lost its power."""
        process = self.running.pop(name)
        for pid in [process.pid, *_descendants(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def owner_of(self, pid: int) -> str | None:
        """Which of them started this process."""
        return next((n for n, one in self.running.items() if pid in _descendants(one.pid)), None)

    def ask(self, path: str, question: Mapping[str, Any]) -> Any:
        """What the API answers."""
        request = urllib.request.Request(
            f"{self.api}/{path}", json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with _NO_PROXY.open(request, timeout=120) as answer:
            return json.load(answer)

    def miss(self, deployment: str, span: timedelta) -> None:
        """Let the server schedule the runs that no worker began in this span before now."""
        [found] = self.ask("deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
        now = datetime.now(UTC)
        wanted = {
            "start_time": (now - span).isoformat(),
            "end_time": now.isoformat(),
            "max_runs": 100,
            "min_runs": 100,
        }
        self.ask(f"deployments/{found['id']}/schedule", wanted)

    def scheduled_runs(self, deployment: str) -> list[dict[str, Any]]:
        """The runs of a deployment that the server scheduled by itself and that have come to an end."""
        of = {"deployments": {"name": {"any_": [deployment]}}}
        ended = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]}}}}
        runs: list[dict[str, Any]] = self.ask("flow_runs/filter", {**of, **ended, "limit": 200})
        return [run for run in runs if run["auto_scheduled"]]

    def said(self, name: str) -> str:
        """All that one of them wrote."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def troubles(self, *names: str) -> list[str]:
        """The lines that tell of an error."""
        return [line for name in names for line in self.said(name).splitlines() if TROUBLE.search(line)]

    def _start(self, name: str, program: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(BIN / program), *words],
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def until(found: Callable[[], Any], seconds: float, pause: float = 0.25) -> Any:
    """What was found, once it is; None when the time is up."""
    end = time.monotonic() + seconds
    while not (seen := found()) and time.monotonic() < end:
        time.sleep(pause)
    return seen or None


def new_project(folder: Path) -> Path:
    """The shipped files, as `nurture init` lays them out."""
    folder.mkdir()
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml", "prefect.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def shadow(project: Path) -> None:
    """Folders of the project's own that have the names of ours, and would break whoever imports them."""
    for name in ("flows", "console", "templates"):
        (project / name).mkdir(exist_ok=True)
        (project / name / "__init__.py").write_text(f"raise ImportError('this is {name}/ of the project')\n")


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, ()))
    for one in found:  # grows while it is walked
        found += children.get(one, ())
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            yield int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
