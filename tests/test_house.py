"""The house keeps its order: imports point one way, each library has one door, all is documented."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import (
    FOLDERS,
    MODULES,
    ROOMS,
    ROOT,
    SOURCES,
    circle,
    door_of,
    graph,
    imports,
    is_used_beyond,
    public_classes,
    stands,
    tree,
)

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


FIELDS_OWN_NOUNS = {"deciding", "learning", "ranking", "scoring", "sending", "spelling", "testing", "timing"}
"""What the field itself calls so: no other word says it as well."""

GERUND_OR_PARTICIPLE = re.compile(
    r"\w+ing|\w+ed|begun|bound|broken|brought|built|caught|chosen|done|drawn|driven|fallen|forgotten|found|frozen"
    r"|given|gone|grown|heard|held|hidden|kept|known|left|lost|made|met|paid|said|seen|sent|shown|sold|spent"
    r"|spoken|stuck|taken|thrown|told|torn|understood|woken|won|worn|written"
)


def _parts(source: str) -> list[str]:
    return [part for part in Path(source).with_suffix("").parts if not part.startswith("__")]


def _tops(source: str) -> set[str]:
    return {name.partition(".")[0] for name in imports(source)}


def _public_functions(source: str) -> Iterator[tuple[str, ast.AST]]:
    """Public functions and classes at the top of the file, and the public methods of those classes."""
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in (n for n in tree(source).body if isinstance(n, defined) and not n.name.startswith("_")):
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
    calls = {_called(node) for node in ast.walk(tree(source)) if isinstance(node, ast.Call)}

    assert (
        calls & {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "open", "print"} == set()
    )


@pytest.mark.parametrize("source", MODULES)
def test_every_module_says_what_it_is_for(source: str) -> None:
    """A module opens with one sentence."""
    first_line = (ast.get_docstring(tree(source)) or "").split("\n")[0]

    assert first_line.endswith((".", "!", "?", ":")), f"{source} opens with {first_line!r}"


@pytest.mark.parametrize("source", MODULES)
def test_every_public_name_is_documented(source: str) -> None:
    """A claim first; what is private may be silent."""
    silent = [name for name, node in _public_functions(source) if not ast.get_docstring(node)]  # type: ignore[arg-type]

    assert silent == []


@pytest.mark.parametrize("source", MODULES)
def test_every_transaction_has_its_type(source: str) -> None:
    """What is called `tx` is a Transaction: with Any, no type checker sees what is done with it."""
    named = [node for node in ast.walk(tree(source)) if isinstance(node, ast.arg) and node.arg == "tx"]
    said = {ast.unparse(node.annotation) for node in named if node.annotation is not None}  # lambdas say none

    assert said <= {"Transaction", "Transaction | None"}


COUNTING = [s for s in MODULES if s.startswith(("flows/", "inbound/")) and "/demo/" not in s]


@pytest.mark.parametrize("source", COUNTING)
def test_no_count_has_a_loose_name(source: str) -> None:
    """Counts are `Counts`, filled from a mapping: the names of keywords are looked at by no type checker."""
    counters = ("Counter", "Counts")
    nodes = list(ast.walk(tree(source)))
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


def test_no_two_public_classes_have_one_name() -> None:
    """One name, one thing: whoever reads a name need not ask which of them is meant."""
    where: defaultdict[str, list[str]] = defaultdict(list)
    for name, source in public_classes():
        where[name].append(source)

    assert {name: sources for name, sources in where.items() if len(sources) > 1} == {}


def test_no_imports_go_in_a_circle() -> None:
    """Not inside functions, not for types only; and no folder's `__init__.py` imports what lies in it."""
    assert circle(graph()) == []


@pytest.mark.parametrize("name", sorted({part for source in MODULES for part in _parts(source)}))
def test_modules_and_folders_are_named_by_nouns(name: str) -> None:
    """No gerund and no participle; the field's own nouns in -ing are nouns."""
    head = name.rpartition("_")[2]

    assert head in FIELDS_OWN_NOUNS or not GERUND_OR_PARTICIPLE.fullmatch(head)


def test_the_fields_own_nouns_all_name_something() -> None:
    """A noun that no module bears any more leaves the list."""
    assert {part.rpartition("_")[2] for source in MODULES for part in _parts(source)} >= FIELDS_OWN_NOUNS


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_says_its_subject_and_its_door(folder: str) -> None:
    """`Its door: ...` names modules, or names in them, that are there and that others use."""
    door = door_of(folder)

    assert door is not None, f"{folder}/__init__.py ends with no line `Its door: ...`"
    assert [name for name in door if not stands(name)] == []
    assert [name for name in door if not is_used_beyond(folder, name)] == []


def test_no_folder_is_crowded() -> None:
    """At most sixteen modules; the console has one for each command."""
    modules = Counter(Path(source).parent.as_posix() for source in MODULES if "__init__" not in source)
    del modules["console"]

    assert {folder: number for folder, number in modules.items() if number > 16} == {}


def test_no_file_is_long() -> None:
    """At most 400 lines: a file is one idea."""
    lines = {source: (ROOT / source).read_text(encoding="utf-8").count("\n") for source in MODULES}

    assert {source: number for source, number in lines.items() if number > 400} == {}


def test_the_picture_shows_every_folder() -> None:
    """docs/architecture.md draws the rooms and their folders, each below the one it lies in."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    path: list[str] = []
    drawn = set()
    for indent, name in re.findall(r"^((?:  )*)(\w+)/  ", page, flags=re.MULTILINE):
        path[len(indent) // 2 :] = [name]
        drawn.add("/".join(path))

    assert drawn == set(FOLDERS)


GLOSSARY = re.findall(
    r"^\| (.+) \| (.+) \| `(.+?)`((?: `\w+`)*) \|$",
    (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)


@pytest.mark.parametrize(("word", "meaning", "path", "names"), GLOSSARY, ids=[row[0] for row in GLOSSARY])
def test_the_glossary_names_what_stands_there(word: str, meaning: str, path: str, names: str) -> None:
    """Each word has one sentence or two, a file that is there, and names that stand in that file."""
    text = (ROOT / path).read_text(encoding="utf-8")

    assert meaning.endswith(".")
    assert [name for name in re.findall(r"\w+", names) if not re.search(rf"\b{name}\b", text)] == []


def test_the_glossary_is_a_sorted_table() -> None:
    """Each word once, in its order; no row that is written otherwise than the rest."""
    rows = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").count("\n|")
    words = [word for word, *_ in GLOSSARY]

    assert len(words) == rows - 2
    assert words == sorted(set(words))


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
    assert "nurture.texts.formulas" in set(imports(source))


ONE_MACHINE = {
    "mark_started": "flows/work/sending/start.py",
    "lock_started": "flows/work/sending/settle.py",
    "renew_claims": "flows/work/sending/queue.py",
    "recover": "flows/work/sending/advance.py",
}
"""What the outbox does with a letter of any kind, and who alone asks for it."""


@pytest.mark.parametrize("act", ONE_MACHINE)
def test_the_outbox_is_one_machine(act: str) -> None:
    """Touches, sellers' mails and webhooks are started, settled, renewed and recovered by one code."""
    calls = [
        source
        for source in MODULES
        if source.startswith("flows/")
        and any(isinstance(node, ast.Call) and _called(node) == act for node in ast.walk(tree(source)))
    ]

    assert calls == [ONE_MACHINE[act]]


def test_scoring_scores_and_nothing_else() -> None:
    """Whoever asks for scores offers the leads that are mature: scoring itself knows no seller."""
    known = {*imports("flows/work/scoring/batch.py"), *imports("flows/work/scoring/sets.py")}

    assert [name for name in known if name.startswith(("flows.work.handoffs", "leadstore.handoffs"))] == []
