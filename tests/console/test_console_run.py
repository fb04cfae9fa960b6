"""`nurture run --once` and `nurture migrate`: what they say, and the code they end with."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from console.app import call
from leadstore.database.locks import take_lock
from leadstore.database.schema import VERSION_TABLE, newest_schema, note_needs
from leadstore.store import Store, open_store

ROOT = Path(__file__).parent.parent.parent
Seen = pytest.CaptureFixture[str]
RELAY = "smtp://127.0.0.1:1?starttls=never"  # where nobody listens


@pytest.fixture
def project(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project with an empty store, which is the current folder; Prefect is not configured."""
    for name in [one for one in os.environ if one.startswith(("PREFECT_", "NURTURE_"))]:
        if not name.startswith("NURTURE_TEST_"):
            monkeypatch.delenv(name)
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / ".nurture").mkdir()
    shutil.copy(sqlite_template, tmp_path / ".nurture" / "store.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(project: Path) -> Store:
    """The project's store."""
    return open_store(f"sqlite:///{project}/.nurture/store.db")


def put(project: Path, statement: str) -> None:
    """Change the store by hand."""
    store = opened(project)
    with store.begin() as tx:
        tx.exec_driver_sql(statement)
    store.close()


def ready_to_hand_over(project: Path) -> None:
    """A lead that asked for a demo: the round has somebody to tell."""
    (project / "leads.csv").write_text("email,asked\nada@leads.example,2026-01-05T10:00:00Z\n")
    (project / "map.yaml").write_text(
        "source: crm\nlead: {email: email, key: email}\nsignals:\n  - {type: demo.requested, at: asked}\n"
    )
    assert call(["import", "leads.csv", "--map", "map.yaml", "--live"]) == 0


def test_a_round_with_nothing_due_is_well(project: Path, capsys: Seen) -> None:
    """And says so; the name of no trouble is null for machines."""
    assert (call(["run", "--once"]), call(["run", "--once", "--json"])) == (0, 0)

    out = capsys.readouterr().out
    assert out.startswith("round: nothing due\n")
    assert json.loads(out.partition("\n")[2])["trouble"] is None


def test_a_round_that_could_not_do_its_work_exits_1_with_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """A relay that is down, and a seller who should have been told."""
    ready_to_hand_over(project)
    monkeypatch.setenv("NURTURE_SMTP_URL", RELAY)
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example.com")

    codes = [call(["run", "--once"]), call(["run", "--once"])]

    assert codes == [1, 1]
    assert capsys.readouterr().err.count("RelayDown: the relay is closed: it does not answer") == 2


def test_mail_does_not_wait_for_a_prefect_that_is_away(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """PREFECT_API_URL names a server that is down: the round goes on without it, and says so."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")

    code = call(["run", "--once"])

    said = capsys.readouterr()
    assert (code, said.out) == (0, "round: nothing due\n")
    assert (
        "this round is not shown in Prefect: no Prefect server answers at http://127.0.0.1:1/api" in said.err
    )


def test_prefect_that_is_asked_for_must_answer(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """--prefect says that the round is to be seen there."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")

    assert call(["run", "--once", "--prefect"]) == 2
    assert "no Prefect server answers" in capsys.readouterr().err


def test_a_round_beside_a_leader_is_refused(project: Path, capsys: Seen) -> None:
    """It names who does the work already."""
    store = opened(project)
    held = take_lock(store, "clock", "elsewhere:4711")
    assert held is not None

    assert call(["run", "--once"]) == 2
    assert "leads this store: elsewhere:4711" in capsys.readouterr().err
    held.release()
    store.close()


def test_the_projects_own_store_is_migrated_by_itself(project: Path) -> None:
    """Nobody need know of migrations who has no other worker."""
    (project / ".nurture" / "store.db").unlink()

    assert call(["run", "--once"]) == 0


@pytest.mark.parametrize(
    "words",
    [["run", "--once"], ["apply"], ["pause", "x"], ["up"], ["web"], ["leads"]],
    ids=lambda words: words[0],
)
def test_another_store_is_never_migrated_by_itself(
    project: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """Other workers may use it: the command that does it is named, and nothing was changed."""
    shutil.move(project / ".nurture" / "store.db", project / "shared.db")
    monkeypatch.setenv("NURTURE_DATABASE_URL", f"sqlite:///{project}/shared.db")
    store = open_store(f"sqlite:///{project}/shared.db")
    with store.begin() as tx:
        tx.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '0000'")

    assert call(words) == 2
    assert "`nurture migrate` brings it up to date" in capsys.readouterr().err
    assert store.schema().held == "0000"
    store.close()


def test_migrate_says_from_what_to_what(project: Path, capsys: Seen) -> None:
    """First what it would do, then that it did, then that there is nothing to do."""
    (project / ".nurture" / "store.db").unlink()
    newest = newest_schema()

    codes = [call(["migrate", *words]) for words in (["--check"], [], ["--check"], [])]

    assert codes == [1, 0, 0, 0]
    assert capsys.readouterr().out.splitlines() == [
        f"would migrate the schema from nothing to {newest}",
        f"migrated the schema from nothing to {newest}",
        f"the schema is {newest} already",
        f"the schema is {newest} already",
    ]


def test_migrate_for_machines(project: Path, capsys: Seen) -> None:
    """The same as data."""
    newest = newest_schema()

    assert call(["migrate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "from": newest,
        "to": newest,
        "version": newest,
        "pending": [],
    }


@pytest.mark.parametrize(
    ("needs", "code", "said"),
    [
        (newest_schema(), 0, "the schema is 9999; a newer version added to it"),
        ("9999", 2, "upgrade Nurture to the version"),
    ],
    ids=["only added to", "changed"],
)
@pytest.mark.parametrize("words", [["migrate"], ["migrate", "--check"]], ids=["migrate", "check"])
def test_a_store_of_a_newer_version(
    project: Path, words: list[str], needs: str, code: int, said: str, capsys: Seen
) -> None:
    """What only adds is well; what changed something is refused with what to do."""
    store = opened(project)
    with store.begin() as tx:
        tx.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        note_needs(tx, "9999", needs)
    store.close()

    assert call(words) == code
    told = capsys.readouterr()
    assert said in told.out + told.err
    assert call(["run", "--once"]) == code
