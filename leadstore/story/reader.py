"""Reads one lead's whole story: scores, stages, consents, sequences, touches and every decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from leadstore.database.transaction import Transaction
from leadstore.rows import (
    LEAD_COLUMNS,
    REACHED_AT,
    address,
    as_consent,
    as_enrolment,
    as_lead,
    as_signal,
    as_value,
    consent,
    consent_change,
    decision,
    enrolment,
    handoff,
    lead,
    outbox,
    score_history,
    signal,
    stage_change,
    suppression,
)
from leadstore.story.chapters import (
    PastDecision,
    PastEnrolment,
    PastOffer,
    ScorePoint,
    StageMove,
    Story,
    SuppressionSpan,
    Touch,
)
from nurture.errors import NotFound
from nurture.values import Consent, Signal, as_terms
from nurture.words import HandoffState, OutboxKind, Reason, Stage, SuppressionReason, TouchState, Verdict

LATEST_SIGNALS = 20


def read_story(tx: Transaction, lead_id: int) -> Story:
    """One lead's story, in a fixed number of queries.

    Raises:
        NotFound: there is no such lead, or it was merged into another (find_lead follows that).
    """
    reached = select(*LEAD_COLUMNS).join_from(lead, address, REACHED_AT)
    row = tx.execute(reached.where(lead.c.id == lead_id)).first()
    if row is None:
        raise NotFound(f"there is no lead {lead_id}", hint="give an id, an address or a key")
    names = _of_lead(tx, select(address.c.id, address.c.address), address, lead_id)
    outgoing = _touches(tx, lead_id)
    return Story(
        lead=as_lead(row),
        aliases=tuple(r.address for r in names if r.id != row.address_id),
        live=row.live,
        mature=row.mature,
        terms=as_terms(row.terms),
        as_of=row.score_as_of,
        recheck_at=row.recheck_at,
        stages=_stages(tx, lead_id),
        scores=_scores(tx, lead_id),
        consents=_consents(tx, row.address_id),
        consent_history=_consent_history(tx, [r.id for r in names]),
        suppressions=_suppressions(tx, row.address_id),
        runs=_runs(tx, lead_id),
        decisions=_decisions(tx, lead_id),
        touches=tuple(t for t in outgoing if t.kind is OutboxKind.TOUCH),
        notices=tuple(t for t in outgoing if t.kind is not OutboxKind.TOUCH),
        handoffs=_handoffs(tx, lead_id),
        signals=_signals(tx, lead_id),
    )


def _of_lead(tx: Transaction, query: Any, table: Any, lead_id: int) -> Sequence[Row[Any]]:
    return tx.execute(query.where(table.c.lead_id == lead_id).order_by(table.c.id)).all()


def _stages(tx: Transaction, lead_id: int) -> tuple[StageMove, ...]:
    rows = _of_lead(tx, select(stage_change), stage_change, lead_id)
    return tuple(as_value(StageMove, r, before=Stage(r.before), after=Stage(r.after)) for r in rows)


def _scores(tx: Transaction, lead_id: int) -> tuple[ScorePoint, ...]:
    rows = _of_lead(tx, select(score_history), score_history, lead_id)
    return tuple(as_value(ScorePoint, r) for r in rows)


def _consents(tx: Transaction, address_id: int) -> tuple[Consent, ...]:
    query = select(consent).where(consent.c.address_id == address_id).order_by(consent.c.topic)
    return tuple(as_consent(r) for r in tx.execute(query))


def _consent_history(tx: Transaction, address_ids: list[int]) -> tuple[Consent, ...]:
    """Of every address the lead was ever reached at."""
    query = select(consent_change).where(consent_change.c.address_id.in_(address_ids))
    return tuple(as_consent(r) for r in tx.execute(query.order_by(consent_change.c.id)))


def _suppressions(tx: Transaction, address_id: int) -> tuple[SuppressionSpan, ...]:
    query = select(suppression).where(suppression.c.address_id == address_id)
    rows = tx.execute(query.order_by(suppression.c.id))
    return tuple(as_value(SuppressionSpan, r, reason=SuppressionReason(r.reason)) for r in rows)


def _runs(tx: Transaction, lead_id: int) -> tuple[PastEnrolment, ...]:
    rows = _of_lead(tx, select(enrolment), enrolment, lead_id)
    wanted = {r.signal_id for r in rows if r.signal_id is not None}
    entering = {r.id: as_signal(r) for r in tx.execute(select(signal).where(signal.c.id.in_(wanted)))}
    return tuple(
        PastEnrolment(
            as_enrolment(r, entering.get(r.signal_id)), Reason(r.reason) if r.reason else None, r.ended_at
        )
        for r in rows
    )


def _decisions(tx: Transaction, lead_id: int) -> tuple[PastDecision, ...]:
    rows = _of_lead(tx, select(decision), decision, lead_id)
    return tuple(as_value(PastDecision, r, verdict=Verdict(r.verdict), reason=Reason(r.reason)) for r in rows)


def _touches(tx: Transaction, lead_id: int) -> list[Touch]:
    columns = [outbox.c[name] for name in Touch.__dataclass_fields__]
    rows = _of_lead(tx, select(*columns), outbox, lead_id)
    return [as_touch(r) for r in rows]


def as_touch(row: Any) -> Touch:
    """An outbox row as a value; the row holds every field of Touch by its name."""
    return as_value(Touch, row, kind=OutboxKind(row.kind), state=TouchState(row.state))


def _handoffs(tx: Transaction, lead_id: int) -> tuple[PastOffer, ...]:
    rows = _of_lead(tx, select(handoff), handoff, lead_id)
    return tuple(as_value(PastOffer, r, state=HandoffState(r.state)) for r in rows)


def _signals(tx: Transaction, lead_id: int) -> tuple[Signal, ...]:
    query = select(signal).where(signal.c.lead_id == lead_id)
    latest = query.order_by(signal.c.occurred_at.desc(), signal.c.id.desc()).limit(LATEST_SIGNALS)
    return tuple(as_signal(r) for r in tx.execute(latest))[::-1]
