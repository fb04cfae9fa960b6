"""Settles what was spoken: outcomes, positions, signals and scores in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flows.work.aside.sieve import Culprits, sieve
from flows.work.scoring.batch import Rescored, score_leads
from flows.work.sending.letters import Broken
from flows.work.sending.pace import Meter, closed_by, hear, is_closing, route_of
from flows.work.sending.rest import rest, undisturbed
from flows.work.shop.wire import Shop
from leadstore.consents.grants import suppress
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import hold
from leadstore.enrolments.positions import forget_retries, postpone, read_enrolments, write_positions
from leadstore.enrolments.snapshots import lock_leads
from leadstore.outbox.letters import (
    OutboxOutcome,
    OutboxRow,
    fail_claims,
    lock_started,
    read_rows,
    tries,
    write_outcomes,
)
from leadstore.outbox.returns import worn_out_addresses
from leadstore.signals import append_signals
from leadstore.store import in_thread, savepoint
from nurture.blame import blame, is_own
from nurture.deciding.routes import RELAY
from nurture.errors import StoreGone
from nurture.project.book import Book
from nurture.sequences.grammar import CastStep
from nurture.values import Delivery, Enrolment, NewSignal, Position
from nurture.words import (
    EnrolmentState,
    OutboxKind,
    Outcome,
    Reason,
    Remedy,
    Sig,
    SuppressionReason,
    TouchState,
)

T = TypeVar("T")

SOURCE = "nurture"
RETRY = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""How long to wait after a 4xx; the last one repeats (RFC 5321 4.5.4.1 asks for growing delays)."""
MAX_RETRIES = 24
"""About four days of trying, as mail servers do."""
PAUSES = (1, 5, 15, 30, 60)
"""Seconds between attempts to write outcomes: longer than a restart of PostgreSQL, shorter than a lease."""


async def settle_surely(shop: Shop, deliveries: Sequence[Delivery], now: datetime) -> Counter[str]:
    """Settle, and try again for a while when the store is away: an outcome that is lost is a doubt for ever.

    Raises:
        StoreGone: it was away for longer than that; what was started becomes uncertain.
    """
    return await surely(settle, shop, deliveries, now)


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


def settle(shop: Shop, deliveries: Sequence[Delivery], now: datetime, *, heard: bool = False) -> Counter[str]:
    """Write what became of these letters, in a transaction of its own; should one raise, of each.

    What is known of one that raises is written without what follows from it. `heard`: they are counted for
    the pace of their routes already.
    """
    known = {d.outbox_id: d for d in deliveries}
    meters = [] if heard else [shop.meter]
    bare: Counter[str] = Counter()

    def work(tx: Transaction, ids: Sequence[int]) -> Counter[str]:
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
) -> Counter[str]:
    """What the relay said is written; the signal waits for intake, which sets it aside if it must."""
    counts: Counter[str] = Counter()
    for outbox_id, error in culprits:
        delivery = replace(known[outbox_id], reply="")
        rows = lock_started(tx, {outbox_id: delivery.attempt})
        lock_leads(tx, [r.lead_id for r in rows.values() if r.lead_id is not None])
        for row in rows.values():
            outcome = _outcome(row, delivery, None, {}, now)
            try:
                with savepoint(tx):
                    counts += _settle_one(shop, tx, row, delivery, now)
            except Exception as again:
                if not is_own(again):
                    raise
                write_outcomes(tx, [outcome], now)
                hold(tx, {row.enrolment_id or 0: blame(error).error}, now)
                counts += Counter({outcome.state.value: 1, "set_aside": 1})
    return counts


def _settle_one(
    shop: Shop, tx: Transaction, row: OutboxRow, delivery: Delivery, now: datetime
) -> Counter[str]:
    _, book = shop.book(tx)
    enrolments = read_enrolments(tx, [row.enrolment_id] if row.enrolment_id else [])
    outcome = _outcome(row, delivery, enrolments.get(row.enrolment_id or 0), {}, now)
    write_outcomes(tx, [outcome], now)
    _suppress_unknown(tx, [(row, delivery)], now)
    _suppress_worn_out(tx, book, [(row, delivery)], [outcome], now)
    append_signals(tx, _signals([(row, delivery)], [outcome], now), now)
    _move(shop, tx, book, {row.id: row}, [outcome], enrolments, now)
    return _count([(row, delivery)], [outcome])


def settle_in(
    shop: Shop,
    tx: Transaction,
    deliveries: Sequence[Delivery],
    now: datetime,
    *,
    locked: bool = False,
    last: bool = False,
    meter: Meter | None = None,
) -> Counter[str]:
    """Write what became of these letters; a row that another attempt owns by now is left alone.

    `locked` says that the caller has locked their leads; `last`, that nothing may follow for a while.
    """
    _, book = shop.book(tx)
    rows = lock_started(tx, {d.outbox_id: d.attempt for d in deliveries})
    if not locked:
        lock_leads(tx, [r.lead_id for r in rows.values() if r.lead_id is not None])
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    pairs = [(rows[d.outbox_id], d) for d in deliveries if d.outbox_id in rows]
    shut = hear(
        meter or shop.meter, tx, book, [d for row, d in pairs if _on_a_route(row, d)], now, write=last
    )
    outcomes = [_outcome(row, d, enrolments.get(row.enrolment_id or 0), shut, now) for row, d in pairs]
    write_outcomes(tx, outcomes, now)
    _suppress_unknown(tx, pairs, now)
    _suppress_worn_out(tx, book, pairs, outcomes, now)
    counts, scored = _signal_and_score(tx, book, pairs, outcomes, now)
    quiet = undisturbed(tx, rows.values(), scored.moved)
    _move(shop, tx, book, rows, outcomes, enrolments, now, quiet)
    return counts


def settle_uncertain(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> Counter[str]:
    """What a dead worker had started: nobody knows. It keeps its slot, is not resent, and is listed."""
    _, book = shop.book(tx)
    rows = read_rows(tx, ids)
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    outcomes = [OutboxOutcome(i, TouchState.UNCERTAIN, "worker_lost") for i in rows]
    write_outcomes(tx, outcomes, now)
    _move(shop, tx, book, rows, outcomes, enrolments, now)
    return Counter(uncertain=len(outcomes))


def settle_lost(tx: Transaction, culprits: Culprits, now: datetime) -> None:
    """What a dead worker had started, and cannot be settled: uncertain, its enrolment held."""
    rows = read_rows(tx, [one for one, _ in culprits])
    write_outcomes(tx, [OutboxOutcome(i, TouchState.UNCERTAIN, "worker_lost") for i in rows], now)
    whose = {i: row.enrolment_id for i, row in rows.items() if row.enrolment_id is not None}
    hold(tx, {whose[i]: blame(error).error for i, error in culprits if i in whose}, now)


def settle_unbuilt(shop: Shop, broken: Broken, now: datetime) -> Counter[str]:
    """What could not be built is failed, in a transaction of its own."""
    with shop.store.begin() as tx:
        return Counter(failed=fail_unbuilt(tx, broken, now))


def fail_unbuilt(tx: Transaction, broken: Broken, now: datetime) -> int:
    """What could not be built is failed and held for the operator, with its reason; returns how many."""
    if not broken:
        return 0
    rows = {r.id: r for r in fail_claims(tx, broken, now)}
    enrolments = read_enrolments(tx, [r.enrolment_id for r in rows.values() if r.enrolment_id])
    held = [
        _stand(enrolments[r.enrolment_id], EnrolmentState.HELD, now, Reason.RENDER)
        for r in rows.values()
        if r.enrolment_id in enrolments
    ]
    write_positions(tx, held, now)
    return len(rows)


def _waits_for(enrolment: Enrolment, row: OutboxRow) -> bool:
    """Whether the enrolment still stands at this touch.

    An answer may come after its lease: another worker has then moved the enrolment on, or ended it.
    """
    at_touch = (enrolment.step, enrolment.occurrence) == (row.step, row.occurrence)
    return at_touch and enrolment.state is EnrolmentState.ACTIVE


def _on_a_route(row: OutboxRow, delivery: Delivery) -> bool:
    """Whether an answer tells of a route: every one to a touch; to a seller's mail, what closes the relay."""
    relay_spoke = is_closing(delivery) and route_of(delivery) == RELAY
    return row.kind == OutboxKind.TOUCH or (row.kind == OutboxKind.SELLER and relay_spoke)


def _outcome(
    row: OutboxRow,
    delivery: Delivery,
    enrolment: Enrolment | None,
    shut: Mapping[str, datetime],
    now: datetime,
) -> OutboxOutcome:
    code, reply = delivery.code, delivery.reply
    # How often it was tried: an enrolment counts its own, a notice has its attempts.
    retries = enrolment.retries if enrolment else tries(row.attempt) - 1
    match delivery.outcome:
        case Outcome.SENT:
            return OutboxOutcome(row.id, TouchState.SENT, Reason.DUE, code, reply)
        case Outcome.REFUSED:
            return OutboxOutcome(row.id, TouchState.REFUSED, Reason.RELAY_NO, code, reply)
        case Outcome.UNCERTAIN:
            return OutboxOutcome(row.id, TouchState.UNCERTAIN, "no_answer", code, reply)
        case Outcome.LATER if enrolment is not None and enrolment.state is not EnrolmentState.ACTIVE:
            return OutboxOutcome(row.id, TouchState.SKIPPED, "enrolment_ended", code, reply)
        case Outcome.LATER if (opens := _opens_at(row, delivery, shut)) is not None:
            # It was not at fault: no retry is spent, and the gate looks at it again when the route opens.
            return OutboxOutcome(row.id, TouchState.PLANNED, closed_by(delivery), code, reply, opens)
        case Outcome.LATER:
            again = now + RETRY[min(retries, len(RETRY) - 1)]
            spent = retries >= MAX_RETRIES or (row.expires_at is not None and again > row.expires_at)
            if spent or not _still_wanted(row, enrolment):
                return OutboxOutcome(row.id, TouchState.FAILED, Reason.RELAY_LATER, code, reply)
            return OutboxOutcome(row.id, TouchState.PLANNED, Reason.RELAY_LATER, code, reply, again)


def _opens_at(row: OutboxRow, delivery: Delivery, shut: Mapping[str, datetime]) -> datetime | None:
    """When the route opens that this answer closed. A letter that alone meets such an answer pays for it."""
    if row.kind == OutboxKind.WEBHOOK or not is_closing(delivery):
        return None
    if row.kind == OutboxKind.SELLER and route_of(delivery) != RELAY:
        return None
    return shut.get(route_of(delivery))


def _still_wanted(row: OutboxRow, enrolment: Enrolment | None) -> bool:
    return enrolment is None or _waits_for(enrolment, row)


def _move(
    shop: Shop,
    tx: Transaction,
    book: Book,
    rows: Mapping[int, OutboxRow],
    outcomes: Iterable[OutboxOutcome],
    enrolments: Mapping[int, Enrolment],
    now: datetime,
    quiet: Collection[int] = (),
) -> None:
    """sent and uncertain advance the enrolment, refused stops it, failed holds it, planned tries again."""
    positions: list[Position] = []
    again: list[tuple[int, datetime, bool]] = []
    for outcome in outcomes:
        row = rows[outcome.id]
        enrolment = enrolments.get(row.enrolment_id or 0)
        if enrolment is None or not _waits_for(enrolment, row):
            continue
        if outcome.state is TouchState.PLANNED:
            again.append((enrolment.id, outcome.due_at or now, outcome.reason == Reason.RELAY_LATER))
        else:
            positions.append(_after(shop, tx, book, enrolment, outcome.state, now))
    write_positions(tx, rest(shop, tx, book, positions, enrolments, quiet, now), now)
    forget_retries(tx, [p.enrolment_id for p in positions if enrolments[p.enrolment_id].retries])
    postpone(tx, again)


def _after(
    shop: Shop, tx: Transaction, book: Book, enrolment: Enrolment, state: TouchState, now: datetime
) -> Position:
    if state is TouchState.REFUSED:
        return _stand(enrolment, EnrolmentState.STOPPED, now, Reason.RELAY_NO)
    if state is TouchState.FAILED:
        return _stand(enrolment, EnrolmentState.HELD, now, Reason.RELAY_LATER)
    return step_over(shop, tx, book, enrolment, now)


def step_over(shop: Shop, tx: Transaction, book: Book, enrolment: Enrolment, now: datetime) -> Position:
    """Where an enrolment goes on once the step it stands at is done with, or given up."""
    structure = shop.structure(tx, book, enrolment.release_id, enrolment.sequence)
    step = structure.step(enrolment.step) if structure else None
    if step is None:
        return _stand(enrolment, EnrolmentState.STOPPED, now, Reason.RETIRED)
    if isinstance(step, CastStep):  # a stream goes on to its next cast
        return Position(enrolment.id, EnrolmentState.ACTIVE, step.id, enrolment.occurrence + 1, now, now, now)
    if step.next is None:
        return _stand(enrolment, EnrolmentState.COMPLETED, now, Reason.DONE)
    return Position(enrolment.id, EnrolmentState.ACTIVE, step.next, enrolment.occurrence, now, now, now)


def _stand(enrolment: Enrolment, state: EnrolmentState, now: datetime, reason: Reason) -> Position:
    """Where it stands, ended."""
    return Position(
        enrolment.id,
        state,
        enrolment.step,
        enrolment.occurrence,
        enrolment.step_since,
        now,
        enrolment.first_due_at,
        reason,
    )


def _suppress_unknown(tx: Transaction, pairs: Sequence[tuple[OutboxRow, Delivery]], now: datetime) -> None:
    """The relay says that the mailbox does not exist: never mail it again."""
    gone = [row.address_id for row, d in pairs if d.remedy is Remedy.SUPPRESS and row.address_id is not None]
    suppress(tx, gone, SuppressionReason.BOUNCE, now, "relay")


def _suppress_worn_out(
    tx: Transaction,
    book: Book,
    pairs: Sequence[tuple[OutboxRow, Delivery]],
    outcomes: Sequence[OutboxOutcome],
    now: datetime,
) -> None:
    """Refused again and again over days, and nobody says why: not worth another touch."""
    ended = {o.id for o in outcomes if o.state in (TouchState.REFUSED, TouchState.FAILED)}
    doubtful = {
        row.address_id
        for row, delivery in pairs
        if row.id in ended and row.address_id is not None and delivery.remedy is not Remedy.SUPPRESS
    }
    if doubtful:
        worn = worn_out_addresses(tx, doubtful, now, book.policy.bounces)
        suppress(tx, worn, SuppressionReason.BOUNCE, now, "relay")


def _signal_and_score(
    tx: Transaction,
    book: Book,
    pairs: Sequence[tuple[OutboxRow, Delivery]],
    outcomes: Sequence[OutboxOutcome],
    now: datetime,
) -> tuple[Counter[str], Rescored]:
    signals = _signals(pairs, outcomes, now)
    append_signals(tx, signals, now, pending=False)
    scored = score_leads(tx, book, {s.lead_id for s in signals}, now)
    counts = _count(pairs, outcomes) + Counter(rescored=scored.leads, matured=scored.matured)
    return counts, scored


def _signals(
    pairs: Sequence[tuple[OutboxRow, Delivery]], outcomes: Sequence[OutboxOutcome], now: datetime
) -> list[NewSignal]:
    states = {o.id: o.state for o in outcomes}
    types = {TouchState.SENT: Sig.TOUCH_SENT, TouchState.REFUSED: Sig.TOUCH_REFUSED}
    spoken = [row for row, _ in pairs if states[row.id] in types and row.enrolment_id is not None]
    return [_signal(row, types[states[row.id]], now) for row in spoken]


def _count(pairs: Sequence[tuple[OutboxRow, Delivery]], outcomes: Sequence[OutboxOutcome]) -> Counter[str]:
    states = {o.id: o.state for o in outcomes}
    names = {TouchState.PLANNED: "later"}
    counts = Counter(
        names.get(states[row.id], states[row.id].value) for row, _ in pairs if row.enrolment_id is not None
    )
    kinds = {OutboxKind.SELLER: "notices", OutboxKind.WEBHOOK: "webhooks"}
    told = [row for row, _ in pairs if row.enrolment_id is None]
    return counts + Counter(f"{kinds[OutboxKind(row.kind)]}_{states[row.id].value}" for row in told)


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
