"""Runs the benchmarks one after the other; the last line of the output is one JSON object with all figures.

    python benchmarks [touches|import_rows|ticks|scoring|api ...] [--full] [NUMBER]

Without names, all of them, in about a quarter of an hour. `--full` takes the sizes that the project promises
to bear (a million leads); a NUMBER is handed to every benchmark as its size. Exits 1 when one of them falls
short of what it holds itself to, after the others have run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

USUAL = {"touches": "5000", "import_rows": "300000", "ticks": "200000", "scoring": "200000", "api": "30000"}
"""What each is asked for in an everyday run, in this order: the figures most looked at come first."""
FULL = {
    "touches": "5000",
    "import_rows": "1000000",
    "ticks": "1000000",
    "scoring": "1000000",
    "api": "100000",
}


def run(name: str, size: str) -> tuple[dict[str, Any], bool]:
    """One benchmark: its figures, and whether it held; its other lines are shown as they come."""
    print(f"== {name} {size}", flush=True)
    command = [sys.executable, str(HERE / f"{name}.py"), size]
    figures: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as ran:
        assert ran.stdout is not None
        for line in ran.stdout:
            print(line, end="", flush=True)
            figures = _read(line) or figures
    inner = figures.get(name)
    return (inner if isinstance(inner, dict) else figures), ran.returncode == 0


def _read(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def main(words: list[str]) -> int:
    """Run those asked for, and print everything found on one line."""
    sizes = FULL if "--full" in words else USUAL
    number = next((word for word in words if word.isdigit()), None)
    names = [word for word in words if word in USUAL] or list(USUAL)
    strange = [word for word in words if word not in USUAL and word != "--full" and not word.isdigit()]
    if strange:
        print(f"no benchmark {strange[0]!r}; there are {', '.join(USUAL)}", file=sys.stderr)
        return 2
    found: dict[str, Any] = {}
    held = True
    for name in names:
        found[name], well = run(name, number or sizes[name])
        held = held and well
    print(json.dumps({**found, "good": held}))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
