"""What comes after the sale: the shipped loyalty sequence, walked by a lead whom a seller took before."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.work.project.shelf import read_shelf
from leadstore.rows import enrolment
from leadstore.store import Store
from tests.builders import add_consent
from tests.flows.workshop import Workshop, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

ROOT = Path(__file__).parents[3]


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop that runs the shipped shelves."""
    made = workshop(store, tmp_path)
    made.apply(read_shelf(ROOT))
    return made


def ways(work: Workshop) -> list[tuple[str, str, str | None]]:
    return [(one.sequence, one.state, one.reason) for one in work.rows(enrolment)]


async def test_a_customer_is_nurtured_again(work: Workshop) -> None:
    """A seller takes the lead, which ends its nurture; it buys, and gets what is meant for customers."""
    lead_id = work.lead(job_title="CISO", language="fr", first_name="Ada")
    with work.shop.store.begin() as tx:
        add_consent(tx, 1, "customer-notes", "granted", TUESDAY)
    work.happens(lead_id, "form.submitted", asset="security-guide")
    work.happens(lead_id, "call.requested")
    await work.tick()
    work.happens(lead_id, "handoff.accepted", TUESDAY + DAY)
    await work.tick(TUESDAY + DAY)
    taken = ways(work)
    work.happens(lead_id, "deal.won", TUESDAY + 9 * DAY)
    for day in range(9, 140, 3):
        await work.tick(TUESDAY + day * DAY + HOUR)

    assert taken == [("white-paper", "stopped", "handoff_accepted")]
    assert work.stage(lead_id) == "customer"
    assert ways(work)[1:] == [("loyalty", "completed", "completed")]
    assert work.subjects()[2:] == [
        "Votre première revue, sans nuit blanche",
        "Ce que les autres passent en revue ensuite",
        "Quatre mois après, que changeriez-vous ?",
    ]
