"""Standing sequences take in the leads that changed at once, and the others by the hour."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from flows.work.signals.intake import intake
from leadstore.enrolments.entrants import mark_looked_at
from leadstore.rows import decision, enrolment, lead
from leadstore.store import Store
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

WARM = "enter: {when: lead.fit >= 10}\n"
RECENT = 'enter:\n  when: not signals.any("asset.downloaded", within="2 hours")\n'
HELLO = "- send: hello"


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop whose one sequence stands, and which has swept once."""
    return workshop(store, tmp_path)


async def swept(work: Workshop, head: str = WARM) -> Workshop:
    """The shop after its first sweep, over nobody."""
    work.apply(files(HELLO, head))
    await intake(work.shop, TUESDAY)
    return work


async def test_a_changed_lead_enters_at_once(work: Workshop) -> None:
    """A lead that changed is looked at in the next tick, and once."""
    await swept(work)
    work.lead(fit=20.0)

    first, second = await intake(work.shop, TUESDAY), await intake(work.shop, TUESDAY)

    assert (first["enrolled"], second["enrolled"]) == (1, 0)
    assert [row.changed for row in work.rows(lead)] == [False]


async def test_time_alone_is_seen_by_the_hourly_sweep(work: Workshop) -> None:
    """A condition that becomes true without any change is found within the hour."""
    await swept(work, RECENT)
    work.happens(work.lead(), "asset.downloaded")

    counts = [(await intake(work.shop, TUESDAY + n * HOUR / 2))["enrolled"] for n in range(7)]

    assert counts == [0, 0, 0, 0, 0, 0, 1]


async def test_a_refusal_is_recorded_once(work: Workshop) -> None:
    """A lead without consent is refused once, however often it is swept, until the reason changes."""
    await swept(work)
    work.lead(state=None, fit=20.0)

    refused = [(await intake(work.shop, TUESDAY + n * HOUR))["refused"] for n in range(3)]
    with work.shop.store.begin() as tx:
        tx.execute(update(lead).values(stage="disqualified"))
    last = (await intake(work.shop, TUESDAY + 3 * HOUR))["refused"]

    assert refused == [{"consent_missing": 1}, {}, {}]
    assert last == {"disqualified": 1}
    assert [row.verdict for row in work.rows(decision)] == ["refuse", "refuse"]


async def test_a_sweep_goes_on_to_its_last_page(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages a sweep has, each lead is found once."""
    monkeypatch.setattr("flows.work.signals.entrants.BATCH", 2)
    await swept(work)
    ids = [work.lead(f"lead{n}", fit=20.0) for n in range(5)]
    with work.shop.store.begin() as tx:
        mark_looked_at(tx, ids)

    counts = await intake(work.shop, TUESDAY + HOUR)

    assert counts["enrolled"] == 5
    assert [row.lead_id for row in work.rows(enrolment)] == ids


async def test_many_changed_leads_are_taken_in_by_pages(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More changed leads than one batch holds are all considered in the same tick."""
    monkeypatch.setattr("flows.work.signals.entrants.BATCH", 2)
    monkeypatch.setattr("flows.work.signals.entrants.PAGE", 3)
    await swept(work)
    for n in range(5):
        work.lead(f"lead{n}", fit=20.0 * (n % 2))

    counts = await intake(work.shop, TUESDAY)

    assert counts["enrolled"] == 2
    assert not any(row.changed for row in work.rows(lead))


async def test_without_standing_sequences_nothing_is_swept(work: Workshop) -> None:
    """No standing sequence looks, so changed leads stay marked for the first that comes."""
    work.apply(files(HELLO))
    work.lead(fit=20.0)
    quiet = await intake(work.shop, TUESDAY)
    work.apply(files(HELLO, WARM), TUESDAY)

    counts = await intake(work.shop, TUESDAY)

    assert (quiet["enrolled"], counts["enrolled"]) == (0, 1)


async def test_a_closed_sequence_looks_at_nobody(work: Workshop) -> None:
    """A standing invitation ends with its webinar: who changes after that is not even refused."""
    work.apply(files(HELLO, "webinar: live\nenter: {when: lead.fit >= 10, until: webinar.starts_at}\n"))
    work.lead("early", fit=20.0)
    before = await intake(work.shop, TUESDAY)
    work.lead("late", fit=20.0)

    after = await intake(work.shop, TUESDAY + 4 * DAY)

    assert (before["enrolled"], after["enrolled"], after["refused"]) == (1, 0, {})
