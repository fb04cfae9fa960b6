"""No command repeats a secret of a wrong URL: not in its output, not in a log, not in a traceback."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from console.app import call, discreet

Seen = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
SECRET = "hunter2"
PARTS = (SECRET, "hun%74er2", "unter2", "hunt")

DATABASES = {
    "userinfo": "postgresql://u:hunter2@127.0.0.1:1/db",
    "percent": "postgresql://u:hun%74er2@127.0.0.1:1/db",
    "query": "postgresql://127.0.0.1:1/db?user=u&password=hunter2",
    "misspelt": "postgresql://127.0.0.1:1/db?passwrod=hunter2",
    "sslpassword": "postgresql://127.0.0.1:1/db?sslpassword=hunter2&sslmode=disable",
    "wrong option": "postgresql://127.0.0.1:1/db?password=hunter2&sslmode=hunter2",
    "conninfo": "host=127.0.0.1 port=1 password=hunter2 dbname=db",
    "no host": "postgresql://u:hunter2/db",
    "as a port": "postgresql://u@h:hunter2/db",
    "an @ in it": "postgresql://u:a@hunter2@127.0.0.1:1/db",
    "a / in it": "postgresql://u:a/hunter2@127.0.0.1:1/db",
    "a ? in it": "postgresql://u:a?hunter2@127.0.0.1:1/db",
    "another database": "mysql://u:hunter2@127.0.0.1/db",
    "no driver": "postgresql+nothing://u:hunter2@127.0.0.1:1/db",
    "no url": "hunter2",
    "sqlite": "sqlite:///store.db?password=hunter2",
    "a broken bracket": "postgresql://u:hunter2@[::1/db",
}
COMMANDS = [
    *(["leads"], ["apply"], ["import", "good.csv", "--map", "map.yaml"], ["run", "--once"], ["run"], ["up"]),
    *(["web"], ["mailbox"], ["why", "1"], ["pause", "s"], ["resume", "s"], ["retire", "s", "--yes"]),
    *(
        ["stage", "1", "lead"],
        ["score", "explain", "1"],
        ["score", "backtest", "--model", "scoring.yaml"],
        ["clock"],
        ["clock", "reset"],
    ),
    *(
        ["suppress", "a@x.example", "--yes"],
        ["outbox", "list"],
        ["outbox", "routes"],
        ["outbox", "retry", "1"],
    ),
    *(["outbox", "resolve", "1", "--as", "sent"], ["outbox", "reopen", "relay"], ["outbox", "skip", "1"]),
]
RELAYS = {
    "userinfo": "smtp://u:hunter2@127.0.0.1:1?starttls=never",
    "as an option": "smtp://127.0.0.1:1?hunter2=1",
    "a ? in it": "smtp://u:1?hunter2=2@127.0.0.1",
    "a / in it": "smtp://u:1/hunter2@127.0.0.1",
    "as a port": "smtp://u@127.0.0.1:hunter2",
    "no url": "hunter2",
}
MAILBOXES = {
    "userinfo": "imap://u:hunter2@127.0.0.1:1/INBOX?starttls=never",
    "a / in it": "imaps://u:1/hunter2@127.0.0.1/INBOX",
    "as a port": "imaps://u@127.0.0.1:hunter2/INBOX",
    "no url": "hunter2",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project as the current folder."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "map.yaml").write_text("source: crm\nlead: {email: email}\n")
    (tmp_path / "good.csv").write_text("email\na@x.example\n")
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    monkeypatch.setenv("NURTURE_SECRET_KEYS", "k" * 32)
    for name in ("WEB", "INBOX", "PREFECT"):
        monkeypatch.setenv(f"NURTURE_{name}_PORT", "0")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(words: list[str], capsys: Seen) -> str:
    """All that a command says; it must not go well."""
    assert call(words) == 2
    seen = capsys.readouterr()
    return seen.out + seen.err


@pytest.mark.parametrize("url", DATABASES.values(), ids=DATABASES)
def test_no_database_url_is_repeated(url: str, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """In words, and with --debug, where libraries speak as well."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", url)

    for words in (["leads"], ["apply"], ["leads", "--debug"], ["apply", "--debug"]):
        said = told(words, capsys)
        assert not [part for part in PARTS if part in said], said
        assert "--debug" in words or any(
            word in said for word in ("NURTURE_DATABASE_URL", "SQLite or PostgreSQL", "no store at store.db")
        )
        assert "a fault of ours" not in said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_repeats_it(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """Whatever the command, it says which store does not answer, and what to look at."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", DATABASES["query"])
    monkeypatch.setenv("NURTURE_MAILBOX_URL", MAILBOXES["userinfo"])

    for more in ([], ["--debug"]):
        said = told([*words, *more], capsys)
        assert not [part for part in PARTS if part in said], said
    assert "postgresql://127.0.0.1:1/db" in said


@pytest.mark.parametrize("url", RELAYS.values(), ids=RELAYS)
def test_no_relay_url_is_repeated(url: str, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """A relay that is away or written wrongly is told without its password."""
    monkeypatch.setenv("NURTURE_SMTP_URL", url)
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example.com")
    monkeypatch.setenv("NURTURE_DATABASE_URL", "")

    for more in ([], ["--debug"]):
        call(["web" if "127.0.0.1:1?starttls" not in url else "check", *more])
        seen = capsys.readouterr()
        assert not [part for part in PARTS if part in seen.out + seen.err], seen.err


@pytest.mark.parametrize("url", MAILBOXES.values(), ids=MAILBOXES)
def test_no_mailbox_url_is_repeated(url: str, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """Nor that of a mailbox."""
    monkeypatch.setenv("NURTURE_MAILBOX_URL", url)

    for more in ([], ["--debug"]):
        said = told(["mailbox", *more], capsys)
        assert not [part for part in PARTS if part in said], said


def test_a_log_that_repeats_it_is_mended(monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """A library may log what it was given: the last net takes it out."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", DATABASES["percent"])
    monkeypatch.setenv("NURTURE_WEBHOOK_KEY", "sesame-sesame")

    assert discreet("hunter2 hun%74er2 sesame-sesame kkkk") == "*** *** *** kkkk"
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    call(["--version"])
    logging.getLogger("library").warning("cannot reach %s", DATABASES["userinfo"])

    said = capsys.readouterr().err
    assert "cannot reach" in said
    assert SECRET not in said
