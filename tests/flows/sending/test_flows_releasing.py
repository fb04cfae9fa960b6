"""From a template that breaks to a mail that is sent once: failed, held, mended, tried again or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from console.why.command import tell
from flows.work.sending.give_up import give_up
from flows.work.story.reasons import say_decision
from leadstore.enrolments.halts import pause, resume
from leadstore.outbox.failures import FailureFilter, Found
from leadstore.outbox.retry import retry
from leadstore.rows import enrolment, outbox
from leadstore.store import Store
from leadstore.story.chapters import PastDecision
from nurture.words import Verdict
from outbound.testing import MemoryRelay
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

TWO = "- send: hello\n- send: more"
SOON = TUESDAY + HOUR
BROKEN = "---\nsubject: Hello\npreheader: Hello\n---\n{{ 100 / lead.fit }}\n"
"""It fails for whom nothing is known of: there is no dividing by nought."""


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def breaking(steps: str = TWO, head: str = "") -> Mapping[str, str]:
    """The small project with a template that fails."""
    return {**files(steps, head), "templates/hello.md.j2": BROKEN}


async def fail(work: Workshop, project: Mapping[str, str], *names: str) -> None:
    """These leads ask, and their first touch fails."""
    work.apply(project)
    for name in names or ("ada",):
        work.happens(work.lead(name), "form.submitted")
    await work.tick()


def again(work: Workshop, now: Any = SOON, **wanted: Any) -> Found:
    with work.shop.store.begin() as tx:
        return retry(tx, FailureFilter(**wanted), now)


def skip(work: Workshop, *ids: int) -> Found:
    with work.shop.store.begin() as tx:
        return give_up(work.shop, tx, ids, now=SOON)


def story(work: Workshop, now: Any) -> list[str]:
    """The decisions about the first lead, as `nurture why` says them."""
    with work.shop.store.read() as tx:
        return [_said(one) for one in tell(tx, 1, now).story.decisions if one.verdict is not Verdict.ENTER]


def _said(one: PastDecision) -> str:
    return say_decision(one, lambda at: f"{at:%H:%M}")


async def test_a_mended_template_is_sent_once(work: Workshop) -> None:
    """Failed and held; mended and applied; tried again, sent once, and the sequence goes on."""
    await fail(work, breaking("- send: hello\n- wait: 1 day\n- send: more"), "ada", "bob")
    held = [(r.state, r.message_id) for r in work.rows()]
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"), SOON)
    idle = await work.tick(SOON)

    again(work, reason="render_failed")
    first, second = await work.tick(SOON), await work.tick(SOON)

    sent = [(r.state, r.message_id) for r in work.rows()]
    assert ([state for state, _ in held], idle) == (["failed", "failed"], {})
    assert (first["sent"], second) == (2, {})
    assert sent == [("sent", name) for _, name in held]
    assert {(e.state, e.step) for e in work.rows(enrolment)} == {("active", "wait")}
    assert [mail["Message-ID"] for mail in work.mails()] == [name for _, name in held]


async def test_why_tells_the_whole_story(work: Workshop) -> None:
    """What failed, that the operator let it go on, and that it was sent."""
    await fail(work, breaking("- send: hello"))
    work.apply(files("- send: hello"), SOON)
    again(work, ids=(1,))
    await work.tick(SOON)

    first, released, second = story(work, SOON)

    assert first == second == "Decided to send: nothing stood in the way."
    assert released.startswith("Went on: the operator let it be tried again; before, the template failed")


async def test_what_is_not_mended_fails_again(work: Workshop) -> None:
    """Trying again is no promise: it is held as before, and may be tried again."""
    await fail(work, breaking())

    again(work, ids=(1,))
    counts = await work.tick(SOON)
    [one], _ = again(work, ids=(1,))

    assert counts["failed"] == 1
    assert one.reason == "render_failed"


async def test_the_whole_gate_is_passed_again(work: Workshop) -> None:
    """Who withdrew while it was held is not mailed."""
    await fail(work, breaking())
    work.happens(1, "consent.withdrawn", topic="guides")
    await work.tick(SOON)
    work.apply(files(TWO), SOON)

    again(work, ids=(1,))
    await work.tick(SOON)

    assert work.subjects() == []
    assert [e.reason for e in work.rows(enrolment)] == ["consent_withdrawn"]


async def test_too_late_is_skipped_and_said(work: Workshop) -> None:
    """`expires` counts from when the touch first came due, whoever lets it go on."""
    late = TUESDAY + 2 * DAY
    await fail(work, breaking("- send: hello\n  expires: 1 day\n- send: more"))
    work.apply(files("- send: hello\n  expires: 1 day\n- send: more"), late)

    found, _ = again(work, late, ids=(1,))
    await work.tick(late)

    assert [one.is_late(late) for one in found] == [True]
    assert [(r.state, r.reason) for r in work.rows()] == [("skipped", "expired"), ("sent", "due")]
    assert "Skipped: it would have come too late to be useful." in story(work, late)


async def test_retries_count_anew(work: Workshop) -> None:
    """A relay that stayed away for days is back: the touch has all its tries again."""
    work.shop.relay = work.relay = MemoryRelay(lambda _: "451 4.3.0 later")
    work.apply(files("- send: hello\n  expires: 2 hours"))
    work.happens(work.lead(), "form.submitted")
    for minutes in (0, 6, 25, 90):
        await work.tick(TUESDAY + timedelta(minutes=minutes))
    spent = work.rows(enrolment)[0]

    again(work, TUESDAY + 1.75 * HOUR, ids=(1,))

    [fresh] = work.rows(enrolment)
    assert (spent.state, spent.reason) == ("held", "relay_said_later")
    assert (fresh.state, fresh.retries) == ("active", 0)


async def test_a_given_up_touch_is_passed_over(work: Workshop) -> None:
    """The next step is sent, and the story says who gave up the first."""
    await fail(work, breaking())

    skip(work, 1)
    counts = await work.tick(SOON)

    assert (counts["sent"], work.subjects()) == (1, ["More"])
    assert [r.state for r in work.rows()] == ["skipped", "sent"]
    told = [one for one in story(work, SOON) if one.startswith("Skipped")]
    assert "the operator gave it up; before, the template failed" in told[0]


async def test_giving_up_the_last_step_ends_the_run(work: Workshop) -> None:
    """Nothing comes after it: the sequence ran to its end."""
    await fail(work, breaking("- send: hello"))

    skip(work, 1)

    [run] = work.rows(enrolment)
    assert (run.state, run.reason) == ("completed", "completed")
    assert story(work, SOON)[-1] == "Finished: the sequence ran to its end."


async def test_giving_up_a_cast_waits_for_the_next(work: Workshop) -> None:
    """A stream goes on to its next cast."""
    head = "enter: {when: 'true'}\nstream: [{guide: guide}, {sheet: sheet}]\ncast: [tue 12:00]\n"
    project = files("", head)
    project["templates/guide.md.j2"] = BROKEN.replace("---\n{{", "asset: guide\n---\n{{")
    work.apply(project, TUESDAY - HOUR)
    work.lead()
    await work.tick(TUESDAY - HOUR)
    failed = await work.tick(TUESDAY + HOUR / 2)

    skip(work, *[r.id for r in work.rows() if r.state == "failed"])

    [run] = work.rows(enrolment)
    assert failed["failed"] == 1
    assert (run.state, run.occurrence) == ("active", 2)


async def test_giving_up_what_a_release_took_away(work: Workshop) -> None:
    """Its sequence runs no more, so the lead leaves it."""
    await fail(work, breaking())
    project = files(TWO)
    project["sequences/t.yaml"] = project.pop("sequences/s.yaml").replace("sequence: s", "sequence: t")
    work.apply(project, SOON, yes=True)

    skip(work, 1)

    [run] = work.rows(enrolment)
    assert (run.state, run.reason) == ("stopped", "sequence_retired")


async def test_a_paused_sequence_stays_paused(work: Workshop) -> None:
    """What is let go on waits until the sequence does."""
    await fail(work, breaking())
    work.apply(files(TWO), SOON)
    with work.shop.store.begin() as tx:
        pause(tx, "s", SOON)
    again(work, ids=(1,))

    still = await work.tick(SOON)
    with work.shop.store.begin() as tx:
        resume(tx, "s", SOON + HOUR)
    moving = await work.tick(SOON + HOUR)

    assert (still, moving["sent"]) == ({}, 2)


async def test_a_renamed_step_is_sent_under_its_new_name(work: Workshop) -> None:
    """A release that moves who is held does not strand them."""
    await fail(work, breaking("- {send: hello, id: old}\n- send: more", "on_change: move\n"))
    work.apply(files("- {send: hello, id: new}\n- send: more", "on_change: move\nmoves: {old: new}\n"), SOON)

    again(work, ids=(1,))
    counts = await work.tick(SOON)

    assert counts["sent"] == 2
    assert [(r.step, r.state) for r in work.rows()] == [("old", "skipped"), ("new", "sent"), ("more", "sent")]


async def test_a_failed_seller_mail_reaches_the_seller(work: Workshop) -> None:
    """Its brief was broken; mended, it goes out once, by the same Message-ID."""
    project = files("- send: hello")
    name = "templates/seller/handoff.md.j2"
    work.apply({**project, name: project[name].replace("{{ brief.cause }}", "{{ 1 / 0 }}")})
    work.happens(work.lead(job_title="Head"), "demo.requested")
    await work.tick()
    [failed] = work.rows()
    work.apply(project, SOON)

    again(work, ids=(failed.id,))
    first, second = await work.tick(SOON), await work.tick(SOON)

    [mail] = work.mails()
    assert (failed.state, first["mails"], second) == ("failed", 1, {})
    assert (mail["To"], mail["Message-ID"]) == ("sam@acme.example", failed.message_id)


async def test_a_decision_that_broke_is_taken_again(work: Workshop) -> None:
    """What had been planned before is sent, by the Message-ID it had then."""
    early = TUESDAY - 5 * HOUR
    work.apply(files(TWO), early)
    work.happens(work.lead(), "form.submitted", early)
    await work.tick(early)
    [planned] = work.rows()
    with work.shop.store.begin() as tx:  # as a decision that fails writes it
        closed = {"state": "skipped", "reason": "enrolment_ended", "settled_at": early}
        tx.execute(update(outbox).values(**closed))
        tx.execute(update(enrolment).values(state="held", reason="decision_failed", ended_at=early))
    idle = await work.tick()

    again(work, lead_id=1)
    counts = await work.tick(SOON)

    assert (planned.state, idle, counts["sent"]) == ("planned", {}, 2)
    assert work.mails()[0]["Message-ID"] == planned.message_id
    assert "before, the decision itself failed" in story(work, SOON)[1]
