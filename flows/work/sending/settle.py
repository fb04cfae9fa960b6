"""Settles what was spoken: outcomes, positions, signals and scores in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from flows.work.aside.sieve import Culprits, sieve
from flows.work.counts import OUTCOMES, Counts
from flows.work.handoffs.offer import offer
from flows.work.scoring.batch import score_leads
from flows.work.sending.letters import Broken
from flows.work.sending.outcomes import closes, outcome_of
from flows.work.sending.pace import Meter, hear
from flows.work.sending.positions import move, stand, undisturbed
from flows.work.shop.wire import Shop
from leadstore.consents.grants import suppress
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import hold
from leadstore.enrolments.positions import read_enrolments, write_positions
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.letters import (
    OutboxOutcome,
    OutboxRow,
    fail_claims,
    lock_started,
    read_rows,
    write_outcomes,
)
from leadstore.outbox.returns import worn_out_addresses
from leadstore.signals import append_signals
from leadstore.store import in_thread, savepoint
from nurture.blame import blame, is_own
from nurture.errors import StoreGone
from nurture.project.book import Book
from nurture.values import Delivery, NewSignal
from nurture.words import (
    EnrolmentState,
    OutboxKind,
    Reason,
    Remedy,
    Sig,
    SuppressionReason,
    TouchState,
)

T = TypeVar("T")
Answers = Sequence[tuple[OutboxRow, Delivery]]
"""Rows that were spoken, and what was answered."""

SOURCE = "nurture"
PAUSES = (1, 5, 15, 30, 60)
"""Seconds between attempts to write outcomes: longer than a restart of PostgreSQL, shorter than a lease."""


async def surely(work: Callable[..., T], *args: Any) -> T:
    """Do it in a thread, and again for a while when the store is away.

    Raises:
        StoreGone: it was away for longer than that.
    """
    for pause in PAUSES:
        try:
            return await in_thread(work, *args)
        except StoreGone:
            await asyncio.sleep(pause)
    return await in_thread(work, *args)


def settle(shop: Shop, deliveries: Sequence[Delivery], now: datetime, *, heard: bool = False) -> Counts:
    """Write what became of these letters, in a transaction of its own; should one raise, of each.

    What is known of one that raises is written without what follows from it. `heard`: they are counted for
    the pace of their routes already.
    """
    known = {d.outbox_id: d for d in deliveries}
    meters = [] if heard else [shop.meter]
    bare = Counts()

    def work(tx: Transaction, ids: Sequence[int]) -> Counts:
        meter = meters.pop() if meters else Meter()
        return settle_in(shop, tx, [known[i] for i in ids], now, last=True, meter=meter)

    sieved = sieve(
        shop.store,
        lambda tx, among: list(known) if among is None else among,
        work,
        lambda tx, culprits: bare.update(_settle_barely(shop, tx, known, culprits, now)),
    )
    return sum(sieved.done, bare)


def _settle_barely(
    shop: Shop, tx: Transaction, known: Mapping[int, Delivery], culprits: Culprits, now: datetime
) -> Counts:
    """What the relay said is written; the signal waits for intake, which sets it aside if it must."""
    counts = Counts()
    for outbox_id, error in culprits:
        delivery = replace(known[outbox_id], reply="")
        rows = lock_started(tx, {outbox_id: delivery.attempt})
        lock_leads(tx, [r.lead_id for r in rows.values()])
        for row in rows.values():
            try:
                with savepoint(tx):
                    counts += _write(shop, tx, shop.book(tx)[1], [(row, delivery)], {}, now, whole=False)
            except Exception as again:
                if not is_own(again):
                    raise
                outcome = outcome_of(row, delivery, None, {}, now)
                write_outcomes(tx, [outcome], now)
                hold(tx, {row.enrolment_id or 0: blame(error).error}, now)
                counts += Counts({OUTCOMES[OutboxKind(row.kind), outcome.state]: 1, "set_aside": 1})
    return counts


def settle_in(
    shop: Shop,
    tx: Transaction,
    deliveries: Sequence[Delivery],
    now: datetime,
    *,
    locked: bool = False,
    last: bool = False,
    meter: Meter | None = None,
) -> Counts:
    """Write what became of these letters; a row that another attempt owns by now is left alone.

    `locked` says that the caller has locked their leads; `last`, that nothing may follow for a while.
    """
    rows = lock_started(tx, {d.outbox_id: d.attempt for d in deliveries})
    if not locked:
        lock_leads(tx, [r.lead_id for r in rows.values()])
    pairs = [(rows[d.outbox_id], d) for d in deliveries if d.outbox_id in rows]
    told = [d for row, d in pairs if row.kind == OutboxKind.TOUCH or closes(row, d)]
    _, book = shop.book(tx)
    shut = hear(meter or shop.meter, tx, book, told, now, write=last)
    return _write(shop, tx, book, pairs, shut, now)


def _write(
    shop: Shop,
    tx: Transaction,
    book: Book,
    pairs: Answers,
    shut: Mapping[str, datetime],
    now: datetime,
    *,
    whole: bool = True,
) -> Counts:
    """The outcomes and all that follows; unless `whole`, the scores wait for intake."""
    rows = {row.id: row for row, _ in pairs}
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    outcomes = [outcome_of(row, d, enrolments.get(row.enrolment_id or 0), shut, now) for row, d in pairs]
    write_outcomes(tx, outcomes, now)
    _suppress(tx, book, pairs, outcomes, now)
    signals = _signals(rows, outcomes, now)
    append_signals(tx, signals, now, pending=not whole)
    counts = Counts(OUTCOMES[OutboxKind(rows[o.id].kind), o.state] for o in outcomes)
    quiet: Collection[int] = ()
    if whole:
        scored = score_leads(tx, book, {s.lead_id for s in signals}, now)
        offer(tx, book, scored.ready, now)
        counts += scored.counts
        quiet = undisturbed(tx, rows.values(), scored.moved)
    move(shop, tx, book, rows, outcomes, enrolments, now, quiet)
    return counts


def settle_uncertain(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> Counts:
    """What a dead worker had started: nobody knows. It keeps its slot, is not resent, and is listed."""
    _, book = shop.book(tx)
    rows = read_rows(tx, ids)
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    outcomes = [OutboxOutcome(i, TouchState.UNCERTAIN, "worker_lost") for i in rows]
    write_outcomes(tx, outcomes, now)
    move(shop, tx, book, rows, outcomes, enrolments, now)
    return Counts({"uncertain": len(outcomes)})


def settle_lost(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    """What a dead worker had started, and cannot be settled: uncertain, its enrolment held."""
    rows = read_rows(tx, [one for one, _ in culprits])
    write_outcomes(tx, [OutboxOutcome(i, TouchState.UNCERTAIN, "worker_lost") for i in rows], now)
    whose = {i: row.enrolment_id for i, row in rows.items() if row.enrolment_id is not None}
    hold(tx, {whose[i]: blame(error).error for i, error in culprits if i in whose}, now)


def fail_unbuilt(tx: Transaction, broken: Broken, now: datetime) -> int:
    """What could not be built is failed and held for the operator, with its reason; returns how many."""
    if not broken:
        return 0
    rows = {r.id: r for r in fail_claims(tx, broken, now)}
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    held = [
        stand(enrolments[r.enrolment_id], EnrolmentState.HELD, now, Reason.RENDER)
        for r in rows.values()
        if r.enrolment_id in enrolments
    ]
    write_positions(tx, held, now)
    return len(rows)


def _suppress(
    tx: Transaction, book: Book, pairs: Answers, outcomes: Sequence[OutboxOutcome], now: datetime
) -> None:
    """Never mail again a mailbox that does not exist, or that was refused for days and nobody says why."""
    ended = {o.id for o in outcomes if o.state in (TouchState.REFUSED, TouchState.FAILED)}
    gone, doubtful = set(), set()
    for row, delivery in pairs:
        if row.address_id is not None and delivery.remedy is Remedy.SUPPRESS:
            gone.add(row.address_id)
        elif row.address_id is not None and row.id in ended:
            doubtful.add(row.address_id)
    worn = worn_out_addresses(tx, doubtful, now, book.policy.bounces) if doubtful else []
    suppress(tx, [*gone, *worn], SuppressionReason.BOUNCE, now, "relay")


def _signals(
    rows: Mapping[int, OutboxRow], outcomes: Sequence[OutboxOutcome], now: datetime
) -> list[NewSignal]:
    types = {TouchState.SENT: Sig.TOUCH_SENT, TouchState.REFUSED: Sig.TOUCH_REFUSED}
    spoken = [(rows[o.id], types[o.state]) for o in outcomes if o.state in types]
    return [_signal(row, kind, now) for row, kind in spoken if row.enrolment_id is not None]


def _signal(row: OutboxRow, kind: Sig, now: datetime) -> NewSignal:
    assert row.lead_id is not None
    properties = {"sequence": row.sequence, "step": row.step, "template": row.template}
    if row.asset:
        properties["asset"] = row.asset
    return NewSignal(
        lead_id=row.lead_id,
        type=kind.value,
        occurred_at=now,
        source=SOURCE,
        source_id=f"{kind.value}:{row.id}",
        properties=properties,
    )
