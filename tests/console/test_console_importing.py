"""`nurture import`: what it prints, where, and with which exit code."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from console.app import call
from nurture.conditions.condition import Vocabulary
from nurture.imports.map import read_map

ROOT = Path(__file__).parent.parent.parent
MAP = "source: crm\nlead: {email: email, key: id}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, which is the current folder."""
    for name in ("NURTURE_PROJECT", "NURTURE_DATABASE_URL", "NURTURE_SMTP_URL", "NURTURE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "nurture.yaml").write_text("")
    (tmp_path / "import.yaml").write_text(MAP)
    (tmp_path / "leads.csv").write_text("id,email\n1,a@x.example\n2,nobody\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_json_goes_to_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An object with the counts and the first rejects; 1, since a row was rejected."""
    assert call(["import", "leads.csv", "--map", "import.yaml", "--live", "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert (said["read"], said["saved"], said["rejected"], said["suppressed"]) == (2, 1, 1, 0)
    assert said["first_rejects"] == [{"line": 3, "reason": "email: An email address must have an @-sign."}]
    assert Path(said["rejects"]).read_text().startswith("line,reason,id,email\n3,")


def test_a_dry_run_of_a_known_file_saves_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It asks the store that is there, and leaves it as it is."""
    call(["import", "leads.csv", "--map", "import.yaml", "--json"])
    before = json.loads(capsys.readouterr().out)

    call(["import", "leads.csv", "--map", "import.yaml", "--json", "--dry-run"])

    said = json.loads(capsys.readouterr().out)
    assert (before["saved"], said["saved"], said["unchanged"], said["rejected"]) == (1, 0, 1, 1)


def test_a_dropped_cell_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The row is in without it, and --strict makes it cost the row."""
    (project / "import.yaml").write_text("source: crm\nlead: {email: email, country: land}\n")
    (project / "leads.csv").write_text("email,land\na@x.example,Narnia\n")

    assert call(["import", "leads.csv", "--map", "import.yaml"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^cells dropped +1$", said, re.MULTILINE)
    assert "line 2: column land: country: 'Narnia' is not a country" in said
    assert "-cells.csv" in said
    assert call(["import", "leads.csv", "--map", "import.yaml", "--strict"]) == 1


def test_words_go_to_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The counts, why rows were rejected, and where they are."""
    assert call(["import", "leads.csv", "--map", "import.yaml"]) == 1

    said = capsys.readouterr().out
    assert re.search(r"^saved +1$", said, re.MULTILINE)
    assert "  line 3: email: An email address must have an @-sign." in said
    assert ".nurture/rejects/leads.csv-" in said


def test_a_clean_file_exits_with_0(project: Path) -> None:
    """Nothing rejected, nothing to report."""
    (project / "leads.csv").write_text("id,email\n1,a@x.example\n")

    assert call(["import", "leads.csv", "--map", "import.yaml", "--now", "2027-06-15T08:00:00Z"]) == 0


def test_a_dry_run_makes_no_store(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what the import would come to, and that nothing was written."""
    assert call(["import", "leads.csv", "--map", "import.yaml", "--dry-run"]) == 1

    said = capsys.readouterr().out
    assert "nothing was written" in said
    assert re.search(r"^saved +1$", said, re.MULTILINE)
    assert not (project / ".nurture" / "store.db").exists()


class Terminal(io.StringIO):
    """A screen that remembers."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_progress_goes_to_the_terminal(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar on stderr with rows and speed; stdout holds the result alone."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")

    call(["import", "leads.csv", "--map", "import.yaml", "--json"])

    assert "2 rows" in screen.getvalue()
    assert json.loads(capsys.readouterr().out)["read"] == 2


def test_a_broken_map_is_shown_with_a_caret(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is imported; faults go to stderr, and the exit code is 2."""
    (project / "import.yaml").write_text("source: crm\nlead: {email: e-mail | uper}\n")

    assert call(["import", "leads.csv", "--map", "import.yaml", "--json"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "error[NUR516]: no filter `uper`" in err
    assert "^" in err


def test_a_moved_clock_needs_the_local_inbox(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a relay, mail could leave the machine at a moment that is not."""
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://mail.example.com")
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example.com")

    assert call(["import", "leads.csv", "--map", "import.yaml", "--now", "2027-06-15T08:00:00Z"]) == 2
    assert "NURTURE_SMTP_URL" in capsys.readouterr().err


def test_an_import_that_broke_off_says_where_it_went_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run of a file whose first run was not finished."""
    call(["import", "leads.csv", "--map", "import.yaml"])
    with sqlite3.connect(project / ".nurture" / "store.db") as connection:
        connection.execute("UPDATE import_run SET line = 1, finished_at = NULL")
    capsys.readouterr()

    call(["import", "leads.csv", "--map", "import.yaml"])

    assert "went on after record 1" in capsys.readouterr().out


MAPS = re.findall(
    r"```yaml map\n(.*?)```", (ROOT / "docs" / "import.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize("text", MAPS)
def test_the_maps_of_the_documentation_are_good(text: str) -> None:
    """Every whole map on the page can be used as it stands."""
    words = Vocabulary(
        fields={"industry": "text", "employees": "number"},
        signals={
            "deal.won": {"amount": "number"},
            "history.summary": {"visits": "number", "minutes": "number"},
        },
        topics=frozenset({"guides"}),
    )

    assert read_map("docs/import.md", text, words)[1] == []
