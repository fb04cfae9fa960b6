"""A few kill -9 rounds on each database; `make faults` plays a hundred."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killed_workers_double_and_lose_nothing(dialect: str) -> None:
    """In a process of its own, for it forks: I1 to I7 hold after every round."""
    words = ["--rounds", "3", "--seed", "4", "--only-rounds", dialect]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults", *words], cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert (ran.returncode, "nothing doubled, nothing lost" in ran.stdout) == (0, True), ran.stdout
