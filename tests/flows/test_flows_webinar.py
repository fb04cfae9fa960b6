"""The shipped webinar from registration to recording, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.work.project.apply import apply_shelf
from leadstore.rows import enrolment
from leadstore.store import Store
from tests.builders import add_consent, add_lead
from tests.flows.workshop import Workshop, workshop

ROOT = Path(__file__).parents[2]
START = datetime(2027, 1, 21, 10, 0, tzinfo=UTC)
"""Thursday, 11:00 in Paris."""
HOUR = timedelta(hours=1)


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop with the shipped release, and two leads in Paris."""
    found = workshop(store, tmp_path)
    apply_shelf(store, ROOT, START - 20 * 24 * HOUR)
    with store.begin() as tx:
        for name in ("ada", "grace"):
            _, address_id = add_lead(tx, name, country="FR", language="en")
            add_consent(tx, address_id, "webinars", "granted", START - 20 * 24 * HOUR)
    return found


def subjects(work: Workshop, name: str) -> list[str]:
    return [str(mail["Subject"]) for mail in work.mails() if str(mail["To"]).startswith(name)]


async def run(work: Workshop, *hours: int) -> None:
    for hour in hours:
        await work.tick(START + hour * HOUR)


CONFIRMED = "You have a seat: Watch a real access review, start to finish"
TOMORROW = "Tomorrow at 11:00: what to have at hand"
SOON = "We start in an hour"


async def test_who_registers_is_reminded_and_thanked(work: Workshop) -> None:
    """Confirmation with a calendar file, two reminders at their moments, and thanks to who came."""
    work.happens(1, "webinar.registered", START - 72 * HOUR, webinar="live-review")
    await run(work, -72, -25, -24, -2, -1, 0)
    work.happens(1, "webinar.attended", START + HOUR, webinar="live-review")
    await run(work, 1, 3, 28, 76)

    assert subjects(work, "ada") == [CONFIRMED, TOMORROW, SOON, "What we did not have time to answer"]
    assert [file.get_content_type() for file in work.mails()[0].iter_attachments()] == ["text/calendar"]
    assert [e.state for e in work.rows(enrolment) if e.sequence == "webinar-registered"] == ["completed"]


async def test_who_registers_late_and_misses_it_gets_the_recording(work: Workshop) -> None:
    """No reminder of tomorrow on the day itself; who did not come is sent the recording."""
    work.happens(2, "webinar.registered", START - 2 * HOUR, webinar="live-review")
    await run(work, -2, -1, 0, 3, 23, 24, 28, 76)

    assert subjects(work, "grace") == [CONFIRMED, SOON, "The recording, and where to begin"]


async def test_who_registers_when_it_is_over_is_not_enrolled(work: Workshop) -> None:
    """The entry closes with the webinar, and the refusal says so."""
    work.happens(1, "webinar.registered", START + 2 * HOUR, webinar="live-review")

    counts = await work.tick(START + 2 * HOUR)

    assert counts["refused"] == {"entry_closed": 1}
