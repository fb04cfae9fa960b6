"""Maturity as a lead lives through it: offered once, answered, recycled, merged, and never lost."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.work.deadline import Deadline
from flows.work.scoring.batch import score_leads
from flows.work.scoring.rescore import rescore
from flows.work.scoring.sets import score_by_sets, scorer
from leadstore.consents.grants import grant, suppress, withdraw_topics
from leadstore.leads.ranking import list_leads
from leadstore.notes import write_note
from leadstore.rows import address, consent, enrolment, handoff, lead, score_history, signal, stage_change
from leadstore.scores.passes import PLACE
from leadstore.store import Store
from nurture.scoring.rules import rules_of
from nurture.words import Basis, SuppressionReason
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

HELLO = "- send: hello"
MATRIX = """\
maturity:
  fit: {A: 50, B: 40, C: 20}
  engagement: {1: 60, 2: 35, 3: 15}
  margin: 5
  matrix:
    A: [fast-track, mql, nurture, nurture]
    B: [mql, nurture, nurture, nurture]
    C: [nurture, nurture, nurture, nurture]
    D: [nurture, nurture, nurture, nurture]
"""


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store, with the small project."""
    made = workshop(store, tmp_path)
    made.apply(project())
    return made


def project(**scoring: str) -> dict[str, str]:
    found = files(HELLO)
    found["nurture.yaml"] += MATRIX
    for old, new in scoring.items():
        assert old in found["scoring.yaml"]
        found["scoring.yaml"] = found["scoring.yaml"].replace(old, new)
    return found


def read(work: Workshop, lead_id: int) -> Any:
    with work.shop.store.read() as tx:
        return tx.execute(select(lead).where(lead.c.id == lead_id)).one()


def offers(work: Workshop) -> list[tuple[int, str]]:
    return [(h.cycle, h.state) for h in work.rows(handoff)]


def warm(work: Workshop, name: str = "ada", times: int = 4) -> int:
    """A head who has read `times` papers: 10 points each, half of them gone in 30 days."""
    lead_id = work.lead(name, job_title="Head")
    for _ in range(times):
        work.happens(lead_id, "asset.downloaded")
    return lead_id


async def test_hovering_at_the_threshold(work: Workshop) -> None:
    """A lead that slips below the threshold and comes back within the margin is handed over once."""
    lead_id = warm(work)
    await work.tick()
    await work.tick(TUESDAY + 7 * DAY)  # 40 points are 34: below 35, above 30
    work.happens(lead_id, "asset.downloaded", TUESDAY + 8 * DAY)
    await work.tick(TUESDAY + 8 * DAY)

    assert read(work, lead_id).engagement > 35
    assert (work.stage(lead_id), offers(work)) == ("mql", [(0, "offered")])


async def test_fading_below_the_margin(work: Workshop) -> None:
    """Left alone it ceases to be mature by itself; the open offer stays with its seller."""
    lead_id = warm(work)
    await work.tick()
    await work.tick(TUESDAY + 14 * DAY)

    assert (read(work, lead_id).mature, work.stage(lead_id)) == (False, "prospect")
    assert offers(work) == [(0, "offered")]


async def test_fast_track(work: Workshop) -> None:
    """A cell that says fast-track makes it an mql, and the cause says so."""
    lead_id = warm(work, times=7)
    await work.tick()

    assert [c.cause for c in work.rows(stage_change)] == ["matrix A1: fast-track"]
    assert work.stage(lead_id) == "mql"


async def test_using_the_product(work: Workshop) -> None:
    """It qualified itself: a PQL, whatever its heat."""
    lead_id = work.lead()
    work.happens(lead_id, "product.used")
    await work.tick()

    assert (work.stage(lead_id), offers(work)) == ("pql", [(0, "offered")])


async def test_a_call_needs_no_consent_and_no_sequence(work: Workshop) -> None:
    """In no sequence and without newsletter consent, one who asks for a call reaches sales at once."""
    lead_id = work.lead("ada", None)
    work.happens(lead_id, "call.requested")
    await work.tick()

    assert work.rows(enrolment) == []
    assert [mail["To"] for mail in work.mails()] == ["sam@acme.example"]
    assert (work.stage(lead_id), offers(work)) == ("mql", [(0, "offered")])


@pytest.mark.parametrize("reason", ["timing", "unreachable", ""], ids=["timing", "unreachable", "none"])
async def test_back_to_nurturing(work: Workshop, reason: str) -> None:
    """Returned for its timing: engagement counts from zero, fit stays, and it can be handed over again."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.rejected", TUESDAY + HOUR, **({"reason": reason} if reason else {}))
    await work.tick(TUESDAY + HOUR)
    back = read(work, lead_id)
    work.happens(lead_id, "demo.requested", TUESDAY + 2 * DAY)
    await work.tick(TUESDAY + 2 * DAY)

    assert (back.stage, back.mature, back.fit, back.engagement, back.cycle) == ("prospect", False, 50, 0, 1)
    assert (work.stage(lead_id), offers(work)) == ("mql", [(0, "rejected"), (1, "offered")])


async def test_an_unanswered_offer_silences_nobody(work: Workshop) -> None:
    """Nobody answers: the offer lapses, the lead is nurtured again, and a late yes still counts."""
    lead_id = work.lead(job_title="Head")
    work.happens(lead_id, "form.submitted")
    work.happens(lead_id, "demo.requested")
    await work.tick()
    waiting = await work.tick(TUESDAY + 8 * DAY)
    lapsing = await work.tick(TUESDAY + 15 * DAY)  # due after a day, and chased for two weeks
    resumed = await work.tick(TUESDAY + 15 * DAY + HOUR)
    work.happens(lead_id, "handoff.accepted", TUESDAY + 16 * DAY)
    await work.tick(TUESDAY + 16 * DAY)

    assert waiting["held"] == {"handoff_open": 1}
    assert lapsing["lapsed"] == 1
    assert (resumed["signals"], read(work, lead_id).cycle) == (1, 1)
    assert work.subjects() == ["Ready: ada@leads.example", "Hello"]
    assert offers(work) == [(0, "accepted")]
    assert work.stage(lead_id) == "sal"


@pytest.mark.parametrize(
    ("until", "day"),
    [("2027-06-25", 10), ("2027-06-25T12:00", 10), ("2027-06-25T12:00:00+03:00", 9), ("2028-01-01", 60)],
)
async def test_a_seller_asks_for_time(work: Workshop, until: str, day: int) -> None:
    """A snooze moves the due time to its day's end or moment, and no further than the policy allows."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.snoozed", TUESDAY + HOUR, until=until)
    await work.tick(TUESDAY + HOUR)

    [offer] = work.rows(handoff)
    assert (offer.due_at - TUESDAY).days == day


async def test_a_seller_takes_it(work: Workshop) -> None:
    """Accepted: the handoff is answered, the lead is a SAL and stays one while its engagement fades."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.accepted", TUESDAY + HOUR)
    await work.tick(TUESDAY + HOUR)
    await work.tick(TUESDAY + 90 * DAY)

    assert (work.stage(lead_id), offers(work)) == ("sal", [(0, "accepted")])


async def test_returned_after_it_was_taken(work: Workshop) -> None:
    """A SAL that is sent back later is nurtured again, once, however often that is told."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.accepted", TUESDAY + HOUR)
    await work.tick(TUESDAY + HOUR)
    work.happens(lead_id, "handoff.rejected", TUESDAY + DAY, reason="timing")
    await work.tick(TUESDAY + DAY)
    await work.tick(TUESDAY + DAY)

    assert (work.stage(lead_id), read(work, lead_id).cycle) == ("prospect", 1)
    assert [s.source_id for s in work.rows(signal) if s.type == "lead.recycled"] == ["recycled:6"]


@pytest.mark.parametrize("reason", ["wrong_fit", "competitor", "duplicate"])
async def test_not_for_us(work: Workshop, reason: str) -> None:
    """What sales bars is disqualified with their reason, and its next demo request reaches nobody."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.rejected", TUESDAY + HOUR, reason=reason)
    await work.tick(TUESDAY + HOUR)
    work.happens(lead_id, "demo.requested", TUESDAY + DAY)
    await work.tick(TUESDAY + DAY)

    assert (work.stage(lead_id), offers(work)) == ("disqualified", [(0, "rejected")])
    assert work.rows(stage_change)[-1].cause == f"handoff.rejected: {reason}"


async def test_a_duplicate_is_merged(work: Workshop) -> None:
    """The other lead gets its deeds, its alias and the stricter word of both; what ran for it ends."""
    lead_id = warm(work)
    other = work.lead("grace")
    work.happens(lead_id, "form.submitted")  # enters s
    await work.tick()
    with work.shop.store.begin() as tx:
        withdraw_topics(tx, [(1, "guides")], TUESDAY + HOUR, "page")
    work.happens(
        lead_id, "handoff.rejected", TUESDAY + HOUR, reason="duplicate", duplicate_of="grace@leads.example"
    )
    await work.tick(TUESDAY + HOUR)
    await work.tick(TUESDAY + 2 * HOUR)

    gone, lives = read(work, lead_id), read(work, other)
    assert (gone.merged_into, gone.stage, gone.mature) == (other, "disqualified", False)
    assert lives.engagement == pytest.approx(40, abs=0.1)
    assert [(a.lead_id, a.current) for a in work.rows(address)] == [(other, False), (other, True)]
    with work.shop.store.read() as tx:
        states = tx.execute(select(consent.c.state).where(consent.c.address_id == 2)).scalars().all()
    assert states == ["withdrawn"]
    assert {e.state for e in work.rows(enrolment) if e.lead_id == lead_id} <= {"stopped", "completed"}
    assert lives.stage == "prospect"  # what sales said of the one says nothing of the other


async def test_a_merge_takes_suppressions_and_all_topics(work: Workshop) -> None:
    """Who left everything, or bounced, at one address is left alone at the other."""
    lead_id, other = warm(work), work.lead("grace")
    await work.tick()
    with work.shop.store.begin() as tx:
        suppress(tx, [1], SuppressionReason.COMPLAINT, TUESDAY, "test")
        grant(tx, 1, "*", Basis.OPT_IN, TUESDAY, "test")
    work.happens(lead_id, "consent.withdrawn", TUESDAY + HOUR)
    work.happens(lead_id, "handoff.rejected", TUESDAY + HOUR, reason="duplicate", duplicate_of="grace")
    await work.tick(TUESDAY + HOUR)

    with work.shop.store.read() as tx:
        said = tx.execute(select(consent.c.topic, consent.c.state).where(consent.c.address_id == 2)).all()
        barred = tx.exec_driver_sql("SELECT reason FROM suppression WHERE address_id = 2").all()
    assert read(work, lead_id).merged_into == other
    assert set(said) == {("guides", "withdrawn"), ("*", "withdrawn")}
    assert [row[0] for row in barred] == ["complaint"]


@pytest.mark.parametrize("named", ["nobody@leads.example", "ada"], ids=["unknown", "itself"])
async def test_a_duplicate_of_nobody(work: Workshop, named: str) -> None:
    """Where the other lead is not known, or is the lead itself, nothing is merged: it is disqualified."""
    lead_id = warm(work)
    await work.tick()
    work.happens(lead_id, "handoff.rejected", TUESDAY + HOUR, reason="duplicate", duplicate_of=named)
    await work.tick(TUESDAY + HOUR)

    assert (read(work, lead_id).merged_into, work.stage(lead_id)) == (None, "disqualified")


async def test_nobody_to_offer_it_to(work: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    """Without sellers the handoff waits, an alarm is raised, the count says so, and the list too."""
    lonely = files(HELLO, sellers="")
    lonely["nurture.yaml"] += MATRIX
    work.apply(lonely)
    warm(work)
    with caplog.at_level(logging.WARNING, "nurture.handoff"):
        counts = await work.tick()
    with work.shop.store.read() as tx:
        [listed], _ = list_leads(tx, ready=True)
    work.apply(project(), TUESDAY + HOUR)
    later = await work.tick(TUESDAY + HOUR)

    assert counts["unassigned"] == 1
    assert [r.getMessage()[:30] for r in caplog.records] == ["1 leads are ready for sales, a"]
    assert (listed.handoff, listed.seller) == ("unassigned", None)
    assert (later["offered"], offers(work)) == (1, [(0, "offered")])


# --- everybody again ---------------------------------------------------------------------------------------


def crowd(work: Workshop) -> list[int]:
    """Leads of every kind: silent, warm, hot, recycled, returned, asking, using, sold, merged away."""
    ids = [work.lead("silent"), warm(work, "w2", 2), warm(work, "w4", 4), warm(work, "w9", 9)]
    for kind in ("lead.recycled", "handoff.rejected", "demo.requested", "product.used", "deal.won"):
        ids.append(warm(work, kind))
        work.happens(ids[-1], kind)
    ids.append(work.lead("history", live=False, job_title="Head"))
    work.happens(ids[-1], "demo.requested", live=False)
    return ids


def standing(work: Workshop) -> list[tuple[Any, ...]]:
    with work.shop.store.read() as tx:
        rows = tx.execute(select(lead).order_by(lead.c.id)).all()
    return [
        (r.fit, pytest.approx(r.engagement, abs=1e-9), r.grade, r.heat, r.stage, r.mature, r.cycle)
        for r in rows
    ]


CHANGED = {"points: 50}": "points: 45}", "points: 10,": "points: 13,", "30 days": "40 days"}


async def test_a_rule_change_reaches_everybody(work: Workshop) -> None:
    """After a release with other rules a pass scores all leads; one by one they come to just the same."""
    ids = crowd(work)
    await work.tick()
    work.apply(project(**CHANGED), TUESDAY + DAY)
    counts = await rescore(work.shop, TUESDAY + DAY)
    by_pass = standing(work)
    with work.shop.store.begin() as tx:
        _, book = work.shop.book(tx)
        score_leads(tx, book, ids, TUESDAY + DAY)
    again = await rescore(work.shop, TUESDAY + DAY)

    assert (counts["rescored"], counts["behind"]) == (len(ids), 0)
    assert by_pass == standing(work)
    assert again["rescored"] == 0


async def test_words_change_no_score(work: Workshop) -> None:
    """A release with another title, or another text, asks for no pass."""
    crowd(work)
    await work.tick()
    other = project()
    other["sequences/s.yaml"] = other["sequences/s.yaml"].replace("title: S", "title: Another")
    work.apply(other, TUESDAY + DAY)

    assert (await rescore(work.shop, TUESDAY + HOUR))["rescored"] == 0


async def test_a_pass_goes_on_where_it_stopped(work: Workshop) -> None:
    """The place is kept with the rules: the same rules go on from it, other rules begin anew."""
    ids = crowd(work)
    await work.tick()
    changed = project(**CHANGED)
    work.apply(changed, TUESDAY + DAY)
    with work.shop.store.begin() as tx:
        write_note(tx, PLACE, f"{rules_of(work.shop.book(tx)[1])} {ids[5]}")
    rest = await rescore(work.shop, TUESDAY + DAY)
    work.apply(project(), TUESDAY + DAY)
    with work.shop.store.begin() as tx:
        write_note(tx, PLACE, f"others {ids[5]}")
    whole = await rescore(work.shop, TUESDAY + DAY)

    assert (rest["rescored"], whole["rescored"]) == (len(ids) - 6, len(ids))


async def test_a_pass_stops_when_its_time_is_up(work: Workshop) -> None:
    """What is left is told, and taken up by the next call."""
    ids = crowd(work)
    await work.tick()
    work.apply(project(**CHANGED), TUESDAY + DAY)
    first = await rescore(work.shop, TUESDAY + DAY, deadline=Deadline(at=0.0))
    second = await rescore(work.shop, TUESDAY + DAY)

    assert (first["rescored"], first["behind"], second["behind"]) == (len(ids), 0, 0)


async def test_other_margins_judge_everybody(work: Workshop) -> None:
    """A change of the matrix alone moves those whose scores did not change."""
    lead_id = warm(work)
    await work.tick()
    other = project()
    other["nurture.yaml"] = other["nurture.yaml"].replace("A: [fast-track, mql,", "A: [fast-track, nurture,")
    other["nurture.yaml"] = other["nurture.yaml"].replace("margin: 5", "margin: 0")
    work.apply(other, TUESDAY + HOUR)
    await rescore(work.shop, TUESDAY + HOUR)

    assert (work.stage(lead_id), read(work, lead_id).mature) == ("prospect", False)


async def test_who_waits_for_intake_is_not_scored_twice(work: Workshop) -> None:
    """A new lead with pending signals is left to intake, which scores it anyway."""
    lead_id = warm(work)
    quiet = work.lead("quiet")
    scored = await rescore(work.shop, TUESDAY)
    with work.shop.store.read() as tx:
        unscored = tx.execute(select(lead.c.id).where(lead.c.score_as_of.is_(None))).scalars().all()

    assert (scored["rescored"], unscored) == (1, [lead_id])
    assert read(work, quiet).score_as_of == TUESDAY


async def test_scoring_offers_nobody(work: Workshop) -> None:
    """It gives back who is ready for sales, and writes neither handoff nor notice: that is its caller's."""
    lead_id = warm(work)
    with work.shop.store.begin() as tx:
        _, book = work.shop.book(tx)
        done = score_leads(tx, book, [lead_id], TUESDAY)

    assert [one.lead_id for one in done.ready] == [lead_id]
    assert (work.rows(handoff), work.rows()) == ([], [])


async def test_an_empty_page_by_sets(work: Workshop) -> None:
    """Nobody to score is no work."""
    with work.shop.store.begin() as tx:
        _, book = work.shop.book(tx)
        done = score_by_sets(tx, book, scorer(book), [], TUESDAY, judge_all=True)

    assert (done.leads, done.ready) == (0, ())


# --- history -----------------------------------------------------------------------------------------------


def remember(work: Workshop, lead_id: int, *days: float) -> None:
    with work.shop.store.begin() as tx:
        point = {"lead_id": lead_id, "fit": 1.0, "grade": "D", "heat": 4}
        rows = [{**point, "engagement": one, "at": TUESDAY - one * DAY} for one in days]
        tx.execute(score_history.insert(), rows)


async def test_history_is_thinned(work: Workshop) -> None:
    """All of a month, the last of each day up to half a year, the last of each week beyond; once a day."""
    one, two = work.lead("one"), work.lead("two")
    remember(work, one, 1, 1.1, 29, 29.1, 40, 40.1, 41, 200, 201, 207)
    remember(work, two, 40.2)
    first = await rescore(work.shop, TUESDAY)
    kept = [(p.lead_id, round(p.engagement, 1)) for p in work.rows(score_history)]
    remember(work, two, 40.3)
    same_day = await rescore(work.shop, TUESDAY + HOUR)
    next_day = await rescore(work.shop, TUESDAY + DAY)

    assert kept == [(one, e) for e in (1, 1.1, 29, 29.1, 40, 41, 200, 207)] + [(two, 40.2)]
    assert (first["thinned"], same_day["thinned"], next_day["thinned"]) == (2, 0, 1)
