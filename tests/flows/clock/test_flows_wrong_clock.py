"""A clock that was wrong for a minute: what it left in the store is brought back, and mail goes on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from leadstore import notes
from leadstore.consents.grants import withdraw_all
from leadstore.database.clock import bring_back, look_ahead
from leadstore.notes import see_moment
from leadstore.rows import consent, enrolment, handoff, lead, outbox, route
from leadstore.store import Store
from nurture.errors import ClockError
from tests.builders import add_enrolment, add_lead, add_release
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY

YEAR, DAY, HOUR = timedelta(days=364), timedelta(days=1), timedelta(hours=1)
WRONG = TUESDAY + YEAR
"""A Tuesday as well, at an open hour."""
STEPS = "- send: hello\n- wait: 2 days\n- send: more"


@pytest.fixture
def work(store: Store, tmp_path: object) -> Workshop:
    """A shop whose leads are mailed once a day at most."""
    made = workshop(store, tmp_path)  # type: ignore[arg-type]
    made.apply(files(STEPS, caps="1 per 1 day"))
    return made


def reset(work: Workshop, now: datetime) -> dict[str, int]:
    """What the command does: what there was."""
    with work.shop.store.begin("clock") as tx:
        return dict(bring_back(tx, now).rows)


async def ran_ahead(work: Workshop) -> None:
    """A tick ran with the clock a year ahead, and another process saw it."""
    work.shop.store.write(see_moment, WRONG)
    work.happens(work.lead(), "form.submitted", TUESDAY)
    await work.tick(WRONG)


async def test_what_waits_goes_on_at_its_time(work: Workshop) -> None:
    """A wait of two days that began a year ahead lasts two days, not a year and two days."""
    await ran_ahead(work)
    reset(work, TUESDAY)

    for days in range(5):
        await work.tick(TUESDAY + days * DAY)

    assert work.subjects() == ["Hello", "More"]


async def test_the_caps_hold_from_now_on(work: Workshop) -> None:
    """A touch sent by the wrong clock counts as sent now: not in a year, and not as never sent."""
    await ran_ahead(work)
    reset(work, TUESDAY)

    assert [row.slot_at for row in work.rows()] == [TUESDAY]


async def test_the_store_may_be_opened_again(work: Workshop) -> None:
    """Before, the right time would go back; afterwards it does not."""
    await ran_ahead(work)
    with pytest.raises(ClockError, match="nurture clock"):
        work.shop.store.write(see_moment, TUESDAY)

    reset(work, TUESDAY)
    work.shop.store.write(see_moment, TUESDAY + HOUR)


async def test_nothing_is_left_ahead(work: Workshop) -> None:
    """Once it is brought back, there is nothing to bring back; and before, it was counted."""
    await ran_ahead(work)
    before = reset(work, TUESDAY)

    with work.shop.store.read() as tx:
        after = look_ahead(tx, TUESDAY)

    assert (before["outbox.slot_at"], before["enrolment.step_since"], after.any) == (1, 1, False)


async def test_an_opt_in_given_now_counts_again(work: Workshop) -> None:
    """A withdrawal dated ahead would be later than every answer until then."""
    lead_id = work.lead()
    with work.shop.store.begin() as tx:
        withdraw_all(tx, lead_id, WRONG, "page")
    reset(work, TUESDAY)

    with work.shop.store.read() as tx:
        assert Counter(tx.scalars(select(consent.c.state))) == {"withdrawn": 2}
        assert set(tx.scalars(select(consent.c.at))) == {TUESDAY}


def test_what_a_worker_seemed_to_hold_is_taken_over(store: Store) -> None:
    """A claim leased until next year is taken over at the next tick; one that is leased rightly is not."""
    with store.begin() as tx:
        release = add_release(tx)
        for n, until in enumerate((WRONG, TUESDAY + HOUR / 4)):
            lead_id, _ = add_lead(tx, f"lead{n}")
            stands = add_enrolment(tx, lead_id, release, due_at=until, lease_until=until)
            row = {"kind": "touch", "enrolment_id": stands, "step": "first", "state": "claimed"}
            row |= {"due_at": TUESDAY, "first_due_at": TUESDAY, "created_at": TUESDAY, "payload": {}}
            tx.execute(insert(outbox).values(**row, message_id=f"<{n}@x>", lease_until=until))

        bring_back(tx, TUESDAY)
        leases = list(tx.scalars(select(outbox.c.lease_until).order_by(outbox.c.id)))
        dues = list(tx.scalars(select(enrolment.c.due_at).order_by(enrolment.c.id)))

    assert leases == [TUESDAY, TUESDAY + HOUR / 4]
    assert dues == [TUESDAY, TUESDAY + HOUR / 4]


def test_routes_open_and_a_word_of_the_operator_stands(store: Store) -> None:
    """What closed itself for a year is tried again; what the operator closed stays closed."""
    with store.begin() as tx:
        for name, cause in (("relay", "slow"), ("b.example", "operator")):
            tx.execute(
                insert(route).values(name=name, cause=cause, closed_until=WRONG, closings=1, day=WRONG.date())
            )
        bring_back(tx, TUESDAY)
        closed = dict(tx.execute(select(route.c.name, route.c.closed_until)).all())  # type: ignore[arg-type]

    assert closed == {"relay": TUESDAY, "b.example": WRONG}


def test_a_seller_has_as_long_as_ever(store: Store) -> None:
    """A lead offered a year ahead is offered now, and due a day later."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
        row = {"lead_id": lead_id, "cycle": 0, "state": "offered", "created_at": WRONG, "offered_at": WRONG}
        tx.execute(insert(handoff).values(**row, due_at=WRONG + DAY))
        bring_back(tx, TUESDAY)

        assert tx.execute(select(handoff.c.offered_at, handoff.c.due_at)).one() == (TUESDAY, TUESDAY + DAY)


def test_scores_counted_ahead_are_counted_anew(store: Store) -> None:
    """And others keep their moment."""
    with store.begin() as tx:
        ahead, _ = add_lead(tx, "a")
        right, _ = add_lead(tx, "b")
        for lead_id, at in ((ahead, WRONG), (right, TUESDAY - HOUR)):
            tx.execute(update(lead).where(lead.c.id == lead_id).values(score_as_of=at))
        bring_back(tx, TUESDAY)

        assert list(tx.scalars(select(lead.c.score_as_of).order_by(lead.c.id))) == [None, TUESDAY - HOUR]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("standing_sweep_at", WRONG.isoformat(), False),
        ("standing_sweep_at", TUESDAY.isoformat(), True),
        ("thinning", f"{WRONG.isoformat()} end", False),
        ("mailbox:1", f'{{"at": {int(WRONG.timestamp() * 1e9)}, "names": {{}}}}', False),
        ("mailbox:1", "123:456", True),
        ("mailbox:1", "{}", True),
        ("store_id", "0f3a", True),
    ],
)
def test_notes_of_what_was_last_done(store: Store, name: str, value: str, kept: bool) -> None:
    """A sweep that was done "next year" is done again, and a Maildir read up to then is read again."""
    with store.begin() as tx:
        notes.write_note(tx, name, value)
        bring_back(tx, TUESDAY)

        assert (notes.read_note(tx, name) == value) is kept


def test_a_store_that_saw_nothing_ahead_is_left_alone(store: Store) -> None:
    """Nothing is counted, and nothing is noted."""
    with store.begin() as tx:
        found = bring_back(tx, TUESDAY + 2 * YEAR)

        assert (found.any, notes.read_note(tx, notes.SEEN)) == (False, None)
