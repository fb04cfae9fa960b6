"""`nurture pause`, `resume` and `retire` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from console.app import call

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project, applied, in the current folder."""
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sequence_is_paused_and_goes_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command says what it did; a second resume finds nothing to do."""
    codes = [call(["apply"])] + [call([word, "white-paper"]) for word in ("pause", "resume", "resume")]

    assert codes == [0, 0, 0, 0]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "white-paper is paused; 0 leads in it stand still",
        "white-paper goes on; 0 leads in it, later by as long as it stood still",
        "white-paper is neither paused nor retired",
    ]


def test_retiring_asks_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What sends everybody away wants `--yes`."""
    call(["apply"])

    refused = call(["retire", "white-paper"])
    done = call(["retire", "white-paper", "--yes", "--json"])

    out, err = capsys.readouterr()
    assert (refused, done) == (2, 0)
    assert "--yes" in err
    assert json.loads(out.split("\n", 1)[1]) == {"sequence": "white-paper", "retired": True, "enrolments": 0}


@pytest.mark.parametrize(
    ("applied", "said"),
    [(["apply"], "did you mean `white-paper`?"), (["--version"], "run `nurture apply`")],
    ids=["a misspelt name", "nothing applied"],
)
def test_what_cannot_be_paused(
    project: Path, capsys: pytest.CaptureFixture[str], applied: list[str], said: str
) -> None:
    """The message says what to do."""
    call(applied)

    assert call(["pause", "white-papr"]) == 2
    assert said in capsys.readouterr().err
