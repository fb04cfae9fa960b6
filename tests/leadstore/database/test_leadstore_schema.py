"""The schema: what a store has, what each migration declares, and which version may work on which store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from leadstore.database import upgrade
from leadstore.database.schema import (
    VERSION_TABLE,
    Schema,
    known_migrations,
    newest_schema,
    note_needs,
    refuse_other,
)
from leadstore.database.upgrade import alembic_config, oldest_needed
from leadstore.store import Store, open_store
from nurture.errors import SchemaError

NEWER = "9999"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it."""
    opened = open_store(f"sqlite:///{tmp_path}/empty.db")
    yield opened
    opened.close()


def newer(store: Store, needs: str | None) -> None:
    """A newer version migrates the store, and says what must be known to work on it."""
    with store.begin() as tx:
        tx.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{NEWER}'")
        if needs is not None:
            note_needs(tx, NEWER, needs)


def test_every_migration_says_whether_it_is_additive() -> None:
    """Without the word, nobody could work on a store that is being upgraded."""
    found = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())

    assert [one.revision for one in found if type(getattr(one.module, "additive", None)) is not bool] == []
    assert tuple(one.revision for one in reversed(found)) == known_migrations()


def test_what_is_needed_is_the_last_migration_that_took_something_away() -> None:
    """The first migration is never additive, so there is one."""
    assert oldest_needed(alembic_config()) in known_migrations()


def test_a_migrated_store_fits(store: Store) -> None:
    """And says for later versions what they need to know."""
    schema = store.schema()

    assert (schema.fits, schema.held, schema.pending) == (True, newest_schema(), ())
    assert schema.needs == oldest_needed(alembic_config())


def test_an_empty_store_has_everything_pending(empty: Store) -> None:
    """It is refused with the command that helps."""
    schema = empty.schema()

    assert (schema.held, schema.pending) == (None, known_migrations())
    with pytest.raises(SchemaError, match="`nurture migrate`"):
        refuse_other(schema)


def test_migrating_tells_what_was_there(empty: Store) -> None:
    """The second time there is nothing to do."""
    first, second = empty.migrate(), empty.migrate()

    assert (first.held, second.held) == (None, newest_schema())


def test_what_a_newer_version_only_added_to_is_worked_on(store: Store) -> None:
    """Two versions side by side is how one upgrades; migrating leaves such a store alone."""
    newer(store, needs=known_migrations()[0])

    assert (store.schema().ahead, store.schema().fits) == (True, True)
    assert store.migrate().held == NEWER
    assert store.schema().held == NEWER


@pytest.mark.parametrize("needs", [NEWER, None], ids=["incompatible", "says nothing"])
def test_what_a_newer_version_changed_is_refused(store: Store, needs: str | None) -> None:
    """By reading and by migrating, in words that say what to do."""
    newer(store, needs)

    with pytest.raises(SchemaError, match=r"upgrade Nurture .* or restore"):
        refuse_other(store.schema())
    with pytest.raises(SchemaError, match="newer than this version"):
        store.migrate()


def test_two_migrations_do_not_race(store: Store, empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One does it, the other waits and finds it done."""
    target = empty if store.dialect == "sqlite" else store
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: upgrade.upgrade(target.engine), range(2)))

    assert target.schema().fits
    assert newest_schema() in [one.held for one in found]


@pytest.mark.parametrize(
    ("held", "pending", "ahead"),
    [
        (None, ("0001", "0002"), False),
        ("0000", ("0001", "0002"), False),
        ("0001", ("0002",), False),
        ("0002", (), False),
        ("0003", (), True),
    ],
)
def test_a_schema_is_compared_with_what_is_known(
    held: str | None, pending: tuple[str, ...], ahead: bool
) -> None:
    """Older, equal or newer."""
    schema = Schema(held, None, ("0001", "0002"))

    assert (schema.pending, schema.ahead) == (pending, ahead)
