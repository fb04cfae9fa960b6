"""The outbox: leases, the started mark, outcomes, recovery. A row is written before anything is spoken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    func,
    insert,
    null,
    select,
    text,
    union_all,
    update,
)

from leadstore.database.bulk import Bulk, StatementByIds
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import lock_leads
from leadstore.rows import consent, enrolment, outbox, signal, suppression
from leadstore.tables import LEASED_STATES
from nurture.deciding.consent import ALL_TOPICS
from nurture.deciding.routes import RELAY
from nurture.quick import quick
from nurture.values import Claim
from nurture.words import ConsentState, OutboxKind, Purpose, Reason, Sig, TouchState

OWN_SIGNALS = [Sig.TOUCH_SENT.value, Sig.TOUCH_REFUSED.value]
LEASE = timedelta(minutes=15)
"""How long a worker owns what it has started to speak; longer than any group takes."""
ROUND = 1000
"""Attempts are numbered by rounds: the operator's word begins a new one, so that no number comes twice."""
CLAIMED, STARTED, PLANNED = TouchState.CLAIMED.value, TouchState.STARTED.value, TouchState.PLANNED.value


@quick
class OutboxOutcome:
    """How one row ended, or when it is tried again (`due_at` with state planned)."""

    id: int
    state: TouchState
    reason: str = ""
    code: int | None = None
    reply: str = ""
    due_at: datetime | None = None


@quick
class OutboxRow:
    """A row as settling reads it."""

    id: int
    kind: str
    attempt: int
    lead_id: int | None
    address_id: int | None
    enrolment_id: int | None
    handoff_id: int | None
    sequence: str
    step: str
    occurrence: int
    template: str
    topic: str
    asset: str | None
    message_id: str
    first_due_at: datetime
    expires_at: datetime | None
    slot_at: datetime | None = None


def mark_started(
    tx: Transaction,
    claims: Sequence[Claim],
    now: datetime,
    *,
    locked: bool = False,
    shut: Collection[str] = (),
) -> set[int]:
    """Commit that these bodies may be written from now on, for a LEASE; returns the ids that may.

    A claim whose lease ran out, whose address was suppressed or withdrew since it was claimed, or whose
    route is `shut`, is not started; the latter two go back to planned so that the gate says why. The
    leads' rows are locked first (by the caller when `locked`): a withdrawal commits before this reads, or
    after it commits.
    """
    if not locked:
        lock_leads(tx, [c.lead_id for c in claims])
    barred = _barred(tx, claims) | {c.id for c in claims if RELAY in shut or c.domain in shut}
    wanted = [c for c in claims if c.id not in barred]
    held = _held(tx, [c.id for c in claims], CLAIMED, now)
    go = [c.id for c in wanted if held.get(c.id) == c.attempt]
    if go:
        _START.run(tx, go, now=now, until=now + LEASE)
    back = [c.id for c in claims if c.id in barred and held.get(c.id) == c.attempt]
    give_back(tx, back, now)
    return set(go)


def give_back(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Return claimed rows to planned, due now; their enrolments are looked at in the next pass."""
    if not ids:
        return
    free = {"state": PLANNED, "lease_until": None, "worker": None, "due_at": now, "slot_at": None}
    tx.execute(update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == CLAIMED).values(**free))
    owners = select(outbox.c.enrolment_id).where(outbox.c.id.in_(ids))
    again = {"due_at": now, "lease_until": None}
    tx.execute(update(enrolment).where(enrolment.c.id.in_(owners)).values(**again))


def renew_claims(tx: Transaction, ids: Sequence[int], worker: str, until: datetime) -> None:
    """These claims are the worker's until then; what it has started, or lost, is passed over."""
    mine = (outbox.c.id.in_(ids), outbox.c.state == CLAIMED, outbox.c.worker == worker)
    query = select(outbox.c.id).where(*mine).order_by(outbox.c.id)
    held = list(tx.scalars(query.with_for_update(skip_locked=True)))
    tx.execute(update(outbox).where(outbox.c.id.in_(held)).values(lease_until=until))


def lock_started(tx: Transaction, attempts: Mapping[int, int]) -> dict[int, OutboxRow]:
    """The started rows among these (id -> attempt), locked; a row another attempt owns is left out."""
    if not attempts:
        return {}
    rows: Any = _STARTED.run(tx, attempts).all()
    return {r.id: OutboxRow(*r) for r in rows if attempts[r.id] == r.attempt}


def write_outcomes(tx: Transaction, outcomes: Iterable[OutboxOutcome], now: datetime) -> None:
    """Settle rows in one statement. A slot is freed by refused, failed and skipped, and by planned."""
    keeps = (TouchState.SENT, TouchState.UNCERTAIN)
    rows = [
        {
            "id": o.id,
            "state": o.state.value,
            "reason": o.reason,
            "code": o.code,
            "reply": o.reply[:500],
            "due_at": o.due_at or now,
            "settled_at": None if o.state is TouchState.PLANNED else now,
            "lease_until": None,
        }
        for o in outcomes
    ]
    Bulk(tx).update(outbox, rows)
    freed = [row["id"] for row in rows if row["state"] not in keeps]
    if freed:
        tx.execute(update(outbox).where(outbox.c.id.in_(freed)).values(slot_at=None))


def recover(tx: Transaction, now: datetime, among: Collection[int] | None = None) -> dict[str, list[int]]:
    """Take over what a dead worker left (`among` these): claimed goes back to planned, started is uncertain.

    Returns the outbox ids under "planned" and "uncertain"; the caller advances the latter's enrolments.
    """
    query = select(outbox.c.id, outbox.c.state).where(text(LEASED_STATES), outbox.c.lease_until < now)
    if among is not None:
        query = query.where(outbox.c.id.in_(list(among)))
    rows = tx.execute(query.with_for_update(skip_locked=True)).all()
    back = [r.id for r in rows if r.state == CLAIMED]
    lost = [r.id for r in rows if r.state == STARTED]
    give_back(tx, back, now)
    return {"planned": back, "uncertain": lost}


def add_notices(tx: Transaction, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Add seller mails or webhooks; one already there by its `dedupe` is left alone."""
    if not rows:
        return 0
    keys = [row["dedupe"] for row in rows]
    held = set(tx.scalars(select(outbox.c.dedupe).where(outbox.c.dedupe.in_(keys))))
    fresh = {"state": PLANNED, "due_at": now, "first_due_at": now, "created_at": now, "purpose": "service"}
    new = [{**fresh, **row} for row in rows if row["dedupe"] not in held]
    if new:
        tx.execute(insert(outbox), new)
    return len(new)


def due_notices(
    tx: Transaction, kind: OutboxKind, now: datetime, limit: int, among: Collection[int] | None = None
) -> list[int]:
    """Lock due seller mails or webhooks (`among` these), oldest first; another worker's are passed over."""
    query = select(outbox.c.id).where(*_due(kind, now)).order_by(outbox.c.due_at, outbox.c.id).limit(limit)
    if among is not None:
        query = query.where(outbox.c.id.in_(list(among)))
    return list(tx.scalars(query.with_for_update(skip_locked=True)))


def claim_notices(
    tx: Transaction, ids: Collection[int], now: datetime, *, worker: str, lease: timedelta
) -> list[Claim]:
    """Claim these seller mails or webhooks, which are due and which the caller has locked."""
    these = outbox.c.id.in_(list(ids))
    taken = {"state": CLAIMED, "worker": worker, "lease_until": now + lease, "attempt": outbox.c.attempt + 1}
    rows = tx.execute(update(outbox).where(these).values(**taken).returning(*outbox.c))
    return [
        Claim(
            id=r.id,
            attempt=r.attempt,
            kind=r.kind,
            message_id=r.message_id,
            template=r.template,
            recipient=r.recipient or "",
            lead_id=r.lead_id,
            payload={**r.payload, "handoff_id": r.handoff_id},
            start_at=now,
        )
        for r in sorted(rows, key=lambda r: (r.due_at, r.id))
    ]


def count_due_notices(tx: Transaction, kind: OutboxKind, now: datetime) -> int:
    """How many seller mails or webhooks are due and in nobody's hands."""
    return int(tx.scalar(select(func.count()).select_from(outbox).where(*_due(kind, now))) or 0)


def _due(kind: OutboxKind, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.kind == kind.value, outbox.c.state == PLANNED, outbox.c.due_at <= now


def fail_planned(tx: Transaction, failures: Mapping[int, str], now: datetime) -> int:
    """Fail notices that cannot even be claimed: id -> why. Returns how many."""
    reason = Reason.RENDER.value
    write_outcomes(
        tx, [OutboxOutcome(i, TouchState.FAILED, reason, reply=why) for i, why in failures.items()], now
    )
    return len(failures)


def fail_claims(tx: Transaction, failures: Mapping[int, tuple[int, str]], now: datetime) -> list[OutboxRow]:
    """Rows that could not be built: id -> (attempt, why). Failed, and returned for their enrolments."""
    if not failures:
        return []
    query = select(*_COLUMNS).where(outbox.c.id.in_(list(failures)), outbox.c.state == CLAIMED)
    found = [OutboxRow(*r) for r in tx.execute(query.with_for_update())]
    rows = [r for r in found if r.attempt == failures[r.id][0]]
    reason = Reason.RENDER.value
    outcomes = [OutboxOutcome(r.id, TouchState.FAILED, reason, reply=failures[r.id][1]) for r in rows]
    write_outcomes(tx, outcomes, now)
    return rows


def tries(attempt: int) -> int:
    """How often a row was tried since it was written, or since the operator let it be tried again."""
    return attempt % ROUND


def count_states(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many rows stand in each (kind, state)."""
    query = select(outbox.c.kind, outbox.c.state, func.count()).group_by(outbox.c.kind, outbox.c.state)
    return {(kind, state): n for kind, state, n in tx.execute(query)}


def _held(tx: Transaction, ids: Sequence[int], state: str, now: datetime) -> dict[int, int]:
    return {r.id: r.attempt for r in _HELD.run(tx, ids, held=state, now=now).all()}


def _barred(tx: Transaction, claims: Sequence[Claim]) -> set[int]:
    """Touches whose address must not be mailed any more."""
    touches = [c for c in claims if c.address_id is not None]
    if not touches:
        return set()
    ids = {c.address_id for c in touches}
    left = {(r.address_id, r.topic) for r in _LEFT.run(tx, ids)}
    if not left:
        return set()
    return {
        c.id
        for c in touches
        if (c.address_id, None) in left
        or (
            c.purpose != Purpose.SERVICE.value
            and ((c.address_id, c.topic) in left or (c.address_id, ALL_TOPICS) in left)
        )
    }


def disturbed_leads(tx: Transaction, touches: Sequence[OutboxRow]) -> set[int]:
    """Leads of these touches who withdrew, were suppressed or did something since they were claimed."""
    addresses = {r.address_id for r in touches}
    gone = {r.address_id for r in _LEFT.run(tx, addresses)}
    since = min((r.slot_at for r in touches if r.slot_at is not None), default=None)
    came = _CAME.run(tx, {r.lead_id for r in touches}, since=since).scalars()
    return {*came, *(r.lead_id for r in touches if r.lead_id is not None and r.address_id in gone)}


_COLUMNS = [outbox.c[name] for name in OutboxRow.__dataclass_fields__]
_STARTED = StatementByIds(
    outbox.c.id,
    lambda these: (
        select(*_COLUMNS).where(these, outbox.c.state == STARTED).order_by(outbox.c.id).with_for_update()
    ),
)
_HELD = StatementByIds(
    outbox.c.id,
    lambda these: (
        select(outbox.c.id, outbox.c.attempt)
        .where(these, outbox.c.state == bindparam("held"), outbox.c.lease_until > bindparam("now"))
        .order_by(outbox.c.id)
        .with_for_update()
    ),
)
_START = StatementByIds(
    outbox.c.id,
    lambda these: (
        update(outbox)
        .where(these)
        .values(state=STARTED, started_at=bindparam("now"), lease_until=bindparam("until"))
    ),
)
_CAME = StatementByIds(
    signal.c.lead_id,
    lambda these: (
        select(signal.c.lead_id)
        .distinct()
        .where(these, signal.c.received_at >= bindparam("since"), signal.c.type.not_in(OWN_SIGNALS))
    ),
)
_LEFT = StatementByIds(
    consent.c.address_id,
    lambda these, those: union_all(
        select(consent.c.address_id, consent.c.topic).where(
            these, consent.c.state == ConsentState.WITHDRAWN.value
        ),
        select(suppression.c.address_id, null()).where(those, suppression.c.lifted_at.is_(None)),
    ),
    suppression.c.address_id,
)
"""Addresses that withdrew from a topic, and those that are suppressed, with none."""


def read_rows(tx: Transaction, ids: Sequence[int]) -> dict[int, OutboxRow]:
    """These rows as settling reads them."""
    rows = tx.execute(select(*_COLUMNS).where(outbox.c.id.in_(list(ids))))
    return {r.id: OutboxRow(*r) for r in rows}
