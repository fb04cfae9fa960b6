"""Notices, which tell others about leads: written into the outbox by steps, and claimed when they are due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.aside.sieve import Culprits, sieve
from flows.work.sending.letters import Batch, whole
from flows.work.sending.pace import shut_to
from flows.work.shop.wire import HOLD, Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import message_id
from leadstore.outbox.letters import add_notices, claim_notices, due_notices, fail_planned
from nurture.blame import in_words
from nurture.deciding.routes import RELAY
from nurture.project.book import Book
from nurture.project.policy import Policy
from nurture.values import Claim, NoticePlan, Plan
from nurture.words import OutboxKind

BATCH = 64
"""Notices claimed at once."""


def write_notices(tx: Transaction, book: Book, plans: Sequence[Plan], now: datetime, store_id: str) -> int:
    """Put the notices of these plans into the outbox, in the transaction that decided them."""
    domain = book.policy.sender.address.rpartition("@")[2]
    rows = [_row(one, book.policy, store_id, domain) for plan in plans for one in plan.notices]
    return add_notices(tx, rows, now)


def _row(one: NoticePlan, policy: Policy, store_id: str, domain: str) -> dict[str, Any]:
    about = {"sequence": one.sequence, "step": one.step, "enrolment": one.enrolment_id}
    told = {"seller": one.to, "cause": one.cause, "webhook": one.to, "values": dict(one.values)}
    name = message_id(store_id, one.enrolment_id, f"{one.kind}:{one.step}", one.occurrence, domain)
    seller = one.kind is OutboxKind.SELLER
    return {
        "kind": one.kind.value,
        "lead_id": one.lead_id,
        "sequence": one.sequence,
        "step": one.step,
        "occurrence": one.occurrence,
        "template": one.template,
        "recipient": policy.recipient(one.to) if seller else None,
        "payload": {**about, **told},
        # enrolment_id stays empty: what becomes of a notice moves nobody.
        "dedupe": f"{one.kind.value}:{one.enrolment_id}:{one.step}:{one.occurrence}",
        "message_id": name,
    }


def claim(
    shop: Shop,
    kind: OutboxKind,
    now: datetime,
    limit: int,
    read: Callable[[Any, Book, Sequence[Claim], datetime], Mapping[int, Any]],
) -> Batch:
    """Claim due notices of a kind, and `read` what they are written from; one that raises is failed."""

    def due(tx: Transaction, among: Sequence[int] | None) -> Sequence[int]:
        if RELAY in shut_to(tx, kind, now):
            return []  # they wait in the outbox until it is open again
        return due_notices(tx, kind, now, limit, among)

    def take(tx: Transaction, ids: Sequence[int]) -> Batch:
        _, book = shop.book(tx)
        claims = claim_notices(tx, ids, now, worker=shop.settings.worker, lease=HOLD)
        return Batch(len(ids), claims, read(tx, book, claims, now), book)

    def fail(tx: Transaction, culprits: Culprits) -> None:
        fail_planned(tx, {i: in_words(error) for i, error in culprits}, now)

    return whole(sieve(shop.store, due, take, fail), "failed")
