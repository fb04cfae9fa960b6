"""Retrying and giving up what failed: which rows may go on, and which never, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from leadstore.outbox.failures import FailureFilter, Refusal, Stuck, find_broken, find_stuck
from leadstore.outbox.letters import claim_notices, due_notices, tries
from leadstore.outbox.resolution import resolve
from leadstore.outbox.retry import give_up, retry
from leadstore.outbox.returns import settle_doubt
from leadstore.rows import decision, enrolment, outbox
from leadstore.store import Store
from leadstore.story.chapters import BY_OPERATOR
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState, OutboxKind, TouchState
from tests.builders import DAY, HOUR, NOON, add_enrolment, add_lead, add_release

LATER = NOON + DAY


def hold(store: Store, name: str = "ada", **fields: Any) -> int:
    """A lead whose touch failed at the first step, and its held enrolment; the row's id."""
    row = {"state": "failed", "reason": "render_failed", "reply": "no first_name", **fields}
    stands = {"state": row.pop("stands", "held"), "reason": row.pop("held_for", row["reason"])}
    at = {name: row.pop(f"at_{name}", known) for name, known in {"step": "first", "occurrence": 1}.items()}
    with store.begin() as tx:
        lead_id, address_id = add_lead(tx, name)
        enrolment_id = add_enrolment(tx, lead_id, add_release(tx), retries=24, **at)
        tx.execute(update(enrolment).where(enrolment.c.id == enrolment_id).values(**stands, ended_at=NOON))
        whose = {"lead_id": lead_id, "address_id": address_id, "enrolment_id": enrolment_id}
        return add_row(tx, name, {**whose, "sequence": "white-paper", "step": "first", **row})


def add_row(tx: Any, name: str, row: dict[str, Any]) -> int:
    """A row of the outbox; its id."""
    moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
    fixed = {"kind": "touch", "attempt": 3, "message_id": f"<{name}@x>", "payload": {}, **moments}
    return int(tx.execute(insert(outbox).values(**{**fixed, **row}).returning(outbox.c.id)).scalar_one())


def notice(store: Store, name: str = "sam", **fields: Any) -> int:
    """A seller mail that failed."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx, name)
        row = {"kind": "seller", "state": "failed", "reason": "relay_said_later", "recipient": "sam@x.org"}
        return add_row(tx, name, {"lead_id": lead_id, **row, **fields})


def broken(store: Store, name: str = "eve", state: str = "skipped") -> int:
    """A lead held because its decision failed, whose planned touch was closed with it; the lead's id."""
    hold(store, name, state=state, reason="enrolment_ended", held_for="decision_failed", attempt=0)
    with store.read() as tx:
        return int(tx.scalar(select(enrolment.c.lead_id).order_by(enrolment.c.id.desc()).limit(1)) or 0)


def again(store: Store, *ids: int, **wanted: Any) -> tuple[list[Stuck], list[Refusal]]:
    with store.begin() as tx:
        return retry(tx, FailureFilter(ids, **wanted), LATER)


def only(store: Store, what: Any = outbox) -> Any:
    with store.read() as tx:
        return tx.execute(select(what).order_by(what.c.id)).one()


def states(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.scalars(select(outbox.c.state).order_by(outbox.c.id)))


def test_a_failed_touch_is_due_again(store: Store) -> None:
    """It keeps its Message-ID, its attempt and its first due time; its enrolment stands where it stood."""
    row_id = hold(store)

    again(store, row_id)

    row, stands = only(store), only(store, enrolment)
    assert (row.state, row.due_at, row.reason, row.reply) == ("planned", LATER, "tried_again", "")
    assert (row.message_id, row.attempt, row.first_due_at, row.settled_at) == ("<ada@x>", 3, NOON, None)
    assert (stands.state, stands.due_at, stands.retries, stands.step) == ("active", LATER, 0, "first")
    assert (stands.reason, stands.ended_at, stands.first_due_at) == (None, None, NOON)


def test_it_is_written_down_with_why_it_had_failed(store: Store) -> None:
    """The row forgets its failure, so the decision keeps it."""
    again(store, hold(store))

    told = only(store, decision)
    assert (told.verdict, told.reason, told.at, told.step) == ("move", "tried_again", LATER, "first")
    assert told.detail == {"failed": "render_failed", "reply": "no first_name"}


@pytest.mark.parametrize("reason", ["render_failed", "relay_said_later"])
def test_both_ways_to_fail_are_tried_again(store: Store, reason: str) -> None:
    """It could not be built, or the relay stayed away."""
    found, refused = again(store, hold(store, reason=reason))

    assert ([one.reason for one in found], refused) == ([reason], [])


NEVER = {
    "sent": ({"state": "sent", "reason": "due", "stands": "completed"}, "was sent"),
    "uncertain": ({"state": "uncertain", "reason": "no_answer", "stands": "active"}, "outbox resolve"),
    "planned": ({"state": "planned", "reason": "cap", "stands": "active"}, "on its way"),
    "claimed": ({"state": "claimed", "reason": "due", "stands": "active"}, "on its way"),
    "started": ({"state": "started", "reason": "due", "stands": "active"}, "on its way"),
    "skipped": ({"state": "skipped", "reason": "unless", "stands": "active"}, "decided not to be sent"),
    "refused": ({"state": "refused", "reason": "relay_refused", "stands": "stopped"}, "for good"),
    "gone on": ({"reason": "relay_said_later", "stands": "active", "at_step": "second"}, "any more"),
    "ended": ({"reason": "relay_said_later", "stands": "stopped"}, "any more"),
    "doubt that bounced": ({"reason": "bounced", "stands": "active"}, "after a doubt"),
    "doubt that was resolved": ({"reason": BY_OPERATOR, "stands": "active"}, "after a doubt"),
    "doubt, and held by another": ({"reason": BY_OPERATOR, "held_for": "render_failed"}, "after a doubt"),
}


@pytest.mark.parametrize(("fields", "said"), NEVER.values(), ids=NEVER)
def test_what_is_never_tried_again(store: Store, fields: dict[str, Any], said: str) -> None:
    """What was sent, may have arrived or is waited for no more stays as it is, and the answer says why."""
    row_id = hold(store, **fields)
    before = only(store), only(store, enrolment)

    found, [refusal] = again(store, row_id)

    assert found == []
    assert said in f"{refusal.why} {refusal.hint}"
    assert (only(store), only(store, enrolment)) == before
    assert again(store) == ([], [])


SETTLED = {
    "by the operator": lambda tx, row_id: resolve(tx, row_id, "failed", NOON),
    "by a bounce": lambda tx, row_id: settle_doubt(tx, row_id, TouchState.FAILED, "bounced", NOON, "5.1.1"),
}


@pytest.mark.parametrize("settle", SETTLED.values(), ids=SETTLED)
def test_a_doubt_that_was_settled_is_never_sent(store: Store, settle: Any) -> None:
    """It may have been delivered under its Message-ID: at most once."""
    row_id = hold(store, state="uncertain", reason="no_answer", stands="active")
    with store.begin() as tx:
        settle(tx, row_id)

    found, [refusal] = again(store, row_id)

    assert (found, states(store)) == ([], ["failed"])
    assert "its Message-ID is not used twice" in refusal.why


def test_a_row_that_is_not_there(store: Store) -> None:
    """It is refused as well; the others go on."""
    row_id = hold(store)

    found, refused = again(store, 99, row_id)

    assert ([one.id for one in found], [one.id for one in refused]) == ([row_id], [99])


def test_a_second_time_finds_it_on_its_way(store: Store) -> None:
    """Saying it twice is saying it once."""
    row_id = hold(store)
    again(store, row_id)

    found, [refusal] = again(store, row_id)

    assert found == []
    assert "on its way" in refusal.why
    with store.read() as tx:
        assert len(tx.execute(select(decision)).all()) == 1


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["ada", "bob", "sam", None]),
        ({"reason": "render_failed"}, ["ada"]),
        ({"reason": "relay_said_later"}, ["bob", "sam"]),
        ({"reason": "decision_failed"}, [None]),
        ({"reason": "relay_refused"}, ["tess"]),
        ({"kind": "seller"}, ["sam"]),
        ({"kind": "touch"}, ["ada", "bob", None]),
        ({"lead_id": 1}, ["ada"]),
        ({"lead_id": 3}, [None]),
        ({"reason": "decision_failed", "kind": "seller"}, []),
    ],
    ids=lambda value: str(value),
)
def test_many_are_named_by_what_they_share(
    store: Store, wanted: dict[str, Any], names: Sequence[str]
) -> None:
    """By the reason, the kind or the lead; what must stay is not among them."""
    hold(store, "ada")
    hold(store, "bob", reason="relay_said_later")
    broken(store, "eve")
    hold(store, "sent", state="sent", reason="due", stands="active")
    hold(store, "doubt", reason="bounced", stands="active")
    hold(store, "gone", stands="active", at_step="second")
    hold(store, "refused", state="refused", reason="relay_refused", stands="stopped")
    notice(store, "sam")
    notice(store, "tess", state="refused", reason="relay_refused")

    with store.read() as tx:
        found, refused = find_stuck(tx, FailureFilter(**wanted))
        ids = {r.id: r.message_id.strip("<>").partition("@")[0] for r in tx.execute(select(outbox))}

    assert [ids.get(one.id or 0) for one in found] == names
    assert refused == []


def test_a_broken_decision_is_taken_again(store: Store) -> None:
    """What it had planned is open again, else the gate would take it for settled."""
    lead_id = broken(store)

    found, _ = again(store, lead_id=lead_id)

    row, stands = only(store), only(store, enrolment)
    assert [one.id for one in found] == [None]
    assert (row.state, row.message_id) == ("planned", "<eve@x>")
    assert (stands.state, stands.due_at, stands.reason) == ("active", LATER, None)
    assert only(store, decision).detail == {"failed": "decision_failed", "reply": ""}


def test_what_was_sent_before_the_decision_broke_stays_sent(store: Store) -> None:
    """Only what the hold itself closed is opened."""
    lead_id = broken(store, state="sent")

    again(store, lead_id=lead_id)

    assert states(store) == ["sent"]


def test_broken_decisions_are_listed(store: Store) -> None:
    """No row tells of them."""
    lead_id = broken(store)
    hold(store)

    with store.read() as tx:
        [one] = find_broken(tx, FailureFilter(), 10)

    assert (one.lead_id, one.step, one.reason) == (lead_id, "first", "decision_failed")


def test_a_release_may_have_moved_the_enrolment(store: Store) -> None:
    """It goes on from its new step, under a new Message-ID; the row of the old step is closed."""
    row_id = hold(store, at_step="renamed")

    found, _ = again(store, row_id)

    row, stands = only(store), only(store, enrolment)
    assert [one.moved for one in found] == [True]
    assert (row.state, row.reason) == ("skipped", "moved_to_new_version")
    assert (stands.state, stands.step) == ("active", "renamed")


def test_an_older_failure_does_not_let_go_of_a_newer(store: Store) -> None:
    """Only the row that its enrolment stands at holds it."""
    old = hold(store, reason="relay_said_later", at_step="second")
    with store.begin() as tx:
        first = tx.execute(select(outbox)).one()
        whose = {"lead_id": first.lead_id, "enrolment_id": first.enrolment_id}
        new = add_row(tx, "new", {**whose, "step": "second", "state": "failed", "reason": "render_failed"})

    found, [refusal] = again(store, old, new)

    assert ([one.id for one in found], refusal.id) == ([new], old)


@pytest.mark.parametrize("state", ["failed", "refused"])
def test_a_notice_is_tried_with_a_fresh_count(store: Store, state: str) -> None:
    """Its tries begin anew, and its fencing number still only grows."""
    row_id = notice(store, state=state, attempt=25)

    again(store, row_id)
    with store.begin() as tx:
        [claim] = claim_notices(
            tx, due_notices(tx, OutboxKind.SELLER, LATER, 9), LATER, worker="w", lease=HOUR
        )

    assert (tries(claim.attempt), claim.attempt > 25, claim.message_id) == (1, True, "<sam@x>")


def test_every_round_has_numbers_of_its_own(store: Store) -> None:
    """However often the operator says it."""
    row_id = notice(store, attempt=25)
    for _ in range(3):
        again(store, row_id)
        with store.begin() as tx:
            [claim] = claim_notices(
                tx, due_notices(tx, OutboxKind.SELLER, LATER, 9), LATER, worker="w", lease=HOUR
            )
            tx.execute(update(outbox).values(state="failed", reason="relay_said_later"))

    assert claim.attempt == 3001


def goes_to(step: str | None) -> Any:
    """Where an enrolment goes on."""

    def place(one: Enrolment) -> Position:
        state = EnrolmentState.ACTIVE if step else EnrolmentState.COMPLETED
        return Position(one.id, state, step or one.step, one.occurrence, LATER, LATER, LATER)

    return place


def test_a_touch_is_given_up(store: Store) -> None:
    """It is skipped for good, and the enrolment goes on with a fresh count; the decision says who and why."""
    row_id = hold(store)
    with store.begin() as tx:
        found, refused = give_up(tx, [row_id], goes_to("second"), LATER)

    row, stands, told = only(store), only(store, enrolment), only(store, decision)
    assert ([one.id for one in found], refused) == ([row_id], [])
    assert (row.state, row.reason, row.settled_at) == ("skipped", "given_up", LATER)
    assert (stands.state, stands.step, stands.due_at, stands.retries) == ("active", "second", LATER, 0)
    assert (told.verdict, told.reason, told.step) == ("skip", "given_up", "first")
    assert told.detail["failed"] == "render_failed"


@pytest.mark.parametrize(("fields", "said"), NEVER.values(), ids=NEVER)
def test_what_is_never_given_up(store: Store, fields: dict[str, Any], said: str) -> None:
    """The same rows as are never tried again."""
    row_id = hold(store, **fields)
    before = only(store), only(store, enrolment)

    with store.begin() as tx:
        found, [refusal] = give_up(tx, [row_id], goes_to("second"), LATER)

    assert found == []
    assert said in f"{refusal.why} {refusal.hint}"
    assert (only(store), only(store, enrolment)) == before


def test_a_notice_is_given_up(store: Store) -> None:
    """It is skipped, and moves nobody."""
    row_id = notice(store)

    with store.begin() as tx:
        give_up(tx, [row_id], goes_to("second"), LATER)

    assert (only(store).state, only(store).reason) == ("skipped", "given_up")
    with store.read() as tx:
        assert tx.execute(select(decision)).all() == []


ACTS = {
    "retry": lambda tx, ids: retry(tx, FailureFilter(ids), LATER),
    "give up": lambda tx, ids: give_up(tx, ids, goes_to("second"), LATER),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_thousands_cost_a_few_statements(store: Store, act: Any) -> None:
    """Never a statement for each lead."""
    for number in range(40):
        hold(store, f"lead{number}")
    ids = tuple(range(1, 41))
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))
    with store.begin() as tx:
        found, _ = act(tx, ids)

    assert len(found) == 40
    assert len([one for one in asked if not one.startswith(("BEGIN", "COMMIT"))]) <= 9


def test_two_operators_release_once(store: Store) -> None:
    """Whoever comes second finds them on their way: the leads' rows are the lock."""
    ids = [hold(store, f"lead{number}") for number in range(10)]
    results: list[int] = []

    def release(order: Sequence[int]) -> None:
        results.append(len(again(store, *order)[0]))

    threads = [Thread(target=release, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [0, 10]
    assert states(store) == ["planned"] * 10
