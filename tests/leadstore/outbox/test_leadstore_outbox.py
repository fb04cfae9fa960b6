"""The outbox and the gate's writes: claims, starts, outcomes, recovery and slots, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from leadstore.consents.grants import grant, lift, suppress, withdraw_all, withdraw_topics
from leadstore.enrolments.decisions import write_plans
from leadstore.enrolments.snapshots import claim_due_leads, read_past_runs, read_snapshots
from leadstore.outbox.letters import (
    OutboxOutcome,
    add_notices,
    claim_notices,
    count_states,
    due_notices,
    fail_claims,
    lock_started,
    mark_started,
    recover,
    write_outcomes,
)
from leadstore.rows import consent, decision, enrolment, lead, outbox
from leadstore.store import Store
from leadstore.tables import ConsentChangeTable
from nurture.values import Claim, Decision, Plan, Position, Snapshot, TouchPlan
from nurture.words import (
    Basis,
    EnrolmentState,
    OutboxKind,
    Purpose,
    Reason,
    SuppressionReason,
    TouchState,
    Verdict,
)
from tests.builders import DAY, HOUR, NOON, add_consent, add_enrolment, add_lead, add_release

LEASE = timedelta(minutes=15)
change = ConsentChangeTable.__table__  # type: ignore[attr-defined]


@pytest.fixture
def due(store: Store) -> int:
    """A lead with a granted consent and one due enrolment; the lead's id."""
    with store.begin() as tx:
        lead_id, address_id = add_lead(tx)
        add_consent(tx, address_id)
        add_enrolment(tx, lead_id, add_release(tx))
    return lead_id


def snapshots(store: Store, lead_id: int, now: datetime = NOON) -> dict[int, Snapshot]:
    with store.read() as tx:
        found = read_snapshots(tx, [lead_id], signal_types=(), slots_since=now - 30 * DAY, due_by=now)
    return {s.lead.id: s for s in found}


def plan(snapshot: Snapshot, state: TouchState = TouchState.CLAIMED, **changes: Any) -> Plan:
    """A plan that sends, or plans, the touch at the first step."""
    one = snapshot.enrolments[0]
    verdict = {TouchState.CLAIMED: Verdict.SEND, TouchState.PLANNED: Verdict.WAIT}.get(state, Verdict.SKIP)
    until = changes.pop("until", None)
    reason = Reason.DUE if state is TouchState.CLAIMED else Reason.CAP
    touch = TouchPlan(
        enrolment_id=one.id,
        lead_id=snapshot.lead.id,
        address_id=snapshot.lead.address_id,
        sequence=one.sequence,
        step=one.step,
        occurrence=1,
        template="white-paper/deliver",
        topic="guides",
        purpose=changes.pop("purpose", Purpose.MARKETING),
        asset="security-guide",
        state=state,
        due_at=until or NOON,
        first_due_at=NOON,
        expires_at=None,
        reason=reason,
    )
    stands = changes.pop("stands", EnrolmentState.ACTIVE)
    position = Position(one.id, stands, one.step, 1, NOON, until or NOON, NOON)
    decided = Decision(one.id, one.step, 1, verdict, reason, until)
    return Plan(snapshot.lead.id, (decided,), (touch,), (position,), **changes)


def write(store: Store, found: dict[int, Snapshot], plans: list[Plan], now: datetime = NOON) -> list[Claim]:
    with store.begin() as tx:
        return write_plans(
            tx, found, plans, now, worker="w", lease=LEASE, domain="acme.example", store_id="s"
        )


def claim(store: Store, lead_id: int, now: datetime = NOON, **changes: Any) -> Claim:
    found = snapshots(store, lead_id, now)
    return write(store, found, [plan(found[lead_id], **changes)], now)[0]


def start(store: Store, one: Claim, now: datetime = NOON) -> set[int]:
    with store.begin() as tx:
        return mark_started(tx, [one], now)


def row(store: Store, what: Any = outbox) -> Any:
    with store.read() as tx:
        return tx.execute(select(what).order_by(what.c.id.desc()).limit(1)).one()


def test_a_claim_leases_the_touch_and_its_enrolment(store: Store, due: int) -> None:
    """A claimed touch holds its slot and its lease, and its enrolment is due no more."""
    one = claim(store, due)

    touch = row(store)
    assert (touch.state, touch.attempt, touch.slot_at) == ("claimed", one.attempt, NOON)
    assert one.recipient == "ada@leads.example"
    with store.begin() as tx:
        assert claim_due_leads(tx, NOON + HOUR / 10, 10) == []


def test_message_ids_are_one_per_touch(store: Store, due: int) -> None:
    """A second attempt at a touch carries the Message-ID of the first."""
    first = claim(store, due)
    with store.begin() as tx:
        recover(tx, NOON + HOUR)

    second = claim(store, due, NOON + HOUR)

    assert second.message_id == first.message_id
    assert second.attempt == first.attempt + 1


def test_a_started_touch_is_not_started_twice(store: Store, due: int) -> None:
    """mark_started says yes once."""
    one = claim(store, due)

    assert [start(store, one), start(store, one)] == [{one.id}, set()]


def test_nothing_starts_after_its_lease(store: Store, due: int) -> None:
    """A worker that slept past its lease may not start what it claimed."""
    one = claim(store, due)

    assert start(store, one, NOON + HOUR) == set()


@pytest.mark.parametrize(
    "leave",
    [
        lambda tx, a: withdraw_all(tx, a, NOON, "test"),
        lambda tx, a: withdraw_topics(tx, [(a, "guides")], NOON, "test"),
        lambda tx, a: suppress(tx, [a], SuppressionReason.COMPLAINT, NOON, "test"),
    ],
    ids=["withdrew everything", "withdrew the topic", "suppressed"],
)
def test_nothing_starts_after_the_lead_left(store: Store, due: int, leave: Callable[..., Any]) -> None:
    """I3: between claim and start the lead left; the touch goes back to the gate, its slot free."""
    one = claim(store, due)
    with store.begin() as tx:
        leave(tx, one.address_id)

    started = start(store, one)

    touch = row(store)
    assert (started, touch.state, touch.slot_at) == (set(), "planned", None)
    with store.begin() as tx:
        assert claim_due_leads(tx, NOON, 10) == [due]


def test_service_mail_starts_without_the_topic(store: Store, due: int) -> None:
    """A withdrawal does not stop the service mail that the lead asked for."""
    one = claim(store, due, purpose=Purpose.SERVICE)
    with store.begin() as tx:
        withdraw_all(tx, one.address_id or 0, NOON, "test")

    assert start(store, one) == {one.id}


def test_a_dead_workers_claim_goes_back(store: Store, due: int) -> None:
    """What was claimed but not started is planned again once the lease has run out."""
    one = claim(store, due)
    with store.begin() as tx:
        early, late = recover(tx, NOON + LEASE / 2), recover(tx, NOON + LEASE * 2)

    assert (early["planned"], late["planned"], late["uncertain"]) == ([], [one.id], [])


def test_a_dead_workers_start_is_uncertain(store: Store, due: int) -> None:
    """What was started is handed back as uncertain, never as planned."""
    one = claim(store, due)
    start(store, one)
    with store.begin() as tx:
        lost = recover(tx, NOON + LEASE * 2)

    assert lost == {"planned": [], "uncertain": [one.id]}


@pytest.mark.parametrize(
    ("state", "slot"),
    [
        (TouchState.SENT, True),
        (TouchState.UNCERTAIN, True),
        (TouchState.REFUSED, False),
        (TouchState.FAILED, False),
        (TouchState.PLANNED, False),
    ],
)
def test_outcomes_keep_or_free_the_slot(store: Store, due: int, state: TouchState, slot: bool) -> None:
    """Sent and uncertain keep the cap slot; refused, failed and planned free it."""
    one = claim(store, due)
    start(store, one)
    with store.begin() as tx:
        write_outcomes(tx, [OutboxOutcome(one.id, state, "why", 250, "ok", NOON + DAY)], NOON)

    [found] = snapshots(store, due, NOON + DAY).values()
    assert (row(store).state, bool(found.slots)) == (state.value, slot)


def test_a_stale_attempt_settles_nothing(store: Store, due: int) -> None:
    """The fencing number: a result of an attempt that lost its lease finds no row."""
    one = claim(store, due)
    start(store, one)
    with store.begin() as tx:
        rows = [lock_started(tx, {one.id: one.attempt + 1}), lock_started(tx, {one.id: one.attempt})]

    assert [list(r) for r in rows] == [[], [one.id]]


def test_a_touch_that_cannot_be_built_fails(store: Store, due: int) -> None:
    """A claimed row that could not be built is failed with its reason, once."""
    one = claim(store, due)
    with store.begin() as tx:
        rows = fail_claims(tx, {one.id: (one.attempt, "no name")}, NOON)
        again = fail_claims(tx, {one.id: (one.attempt, "no name")}, NOON)

    assert ([r.id for r in rows], again, row(store).reply) == ([one.id], [], "no name")


def test_a_repeated_wait_is_written_once(store: Store, due: int) -> None:
    """The same wait for the same reason until the same moment is one line of the lead's story."""
    found = snapshots(store, due)
    waiting = plan(found[due], TouchState.PLANNED, until=NOON + DAY)
    write(store, found, [waiting])
    write(store, found, [waiting])

    with store.read() as tx:
        assert len(tx.execute(select(decision)).all()) == 1
    assert row(store).state == "planned"


def test_what_an_ended_enrolment_planned_is_skipped(store: Store, due: int) -> None:
    """Stopping an enrolment closes the touch it had planned."""
    found = snapshots(store, due)
    write(store, found, [plan(found[due], TouchState.PLANNED, until=NOON + DAY)])
    stopped = plan(found[due], stands=EnrolmentState.STOPPED)
    write(store, found, [replace(stopped, touches=())])

    assert (row(store).state, row(store).reason) == ("skipped", "enrolment_ended")
    assert row(store, enrolment).ended_at == NOON


def test_set_attributes_reach_the_lead(store: Store, due: int) -> None:
    """Attributes that a step sets are merged into the lead's, and standing sequences look again."""
    found = snapshots(store, due)
    write(store, found, [plan(found[due], TouchState.SKIPPED, attributes={"interest": "security"})])

    assert row(store, lead).attributes == {"interest": "security"}


def test_snapshots_know_assets_and_slots(store: Store, due: int) -> None:
    """A sent touch shows in the next snapshot as a slot and as an asset the lead has had."""
    one = claim(store, due)
    start(store, one)
    with store.begin() as tx:
        write_outcomes(tx, [OutboxOutcome(one.id, TouchState.SENT)], NOON)
        runs = read_past_runs(tx, [due], ["white-paper"])

    [found] = snapshots(store, due).values()
    assert [(s.at, s.topic) for s in found.slots] == [(NOON, "guides")]
    assert [a.asset for a in found.assets] == ["security-guide"]
    assert [(r.active, r.sent) for r in runs[due, "white-paper"]] == [(True, True)]


def test_withdrawing_is_idempotent(store: Store, due: int) -> None:
    """A second withdrawal changes nothing, and history holds each change once."""
    address_id = snapshots(store, due)[due].lead.address_id
    with store.begin() as tx:
        counts = [withdraw_all(tx, address_id, NOON, "page"), withdraw_all(tx, address_id, NOON, "page")]
        history = tx.execute(select(change.c.topic)).scalars().all()

    assert counts == [2, 0]
    assert sorted(history) == ["*", "guides"]


def test_withdrawing_an_address_that_is_gone(store: Store) -> None:
    """A link outlives its address: leaving again is no error."""
    with store.begin() as tx:
        assert withdraw_all(tx, 404, NOON, "page") == 0


def test_only_an_opt_in_lifts_a_withdrawal(store: Store, due: int) -> None:
    """The lead's own opt-in to a topic ends the withdrawal of everything; other topics stay withdrawn."""
    address_id = snapshots(store, due)[due].lead.address_id
    with store.begin() as tx:
        add_consent(tx, address_id, "webinars")
        withdraw_all(tx, address_id, NOON, "page")
        grant(tx, address_id, "guides", Basis.DOUBLE_OPT_IN, NOON + DAY, "form")
        grant(tx, address_id, "news", Basis.OPT_IN, NOON + DAY, "form")
        states = {r.topic: r.state for r in tx.execute(select(consent))}

    assert states == {"guides": "granted", "webinars": "withdrawn", "news": "granted"}


def test_withdrawing_a_topic_never_asked_for(store: Store, due: int) -> None:
    """A withdrawal from a topic without consent is kept all the same."""
    address_id = snapshots(store, due)[due].lead.address_id
    with store.begin() as tx:
        withdraw_topics(tx, [(address_id, "news"), (address_id, "news")], NOON, "page")
        withdraw_topics(tx, [(address_id, "news")], NOON, "page")
        withdraw_topics(tx, [], NOON, "page")
        history = tx.execute(select(change.c.topic)).scalars().all()

    assert history == ["news"]


def test_suppressing_twice_is_once_and_lifting_is_an_act(store: Store, due: int) -> None:
    """A suppression in force is not doubled; lifted, it can be put again."""
    address_id = snapshots(store, due)[due].lead.address_id
    with store.begin() as tx:
        put = [
            suppress(tx, [address_id, address_id], SuppressionReason.BOUNCE, NOON, "test"),
            suppress(tx, [address_id], SuppressionReason.OPERATOR, NOON, "test"),
            suppress(tx, [], SuppressionReason.OPERATOR, NOON, "test"),
            lift(tx, address_id, NOON),
            lift(tx, address_id, NOON),
            suppress(tx, [address_id], SuppressionReason.OPERATOR, NOON, "test"),
        ]

    assert put == [1, 0, 0, 1, 0, 1]


def test_a_notice_is_added_and_claimed_once(store: Store, due: int) -> None:
    """A seller's notice goes into the outbox once, and one worker claims it."""
    notice = {"kind": "seller", "lead_id": due, "template": "seller/handoff", "recipient": "s@acme.example"}
    notice |= {"payload": {"seller": "Sam"}, "dedupe": "handoff:1:offer", "message_id": "<h@acme.example>"}
    with store.begin() as tx:
        added = [add_notices(tx, [notice], NOON), add_notices(tx, [notice], NOON), add_notices(tx, [], NOON)]
        taken = [
            claim_notices(tx, due_notices(tx, OutboxKind.SELLER, NOON, 5), NOON, worker="w", lease=LEASE)
            for _ in range(2)
        ]
        counts = count_states(tx)

    assert added == [1, 0, 0]
    assert [[c.recipient for c in batch] for batch in taken] == [["s@acme.example"], []]
    assert counts == {("seller", "claimed"): 1}


def test_due_leads_come_oldest_first_and_within_the_limit(store: Store) -> None:
    """claim_due_leads takes the leads that have waited longest."""
    with store.begin() as tx:
        release = add_release(tx)
        ids = [add_lead(tx, name)[0] for name in ("a", "b", "c")]
        add_enrolment(tx, ids[0], release, due_at=NOON + DAY)
        add_enrolment(tx, ids[1], release, due_at=NOON)
        add_enrolment(tx, ids[2], release, due_at=NOON - DAY)

        assert claim_due_leads(tx, NOON, 5) == [ids[2], ids[1]]
        assert claim_due_leads(tx, NOON, 1) == [ids[2]]
