"""The command line: exit codes, what goes where, and errors without tracebacks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.app import COMMANDS, call

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project, in a folder of its own, which is the current one."""
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def broken(project: Path) -> Path:
    """The same project with an unknown key in one sequence."""
    path = project / "sequences" / "white-paper.yaml"
    path.write_text(path.read_text() + "\npriorty: 3\n")
    return project


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_imported_and_asked_for_help(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table names what is there, and each command says what it does."""
    assert call([command, "--help"]) == 0
    assert f"nurture {command}" in capsys.readouterr().out


def test_help_imports_no_command() -> None:
    """The list of commands is shown without loading any of them."""
    script = "import sys; from console.app import call; call(['--help']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "Find every fault" in ran.stdout
    assert {path.partition(":")[0] for path, _ in COMMANDS.values()} & set(ran.stdout.split()) == set()


def test_a_project_without_fault_passes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on stdout, a summary on stderr, and 0."""
    assert call(["check"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("0 errors, 0 warnings\n")


def test_findings_are_told_with_their_place(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault is a result: stdout, with file and line, and 1."""
    assert call(["check"]) == 1
    assert "--> sequences/white-paper.yaml:" in capsys.readouterr().out


def test_findings_are_data_for_machines(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one object, and the same exit code."""
    assert call(["check", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["faults"][0]["file"] == "sequences/white-paper.yaml"


def test_findings_are_annotations_for_github(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--format github prints workflow commands."""
    assert call(["check", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=sequences/white-paper.yaml,line=")


def test_paths_are_shown_from_the_current_folder(
    broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal can open what it shows."""
    monkeypatch.chdir(broken / "templates")

    assert call(["check"]) == 1
    assert "--> ../sequences/white-paper.yaml:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "--wiat"], "Unknown option: --wiat"),
        (["chekc"], "chekc"),
        (["run", "--once", "--now", "tomorrow"], "'tomorrow' is not a moment"),
        (["run", "--now", "2027-06-15T10:00:00Z"], "add --once"),
        (["check", "--project", "/nowhere"], "no nurture.yaml"),
        (["import", "none.csv", "--map", "none.yaml"], "none.yaml cannot be read"),
    ],
    ids=["option", "command", "moment", "clock", "project", "file"],
)
def test_misuse_is_said_in_one_breath(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """Exit 2, words on stderr, no traceback, nothing on stdout."""
    assert call(words) == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert said in err


def test_debug_shows_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--debug is the way to the traceback."""
    assert call(["check", "--debug", "--project", str(tmp_path)]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_moved_clock_is_refused_where_mail_can_leave(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the setting to unset."""
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://relay.example")
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example")

    assert call(["run", "--once", "--now", "2027-06-15T10:00:00Z"]) == 2
    assert "NURTURE_SMTP_URL" in capsys.readouterr().err


def test_apply_makes_a_release_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time nothing has changed."""
    assert call(["apply"]) == 0
    assert call(["apply", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("release 1 now runs\n")
    assert json.loads(out.partition("\n")[2])["changed"] is False


def test_apply_refuses_a_project_with_faults(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The faults are shown, and the exit code says findings."""
    assert call(["apply"]) == 1
    assert "--> sequences/white-paper.yaml:" in capsys.readouterr().err


def test_schemas_are_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the project's own names in them."""
    assert call(["schema"]) == 0
    assert "white-paper/deliver" in json.dumps(json.loads(capsys.readouterr().out)["sequence"])


def test_schemas_are_written_where_editors_look(project: Path) -> None:
    """The first line of each shipped file names its schema below .nurture/schema."""
    assert call(["schema", "--write"]) == 0
    named = [line.partition("$schema=")[2] for line in _first_lines(project)]
    assert [path for path in named if not (project / "sequences" / path).exists()] == []


def test_schemas_of_a_broken_project_are_general(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An editor helps to mend it all the same."""
    assert call(["schema"]) == 0
    assert "has faults" in capsys.readouterr().err


def test_init_begins_a_project_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shipped is a project, and the key of its links stays out of git."""
    assert call(["init", str(tmp_path / "new")]) == 0
    assert call(["check", "--project", str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / ".gitignore").read_text() == ".nurture/\n"


def test_init_writes_as_nobody_until_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left out is shown by the check, and no firm that does not exist stands in the files."""
    project = tmp_path / "new"
    assert call(["init", str(project)]) == 0
    assert "still open in nurture.yaml: company.name, company.postal_address" in capsys.readouterr().out
    assert call(["check", "--project", str(project), "--json"]) == 0

    faults = json.loads(capsys.readouterr().out)["faults"]
    assert {fault["code"] for fault in faults} == {"NUR069"}
    assert not [path for path in project.rglob("*.yaml") if "verrou" in path.read_text().lower()]


def test_init_takes_the_names_of_the_company(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They stand in nurture.yaml as they are given; what is no address is refused before anything is made."""
    given = ["--company", 'Dale: "Sons"', "--address", "1 High St, Leeds", "--sender", "hi@dale.example"]

    assert call(["init", str(tmp_path / "new"), *given]) == 0

    text = (tmp_path / "new" / "nurture.yaml").read_text()
    assert 'name: "Dale: \\"Sons\\""' in text
    assert "still open in nurture.yaml: company.website, handoff" in capsys.readouterr().out
    assert call(["init", str(tmp_path / "other"), "--sender", "nobody"]) == 2
    assert not (tmp_path / "other").exists()


def test_init_brings_a_list_that_comes_in_cleanly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its map; its people may be written to because they asked, and no bought list may."""
    project = tmp_path / "new"
    call(["init", str(project)])
    capsys.readouterr()
    files = [str(project / "leads.csv"), "--map", str(project / "import.yaml")]

    assert call(["import", *files, "--live", "--json", "--project", str(project)]) == 0

    said = json.loads(capsys.readouterr().out)
    assert (said["read"], said["saved"], said["rejected"], said["cells_dropped"]) == (6, 6, 0, 0)
    assert (said["withdrawn"], said["suppressed"]) == (1, 1)
    assert (
        "imported"
        not in (project / "catalog.yaml").read_text().partition("assets:")[0].partition("topics:")[2]
    )


def test_init_overwrites_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds a project already is left as it is."""
    assert call(["init", str(project)]) == 2
    assert "nurture.yaml is there already" in capsys.readouterr().err


def _first_lines(project: Path) -> list[str]:
    return [path.read_text().partition("\n")[0] for path in sorted((project / "sequences").glob("*.yaml"))]
