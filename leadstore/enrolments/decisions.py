"""Writes what was decided for a batch of leads, in the transaction that claimed them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from leadstore.database.bulk import Bulk, StatementByIds
from leadstore.database.transaction import Transaction
from leadstore.enrolments.positions import write_positions
from leadstore.outbox.letters import LEASE
from leadstore.rows import decision, enrolment, lead, outbox
from nurture.values import Claim, Decision, Enrolment, Entry, Plan, Position, Snapshot, TouchPlan
from nurture.words import PACED_REASONS, EnrolmentState, OutboxKind, Reason, TouchState, Verdict

PACED = frozenset(reason.value for reason in PACED_REASONS)
REPEATABLE = {Verdict.WAIT.value, Verdict.REFUSE.value}
"""Verdicts that are written again only when their reason or time changes."""


def write_plans(
    tx: Transaction,
    snapshots: Mapping[int, Snapshot],
    plans: Sequence[Plan],
    now: datetime,
    *,
    worker: str,
    lease: timedelta,
    domain: str,
    store_id: str,
) -> list[Claim]:
    """Write decisions, touches, positions and attributes; returns the touches claimed by this worker.

    A claimed touch is the cap slot, dated `now`. `lease` is the claim's: its enrolment rests for as long as
    what is started may take. `domain` is the right side of its Message-ID.
    """
    touches = [t for plan in plans for t in plan.touches]
    claims = _write_touches(tx, touches, snapshots, now, worker, now + lease, domain, store_id)
    leases = {c.enrolment_id: now + max(lease, LEASE) for c in claims if c.enrolment_id is not None}
    positions = [p for plan in plans for p in plan.positions]
    write_positions(tx, positions, now, leases)
    _close_planned(tx, [p.enrolment_id for p in positions if p.state is not EnrolmentState.ACTIVE], now)
    record(tx, [(plan.lead_id, d) for plan in plans for d in plan.decisions], snapshots, now)
    _write_attributes(tx, plans, snapshots, now)
    return claims


def message_id(store_id: str, enrolment_id: int, step: str, occurrence: int, domain: str) -> str:
    """The Message-ID of a touch (RFC 5322 3.6.4): one at every attempt, never one for two touches."""
    name = f"{store_id}/{enrolment_id}/{step}/{occurrence}"
    return f"<nurture.{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}>"


def record(
    tx: Transaction,
    decisions: Sequence[tuple[int, Decision]],
    snapshots: Mapping[int, Snapshot],
    now: datetime,
) -> None:
    """Append decisions; a wait that only repeats the latest one is not written again."""
    sequences = {e.id: e.sequence for s in snapshots.values() for e in s.enrolments}
    latest = _latest(tx, {d.enrolment_id for _, d in decisions if d.verdict.value in REPEATABLE})
    rows = [
        {
            "lead_id": lead_id,
            "enrolment_id": d.enrolment_id,
            "sequence": sequences.get(d.enrolment_id, ""),
            "step": d.step,
            "occurrence": d.occurrence,
            "verdict": d.verdict.value,
            "reason": d.reason.value,
            "until": d.until,
            "detail": dict(d.detail),
            "at": now,
        }
        for lead_id, d in decisions
        if latest.get(d.enrolment_id) != (d.step, d.occurrence, d.verdict.value, d.reason.value, _news(d))
    ]
    Bulk(tx).add(decision, rows)


def hold_due(tx: Transaction, leads: Mapping[int, str], now: datetime) -> int:
    """Hold the due enrolments of these leads (id -> what broke their decision) for the operator; how many."""
    due = (enrolment.c.state == EnrolmentState.ACTIVE.value) & (enrolment.c.due_at <= now)
    query = select(enrolment.c.id, enrolment.c.lead_id).where(due, enrolment.c.lead_id.in_(list(leads)))
    return hold(tx, {r.id: leads[r.lead_id] for r in tx.execute(query)}, now)


def hold(tx: Transaction, enrolments: Mapping[int, str], now: datetime) -> int:
    """Hold these enrolments (id -> the type of what was raised) where they stand; returns how many.

    Only their steps are read, for any other value of theirs may be what raised.
    """
    these = enrolment.c.id.in_(list(enrolments)) & (enrolment.c.state == EnrolmentState.ACTIVE.value)
    place = [enrolment.c[name] for name in ("lead_id", "id", "sequence", "step", "occurrence")]
    rows = tx.execute(select(*place).where(these)).all()
    if not rows:
        return 0
    held = {"state": EnrolmentState.HELD.value, "reason": Reason.BROKEN.value, "lease_until": None}
    tx.execute(update(enrolment).where(these).values(**held, ended_at=now))
    _close_planned(tx, [r.id for r in rows], now)
    said = {"verdict": Verdict.WAIT.value, "reason": Reason.BROKEN.value, "until": None, "at": now}
    told = [{**_place(r, r), "detail": {"error": enrolments[r.id]}, **said} for r in rows]
    tx.execute(insert(decision), told)
    return len(rows)


def record_waits(tx: Transaction, waits: Sequence[tuple[Enrolment, Position]], now: datetime) -> None:
    """Append that these enrolments wait at their steps, as the gate would have written it."""
    said = {"verdict": Verdict.WAIT.value, "reason": Reason.STEP_WAIT.value, "detail": {}, "at": now}
    rows = [{**_place(one, position), **said, "until": position.due_at} for one, position in waits]
    Bulk(tx).add(decision, rows)


def _place(one: Any, stands: Any) -> dict[str, Any]:  # an enrolment, and where it stands; values or rows
    return {
        "lead_id": one.lead_id,
        "enrolment_id": one.id,
        "sequence": one.sequence,
        "step": stands.step,
        "occurrence": stands.occurrence,
    }


def record_entries(tx: Transaction, entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Append who entered and who was refused; returns those written.

    A refusal that repeats the latest one is not written again.
    """
    if not entries:
        return []
    latest = _latest_entries(tx, {e.lead_id for e in entries})
    fresh = [
        e
        for e in entries
        if e.verdict is Verdict.ENTER
        or latest.get((e.lead_id, e.sequence)) != (e.verdict.value, e.reason.value)
    ]
    rows = [
        {
            "lead_id": e.lead_id,
            "sequence": e.sequence,
            "step": "",
            "occurrence": e.run,
            "verdict": e.verdict.value,
            "reason": e.reason.value,
            "detail": {"key": e.entry_key} if e.entry_key else {},
            "at": now,
        }
        for e in fresh
    ]
    if rows:
        tx.execute(insert(decision), rows)
    return fresh


def _latest_entries(tx: Transaction, lead_ids: set[int]) -> dict[tuple[int, str], tuple[str, str]]:
    """The latest decision about these leads' entries: (lead id, sequence) -> (verdict, reason)."""
    known = select(func.max(decision.c.id)).where(
        decision.c.lead_id.in_(lead_ids),
        decision.c.verdict.in_([Verdict.ENTER.value, Verdict.REFUSE.value]),
    )
    known = known.group_by(decision.c.lead_id, decision.c.sequence)
    query = select(decision.c.lead_id, decision.c.sequence, decision.c.verdict, decision.c.reason)
    found = tx.execute(query.where(decision.c.id.in_(known)))
    return {(r.lead_id, r.sequence): (r.verdict, r.reason) for r in found}


def _latest(tx: Transaction, enrolment_ids: set[int]) -> dict[int, tuple[Any, ...]]:
    if not enrolment_ids:
        return {}
    last = select(func.max(decision.c.id)).where(decision.c.enrolment_id.in_(enrolment_ids))
    query = select(decision).where(decision.c.id.in_(last.group_by(decision.c.enrolment_id)))
    return {
        r.enrolment_id: (r.step, r.occurrence, r.verdict, r.reason, None if r.reason in PACED else r.until)
        for r in tx.execute(query)
    }


def _news(decision: Decision) -> datetime | None:
    """The end of a wait, which makes it a new one; not for paced waits, whose end moves on all the time."""
    return None if decision.reason in PACED_REASONS else decision.until


def _write_touches(
    tx: Transaction,
    touches: Sequence[TouchPlan],
    snapshots: Mapping[int, Snapshot],
    now: datetime,
    worker: str,
    lease_until: datetime,
    domain: str,
    store_id: str,
) -> list[Claim]:
    if not touches:
        return []
    bulk = Bulk(tx)
    held_rows = _OPEN.run(tx, {t.enrolment_id for t in touches})
    known = {(r.enrolment_id, r.step, r.occurrence): r for r in held_rows}
    fresh = [t for t in touches if (t.enrolment_id, t.step, t.occurrence) not in known]
    ids = dict(zip(map(id, fresh), bulk.new_ids(outbox, len(fresh)), strict=True))
    new, old, claims = [], [], []
    for touch in touches:
        row = _touch_row(touch, now, worker, lease_until)
        held = known.get((touch.enrolment_id, touch.step, touch.occurrence))
        if held is None:
            name = message_id(store_id, touch.enrolment_id, touch.step, touch.occurrence, domain)
            row |= {"id": ids[id(touch)], "message_id": name, "kind": OutboxKind.TOUCH.value}
            row |= {"created_at": now, "reply": ""}
            new.append(row)
        else:
            row |= {"id": held.id, "attempt": held.attempt + row["attempt"]}
            old.append(row)
            name = held.message_id
        if touch.state is TouchState.CLAIMED:
            claims.append(_claim(row["id"], row["attempt"], name, touch, snapshots))
    bulk.add(outbox, new)
    bulk.update(outbox, old)
    return claims


def _touch_row(touch: TouchPlan, now: datetime, worker: str, lease_until: datetime) -> dict[str, Any]:
    claimed, skipped = touch.state is TouchState.CLAIMED, touch.state is TouchState.SKIPPED
    return {
        "lead_id": touch.lead_id,
        "address_id": touch.address_id,
        "enrolment_id": touch.enrolment_id,
        "sequence": touch.sequence,
        "step": touch.step,
        "occurrence": touch.occurrence,
        "template": touch.template,
        "topic": touch.topic,
        "purpose": touch.purpose.value,
        "asset": touch.asset,
        "payload": {"webinar": touch.webinar, "ics": touch.ics} if touch.webinar else {},
        "state": touch.state.value,
        "due_at": touch.due_at,
        "first_due_at": touch.first_due_at,
        "expires_at": touch.expires_at,
        "reason": touch.reason.value,
        "attempt": 1 if claimed else 0,
        "worker": worker if claimed else None,
        "lease_until": lease_until if claimed else None,
        "slot_at": now if claimed else None,
        "settled_at": now if skipped else None,
    }


_OPEN = StatementByIds(
    outbox.c.enrolment_id,
    select(
        *(outbox.c[name] for name in ("id", "enrolment_id", "step", "occurrence", "attempt", "message_id"))
    )
    .where(outbox.c.state.in_([TouchState.PLANNED.value, TouchState.CLAIMED.value]))
    .where,
)


def _claim(
    outbox_id: int, attempt: int, name: str, touch: TouchPlan, snapshots: Mapping[int, Snapshot]
) -> Claim:
    return Claim(
        id=outbox_id,
        attempt=attempt,
        kind=OutboxKind.TOUCH.value,
        message_id=name,
        template=touch.template,
        recipient=snapshots[touch.lead_id].lead.address,
        lead_id=touch.lead_id,
        address_id=touch.address_id,
        enrolment_id=touch.enrolment_id,
        sequence=touch.sequence,
        step=touch.step,
        occurrence=touch.occurrence,
        topic=touch.topic,
        purpose=touch.purpose.value,
        asset=touch.asset,
        payload={"webinar": touch.webinar, "ics": touch.ics} if touch.webinar else {},
        start_at=touch.start_at,
    )


def _close_planned(tx: Transaction, enrolment_ids: Sequence[int], now: datetime) -> None:
    """Skip the rows that are planned for ended enrolments, or were claimed for them by a lost worker."""
    if enrolment_ids:
        states = [TouchState.PLANNED.value, TouchState.CLAIMED.value]
        waiting = (outbox.c.enrolment_id.in_(enrolment_ids)) & outbox.c.state.in_(states)
        closed = {"state": TouchState.SKIPPED.value, "settled_at": now, "reason": "enrolment_ended"}
        tx.execute(update(outbox).where(waiting).values(**closed, slot_at=None, lease_until=None))


def _write_attributes(
    tx: Transaction, plans: Sequence[Plan], snapshots: Mapping[int, Snapshot], now: datetime
) -> None:
    rows = [
        {
            "lead": plan.lead_id,
            "attributes": {**snapshots[plan.lead_id].lead.attributes, **plan.attributes},
            "changed": True,
            "changed_at": now,
        }
        for plan in plans
        if plan.attributes
    ]
    if rows:
        tx.execute(update(lead).where(lead.c.id == bindparam("lead")), rows)
