"""Merging: history of both is kept, and of two words the stricter one holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select, update

from leadstore.consents.grants import suppress
from leadstore.leads.foresight import foresee_merge
from leadstore.leads.lookup import find_lead
from leadstore.leads.merge import merge
from leadstore.rows import address, consent, lead, signal, suppression
from leadstore.signals import append_signals
from leadstore.store import Store, open_store
from nurture.values import NewSignal
from nurture.words import SuppressionReason
from tests.builders import NOON, add_consent, add_lead
from tests.leadstore.privacy.life import everything

TOPICS = ("guides", "news")
STATES = st.sampled_from([None, "pending", "granted", "withdrawn"])
SAID = st.fixed_dictionaries(dict.fromkeys(TOPICS, STATES))
REASONS = st.sampled_from([None, None, *SuppressionReason])


@pytest.fixture
def tx(store: Store) -> Iterator[Connection]:
    with store.begin() as opened:
        yield opened


def alias(tx: Connection, lead_id: int, spelt: str) -> int:
    row = {"address": spelt, "lead_id": lead_id, "current": False, "created_at": NOON}
    return int(tx.execute(insert(address).values(**row).returning(address.c.id)).scalar_one())


def states(tx: Connection, address_id: int) -> dict[str, str]:
    rows = tx.execute(select(consent.c.topic, consent.c.state).where(consent.c.address_id == address_id))
    return {r.topic: r.state for r in rows}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SAID, SAID, SAID, REASONS, REASONS)
def test_the_stricter_word_holds(
    sqlite_store: Store,
    duplicate: dict[str, str | None],
    old: dict[str, str | None],
    into: dict[str, str | None],
    barred: SuppressionReason | None,
    other: SuppressionReason | None,
) -> None:
    """What was withdrawn at any address, or suppressed, is so for who lives on; nothing is granted."""
    with sqlite_store.begin() as tx:
        trial = tx.begin_nested()
        one, spot = add_lead(tx, "one")
        two, there = add_lead(tx, "two")
        before = alias(tx, one, "old-one@leads.example")
        for place, said in ((spot, duplicate), (before, old), (there, into)):
            for topic, state in said.items():
                if state is not None:
                    add_consent(tx, place, topic, state)
        for place, reason in ((spot, barred), (there, other)):
            if reason is not None:
                tx.execute(
                    insert(suppression).values(address_id=place, reason=reason.value, source="", at=NOON)
                )
        merge(tx, one, two, NOON, "test")
        held = states(tx, there)
        bars = tx.scalar(select(func.count()).where(suppression.c.address_id == there))
        trial.rollback()
    for topic in TOPICS:
        withdrawn = "withdrawn" in (duplicate[topic], old[topic], into[topic])
        assert held.get(topic) == ("withdrawn" if withdrawn else into[topic])
    assert bars == int(barred is not None or other is not None)


@pytest.fixture(scope="module")
def sqlite_store(sqlite_template: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("merge") / "store.db"
    shutil.copy(str(sqlite_template), path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_history_of_both_is_kept(tx: Connection) -> None:
    """Signals count for the lead that lives on, addresses find it, what it did not know is taken over."""
    one, _ = add_lead(tx, "one", company="Acme", first_name="A.", attributes={"a": 1, "b": 1}, live=True)
    two, _ = add_lead(tx, "two", first_name="Ada", attributes={"b": 2}, live=False)
    for number, whose in enumerate((one, one, two)):
        append_signals(tx, [NewSignal(whose, "page.visited", NOON, "web", str(number))], NOON)

    assert merge(tx, one, two, NOON, "test", complete=True)
    row = tx.execute(select(lead).where(lead.c.id == two)).one()
    assert tx.scalar(select(func.count()).where(signal.c.lead_id == two)) == 3
    assert find_lead(tx, "one@leads.example") == two
    assert (row.company, row.first_name, row.attributes, row.live) == ("Acme", "Ada", {"a": 1, "b": 2}, True)


@pytest.mark.parametrize(
    ("of", "to", "kept"),
    [
        ("1 per 7 days", "3 per 7 days", "1 per 7 days"),
        ("2 per calendar week", None, "2 per calendar week"),
        (None, "2 per 7 days", "2 per 7 days"),
        ("9 per 7 days", "1 per calendar month", "1 per calendar month"),
        (None, None, None),
    ],
    ids=str,
)
def test_the_tighter_cap_holds(tx: Connection, of: str | None, to: str | None, kept: str | None) -> None:
    """What a lead chose for itself is not lost by a merge."""
    one, spot = add_lead(tx, "one")
    two, there = add_lead(tx, "two")
    for place, cap in ((spot, of), (there, to)):
        tx.execute(update(address).where(address.c.id == place).values(own_cap=cap))
    merge(tx, one, two, NOON, "test")

    assert tx.scalar(select(address.c.own_cap).where(address.c.id == there)) == kept


def test_a_bounce_of_an_alias_bars_nobody(tx: Connection) -> None:
    """It belongs to that mailbox; a complaint made there is the person's."""
    one, _ = add_lead(tx, "one")
    two, there = add_lead(tx, "two")
    old = alias(tx, one, "old@leads.example")
    tx.execute(insert(suppression).values(address_id=old, reason="bounce", source="", at=NOON))
    merge(tx, one, two, NOON, "test")

    assert tx.scalar(select(func.count()).where(suppression.c.address_id == there)) == 0


def test_what_will_happen_is_foreseen_and_not_done(tx: Connection) -> None:
    """The trial is taken back whole, and tells what the merge then does."""
    one, spot = add_lead(tx, "one", company="Acme")
    two, there = add_lead(tx, "two")
    add_consent(tx, spot, "news", "withdrawn")
    add_consent(tx, there, "news", "granted")
    suppress(tx, [spot], SuppressionReason.COMPLAINT, now=NOON, source="test")
    before = everything(tx)
    seen = foresee_merge(tx, one, two, NOON)

    assert everything(tx) == before
    assert seen is not None
    assert (seen.withdrawn, seen.suppressed, seen.fields, seen.addresses) == (
        *(("news",), "complaint"),
        *(("company",), 1),
    )
    assert foresee_merge(tx, one, one, NOON) is None
