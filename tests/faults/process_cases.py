"""Faults 28 and 32, which need a process of their own: a Prefect server that dies, and a polite end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.faults.cases import Book, Trial

BOOK = Book()
ROOT = Path(__file__).parent.parent.parent
WITHOUT = "sent 30; without a server no tick begins: sent 30; with a new one sent 31"


@BOOK.fault(32, "the Prefect server is killed in the middle of a tick", WITHOUT, slow=True)
async def _prefect(trial: Trial) -> str:
    url = trial.databases.fresh("sqlite")
    words = ["-W", "ignore", "-m", "tests.faults.prefect_gone", url, str(trial.folder())]
    pipe = asyncio.subprocess.PIPE
    hasty = {**os.environ, "PREFECT_CLIENT_MAX_RETRIES": "1"}  # by default it asks a dead server for minutes
    started = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=hasty, stdout=pipe, stderr=pipe
    )
    out, errors = await started.communicate()
    lines = [line.removeprefix("SEEN ") for line in out.decode().splitlines() if line.startswith("SEEN ")]
    return lines[0] if lines else f"BREACH: it ended without a word: {errors.decode()[-300:]}"
