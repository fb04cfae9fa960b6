"""PostgreSQL as Debian ships it: with pg_trgm, which Prefect's database needs and the wheel's lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "Prefect on PostgreSQL was left out: it needs pg_trgm, which Debian's `postgresql` has "
    "and the wheel lacks (apt-get install postgresql)"
)
"""What a test says that cannot run here."""


def programs() -> Path | None:
    """Where the newest PostgreSQL with pg_trgm has its programs; None when there is none."""
    found = [
        folder / "bin"
        for folder in Path("/usr/lib/postgresql").glob("*")
        if (folder / "lib/pg_trgm.so").exists() and (folder / "bin/initdb").exists()
    ]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def debian_postgres(bin_path: Path, port: int) -> Iterator[str]:
    """A server of its own in a folder of its own; the URL of a database of which it is the owner.

    PostgreSQL refuses to run as root, so root hands it to the user `postgres` that Debian made.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = _its_user(folder)
    control = [*user, bin_path / "pg_ctl", "-D", folder / "data", "-w"]
    how = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        _run(
            [*user, bin_path / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
        )
        _run([*control, "-o", how, "-l", folder / "log", "start"])
        try:
            yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _its_user(folder: Path) -> list[str]:
    """The words before a command that make it run as who owns the folder."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(command: Sequence[str | Path]) -> None:
    words = [str(word) for word in command]
    # Into a file: what it starts would keep a pipe open.
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(words, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        said.seek(0)
        assert ended.returncode == 0, f"{' '.join(words)}: {said.read().decode(errors='replace')}"
