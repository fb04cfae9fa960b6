"""What failed and waits for the operator: which of it may go on, and why the rest may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.rows import enrolment, outbox
from nurture.words import EnrolmentState, OutboxKind, Reason, TouchState

HELD = EnrolmentState.HELD.value
TOUCH = OutboxKind.TOUCH.value
UNSENT = frozenset({Reason.RENDER.value, Reason.RELAY_LATER.value})
"""Why a row failed that was certainly not sent. Any other word settled a doubt."""

IS_ON_ITS_WAY = ("is on its way", "nothing is to be done")
DECIDED = {
    TouchState.PLANNED: IS_ON_ITS_WAY,
    TouchState.CLAIMED: IS_ON_ITS_WAY,
    TouchState.STARTED: IS_ON_ITS_WAY,
    TouchState.SENT: ("was sent, and nothing is sent twice", "`nurture why {lead}` tells its story"),
    TouchState.SKIPPED: ("was decided not to be sent", "`nurture why {lead}` says why"),
    TouchState.UNCERTAIN: (
        "may have arrived: nobody knows, and nothing is sent twice",
        "when you know, `nurture outbox resolve {id} --as sent|failed`; its sequence has gone on",
    ),
}
"""Why a row in such a state stays as it is, and what to do."""
REFUSED = (
    "was refused by the relay for good, which ended its enrolment",
    "the lead may enter again by the sequence's own rules",
)
DOUBTED = (
    "failed after a doubt: it may have arrived, and its Message-ID is not used twice",
    "its sequence has gone on without it; `nurture why {lead}` says where it stands",
)
GONE_ON = (
    "is not what its sequence waits for any more",
    "`nurture why {lead}` says where the lead stands",
)


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """What the operator means: rows by their ids, or all that failed, narrowed by what is given."""

    ids: tuple[int, ...] = ()
    reason: str | None = None
    kind: str | None = None
    lead_id: int | None = None
    enrolments: tuple[int, ...] = ()  # those whose decision failed, by their ids


@dataclass(frozen=True, slots=True)
class Stuck:
    """A failed row that may go on, or (`id` None) an enrolment that is held because its decision failed."""

    id: int | None
    kind: str
    lead_id: int | None
    enrolment_id: int | None
    sequence: str
    step: str
    occurrence: int
    reason: str
    reply: str
    expires_at: datetime | None
    settled_at: datetime | None = None  # when it failed
    moved: bool = False  # a release moved the enrolment to another step since

    def is_late(self, now: datetime) -> bool:
        """Whether the gate will say that it is too late."""
        return self.expires_at is not None and self.expires_at < now


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that stays as it is, why, and what to do."""

    id: int
    why: str
    hint: str


Found = tuple[list[Stuck], list[Refusal]]


def find_stuck(tx: Transaction, wanted: FailureFilter) -> Found:
    """What is meant and may go on, by its rows; and what was named by its id and may not."""
    if wanted.enrolments:
        return find_broken(tx, wanted), []
    if not wanted.ids:
        good, _ = _sorted_out(_failed(tx, wanted))
        return [*good, *find_broken(tx, wanted)], []
    named = _WITH_ENROLMENT.where(Bulk(tx).among(outbox.c.id, wanted.ids))
    rows = tx.execute(named.order_by(outbox.c.id)).all()
    good, refused = _sorted_out(rows)
    hint = "`nurture outbox list --state failed` lists what waits"
    missing = sorted(set(wanted.ids) - {r.id for r in rows})
    return good, [*refused, *(Refusal(i, f"there is no outbox row {i}", hint) for i in missing)]


def find_broken(tx: Transaction, wanted: FailureFilter, limit: int | None = None) -> list[Stuck]:
    """Enrolments that are held because their decision failed: no row of the outbox tells of them."""
    if wanted.reason not in (None, Reason.BROKEN.value) or wanted.kind not in (None, TOUCH):
        return []
    query = select(enrolment).where(enrolment.c.state == HELD, enrolment.c.reason == Reason.BROKEN.value)
    if wanted.lead_id is not None:
        query = query.where(enrolment.c.lead_id == wanted.lead_id)
    if wanted.enrolments:
        query = query.where(enrolment.c.id.in_(wanted.enrolments))
    return [
        Stuck(None, TOUCH, r.lead_id, r.id, r.sequence, r.step, r.occurrence, r.reason, "", None, r.ended_at)
        for r in tx.execute(query.order_by(enrolment.c.id).limit(limit))
    ]


def _failed(tx: Transaction, wanted: FailureFilter) -> Iterable[Any]:
    """Rows that failed; with that reason, also notices that were refused: who answered may be mended."""
    refused = wanted.reason == Reason.RELAY_NO.value
    query = _WITH_ENROLMENT.where(
        outbox.c.state == (TouchState.REFUSED if refused else TouchState.FAILED).value
    )
    if refused:
        query = query.where(outbox.c.kind != TOUCH)
    for column in ("reason", "kind", "lead_id"):
        if (value := getattr(wanted, column)) is not None:
            query = query.where(outbox.c[column] == value)
    return tx.execute(query.order_by(outbox.c.id))


def _sorted_out(rows: Iterable[Any]) -> Found:
    good: list[Stuck] = []
    refused: list[Refusal] = []
    for row in rows:
        objection = _objection(row)
        if objection is None:
            good.append(_stuck(row))
        else:
            why, hint = objection
            refused.append(
                Refusal(row.id, f"outbox row {row.id} {why}", hint.format(id=row.id, lead=row.lead_id))
            )
    return good, refused


def _objection(row: Any) -> tuple[str, str] | None:
    state = TouchState(row.state)
    if state in DECIDED:
        return DECIDED[state]
    if state is TouchState.REFUSED:
        return REFUSED if row.kind == TOUCH else None
    if row.reason not in UNSENT:
        return DOUBTED
    return GONE_ON if row.kind == TOUCH and not _holds(row) else None


def _holds(row: Any) -> bool:
    """Whether the enrolment waits for this row: where it stands, or from where a release moved it."""
    if row.standing != HELD or row.held_for not in UNSENT:
        return False
    return row.holding in (None, row.id)


def _stuck(row: Any) -> Stuck:
    values = {name: getattr(row, name) for name in Stuck.__dataclass_fields__ if name != "moved"}
    return Stuck(**values, moved=row.kind == TOUCH and row.holding is None)


_other = outbox.alias()
_HOLDING = (
    select(_other.c.id)
    .where(_other.c.enrolment_id == enrolment.c.id, _other.c.state == TouchState.FAILED.value)
    .where(_other.c.step == enrolment.c.step, _other.c.occurrence == enrolment.c.occurrence)
    .scalar_subquery()
)
"""The failed row of the step where the enrolment stands; there is one at most."""
_WITH_ENROLMENT = select(
    *(outbox.c[name] for name in Stuck.__dataclass_fields__ if name != "moved"),
    outbox.c.state,
    enrolment.c.state.label("standing"),
    enrolment.c.reason.label("held_for"),
    _HOLDING.label("holding"),
).join_from(outbox, enrolment, enrolment.c.id == outbox.c.enrolment_id, isouter=True)
