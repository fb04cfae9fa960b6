"""What a user reads when something is wrong: where and what next, exit 2, no traceback, no secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from console.app import call
from leadstore import store as store_module

Seen = pytest.CaptureFixture[str]
GONE = "postgresql://nurture:hunter2@127.0.0.1:1/nurture"
MAP = "source: crm\nlead: {email: email}\n"
BAD_MAP = "source: crm\nlead: {email: email}\nconsents:\n  - {topic: guides, state: granted, when: stat ==}\n"


@pytest.fixture
def project(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a store, which is the current folder."""
    for name in ("PROJECT", "DATABASE_URL", "SMTP_URL", "PUBLIC_URL", "SECRET_KEYS"):
        monkeypatch.delenv(f"NURTURE_{name}", raising=False)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "nurture.yaml").write_text("")
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "bad-map.yaml").write_text(BAD_MAP)
    (tmp_path / "good.csv").write_text("email\na@x.example\n")
    (tmp_path / "utf16.csv").write_bytes("email\na@x.example\n".encode("utf-16"))
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / ".nurture").mkdir()
    (tmp_path / ".nurture" / "store.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program is writing to the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def told(words: list[str], capsys: Seen) -> tuple[int, str]:
    """The exit code, and what was said on stderr."""
    code = call(words)
    return code, " ".join(capsys.readouterr().err.split())


def test_a_locked_store_is_told(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """Which store, and what to look for."""
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    with locked(project / ".nurture" / "store.db"):
        code, said = told(["suppress", "a@x.example", "--yes"], capsys)

    assert code == 2
    assert "database is locked" in said
    assert "is another process writing to it" in said


@pytest.mark.parametrize("words", [["leads"], ["suppress", "a@x.example", "--yes"]], ids=["reads", "writes"])
def test_a_store_that_is_gone_is_told(
    project: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """PostgreSQL does not answer: the setting is named, and the password is not shown."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", GONE)
    monkeypatch.setenv("NURTURE_SECRET_KEYS", "k" * 32)
    code, said = told(words, capsys)

    assert code == 2
    assert "is PostgreSQL running, and does NURTURE_DATABASE_URL name it rightly?" in said
    assert "hunter2" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("NURTURE_SMTP_URL", "smtp://relay.example.com", "NURTURE_PUBLIC_URL=https://"),
        ("NURTURE_DATABASE_URL", "postgresql://h/d", "set NURTURE_SECRET_KEYS"),
        ("NURTURE_DATABASE_URL", "oracle://h/d", "SQLite or PostgreSQL"),
        ("NURTURE_WEB_PORT", "http", "set NURTURE_WEB_PORT in the environment"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    project: Path, setting: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """And how it is set."""
    monkeypatch.setenv("NURTURE_SECRET_KEYS", "" if "KEYS" in named else "k" * 32)
    monkeypatch.setenv(setting, value)
    code, said = told(["leads"], capsys)

    assert code == 2
    assert named in said


@pytest.mark.parametrize(
    ("file", "source", "said"),
    [
        ("nowhere.csv", "map.yaml", "nowhere.csv"),
        ("folder.csv", "map.yaml", "folder.csv"),
        ("utf16.csv", "map.yaml", "UTF-8"),
        ("good.csv", "nowhere.yaml", "nowhere.yaml"),
        ("good.csv", "bad-map.yaml", "bad-map.yaml:4"),
    ],
    ids=["no such file", "a folder", "another encoding", "no such map", "a broken expression"],
)
def test_what_cannot_be_imported_is_told(
    project: Path, file: str, source: str, said: str, capsys: Seen
) -> None:
    """Which file, and where in it; nothing is imported."""
    code, words = told(["import", file, "--map", source], capsys)

    assert code == 2
    assert said in words
    assert "Traceback" not in words


def test_yaml_that_is_broken_is_shown_in_its_place(project: Path, capsys: Seen) -> None:
    """File, line and column."""
    (project / "nurture.yaml").write_text("company: {name: Acme\nzone: [\n")

    assert call(["check"]) == 1
    assert "nurture.yaml:" in capsys.readouterr().out
