"""`nurture lead`: gives out a record, erases it after asking, and applies seals again after a restore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadstore.leads.lookup import find_lead
from leadstore.rows import lead
from leadstore.store import Store
from tests.builders import add_lead
from tests.console.privacy.desk import Typed, typed
from tests.leadstore.privacy.life import MARKS, whole_life


@pytest.fixture
def nurture(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    with store.begin() as tx:
        whole_life(tx)
        add_lead(tx, "ann", first_name="Ann")
    url = store.engine.url.render_as_string(hide_password=False)
    return typed(tmp_path, url, monkeypatch, capsys)


def test_export_tells_all_that_is_kept(nurture: Typed) -> None:
    """Every table that has something of the lead, and nothing of others."""
    code, out, _ = nurture("lead", "export", "zeb", "--json")
    data = json.loads(out)

    assert code == 0
    assert set(data["tables"]) == {
        *("lead", "address", "consent", "consent_change", "suppression", "signal", "enrolment", "outbox"),
        *("decision", "score_history", "stage_change", "handoff", "aside"),
    }
    assert len(data["tables"]["address"]) == 2
    assert {row["kind"] for row in data["tables"]["aside"]} == {"mail", "lead"}
    assert "Zebedia Quillfeather" in next(
        r["payload"] for r in data["tables"]["aside"] if r["kind"] == "mail"
    )
    assert [mark for mark in MARKS if mark not in out.casefold()] == []
    assert "ann" not in [row["key"] for row in data["tables"]["lead"]]


def test_export_reads_as_a_text(nurture: Typed, tmp_path: Path) -> None:
    """With a heading for each part; a mail of the local inbox and a rejected row are there."""
    inbox, rejects = tmp_path / ".nurture" / "inbox" / "new", tmp_path / ".nurture" / "rejects"
    inbox.mkdir(parents=True)
    rejects.mkdir()
    (inbox / "1").write_text("To: zeb@leads.example\nSubject: Your guide\n\nDear Zebedia\n")
    (rejects / "people-1.csv").write_text("line,reason,mail\n2,odd,zeb@leads.example\n3,odd,ann\n")
    code, out, _ = nurture("lead", "export", "zeb")

    assert code == 0
    assert "## Consents, each change with its proof (1)" not in out
    assert "## Mails in the local inbox (1)" in out
    assert "subject: Your guide" in out
    assert "## Rows that imports rejected (1)" in out
    assert "ann" not in out.split("## Rows that imports rejected")[1]


def test_an_export_goes_into_a_file_of_its_own(nurture: Typed, tmp_path: Path) -> None:
    """Its owner alone may read it, and no file that is there is written over."""
    file = tmp_path / "zeb.json"
    code, out, err = nurture("lead", "export", "zeb@leads.example", "--out", str(file))

    assert (code, out) == (0, "")
    assert "only you may read it" in err
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text())["tables"]["lead"][0]["key"] == "zeb"
    assert nurture("lead", "export", "zeb", "--out", str(file))[0] == 2


def test_erase_asks_first(nurture: Typed, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No leaves everything; without a terminal, --yes is wanted."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    code, _, err = nurture("lead", "erase", "zeb")

    assert code == 1
    assert "Nothing brings it back" in " ".join(err.split())
    with store.read() as tx:
        assert find_lead(tx, "zeb@leads.example")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert nurture("lead", "erase", "zeb")[0] == 2


def test_erase_tells_what_went(nurture: Typed, store: Store) -> None:
    """By counts and ids; the lead's id says that it was erased."""
    with store.read() as tx:
        number = find_lead(tx, "zeb")
    code, out, _ = nurture("lead", "erase", "zeb", "--yes", "--json")
    data = json.loads(out)

    assert code == 0
    assert (data["leads"], data["on_the_wire"], data["file_trouble"]) == ([number], 0, "")
    assert [mark for mark in MARKS if mark in out.casefold()] == []
    assert "was erased" in nurture("why", str(number))[2]
    assert nurture("lead", "erase", "zeb@leads.example", "--yes")[0] == 2


def test_replay_erases_who_is_back(nurture: Typed, store: Store) -> None:
    """As after a restored backup, here written by hand."""
    nurture("lead", "erase", "zeb", "--yes")
    with store.begin() as tx:
        add_lead(tx, "zeb", first_name="Zebedia")
    code, out, _ = nurture("lead", "erase", "--replay")

    assert (code, out.startswith("1 lead erased again")) == (0, True)
    assert "0 leads erased again" in nurture("lead", "erase", "--replay")[1]


def test_whom_to_erase_must_be_said(nurture: Typed) -> None:
    """One lead, or all seals: never both, never neither."""
    assert nurture("lead", "erase", "--yes")[0] == 2
    assert nurture("lead", "erase", "zeb", "--replay")[0] == 2


def test_a_key_that_is_gone_is_told(nurture: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seals of a key that nobody has cannot be read; exit 1, and what to do."""
    nurture("lead", "erase", "zeb", "--yes")
    monkeypatch.setenv("NURTURE_SECRET_KEYS", "n" * 32)
    code, out, _ = nurture("lead", "erase", "--replay")

    assert code == 1
    assert "3 seals cannot be read" in out


def test_merged_leads_are_erased_together(nurture: Typed, store: Store) -> None:
    """The question says so."""
    with store.begin() as tx:
        twin, _ = add_lead(tx, "twin")
        tx.execute(lead.update().where(lead.c.id == twin).values(merged_into=find_lead(tx, "zeb")))
    code, out, _ = nurture("lead", "erase", "zeb", "--yes", "--json")

    assert code == 0
    assert len(json.loads(out)["leads"]) == 2


def test_merge_says_first_what_happens(nurture: Typed, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run writes nothing; a no neither; a yes does it, and the journal keeps it."""
    code, out, _ = nurture("lead", "merge", "zeb", "ann", "--dry-run")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    refused, _, asked = nurture("lead", "merge", "zeb", "ann")
    with store.read() as tx:
        untouched = find_lead(tx, "zeb@leads.example") != find_lead(tx, "ann@leads.example")

    assert (code, refused, untouched) == (0, 1, True)
    assert "withdrawn from now on" in out
    assert "guides" in out
    assert out.strip() in asked
    assert nurture("lead", "merge", "zeb", "ann", "--yes")[0] == 0
    with store.read() as tx:
        assert find_lead(tx, "zeb@leads.example") == find_lead(tx, "ann@leads.example")
    assert "both are lead" in nurture("lead", "merge", "zeb", "ann", "--yes")[2]


def test_duplicates_are_listed_with_reasons(nurture: Typed, store: Store) -> None:
    """And what to type to merge the surest pair."""
    with store.begin() as tx:
        zeb = find_lead(tx, "zeb")
        twin, _ = add_lead(tx, "z.quill", first_name="Zebedia", last_name="Quillfeather")
    code, out, err = nurture("lead", "duplicates")
    data = json.loads(nurture("lead", "duplicates", "--json")[1])

    assert code == 0
    assert "same name" in out
    assert f"nurture lead merge {twin} {zeb} --dry-run" in err
    assert [(pair["one"]["id"], pair["other"]["id"]) for pair in data["pairs"]] == [(zeb, twin)]
    assert "no two leads" in nurture("lead", "duplicates", "--at-least", "0.99")[2]
    assert nurture("lead", "duplicates", "--at-least", "7")[0] == 2
    assert nurture("leads", "duplicates") == (code, out, err)
