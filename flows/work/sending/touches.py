"""Touches: claims due leads and decides what they are sent, and writes the letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from flows.work.aside.sieve import sieve
from flows.work.counts import Counts
from flows.work.handoffs.offer import offer_leads
from flows.work.sending.feedback import feedback_id
from flows.work.sending.letters import Batch, Kind, Shared, lead_context, whole
from flows.work.sending.notices import write_notices
from flows.work.sending.pace import keep_turns, pacer_for
from flows.work.sending.positions import stand
from flows.work.shop.wire import HOLD, Shop
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import hold_due, write_plans
from leadstore.enrolments.snapshots import claim_due_leads, read_snapshots
from nurture.blame import blame, is_own
from nurture.deciding.consent import consent_to
from nurture.deciding.pace import Pacer
from nurture.deciding.walk import decide
from nurture.errors import BookError, RenderError
from nurture.project.book import Book
from nurture.project.catalog import worded
from nurture.spans import LONGEST_OWN_CAP
from nurture.speech.because import say_because
from nurture.texts.translation import in_language
from nurture.values import Claim, Decision, Letter, Plan, Snapshot, domain_of
from nurture.words import EnrolmentState, OutboxKind, Purpose, Reason, Verdict
from outbound.message.attachments import calendar_part
from outbound.message.build import build_message

BATCH = 500
"""Leads claimed at once: they are decided while the lanes speak."""


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
    return whole(sieved, "due", "set_aside")


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
    offer_leads(tx, book, {plan.lead_id: plan.offer for plan in plans if plan.offer}, now)
    decisions = [d for plan in plans for d in plan.decisions]
    facts = {c.id: by_lead[c.lead_id] for c in claims if c.lead_id is not None}
    return Batch(len(ids), claims, facts, book, _tally(decisions), _held(decisions), pacer.interval)


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
    held = tuple(stand(e, EnrolmentState.HELD, e.due_at, Reason.BROKEN) for e in snapshot.enrolments)
    return Plan(snapshot.lead.id, decisions, (), held)


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


def _tally(decisions: Sequence[Decision]) -> Counts:
    counts = Counter(d.verdict for d in decisions)
    done = sum(d.reason is Reason.DONE for d in decisions)
    waiting = sum(_held(decisions).values())
    return Counts(
        {
            "due": counts[Verdict.SEND] + counts[Verdict.SKIP] + waiting,
            "skipped": counts[Verdict.SKIP],
            "stopped": counts[Verdict.STOP] - done,
            "completed": done,
            "set_aside": len({d.enrolment_id for d in decisions if d.reason is Reason.BROKEN}),
        }
    )


def _held(decisions: Sequence[Decision]) -> Counter[Reason]:
    """Touches and steps that wait, by reason; a step's own wait is not a touch held back."""
    waits = [d for d in decisions if d.verdict is Verdict.WAIT and d.reason is not Reason.STEP_WAIT]
    return Counter(d.reason for d in waits)


def _write(shop: Shop, shared: Shared, claim: Claim, facts: Snapshot, now: datetime) -> Letter:
    assert claim.address_id is not None
    book = shared.book
    wanted = facts.lead.profile.get("language") or book.policy.language
    language = book.templates.spoken(claim.template, wanted)
    common = shared.within(language)
    unsubscribe = shop.links.unsubscribe_url(claim.address_id, claim.id)
    context = {
        **common,
        "lead": lead_context(book, facts.lead),
        "asset": common["assets"].get(claim.asset),
        "webinar": common["webinars"].get(claim.payload.get("webinar")),
        "sequence": {"name": claim.sequence, "title": _title(book, claim.sequence, language)},
        "because": _because(book, claim, facts, language),
        "unsubscribe_url": unsubscribe,
    }
    rendered = book.templates.render(claim.template, wanted, context)
    sender = book.policy.sender
    domain = sender.address.rpartition("@")[2]
    named = str(claim.payload["webinar"]) if claim.payload.get("ics") else None
    calendar = None if named is None else _calendar(book, named, language, now)
    content = build_message(
        sender=(sender.name, sender.address),
        recipient=claim.recipient,
        subject=rendered.subject,
        html=rendered.pieces,
        text=rendered.text,
        message_id=claim.message_id,
        date=now,
        unsubscribe_url=unsubscribe,
        unsubscribe_mailto=leave_by_mail(shop, claim),
        reply_to=sender.reply_to,
        list_id=f"{claim.topic}.{domain}" if claim.topic else None,
        feedback_id=feedback_id(claim.sequence, claim.step, claim.purpose, domain),
        automatic=claim.purpose == Purpose.SERVICE.value,
        attached=calendar,
    )
    return Letter(
        claim.id, claim.attempt, envelope_sender(shop, claim, sender.address), claim.recipient, content
    )


def envelope_sender(shop: Shop, claim: Claim, sender: str) -> str:
    """Where bounces of this message go: an address that names it (VERP), if the settings give one."""
    mailbox = shop.settings.bounce_address
    return shop.links.bounce_address(mailbox, claim.id) if mailbox else sender


def leave_by_mail(shop: Shop, claim: Claim) -> str | None:
    """The mailto form of leaving: offered only while the mailbox is read, so that nothing dead is offered."""
    mailbox = shop.settings.leaving_address
    if not mailbox or claim.address_id is None:
        return None
    return shop.links.unsubscribe_mailto(mailbox, claim.address_id, claim.id)


def _title(book: Book, name: str, language: str) -> str:
    """A sequence that was retired since the touch was claimed is called by its name."""
    said = book.sequences[name].title if name in book.sequences else name
    return in_language(said, language, book.policy.language)


def _because(book: Book, claim: Claim, facts: Snapshot, language: str) -> str:
    """Service mail answers a request; all other mail rests on a consent."""
    opened = next((one.signal for one in facts.enrolments if one.id == claim.enrolment_id), None)
    return say_because(
        claim.topic,
        consent_to(claim.topic, facts.consents),
        opened if claim.purpose == Purpose.SERVICE.value else None,
        titles=book.catalog.titles,
        language=language,
        home=book.policy.language,
        zone=book.policy.zone,
    )


def _calendar(book: Book, name: str, language: str, now: datetime) -> bytes:
    from nurture.ics import webinar_ics  # here, because icalendar is slow to load and most mails need none

    if name not in book.catalog.webinars:
        raise RenderError(f"the catalogue has no webinar {name!r} any more")
    sender = book.policy.sender
    found = book.catalog.webinars[name]
    webinar = found.model_copy(update=worded(found, language, book.policy.language))
    organiser = (sender.name, sender.address)
    calendar = webinar_ics(name, webinar, organiser=organiser, zone=book.policy.zone, made_at=now)
    return calendar_part(calendar)


TOUCHES = Kind(OutboxKind.TOUCH, BATCH, claim, _write)
"""Messages to leads, which the relay speaks."""
