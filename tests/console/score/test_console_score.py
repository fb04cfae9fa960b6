"""`nurture score learn` and `score backtest`: what they print, write and refuse."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from console.app import call
from leadstore.rows import signal
from leadstore.store import open_store
from nurture.files.source import load_yaml
from nurture.scoring.model import read_scoring
from tests.builders import NOON
from tests.flows.learning_store import add_leads

ROOT = Path(__file__).parents[3]
NEW, OLD = "learned.yaml", "scoring.yaml"


@pytest.fixture
def project(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project with a store of dated leads, in the current folder."""
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    text = (tmp_path / "catalog.yaml").read_text()
    assert "attributes:\n" in text
    declared = "attributes:\n  occupation: text\n  tags_of_sales: text\n"
    (tmp_path / "catalog.yaml").write_text(text.replace("attributes:\n", declared))
    (tmp_path / ".nurture").mkdir()
    shutil.copy(sqlite_template, tmp_path / ".nurture" / "store.db")
    store = open_store(f"sqlite:///{tmp_path}/.nurture/store.db")
    with store.begin() as tx:
        add_leads(tx)
    store.close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def card(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A card learned there."""
    pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")
    assert call(["score", "learn", "--outcome", "deal.won", "--exclude", "tags_of_sales", "--out", NEW]) == 0
    capsys.readouterr()
    return project / NEW


def test_a_card_is_learned_and_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rules on stdout, the leak on stderr with its remedy, and a file that the engine reads."""
    pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")
    assert call(["score", "learn", "--outcome", "deal.won", "--out", f"cards/{NEW}"]) == 0
    out, err = capsys.readouterr()
    node, faults = load_yaml(NEW, (project / "cards" / NEW).read_text())
    assert node is not None
    assert read_scoring(node, NEW, None)[1] == faults == []
    assert "tags of sales: signed" in out
    assert "AUC 1.000" in out
    assert "warning: tags_of_sales ranks the leads suspiciously well by itself" in err
    assert "--exclude tags_of_sales" in err


def test_a_card_is_data_for_machines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules, cross-validated figures and warnings."""
    pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")
    words = ["--outcome", "deal.won", "--exclude", "tags_of_sales", "--max-rules", "3", "--out", NEW]
    assert call(["score", "learn", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["leads"], told["warnings"], len(told["rules"]) <= 3) == (240, [], True)
    assert 0.7 < told["cross_validated"]["auc"] < 1
    assert "tags_of_sales" not in (project / NEW).read_text().partition("\nfit:")[2]


def test_two_models_stand_side_by_side(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column for each, and what was measured by cross-validation."""
    assert call(["score", "backtest", "--model", NEW, "--against", OLD, "--precision", "0.7"]) == 0
    out, err = capsys.readouterr()
    header = next(line for line in out.splitlines() if NEW in line)
    assert header.split() == [NEW, OLD]
    assert "cross-validated" in out
    assert f"{NEW}, for the precision wanted: from " in out
    assert "cross-validated figures" in err
    assert "static" not in err


def test_a_backtest_is_data_for_machines(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the keys that are promised; what was learned ranks better than the handwritten."""
    words = ["--model", NEW, "--against", OLD, "--per-week", "10", "--limit", "2", "--json"]
    assert call(["score", "backtest", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"auc", "precision", "recall", "lift", "handed_over"} <= set(told["model"]) & set(told["against"])
    assert told["model"]["auc"] > told["against"]["auc"]
    assert told["model"]["cross_validated"]["edited"] is False
    assert told["against"]["cross_validated"] is None
    assert told["model"]["suggested"]["per_week"]["leads"] <= 10 * 60 / 7
    assert (told["static"], told["leads"], told["outcome"]) == (False, 240, "deal.won")


def test_who_was_handed_over_is_listed_with_the_moment(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """History is dated here."""
    (project / NEW).write_text(
        "fit: [{rule: manager, when: 'lead.occupation == \"Manager\"', points: 90}]\n"
        "engagement: {rules: [{rule: form, on: form.submitted, points: 30}]}\n"
    )
    assert call(["score", "backtest", "--model", NEW, "--limit", "1"]) == 0
    assert re.search(r"\n\d+ +180\.0 +2027-\d\d-\d\d \d\d:\d\d +(won|open)", capsys.readouterr().out)


def test_an_edited_card_says_so(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its figures are those of other rules."""
    card.write_text(card.read_text() + "  max: 100\n")
    assert call(["score", "backtest", "--model", NEW]) == 0
    assert "(edited since)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["backtest", "--model", "none.yaml"], "none.yaml cannot be read", 2),
        (["backtest", "--model", OLD, "--outcome", "deal.wn"], "did you mean `deal.won`?", 2),
        (["backtest", "--model", OLD, "--weeks", "3"], "--per-week", 2),
        (["backtest", "--model", "nurture.yaml"], "--> nurture.yaml:", 1),
        (["backtest", "--model", "broken.yaml"], "--> broken.yaml:1", 1),
        (["backtest", "--model", "latin.yaml"], "not UTF-8", 2),
        (["learn", "--outcome", "deal.won", "--out", NEW, "--exclude", "tags"], "no such field", 2),
        (["learn", "--outcome", "deal.lost", "--out", NEW], "0 of 240 leads were won", 2),
        (["learn", "--outcome", "deal.won", "--out", "sequences"], "cannot be written", 2),
    ],
    ids=["missing", "outcome", "weeks", "faults", "yaml", "bytes", "exclude", "few", "out"],
)
def test_misuse_is_said_in_one_breath(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str, code: int
) -> None:
    """What is wrong, on stderr; nothing on stdout."""
    pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")
    (project / "broken.yaml").write_text("fit: [")
    (project / "latin.yaml").write_bytes(b"fit: \xff")
    assert call(["score", *words]) == code
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert said in err


def test_undated_history_is_tested_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says that the test is static, what it needs to count by weeks, and what it could not count."""
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.begin() as tx:
        tx.execute(update(signal).values(occurred_at=NOON))
    store.close()
    assert call(["score", "backtest", "--model", OLD, "--per-week", "5"]) == 0
    err = capsys.readouterr().err
    assert "this test is static" in err
    assert "add --weeks N to --per-week" in err
    assert "in the very moment of their outcome" in err


@pytest.mark.parametrize(
    "words", [["backtest", "--model", OLD], ["learn", "--outcome", "deal.won", "--out", NEW]]
)
def test_a_project_with_faults_scores_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """The faults are shown, and the exit code says findings."""
    pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")
    (project / "catalog.yaml").write_text("topcs: {}\n")
    assert call(["score", *words]) == 1
    assert "--> catalog.yaml:1" in capsys.readouterr().err
