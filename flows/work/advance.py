"""Moves due leads on: claims them in batches, decides, sends in small groups, settles together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.work.composing import compose
from flows.work.offering import offer_leads
from flows.work.settling import settle_surely, settle_unbuilt, settle_uncertain
from flows.work.telling import write_notices
from flows.work.wiring import LEASE, Shop
from leadstore.deciding import write_plans
from leadstore.outbox import mark_started, recover
from leadstore.snapshots import claim_due_leads, read_snapshots
from leadstore.store import in_thread
from nurture.book import Book
from nurture.decide import decide
from nurture.errors import NurtureError
from nurture.spans import LONGEST_OWN_CAP
from nurture.values import Claim, Decision, Letter, Plan, Position, Snapshot
from nurture.words import EnrolmentState, Reason, Verdict

BATCH = 1000
GROUP = 64
"""Messages marked as started by one commit; after kill -9 no more than these are uncertain."""


COUNTED = (
    "due",
    "sent",
    "skipped",
    "stopped",
    "completed",
    "refused",
    "later",
    "failed",
    "uncertain",
    "rescored",
    "matured",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought."""

    leads: int
    claims: Sequence[Claim]
    snapshots: Mapping[int, Snapshot]
    book: Book | None
    tally: Counter[str]
    held: Counter[str]


async def advance(shop: Shop, now: datetime, limit: int | None = None) -> dict[str, Any]:
    """Move every due lead on; `limit` bounds how many leads one call takes.

    Returns due, sent, held (by reason), skipped, refused, later, failed and uncertain, of which the
    first is the sum of the others: every touch that came due is in exactly one of them; and stopped
    and completed (enrolments), rescored and matured (leads). Running it twice is running it once:
    the store decides what is due.
    """
    total: Counter[str] = Counter()
    held: Counter[str] = Counter()
    total.update(await in_thread(take_over, shop, shop.clock(now)))
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        batch = await in_thread(claim, shop, shop.clock(now), size)
        if not batch.leads:
            break
        left = None if left is None else left - batch.leads
        total.update(batch.tally)
        held.update(batch.held)
        if batch.claims:
            total.update(await deliver(shop, batch, now))
    return {**{name: total[name] for name in COUNTED}, "held": dict(held)}


def take_over(shop: Shop, now: datetime) -> Counter[str]:
    """Take over what a dead worker left behind; what it had started becomes uncertain."""
    with shop.store.begin() as tx:
        lost = recover(tx, now)["uncertain"]
        return settle_uncertain(shop, tx, lost, now) if lost else Counter()


def claim(shop: Shop, now: datetime, limit: int) -> Batch:
    """Claim due leads, decide all of their enrolments and write the decisions, in one transaction."""
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        ids = claim_due_leads(tx, now, limit)
        if not ids:
            return Batch(0, (), {}, None, Counter(), Counter())
        snapshots = read_snapshots(
            tx, ids, signal_types=book.signal_types, slots_since=now - cap_reach(book), due_by=now
        )
        plans = [_decide(shop, tx, book, snapshot, now) for snapshot in snapshots]
        by_lead = {s.lead.id: s for s in snapshots}
        claims = write_plans(
            tx,
            by_lead,
            plans,
            now,
            worker=shop.settings.worker,
            lease=LEASE,
            domain=book.policy.sender.address.rpartition("@")[2],
            store_id=shop.store_id,
        )
        write_notices(tx, book, plans, now, shop.store_id)
        _offer_asked(tx, book, plans, now)
    decisions = [d for plan in plans for d in plan.decisions]
    return Batch(len(ids), claims, by_lead, book, _tally(decisions), _held(decisions))


async def deliver(shop: Shop, batch: Batch, now: datetime) -> Counter[str]:
    """Build, start, send and settle the claimed touches, one small group after the other."""
    total: Counter[str] = Counter()
    groups = [batch.claims[i : i + GROUP] for i in range(0, len(batch.claims), GROUP)]
    for group in groups:
        letters, broken = await in_thread(compose, shop, batch, group, shop.clock(now))
        if broken:
            total.update(await in_thread(settle_unbuilt, shop, broken, shop.clock(now)))
        total.update(await _send(shop, [c for c in group if c.id not in broken], letters, now))
    return total


async def _send(
    shop: Shop, claims: Sequence[Claim], letters: Sequence[Letter], now: datetime
) -> Counter[str]:
    start = shop.clock(now)
    go = await in_thread(_start, shop, claims, start)
    wanted = [letter for letter in letters if letter.outbox_id in go]
    # Once started, the outcome is written whatever happens to the task that asked for it.
    counts = await asyncio.shield(_speak_and_settle(shop, wanted, now))
    # What may not start any more is decided again, and counted then.
    counts["due"] -= len(claims) - len(go)
    return counts


async def _speak_and_settle(shop: Shop, letters: Sequence[Letter], now: datetime) -> Counter[str]:
    if not letters:
        return Counter()
    deliveries = await shop.relay.send(letters, lambda: shop.clock(now))
    return await settle_surely(shop, deliveries, shop.clock(now))


def _start(shop: Shop, claims: Sequence[Claim], now: datetime) -> set[int]:
    if not claims:
        return set()
    with shop.store.begin() as tx:
        return mark_started(tx, claims, now)


def _decide(shop: Shop, tx: Any, book: Book, snapshot: Snapshot, now: datetime) -> Plan:
    """One lead whose decision fails is held for the operator; the others go on."""
    structures = {e.id: shop.structure(tx, book, e.release_id, e.sequence) for e in snapshot.enrolments}
    try:
        return decide(snapshot, structures, book, now)
    except (NurtureError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        return _hold(snapshot, error)


def _hold(snapshot: Snapshot, error: Exception) -> Plan:
    detail = {"error": type(error).__name__}
    decisions = tuple(
        Decision(e.id, e.step, e.occurrence, Verdict.WAIT, Reason.BROKEN, None, detail)
        for e in snapshot.enrolments
    )
    positions = tuple(
        Position(
            e.id,
            EnrolmentState.HELD,
            e.step,
            e.occurrence,
            e.step_since,
            e.due_at,
            e.first_due_at,
            Reason.BROKEN,
        )
        for e in snapshot.enrolments
    )
    return Plan(snapshot.lead.id, decisions, (), positions)


def _offer_asked(tx: Any, book: Book, plans: Sequence[Plan], now: datetime) -> None:
    """A `handoff` step offers the lead in the transaction that reached it."""
    asked = {plan.lead_id: plan.offer for plan in plans if plan.offer}
    if asked:
        offer_leads(tx, book, asked, now)


def cap_reach(book: Book) -> timedelta:
    """How far back caps look."""
    caps = [*book.policy.caps]
    for topic in book.catalog.topics.values():
        caps.extend(topic.caps)
    for sequence in book.sequences.values():
        caps.extend(sequence.caps)
    spans = [LONGEST_OWN_CAP]
    spans += [cap.span if cap.span is not None else timedelta(days=32) for cap in caps]
    return max(spans) + timedelta(days=1)


def _tally(decisions: Sequence[Decision]) -> Counter[str]:
    counts = Counter(d.verdict for d in decisions)
    done = sum(d.reason is Reason.DONE for d in decisions)
    waiting = sum(_held(decisions).values())
    return Counter(
        due=counts[Verdict.SEND] + counts[Verdict.SKIP] + waiting,
        skipped=counts[Verdict.SKIP],
        stopped=counts[Verdict.STOP] - done,
        completed=done,
    )


def _held(decisions: Sequence[Decision]) -> Counter[str]:
    """Touches and steps that wait, by reason; a step's own wait is not a touch held back."""
    waits = [d for d in decisions if d.verdict is Verdict.WAIT and d.reason is not Reason.STEP_WAIT]
    return Counter(d.reason.value for d in waits)
