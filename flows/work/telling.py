"""Tells others about leads: writes notices and webhooks into the outbox, and makes the calls that are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.settling import settle_surely, settle_unbuilt
from flows.work.wiring import LEASE, Shop
from leadstore.deciding import message_id
from leadstore.outbox import add_notices, claim_notices, mark_started
from leadstore.snapshots import read_snapshots
from leadstore.store import in_thread
from nurture.book import Book
from nurture.policy import Policy
from nurture.stored import typed
from nurture.values import Claim, NoticePlan, Plan, Snapshot
from nurture.words import OutboxKind
from outbound.webhooks import Call, Caller

BATCH = 64
TYPE = "nurture.step"
"""The type every webhook of a step carries."""


def write_notices(tx: Any, book: Book, plans: Sequence[Plan], now: datetime, store_id: str) -> int:
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


async def call_others(shop: Shop, now: datetime) -> dict[str, int]:
    """Make the calls that are due; returns webhooks, webhooks_later and webhooks_failed.

    Without NURTURE_WEBHOOK_KEY nothing can be signed, so calls stay in the outbox and count as later.
    """
    total: Counter[str] = Counter()
    key = shop.settings.webhook_key
    while key is not None:
        claims, calls, broken = await in_thread(_claim, shop, shop.clock(now))
        if not claims:
            break
        if broken:
            failed = await in_thread(settle_unbuilt, shop, broken, shop.clock(now))
            total["webhooks_failed"] += failed["failed"]
        go = await in_thread(_start, shop, claims, shop.clock(now))
        caller = Caller(key.get_secret_value())
        made = await caller.make([c for c in calls if c.outbox_id in go], lambda: shop.clock(now))
        total.update(await settle_surely(shop, made, shop.clock(now)))
    return {
        "webhooks": total["webhooks_sent"],
        "webhooks_later": total["webhooks_planned"],
        "webhooks_failed": total["webhooks_refused"] + total["webhooks_failed"],
    }


def _claim(shop: Shop, now: datetime) -> tuple[list[Claim], list[Call], dict[int, tuple[int, str]]]:
    with shop.store.begin() as tx:
        _, book = shop.book(tx)
        kind, worker = OutboxKind.WEBHOOK, shop.settings.worker
        claims = claim_notices(tx, kind, now, limit=BATCH, worker=worker, lease=LEASE)
        ids = list({c.lead_id for c in claims if c.lead_id is not None})
        facts = {s.lead.id: s for s in read_snapshots(tx, ids, signal_types=(), slots_since=now)}
    urls = book.policy.webhooks
    calls: list[Call] = []
    broken: dict[int, tuple[int, str]] = {}
    for claim in claims:
        known = facts.get(claim.lead_id or 0)
        url = urls.get(str(claim.payload["webhook"]))
        if known is None or url is None:
            broken[claim.id] = (claim.attempt, "the policy no longer names this webhook, or the lead is gone")
        else:
            key = claim.message_id.strip("<>").partition("@")[0]
            calls.append(Call(claim.id, claim.attempt, url, key, _body(book, claim, known)))
    return claims, calls, broken


def _body(book: Book, claim: Claim, facts: Snapshot) -> Mapping[str, Any]:
    consents = {topic: one.state.value for topic, one in facts.consents.items()}
    about = {name: claim.payload[name] for name in ("webhook", "sequence", "step", "enrolment")}
    lead = typed(facts.lead.fields(), book.catalog.attributes)
    data = {**about, "values": claim.payload["values"], "lead": lead, "consents": consents}
    return {"type": TYPE, "data": data}


def _start(shop: Shop, claims: Sequence[Claim], now: datetime) -> set[int]:
    with shop.store.begin() as tx:
        return mark_started(tx, claims, now)
