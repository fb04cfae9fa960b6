"""The store's promises: transactions, migrations, uniqueness, and outages said plainly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from leadstore import notes
from leadstore.database.schema import VERSION_TABLE
from leadstore.enrolments.snapshots import lock_leads
from leadstore.rows import enrolment, handoff, lead, outbox
from leadstore.store import Store, in_thread, open_store, savepoint
from nurture.blame import is_own
from nurture.errors import ClockError, SettingError, StoreError, StoreGone, Unstorable
from tests.builders import DAY, NOON, add_enrolment, add_lead, add_release


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    """A transaction that raises leaves nothing behind."""
    with pytest.raises(RuntimeError), store.begin() as tx:
        add_lead(tx)
        raise RuntimeError

    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(lead)) == 0


def test_reading_writes_nothing(store: Store) -> None:
    """What is written inside read() is rolled back."""
    with store.read() as tx:
        add_lead(tx)

    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(lead)) == 0


def test_migrating_twice_changes_nothing(store: Store) -> None:
    """A migrated store is migrated again at every start, at no harm."""
    with store.begin() as tx:
        add_lead(tx)

    store.migrate()

    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(lead)) == 1


def test_the_migrations_build_what_the_tables_say(store: Store) -> None:
    """The schema that the migrations build has no difference to the one the tables declare."""
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"version_table": VERSION_TABLE})

        assert compare_metadata(context, SQLModel.metadata) == []


def test_instants_come_back_aware(store: Store) -> None:
    """An instant comes back as the same aware UTC moment, microseconds included."""
    exact = NOON + timedelta(microseconds=123456)
    with store.begin() as tx:
        lead_id, _ = add_lead(tx, created_at=exact)

    with store.read() as tx:
        assert tx.scalar(select(lead.c.created_at).where(lead.c.id == lead_id)) == exact


def test_naive_instants_are_refused(store: Store) -> None:
    """A naive datetime never reaches the database."""
    with pytest.raises(Exception, match="aware"), store.begin() as tx:
        add_lead(tx, created_at=NOON.replace(tzinfo=None))


def test_one_active_enrolment_per_entry_key(store: Store) -> None:
    """A second active run of a lead through a sequence is passed over."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
        release = add_release(tx)
        add_enrolment(tx, lead_id, release)
        add_enrolment(tx, lead_id, release, run=2)

        assert tx.scalar(select(func.count()).select_from(enrolment)) == 1


def test_one_touch_per_passage_of_a_step(store: Store) -> None:
    """(enrolment, step, occurrence) is unique in the outbox."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
        enrolment_id = add_enrolment(tx, lead_id, add_release(tx))
    row = {"kind": "touch", "enrolment_id": enrolment_id, "step": "first", "occurrence": 1}
    row |= {"state": "planned", "due_at": NOON, "first_due_at": NOON, "created_at": NOON, "payload": {}}

    with pytest.raises(IntegrityError), store.engine.begin() as raw:
        raw.execute(insert(outbox), [row | {"message_id": "<a@b>"}, row | {"message_id": "<c@d>"}])


def test_one_open_handoff_per_lead(store: Store) -> None:
    """The database refuses a second open handoff of a lead."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
    row = {"lead_id": lead_id, "state": "offered", "created_at": NOON}

    with pytest.raises(IntegrityError), store.engine.begin() as raw:
        raw.execute(insert(handoff), [row | {"cycle": 0}, row | {"cycle": 1}])


def test_a_refused_statement_shows_no_values(store: Store) -> None:
    """A constraint's message quotes values, and an address must not reach a log."""
    with pytest.raises(StoreError) as caught, store.begin() as tx:
        add_lead(tx, "grace")
        add_lead(tx, "grace")

    assert "grace" not in str(caught.value)


UNFIT = {
    "an object": {"stage": object()},
    "no JSON": {"attributes": {"on": NOON.date()}},
    "a number out of all reason": {"cycle": 2**80},
    "a key twice": {"key": "twice"},
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_a_value_that_does_not_fit_is_no_outage(store: Store, unfit: str) -> None:
    """It is told from a store that is away, so that only its owner is set aside."""
    with store.begin() as tx:
        add_lead(tx, "twice")

    with pytest.raises((ValueError, TypeError, ArithmeticError)) as caught, store.begin() as tx:
        add_lead(tx, "grace", **UNFIT[unfit])

    assert is_own(caught.value)
    assert "grace" not in str(caught.value)


def test_a_statement_that_is_wrong_for_everybody_is_an_outage(store: Store) -> None:
    """A table that is not there is nobody's value."""
    with pytest.raises(StoreError) as caught, store.begin() as tx:
        tx.exec_driver_sql("SELECT * FROM nowhere")

    assert not is_own(caught.value)


def test_a_savepoint_is_taken_back_alone(store: Store) -> None:
    """What raised in it is said plainly, and the transaction around it goes on."""
    with store.begin() as tx:
        add_lead(tx, "twice")
        with pytest.raises(Unstorable), savepoint(tx):
            add_lead(tx, "twice")
        add_lead(tx, "once")

    with store.read() as tx:
        assert tx.scalars(select(lead.c.key).order_by(lead.c.id)).all() == ["twice", "once"]


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    """An unreachable database is a StoreGone that names the URL without its password and the remedy."""
    store = open_store("postgresql://nurture:secret@127.0.0.1:1/none")

    with pytest.raises(StoreGone) as caught:
        store.migrate()

    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "is PostgreSQL running" in str(caught.value)


def test_a_locked_database_says_so(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite store that another process keeps locked is a StoreGone that asks who writes."""
    monkeypatch.setattr("leadstore.store.BUSY_SECONDS", 0.05)
    first, second = open_store(sqlite_url), open_store(sqlite_url)

    with first.begin(), pytest.raises(StoreGone, match="locked"), second.begin():
        pass

    first.close()
    second.close()


@pytest.mark.postgres
def test_a_frozen_worker_stops_nobody(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stands still inside a transaction loses it, so that others get its rows."""
    monkeypatch.setattr("leadstore.database.patience.FROZEN_SECONDS", 0.2)
    frozen, other = open_store(postgres_url), open_store(postgres_url)
    with other.begin() as tx:
        lead_id, _ = add_lead(tx)

    with pytest.raises(StoreGone), frozen.begin() as tx:
        lock_leads(tx, [lead_id])
        with other.begin() as second:
            lock_leads(second, [lead_id])  # waits until the first has lost it
        lock_leads(tx, [lead_id])

    frozen.close()
    other.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/name"], ids=["not a url", "a database we do not keep"]
)
def test_an_unusable_url(url: str) -> None:
    """A URL that cannot be used is a SettingError that says what to write."""
    with pytest.raises(SettingError):
        open_store(url)


async def test_async_code_uses_a_thread(store: Store) -> None:
    """in_thread runs a store function and returns what it returned."""

    def count() -> int:
        with store.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(lead)) or 0)

    assert await in_thread(count) == 0


def test_the_clock_never_goes_back(store: Store) -> None:
    """A store that has seen a day refuses the day before, and says which it has seen."""
    with store.begin() as tx:
        notes.see_moment(tx, NOON)
        notes.see_moment(tx, NOON + DAY)
        notes.see_moment(tx, NOON + DAY)

        with pytest.raises(ClockError, match="2027-06-16"):
            notes.see_moment(tx, NOON)


def test_nobody_else_reads_the_store(tmp_path: Path) -> None:
    """A store file is its owner's alone: it is full of addresses."""
    store = open_store(f"sqlite:///{tmp_path}/new/store.db")
    store.migrate()
    store.close()

    assert [f"{path.stat().st_mode & 0o777:o}" for path in (tmp_path / "new").iterdir()] == ["600"]
