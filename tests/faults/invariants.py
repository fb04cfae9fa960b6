"""What must hold after any crash: I1 to I7, from what the sink received, the store, and who left when."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from leadstore.outbox.letters import LEASE
from leadstore.rows import enrolment, handoff, outbox
from leadstore.store import Store
from nurture.words import EnrolmentState, TouchState

SPOKEN = {TouchState.STARTED, TouchState.SENT, TouchState.UNCERTAIN, TouchState.REFUSED}
ENDED = {
    TouchState.SENT,
    TouchState.REFUSED,
    TouchState.FAILED,
    TouchState.UNCERTAIN,
    TouchState.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a round left behind."""

    rows: Sequence[Any]  # the outbox
    enrolments: Sequence[Any]
    handoffs: Sequence[Any]
    received: Sequence[str]  # Message-IDs, as the sink took them
    left: Sequence[Mapping[str, Any]]  # who withdrew or was suppressed, and the outbox at that commit


def gather(store: Store, sink: Path, left: Path) -> Evidence:
    """Read it all."""
    with store.read() as tx:
        rows, runs, offers = (
            tx.execute(select(t).order_by(t.c.id)).all() for t in (outbox, enrolment, handoff)
        )
    return Evidence(rows, runs, offers, [one["message_id"] for one in read_lines(sink)], read_lines(left))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """JSON lines; the last one may have been cut short by a kill."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def once(evidence: Evidence) -> Iterator[str]:
    """I1: at most one delivery per Message-ID; and the store claims nothing the sink did not take."""
    for name, count in Counter(evidence.received).items():
        if count > 1:
            yield f"I1: {name} was delivered {count} times"
    states = {row.message_id: row.state for row in evidence.rows}
    for name in set(evidence.received):
        if states.get(name) not in (TouchState.SENT, TouchState.UNCERTAIN):
            yield f"I1: {name} was delivered, and the store says {states.get(name)}"
    for name, state in states.items():
        if state == TouchState.SENT and name not in set(evidence.received):
            yield f"I1: {name} is sent in the store, and nobody received it"


def settled(evidence: Evidence) -> Iterator[str]:
    """I2: every row is in one known state, none is left in hand, and a touch has one row."""
    for row in evidence.rows:
        if row.state not in set(TouchState):
            yield f"I2: row {row.id} is {row.state!r}"
        if row.state in (TouchState.CLAIMED, TouchState.STARTED):
            yield f"I2: row {row.id} is still {row.state}"
    touches = Counter((r.enrolment_id, r.step, r.occurrence) for r in evidence.rows if r.enrolment_id)
    for touch, count in touches.items():
        if count > 1:
            yield f"I2: touch {touch} has {count} rows"


def left_alone(evidence: Evidence) -> Iterator[str]:
    """I3: what was not started when a withdrawal or suppression committed never is."""
    for leaver in evidence.left:
        before = {row_id: (attempt, state) for row_id, attempt, state in leaver["rows"]}
        for row in evidence.rows:
            if row.address_id != leaver["address_id"] or row.state not in SPOKEN:
                continue
            attempt, state = before.get(row.id, (0, "absent"))
            if state not in SPOKEN or row.attempt > attempt:
                yield f"I3: row {row.id} was {state} when its address left, and is {row.state}"


def capped(evidence: Evidence, count: int, span: timedelta) -> Iterator[str]:
    """I4: no address has more slots than the cap in any span."""
    slots: dict[int, list[datetime]] = defaultdict(list)
    for row in evidence.rows:
        if row.slot_at is not None and row.purpose == "marketing" and row.kind == "touch":
            slots[row.address_id].append(row.slot_at)
    for address_id, times in slots.items():
        for start in times:
            within = sum(start <= one < start + span for one in times)
            if within > count:
                yield f"I4: address {address_id} has {within} slots within {span}"


def handed_once(evidence: Evidence) -> Iterator[str]:
    """I5: one handoff per lead and cycle, one notice per handoff."""
    cycles = Counter((one.lead_id, one.cycle) for one in evidence.handoffs)
    yield from (f"I5: lead and cycle {key} were handed over {n} times" for key, n in cycles.items() if n > 1)
    notices = Counter(row.handoff_id for row in evidence.rows if row.handoff_id is not None)
    yield from (f"I5: handoff {key} has {n} notices" for key, n in notices.items() if n > 1)


def _overtaken(row: Any) -> bool:
    done = row.state in (TouchState.FAILED, TouchState.SKIPPED)
    return bool(done and row.started_at and row.settled_at and row.settled_at - row.started_at >= LEASE)


def complete(evidence: Evidence, wanted: set[tuple[int, str, str]]) -> Iterator[str]:
    """Nothing is lost: every wanted touch is sent, uncertain or refused; a refusal ends its sequence.

    A letter whose `later` came after its lease had been taken for uncertain, and its lead had gone on: it is
    failed or skipped then, and listed.
    """
    spoken = {(r.lead_id, r.sequence, r.step) for r in evidence.rows if r.state in SPOKEN or _overtaken(r)}
    refused = {(r.lead_id, r.sequence) for r in evidence.rows if r.state == TouchState.REFUSED}
    for lead_id, sequence, step in sorted(wanted - spoken):
        if (lead_id, sequence) not in refused:
            yield f"lost: lead {lead_id} never got {sequence}/{step}"
    leads = {lead_id for lead_id, _, _ in wanted}
    for run in evidence.enrolments:
        if run.lead_id in leads and run.state in (EnrolmentState.ACTIVE, EnrolmentState.HELD):
            yield f"lost: enrolment {run.id} is {run.state} ({run.reason}) at {run.step}"
