"""Double opt-in: what was asked for comes at once, the rest when it is confirmed, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadstore.store import Store
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, TUESDAY

STEPS = "- send: asked\n- send: guide\n- wait: 1 day\n- send: more"


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop in which a lead has asked, and has not confirmed yet."""
    found = workshop(store, tmp_path)
    found.apply(files(STEPS, caps="9 per 7 days"))
    found.happens(found.lead(state="pending"), "form.submitted")
    return found


async def test_who_confirms_a_day_later_gets_it_once(work: Workshop) -> None:
    """The service mail at once; the white paper after the confirmation, once; then the sequence."""
    await work.tick()
    before = work.subjects()
    work.happens(1, "consent.granted", TUESDAY + DAY, topic="guides", basis="double_opt_in")

    for day in (1, 2, 3, 4):
        await work.tick(TUESDAY + day * DAY)

    assert before == ["Asked"]
    assert work.subjects() == ["Asked", "Guide", "More"]


async def test_who_never_confirms_gets_only_the_service_mail(work: Workshop) -> None:
    """When the request has expired, the enrolment stops."""
    for day in range(12):
        await work.tick(TUESDAY + day * DAY)

    assert work.subjects() == ["Asked"]
