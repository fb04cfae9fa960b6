"""The X Education project: it passes its check, and brings the real leads in as its map says."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.work.imports.map import MapRead, read_import_map
from flows.work.imports.run import ImportCounts, import_file
from flows.work.project.shelf import read_shelf
from leadstore.rows import address, consent, lead, signal, suppression
from leadstore.store import Store, open_store
from nurture.project.book import read_book

ROOT = Path(__file__).parent.parent.parent
PROJECT = ROOT / "examples" / "x-education"
LEADS = ROOT.parent / "shared" / "data" / "leads" / "x_education_leads.csv"
NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
LEAKS = ("Tags", "Lead Quality", "Lead Profile", "Asymmetrique", "Last Notable Activity")

needs_data = pytest.mark.skipif(
    not LEADS.exists(),
    reason=f"the X Education leads are not at {LEADS}: shared data is not part of the project",
)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The file, as plain rows."""
    with LEADS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def mapping() -> MapRead:
    """The project's map."""
    return read_import_map(PROJECT, PROJECT / "import.yaml")


@pytest.fixture(scope="module")
def counts(imported: tuple[Store, ImportCounts]) -> ImportCounts:
    """What the import came to."""
    return imported[1]


@pytest.fixture(scope="module")
def imported(
    sqlite_template: Path, mapping: MapRead, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, ImportCounts]:
    """A store with the whole file in it."""
    folder = tmp_path_factory.mktemp("x-education")
    (folder / "store.db").write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{folder}/store.db")
    return store, import_file(store, LEADS, mapping, folder / "rejects", now=NOW, live=True).counts


def test_the_project_passes_its_check() -> None:
    """Without a single fault or warning."""
    book, faults = read_book(read_shelf(PROJECT))

    assert faults == []
    assert book is not None
    assert sorted(book.sequences) == ["advisor", "first-steps", "programme"]


def test_nothing_that_knows_the_outcome_is_read() -> None:
    """The columns that sales filled in afterwards are in no expression."""
    read = read_import_map(PROJECT, PROJECT / "import.yaml").map.columns

    assert [column for column, _ in read if column.startswith(LEAKS)] == []


@needs_data
def test_every_row_comes_in(counts: ImportCounts, rows: list[dict[str, str]]) -> None:
    """And the suppressed ones are those the file calls so."""
    asked = Counter(row["Do Not Email"] for row in rows)
    assert (counts.read, counts.saved, counts.rejected) == (5541, 5541, 0)
    assert counts.suppressed == asked["Yes"] == 425


@needs_data
def test_the_same_file_again_saves_none(
    imported: tuple[Store, ImportCounts], mapping: MapRead, tmp_path: Path
) -> None:
    """It reads everything and counts the same."""
    store, first = imported

    again = import_file(store, LEADS, mapping, tmp_path, now=NOW, live=True).counts

    assert (again.read, again.saved, again.unchanged, again.signals) == (5541, 0, 5541, 0)
    assert (again.suppressed, again.withdrawn) == (first.suppressed, first.withdrawn)


@needs_data
def test_who_said_no_is_kept_from_mail(
    imported: tuple[Store, ImportCounts], rows: list[dict[str, str]]
) -> None:
    """Each suppression and withdrawal is at the right address."""
    never = {row["Prospect ID"] for row in rows if row["Do Not Email"] == "Yes"}
    out = {
        row["Prospect ID"] for row in rows if row["Last Activity"] in ("Unsubscribed", "Email Marked Spam")
    }
    with imported[0].read() as tx:
        suppressed = set(tx.scalars(select(address.c.address).join(suppression)))
        withdrawn = set(
            tx.scalars(select(address.c.address).join(consent).where(consent.c.state == "withdrawn"))
        )
        granted = set(tx.scalars(select(address.c.address).join(consent).where(consent.c.state == "granted")))

    assert suppressed == {_mailbox(name) for name in never}
    assert withdrawn == {_mailbox(name) for name in out}
    assert not granted & withdrawn
    assert len(granted | withdrawn) == 5541


@needs_data
def test_the_converted_are_deals_won(
    imported: tuple[Store, ImportCounts], rows: list[dict[str, str]]
) -> None:
    """One signal each, which makes customers of them."""
    won = {row["Prospect ID"] for row in rows if row["Converted"] == "1"}
    with imported[0].read() as tx:
        found = tx.scalars(select(lead.c.key).join(signal).where(signal.c.type == "deal.won")).all()

    assert sorted(found) == sorted(won)


@needs_data
def test_cells_that_mean_nothing_stay_out(imported: tuple[Store, ImportCounts]) -> None:
    """`Select` is what a form writes when nobody chose; countries are codes."""
    with imported[0].read() as tx:
        profiles = tx.execute(select(lead.c.attributes, lead.c.country)).all()

    assert not any("Select" in row.attributes.values() for row in profiles)
    assert {len(row.country) for row in profiles if row.country} == {2}


def _mailbox(prospect: str) -> str:
    return f"{prospect.lower()}@leads.x-education.example"
