"""The life of a sequence: editing it with leads inside, pausing, resuming and retiring it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from flows.work.project.apply import Applied, apply_release
from flows.work.project.follow import Followed
from leadstore.enrolments.halts import halts, pause, resume, retire
from leadstore.rows import decision, enrolment
from leadstore.store import Store
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

CAPS = {"caps": "99 per 7 days"}
OLD = "- send: hello\n- wait: 2 days\n- send: more\n- wait: 9 days\n  id: long\n- send: sheet"
NEW = "- send: hello\n- send: guide\n- wait: 1 day\n- send: more\n- wait: 9 days\n  id: long\n- send: sheet"
NAMES = ("first", "second", "third")


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def change(work: Workshop, steps: str, head: str, now: object = TUESDAY) -> Applied:
    return apply_release(work.shop.store, files(steps, head, **CAPS), now, yes=True)  # type: ignore[arg-type]  # an instant


def told(work: Workshop) -> Counter[tuple[str, str]]:
    return Counter((str(mail["To"]).partition("@")[0], str(mail["Subject"])) for mail in work.mails())


async def leads_at_each_step(work: Workshop) -> None:
    """`third` waits at the last wait, `second` at the first one, `first` has not been looked at."""
    work.apply(files(OLD, **CAPS))
    work.happens(work.lead("third"), "form.submitted")
    await work.tick()
    await work.tick(TUESDAY + 2 * DAY)
    work.happens(work.lead("second"), "form.submitted", TUESDAY + 2 * DAY)
    await work.tick(TUESDAY + 2 * DAY)
    work.happens(work.lead("first"), "form.submitted", TUESDAY + 2 * DAY)


async def live_on(work: Workshop) -> None:
    for day in range(2, 20):
        await work.tick(TUESDAY + day * DAY + HOUR)


CHANGES = {
    "finish": (
        "",
        Followed(stayed=2),
        {
            "first": ["Guide", "Hello", "More", "Sheet"],
            "second": ["Hello", "More", "Sheet"],
            "third": ["Hello", "More", "Sheet"],
        },
    ),
    "move": (
        "on_change: move\n",
        Followed(moved=2),
        {
            "first": ["Guide", "Hello", "More", "Sheet"],
            "second": ["Hello", "More", "Sheet"],
            "third": ["Hello", "More", "Sheet"],
        },
    ),
    "exit": (
        "on_change: exit\n",
        Followed(left=2),
        {"first": ["Guide", "Hello", "More", "Sheet"], "second": ["Hello"], "third": ["Hello", "More"]},
    ),
}


@pytest.mark.parametrize(("head", "followed", "mails"), CHANGES.values(), ids=CHANGES.keys())
async def test_editing_with_leads_at_each_step(
    work: Workshop, head: str, followed: Followed, mails: dict[str, list[str]]
) -> None:
    """Each `on_change` does what it says; nobody is lost, and nobody gets a mail twice.

    The new form has a send before the place where `second` and `third` wait: they are not sent it.
    """
    await leads_at_each_step(work)

    applied = change(work, NEW, head, TUESDAY + 2 * DAY)
    await live_on(work)

    got = told(work)
    assert applied.followed == followed
    assert {name: sorted(what for who, what in got if who == name) for name in NAMES} == mails
    assert max(got.values()) == 1
    assert {e.state for e in work.rows(enrolment)} <= {"completed", "stopped"}


async def test_who_moves_follows_the_new_times(work: Workshop) -> None:
    """A wait that became shorter ends when the new form says so, counted from when it began."""
    await leads_at_each_step(work)
    change(
        work,
        NEW.replace("- wait: 1 day", "- wait: 1 hour\n  id: wait"),
        "on_change: move\n",
        TUESDAY + 2 * DAY,
    )

    counts = await work.tick(TUESDAY + 2 * DAY + 2 * HOUR)

    assert counts["sent"] >= 1
    assert told(work)["second", "More"] == 1


async def test_a_renamed_step_takes_its_planned_touch_along(work: Workshop) -> None:
    """Who waits before a renamed send gets it once, as the touch that was planned."""
    await leads_at_each_step(work)
    steps = OLD.replace("- send: more", "- send: more\n  id: again")
    night = TUESDAY + 4 * DAY + 12 * HOUR
    await work.tick(night)
    planned = [row.id for row in work.rows() if (row.step, row.state) == ("more", "planned")]
    change(work, steps, "on_change: move\nmoves: {more: again}\n", night)

    await work.tick(TUESDAY + 6 * DAY)

    assert [(row.step, row.state) for row in work.rows() if row.id in planned] == [("again", "sent")]
    assert max(told(work).values()) == 1


async def test_a_move_back_to_a_step_that_was_sent_sends_nothing(work: Workshop) -> None:
    """However `moves` leads a lead back, a step that its enrolment was sent is not sent again."""
    await leads_at_each_step(work)
    steps = "- send: hello\n- send: sheet"
    moves = "on_change: move\nmoves: {wait: hello, long: hello}\n"

    applied = change(work, steps, moves, TUESDAY + 2 * DAY)
    await live_on(work)

    got = told(work)
    assert applied.followed.moved == 2
    assert (got["second", "Hello"], got["third", "Hello"], got["third", "Sheet"]) == (1, 1, 1)
    reasons = [d.reason for d in work.rows(decision)]
    assert reasons.count("sent_before") == 2


async def test_a_planned_touch_whose_new_step_was_sent_is_closed(work: Workshop) -> None:
    """Two steps that became one: what was planned for the second is closed, not sent."""
    work.apply(files("- send: hello\n- send: more\n  window: {hours: '14:00-15:00'}\n- send: sheet", **CAPS))
    work.happens(work.lead(), "form.submitted")
    await work.tick(TUESDAY + 6 * HOUR)
    await work.tick(TUESDAY + DAY)

    change(work, "- send: hello\n- send: sheet", "on_change: move\nmoves: {more: hello}\n", TUESDAY + DAY)
    await work.tick(TUESDAY + DAY)

    assert [(row.step, row.state) for row in work.rows()] == [
        ("hello", "sent"),
        ("more", "skipped"),
        ("sheet", "sent"),
    ]


async def test_a_step_without_a_home_finishes_the_old_form(work: Workshop) -> None:
    """Nobody is lost: who stands where the new form has nothing goes on in the old one."""
    await leads_at_each_step(work)
    steps = "- send: hello\n- wait: 2 days\n- send: more"

    applied = change(work, steps, "on_change: move\n", TUESDAY + 2 * DAY)
    await live_on(work)

    assert applied.followed == Followed(moved=1, stayed=1)
    assert told(work)["third", "Sheet"] == 1


async def test_words_flow_through(work: Workshop) -> None:
    """A change of words alone moves nobody, and the next mail has the new words."""
    await leads_at_each_step(work)
    project = files(OLD, **CAPS)
    project["templates/more.md.j2"] = project["templates/more.md.j2"].replace(
        "subject: More", "subject: Better"
    )

    applied = apply_release(work.shop.store, project, TUESDAY + 2 * DAY)
    await live_on(work)

    assert applied.followed == Followed()
    assert told(work)["second", "Better"] == 1


async def test_a_pause_freezes_the_timers(work: Workshop) -> None:
    """A paused sequence sends nothing; resumed, its waits end later by as long as it stood still."""
    await leads_at_each_step(work)
    with work.shop.store.begin() as tx:
        still = pause(tx, "s", TUESDAY + 3 * DAY)
        pause(tx, "s", TUESDAY + 5 * DAY)
    silent = [await work.tick(TUESDAY + n * DAY) for n in range(3, 9)]
    with work.shop.store.begin() as tx:
        gone_on = resume(tx, "s", TUESDAY + 13 * DAY)

    early = await work.tick(TUESDAY + 13 * DAY)
    late = await work.tick(TUESDAY + 14 * DAY)

    assert (still, gone_on) == (2, 3)
    assert [counts.get("sent", 0) for counts in silent] == [0] * 6
    assert told(work)["first", "Hello"] == 1
    assert (early["sent"], late["sent"], told(work)["second", "More"]) == (1, 1, 1)
    assert "sequence_paused" in {d.reason for d in work.rows(decision)}


async def test_what_happens_during_a_pause_counts(work: Workshop) -> None:
    """A signal that came while the sequence stood still ends the wait for it."""
    steps = (
        "- wait_for: asset.downloaded\n  within: 3 days\n  then: [{send: hello}]\n  otherwise: [{send: more}]"
    )
    work.apply(files(steps))
    lead_id = work.lead()
    work.happens(lead_id, "form.submitted")
    await work.tick()
    with work.shop.store.begin() as tx:
        pause(tx, "s", TUESDAY + DAY)
    work.happens(lead_id, "asset.downloaded", TUESDAY + 10 * DAY)
    await work.tick(TUESDAY + 10 * DAY)
    with work.shop.store.begin() as tx:
        resume(tx, "s", TUESDAY + 20 * DAY)

    await work.tick(TUESDAY + 20 * DAY)

    assert work.subjects() == ["Hello"]


async def test_a_dated_step_keeps_its_date(work: Workshop) -> None:
    """A pause that ends before the date does not move it."""
    work.apply(files("- send: live\n  at: webinar.starts_at - 1 day", "webinar: live\n"))
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    with work.shop.store.begin() as tx:
        pause(tx, "s", TUESDAY + HOUR)
        resume(tx, "s", TUESDAY + DAY)

    early, due = await work.tick(TUESDAY + DAY), await work.tick(TUESDAY + 2 * DAY + 2 * HOUR)

    assert (early.get("sent", 0), due["sent"]) == (0, 1)


async def test_a_retired_sequence_lets_everybody_go(work: Workshop) -> None:
    """Retired, a sequence sends nothing and takes nobody in; resumed, it takes new leads in again."""
    await leads_at_each_step(work)
    with work.shop.store.begin() as tx:
        left = retire(tx, "s", TUESDAY + 2 * DAY)
        known = halts(tx)["s"]
    silent = await work.tick(TUESDAY + 5 * DAY)
    with work.shop.store.begin() as tx:
        resume(tx, "s", TUESDAY + 6 * DAY)
        twice = resume(tx, "s", TUESDAY + 6 * DAY)
    work.happens(work.lead("late"), "form.submitted", TUESDAY + 6 * DAY)
    again = await work.tick(TUESDAY + 6 * DAY)

    assert (left, known, twice) == (2, ("retired", TUESDAY + 2 * DAY), None)
    assert silent.get("sent", 0) == 0
    assert (again["sent"], told(work)["late", "Hello"]) == (1, 1)
    assert {e.reason for e in work.rows(enrolment) if e.state == "stopped"} == {"sequence_retired"}
