"""Erase, then grep: no trace in the store's file and log, the local inbox or rejects; no way back in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from flows.work.imports.map import read_import_map
from flows.work.imports.run import import_file, try_file
from flows.work.privacy.erase import erase
from flows.work.privacy.ledger import NAME, bring_level, read_ledger
from flows.work.privacy.replay import replay
from flows.work.shop.settings import Settings
from leadstore.database.remains import remove_remains
from leadstore.imports import runs
from leadstore.imports.runs import Progress
from leadstore.leads.lookup import find_lead
from leadstore.privacy.journal import read_journal
from leadstore.privacy.tombstones import all_tombstones, lift_erasure
from leadstore.rows import address, lead, outbox
from leadstore.store import Store, open_store
from nurture.errors import NotFound, StoreError
from nurture.privacy.seals import Seals
from outbound.inbox import LocalInbox
from tests.builders import NOON
from tests.flows.workshop import files, workshop
from tests.nurture.gate_world import TUESDAY

KEY = "k" * 32
SEALS = Seals([KEY])
PEOPLE = """\
id,mail,first,last,company
c-100,zebedia@quill.example,Zebedia,Quillfeather,Quillworks
c-101,ann@other.example,Ann,Other,Acme
c-102,not an address,Zebedia,Quillfeather,Quillworks
"""
MAP = """\
source: crm
lead:
  email: mail
  key: id
  first_name: first
  last_name: last
  company: company
"""
MARKS = ("zebedia", "quillfeather", "quillworks", "c-100")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "nurture.yaml").touch()
    (tmp_path / "catalog.yaml").write_text("topics: {}\n")
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / ".nurture").mkdir()
    return tmp_path


@pytest.fixture
def settings(project: Path, store: Store) -> Settings:
    url = store.engine.url.render_as_string(hide_password=False)
    return Settings(project=project, database_url=url, secret_keys=(KEY,), worker="test")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def bring_in(store: Store, project: Path, seals: Seals | None = SEALS, **how: int) -> object:
    source = read_import_map(project, project / "map.yaml")
    rejects = project / ".nurture" / "rejects"
    report = import_file(
        *(store, project / "people.csv", source, rejects),
        **{"now": NOON, "live": True, "seals": seals, **how},  # type: ignore[arg-type]
    )
    return report.counts


def whose(store: Store, said: str) -> int:
    with store.read() as tx:
        return find_lead(tx, said)


def mail(project: Path, name: str, to: str, body: str, folder: str = "new") -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@acme.example", to, "Hello"
    message.set_content(body, cte="base64")
    path = project / ".nurture" / "inbox" / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(message))
    return path


def traces_in(folder: Path, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Files of a folder in whose names or bytes a mark is found."""
    return [
        f"{path.name}: {mark}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for mark in marks
        if mark.encode() in path.read_bytes().lower()
    ]


def test_nothing_is_left_in_any_file(project: Path, sqlite_url: str) -> None:
    """The store's file, its log, rejects and the local inbox; what others have stays."""
    store = open_store(sqlite_url)
    bring_in(store, project)
    own = project / ".nurture"
    gone = [
        mail(project, "1", "zebedia@quill.example", "Dear Z"),
        mail(project, "2:2,S", "sam@acme.example", "Call zebedia@quill.example today", "cur"),
    ]
    stays = mail(project, "3", "ann@other.example", "Dear Ann")
    settings = Settings(project=project, database_url=sqlite_url, secret_keys=(KEY,))
    with store.begin() as tx:  # an older row of the lead is overwritten before it goes
        tx.execute(update(lead).where(lead.c.key == "c-100").values(company="Quillworks of old " * 40))
    done = erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)
    rejected = (own / "rejects").glob("*.csv").__next__().read_text()

    assert (done.mails, done.rejects, done.log_emptied, done.file_trouble) == (2, 1, True, "")
    assert [path.exists() for path in gone] == [False, False]
    assert stays.exists()
    assert rejected.splitlines()[1:] == []
    assert traces_in(own) == []
    assert traces_in(project, ("zebedia",)) == ["people.csv: zebedia"]  # the company's own list
    store.close()
    assert traces_in(own) == []


def test_an_erased_person_does_not_come_in_again(project: Path, settings: Settings, store: Store) -> None:
    """The line is refused and counted; neither the store nor the rejects have its cells."""
    bring_in(store, project)
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)
    (project / "people.csv").write_text(f"{PEOPLE}broken row,zebedia@quill.example\n")
    source = read_import_map(project, project / "map.yaml")
    dry = try_file(project / "people.csv", source, now=NOON, store=store, live=True, seals=SEALS)
    counts = bring_in(store, project)

    assert (counts.rejected, counts.erased, counts.unchanged) == (3, 2, 1)  # type: ignore[attr-defined]
    assert dry.counts == counts
    assert traces_in(project / ".nurture", ("zebedia@quill.example", "c-100")) == []
    with store.read() as tx:
        assert tx.scalar(select(func.count()).where(address.c.address == "zebedia@quill.example")) == 0


def test_a_restored_backup_is_cleared_again(project: Path, sqlite_url: str) -> None:
    """The tombstones outlive it in the ledger; replay erases whom the backup brought back."""
    store = open_store(sqlite_url)
    file, backup = Path(str(store.engine.url.database)), project / "backup.db"
    bring_in(store, project)
    store.close()
    shutil.copy(file, backup)
    settings = Settings(project=project, database_url=sqlite_url, secret_keys=(KEY,))
    store = open_store(sqlite_url)
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)
    store.close()
    shutil.copy(backup, file)  # the restore
    left = mail(project, "9", "zebedia@quill.example", "late")
    store = open_store(sqlite_url)
    back = whose(store, "zebedia@quill.example")

    done = replay(settings, store, who="user op", now=NOON)

    assert (done.lost, done.leads, done.mails, done.unreadable) == (2, 1, 1, 0)
    assert not left.exists()
    assert traces_in(project / ".nurture") == []
    assert MARKS[0].encode() not in file.read_bytes().lower()
    with pytest.raises(NotFound, match="was erased"):
        whose(store, str(back))
    with store.read() as tx:
        assert [line.act.value for line in read_journal(tx)] == ["erase"]
    again = replay(settings, store, who="user op", now=NOON)
    assert (again.lost, again.leads, again.mails, again.rejects) == (0, 0, 0, 0)
    store.close()


def test_the_ledger_names_nobody_and_is_private(project: Path, settings: Settings, store: Store) -> None:
    """Digests and times; a lifted seal stays lifted when both are brought level."""
    bring_in(store, project)
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)
    ledger = project / ".nurture" / NAME
    with store.begin() as tx:
        lift_erasure(tx, SEALS, "zebedia@quill.example", NOON)
    bring_level(store, settings.state)
    with store.begin() as tx:
        tx.execute(text("DELETE FROM tombstone"))

    assert ledger.stat().st_mode & 0o077 == 0
    assert [mark for mark in MARKS if mark in ledger.read_text().lower()] == []
    assert bring_level(store, settings.state) == 0
    with store.read() as tx:
        assert {one.seal.digest: one for one in all_tombstones(tx)} == read_ledger(ledger)


def test_a_broken_ledger_is_told(project: Path, settings: Settings, store: Store) -> None:
    """Its line, and what to do."""
    (project / ".nurture" / NAME).write_text("{}\n")

    with pytest.raises(StoreError, match="line 1"):
        bring_level(store, settings.state)


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_being_erased(
    project: Path, settings: Settings, store: Store
) -> None:
    """The seals are in the store; that they are not beside it is told."""
    (project / ".nurture" / NAME).mkdir()
    bring_in(store, project)
    done = erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)

    assert len(done.leads) == 1
    assert "the ledger of tombstones cannot be used" in done.file_trouble


def test_rejects_of_an_import_that_goes_on_keep_their_place(
    project: Path, settings: Settings, store: Store
) -> None:
    """Rows are taken out in its place, and the size that the import goes on from is corrected."""
    bring_in(store, project)
    file = next((project / ".nurture" / "rejects").glob("*.csv"))
    digest = file.stem.rpartition("-")[2]
    with store.begin() as tx:
        whole = tx.execute(text("SELECT digest FROM import_run")).scalar_one()
        runs.begin_run(tx, whole, NOON)
        runs.advance_run(tx, whole, 0, progress=Progress(3, {"rejects_size": file.stat().st_size}))
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)

    with store.begin() as tx:
        counts = runs.begin_run(tx, whole, NOON).counts
    assert whole.startswith(digest)
    assert counts["rejects_size"] == file.stat().st_size


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_rejects_keep_their_encoding(project: Path, settings: Settings, store: Store, encoding: str) -> None:
    """A row is found by a name with an accent, and the others stay as they are, byte by byte."""
    bring_in(store, project)
    with store.begin() as tx:
        tx.execute(
            update(lead).where(lead.c.key == "c-100").values(first_name="Zo\u00eb", last_name="Qu\u00e9ll")
        )
    file = project / ".nurture" / "rejects" / "old-12345678.csv"
    head, other = "line;reason;first;last\n", '3;odd;"Ren\u00e9e\nM.";Other\n'
    file.write_text(f"{head}2;odd;Zo\u00eb;Qu\u00e9ll\n{other}", encoding=encoding)
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)

    assert file.read_bytes() == f"{head}{other}".encode(encoding)


def test_rejects_of_json_lines_lose_their_objects(project: Path, settings: Settings, store: Store) -> None:
    """Whatever is nested; a line that is no object is looked at as it is."""
    bring_in(store, project)
    file = project / ".nurture" / "rejects" / "old-12345678.jsonl"
    lines = ['{"a": {"b": ["zebedia@quill.example"]}}\n', '{"a": 1}\n', "broken zebedia@quill.example\n"]
    file.write_text("".join(lines))
    erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)

    assert file.read_text() == lines[1]


def test_the_inbox_forgets_notices_about_the_person(project: Path, settings: Settings, store: Store) -> None:
    """A seller's notice is found by its Message-ID, though it names no address."""
    bring_in(store, project)
    number = whose(store, "c-100")
    path = mail(project, "7", "sam@acme.example", "The lead Z. is ready")
    path.write_bytes(b"Message-ID: <n.1@acme.example>\r\n" + path.read_bytes())
    row = {"kind": "seller", "lead_id": number, "message_id": "<n.1@acme.example>", "state": "sent"}
    times = dict.fromkeys(("due_at", "first_due_at", "created_at"), NOON)
    with store.begin() as tx:
        tx.execute(outbox.insert().values(**row, **times, payload={}))

    assert erase(settings, store, [number], who="user op", now=NOON).mails == 1
    assert not path.exists()


def test_a_file_that_cannot_be_changed_is_told(
    project: Path, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is erased all the same, and replay does the rest by the seals alone."""
    bring_in(store, project)
    path = mail(project, "1", "zebedia@quill.example", "Dear Z")

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        done = erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)
    again = replay(settings, store, who="user op", now=NOON)

    assert "Permission denied" in done.file_trouble
    assert again.mails == 1
    assert not path.exists()


async def test_a_touch_that_is_on_the_wire_resurrects_nothing(store: Store, tmp_path: Path) -> None:
    """The lead is erased while its mail is spoken: the outcome is dropped, and nothing comes back."""
    shop = workshop(store, tmp_path)
    shop.apply(files("- send: hello"))
    number = shop.lead("zeb", first_name="Zebedia")
    shop.happens(number, "form.submitted", asset="guide")
    spoken = shop.relay.send

    async def erase_meanwhile(letters: object, now: object) -> object:
        erase(shop.shop.settings, store, [number], who="lead", now=TUESDAY)
        return await spoken(letters, now)  # type: ignore[arg-type]

    shop.relay.send = erase_meanwhile  # type: ignore[method-assign, assignment]
    await shop.tick()
    await shop.tick()

    assert len(shop.relay.letters) == 1
    assert [row.state for row in shop.rows()] == ["skipped"]
    with store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM signal")).scalar() == 0
        assert tx.execute(text("SELECT count(*) FROM score_history")).scalar() == 0
        assert tx.execute(text("SELECT count(*) FROM address WHERE address LIKE '%@%'")).scalar() == 0


def test_the_inbox_takes_mail_after_it_was_cleared(project: Path, settings: Settings, store: Store) -> None:
    """Clearing leaves its folders: the server that writes to them goes on."""
    with LocalInbox(project / ".nurture" / "inbox"):
        bring_in(store, project)
        mail(project, "1", "zebedia@quill.example", "Dear Z")
        erase(settings, store, [whose(store, "c-100")], who="user op", now=NOON)

        assert sorted(p.name for p in (project / ".nurture" / "inbox").iterdir()) == ["cur", "new", "tmp"]


def test_who_is_at_the_stores_file_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes for longer than we wait: the rows are gone, and what is left is said."""
    monkeypatch.setattr("leadstore.store.BUSY_SECONDS", 0.05)
    one, other = open_store(sqlite_url), open_store(sqlite_url)
    with one.begin() as tx:
        bring = "INSERT INTO note (name, value) VALUES ('x', 'y')"
        tx.exec_driver_sql(bring)
        busy = remove_remains(other, ["y"])
    free = remove_remains(other, ["y"])
    one.close()
    other.close()

    assert (busy.log_emptied, busy.rewritten) == (False, False)
    assert (free.log_emptied, free.rewritten) == (True, True)


def test_a_large_file_is_written_anew_only_if_it_must(sqlite_url: str) -> None:
    """When one of the texts is still found in it; nothing to look for is nothing found."""
    store = open_store(sqlite_url)
    with store.begin() as tx:
        tx.exec_driver_sql("INSERT INTO note (name, value) VALUES ('x', 'zebedia')")

    assert not remove_remains(store, ["quill"], small=0).rewritten
    assert not remove_remains(store, [], small=0).rewritten
    assert remove_remains(store, ["quill", "zebedia"], small=0).rewritten
    store.close()
