"""Whose last word counts: consent signals of the past, odd ones, and addresses that a lead has left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, update

from leadstore.consents.grants import withdraw_all
from leadstore.consents.suppressions import suppress_address
from leadstore.rows import address, consent, suppression
from leadstore.store import Store
from tests.builders import add_consent
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

HELLO = "- send: hello"
TWO = "- send: hello\n- wait: 3 days\n- send: more"


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def moves(work: Workshop, lead_id: int) -> None:
    """The lead is reached at another address from now on, and opted in there."""
    with work.shop.store.begin() as tx:
        tx.execute(update(address).where(address.c.lead_id == lead_id).values(current=False))
        new = insert(address).values(address="new@leads.example", lead_id=lead_id, current=True)
        [number] = tx.execute(new.values(created_at=TUESDAY)).inserted_primary_key or ()
        add_consent(tx, number, "guides", "granted", TUESDAY)


@pytest.mark.parametrize("live", [True, False], ids=["live", "history"])
async def test_an_opt_in_of_the_past_lifts_no_withdrawal(work: Workshop, live: bool) -> None:
    """Only a later opt-in reverses a withdrawal; one that an import brings from last year does not."""
    work.apply(files(HELLO))
    lead_id = work.lead()
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, TUESDAY - DAY, source="page")
    work.happens(lead_id, "consent.granted", TUESDAY - 300 * DAY, topic="guides", live=live)
    work.happens(lead_id, "form.submitted")

    await work.tick()

    assert work.subjects() == []
    assert {row.topic: row.state for row in _consents(work)} == {"guides": "withdrawn", "*": "withdrawn"}


async def test_of_two_words_in_one_intake_the_last_counts(work: Workshop) -> None:
    """Intake may come to both long after: each is dated by itself."""
    work.apply(files(HELLO))
    lead_id = work.lead()
    work.happens(lead_id, "consent.withdrawn", TUESDAY - 2 * HOUR)
    work.happens(lead_id, "consent.granted", TUESDAY - HOUR, topic="guides")

    await work.tick()

    assert [(row.topic, row.state) for row in _consents(work)] == [("guides", "granted")]


@pytest.mark.parametrize("basis", ["because", ["opt_in"], None], ids=["no basis", "a list", "none"])
async def test_an_odd_basis_grants_nothing_and_stops_nobody(work: Workshop, basis: object) -> None:
    """A signal that cannot be used does not keep intake from all the others."""
    work.apply(files(HELLO))
    work.happens(work.lead("bea", state=None), "consent.granted", topic="guides", basis=basis)
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    assert work.subjects() == ["Hello"]
    assert len(_consents(work)) == 1


@pytest.mark.parametrize("named", [777, "x", 2], ids=["nobody's", "no number", "another lead's"])
async def test_a_bounce_names_an_address_of_its_lead(work: Workshop, named: object) -> None:
    """An address id that is not the lead's suppresses the lead's own address, and nobody else's."""
    work.apply(files(HELLO))
    lead_id = work.lead()
    work.lead("bea")
    work.happens(lead_id, "mail.bounced", address_id=named)

    await work.tick()

    assert [row.address_id for row in work.rows(suppression)] == [1]


async def test_an_old_link_leaves_the_new_address_as_well(work: Workshop) -> None:
    """Who clicks in a mail to an address of before is not mailed at the one of today either (I3)."""
    work.apply(files(TWO))
    lead_id = work.lead()
    work.happens(lead_id, "form.submitted")
    await work.tick()
    moves(work, lead_id)
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, TUESDAY + HOUR, source="page")

    await work.tick(TUESDAY + 4 * DAY)

    assert work.subjects() == ["Hello"]


async def test_a_suppressed_alias_suppresses_its_lead(work: Workshop) -> None:
    """The operator names the address he knows; the lead leaves every sequence."""
    work.apply(files(TWO))
    lead_id = work.lead()
    work.happens(lead_id, "form.submitted")
    await work.tick()
    moves(work, lead_id)
    with work.shop.store.begin() as tx:
        suppress_address(tx, "ada@leads.example", TUESDAY + HOUR, source="asked by phone")

    await work.tick(TUESDAY + 4 * DAY)

    assert work.subjects() == ["Hello"]


async def test_a_bounce_of_an_alias_belongs_to_the_mailbox(work: Workshop) -> None:
    """That an old mailbox is gone does not silence the new one."""
    work.apply(files(HELLO))
    lead_id = work.lead()
    moves(work, lead_id)
    work.happens(lead_id, "mail.bounced", address_id=1)
    work.happens(lead_id, "form.submitted")

    await work.tick()

    assert work.subjects() == ["Hello"]


def _consents(work: Workshop) -> list[object]:
    with work.shop.store.read() as tx:
        return list(tx.execute(consent.select().order_by(consent.c.topic.desc())))
