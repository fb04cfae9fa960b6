"""Lets an enrolment begin a plain wait as its touch is settled, so that no second look is spent on it.

Whoever is woken while a touch is out cannot be: the enrolment is leased. So a lead rests only if nothing came
in meanwhile and its score moved past nothing that anybody looks at; the others are looked at at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import record_waits
from leadstore.outbox.letters import OutboxRow, disturbed_leads
from nurture.project.book import Book
from nurture.sequences.grammar import WaitStep
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState


def undisturbed(tx: Transaction, rows: Collection[OutboxRow], moved: Collection[int]) -> set[int]:
    """The leads of these touches for whom nothing has changed since they were decided."""
    touches = [r for r in rows if r.enrolment_id is not None and r.slot_at is not None]
    leads = {r.lead_id for r in touches if r.lead_id is not None and r.lead_id not in moved}
    return leads - disturbed_leads(tx, touches) if leads else set()


def rest(
    shop: Shop,
    tx: Transaction,
    book: Book,
    positions: Sequence[Position],
    enrolments: Mapping[int, Enrolment],
    quiet: Collection[int],
    now: datetime,
) -> list[Position]:
    """These positions, with those that come to a plain wait due at its end; the waits are recorded."""
    found, waits = [], []
    for position in positions:
        enrolment = enrolments[position.enrolment_id]
        step = _wait(shop, tx, book, enrolment, position) if enrolment.lead_id in quiet else None
        if step is not None and step.span is not None:
            position = replace(position, due_at=now + step.span)
            waits.append((enrolment, position))
        found.append(position)
    record_waits(tx, waits, now)
    return found


def _wait(
    shop: Shop, tx: Transaction, book: Book, enrolment: Enrolment, position: Position
) -> WaitStep | None:
    if position.state is not EnrolmentState.ACTIVE:
        return None
    structure = shop.structure(tx, book, enrolment.release_id, enrolment.sequence)
    step = structure.step(position.step) if structure else None
    return step if isinstance(step, WaitStep) else None
