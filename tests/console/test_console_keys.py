"""`nurture keys` and `nurture events`: what other systems post by, and what nobody knows of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.app import call
from inbound.web.api.access import by_secret
from leadstore.events.counts import OTHERS, count_unmapped
from leadstore.events.keys import digest_of, list_keys
from leadstore.store import open_store
from tests.inbound.api.api_world import files

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project whose release runs in its own store, which is the current folder."""
    for name in ("NURTURE_PROJECT", "NURTURE_DATABASE_URL", "NURTURE_SMTP_URL", "NURTURE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for path, text in files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert call(["migrate"]) == 0
    assert call(["apply", "--yes"]) == 0
    capsys.readouterr()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """What a command prints for machines."""
    assert call([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def stored(project: Path) -> Any:
    """The keys in the store."""
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.read() as tx:
        found = list_keys(tx)
    store.close()
    return found


def test_a_new_key_opens_and_is_shown_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store keeps a digest, and the list no secret."""
    made = said(capsys, "keys", "new", "website", "--expires", "90 days")
    [kept] = stored(project)

    assert by_secret({kept.name: kept}, made["key"], NOW) == kept
    assert (made["source"], made["scopes"], made["state"]) == ("website", ["identify", "track"], "valid")
    assert kept.digest == digest_of(made["key"].split("_", 2)[2])
    assert made["key"].split("_", 2)[2] not in json.dumps(said(capsys, "keys", "list"))


def test_a_secret_that_signs_is_not_stored(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is derived of the installation's own."""
    made = said(capsys, "keys", "new", "crm", "--signed", "--scope", "track", "--signals", "deal.won")
    [kept] = stored(project)

    assert made["secret"].startswith("whsec_")
    assert (kept.digest, kept.types) == (None, frozenset({"deal.won"}))


def test_keys_are_told_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do with them, and what each may."""
    assert call(["keys", "list"]) == 0
    none = capsys.readouterr().err
    call(["keys", "new", "website", "--expires", "90 days"])
    sent = capsys.readouterr()
    call(["keys", "new", "crm", "--signed", "--signals", "deal.won"])
    signs = capsys.readouterr()
    call(["keys", "list"])
    listed = capsys.readouterr().out

    assert "there are no keys" in none
    assert sent.out.startswith("key     nk_")
    assert "Basic" in sent.err
    assert "/api/v1/signals?key=" in signs.out
    assert "website" in listed
    assert "only deal.won" in " ".join(listed.split())


def test_a_revoked_key_is_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second time there is none to revoke."""
    name = said(capsys, "keys", "new", "website")["name"]

    assert call(["keys", "revoke", name]) == 0
    assert f"{name} opens nothing any more" in capsys.readouterr().out
    assert call(["keys", "revoke", name]) == 2
    assert "nurture keys list" in capsys.readouterr().err
    assert stored(project)[0].state(NOW) == "revoked"
    assert said(capsys, "keys", "revoke", said(capsys, "keys", "new", "shop")["name"])["revoked"]


MISUSE = {
    "a source that is none": (("keys", "new", "My Site"), "write it as `website`"),
    "a signal type that is none": (
        ("keys", "new", "crm", "--signals", "deal.wn"),
        "did you mean `deal.won`?",
    ),
    "a span that is none": (("keys", "new", "crm", "--expires", "soon"), '--expires "90 days"'),
}


@pytest.mark.parametrize(("words", "hint"), MISUSE.values(), ids=MISUSE.keys())
def test_misuse_is_told_with_what_to_write(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], hint: str
) -> None:
    """And no key is made."""
    assert call(list(words)) == 2
    assert hint in capsys.readouterr().err
    assert said(capsys, "keys", "list") == []


def happened(project: Path, *names: str) -> None:
    """A site posted these events."""
    store = open_store(f"sqlite:///{project}/.nurture/store.db")
    with store.begin() as tx:
        count_unmapped(tx, {("site", name): (3, ("plan", "seats")) for name in names}, NOW)
    store.close()


def test_events_that_nobody_knows_are_listed_with_the_line_to_add(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the file on disk knows by now is left out."""
    happened(project, "trial startet", "Heartbeat")
    assert call(["events"]) == 1
    told = capsys.readouterr()
    every = said(capsys, "events", "--all", code=1)

    assert "trial startet" in told.out
    assert "plan, seats" in told.out
    assert "Heartbeat" not in told.out
    assert "  trial startet: trial.started" in told.err
    assert [(one["event"], one["known_now"]) for one in every] == [
        ("Heartbeat", True),
        ("trial startet", False),
    ]


def test_an_odd_name_is_quoted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown can be pasted."""
    happened(project, 'say "hi": now', OTHERS)
    call(["events"])

    assert '  "say \\"hi\\": now": a.type' in capsys.readouterr().err


def test_only_others_have_no_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are many names."""
    happened(project, OTHERS)
    call(["events"])

    assert "events.yaml" not in capsys.readouterr().err


def test_without_such_events_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """And it exits 0."""
    assert call(["events"]) == 0
    assert "every event that was posted is known" in capsys.readouterr().err


def test_a_count_begins_anew(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once it was dealt with."""
    happened(project, "a", "b", "c")

    assert said(capsys, "events", "forget", "a") == {"forgotten": 1}
    assert call(["events", "forget", "b", "c"]) == 0
    assert capsys.readouterr().out == "forgotten: 2 counts\n"


def test_a_project_with_faults_still_lists(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own names are not known then, and all is shown."""
    happened(project, "Heartbeat")
    (project / "catalog.yaml").write_text("topics: [\n")

    assert [one["event"] for one in said(capsys, "events", code=1)] == ["Heartbeat"]
