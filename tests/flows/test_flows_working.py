"""The work without Prefect: signals in, mail out, outcomes settled, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import take_over
from flows.work.sending.letters import compose
from flows.work.sending.touches import TOUCHES, claim
from flows.work.shop.settings import Settings
from flows.work.shop.wire import HOLD, open_shop
from leadstore.consents.grants import withdraw_all
from leadstore.outbox.letters import mark_started
from leadstore.rows import decision, enrolment, handoff, signal, stage_change, suppression
from leadstore.store import Store
from nurture.errors import BookError, ProjectError
from outbound.testing import LOST_AFTER_DOT, LOST_BEFORE_BODY, MemoryRelay
from tests.flows.workshop import BRIEF, Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

HELLO = "- send: hello"


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def answering(work: Workshop, answer: str | None) -> None:
    work.shop.relay = work.relay = MemoryRelay(lambda recipient: answer)


async def test_a_lead_that_asks_is_mailed_once(work: Workshop) -> None:
    """Signal, enrolment, touch, outcome; a second tick at the same moment does nothing (I6)."""
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted")

    first, second = await work.tick(), await work.tick()

    assert (first["enrolled"], first["sent"]) == (1, 1)
    assert second == {}
    assert work.subjects() == ["Hello"]


async def test_a_touch_is_a_signal_too(work: Workshop) -> None:
    """What was sent is appended as touch.sent, with its template and step, and taken in already."""
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    [_, touch] = work.rows(signal)
    assert (touch.type, touch.properties["template"], touch.pending) == ("touch.sent", "hello", False)


async def test_the_message_leaves_in_one_click(work: Workshop) -> None:
    """Every marketing mail carries List-Unsubscribe and its one-click header (RFC 8058)."""
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    [mail] = work.mails()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in mail["List-Unsubscribe"]
    assert mail["To"] == "ada@leads.example"


async def test_waits_and_the_next_step(work: Workshop) -> None:
    """The next step comes when its wait is over, counted from when the step before settled."""
    work.apply(files("- send: hello\n- wait: 2 days\n- send: more"))
    work.happens(work.lead(), "form.submitted")

    sent = [(await work.tick(TUESDAY + n * DAY)).get("sent", 0) for n in range(4)]

    assert sent == [1, 0, 1, 0]
    assert [e.state for e in work.rows(enrolment)] == ["completed"]


async def test_a_withdrawal_wakes_and_stops(work: Workshop) -> None:
    """A lead that leaves while it waits is stopped at the next tick, not at the next touch."""
    work.apply(files("- send: hello\n- wait: 9 days\n- send: more"))
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, TUESDAY + HOUR, "page")

    counts = await work.tick(TUESDAY + HOUR)

    assert counts["stopped"] == 1
    assert work.rows(enrolment)[0].reason == "consent_withdrawn"


@pytest.mark.parametrize(
    ("answer", "counted", "state", "stands"),
    [
        ("550 5.1.1 no such user", "refused", "refused", "stopped"),
        ("554 5.7.1 we think it is spam", "refused", "refused", "stopped"),
        ("451 4.7.1 greylisted", "later", "planned", "active"),
        (LOST_BEFORE_BODY, "later", "planned", "active"),
        (LOST_AFTER_DOT, "uncertain", "uncertain", "completed"),
    ],
    ids=["unknown user", "spam", "greylisted", "lost before the body", "lost after the dot"],
)
async def test_what_the_relay_says(
    work: Workshop, answer: str, counted: str, state: str, stands: str
) -> None:
    """5xx stops the enrolment, 4xx tries again later, a doubt is listed and never resent."""
    answering(work, answer)
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted")

    counts = await work.tick()

    [row] = work.rows()
    assert (counts[counted], row.state) == (1, state)
    assert work.rows(enrolment)[0].state == stands


async def test_an_unknown_user_is_suppressed(work: Workshop) -> None:
    """5.1.1 suppresses the address; a policy refusal does not."""
    answering(work, "550 5.1.1 no such user")
    work.apply(files(HELLO))
    work.happens(work.lead("gone"), "form.submitted")
    await work.tick()
    answering(work, "554 5.7.1 we think it is spam")
    work.happens(work.lead("there"), "form.submitted")
    await work.tick()

    assert [(s.address_id, s.reason) for s in work.rows(suppression)] == [(1, "bounce")]


async def test_greylisted_mail_is_tried_again_with_its_message_id(work: Workshop) -> None:
    """A 4xx comes back some minutes later: the same touch, the same Message-ID, the next attempt."""
    answering(work, "451 4.7.1 greylisted")
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    [first] = work.rows()
    answering(work, None)

    early, late = await work.tick(TUESDAY + HOUR / 60), await work.tick(TUESDAY + HOUR / 10)

    [second] = work.rows()
    assert (early, late["sent"]) == ({}, 1)
    assert (second.message_id, second.attempt) == (first.message_id, first.attempt + 1)


async def test_a_relay_that_stays_away_is_given_up(work: Workshop) -> None:
    """When retries would pass `expires`, the touch fails and its enrolment waits for the operator."""
    answering(work, "451 4.3.0 try later")
    work.apply(files("- send: hello\n  expires: 2 hours"))
    work.happens(work.lead(), "form.submitted")

    for minutes in (0, 6, 25, 90):
        await work.tick(TUESDAY + minutes * HOUR / 60)

    assert [r.state for r in work.rows()] == ["failed"]
    assert [e.state for e in work.rows(enrolment)] == ["held"]


async def test_one_lead_that_cannot_be_rendered_stops_nobody(work: Workshop) -> None:
    """A template that fails for one lead fails that touch alone."""
    project = files(HELLO)
    project["templates/hello.md.j2"] = (
        "---\nsubject: Hello\npreheader: Hello\n---\n{{ 100 / lead.attributes_count }}\n"
    )
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "attributes: {interest: text}", "attributes: {interest: text, attributes_count: number}"
    )
    work.apply(project)
    for name, count in (("zero", 0), ("one", 1)):
        work.happens(work.lead(name, attributes={"attributes_count": count}), "form.submitted")

    counts = await work.tick()

    assert (counts["sent"], counts["failed"]) == (1, 1)
    assert sorted(e.state for e in work.rows(enrolment)) == ["completed", "held"]


CATALOG_OF_TYPES = "attributes: {interest: text, renewal_on: date, seats: number, paid: flag, tools: list}"
TYPED = """\
{{ lead.renewal_on | day("Europe/Paris") }}, {{ lead.seats * 2 }}
{% if not lead.paid %}
unpaid
{% endif %}
{{ lead.tools | join("+") }}
"""


async def test_attributes_reach_templates_in_their_types(work: Workshop) -> None:
    """A date is a date and a number a number, also where another system stored text; the missing date,
    the endless loop and the power of numbers cost their own leads the touch, each with its reason."""
    project = files(HELLO)
    bomb = "{% for a in lead.tools %}\n{% for b in a %}\n{% for c in a %}\n{{ a }}\n" + "{% endfor %}\n" * 3
    project["templates/hello.md.j2"] = f"---\nsubject: Hello\npreheader: Hello\n---\n{TYPED}\n{bomb}"
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "attributes: {interest: text}", CATALOG_OF_TYPES
    )
    work.apply(project)
    good = {"renewal_on": "2027-03-01", "seats": "4", "paid": "no", "tools": ["a", "b"]}
    for name, more in (
        ("good", {}),
        ("undated", {"renewal_on": None}),
        ("bomb", {"tools": ["x" * 5000]}),
        ("giant", {"seats": 10**15}),
        ("fine", {"seats": 4, "paid": False}),
    ):
        work.happens(work.lead(name, attributes={**good, **more}), "form.submitted")

    counts = await work.tick()

    assert (counts["sent"], counts["failed"]) == (2, 3)
    texts = [mail.get_body(("plain",)).get_content() for mail in work.mails()]  # type: ignore[union-attr]
    assert all(" ".join(text.split()).startswith("Monday 1 March, 8 unpaid a+b a b --") for text in texts)
    reasons = [row.reply for row in work.rows() if row.state == "failed"]
    assert "`lead.renewal_on` is unknown" in reasons[0]
    assert "too long" in reasons[1]
    assert "too large" in reasons[2]


async def test_a_notice_that_cannot_be_rendered_stops_no_other(work: Workshop) -> None:
    """Whatever the seller's template raises for one lead, the others reach their sellers."""
    project = files(HELLO)
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "attributes: {interest: text}", CATALOG_OF_TYPES
    )
    project["templates/seller/handoff.md.j2"] = BRIEF + '{{ lead.renewal_on | day("Europe/Paris") }}\n'
    work.apply(project)
    for name, day in (("ada", "soon"), ("grace", "2027-03-01")):
        attributes = {"renewal_on": day}
        lead_id = work.lead(name, job_title="Head", first_name=name.title(), attributes=attributes)
        work.happens(lead_id, "demo.requested")

    counts = await work.tick()

    assert (counts["mails"], counts["mails_failed"]) == (1, 1)
    assert work.subjects() == ["Ready: Grace"]


async def test_a_mature_lead_is_offered_round_robin(work: Workshop) -> None:
    """Two mature leads go to two sellers, each by one mail, and nurture waits meanwhile."""
    work.apply(files("- wait: 1 hour\n- send: hello"))
    for name in ("ada", "grace"):
        lead_id = work.lead(name, job_title="Head", first_name=name.title())
        work.happens(lead_id, "form.submitted")
        work.happens(lead_id, "demo.requested")

    first, later = await work.tick(), await work.tick(TUESDAY + 2 * HOUR)

    assert (first["matured"], first["mails"]) == (2, 2)
    assert later["held"] == {"handoff_open": 2}
    assert sorted(h.seller for h in work.rows(handoff)) == ["Sam", "Tess"]
    assert sorted(work.subjects()) == ["Ready: Ada", "Ready: Grace"]


async def test_a_lead_in_no_sequence_and_without_consent_reaches_sales(work: Workshop) -> None:
    """Maturity needs no consent and no sequence: asking for a demo is enough."""
    work.apply(files(HELLO))
    lead_id = work.lead(state=None, job_title="Head")
    work.happens(lead_id, "demo.requested")

    await work.tick()

    assert work.stage(lead_id) == "mql"
    assert [h.state for h in work.rows(handoff)] == ["offered"]


async def test_without_sellers_nurture_goes_on(work: Workshop) -> None:
    """Nobody to offer it to: unassigned, and no touch waits for that; a seller gets it when there is one."""
    work.apply(files(HELLO, sellers=""))
    lead_id = work.lead(job_title="Head")
    work.happens(lead_id, "form.submitted")
    work.happens(lead_id, "demo.requested")

    alone = await work.tick()
    work.apply(files(HELLO), TUESDAY + HOUR)
    staffed = await work.tick(TUESDAY + HOUR)

    assert (alone["sent"], alone["unassigned"]) == (1, 1)
    assert (staffed["offered"], staffed["mails"]) == (1, 1)


async def test_imported_history_moves_nobody(work: Workshop) -> None:
    """What is not live scores, but enters, wakes and hands over nobody, until the lead does something."""
    work.apply(files(HELLO))
    lead_id = work.lead(job_title="Head", live=False)
    work.happens(lead_id, "form.submitted", live=False)
    work.happens(lead_id, "demo.requested", live=False)

    quiet = await work.tick()
    work.happens(lead_id, "page.visited", TUESDAY + HOUR)
    awake = await work.tick(TUESDAY + HOUR)

    assert (quiet.get("enrolled"), quiet.get("matured"), quiet["rescored"]) == (None, None, 1)
    assert awake["matured"] == 1


async def test_signals_with_effects(work: Workshop) -> None:
    """Consents, bounces, complaints and deals do what they say."""
    work.apply(files(HELLO))
    ids = {name: work.lead(name, "pending") for name in ("grants", "leaves", "topic", "bounces", "complains")}
    ids["buys"] = work.lead("buys", job_title="Head")
    work.happens(ids["buys"], "demo.requested")
    await work.tick()
    work.happens(ids["grants"], "consent.granted", topic="guides")
    work.happens(ids["leaves"], "consent.withdrawn")
    work.happens(ids["topic"], "consent.withdrawn", topic="guides")
    work.happens(ids["bounces"], "mail.bounced", hard=True)
    work.happens(ids["complains"], "mail.complained")
    work.happens(ids["buys"], "deal.won")

    await work.tick()

    with work.shop.store.read() as tx:
        states = {
            (r.address_id, r.topic): r.state
            for r in tx.exec_driver_sql("SELECT address_id, topic, state FROM consent")
        }
    assert (states[1, "guides"], states[2, "*"], states[3, "guides"]) == ("granted", "withdrawn", "withdrawn")
    assert sorted(s.reason for s in work.rows(suppression)) == ["bounce", "complaint"]
    assert work.stage(ids["buys"]) == "customer"
    assert [h.state for h in work.rows(handoff)] == ["closed"]


async def test_pending_consent_gets_it_once_confirmed(work: Workshop) -> None:
    """Asked for, confirmed a day later: the touch waits for it and goes once."""
    work.apply(files("- send: asked\n- send: hello"))
    lead_id = work.lead(state="pending")
    work.happens(lead_id, "form.submitted")
    first = await work.tick()
    work.happens(lead_id, "consent.granted", TUESDAY + DAY, topic="guides")
    second, third = await work.tick(TUESDAY + DAY), await work.tick(TUESDAY + 2 * DAY)

    assert (first["held"], second["sent"], third) == ({"consent_pending": 1}, 1, {})
    assert work.subjects() == ["Asked", "Hello"]


async def test_never_confirmed_gets_only_the_service_mail(work: Workshop) -> None:
    """A week without a word: the request has expired and the enrolment ends."""
    work.apply(files("- send: asked\n- send: hello"))
    work.happens(work.lead(state="pending"), "form.submitted")
    await work.tick()

    late = await work.tick(TUESDAY + 7 * DAY)

    assert late["stopped"] == 1
    assert work.subjects() == ["Asked"]


async def test_standing_sequences_take_whom_they_select(work: Workshop) -> None:
    """A standing sequence enrols leads that changed, and finds the rest in its hourly sweep."""
    work.apply(files(HELLO, 'enter: {when: lead.job_title == "Head"}\n'))
    work.lead("ada", job_title="Head")
    work.lead("grace", job_title="Intern")

    counts = await work.tick()

    assert (counts["enrolled"], counts["sent"]) == (1, 1)


async def test_a_refusal_is_told_once(work: Workshop) -> None:
    """A lead without consent is refused, and the sweeps that follow do not repeat it."""
    work.apply(files(HELLO, 'enter: {when: lead.job_title == "Head"}\n'))
    work.lead("ada", None, job_title="Head")

    first, later = await work.tick(), await work.tick(TUESDAY + 2 * HOUR)

    assert (first["refused"], later) == ({"consent_missing": 1}, {})
    assert [(d.verdict, d.reason) for d in work.rows(decision)] == [("refuse", "consent_missing")]


async def test_a_worker_that_died_before_it_started(work: Workshop) -> None:
    """Claimed and not started: after the lease another worker sends it, once."""
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted", TUESDAY - 5 * HOUR)
    await work.tick(TUESDAY - 5 * HOUR)  # before the window: enrolled, planned
    claim(work.shop, TUESDAY, 10)

    early, late = await work.tick(TUESDAY + HOLD / 2), await work.tick(TUESDAY + HOUR)

    assert (early, late["sent"]) == ({}, 1)
    assert work.subjects() == ["Hello"]


async def test_a_worker_that_died_after_it_started(work: Workshop) -> None:
    """Started and not settled: uncertain, never resent, its slot kept, and the enrolment goes on."""
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"))
    work.happens(work.lead(), "form.submitted", TUESDAY - 5 * HOUR)
    await work.tick(TUESDAY - 5 * HOUR)
    batch = claim(work.shop, TUESDAY, 10)
    with work.shop.store.begin() as tx:
        mark_started(tx, batch.claims, TUESDAY)

    taken = take_over(work.shop, TUESDAY + HOUR)
    counts = await work.tick(TUESDAY + 2 * DAY)

    assert (taken["uncertain"], counts["sent"]) == (1, 1)
    assert work.subjects() == ["More"]
    assert [r.state for r in work.rows()] == ["uncertain", "sent"]


async def test_withdrawing_between_claim_and_start(work: Workshop) -> None:
    """I3: the letter is built, the lead leaves, nothing starts; the gate then says why."""
    work.apply(files(HELLO))
    work.happens(work.lead(), "form.submitted", TUESDAY - 5 * HOUR)
    await work.tick(TUESDAY - 5 * HOUR)
    batch = claim(work.shop, TUESDAY, 10)
    letters, _ = compose(work.shop, TOUCHES, batch, batch.claims, TUESDAY)
    with work.shop.store.begin() as tx:
        withdraw_all(tx, 1, TUESDAY, "page")
    with work.shop.store.begin() as tx:
        started = mark_started(tx, batch.claims, TUESDAY)

    counts = await work.tick(TUESDAY + HOUR / 60)

    assert (len(letters), started, counts["stopped"]) == (1, set(), 1)
    assert work.subjects() == []


async def test_a_file_taken_away_retires_its_sequence(work: Workshop) -> None:
    """A release without the sequence stops its enrolments at once, and says so."""
    project = files("- send: hello\n- wait: 1 day\n- send: more")
    work.apply(project)
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    other = {**project, "sequences/s.yaml": project["sequences/s.yaml"].replace("sequence: s", "sequence: t")}
    other["sequences/t.yaml"] = other.pop("sequences/s.yaml")
    work.apply(other, TUESDAY + DAY, yes=True)

    await work.tick(TUESDAY + DAY)

    assert work.rows(enrolment)[0].reason == "sequence_retired"


async def test_an_edit_does_not_move_who_is_inside(work: Workshop) -> None:
    """An enrolment finishes the structure it began with; copy fixes flow through."""
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"))
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    edited = files("- send: hello\n- wait: 9 days\n- send: hello\n  id: again\n- send: more")
    edited["templates/more.md.j2"] = edited["templates/more.md.j2"].replace("More", "Better")
    work.apply(edited, TUESDAY + HOUR)

    await work.tick(TUESDAY + DAY)

    assert work.subjects() == ["Hello", "Better"]


async def test_stage_changes_carry_their_cause(work: Workshop) -> None:
    """Every stage change is appended with why it came."""
    work.apply(files(HELLO))
    lead_id = work.lead(job_title="Head")
    work.happens(lead_id, "demo.requested")

    await work.tick()

    [change] = work.rows(stage_change)
    assert (change.before, change.after) == ("lead", "mql")
    assert change.cause != ""


async def test_a_full_rescore_takes_everybody(work: Workshop) -> None:
    """A full pass scores every lead, page by page."""
    work.apply(files(HELLO))
    for name in ("a", "b", "c"):
        work.lead(name, job_title="Head")
    await rescore(work.shop, TUESDAY)

    assert (await rescore(work.shop, TUESDAY, full=True))["rescored"] == 3


async def test_nothing_applied_says_so(work: Workshop) -> None:
    """A store without a release asks for `nurture apply`."""
    with pytest.raises(ProjectError, match="no release"):
        await work.tick()


async def test_a_broken_file_leaves_the_last_release_running(sqlite_url: str, tmp_path: Path) -> None:
    """With the embedded store a shop applies by itself; a fault keeps the last good release."""
    for path, text in files(HELLO).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    settings = Settings(project=tmp_path, database_url=sqlite_url, secret_keys=("a" * 32,))
    (tmp_path / "nurture.yaml").write_text("nonsense: [", encoding="utf-8")
    with pytest.raises(BookError):
        async with open_shop(settings, now=TUESDAY):
            pass
    (tmp_path / "nurture.yaml").write_text(files(HELLO)["nurture.yaml"], encoding="utf-8")
    async with open_shop(settings, now=TUESDAY):
        pass
    (tmp_path / "nurture.yaml").write_text("nonsense: [", encoding="utf-8")

    async with open_shop(settings, now=TUESDAY + HOUR) as shop:
        with shop.store.read() as tx:
            assert shop.book(tx)[0] == 1
