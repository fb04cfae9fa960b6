"""A project in the environment with a store of its own, and a command line to type into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from console.app import call

Ran = tuple[int, str, str]
Typed = Callable[..., Ran]


def typed(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Runs a command line: exit code, stdout and stderr."""
    (folder / "nurture.yaml").touch()
    for name, value in {"PROJECT": str(folder), "DATABASE_URL": url, "SECRET_KEYS": "k" * 32}.items():
        monkeypatch.setenv(f"NURTURE_{name}", value)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Ran:
        code = call([*arguments])
        seen = capsys.readouterr()
        return code, seen.out, seen.err

    return run
