"""Imported rows in the store: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from leadstore.database.bulk import Bulk
from leadstore.imports.writes import SaveCounts, save_batch
from leadstore.rows import address, consent, consent_change, enrolment, lead, signal, suppression
from leadstore.store import Store
from leadstore.tables import ReleaseTable
from nurture.imports.lead import ImportedLead, PastSignal
from nurture.values import Consent, Suppression
from nurture.words import Basis, ConsentState, SuppressionReason

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
GRANTED, WITHDRAWN, PENDING = ConsentState.GRANTED, ConsentState.WITHDRAWN, ConsentState.PENDING


def row(name: str = "ada", **facts: Any) -> ImportedLead:
    """A row about someone with an address and a key of her own."""
    plain = ImportedLead(
        line=2, source="crm", address=f"{name}@example.com", key=name, profile={"company": "Acme"}
    )
    return replace(plain, **facts)


def says(state: ConsentState, topic: str = "guides", **facts: Any) -> Consent:
    """A consent as the CRM states it."""
    plain = Consent(topic=topic, state=state, basis=Basis.IMPORTED, at=NOW, source="crm")
    return replace(plain, **facts)


def never(reason: SuppressionReason = SuppressionReason.OPERATOR) -> Suppression:
    """A suppression as the CRM states it."""
    return Suppression(reason=reason, at=NOW, source="crm")


def won(number: str = "1") -> PastSignal:
    """A past deal."""
    return PastSignal("deal.won", NOW - timedelta(days=3), f"deal.won:{number}", {"seats": 4})


@pytest.fixture
def tx(store: Store) -> Iterator[Connection]:
    """A transaction in an empty store."""
    with store.begin() as made:
        yield made
        made.rollback()


def states(tx: Connection, of: str) -> dict[str, str]:
    """What an address says now, by topic."""
    query = select(consent.c.topic, consent.c.state).join(address).where(address.c.address == of)
    return dict(tx.execute(query).all())


def suppressed(tx: Connection) -> list[str]:
    """The addresses that are never mailed."""
    return sorted(tx.scalars(select(address.c.address).join(suppression)))


def count(tx: Connection, table: Any) -> int | None:
    """How many rows a table has."""
    return tx.scalar(select(func.count()).select_from(table))


def test_a_new_row_becomes_a_lead(tx: Connection) -> None:
    """Profile, attributes, consent, suppression and signals come in whole."""
    said = row(
        attributes={"industry": "steel", "employees": 4, "tags": ["é", "b"]},
        consents=(says(GRANTED, proof="form 7"),),
        suppression=never(),
        signals=(won(),),
    )

    assert save_batch(tx, [said], NOW, live=True) == SaveCounts(saved=1, suppressed=1, signals=1)

    stored = tx.execute(select(lead)).one()
    assert (stored.key, stored.company, stored.attributes) == ("ada", "Acme", said.attributes)
    assert (stored.stage, stored.live, stored.changed, stored.recheck_at) == ("subscriber", True, True, NOW)
    assert (stored.created_at, stored.terms, stored.merged_into) == (NOW, [], None)
    spot = tx.execute(select(address)).one()
    assert (spot.address, spot.lead_id, spot.current) == ("ada@example.com", stored.id, True)
    kept = tx.execute(select(consent)).one()
    assert (kept.state, kept.basis, kept.proof, kept.source, kept.at) == (
        "granted",
        "imported",
        "form 7",
        "crm",
        NOW,
    )
    assert tx.execute(select(suppression.c.reason, suppression.c.at)).one() == ("operator", NOW)
    past = tx.execute(select(signal)).one()
    assert (past.type, past.properties, past.occurred_at) == (
        "deal.won",
        {"seats": 4},
        NOW - timedelta(days=3),
    )
    assert (past.received_at, past.live, past.pending, past.machine) == (NOW, True, True, False)


def test_the_same_rows_again_change_nothing(tx: Connection) -> None:
    """An import is idempotent, to the last row of history."""
    said = [
        row("ada", consents=(says(GRANTED),), signals=(won(),), attributes={"employees": 4}),
        row("bob", consents=(says(WITHDRAWN, "*"),), suppression=never()),
    ]
    save_batch(tx, said, NOW, live=True)
    history = [count(tx, t) for t in (lead, address, consent, consent_change, suppression, signal)]

    again = save_batch(tx, [replace(r, consents=r.consents) for r in said], LATER, live=True)

    assert again == SaveCounts(unchanged=2, suppressed=1, withdrawn=1)
    assert [count(tx, t) for t in (lead, address, consent, consent_change, suppression, signal)] == history
    assert set(tx.scalars(select(lead.c.changed_at))) == {NOW}


def test_no_blank_overwrites_a_value(tx: Connection) -> None:
    """What a row does not say stays as it was, and what it adds is added."""
    save_batch(
        tx, [row(profile={"company": "Acme", "city": "x"}, attributes={"industry": "steel"})], NOW, live=True
    )

    counts = save_batch(
        tx, [row(profile={"first_name": "Ada"}, attributes={"employees": 4})], LATER, live=True
    )

    stored = tx.execute(select(lead)).one()
    assert counts.saved == 1
    assert (stored.company, stored.first_name) == ("Acme", "Ada")
    assert stored.attributes == {"industry": "steel", "employees": 4}
    assert (stored.changed_at, stored.recheck_at, stored.created_at) == (LATER, LATER, NOW)


@pytest.mark.parametrize(
    ("held", "said", "left"),
    [
        pytest.param(says(WITHDRAWN), says(GRANTED), "withdrawn", id="a-withdrawal-stays"),
        pytest.param(says(GRANTED), says(WITHDRAWN), "withdrawn", id="a-withdrawal-comes-in"),
        pytest.param(says(GRANTED), says(PENDING), "granted", id="granted-is-not-asked-again"),
        pytest.param(says(PENDING), says(GRANTED), "granted", id="confirmed-by-its-own-source"),
        pytest.param(says(WITHDRAWN, "*"), says(GRANTED), None, id="all-withdrawn-bars-a-grant"),
    ],
)
def test_a_withdrawal_is_never_overwritten(
    tx: Connection, held: Consent, said: Consent, left: str | None
) -> None:
    """The stricter statement stands, whatever comes after it."""
    save_batch(tx, [row(consents=(held,))], NOW, live=True)

    save_batch(tx, [row(consents=(said,))], LATER, live=True)

    assert states(tx, "ada@example.com").get("guides") == left


def test_withdrawn_from_all_reaches_every_topic(tx: Connection) -> None:
    """Topics that were granted are withdrawn, and those of tomorrow are barred."""
    save_batch(tx, [row(consents=(says(GRANTED), says(GRANTED, "events")))], NOW, live=True)

    save_batch(tx, [row(consents=(says(WITHDRAWN, "*", at=LATER),))], LATER, live=True)

    assert states(tx, "ada@example.com") == {"guides": "withdrawn", "events": "withdrawn", "*": "withdrawn"}
    assert count(tx, consent_change) == 5


def test_an_older_withdrawal_does_not_undo_a_later_opt_in(tx: Connection) -> None:
    """The lead's own word after it counts for more, also when all topics were withdrawn."""
    own = says(GRANTED, basis=Basis.OPT_IN, source="form", at=NOW)
    save_batch(tx, [row(consents=(own,))], NOW, live=True)

    save_batch(tx, [row(consents=(says(WITHDRAWN, "*", at=NOW - timedelta(days=9)),))], LATER, live=True)

    assert states(tx, "ada@example.com") == {"guides": "granted"}


def test_suppressions_are_kept_as_they_are(tx: Connection) -> None:
    """A second reason does not replace the first, and nothing in a row lifts one."""
    save_batch(tx, [row(suppression=never(SuppressionReason.COMPLAINT))], NOW, live=True)

    save_batch(tx, [row(suppression=never())], LATER, live=True)
    save_batch(tx, [row()], LATER, live=True)

    assert tx.execute(select(suppression.c.reason, suppression.c.lifted_at)).all() == [("complaint", None)]


def test_a_changed_address_leaves_an_alias(tx: Connection) -> None:
    """The key says who it is; what forbids follows to the new address, what allows does not."""
    before = row(consents=(says(WITHDRAWN), says(GRANTED, "events")), suppression=never())
    save_batch(tx, [before], NOW, live=True)

    moved = row(address="ada@new.example", consents=(says(GRANTED),))
    counts = save_batch(tx, [moved], LATER, live=True)

    assert counts.saved == 1
    spots = tx.execute(select(address.c.address, address.c.current).order_by(address.c.id)).all()
    assert spots == [("ada@example.com", False), ("ada@new.example", True)]
    assert states(tx, "ada@new.example") == {"guides": "withdrawn"}
    assert suppressed(tx) == ["ada@example.com", "ada@new.example"]


def test_a_bounce_does_not_follow_to_a_new_address(tx: Connection) -> None:
    """A dead mailbox says nothing about the next one."""
    save_batch(tx, [row(suppression=never(SuppressionReason.BOUNCE))], NOW, live=True)

    save_batch(tx, [row(address="ada@new.example")], LATER, live=True)

    assert suppressed(tx) == ["ada@example.com"]


def test_an_alias_leads_to_its_lead(tx: Connection) -> None:
    """It is updated at its current address; what the row forbids holds there too."""
    save_batch(tx, [row()], NOW, live=True)
    save_batch(tx, [row(address="ada@new.example")], NOW, live=True)

    said = row(key=None, profile={"phone": "1"}, consents=(says(WITHDRAWN), says(GRANTED, "events")))
    save_batch(tx, [replace(said, suppression=never())], LATER, live=True)

    assert tx.execute(select(lead.c.key, lead.c.phone)).all() == [("ada", "1")]
    assert tx.scalars(select(address.c.address).where(address.c.current)).all() == ["ada@new.example"]
    assert states(tx, "ada@new.example") == {"guides": "withdrawn"}
    assert states(tx, "ada@example.com") == {"guides": "withdrawn", "events": "granted"}
    assert suppressed(tx) == ["ada@example.com", "ada@new.example"]


def test_a_lead_without_a_key_takes_the_rows(tx: Connection) -> None:
    """Someone we knew by address only is recognised and gets her key."""
    save_batch(tx, [row(key=None)], NOW, live=True)

    counts = save_batch(tx, [row(key="c-1")], LATER, live=True)

    assert counts.saved == 1
    assert tx.scalars(select(lead.c.key)).all() == ["c-1"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(row(key="eve"), "belongs to the lead with the key 'ada'", id="address-of-another-key"),
        pytest.param(
            row("bob", address="ada@example.com"), "belongs to another lead", id="key-and-address-differ"
        ),
    ],
)
def test_a_row_about_two_people_is_refused(tx: Connection, said: ImportedLead, why: str) -> None:
    """The row goes to the rejects with its line; the others go in."""
    save_batch(tx, [row("ada"), row("bob")], NOW, live=True)

    counts = save_batch(tx, [replace(said, line=9), row("cleo")], LATER, live=True)

    assert counts.saved == 1
    assert [line for line, _ in counts.refused] == [9]
    assert why in counts.refused[0][1]


def test_who_asked_to_be_forgotten_stays_forgotten(tx: Connection) -> None:
    """An erased address is not filled again by the next export."""
    save_batch(tx, [row(suppression=never(SuppressionReason.ERASURE), profile={})], NOW, live=True)

    counts = save_batch(tx, [row(profile={"first_name": "Ada"})], LATER, live=True)

    assert counts.refused == ((2, "the lead asked to be forgotten; it is not stored again"),)
    assert tx.scalars(select(lead.c.first_name)).all() == [None]


def test_several_rows_about_one_lead_are_one_lead(tx: Connection) -> None:
    """The first word on each field counts, whatever forbids is taken, and every signal comes in."""
    rows = [
        row(profile={"company": "Acme"}, consents=(says(GRANTED),), signals=(won("1"),)),
        row(profile={"company": "Bell"}, consents=(says(WITHDRAWN),), signals=(won("1"), won("2"))),
        row(key=None, profile={}, consents=(says(GRANTED),), suppression=never()),
    ]

    counts = save_batch(tx, rows, NOW, live=True)

    assert counts == SaveCounts(saved=3, suppressed=1, withdrawn=1, signals=2)
    assert tx.scalars(select(lead.c.company)).all() == ["Acme"]
    assert states(tx, "ada@example.com") == {"guides": "withdrawn"}
    assert tx.scalars(select(consent_change.c.state).order_by(consent_change.c.id)).all() == [
        "granted",
        "withdrawn",
    ]


def test_history_wakes_nobody(tx: Connection) -> None:
    """Without --live no sequence looks at the leads, and their signals say so."""
    save_batch(tx, [row(signals=(won(),))], NOW, live=False)

    assert tx.execute(select(lead.c.live, lead.c.changed, lead.c.recheck_at)).one() == (False, False, NOW)
    assert tx.scalar(select(signal.c.live)) is False


def test_live_wakes_what_history_brought(tx: Connection) -> None:
    """A second import of the same rows with --live lets sequences look at them."""
    save_batch(tx, [row()], NOW, live=False)

    counts = save_batch(tx, [row()], LATER, live=True)

    assert counts.saved == 1
    assert tx.execute(select(lead.c.live, lead.c.changed)).one() == (True, True)


def test_history_does_not_put_a_live_lead_to_sleep(tx: Connection) -> None:
    """More history about a lead that sequences look at leaves it awake."""
    save_batch(tx, [row()], NOW, live=True)

    save_batch(tx, [row(profile={"phone": "1"})], LATER, live=False)

    assert tx.execute(select(lead.c.live, lead.c.changed)).one() == (True, True)


def test_a_merged_lead_leads_to_the_one_that_stayed(tx: Connection) -> None:
    """Its key and its addresses are the other's now."""
    save_batch(tx, [row("ada"), row("bob")], NOW, live=True)
    ids = dict(tx.execute(select(lead.c.key, lead.c.id)).all())
    tx.execute(update(lead).where(lead.c.key == "bob").values(merged_into=ids["ada"]))
    tx.execute(update(address).where(address.c.lead_id == ids["bob"]).values(current=False))

    by_key = save_batch(tx, [row("bob", profile={"phone": "1"})], LATER, live=True)
    by_address = save_batch(tx, [row("bob", key=None, profile={"job_title": "CTO"})], LATER, live=True)

    assert (by_key.saved, by_address.saved) == (1, 1)
    assert tx.execute(select(lead.c.phone, lead.c.job_title).where(lead.c.key == "ada")).one() == ("1", "CTO")
    assert count(tx, lead) == 2


def test_a_withdrawal_makes_the_gate_look_again(tx: Connection) -> None:
    """Waiting enrolments of a lead whose consent changed come due at once; others sleep on."""
    save_batch(tx, [row("ada"), row("bob")], NOW, live=True)
    ids = dict(tx.execute(select(lead.c.key, lead.c.id)).all())
    tx.execute(
        insert(ReleaseTable.__table__).values(id=1, digest="d", files={}, applied_at=NOW, current=True)
    )  # type: ignore[attr-defined]
    waiting = {"sequence": "s", "entry_key": "", "run": 1, "version": "v", "release_id": 1, "state": "active"}
    waiting |= {"step": "wait", "occurrence": 1, "priority": 50, "requested": False, "retries": 0}
    moments = dict.fromkeys(("step_since", "first_due_at", "entered_at"), NOW) | {"due_at": LATER}
    tx.execute(insert(enrolment), [{"lead_id": of, **waiting, **moments} for of in ids.values()])

    soon = NOW + timedelta(hours=1)
    save_batch(tx, [row("ada", consents=(says(WITHDRAWN),)), row("bob")], soon, live=True)

    due = dict(tx.execute(select(enrolment.c.lead_id, enrolment.c.due_at)).all())
    assert due == {ids["ada"]: soon, ids["bob"]: LATER}


def test_statements_do_not_follow_the_number_of_rows(tx: Connection) -> None:
    """Set queries only: a thousand rows take the handful of statements that one row takes."""
    rows = [row(f"lead{n}", consents=(says(GRANTED),), signals=(won(str(n)),)) for n in range(1000)]
    spoken: list[str] = []
    event.listen(tx, "before_cursor_execute", lambda *said: spoken.append(said[2]))

    first = save_batch(tx, rows, NOW, live=True)
    again = save_batch(tx, rows, LATER, live=True)

    assert (first.saved, again.unchanged) == (1000, 1000)
    assert len(spoken) <= 24


def test_a_broken_constraint_says_so_without_values(tx: Connection) -> None:
    """Whoever writes in bulk sees SQLAlchemy's errors, and never an address in them."""
    save_batch(tx, [row()], NOW, live=True)
    same = [(99, "ada@example.com", tx.scalar(select(lead.c.id)), False, Bulk(tx).stamp(NOW))]

    with pytest.raises(IntegrityError) as broken:
        Bulk(tx).insert(address, ("id", "address", "lead_id", "current", "created_at"), same)

    assert "ada@example.com" not in str(broken.value.statement)
