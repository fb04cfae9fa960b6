"""Many rows in one go: the same on both databases, values as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from leadstore.database.bulk import Bulk, StatementByIds
from leadstore.rows import lead
from leadstore.store import Store
from tests.builders import add_lead

NOW = datetime(2027, 6, 15, 8, 30, 0, 123456, tzinfo=UTC)

EACH = StatementByIds(lead.c.id, lambda these: select(lead.c.id).where(these))


def test_update_writes_each_row_over_its_own(store: Store) -> None:
    """Instants, JSON, text with quotes, numbers and none all come back as they were given."""
    with store.begin() as tx:
        ids = [add_lead(tx, f"lead{n}")[0] for n in range(3)]
        given: list[dict[str, Any]] = [
            {
                "id": one,
                "company": f'O\'Brien \\ "Ünï" {n}',
                "attributes": {"seats": n, "tags": ["a", None]},
                "fit": 0.1 + n,
                "recheck_at": NOW + timedelta(days=n) if n else None,
                "changed": n % 2 == 0,
            }
            for n, one in enumerate(ids)
        ]
        Bulk(tx).update(lead, given)
        columns = [lead.c[name] for name in given[0]]
        kept = [dict(r._mapping) for r in tx.execute(select(*columns).order_by(lead.c.id))]

    assert kept == given


def test_add_leaves_out_what_is_known(store: Store) -> None:
    """With `unless_known`, a row that breaks a constraint is passed over and not counted."""
    row = {"stage": "lead", "attributes": {}, "terms": [], "created_at": NOW, "changed_at": NOW}
    row |= {"fit": 0.0, "engagement": 0.0, "grade": "D", "heat": 4, "mature": False, "cycle": 0}
    row |= {"live": True, "changed": True}
    with store.begin() as tx:
        first = Bulk(tx).add(lead, [{**row, "key": "a"}])
        second = Bulk(tx).add(lead, [{**row, "key": "a"}, {**row, "key": "b"}], unless_known=True)

    assert (first, second) == (1, 1)


def test_nothing_to_write_is_no_statement(store: Store) -> None:
    """No rows, no work."""
    with store.begin() as tx:
        Bulk(tx).update(lead, [])
        added = Bulk(tx).add(lead, [])

    assert added == 0


def test_instants_of_any_zone_are_the_same_instant(store: Store) -> None:
    """An aware instant is kept in UTC, whatever zone it was given in."""
    with store.begin() as tx:
        one = add_lead(tx)[0]
        Bulk(tx).update(lead, [{"id": one, "recheck_at": NOW.astimezone(timezone(timedelta(hours=9)))}])
        kept = tx.scalar(select(lead.c.recheck_at))

    assert kept == NOW


def test_naive_instants_are_refused(sqlite_url: str) -> None:
    """A naive instant on its way to SQLite is refused, as any other statement refuses it."""
    store = Store(sqlite_url)
    with store.begin() as tx, pytest.raises(ValueError, match="aware"):
        Bulk(tx).update(lead, [{"id": 1, "recheck_at": NOW.replace(tzinfo=None)}])
    store.close()


def test_numbers_of_any_length_are_kept(store: Store) -> None:
    """A number that no machine word holds is written with the rest of its row."""
    attributes = {"account": 10**30, "seats": 2}
    with store.begin() as tx:
        one = add_lead(tx)[0]
        Bulk(tx).update(lead, [{"id": one, "attributes": attributes, "recheck_at": NOW}])
        kept = tx.execute(select(lead.c.attributes, lead.c.recheck_at)).one()

    assert tuple(kept) == (attributes, NOW)


def test_instants_come_back_in_utc(store: Store) -> None:
    """Whatever zone the database's server lives in."""
    with store.begin() as tx:
        add_lead(tx)
        kept = tx.scalar(select(lead.c.created_at))

    assert kept is not None
    assert kept.tzinfo is UTC


@pytest.mark.parametrize("ids", [[], [None], [None, 1]], ids=["none given", "none known", "one of two"])
def test_nothing_equals_an_unknown_id(store: Store, ids: list[int | None]) -> None:
    """An id that is not known finds no row, and no other one's."""
    with store.begin() as tx:
        one = add_lead(tx)[0]
        found = EACH.run(tx, [one if i else i for i in ids]).scalars().all()

    assert found == [one for i in ids if i]
