"""Moves due leads on: takes over from the dead, claims in batches, and decides."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flows.work.aside.sieve import Sieved, sieve
from flows.work.deadline import NEVER, Deadline
from flows.work.handoffs.offer import offer_leads
from flows.work.sending.claims import Batch
from flows.work.sending.pace import keep_turns, pacer_for
from flows.work.sending.pipeline import deliver
from flows.work.sending.queue import BATCH, Feed
from flows.work.sending.settle import settle_lost, settle_uncertain
from flows.work.sending.webhooks import write_notices
from flows.work.shop.wire import HOLD, Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import hold_due, write_plans
from leadstore.enrolments.snapshots import claim_due_leads, read_snapshots
from leadstore.outbox.letters import recover
from leadstore.store import in_thread
from nurture.blame import blame, is_own
from nurture.deciding import Pacer, decide
from nurture.errors import BookError
from nurture.project.book import Book
from nurture.spans import LONGEST_OWN_CAP
from nurture.values import Decision, Plan, Position, Snapshot, domain_of
from nurture.words import EnrolmentState, Reason, Verdict

__all__ = ["BATCH", "Batch", "advance", "cap_reach", "claim", "take_over"]

log = logging.getLogger("nurture.advance")

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
    "unfinished",
    "set_aside",
)


async def advance(
    shop: Shop, now: datetime, limit: int | None = None, deadline: Deadline = NEVER
) -> dict[str, Any]:
    """Move every due lead on: at most `limit` leads, and none is begun past the `deadline`.

    Returns due, sent, held (by reason), skipped, refused, later, failed and uncertain, of which the
    first is the sum of the others: every touch that came due is in exactly one of them; and stopped
    and completed (enrolments), rescored, matured and set_aside (leads; those raised, and are among the
    held), and unfinished (the deadline left some to the next call: what was claimed is given back).
    Running it twice is running it once: the store decides what is due.
    """
    total = Counter(await in_thread(take_over, shop, shop.clock(now)))
    feed = Feed(shop, now, claim, limit, deadline)
    total.update(await deliver(shop, feed, now))
    total.update(feed.total)
    return {**{name: total[name] for name in COUNTED}, "held": dict(feed.held)}


def take_over(shop: Shop, now: datetime) -> Counter[str]:
    """Take over what a dead or frozen worker left behind; what it had started becomes uncertain."""
    if frozen := shop.store.end_frozen():
        log.warning("%s of our sessions stood still inside a transaction: PostgreSQL took it back", frozen)
    sieved = sieve(
        shop.store,
        lambda tx, among: recover(tx, now, among)["uncertain"],
        lambda tx, ids: settle_uncertain(shop, tx, ids, now),
        lambda tx, culprits: settle_lost(tx, culprits, now),
    )
    apart = len(sieved.apart)
    return sum(sieved.done, Counter(uncertain=apart, set_aside=apart))


def claim(shop: Shop, now: datetime, limit: int) -> Batch:
    """Claim due leads, decide all of their enrolments and write the decisions, in one transaction.

    A lead that raises is held for the operator, and the others go on.
    """
    sieved = sieve(
        shop.store,
        lambda tx, among: claim_due_leads(tx, now, limit, among),
        lambda tx, ids: _claim(shop, tx, ids, now),
        lambda tx, culprits: hold_due(tx, {i: blame(error).error for i, error in culprits}, now),
    )
    return _whole(sieved)


def _claim(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> Batch:
    _, book = shop.book(tx)
    snapshots = read_snapshots(
        tx, ids, signal_types=book.signal_types, slots_since=now - cap_reach(book), due_by=now
    )
    pacer = pacer_for(tx, book, {domain_of(s.lead.address) for s in snapshots}, now)
    plans = [_decide(shop, tx, book, snapshot, now, pacer) for snapshot in snapshots]
    keep_turns(tx, pacer)
    by_lead = {s.lead.id: s for s in snapshots}
    claims = write_plans(
        tx,
        by_lead,
        plans,
        now,
        worker=shop.settings.worker,
        lease=HOLD,
        domain=book.policy.sender.address.rpartition("@")[2],
        store_id=shop.store_id,
    )
    write_notices(tx, book, plans, now, shop.store_id)
    _offer_asked(tx, book, plans, now)
    decisions = [d for plan in plans for d in plan.decisions]
    held = _held(decisions)
    return Batch(len(ids), claims, by_lead, book, _tally(decisions), held, interval=pacer.interval)


def _whole(sieved: Sieved[Batch]) -> Batch:
    """The parts of a claim as one; leads that raised count as held."""
    if len(sieved.done) == 1 and not sieved.apart:
        return sieved.done[0]
    apart, parts = len(sieved.apart), sieved.done
    return Batch(
        sieved.found,
        [claim for part in parts for claim in part.claims],
        {i: snapshot for part in parts for i, snapshot in part.snapshots.items()},
        parts[0].book if parts else None,
        sum((part.tally for part in parts), Counter(due=apart, set_aside=apart)),
        sum((part.held for part in parts), Counter({Reason.BROKEN.value: apart} if apart else {})),
        interval=max((part.interval for part in parts), default=timedelta(0)),
    )


def _decide(shop: Shop, tx: Transaction, book: Book, snapshot: Snapshot, now: datetime, pacer: Pacer) -> Plan:
    """One lead whose decision fails is held for the operator; the others go on."""
    try:
        structures = {e.id: shop.structure(tx, book, e.release_id, e.sequence) for e in snapshot.enrolments}
        return decide(snapshot, structures, book, now, pacer)
    except Exception as error:
        # A release that cannot be read any more is the fault of those who still follow it.
        if not (is_own(error) or isinstance(error, BookError)):
            raise
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


def _offer_asked(tx: Transaction, book: Book, plans: Sequence[Plan], now: datetime) -> None:
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
        set_aside=len({d.enrolment_id for d in decisions if d.reason is Reason.BROKEN}),
    )


def _held(decisions: Sequence[Decision]) -> Counter[str]:
    """Touches and steps that wait, by reason; a step's own wait is not a touch held back."""
    waits = [d for d in decisions if d.verdict is Verdict.WAIT and d.reason is not Reason.STEP_WAIT]
    return Counter(d.reason.value for d in waits)
