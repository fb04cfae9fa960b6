"""`nurture apply` asks before anybody leaves a sequence, and `nurture check --strict` fails on warnings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from console.app import call
from leadstore.rows import enrolment
from leadstore.store import open_store
from tests.builders import add_lead
from tests.nurture.gate_world import TUESDAY

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
def emptied(project: Path) -> Path:
    """It was applied, a lead is in a sequence, and the sequence's file is gone now."""
    assert call(["apply"]) == 0
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.begin() as tx:
        values = {
            "lead_id": add_lead(tx, "ada")[0], "sequence": "loyalty", "entry_key": "", "run": 1,
            "version": "v", "release_id": 1, "step": "x", "state": "active", "occurrence": 1, "retries": 0,
            "requested": False,
            **dict.fromkeys(("entered_at", "step_since", "due_at", "first_due_at"), TUESDAY),
        }  # fmt: skip
        tx.execute(enrolment.insert().values(priority=50, **values))
    store.close()
    (project / "sequences" / "loyalty.yaml").unlink()
    return project


def test_without_a_terminal_apply_refuses_to_let_leads_leave(
    emptied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how many, out of what and how to go on; machines read the same; --yes does it."""
    codes = [call(["apply"]), call(["apply", "--json"])]
    refused = capsys.readouterr()
    done = call(["apply", "--yes"])

    assert codes == [1, 1]
    assert "1 lead out of a sequence (1 out of loyalty)" in refused.err
    assert "nurture apply --yes" in refused.err
    told = json.loads("{" + refused.out.partition("{")[2])
    assert (told["applied"], told["leaving"]) == (False, {"loyalty": 1})
    assert done == 0
    assert "1 of those who were in a sequence left" in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 1)])
def test_at_a_terminal_apply_asks(
    emptied: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    """Yes lets them leave; anything else keeps the release that runs."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)

    assert call(["apply"]) == code


def test_strict_fails_on_warnings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not read is a warning, which stops only the strict."""
    (project / "sequences" / "new.txt").write_text("sequence: new\n")

    assert [call(["check"]), call(["check", "--strict"])] == [0, 1]
    assert "NUR070" in capsys.readouterr().out
