"""Erasure: of a person no row is left, nothing brings it back, and numbers never come to mean another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, event, select, text, update
from sqlmodel import SQLModel

from leadstore.consents.grants import withdraw_all
from leadstore.imports.changes import FileMemory
from leadstore.imports.writes import save_batch
from leadstore.leads.lookup import find_lead
from leadstore.leads.merge import merge
from leadstore.outbox.letters import lock_started, mark_started
from leadstore.outbox.returns import find_sent
from leadstore.privacy.belongings import NUMBERED, belongings, mentions
from leadstore.privacy.erasure import KEPT, erase_leads, sweep_erased
from leadstore.privacy.journal import JournalAct, read_journal
from leadstore.privacy.tombstones import (
    Why,
    all_tombstones,
    erased_leads,
    find_erased,
    lift_erasure,
    unreadable,
)
from leadstore.releases import release
from leadstore.rows import address, enrolment, handoff, lead, outbox
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.errors import NotFound
from nurture.imports.lead import ImportedLead
from nurture.privacy.seals import Seals
from nurture.values import Claim, NewSignal
from tests.builders import NOON, add_lead
from tests.leadstore.privacy.life import MARKS, add_touch, everything, whole_life

SEALS = Seals(["the-secret-of-this-project"])


@pytest.fixture
def tx(store: Store) -> Iterator[Connection]:
    with store.begin() as opened:
        yield opened


def test_no_row_tells_of_an_erased_lead(tx: Connection) -> None:
    """Of addresses, names, texts and payloads nothing is left in any table; another's rows stay."""
    whole_life(tx)
    other, _ = add_lead(tx, "ann", first_name="Ann")
    before = everything(tx)
    erase_leads(tx, [find_lead(tx, "zeb")], SEALS, NOON, who="user op")
    after = everything(tx)

    assert [mark for mark in MARKS if mark not in before] == []
    assert [mark for mark in MARKS if mark in after] == []
    assert find_lead(tx, "ann@leads.example") == other


def test_all_that_was_merged_into_it_goes_too(tx: Connection) -> None:
    """A duplicate's row holds the person's data as well."""
    whole_life(tx)
    twin, _ = add_lead(tx, "twin", first_name="Zebedia")
    into, _ = add_lead(tx, "anna", first_name="Anna")
    merge(tx, find_lead(tx, "zeb"), twin, NOON, "test")
    merge(tx, twin, into, NOON, "test")

    erased = erase_leads(tx, [into], SEALS, NOON, who="user op")

    assert len(erased.leads) == 3
    assert [mark for mark in (*MARKS, "twin", "anna") if mark in everything(tx)] == []


def test_an_erased_lead_is_nobody(tx: Connection) -> None:
    """Neither its id nor its address finds it; a second erasure does nothing."""
    lead_id, _ = whole_life(tx)
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")

    with pytest.raises(NotFound, match=f"lead {lead_id} was erased"):
        find_lead(tx, str(lead_id))
    with pytest.raises(NotFound):
        find_lead(tx, "zeb@leads.example")
    assert erase_leads(tx, [lead_id], SEALS, NOON, who="user op").leads == ()


def test_numbers_never_come_to_mean_another(tx: Connection) -> None:
    """Unsubscribe links, bounce addresses and Message-IDs in old mails name rows by their numbers."""
    whole_life(tx)
    tables = (lead, address, outbox, enrolment, handoff)
    last = [tx.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) for table in tables]
    erase_leads(tx, [find_lead(tx, "zeb")], SEALS, NOON, who="user op")
    lead_id, address_id = add_lead(tx, "ann")

    assert lead_id > (last[0] or 0)
    assert address_id > (last[1] or 0)
    assert add_touch(tx, lead_id, address_id, "planned") > (last[2] or 0)


def test_a_claimed_touch_is_not_started(tx: Connection) -> None:
    """It was composed already; what starts it finds that it is not claimed any more."""
    lead_id, address_id = add_lead(tx, "zeb")
    number = add_touch(tx, lead_id, address_id, "claimed")
    claim = Claim(number, 1, "touch", "<m>", "t", "zeb@leads.example", lead_id, address_id)
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")

    assert mark_started(tx, [claim], NOON) == set()


def test_what_is_on_the_wire_is_told_and_its_outcome_dropped(tx: Connection) -> None:
    """The relay's answer may quote the address: no row waits for it, and no bounce finds it later."""
    lead_id, address_id = add_lead(tx, "zeb")
    number = add_touch(tx, lead_id, address_id, "started", started_at=NOON)
    erased = erase_leads(tx, [lead_id], SEALS, NOON, who="user op")

    assert erased.on_the_wire == 1
    assert lock_started(tx, {number: 1}) == {}
    assert find_sent(tx, [number], [f"{lead_id}.1@acme.example"]) is None


def test_old_links_of_an_erased_lead_change_nothing(tx: Connection) -> None:
    """An unsubscribe link of an old mail answers, and writes nothing."""
    lead_id, address_id = add_lead(tx, "zeb")
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    before = everything(tx)

    assert withdraw_all(tx, address_id, NOON, source="link") == 0
    assert everything(tx) == before


@pytest.mark.parametrize("how", ["address", "alias", "key"])
def test_an_import_does_not_bring_it_back(tx: Connection, how: str) -> None:
    """By its address, an alias or its key; the line is told, its data is not."""
    whole_life(tx)
    erase_leads(tx, [find_lead(tx, "zeb")], SEALS, NOON, who="user op")
    spelt = {"address": "zeb@leads.example", "alias": "old-zeb@leads.example", "key": "new@leads.example"}
    key = "zeb" if how == "key" else None
    row = ImportedLead(7, "crm", spelt[how], key, {"first_name": "Zebedia"})
    other = ImportedLead(8, "crm", "ann@leads.example")
    counts = save_batch(tx, [row, other], NOON, live=True, memory=FileMemory(SEALS))

    assert counts.refused == ((7, "the lead asked to be forgotten; it is not stored again"),)
    assert (counts.saved, counts.erased) == (1, {7})
    assert [mark for mark in MARKS if mark in everything(tx)] == []


def test_a_rejected_row_that_wishes_to_leave_does_not_bring_it_back(tx: Connection) -> None:
    """Of a rejected row only the wish is taken, with a new lead where nobody has the address."""
    lead_id, _ = add_lead(tx, "zeb")
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    row = ImportedLead(7, "crm", "zeb@leads.example", rejected="broken")
    save_batch(tx, [row], NOON, live=True, memory=FileMemory(SEALS))

    assert "zeb" not in everything(tx)


def test_seals_survive_a_rotation_of_keys(tx: Connection) -> None:
    """A new key is put in front; once the old one is dropped, what it sealed is told as unreadable."""
    lead_id, _ = add_lead(tx, "zeb")
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    rotated = Seals(["the-newer-secret-key", "the-secret-of-this-project"])
    dropped = Seals(["the-newer-secret-key"])

    said = ["zeb@leads.example", "ann@leads.example"]
    assert find_erased(tx, rotated, said).addresses == {"zeb@leads.example"}
    assert unreadable(tx, rotated) == 0
    assert not find_erased(tx, dropped, ["zeb@leads.example"])
    assert unreadable(tx, dropped) == 2


def test_only_an_operator_lifts_it(tx: Connection) -> None:
    """All seals of that person, so that its key is no bar either; a later erasure holds again."""
    lead_id, _ = add_lead(tx, "zeb")
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")

    assert lift_erasure(tx, SEALS, "zeb@leads.example", NOON)
    assert not lift_erasure(tx, SEALS, "zeb@leads.example", NOON)
    assert not find_erased(tx, SEALS, ["zeb@leads.example"], ["zeb"])
    again, _ = add_lead(tx, "zeb")
    erase_leads(tx, [again], SEALS, NOON, who="user op")
    assert find_erased(tx, SEALS, ["zeb@leads.example"], ["zeb"])


def test_a_restored_row_is_found_by_its_seal(tx: Connection) -> None:
    """As after a backup: the rows are there again, the tombstones were brought back from the ledger."""
    lead_id, _ = add_lead(tx, "zeb")
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    back, _ = add_lead(tx, "zeb")
    _, last = add_lead(tx, "ann")

    assert erased_leads(tx, SEALS, 0) == ([back], last)
    assert erased_leads(tx, SEALS, last) == ([], None)


def test_what_was_written_a_moment_too_late_is_swept(tx: Connection) -> None:
    """By a worker that had found the lead before it was erased: a signal, a notice."""
    lead_id, address_id = whole_life(tx)
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    before = everything(tx)
    append_signals(tx, [NewSignal(lead_id, "page.visited", NOON, "web", "late", {"who": "zeb"})], NOON)
    late = add_touch(tx, lead_id, address_id, "planned", 9, payload={"text": "Zebedia"})

    assert sweep_erased(tx, NOON) == 2
    assert [mark for mark in MARKS if mark in everything(tx)] == []
    tx.execute(outbox.delete().where(outbox.c.id == late))
    assert everything(tx) == before
    assert sweep_erased(tx, NOON) == 0


def test_the_journal_keeps_only_the_id(tx: Connection) -> None:
    """Who erased which lead, and when."""
    lead_id, _ = whole_life(tx)
    erase_leads(tx, [lead_id], SEALS, NOON, who="flow retention", why=Why.RETENTION)
    line = read_journal(tx, lead_id=lead_id)[0]

    assert (line.at, line.who, line.act, line.lead_id, line.detail) == (
        *(NOON, "flow retention"),
        *(JournalAct.EXPIRE, lead_id, {}),
    )
    assert {one.why for one in all_tombstones(tx)} == {Why.RETENTION}


def _note(seen: list[str], *arguments: Any) -> None:
    seen.append(str(arguments[2]))


def test_erasing_many_takes_as_many_statements_as_one(store: Store) -> None:
    """No query per lead."""
    counts = []
    for many in (1, 40):
        with store.begin() as tx:
            ids = [add_lead(tx, f"p{many}-{i}")[0] for i in range(many)]
        seen: list[str] = []
        note = partial(_note, seen)
        with store.begin() as tx:
            event.listen(store.engine, "before_cursor_execute", note)
            erase_leads(tx, ids, SEALS, NOON, who="user op")
            event.remove(store.engine, "before_cursor_execute", note)
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_every_table_is_known_to_the_erasure() -> None:
    """Whatever refers to a lead is deleted or emptied; the columns that are kept of emptied rows exist."""
    tables = SQLModel.metadata.sorted_tables
    gone = {t.name: kept - {c.name for c in t.columns} for t, kept in KEPT.items()}
    of_leads = {t.name for t in tables if t in NUMBERED or belongings(t) or mentions(t)}

    assert of_leads >= {
        *("lead", "address", "consent", "consent_change", "suppression", "signal", "enrolment", "outbox"),
        *("decision", "score_history", "stage_change", "handoff", "aside"),
    }
    assert {name: kept for name, kept in gone.items() if kept} == {}


def test_a_table_that_comes_later_belongs_by_its_references() -> None:
    """By its lead, its address, or what it cannot be without; a reference that may be empty only mentions."""
    own = Column("id", Integer, primary_key=True)
    visit = Table("visit", MetaData(), own, Column("lead_id", ForeignKey(lead.c.id), nullable=True))
    page = Table("page", MetaData(), Column("visit_id", ForeignKey(visit.c.id), nullable=False))
    click = Table("click", MetaData(), Column("outbox_id", ForeignKey(outbox.c.id), nullable=False))
    gift = Table("gift", MetaData(), Column("referrer_id", ForeignKey(lead.c.id), nullable=True))
    rule = Table("rule", MetaData(), Column("release_id", ForeignKey(release.c.id), nullable=False))
    tables = (visit, page, click, gift, rule)

    assert [[c.name for c in belongings(table)] for table in tables] == [
        *(["lead_id"], ["visit_id"], ["outbox_id"], [], [])
    ]
    assert [[c.name for c in mentions(table)] for table in tables] == [[], [], [], ["referrer_id"], []]


def test_what_is_left_of_the_lead_is_its_number(tx: Connection) -> None:
    """And the cycles it went through, for counts; it is merged into itself, which means nobody."""
    lead_id, _ = whole_life(tx)
    tx.execute(update(lead).where(lead.c.id == lead_id).values(cycle=3))
    erase_leads(tx, [lead_id], SEALS, NOON, who="user op")
    row = tx.execute(select(lead).where(lead.c.id == lead_id)).one()

    assert (row.cycle, row.stage, row.merged_into, row.live) == (3, "disqualified", lead_id, False)
    assert tx.execute(text("SELECT count(*) FROM signal")).scalar() == 0


def test_the_journal_is_only_appended_to() -> None:
    """No module changes or deletes a line of it."""
    root = Path(__file__).parents[3] / "leadstore"
    sources = {path.name: path.read_text() for path in root.rglob("*.py")}

    assert [name for name, source in sources.items() if re.search(r"(update|delete)\(audit\b", source)] == []
