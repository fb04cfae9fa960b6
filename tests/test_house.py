"""The house keeps its order: imports point one way, each library has one door, all is documented."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console")

MAY_IMPORT = {
    "nurture": set(),
    "leadstore": {"nurture"},
    "outbound": {"nurture"},
    "inbound": {"nurture", "leadstore"},
    "flows": {"nurture", "leadstore", "outbound", "inbound"},
    "console": {"nurture", "leadstore", "outbound", "inbound", "flows"},
}

PURE = {
    "pydantic",
    "pydantic_core",
    "ruamel",
    "jinja2",
    "markupsafe",
    "markdown_it",
    "css_inline",
    "itsdangerous",
    "email_validator",
    "holidays",
    "babel",
    "idna",
    "icalendar",
    "apscheduler",
}

IMPURE_STDLIB = {
    "logging",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
}

DOORS = {
    "prefect": ("flows/*.py", "flows/runs/*.py", "flows/processes/*.py"),
    "apscheduler": ("flows/clock/ticker.py", "nurture/timing.py"),
    "aiosmtplib": ("outbound/smtp/pool.py", "outbound/smtp/session.py", "outbound/smtp/dialogue.py"),
    "aiosmtpd": ("outbound/inbox.py",),
    "imap_tools": ("inbound/mailbox/imap.py",),
    "flufl": ("inbound/kinds/legacy_bounce.py",),
    "sqlalchemy": ("leadstore/*",),
    "sqlmodel": ("leadstore/*",),
    "alembic": ("leadstore/*",),
    "psycopg": ("leadstore/*",),
    "uvicorn": ("flows/processes/asgi.py", "flows/processes/http.py"),
    "pydantic_settings": ("flows/work/shop/settings.py",),
    "icalendar": ("nurture/ics.py",),
    "cyclopts": ("console/*",),
    "sklearn": ("flows/work/scoring/learn.py",),
    "numpy": ("flows/work/scoring/learn.py",),
    "rich": ("console/*",),
}


def _sources() -> list[str]:
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


SOURCES = _sources()
MODULES = [source for source in SOURCES if "/versions/" not in source]


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


def _imports(source: str) -> Iterator[str]:
    """Every module that the file imports anywhere in it, with its whole path."""
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}:{node.lineno}: write imports from the room down"
            yield str(node.module)


def _tops(source: str) -> set[str]:
    return {name.partition(".")[0] for name in _imports(source)}


def _public_functions(source: str) -> Iterator[tuple[str, ast.AST]]:
    """Public functions and classes at the top of the file, and the public methods of those classes."""
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in (n for n in _tree(source).body if isinstance(n, defined) and not n.name.startswith("_")):
        yield node.name, node
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for method in (m for m in inner if isinstance(m, defined) and not m.name.startswith("_")):
            yield f"{node.name}.{method.name}", method


@pytest.mark.parametrize("source", SOURCES)
def test_imports_point_one_way(source: str) -> None:
    """nurture <- leadstore, outbound, inbound <- flows <- console; leadstore and outbound are strangers."""
    room = source.partition("/")[0]

    assert (_tops(source) & set(ROOMS)) - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    """A second file that imports it needs a decision record, and a line above."""
    users = {source for source in SOURCES if library in _tops(source)}
    at_the_door = {source for source in users for door in DOORS[library] if _is_at(source, door)}

    assert users - at_the_door == set()


@pytest.mark.parametrize("source", [source for source in SOURCES if source.startswith("nurture/")])
def test_the_deciding_room_imports_only_what_is_pure(source: str) -> None:
    """No clock, file, socket, SQL, log or chance: the standard library and pure libraries only."""
    outside = _tops(source) - {"nurture"} - set(sys.stdlib_module_names)

    assert outside <= PURE
    assert _tops(source) & IMPURE_STDLIB == set()


@pytest.mark.parametrize("source", [source for source in SOURCES if source.startswith("nurture/")])
def test_the_deciding_room_reads_no_clock_and_no_file(source: str) -> None:
    """`now` is a parameter, and texts arrive as values."""
    calls = {_called(node) for node in ast.walk(_tree(source)) if isinstance(node, ast.Call)}

    assert (
        calls & {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "open", "print"} == set()
    )


@pytest.mark.parametrize("source", MODULES)
def test_every_module_says_what_it_is_for(source: str) -> None:
    """A module opens with one sentence."""
    first_line = (ast.get_docstring(_tree(source)) or "").split("\n")[0]

    assert first_line.endswith((".", "!", "?", ":")), f"{source} opens with {first_line!r}"


@pytest.mark.parametrize("source", MODULES)
def test_every_public_name_is_documented(source: str) -> None:
    """A claim first; what is private may be silent."""
    silent = [name for name, node in _public_functions(source) if not ast.get_docstring(node)]  # type: ignore[arg-type]

    assert silent == []


@pytest.mark.parametrize("source", MODULES)
def test_every_transaction_has_its_type(source: str) -> None:
    """What is called `tx` is a Transaction: with Any, no type checker sees what is done with it."""
    named = [node for node in ast.walk(_tree(source)) if isinstance(node, ast.arg) and node.arg == "tx"]
    said = {ast.unparse(node.annotation) for node in named if node.annotation is not None}  # lambdas say none

    assert said <= {"Transaction", "Transaction | None"}


COUNTING = [s for s in MODULES if s.startswith(("flows/", "inbound/")) and "/demo/" not in s]


@pytest.mark.parametrize("source", COUNTING)
def test_no_count_has_a_loose_name(source: str) -> None:
    """Counts are `Counts`, filled from a mapping: the names of keywords are looked at by no type checker."""
    counters = ("Counter", "Counts")
    nodes = list(ast.walk(_tree(source)))
    calls = [n for n in nodes if isinstance(n, ast.Call) and _called(n).rpartition(".")[2] in counters]
    named = [_called(n) for n in calls if n.keywords]
    loose = [n.lineno for n in nodes if isinstance(n, ast.Subscript) and ast.unparse(n) == "Counter[str]"]

    assert (named, loose) == ([], [])


def test_the_check_stays_light() -> None:
    """`nurture check` and its help import neither SQLAlchemy nor Prefect: marketers run it on every save."""
    script = (
        "import sys; from console.app import call; call(['check', '--project', '.']); "
        "print(*sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.split("\n")[-2].split())

    assert "nurture" in loaded
    assert loaded & {"sqlalchemy", "sqlmodel", "alembic", "prefect", "psycopg", "aiosmtplib"} == set()


def test_a_round_needs_no_prefect(tmp_path: Path) -> None:
    """`nurture run --once` loads neither Prefect nor Alembic: cron users live on it."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    script = (
        "import sys; from console.app import call; code = call(['run', '--once']); "
        "print(code, *sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    ran = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PREFECT_API_URL": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)  # the first makes the store, for which it needs Alembic
    ]
    made, idle = (one.stderr.split("\n")[-2].split() for one in ran)

    assert (made[0], idle[0]) == ("0", "0")
    assert set(made) & {"prefect", "apscheduler", "uvicorn"} == set()
    assert set(idle) & {"prefect", "apscheduler", "uvicorn", "alembic"} == set()


def test_the_lock_names_no_registry() -> None:
    """The lock installs from whatever index a machine has."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert [line for line in lock.splitlines() if "://" in line] == []


def test_no_committed_file_names_a_registry_host() -> None:
    """Machines reach packages through mirrors of their own."""
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted"), ("registry", "npmjs"))]
    pattern = "\\|".join(host.replace(".", "\\.") for host in hosts)
    found = subprocess.run(
        ["git", "grep", "--name-only", "-I", pattern], cwd=ROOT, capture_output=True, text=True
    )

    assert found.stdout == ""


def _is_at(source: str, door: str) -> bool:
    if door.endswith("/*.py"):  # that folder only, not those below
        return Path(source).parent.as_posix() == door.removesuffix("/*.py")
    return source == door or (door.endswith("/*") and source.startswith(door.removesuffix("*")))


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


WRITES_CSV = [source for source in MODULES if "csv.writer" in (ROOT / source).read_text(encoding="utf-8")]


@pytest.mark.parametrize("source", WRITES_CSV)
def test_no_csv_is_written_unguarded(source: str) -> None:
    """Whoever writes a CSV guards its cells: leads write them, and a spreadsheet would run them."""
    assert "nurture.texts.formulas" in set(_imports(source))
