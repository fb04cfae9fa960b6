"""Webhooks: makes the calls that tell other systems about leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.counts import Counts, Summary
from flows.work.deadline import NEVER, Deadline
from flows.work.sending import notices
from flows.work.sending.letters import Batch, Kind, Shared
from flows.work.sending.pipeline import deliver
from flows.work.shop.wire import Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_snapshots
from leadstore.outbox.letters import count_due_notices
from leadstore.store import in_thread
from nurture.errors import NotFound
from nurture.project.book import Book
from nurture.project.types import typed
from nurture.values import Claim, Delivery, Snapshot
from nurture.words import OutboxKind
from outbound.webhooks import Call, Caller

TYPE = "nurture.step"
"""The type every webhook of a step carries."""


async def call_others(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> Summary:
    """Make the calls that are due; returns how many were made, came later, failed, may be lost, or are left.

    Without NURTURE_WEBHOOK_KEY nothing can be signed: calls stay in the outbox, counted as webhooks_unsigned.
    """
    total = Counts()
    if shop.settings.webhook_key is None:
        total["webhooks_unsigned"] = await in_thread(_waiting, shop, shop.clock(now))
    else:
        total, _ = await deliver(shop, WEBHOOKS, now, deadline=deadline)
    return {
        "webhooks": total["webhooks"],
        "webhooks_later": total["webhooks_later"],
        "webhooks_failed": total["webhooks_failed"] + total["failed"],
        "webhooks_uncertain": total["webhooks_uncertain"],
        "webhooks_unsigned": total["webhooks_unsigned"],
        "unfinished": total["unfinished"],
    }


def _waiting(shop: Shop, now: datetime) -> int:
    with shop.store.read() as tx:
        return count_due_notices(tx, OutboxKind.WEBHOOK, now)


def _claim(shop: Shop, now: datetime, limit: int) -> Batch:
    return notices.claim(shop, OutboxKind.WEBHOOK, now, limit, _read)


def _read(tx: Transaction, book: Book, claims: Sequence[Claim], now: datetime) -> dict[int, Snapshot]:
    leads = list({c.lead_id for c in claims if c.lead_id is not None})
    facts = {s.lead.id: s for s in read_snapshots(tx, leads, signal_types=(), slots_since=now)}
    return {c.id: facts[c.lead_id] for c in claims if c.lead_id in facts}


def _write(shop: Shop, shared: Shared, claim: Claim, known: Snapshot | None, now: datetime) -> Call:
    url = shared.book.policy.webhooks.get(str(claim.payload["webhook"]))
    if known is None or url is None:
        raise NotFound("the policy no longer names this webhook, or the lead is gone")
    key = claim.message_id.strip("<>").partition("@")[0]
    return Call(claim.id, claim.attempt, url, key, _body(shared.book, claim, known))


def _body(book: Book, claim: Claim, facts: Snapshot) -> Mapping[str, Any]:
    consents = {topic: one.state.value for topic, one in facts.consents.items()}
    about = {name: claim.payload[name] for name in ("webhook", "sequence", "step", "enrolment")}
    lead = typed(facts.lead.fields(), book.catalog.attributes)
    data = {**about, "values": claim.payload["values"], "lead": lead, "consents": consents}
    return {"type": TYPE, "data": data}


async def _send(shop: Shop, calls: Sequence[Call], now: Callable[[], datetime]) -> list[Delivery]:
    assert shop.settings.webhook_key is not None
    return await Caller(shop.settings.webhook_key.get_secret_value()).make(calls, now)


WEBHOOKS = Kind(OutboxKind.WEBHOOK, notices.BATCH, _claim, _write, _send)
"""Calls that tell other systems, signed."""
