"""One lead's story, the lists and the operator's acts, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, insert, inspect, select

from leadstore.consents.grants import withdraw_all
from leadstore.consents.suppressions import lift_address, read_address, suppress_address
from leadstore.database.access import latest_moment, open_existing
from leadstore.database.schema import VERSION_TABLE, newest_schema
from leadstore.leads.lookup import find_lead
from leadstore.leads.ranking import list_leads
from leadstore.notes import see_moment
from leadstore.outbox.resolution import count_by_state, list_outbox, resolve
from leadstore.rows import (
    address,
    decision,
    enrolment,
    handoff,
    lead,
    outbox,
    score_history,
    signal,
    stage_change,
)
from leadstore.signals import append_signals
from leadstore.store import Store
from leadstore.story.chapters import Story
from leadstore.story.reader import read_story
from nurture.errors import NotFound, StoreError
from nurture.values import NewSignal, Term
from nurture.words import (
    EnrolmentState,
    HandoffState,
    OutboxKind,
    Reason,
    Stage,
    SuppressionReason,
    TouchState,
    Verdict,
)
from tests.builders import DAY, HOUR, NOON, add_consent, add_enrolment, add_lead, add_release


def add_touch(tx: Connection, lead_id: int, **fields: Any) -> int:
    """An outbox row about a lead: a sent touch at the first step of white-paper."""
    number = len(tx.execute(select(outbox.c.id)).all())
    row = {
        "kind": "touch",
        "lead_id": lead_id,
        "sequence": "white-paper",
        "step": "first",
        "template": "white-paper/deliver",
        "topic": "guides",
        "message_id": f"<{number}@test>",
        "state": "sent",
        "reason": "due",
        "payload": {},
        "due_at": NOON,
        "first_due_at": NOON,
        "created_at": NOON,
        "settled_at": NOON,
        "slot_at": NOON,
        **fields,
    }
    return int(tx.execute(insert(outbox).values(**row).returning(outbox.c.id)).scalar_one())


def add_decision(tx: Connection, lead_id: int, verdict: str, reason: str, **fields: Any) -> None:
    """A line of the decision log."""
    row = {"lead_id": lead_id, "verdict": verdict, "reason": reason, "detail": {}, "at": NOON, **fields}
    tx.execute(insert(decision).values(**row))


@pytest.fixture
def ada(store: Store) -> int:
    """A lead with a page in every chapter of its story; its id."""
    with store.begin() as tx:
        term = Term("fit", "decision-maker", 30.0, base=30.0)
        lead_id, address_id = add_lead(
            tx, first_name="Ada", terms=[term.as_dict()], fit=30.0, score_as_of=NOON, stage="mql", mature=True
        )
        tx.execute(
            insert(address).values(
                address="old@leads.example", lead_id=lead_id, created_at=NOON, current=False
            )
        )
        add_consent(tx, address_id)
        withdraw_all(tx, address_id, NOON, "page")
        suppress_address(tx, "ada@leads.example", NOON, "operator: asked")
        append_signals(tx, [NewSignal(lead_id, "form.submitted", NOON, "t", "1", {"asset": "x"})], NOON)
        entering = tx.scalar(select(signal.c.id))
        run = add_enrolment(tx, lead_id, add_release(tx), signal_id=entering)
        add_decision(tx, lead_id, "send", "due", enrolment_id=run, sequence="white-paper", step="first")
        add_decision(tx, lead_id, "refuse", "consent_missing", sequence="case-study")
        add_touch(tx, lead_id, address_id=address_id, enrolment_id=run, code=250, reply="ok")
        tx.execute(
            insert(stage_change).values(
                lead_id=lead_id, before="lead", after="mql", cause="matrix A1", at=NOON
            )
        )
        tx.execute(
            insert(score_history).values(lead_id=lead_id, fit=30, engagement=0, grade="C", heat=4, at=NOON)
        )
        offer = {"lead_id": lead_id, "cycle": 0, "state": "offered", "seller": "Sam", "cause": "matrix A1"}
        made = insert(handoff).values(**offer, created_at=NOON, offered_at=NOON, answer="")
        offered = tx.execute(made.returning(handoff.c.id)).scalar_one()
        add_touch(tx, lead_id, kind="seller", handoff_id=offered, recipient="sam@acme.example", sequence="")
    return lead_id


def story(store: Store, lead_id: int) -> Story:
    with store.read() as tx:
        return read_story(tx, lead_id)


def test_a_story_holds_the_lead_and_its_score(store: Store, ada: int) -> None:
    """Who it is, by which addresses, and the terms of its score."""
    told = story(store, ada)

    assert (told.lead.id, told.lead.address, told.aliases) == (
        ada,
        "ada@leads.example",
        ("old@leads.example",),
    )
    assert [(t.rule, t.points) for t in told.terms] == [("decision-maker", 30.0)]
    assert (told.as_of, told.mature, told.live) == (NOON, True, True)
    assert [(s.before, s.after, s.cause) for s in told.stages] == [(Stage.LEAD, Stage.MQL, "matrix A1")]
    assert [(s.fit, s.grade) for s in told.scores] == [(30.0, "C")]


def test_a_story_holds_what_the_address_said(store: Store, ada: int) -> None:
    """Consents as they stand, their history, and the suppression in force."""
    told = story(store, ada)

    assert {(c.topic, c.state.value) for c in told.consents} == {("*", "withdrawn"), ("guides", "withdrawn")}
    assert {c.topic for c in told.consent_history} == {"*", "guides"}
    assert told.suppression is not None
    assert (told.suppression.reason, told.suppression.source) == (
        SuppressionReason.OPERATOR,
        "operator: asked",
    )


def test_a_story_holds_sequences_touches_and_decisions(store: Store, ada: int) -> None:
    """Each run with its entering signal, each touch with its answer, each decision with its reason."""
    told = story(store, ada)

    [run] = told.runs
    assert (run.enrolment.state, run.enrolment.signal and run.enrolment.signal.type) == (
        EnrolmentState.ACTIVE,
        "form.submitted",
    )
    assert [(t.state, t.code, t.sent_at) for t in told.touches] == [(TouchState.SENT, 250, NOON)]
    assert [(d.verdict, d.reason) for d in told.decisions] == [
        (Verdict.SEND, Reason.DUE),
        (Verdict.REFUSE, Reason.NO_CONSENT),
    ]


def test_a_story_holds_sales(store: Store, ada: int) -> None:
    """The handoff, and the notice to the seller apart from the lead's own touches."""
    told = story(store, ada)

    assert [(h.state, h.seller) for h in told.handoffs] == [(HandoffState.OFFERED, "Sam")]
    assert [(n.kind, n.handoff_id) for n in told.notices] == [(OutboxKind.SELLER, told.handoffs[0].id)]


def test_a_story_costs_the_same_number_of_queries(store: Store, ada: int) -> None:
    """A long story is read in as many queries as a short one."""
    from sqlalchemy import event

    counts: list[int] = []
    event.listen(store.engine, "before_cursor_execute", lambda *_: counts.append(1))
    story(store, ada)
    short = len(counts)
    with store.begin() as tx:
        for n in range(20):
            add_decision(tx, ada, "wait", "cap", sequence="white-paper")
            append_signals(tx, [NewSignal(ada, "page.visited", NOON, "t", f"p{n}")], NOON)
            add_touch(tx, ada)
    counts.clear()
    story(store, ada)

    assert len(counts) == short


def test_nobody_has_no_story(store: Store) -> None:
    """An id that no lead has is not found."""
    with pytest.raises(NotFound, match="no lead 7"):
        story(store, 7)


@pytest.mark.parametrize(
    "text",
    ["ada@leads.example", " ADA@Leads.Example ", "old@leads.example", "ada", "key:ada"],
    ids=["address", "spelling", "alias", "key", "marked-key"],
)
def test_a_lead_is_found_by_many_names(store: Store, ada: int, text: str) -> None:
    """Its address in any spelling, an alias, or its key."""
    with store.read() as tx:
        assert find_lead(tx, text) == ada


def test_a_lead_is_found_by_its_number(store: Store, ada: int) -> None:
    """Plain, or marked as an id."""
    with store.read() as tx:
        assert (find_lead(tx, str(ada)), find_lead(tx, f"id:{ada}")) == (ada, ada)


def test_a_merged_lead_answers_with_the_one_that_lives_on(store: Store, ada: int) -> None:
    """Whoever has an old number or key still finds the person."""
    with store.begin() as tx:
        row = {"stage": "lead", "created_at": NOON, "changed_at": NOON, "attributes": {}, "terms": []}
        tx.execute(insert(lead).values(**row, key="gone", merged_into=ada))

        assert find_lead(tx, "gone") == ada


def test_a_number_that_means_two_leads_is_asked_back(store: Store, ada: int) -> None:
    """One lead's id may be another's key: nobody guesses."""
    with store.begin() as tx:
        other, _ = add_lead(tx, str(ada))

        with pytest.raises(NotFound, match="id of one lead and the key of another"):
            find_lead(tx, str(ada))
        assert (find_lead(tx, f"id:{ada}"), find_lead(tx, f"key:{ada}")) == (ada, other)


def test_a_key_that_is_not_found_hints_at_keys(store: Store, ada: int) -> None:
    """A typing error in a key is pointed at; a close address is another person's, and is not."""
    with store.begin() as tx:
        add_lead(tx, "crm-1001")

        with pytest.raises(NotFound) as by_key:
            find_lead(tx, "crm-1010")
        with pytest.raises(NotFound) as by_address:
            find_lead(tx, "crm-1010@leads.example")
        with pytest.raises(NotFound) as broken:
            find_lead(tx, "two@@signs")
    assert "crm-1001" in by_key.value.hint
    assert "crm" not in str(by_address.value)
    assert "two" not in str(broken.value)


def test_the_ready_come_in_the_order_of_the_call(store: Store) -> None:
    """Hotter first, then better fit, then the higher sum; those a seller took are gone."""
    with store.begin() as tx:
        ready = {"stage": "mql", "mature": True}
        add_lead(tx, "warm", heat=2, grade="A", fit=90, **ready)
        add_lead(tx, "hot-b", heat=1, grade="B", fit=50, engagement=70, **ready)
        add_lead(tx, "hot-a", heat=1, grade="A", fit=60, engagement=70, **ready)
        add_lead(tx, "hot-a-more", heat=1, grade="A", fit=80, engagement=70, **ready)
        add_lead(tx, "taken", heat=1, grade="A", stage="sal", mature=True)
        add_lead(tx, "cold", stage="lead")
        found, total = list_leads(tx, ready=True, limit=3)

    assert ([one.key for one in found], total) == (["hot-a-more", "hot-a", "hot-b"], 4)


def test_a_list_says_why_and_who_has_them(store: Store, ada: int) -> None:
    """The latest cause of the stage, and the seller of an open offer."""
    with store.begin() as tx:
        add_lead(tx, "new")
        found, total = list_leads(tx, stage=Stage.MQL)
        everyone, _ = list_leads(tx)

    assert total == 1
    assert [(o.name, o.cause, o.handoff, o.seller) for o in found] == [
        ("Ada", "matrix A1", HandoffState.OFFERED, "Sam")
    ]
    assert [(o.key, o.cause, o.seller) for o in everyone] == [("new", "", None), ("ada", "matrix A1", "Sam")]


@pytest.fixture
def doubt(store: Store) -> int:
    """A touch that nobody knows the end of; its outbox id."""
    with store.begin() as tx:
        lead_id, address_id = add_lead(tx)
        run = add_enrolment(tx, lead_id, add_release(tx), step="second")
        return add_touch(
            tx,
            lead_id,
            address_id=address_id,
            enrolment_id=run,
            state="uncertain",
            reason="no_answer",
            asset="security-guide",
            started_at=NOON - HOUR,
        )


def test_resolved_as_sent_keeps_the_slot_and_tells_the_scores(store: Store, doubt: int) -> None:
    """The touch counts for caps as before, dated when it was spoken, and leaves its signal."""
    with store.begin() as tx:
        resolve(tx, doubt, "sent", NOON + DAY)
        [(lead_id, row)], _ = list_outbox(tx)
        slot = tx.scalar(select(outbox.c.slot_at))
        told = [(s.type, s.occurred_at) for s in tx.execute(select(signal))]

    assert (row.state, row.reason, row.sent_at, slot) == (TouchState.SENT, "by_operator", NOON - HOUR, NOON)
    assert told == [("touch.sent", NOON - HOUR)]
    assert lead_id is not None


def test_resolved_as_failed_frees_the_slot(store: Store, doubt: int) -> None:
    """It no longer counts for caps, nothing is sent again, and the enrolment goes on as it is."""
    with store.begin() as tx:
        resolve(tx, doubt, "failed", NOON + DAY)
        row = tx.execute(select(outbox)).one()
        run = tx.execute(select(enrolment)).one()

        assert (row.state, row.slot_at, row.settled_at) == ("failed", None, NOON + DAY)
        assert (run.state, run.step, run.due_at) == ("active", "second", NOON)
        assert tx.execute(select(signal)).all() == []


def test_only_a_doubt_is_resolved(store: Store, doubt: int) -> None:
    """A row that is settled, or that is not there, is refused."""
    with store.begin() as tx:
        resolve(tx, doubt, "sent", NOON)

        with pytest.raises(StoreError, match="is sent, not uncertain"):
            resolve(tx, doubt, "failed", NOON)
        with pytest.raises(NotFound, match="no outbox row 99"):
            resolve(tx, 99, "sent", NOON)


def test_the_outbox_is_listed_by_state_and_kind(store: Store, ada: int) -> None:
    """The latest first, with the number of all that match, and counts of every state."""
    with store.begin() as tx:
        add_touch(tx, ada, state="failed")
        failed, _ = list_outbox(tx, state=TouchState.FAILED)
        sellers, _ = list_outbox(tx, kind=OutboxKind.SELLER)
        first, total = list_outbox(tx, limit=1)

        assert count_by_state(tx) == {TouchState.SENT: 2, TouchState.FAILED: 1}
    assert ([t.state for _, t in failed], [t.kind for _, t in sellers]) == (["failed"], ["seller"])
    assert (len(first), total) == (1, 3)


def test_an_operator_suppresses_and_lifts(store: Store) -> None:
    """Once suppressed, an address stays so until it is lifted; its waiting enrolments are looked at."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx)
        add_enrolment(tx, lead_id, add_release(tx), due_at=NOON + DAY)
        before = read_address(tx, "ADA@leads.example")
        put = [suppress_address(tx, "Ada@leads.example", NOON, "operator") for _ in range(2)]
        held = read_address(tx, "ada@leads.example")
        due = tx.scalar(select(enrolment.c.due_at))
        lifted = [lift_address(tx, "ada@leads.example", NOON) for _ in range(2)]

    assert (before.lead_id, before.reason, put, due, lifted) == (
        lead_id,
        None,
        [True, False],
        NOON,
        [True, False],
    )
    assert (held.reason, held.since) == (SuppressionReason.OPERATOR, NOON)


def test_an_unknown_address_is_kept_as_suppressed(store: Store) -> None:
    """A later import finds it suppressed; until then its lead enters nothing."""
    with store.begin() as tx:
        nobody = read_address(tx, "new@leads.example")
        lifted = lift_address(tx, "new@leads.example", NOON)
        new = suppress_address(tx, "new@leads.example", NOON, "operator")
        told = read_story(tx, find_lead(tx, "new@leads.example"))

    assert (nobody.lead_id, lifted, new, told.live) == (None, False, True, False)
    assert told.suppression is not None


def test_what_is_no_address_is_refused_without_repeating_it(store: Store) -> None:
    """The message says what is wrong with it, not what was typed."""
    with store.read() as tx, pytest.raises(NotFound, match="not an address") as refused:
        read_address(tx, "ada at leads.example")

    assert "ada" not in str(refused.value)


def test_the_later_clock_counts(store: Store) -> None:
    """On a store whose clock was moved ahead, acts are dated by that clock."""
    with store.begin() as tx:
        fresh = latest_moment(tx, NOON)
        see_moment(tx, NOON + DAY)

        assert (fresh, latest_moment(tx, NOON)) == (NOON, NOON + DAY)


def test_a_store_at_this_schema_is_opened(store: Store) -> None:
    """An existing store is opened as it is."""
    opened = open_existing(store.url)
    with store.read() as tx:
        migrated = inspect(tx).has_table(VERSION_TABLE)
    opened.close()

    assert (opened.dialect, migrated) == (store.dialect, True)


def test_the_newest_schema_is_the_last_migration() -> None:
    """What file names say is what Alembic says."""
    from alembic.script import ScriptDirectory

    from leadstore.database.upgrade import alembic_config

    assert newest_schema() == ScriptDirectory.from_config(alembic_config()).get_current_head()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"DELETE FROM {VERSION_TABLE}", "not there yet"),
        (f"UPDATE {VERSION_TABLE} SET version_num = '0000'", "schema is 0000"),
        (f"UPDATE {VERSION_TABLE} SET version_num = '9999'", "newer than this version"),
    ],
    ids=["none", "older", "newer"],
)
def test_another_schema_is_refused(store: Store, statement: str, said: str) -> None:
    """Neither an older nor a newer schema is read by guess."""
    with store.begin() as tx:
        tx.exec_driver_sql(statement)

    with pytest.raises(StoreError, match=said):
        open_existing(store.url)
