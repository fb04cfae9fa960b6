"""Puts a lead at the stage that the operator names, or refuses with the reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import lock_leads
from leadstore.handoffs import answer_for, close_for
from leadstore.rows import lead, stage_change
from leadstore.scores.history import recycle, stage_row
from leadstore.signals import append_signals
from nurture.errors import NotFound
from nurture.scoring.maturity import operator_refusal
from nurture.values import NewSignal
from nurture.words import WITH_SALES, HandoffState, Sig, Stage

_SAID = {Stage.LEAD: Sig.LEAD_RECYCLED, Stage.SAL: Sig.HANDOFF_ACCEPTED, Stage.SQL: Sig.HANDOFF_ACCEPTED}
"""The signal that is appended, by which the next scoring knows of the new stage."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of it: the stages before and after, and why it was refused if it was."""

    lead: int
    before: Stage
    after: Stage
    refused: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.refused is None and self.before is not self.after


def place(tx: Transaction, lead_id: int, stage: Stage, cause: str, now: datetime) -> Placed:
    """Put a lead at a stage, as sales or an operator know it; `lead` sends it back to nurturing.

    An open handoff is answered by it: taken, or closed. Back to `lead`, engagement counts from zero, what
    barred it is forgotten, and it may mature again.

    Raises:
        NotFound: there is no such lead.
    """
    lock_leads(tx, [lead_id])
    said = tx.scalar(select(lead.c.stage).where(lead.c.id == lead_id))
    if said is None:
        raise NotFound(f"there is no lead {lead_id}", hint="give an id, an address or a key")
    before = Stage(said)
    refused = operator_refusal(before, stage)
    placed = Placed(lead_id, before, stage, refused)
    if placed.changed:
        _write(tx, placed, f"operator: {cause}" if cause else "operator", now)
    return placed


def _write(tx: Transaction, placed: Placed, cause: str, now: datetime) -> None:
    one, stage = placed.lead, placed.after
    given = {"stage": stage.value, "mature": stage in WITH_SALES, "changed": True, "recheck_at": now}
    tx.execute(update(lead).where(lead.c.id == one).values(**given))
    tx.execute(insert(stage_change).values(stage_row(one, placed.before, stage, cause, now)))
    if stage in WITH_SALES:
        answer_for(tx, {one: cause}, HandoffState.ACCEPTED, now)
    close_for(tx, [one], now)
    kind = _SAID.get(stage)
    if kind is not None:
        said = NewSignal(one, kind.value, now, "operator", uuid.uuid4().hex, {"reason": cause})
        append_signals(tx, [said], now, pending=False)
    if stage is Stage.LEAD:
        recycle(tx, [one])
