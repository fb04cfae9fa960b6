"""`nurture why`: every decision in a plain sentence, every silence explained."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from console.app import call
from console.format import adding_up, printable, say_fully
from console.score.lines import score_lines
from console.why.position import say_offer, say_properties
from flows.work.project.shelf import read_shelf
from flows.work.story.reasons import OUTBOX_REASONS, REASONS, STATES, VERDICTS, say_decision, say_touch
from leadstore.consents.grants import withdraw_all
from leadstore.consents.suppressions import suppress_address
from leadstore.notes import see_moment
from leadstore.rows import address, decision, enrolment, handoff, lead, outbox, stage_change
from leadstore.signals import append_signals
from leadstore.store import Store, open_store
from leadstore.story.chapters import PastDecision, PastOffer, Touch
from nurture.values import NewSignal, Signal, Term
from nurture.words import HandoffState, OutboxKind, Reason, TouchState, Verdict
from tests.builders import DAY, HOUR, NOON, add_consent, add_enrolment, add_lead, add_release

ROOT = Path(__file__).parents[3]
Seen = pytest.CaptureFixture[str]


def at(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def told(verdict: Verdict, reason: Reason, **fields: Any) -> PastDecision:
    row = {"id": 1, "enrolment_id": 1, "sequence": "s", "step": "a", "occurrence": 1, "until": None}
    return PastDecision(**{**row, "detail": {}, "at": NOON, **fields}, verdict=verdict, reason=reason)


def touch(state: TouchState, reason: str, **fields: Any) -> Touch:
    row: dict[str, Any] = dict.fromkeys(Touch.__dataclass_fields__)
    known = {"id": 7, "kind": OutboxKind.TOUCH, "due_at": NOON, "reply": "", "state": state, "reason": reason}
    return Touch(**{**row, **known, **fields})


# Sentences.


def test_no_reason_is_without_its_sentence() -> None:
    """Every Verdict, Reason and TouchState has words, and no two reasons share them."""
    assert set(VERDICTS) == set(Verdict)
    assert set(REASONS) == set(Reason)
    assert set(STATES) == set(TouchState)
    assert len(set(REASONS.values())) == len(Reason)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("verdict", Verdict)
def test_each_decision_is_one_plain_sentence(verdict: Verdict, reason: Reason) -> None:
    """A capital letter, words instead of codes, and a full stop."""
    sentence = say_decision(told(verdict, reason, until=NOON), at)

    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "_" not in sentence


@pytest.mark.parametrize("reason", [*OUTBOX_REASONS])
@pytest.mark.parametrize("state", TouchState)
def test_each_touch_is_told_in_words(state: TouchState, reason: str) -> None:
    """The outbox's own words have sentences as well."""
    assert "_" not in say_touch(touch(state, reason), at)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            told(Verdict.WAIT, Reason.CAP, until=NOON),
            "Waits until 12:00: the address has had as many mails as the caps allow.",
        ),
        (told(Verdict.STOP, Reason.DONE), "Finished: the sequence ran to its end."),
        (
            told(Verdict.MOVE, Reason.CHOSEN, detail={"split": "subject", "arm": "plain"}),
            "Went on: the split subject put the lead into plain.",
        ),
        (
            told(Verdict.MOVE, Reason.CHOSEN, detail={"branch": "send-2"}),
            "Went on: took the branch that begins with send-2.",
        ),
        (told(Verdict.MOVE, Reason.CHOSEN, detail={"branch": ""}), "Went on: no branch applied."),
        (told(Verdict.MOVE, Reason.SET, detail={"set": ["interest"]}), "Went on: set interest."),
        (
            told(Verdict.MOVE, Reason.MATURE, detail={"cause": "asked for a call"}),
            "Went on: offered to sales: asked for a call.",
        ),
        (
            told(Verdict.WAIT, Reason.BROKEN, detail={"error": "KeyError"}),
            "Waits: the decision itself failed; this is for the operator (KeyError).",
        ),
    ],
    ids=["cap", "done", "split", "branch", "no-branch", "set", "handoff", "broken"],
)
def test_details_are_told(one: PastDecision, sentence: str) -> None:
    """What was chosen, set or broken stands in the sentence."""
    assert say_decision(one, at) == sentence


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (touch(TouchState.SENT, "due", code=250, reply="ok"), "Sent: the relay took it (250 ok)."),
        (touch(TouchState.SENT, "by_operator"), "Sent: settled by the operator."),
        (
            touch(TouchState.PLANNED, "relay_said_later", code=451),
            "Planned for 12:00: the relay was away, or asked to try later (451).",
        ),
        (touch(TouchState.CLAIMED, "due"), "Being sent now."),
        (
            touch(TouchState.REFUSED, "relay_refused", code=550, reply="5.1.1 no such mailbox."),
            "Not delivered: the relay refused it for good (550 5.1.1 no such mailbox).",
        ),
        (
            touch(TouchState.SKIPPED, "enrolment_ended"),
            "Not sent: the lead left the sequence before its moment came.",
        ),
    ],
    ids=["sent", "by-hand", "later", "claimed", "refused", "ended"],
)
def test_what_became_of_a_touch(one: Touch, sentence: str) -> None:
    """State, reason and the relay's own words."""
    assert say_touch(one, at) == sentence


def test_a_doubt_says_how_to_settle_it() -> None:
    """The operator reads the command to type."""
    sentence = say_touch(touch(TouchState.UNCERTAIN, "no_answer"), at)

    assert "nurture outbox resolve 7 --as sent|failed" in sentence


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (HandoffState.UNASSIGNED, "nobody to offer it to"),
        (HandoffState.OFFERED, "the answer is due 2027-06-16 12:00"),
        (HandoffState.ACCEPTED, "accepted 2027-06-15 12:00 (good)"),
    ],
)
def test_where_an_offer_stands(state: HandoffState, said: str) -> None:
    """To whom, and what the seller answered."""
    offer = PastOffer(1, 0, state, "Sam", "matrix A1", NOON, NOON, NOON + DAY, NOON, "good")

    assert said in say_offer(offer, UTC)


def test_a_machine_s_signal_is_told_as_ignored() -> None:
    """It is stored, and counts for nothing."""
    assert say_properties(Signal("mail.clicked", NOON, NOON, {"url": "x"}, machine=True)) == (
        "url x, made by a machine: ignored"
    )


# Numbers, moments and hostile text.


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1 / 3, 1 / 3, 1 / 3], ([0.4, 0.3, 0.3], 1.0)),
        ([8.04, 8.04, -2.25], ([8.0, 8.0, -2.2], 13.8)),
        ([], ([], 0.0)),
    ],
    ids=["thirds", "negative", "none"],
)
def test_shown_terms_add_up(values: list[float], shown: tuple[list[float], float]) -> None:
    """What is shown adds up to what is shown."""
    assert adding_up(values) == shown


def test_signals_of_one_rule_are_one_line() -> None:
    """Points together, how many, how old, what they gave when fresh, and the note."""
    terms = [
        Term("engagement", "read", 5.0, base=10.0, signal_id=1, age_days=9.0),
        Term("engagement", "read", 4.0, base=10.0, signal_id=2, age_days=0.5),
        Term("engagement", "read", 1.0, base=9.0, note="3 more"),
    ]

    assert score_lines(terms) == (
        [(10.0, "read  (2 signals, the latest today, 29 when fresh, 3 more)")],
        10.0,
    )


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Paris", "Tue 2027-06-15 14:00 CEST (12:00 UTC)"),
        ("Pacific/Auckland", "Wed 2027-06-16 00:00 NZST (Tue 12:00 UTC)"),
        ("UTC", "Tue 2027-06-15 12:00 UTC"),
    ],
)
def test_moments_are_told_in_both_clocks(zone: str, said: str) -> None:
    """The lead's clock, and UTC with its day where that differs."""
    assert say_fully(NOON, ZoneInfo(zone)) == said


def test_a_name_cannot_drive_the_terminal() -> None:
    """Control characters and line breaks in what leads write are made harmless."""
    assert printable("Eve\x1b[2J\nsmith") == "Eve�[2J smith"


# The command.


@pytest.fixture
def project(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose store is fresh; why looks at the store, not at the files."""
    (tmp_path / "nurture.yaml").write_text("")
    monkeypatch.setenv("NURTURE_PROJECT", str(tmp_path))
    monkeypatch.setenv("NURTURE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def shop(project: Path, sqlite_url: str) -> Store:
    """The store of that project, with this repository's own files as its release."""
    opened = open_store(sqlite_url)
    with opened.begin() as tx:
        add_release(tx, read_shelf(ROOT))
    return opened


@pytest.fixture
def why(shop: Store, capsys: Seen) -> Callable[..., str]:
    """Runs `nurture why ada` and answers what it printed."""

    def ask(*options: str) -> str:
        code = call(["why", "ada", *options])
        seen = capsys.readouterr()
        assert (code, seen.err) == (0, "")
        return seen.out

    yield ask  # type: ignore[misc]
    shop.close()


def flat(text: str) -> str:
    """The text as it reads, whatever the width wraps."""
    return " ".join(text.split())


def told_story(store: Store) -> None:
    """Ada: read a guide, waits for a reminder's moment, one touch is in doubt."""
    with store.begin() as tx:
        terms = [
            Term("fit", "leads security or IT", 30.0, base=30.0).as_dict(),
            Term("engagement", "asked for a guide", 7.1, base=10.0, signal_id=1, age_days=15.0).as_dict(),
        ]
        scores = {"fit": 30.0, "engagement": 7.1, "grade": "C", "terms": terms}
        moments = {"score_as_of": NOON, "recheck_at": NOON + DAY}
        ada, address_id = add_lead(tx, first_name="Ada", company="Acme", country="FR", **scores, **moments)
        add_consent(tx, address_id)
        tx.execute(
            insert(stage_change).values(
                lead_id=ada, before="subscriber", after="lead", cause="showed interest", at=NOON
            )
        )
        append_signals(
            tx, [NewSignal(ada, "form.submitted", NOON, "t", "1", {"asset": "security-guide"})], NOON
        )
        run = add_enrolment(
            tx, ada, 1, step="white-paper/reminder", due_at=NOON + 400 * DAY, signal_id=1, entered_at=NOON
        )
        common = {"lead_id": ada, "enrolment_id": run, "sequence": "white-paper", "occurrence": 1}
        doubtful = {
            **common,
            "kind": "touch",
            "step": "white-paper/deliver",
            "template": "white-paper/deliver",
            "message_id": "<1@x>",
            "payload": {},
        }
        moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
        tx.execute(insert(outbox).values(**doubtful, **moments, state="uncertain", reason="no_answer"))
        log = [
            ("white-paper/deliver", "send", "due", None),
            ("white-paper/reminder", "wait", "quiet_hours", NOON + HOUR),
            ("white-paper/reminder", "wait", "cap", NOON + DAY),
            ("white-paper/reminder", "wait", "cap", NOON + 400 * DAY),
        ]
        rows = [
            {**common, "step": s, "verdict": v, "reason": r, "until": u, "detail": {}, "at": NOON}
            for s, v, r, u in log
        ]
        tx.execute(insert(decision), rows)


def test_the_story_reads_from_top_to_bottom(shop: Store, why: Callable[..., str]) -> None:
    """Who, scores that add up, stage with its cause, consents, sequences, silences and signals."""
    told_story(shop)
    page = flat(why())

    assert "Ada Acme lead 1, key ada, ada@leads.example" in page
    assert "subscriber → lead They showed interest" in page
    assert "+30.0 leads security or IT 30.0 fit, grade C" in page
    assert "+7.1 asked for a guide (15 days ago, 10 when fresh) 7.1 engagement, heat 4" in page
    assert "guides granted 2027-06-15 14:00, opt in, from test" in page
    assert "opened by form.submitted (asset security-guide)" in page
    assert "Stands at white-paper/reminder; next look Wed 2028-07-19 14:00 CEST (12:00 UTC)." in page
    assert "deliver Nobody knows whether it arrived: the relay was lost after the last byte." in page
    assert "Waited until 2027-06-15 15:00: quiet hours where the lead lives." in page
    assert "Waits until Wed 2028-07-19 14:00 CEST (12:00 UTC): the address has had" in page
    assert "caps allow. (looked at 2 times)" in page
    assert "case-study Its entry condition does not hold: segment.good_fit" in page


def test_the_story_fits_eighty_columns(shop: Store, why: Callable[..., str]) -> None:
    """No line is longer than a plain terminal, and none is coloured when NO_COLOR is set."""
    told_story(shop)
    page = why()

    assert max(len(line) for line in page.splitlines()) <= 80
    assert "\x1b" not in page


def test_the_story_for_machines(shop: Store, why: Callable[..., str]) -> None:
    """One object; every touch and every decision carries its sentence."""
    told_story(shop)
    found = json.loads(why("--json"))

    assert {"lead", "scores", "stage", "stages", "consents", "suppression", "sequences"} <= set(found)
    assert {"touches", "decisions", "handoffs"} <= set(found)
    assert {"fit", "engagement", "grade", "heat", "terms"} <= set(found["scores"])
    assert sum(t["points"] for t in found["scores"]["terms"]) == pytest.approx(37.1)
    assert [s["next_at"] for s in found["sequences"]] == ["2028-07-19T12:00:00+00:00"]
    assert [(t["state"], t["sent_at"]) for t in found["touches"]] == [("uncertain", None)]
    assert all(d["why"].endswith(".") for d in found["decisions"])
    assert found["suppression"] is None


def test_a_lead_without_consent_hears_nothing_and_why(shop: Store, why: Callable[..., str]) -> None:
    """A standing sequence that would take the lead names the consent that is missing."""
    with shop.begin() as tx:
        add_lead(tx, fit=70.0, grade="A", engagement=20.0, heat=3)
    page = flat(why())

    assert "Consents none: no marketing mail may go" in page
    assert "Scores none yet" in page
    assert "case-study The lead gave no consent to the topic case-studies." in page
    assert "white-paper It is opened by form.submitted, and none came of late." in page


def test_hard_reasons_come_first(shop: Store, why: Callable[..., str]) -> None:
    """Suppressed, unsubscribed, disqualified and imported as history: each in a sentence."""
    with shop.begin() as tx:
        _, address_id = add_lead(tx, stage="disqualified", live=False)
        add_consent(tx, address_id)
        withdraw_all(tx, address_id, NOON, source="page")
        suppress_address(tx, "ada@leads.example", NOON, source="operator: asked by phone")
    page = flat(why())

    assert "every topic withdrawn" in page
    assert "Suppressed 2027-06-15 14:00: operator (operator: asked by phone)" in page
    assert "nothing is ever sent to it" in page
    assert "unsubscribed from everything" in page
    assert "is disqualified: it is not nurtured" in page
    assert "only known from imported history" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "held", "reason": "render_failed"}, "Held at first for the operator: the template failed"),
        ({"state": "completed", "reason": "completed", "ended_at": NOON}, "Finished 2027-06-15 14:00."),
        (
            {"state": "stopped", "reason": "goal", "ended_at": NOON},
            "Left 2027-06-15 14:00 at first: the sequence reached its goal.",
        ),
        ({"due_at": NOON - DAY}, "Stands at first; due now, in the next tick."),
    ],
    ids=["held", "completed", "stopped", "due"],
)
def test_where_the_lead_stands(
    shop: Store, why: Callable[..., str], fields: dict[str, Any], said: str
) -> None:
    """Held, finished, left or due: with the reason."""
    with shop.begin() as tx:
        ada, _ = add_lead(tx, score_as_of=NOON)
        add_enrolment(tx, ada, 1)
        tx.execute(update(enrolment).values(**fields))

    assert said in flat(why())


def test_it_says_when_a_sequence_may_be_entered_again(shop: Store, why: Callable[..., str]) -> None:
    """After an exit: the day from which the lead may enter again, or that it is entered once."""
    with shop.begin() as tx:
        ada, address_id = add_lead(tx, fit=70.0, grade="A", engagement=20.0, heat=3)
        add_consent(tx, address_id, "case-studies")
        for name in ("white-paper", "case-study"):
            run = add_enrolment(tx, ada, 1, sequence=name)
            row = {"lead_id": ada, "enrolment_id": run, "sequence": name, "kind": "touch", "state": "sent"}
            moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON}
            tx.execute(insert(outbox).values(**row, **moments, message_id=f"<{name}>", payload={}))
            entered = {"lead_id": ada, "sequence": name, "verdict": "enter", "reason": "entered"}
            tx.execute(insert(decision).values(**entered, detail={}, at=NOON))
        tx.execute(update(enrolment).values(state="completed", ended_at=NOON, reason="completed"))
    page = flat(why())

    assert "white-paper The lead left it on 2027-06-15, and may enter it again from 2027-09-13 on." in page
    assert "case-study The lead left it on 2027-06-15, and it is entered once." in page


def test_a_refused_entry_says_what_was_missing(shop: Store, why: Callable[..., str]) -> None:
    """The last answer of the decision log, for a sequence that a signal opens."""
    with shop.begin() as tx:
        ada, _ = add_lead(tx)
        row = {"lead_id": ada, "sequence": "white-paper", "verdict": "refuse", "reason": "consent_withdrawn"}
        tx.execute(insert(decision).values(**row, detail={}, at=NOON))

    assert "white-paper The lead withdrew its consent to the topic guides." in flat(why())


def test_a_signal_that_opened_nothing_is_explained(shop: Store, why: Callable[..., str]) -> None:
    """The condition that the signal did not meet is shown."""
    with shop.begin() as tx:
        ada, _ = add_lead(tx)
        append_signals(tx, [NewSignal(ada, "form.submitted", NOON, "t", "1", {"asset": "other"})], NOON)

    assert 'did not open it: it takes signal.asset == "security-guide"' in flat(why())


def test_who_may_enter_next_is_told(shop: Store, why: Callable[..., str]) -> None:
    """A lead that a standing sequence selects enters in the next tick; a customer is named as one."""
    with shop.begin() as tx:
        _, address_id = add_lead(tx, fit=70.0, grade="A", engagement=20.0, heat=3)
        add_consent(tx, address_id, "case-studies")
    before = flat(why())
    with shop.begin() as tx:
        tx.execute(update(lead).values(stage="customer"))

    assert "case-study It may enter in the next tick." in before
    assert "The lead is a customer" in flat(why())


def test_a_ground_that_is_not_accepted_is_named(shop: Store, why: Callable[..., str]) -> None:
    """The topic, and the ground of the consent it does not accept."""
    with shop.begin() as tx:
        ada, address_id = add_lead(tx)
        add_consent(tx, address_id)
        row = {"lead_id": ada, "sequence": "white-paper", "verdict": "refuse", "reason": "basis_not_accepted"}
        tx.execute(insert(decision).values(**row, detail={}, at=NOON))

    assert "The topic guides does not accept a consent by opt in." in flat(why())


LOG = {
    "retried": (
        [("send", "due"), ("send", "due")],
        ("planned", "relay_said_later"),
        ["Decided to send: nothing stood in the way.", "Tried, not sent. Planned for"],
    ),
    "waited": (
        [("wait", "wait"), ("move", "wait")],
        ("skipped", "unless"),
        ["Waits until Tue 2027-06-15 15:00 CEST"],
    ),
    "ended": (
        [("stop", "goal")],
        ("skipped", "enrolment_ended"),
        ["Left the sequence: the sequence reached its goal.", "Not sent: the lead left the sequence before"],
    ),
    "skipped": ([("skip", "cap")], ("skipped", "cap"), ["Skipped: the address has had as many mails"]),
}


@pytest.mark.parametrize("name", LOG)
def test_lines_that_belong_together_are_one(shop: Store, why: Callable[..., str], name: str) -> None:
    """A retry, a wait with its end, a touch that ended with its enrolment: each is told once."""
    verdicts, row, said = LOG[name]
    with shop.begin() as tx:
        ada, _ = add_lead(tx)
        run = add_enrolment(tx, ada, 1)
        common = {"lead_id": ada, "enrolment_id": run, "sequence": "white-paper", "step": "first"}
        later = {"until": NOON + HOUR, "detail": {}, "at": NOON, "occurrence": 1}
        log = [{**common, **later, "verdict": v, "reason": r} for v, r in verdicts]
        tx.execute(insert(decision), log)
        moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
        state, reason = row
        touch_row = {**common, **moments, "kind": "touch", "state": state, "reason": reason}
        tx.execute(insert(outbox).values(**touch_row, message_id="<1>", payload={}))
    page = flat(why())

    assert [text for text in said if text not in page] == []
    assert page.count("2027-06-15 14:00 first") == len(said)


def test_a_store_without_a_release_says_so(project: Path, sqlite_url: str, capsys: Seen) -> None:
    """Nothing runs before the first release; the story is told all the same."""
    opened = open_store(sqlite_url)
    with opened.begin() as tx:
        add_lead(tx)
    opened.close()
    code = call(["why", "ada"])

    assert code == 0
    assert "No release that can be read runs in this store" in flat(capsys.readouterr().out)


def test_aliases_and_later_clocks_are_told(shop: Store, why: Callable[..., str]) -> None:
    """Other addresses of the lead are shown; a store whose clock was moved tells its own time."""
    with shop.begin() as tx:
        ada, _ = add_lead(tx)
        tx.execute(
            insert(address).values(address="a@old.example", lead_id=ada, current=False, created_at=NOON)
        )
        see_moment(tx, NOON + timedelta(days=3000))
    page = why()

    assert "also known as a@old.example" in page
    assert "as of 2035-09-01 14:00" in page


def test_handoffs_and_their_mails_are_told(shop: Store, why: Callable[..., str]) -> None:
    """Who has the lead, until when, and whether the seller's mail left."""
    with shop.begin() as tx:
        ada, _ = add_lead(tx, stage="mql", mature=True)
        offer = {
            "id": 1,
            "lead_id": ada,
            "cycle": 0,
            "state": "offered",
            "seller": "Sam",
            "cause": "matrix A1",
        }
        tx.execute(
            insert(handoff).values(**offer, created_at=NOON, offered_at=NOON, due_at=NOON + DAY, answer="")
        )
        notice = {"lead_id": ada, "handoff_id": 1, "kind": "seller", "state": "sent", "payload": {}}
        moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
        tx.execute(insert(outbox).values(**notice, **moments, message_id="<1@x>"))
    page = flat(why())

    assert "Stage mql, ready for sales" in page
    assert "Offered to Sam: matrix A1; the answer is due 2027-06-16 14:00." in page
    assert "Mail to Sam: Sent: the relay took it." in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["why", "nobody"], "no lead has the id or key 'nobody'"), (["why"], "LEAD")],
    ids=["unknown", "nameless"],
)
def test_misuse_ends_with_two(shop: Store, capsys: Seen, arguments: list[str], said: str) -> None:
    """The message says what is missing; nothing goes to stdout."""
    code = call(arguments)
    shop.close()
    seen = capsys.readouterr()

    assert (code, seen.out) == (2, "")
    assert said in seen.err


def test_a_missing_store_is_not_made(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """Asking makes nothing: the error says who makes the store."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", f"sqlite:///{project}/none/store.db")
    code = call(["why", "ada"])

    assert (code, (project / "none").exists()) == (2, False)
    assert "there is no store at" in capsys.readouterr().err


def test_a_store_without_tables_hints_at_migrate(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen
) -> None:
    """A store that is not migrated is not guessed at."""
    (project / "empty.db").touch()
    monkeypatch.setenv("NURTURE_DATABASE_URL", f"sqlite:///{project}/empty.db")

    assert call(["why", "ada"]) == 2
    assert "`nurture migrate` makes it new" in capsys.readouterr().err


def test_why_imports_no_prefect(shop: Store) -> None:
    """It starts fast: neither Prefect, nor Alembic, nor what speaks SMTP."""
    with shop.begin() as tx:
        add_lead(tx)
    shop.close()
    script = (
        "import sys; from console.app import call; code = call(['why', 'ada']); "
        "print(code, *sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    code, *loaded = ran.stderr.split("\n")[-2].split()

    assert code == "0"
    assert {"prefect", "alembic", "aiosmtplib", "aiosmtpd", "apscheduler", "uvicorn"} & set(loaded) == set()


def test_asking_changes_nothing(shop: Store, why: Callable[..., str]) -> None:
    """The lead is the same before and after it was asked about."""
    told_story(shop)
    with shop.read() as tx:
        before = tx.execute(lead.select()).all()
    why()

    with shop.read() as tx:
        assert tx.execute(lead.select()).all() == before
