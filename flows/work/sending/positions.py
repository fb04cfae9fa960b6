"""Moves enrolments on by what became of their touches.

An enrolment that comes to a plain wait begins it at once, so that no second look is spent on it. Whoever
is woken while a touch is out cannot be: the enrolment is leased. So a lead rests only if nothing came in and
its score moved past nothing that anybody looks at; the others are looked at at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flows.work.sending.outcomes import waits_for
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import record_waits
from leadstore.enrolments.positions import forget_retries, postpone, write_positions
from leadstore.outbox.letters import OutboxOutcome, OutboxRow, disturbed_leads
from nurture.project.book import Book
from nurture.sequences.steps import CastStep, WaitStep
from nurture.values import Enrolment, Position
from nurture.words import EnrolmentState, Reason, TouchState


def move(
    shop: Shop,
    tx: Transaction,
    book: Book,
    rows: Mapping[int, OutboxRow],
    outcomes: Iterable[OutboxOutcome],
    enrolments: Mapping[int, Enrolment],
    now: datetime,
    quiet: Collection[int] = (),
) -> None:
    """sent and uncertain advance the enrolment, refused stops it, failed holds it, planned tries again.

    `quiet` are the leads who may begin a plain wait at once.
    """
    positions: list[Position] = []
    again: list[tuple[int, datetime, bool]] = []
    for outcome in outcomes:
        row = rows[outcome.id]
        enrolment = enrolments.get(row.enrolment_id or 0)
        if enrolment is None or not waits_for(enrolment, row):
            continue
        if outcome.state is TouchState.PLANNED:
            again.append((enrolment.id, outcome.due_at or now, outcome.reason == Reason.RELAY_LATER))
        else:
            positions.append(_after(shop, tx, book, enrolment, outcome.state, now))
    write_positions(tx, _rest(shop, tx, book, positions, enrolments, quiet, now), now)
    forget_retries(tx, [p.enrolment_id for p in positions if enrolments[p.enrolment_id].retries])
    postpone(tx, again)


def _after(
    shop: Shop, tx: Transaction, book: Book, enrolment: Enrolment, state: TouchState, now: datetime
) -> Position:
    if state is TouchState.REFUSED:
        return stand(enrolment, EnrolmentState.STOPPED, now, Reason.RELAY_NO)
    if state is TouchState.FAILED:
        return stand(enrolment, EnrolmentState.HELD, now, Reason.RELAY_LATER)
    return step_over(shop, tx, book, enrolment, now)


def step_over(shop: Shop, tx: Transaction, book: Book, enrolment: Enrolment, now: datetime) -> Position:
    """Where an enrolment goes on once the step it stands at is done with, or given up."""
    structure = shop.structure(tx, book, enrolment.release_id, enrolment.sequence)
    step = structure.step(enrolment.step) if structure else None
    if step is None:
        return stand(enrolment, EnrolmentState.STOPPED, now, Reason.RETIRED)
    if isinstance(step, CastStep):  # a stream goes on to its next cast
        return Position(enrolment.id, EnrolmentState.ACTIVE, step.id, enrolment.occurrence + 1, now, now, now)
    if step.next is None:
        return stand(enrolment, EnrolmentState.COMPLETED, now, Reason.DONE)
    return Position(enrolment.id, EnrolmentState.ACTIVE, step.next, enrolment.occurrence, now, now, now)


def stand(enrolment: Enrolment, state: EnrolmentState, due_at: datetime, reason: Reason) -> Position:
    """Where it stands, ended or held."""
    return Position(
        enrolment.id,
        state,
        enrolment.step,
        enrolment.occurrence,
        enrolment.step_since,
        due_at,
        enrolment.first_due_at,
        reason,
    )


def undisturbed(tx: Transaction, rows: Collection[OutboxRow], moved: Collection[int]) -> set[int]:
    """The leads of these touches for whom nothing has changed since they were decided."""
    touches = [r for r in rows if r.enrolment_id is not None and r.slot_at is not None]
    leads = {r.lead_id for r in touches if r.lead_id is not None and r.lead_id not in moved}
    return leads - disturbed_leads(tx, touches) if leads else set()


def _rest(
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
