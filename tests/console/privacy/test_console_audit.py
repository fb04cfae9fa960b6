"""`nurture audit`, `nurture retention`, and what is written by those who act on leads."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.work.privacy.ledger import NAME, read_ledger
from flows.work.project.apply import apply_release
from leadstore.leads.lookup import find_lead
from leadstore.store import Store
from tests.builders import add_lead
from tests.console.privacy.desk import Typed, typed
from tests.flows.workshop import files

OLD = datetime(2015, 1, 1, tzinfo=UTC)


@pytest.fixture
def nurture(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    with store.begin() as tx:
        add_lead(tx, "zeb", created_at=OLD)
        add_lead(tx, "ann", created_at=OLD)
    url = store.engine.url.render_as_string(hide_password=False)
    return typed(tmp_path, url, monkeypatch, capsys)


def test_every_act_is_written_with_who_and_when(nurture: Typed, store: Store) -> None:
    """By id only; an erased lead's lines stay."""
    with store.read() as tx:
        zeb, ann = find_lead(tx, "zeb"), find_lead(tx, "ann")
    for words in (
        ("cap", "zeb", "1 per 7 days"),
        ("stage", "zeb", "customer"),
        ("suppress", "zeb@leads.example", "--yes"),
        ("suppress", "zeb@leads.example", "--lift", "--yes"),
        ("lead", "export", "zeb"),
        ("lead", "merge", "ann", "zeb", "--yes"),
        ("lead", "erase", "zeb", "--yes"),
    ):
        assert nurture(*words)[0] == 0, words
    code, out, _ = nurture("audit", "--json")
    lines = json.loads(out)

    assert code == 0
    assert [(one["act"], one["lead_id"]) for one in lines] == [
        *(("erase", ann), ("erase", zeb), ("merge", ann), ("export", zeb)),
        *(("lift", zeb), ("suppress", zeb), ("stage", zeb), ("cap", zeb)),
    ]
    assert {one["who"] for one in lines} == {f"user {getpass.getuser()}"}
    assert "leads.example" not in out
    assert json.loads(nurture("audit", str(zeb), "--json")[1])[0]["act"] == "erase"
    assert "merge" in nurture("audit", "--act", "merge")[1]


def test_looking_is_no_act(nurture: Typed) -> None:
    """Neither is what changed nothing."""
    nurture("cap", "zeb")
    nurture("why", "zeb")
    nurture("suppress", "zeb@leads.example", "--lift", "--yes")
    nurture("lead", "merge", "ann", "zeb", "--dry-run")

    assert "nothing was done" in nurture("audit")[2]


def test_an_erased_address_is_not_stored_by_suppressing_it(nurture: Typed, tmp_path: Path) -> None:
    """Its seal bars it already; lifting that is an operator's word, and asks."""
    nurture("lead", "erase", "zeb", "--yes")
    code, out, _ = nurture("suppress", "zeb@leads.example", "--yes")
    lifted = nurture("suppress", "zeb@leads.example", "--lift", "--yes")
    ledger = read_ledger(tmp_path / ".nurture" / NAME)

    assert (code, out.strip()) == (0, "suppressed already")
    assert "may come in again" in lifted[1]
    assert [one for one in ledger.values() if one.lifted_at is None] == []
    assert "lift" in nurture("audit")[1]
    assert nurture("suppress", "zeb@leads.example", "--lift", "--yes")[1].strip() == "not suppressed"


def test_retention_counts_and_says_how_to_erase(nurture: Typed, store: Store) -> None:
    """Exit 1 while data is kept that is too old; --dry-run never erases."""
    project = files("- send: hello")
    apply_release(store, project, datetime.now(UTC))
    code, out, _ = nurture("retention")
    project["nurture.yaml"] += "retention: {erase: true, after: 2 years}\n"
    apply_release(store, project, datetime.now(UTC))
    dry = nurture("retention", "--dry-run", "--json")
    done = nurture("retention")

    assert code == 1
    assert "2 leads have done nothing since" in out
    assert "retention: {erase: true}" in out
    assert (dry[0], json.loads(dry[1])["erased"]) == (1, 0)
    assert (done[0], "2 leads erased" in done[1]) == (0, True)
