"""`nurture cap`: the lead's own choice of how often it is written to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.app import call


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with one lead, which is the current folder."""
    for name in ("NURTURE_PROJECT", "NURTURE_DATABASE_URL", "NURTURE_SMTP_URL", "NURTURE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "nurture.yaml").write_text("")
    (tmp_path / "import.yaml").write_text("source: crm\nlead: {email: email, key: id}\n")
    (tmp_path / "leads.csv").write_text("id,email\nk1,a@x.example\n")
    monkeypatch.chdir(tmp_path)
    call(["import", "leads.csv", "--map", "import.yaml"])
    capsys.readouterr()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints, which goes well."""
    assert call(["cap", *words]) == 0
    return capsys.readouterr().out.strip()


def test_a_lead_chooses_its_cap(capsys: pytest.CaptureFixture[str]) -> None:
    """By address or key; shown, changed and taken back."""
    assert said(capsys, "k1") == "lead 1 has no cap of its own"
    assert said(capsys, "a@x.example", "1 per 7 days") == "lead 1 gets at most 1 per 7 days from now on"
    assert said(capsys, "k1", "1 per week") == (
        "lead 1 gets at most 1 per week from now on; it was 1 per 7 days"
    )
    assert said(capsys, "k1", "1 per week") == "lead 1 has the cap 1 per week"
    assert said(capsys, "k1", "--clear") == "lead 1 has no cap of its own any more; it was 1 per week"


def test_machines_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The cap before and after, and whether it changed."""
    found = json.loads(said(capsys, "k1", "2 per calendar month", "--json"))

    assert found == {"lead": 1, "before": None, "cap": "2 per calendar month", "changed": True}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["k1", "often"], "is not a cap"),
        (["k1", "1 per 90 days"], "longer than 62 days"),
        (["k1", "1 per week", "--clear"], "give one of them"),
        (["nobody", "1 per week"], "no lead has the id or key"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    """With what to write instead."""
    assert call(["cap", *words]) == 2
    assert why in capsys.readouterr().err
