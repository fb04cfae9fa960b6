"""The wheel in a project that has folders of our packages' names: each process runs ours all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
FOLDERS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console", "templates")


@dataclass(frozen=True, slots=True)
class Installed:
    """A project of its own, and the environment in which the wheel alone is installed."""

    project: Path
    bin: Path
    tzpath: Path  # zone files of an old host, which give Paris the clock of Tokyo

    def run(self, *command: str, at: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*command),
            cwd=self.project / at,
            env=self.environment(more),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def command(self, *command: str) -> Sequence[str]:
        return (str(self.bin / command[0]), *command[1:])

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("NURTURE_", "PYTHON"))
        }
        ports = {f"NURTURE_{name}_PORT": "0" for name in ("WEB", "INBOX", "PREFECT")}
        return {**kept, **ports, "PYTHONTZPATH": str(self.tzpath), **more}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel beside the locked packages, without the checkout, and a project that `nurture init` began."""
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    wheel = (*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(folder), str(ROOT))
    subprocess.run(wheel, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    bin = folder / "env" / "bin"
    [packages] = (folder / "env").glob("lib/python*/site-packages")
    # A path that a .pth file adds is no site folder: the checkout's own .pth files there stay unread.
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    [built] = folder.glob("*.whl")
    install = (*pip, "--python", str(bin / "python"), "install", "--no-deps", "--no-index", str(built))
    subprocess.run(install, check=True, capture_output=True)
    zones = folder / "zones" / "Europe"
    zones.mkdir(parents=True)
    tokyo = Path(sysconfig.get_path("purelib"), "tzdata", "zoneinfo", "Asia", "Tokyo")
    (zones / "Paris").write_bytes(tokyo.read_bytes())
    place = Installed(folder / "project", bin, folder / "zones")
    place.project.mkdir()
    place.run("nurture", "init")
    for name in FOLDERS:
        (place.project / name).mkdir(exist_ok=True)
        (place.project / name / "__init__.py").write_text(f"raise SystemExit('{name}/ is the project’s')\n")
    return place


def test_check_runs_there(installed: Installed) -> None:
    """Marketers run it all day; Python's files among the templates are none of its business."""
    assert "0 errors" in installed.run("nurture", "check").stderr


def test_a_round_runs_there(installed: Installed) -> None:
    """With its Prefect server, which starts in the same folder."""
    assert "round" in installed.run("nurture", "run", "--once").stdout


def test_what_a_worker_starts_runs_there(installed: Installed) -> None:
    """`up` stands, and the command of a process worker does a run on its server: ours, at the right hour."""
    safe = {"PYTHONSAFEPATH": "1", "NURTURE_PROJECT": str(installed.project)}
    with subprocess.Popen(
        installed.command("nurture", "up", "--json"),
        cwd=installed.project,
        env=installed.environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as up:
        try:
            assert up.stdout is not None
            api = {"PREFECT_API_URL": json.loads(up.stdout.readline())["prefect"] + "/api"}
            run_id = begun(api["PREFECT_API_URL"])
            entry = {"PREFECT__FLOW_ENTRYPOINT": "flows.rescore.rescore"}
            engine = ("python", "-m", "prefect.engine", run_id)
            # A worker begins each run in a folder of its own: Prefect looks there before anywhere else.
            told = installed.run(*engine, at=".nurture", **safe, **api, **entry).stderr
            hour = installed.run("python", "-c", HOUR, **safe).stdout.strip()
        finally:
            up.send_signal(signal.SIGTERM)
            code = up.wait()

    assert "COMPLETED" in told.upper()
    assert (hour, code) == ("8", 0)


def begun(api: str) -> str:
    """The id of a new run of a flow, as a worker finds it."""
    flow = asked(f"{api}/flows/", {"name": "rescore"})
    return str(asked(f"{api}/flow_runs/", {"flow_id": flow["id"], "state": {"type": "PENDING"}})["id"])


def asked(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


HOUR = """
import flows
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
print(datetime(2027, 1, 15, 9, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC).hour)
"""
