"""Tells others about leads: writes notices and webhooks into the outbox, and makes the calls that are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.work.aside.sieve import Sieved, sieve
from flows.work.deadline import NEVER, Deadline
from flows.work.sending.letters import Broken
from flows.work.sending.settle import settle_surely, settle_unbuilt
from flows.work.sending.start import start
from flows.work.shop.wire import HOLD, Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import message_id
from leadstore.enrolments.snapshots import read_snapshots
from leadstore.outbox.letters import add_notices, claim_notices, count_due_notices, due_notices, fail_planned
from leadstore.store import in_thread
from nurture.blame import in_words, is_own
from nurture.errors import NotFound
from nurture.project.book import Book
from nurture.project.policy import Policy
from nurture.project.types import typed
from nurture.values import Claim, NoticePlan, Plan, Snapshot
from nurture.words import OutboxKind
from outbound.webhooks import Call, Caller

BATCH = 64
Claimed = tuple[Sequence[Claim], Sequence[Call], Broken]
TYPE = "nurture.step"
"""The type every webhook of a step carries."""


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


async def call_others(shop: Shop, now: datetime, deadline: Deadline = NEVER) -> dict[str, int]:
    """Make the calls that are due; returns how many were made, came later, failed, may be lost, or are left.

    Without NURTURE_WEBHOOK_KEY nothing can be signed: calls stay in the outbox, counted as webhooks_unsigned.
    """
    total: Counter[str] = Counter()
    key = shop.settings.webhook_key
    unsigned = await in_thread(_waiting, shop, shop.clock(now)) if key is None else 0
    while not (unfinished := deadline.passed) and key is not None:
        sieved = await in_thread(_claim, shop, shop.clock(now))
        if not sieved.found:
            break
        total["webhooks_failed"] += len(sieved.apart)
        caller = Caller(key.get_secret_value())
        for claims, calls, broken in sieved.done:
            if broken:
                failed = await in_thread(settle_unbuilt, shop, broken, shop.clock(now))
                total["webhooks_failed"] += failed["failed"]
            go, _ = await in_thread(start, shop, claims, shop.clock(now))
            made = await caller.make([c for c in calls if c.outbox_id in go], lambda: shop.clock(now))
            total.update(await settle_surely(shop, made, shop.clock(now)))
    return {
        "webhooks": total["webhooks_sent"],
        "webhooks_later": total["webhooks_planned"],
        "webhooks_failed": total["webhooks_refused"] + total["webhooks_failed"],
        "webhooks_uncertain": total["webhooks_uncertain"],
        "webhooks_unsigned": unsigned,
        "unfinished": int(unfinished and key is not None),
    }


def _waiting(shop: Shop, now: datetime) -> int:
    with shop.store.read() as tx:
        return count_due_notices(tx, OutboxKind.WEBHOOK, now)


def _claim(shop: Shop, now: datetime) -> Sieved[Claimed]:
    return sieve(
        shop.store,
        lambda tx, among: due_notices(tx, OutboxKind.WEBHOOK, now, BATCH) if among is None else among,
        lambda tx, ids: _read(shop, tx, ids, now),
        lambda tx, culprits: fail_planned(tx, {i: in_words(error) for i, error in culprits}, now),
    )


def _read(shop: Shop, tx: Transaction, ids: Sequence[int], now: datetime) -> Claimed:
    _, book = shop.book(tx)
    kind, worker = OutboxKind.WEBHOOK, shop.settings.worker
    claims = claim_notices(tx, kind, now, limit=BATCH, worker=worker, lease=HOLD, among=ids)
    leads = list({c.lead_id for c in claims if c.lead_id is not None})
    facts = {s.lead.id: s for s in read_snapshots(tx, leads, signal_types=(), slots_since=now)}
    calls: list[Call] = []
    broken: Broken = {}
    for claim in claims:
        try:
            calls.append(_call(book, claim, facts.get(claim.lead_id or 0)))
        except Exception as error:
            if not is_own(error):
                raise
            broken[claim.id] = (claim.attempt, in_words(error))
    return claims, calls, broken


def _call(book: Book, claim: Claim, known: Snapshot | None) -> Call:
    url = book.policy.webhooks.get(str(claim.payload["webhook"]))
    if known is None or url is None:
        raise NotFound("the policy no longer names this webhook, or the lead is gone")
    key = claim.message_id.strip("<>").partition("@")[0]
    return Call(claim.id, claim.attempt, url, key, _body(book, claim, known))


def _body(book: Book, claim: Claim, facts: Snapshot) -> Mapping[str, Any]:
    consents = {topic: one.state.value for topic, one in facts.consents.items()}
    about = {name: claim.payload[name] for name in ("webhook", "sequence", "step", "enrolment")}
    lead = typed(facts.lead.fields(), book.catalog.attributes)
    data = {**about, "values": claim.payload["values"], "lead": lead, "consents": consents}
    return {"type": TYPE, "data": data}
