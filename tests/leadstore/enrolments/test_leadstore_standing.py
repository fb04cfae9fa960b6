"""Standing sequences find in SQL whom they may take in, and nobody they have answered already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from leadstore.consents.grants import suppress
from leadstore.enrolments.decisions import record_entries
from leadstore.enrolments.entrants import StandingSequence, candidates, changed_leads, mark_looked_at
from leadstore.enrolments.snapshots import read_past_runs, read_snapshots
from leadstore.rows import enrolment, handoff, outbox
from leadstore.store import Store
from nurture.deciding.entry import consider
from nurture.project.book import Book
from nurture.values import Entry
from nurture.words import SuppressionReason
from tests.builders import add_consent, add_enrolment, add_lead, add_release
from tests.nurture.gate_world import DAY, HOUR, TUESDAY, book

HEAD = """\
enter: {when: lead.fit >= 10}
exit: [{when: lead.stage == "customer"}]
goal: {when: lead.stage == "sql"}
"""
AGAIN = HEAD.replace("lead.fit >= 10", "lead.fit >= 10, again: 90 days after exit")
ENDED = {"state": "completed", "ended_at": TUESDAY - 30 * DAY}


def standing(found: Book) -> StandingSequence:
    """The sequence `s` as the store asks about it."""
    topic = found.catalog.topics["guides"]
    return StandingSequence(found.sequences["s"], topic.accepts, found.policy.consent.confirm_within)


def arrange(tx: Connection, known: Mapping[str, Any]) -> int:
    """A lead with what the case says of it."""
    facts = {"fit": 50.0, **known.get("lead", {})}
    lead_id, address_id = add_lead(tx, **facts)
    for topic, (state, at) in known.get("consents", {"guides": ("granted", TUESDAY)}).items():
        add_consent(tx, address_id, topic, state, at)
    if "suppressed" in known:
        suppress(tx, [address_id], SuppressionReason.BOUNCE, TUESDAY, "test")
    if "run" in known:
        number = add_enrolment(tx, lead_id, add_release(tx), sequence="s", entered_at=TUESDAY - 60 * DAY)
        tx.execute(enrolment.update().values(**known["run"]))
        if "touch" in known:
            add_touch(tx, number, known["touch"])
    if "handoff" in known:
        row = {"lead_id": lead_id, "cycle": 0, "state": known["handoff"], "created_at": TUESDAY}
        tx.execute(insert(handoff).values(**row))
    return lead_id


def add_touch(tx: Connection, enrolment_id: int, state: str) -> None:
    row = {
        "kind": "touch",
        "enrolment_id": enrolment_id,
        "state": state,
        "message_id": "<a@b>",
        "payload": {},
    }
    at = dict.fromkeys(("due_at", "first_due_at", "created_at"), TUESDAY - 40 * DAY)
    tx.execute(insert(outbox).values(**row, **at))


def answer(tx: Connection, found: Book, lead_id: int, now: datetime = TUESDAY) -> Entry | None:
    """What nurture says of the lead."""
    [snapshot] = read_snapshots(tx, [lead_id], signal_types=(), slots_since=now)
    runs = read_past_runs(tx, [lead_id], ["s"]).get((lead_id, "s"), ())
    return consider(found, found.sequences["s"], snapshot, runs, now)


CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "granted": ({}, "entered"),
    "pending": ({"consents": {"guides": ("pending", TUESDAY)}}, "entered"),
    "never confirmed": ({"consents": {"guides": ("pending", TUESDAY - 7 * DAY)}}, "consent_pending"),
    "never asked": ({"consents": {}}, "consent_missing"),
    "withdrawn": ({"consents": {"guides": ("withdrawn", TUESDAY)}}, "consent_withdrawn"),
    "withdrawn from everything": (
        {"consents": {"guides": ("granted", TUESDAY), "*": ("withdrawn", TUESDAY)}},
        "consent_withdrawn",
    ),
    "suppressed": ({"suppressed": True, "consents": {}}, "suppressed"),
    "disqualified": ({"lead": {"stage": "disqualified"}}, "disqualified"),
    "would leave at once": ({"lead": {"stage": "customer"}}, "exit"),
    "there already": ({"lead": {"stage": "sql"}}, "goal"),
    "taken by a seller": ({"handoff": "accepted"}, "handoff_accepted"),
    "taken, and sent back since": ({"handoff": "accepted", "lead": {"cycle": 1}}, "entered"),
    "taken after it lapsed": (
        {"handoff": "accepted", "lead": {"cycle": 1, "stage": "sal"}},
        "handoff_accepted",
    ),
    "offered to a seller": ({"handoff": "offered"}, "entered"),
    "lapsed": ({"handoff": "lapsed"}, "entered"),
    "not selected": ({"lead": {"fit": 9.0}}, None),
    "in it": ({"run": {"state": "active"}}, None),
    "held in it": ({"run": {"state": "held"}}, None),
    "been through it": ({"run": ENDED}, None),
    "was sent something": ({"run": {**ENDED, "state": "stopped"}, "touch": "sent"}, None),
    "was refused by the relay": ({"run": {**ENDED, "state": "stopped"}, "touch": "refused"}, None),
    "was sent nothing": ({"run": {**ENDED, "state": "stopped"}, "touch": "skipped"}, "entered"),
    "was stopped just now": ({"run": {"state": "stopped", "ended_at": TUESDAY - HOUR}}, None),
}


@pytest.mark.parametrize(("known", "reason"), CASES.values(), ids=CASES.keys())
def test_sql_finds_whom_nurture_would_answer(store: Store, known: dict[str, Any], reason: str | None) -> None:
    """A lead is found exactly when nurture enters it or has a refusal to record, and then not again."""
    found = book("- send: hello", HEAD)
    with store.begin() as tx:
        lead_id = arrange(tx, known)
        entry = answer(tx, found, lead_id)
        first = candidates(tx, standing(found), TUESDAY)
        record_entries(tx, [entry] if entry else [], TUESDAY)
        later = candidates(tx, standing(found), TUESDAY)

    assert (entry.reason.value if entry else None) == reason
    assert first == [lead_id] * (reason is not None)
    assert later == [lead_id] * (reason == "entered")  # until it is enrolled


@pytest.mark.parametrize(
    ("days", "found_again"), [(89, False), (91, True)], ids=["89 days after", "91 days after"]
)
def test_again_after_a_while(store: Store, days: int, found_again: bool) -> None:
    """A lead that went through the sequence is found again when its time has come."""
    found = book("- send: hello", AGAIN)
    with store.begin() as tx:
        lead_id = arrange(tx, {"run": ENDED, "touch": "sent"})
        now = TUESDAY - timedelta(days=30) + timedelta(days=days)

        assert candidates(tx, standing(found), now) == [lead_id] * found_again
        assert (answer(tx, found, lead_id, now) is not None) == found_again


def test_a_refusal_for_another_reason_is_found(store: Store) -> None:
    """What changed its reason is looked at again, so that the latest reason is on record."""
    found = book("- send: hello", HEAD)
    with store.begin() as tx:
        lead_id = arrange(tx, {"consents": {}})
        entry = answer(tx, found, lead_id)
        record_entries(tx, [entry] if entry else [], TUESDAY)
        quiet = candidates(tx, standing(found), TUESDAY)
        suppress(tx, [1], SuppressionReason.BOUNCE, TUESDAY, "test")

        assert (quiet, candidates(tx, standing(found), TUESDAY)) == ([], [lead_id])


def test_pages_follow_the_ids(store: Store) -> None:
    """Pages are cut by id, and a search among some leads finds no other."""
    found = standing(book("- send: hello", HEAD))
    with store.begin() as tx:
        ids = []
        for n in range(4):
            lead_id, address_id = add_lead(tx, f"lead{n}", fit=50.0)
            add_consent(tx, address_id)
            ids.append(lead_id)

        assert candidates(tx, found, TUESDAY, limit=2) == ids[:2]
        assert candidates(tx, found, TUESDAY, after=ids[1], limit=5) == ids[2:]
        assert candidates(tx, found, TUESDAY, among=ids[1:3]) == ids[1:3]


def test_only_live_leads_are_looked_at(store: Store) -> None:
    """Imported history and merged leads wait for nobody; who has been looked at is not seen again."""
    found = standing(book("- send: hello", "enter: {when: true}\n"))
    with store.begin() as tx:
        seen, address_id = add_lead(tx, "seen", fit=50.0)
        fresh, other = add_lead(tx, "fresh", fit=50.0)
        _, third = add_lead(tx, "quiet", live=False)
        _, fourth = add_lead(tx, "merged", merged_into=seen)
        for one in (address_id, other, third, fourth):
            add_consent(tx, one)
        mark_looked_at(tx, [seen])
        mark_looked_at(tx, [])

        assert changed_leads(tx, 10) == [fresh]
        assert candidates(tx, found, TUESDAY) == [seen, fresh]
