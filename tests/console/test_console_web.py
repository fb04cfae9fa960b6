"""`nurture web`: the pages of a machine of its own, until it is asked to stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_web_serves_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    """It says where, answers there, and SIGTERM ends it with 0."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    serving = subprocess.Popen(
        [sys.executable, "-m", "console", "web", "--project", str(tmp_path)],
        env={**os.environ, "NURTURE_WEB_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None

    url = serving.stdout.readline().split()[2]
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        health = json.loads(answer.read())
    serving.send_signal(signal.SIGTERM)
    _, errors = serving.communicate(timeout=20)

    assert (health["status"], health["database"], health["last_tick"]) == ("ok", "reachable", None)
    assert (serving.returncode, errors) == (0, "")
