"""A store file that is damaged, empty, foreign or no file at all is told in plain words, by every command."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from console.app import call
from leadstore.store import open_store
from nurture.errors import StoreError, StoreGone

Seen = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
COMMANDS = [
    *(["leads"], ["apply"], ["import", "good.csv", "--map", "map.yaml"], ["run", "--once"], ["up"], ["web"]),
    *(["mailbox"], ["why", "1"], ["pause", "s"], ["stage", "1", "lead"], ["score", "explain", "1"]),
    *(["suppress", "a@x.example", "--yes"], ["outbox", "list"], ["outbox", "routes"], ["clock"]),
]


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store of the current folder's project lies."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "map.yaml").write_text("source: crm\nlead: {email: email}\n")
    (tmp_path / "good.csv").write_text("email\na@x.example\n")
    for name in ("new", "cur"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    for name in ("PROJECT", "DATABASE_URL", "SMTP_URL", "SECRET_KEYS"):
        monkeypatch.delenv(f"NURTURE_{name}", raising=False)
    monkeypatch.setenv("NURTURE_MAILBOX_URL", f"maildir://{tmp_path / 'mail'}")
    for name in ("WEB", "INBOX", "PREFECT"):
        monkeypatch.setenv(f"NURTURE_{name}_PORT", "0")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".nurture").mkdir()
    shutil.copy(sqlite_template, tmp_path / "template.db")
    return tmp_path / ".nurture" / "store.db"


def is_text(file: Path) -> None:
    """Something else was saved under its name."""
    file.write_text("dear diary\n" * 500)


def is_cut(file: Path) -> None:
    """A copy that broke off."""
    file.write_bytes((file.parents[1] / "template.db").read_bytes()[:50_000])


def is_scrambled(file: Path) -> None:
    """A disk that lost pages."""
    whole = (file.parents[1] / "template.db").read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


def is_foreign(file: Path) -> None:
    """Another program's file, which happens to have a table of a name of ours."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmarks (id)")
        other.execute("CREATE TABLE lead (id)")


def is_folder(file: Path) -> None:
    """A folder of its name."""
    file.mkdir()


BROKEN = {
    is_text: ("the file is not a SQLite database", "latest backup"),
    is_cut: ("the file is damaged", "latest backup"),
    is_scrambled: ("the file is damaged", "latest backup"),
    is_foreign: ("another program's database (tables: bookmarks, lead)", "NURTURE_DATABASE_URL"),
    is_folder: ("the file cannot be opened", "is it a file"),
}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_is_wrong(file: Path, words: list[str], capsys: Seen) -> None:
    """What it is, and what to do; exit 2, no traceback, nothing of SQL."""
    for spoil, (what, remedy) in BROKEN.items():
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
        for more in ("-wal", "-shm"):
            file.with_name(f"store.db{more}").unlink(missing_ok=True)
        spoil(file)

        assert call(words) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert what in said
        assert remedy in said
        assert not [word for word in ("Traceback", "PRAGMA", "sqlite3.", "SELECT") if word in said]


def test_a_foreign_file_stays_as_it_was(file: Path) -> None:
    """Not a byte of it is changed by looking at it, or by trying to use it."""
    is_foreign(file)
    before = file.read_bytes()

    call(["leads"])
    call(["apply"])

    assert file.read_bytes() == before


def test_an_empty_file_is_told_by_those_that_only_look(file: Path, capsys: Seen) -> None:
    """It may have held everything; who makes stores makes one of it."""
    file.write_bytes(b"")

    assert call(["leads"]) == 2
    assert "is empty: 0 bytes" in capsys.readouterr().err
    assert call(["apply"]) == 0


@pytest.mark.postgres
def test_a_shared_postgresql_is_no_foreign_one(postgres_url: str) -> None:
    """Other tables may lie beside ours; but not under their names."""
    store = open_store(postgres_url)
    with store.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE nurture_version RENAME TO bookmarks")

    with pytest.raises(StoreError, match="another program's database"):
        store.migrate()
    store.close()


@pytest.mark.parametrize(
    ("pragma", "said"),
    [("query_only=ON", "readonly"), ("max_page_count=1", "the disk is full")],
    ids=["read only", "full"],
)
def test_what_cannot_be_written(file: Path, pragma: str, said: str) -> None:
    """A disk that is full or may only be read says so, and what to do."""
    shutil.copy(file.parents[1] / "template.db", file)
    store = open_store(f"sqlite:///{file}")
    event.listen(store.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))

    with pytest.raises(StoreGone, match=said) as caught, store.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE more (id, text)")
    store.close()

    assert caught.value.hint


def test_a_folder_that_cannot_be_made(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """The store's folder is a file."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", f"sqlite:///{file.parents[1]}/good.csv/store.db")

    assert call(["apply"]) == 2
    assert "cannot be opened" in capsys.readouterr().err
