"""The harness sees a breach when there is one."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import HOUR, NOON
from tests.faults import invariants
from tests.faults.invariants import Evidence


def row(**changes: Any) -> SimpleNamespace:
    """A touch that was sent."""
    values = {
        "id": 1,
        "kind": "touch",
        "purpose": "marketing",
        "state": "sent",
        "attempt": 1,
        "message_id": "<1@x>",
        "address_id": 7,
        "lead_id": 7,
        "enrolment_id": 3,
        "handoff_id": None,
        "sequence": "s",
        "step": "hello",
        "occurrence": 1,
        "slot_at": NOON,
        "started_at": NOON,
        "settled_at": NOON,
    }
    return SimpleNamespace(**{**values, **changes})


def evidence(*rows: Any, received: tuple[str, ...] = ("<1@x>",), left: Any = (), **others: Any) -> Evidence:
    """What a round left behind."""
    return Evidence(rows, others.get("runs", ()), others.get("offers", ()), received, left)


LEFT = ({"address_id": 7, "rows": [(1, 1, "claimed")]},)
TWO = tuple(row(id=n, step=f"s{n}", slot_at=NOON + n * HOUR) for n in range(3))
OFFER = SimpleNamespace(lead_id=7, cycle=1)
RUN = SimpleNamespace(id=3, lead_id=7, state="active", reason=None, step="hello")


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        (invariants.once(evidence(row(), received=("<1@x>", "<1@x>"))), "I1: <1@x> was delivered 2 times"),
        (invariants.once(evidence(row(state="planned"))), "I1: <1@x> was delivered, and the store"),
        (invariants.once(evidence(row(), received=())), "I1: <1@x> is sent in the store"),
        (invariants.settled(evidence(row(state="lost"))), "I2: row 1 is 'lost'"),
        (invariants.settled(evidence(row(state="started"))), "I2: row 1 is still started"),
        (invariants.settled(evidence(row(), row(id=2))), "I2: touch (3, 'hello', 1) has 2 rows"),
        (invariants.left_alone(evidence(row(), left=LEFT)), "I3: row 1 was claimed when"),
        (invariants.capped(evidence(*TWO), 2, timedelta(days=1)), "I4: address 7 has 3 slots"),
        (invariants.handed_once(evidence(offers=(OFFER, OFFER))), "I5: lead and cycle (7, 1)"),
        (invariants.handed_once(evidence(row(handoff_id=1), row(handoff_id=1))), "I5: handoff 1 has 2"),
        (invariants.complete(evidence(), {(7, "s", "hello")}), "lost: lead 7 never got s/hello"),
        (
            invariants.complete(evidence(row(), runs=(RUN,)), {(7, "s", "hello")}),
            "lost: enrolment 3 is active",
        ),
    ],
)
def test_a_breach_is_seen(found: Any, begins: str) -> None:
    """Each invariant names what broke it."""
    [breach, *_] = found

    assert breach.startswith(begins)


def test_what_was_started_before_may_end_afterwards() -> None:
    """A body on its way when the lead leaves is no breach: it had started."""
    left = ({"address_id": 7, "rows": [(1, 1, "started")]},)

    assert list(invariants.left_alone(evidence(row(), left=left))) == []


def test_a_line_cut_short_is_not_read(tmp_path: Any) -> None:
    """A process that was killed may leave half a line."""
    (tmp_path / "log").write_text('{"a": 1}\n{"a"', encoding="utf-8")

    assert invariants.read_lines(tmp_path / "log") == [{"a": 1}]


def test_a_late_answer_loses_nothing_in_silence() -> None:
    """A letter refused for now after its lease is listed as failed; one that merely failed is a loss."""
    wanted = {(7, "s", "hello")}
    overtaken = row(state="failed", settled_at=NOON + HOUR)

    assert list(invariants.complete(evidence(overtaken), wanted)) == []
    assert list(invariants.complete(evidence(row(state="failed")), wanted)) != []
