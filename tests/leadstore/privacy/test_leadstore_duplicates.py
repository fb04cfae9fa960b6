"""Likely doubles: found by keys in set queries, the surest first, on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect

from leadstore.leads.duplicates import CROWD, find_duplicates
from leadstore.leads.merge import merge
from leadstore.store import Store
from tests.builders import NOON, add_lead


def doubles(store: Store, at_least: float = 0.6, limit: int = 50) -> list[tuple[int, int]]:
    with store.read("report") as tx:
        found = find_duplicates(tx, at_least=at_least, limit=limit)
    return [(one.one.id, one.other.id) for one in found]


def test_doubles_are_found_the_surest_first(store: Store) -> None:
    """The same person twice, and twice by a typo; others are not among them."""
    with store.begin() as tx:
        ada, _ = add_lead(tx, "ada.lovelace", first_name="Ada", last_name="Lovelace", phone="+33123456789")
        typo, _ = add_lead(tx, "ada.lovelacs")
        swapped, _ = add_lead(tx, "al", first_name="Lovelace", last_name="Ada", phone="0123456789")
        add_lead(tx, "grace.hopper", first_name="Grace", last_name="Hopper")

    assert doubles(store) == [(ada, swapped), (ada, typo)]
    assert doubles(store, limit=1) == [(ada, swapped)]
    assert doubles(store, at_least=1.0) == []


def test_who_was_merged_is_no_double(store: Store) -> None:
    """It is one already."""
    with store.begin() as tx:
        one, _ = add_lead(tx, "ada.lovelace", first_name="Ada", last_name="Lovelace")
        two, _ = add_lead(tx, "a.lovelace", first_name="Ada", last_name="Lovelace")
        merge(tx, two, one, NOON, "test")

    assert doubles(store) == []


def test_pairs_are_never_all_pairs(store: Store) -> None:
    """A key that a crowd shares is no candidate, and statements do not grow in number with the leads."""
    with store.begin() as tx:
        for number in range(CROWD + 10):
            add_lead(tx, f"{number:03}x", last_name="Martin")
    seen: list[str] = []
    note: Any = lambda *arguments: seen.append(str(arguments[2]))  # noqa: E731
    event.listen(store.engine, "before_cursor_execute", note)
    found = doubles(store, at_least=0.0)
    event.remove(store.engine, "before_cursor_execute", note)

    assert found == []
    assert len(seen) < 20


def test_nothing_of_it_stays(store: Store) -> None:
    """Its table is temporary, and it may run twice."""
    with store.begin() as tx:
        add_lead(tx)
    assert doubles(store) == doubles(store) == []
    with store.read() as tx:
        assert "likeness_block" not in inspect(tx).get_table_names()
