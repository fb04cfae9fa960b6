"""Who enters a sequence, and why not (DESIGN 4, Entry)."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from datetime import datetime, timedelta

from nurture.conditions.condition import Facts
from nurture.deciding.consent import consent_to
from nurture.deciding.handoffs import is_with_sales
from nurture.project.book import Book
from nurture.sequences.steps import Sequence
from nurture.sequences.webinars import webinar_of
from nurture.values import Entry, PastRun, Signal, Snapshot
from nurture.words import ConsentState, Reason, Stage, Verdict

REST = timedelta(days=1)
"""How long a standing sequence leaves a lead alone whose last run was stopped before it sent anything."""

FOUND_AGAIN = (Reason.CLOSED, Reason.ALREADY_IN, Reason.ONCE, Reason.AGAIN_WAIT)


def consider(
    book: Book,
    sequence: Sequence,
    snapshot: Snapshot,
    past: Rows[PastRun],
    now: datetime,
    signal: Signal | None = None,
) -> Entry | None:
    """Whether the lead enters: None when it is not asked for, else ENTER or REFUSE with the reason.

    A lead that the entry condition does not select is no refusal, nor is one that a standing
    sequence finds again after it entered. `signal` is the entering signal; None asks as a
    standing sequence does.
    """
    if sequence.enter.on != (signal.type if signal else None) or (signal and signal.machine):
        return None
    lead = snapshot.lead.fields()
    facts = Facts(lead, now, snapshot.signals, signal, snapshot.consents)
    if sequence.enter.when is not None and not sequence.enter.when.holds(facts):
        return None
    key = _entry_key(sequence, signal)
    runs = [run for run in past if run.entry_key == key]
    reason = _webinar_refusal(book, sequence, key, now) or _refusal(
        book, sequence, snapshot, facts, runs, now
    )
    if signal is None and reason in FOUND_AGAIN:
        return None
    return Entry(
        lead_id=snapshot.lead.id,
        sequence=sequence.name,
        verdict=Verdict.ENTER if reason is None else Verdict.REFUSE,
        reason=reason or Reason.ENTERED,
        entry_key=key,
        run=max((run.run for run in runs), default=0) + 1,
        signal_id=signal.id if signal else None,
        requested=signal is not None,
    )


def _entry_key(sequence: Sequence, signal: Signal | None) -> str:
    per = sequence.enter.again.per
    return "" if per is None or signal is None else str(signal.properties.get(per, ""))


def takes_in(book: Book, sequence: Sequence, now: datetime) -> bool:
    """Whether a standing sequence may still be entered; one about a webinar closes when it says."""
    return _webinar_refusal(book, sequence, "", now) is None


def _webinar_refusal(book: Book, sequence: Sequence, key: str, now: datetime) -> Reason | None:
    """The webinar it is about must be known, and its entry still open."""
    if not sequence.needs_webinar:
        return None
    webinar = webinar_of(sequence, key, book.catalog.webinars)
    if webinar is None:
        return Reason.NO_WEBINAR
    until = sequence.enter.until
    return Reason.CLOSED if until is not None and until.of(webinar) <= now else None


def _refusal(
    book: Book,
    sequence: Sequence,
    snapshot: Snapshot,
    facts: Facts,
    runs: Rows[PastRun],
    now: datetime,
) -> Reason | None:
    if snapshot.suppression is not None:
        return Reason.SUPPRESSED
    if snapshot.lead.stage is Stage.DISQUALIFIED:
        return Reason.DISQUALIFIED
    return (
        _consent_refusal(book, sequence, snapshot)
        or _exit_refusal(sequence, facts)
        or (_vain_refusal(book, sequence, snapshot, now) if sequence.standing else None)
        or _again_refusal(sequence, runs, now)
    )


def _consent_refusal(book: Book, sequence: Sequence, snapshot: Snapshot) -> Reason | None:
    consent = consent_to(sequence.topic, snapshot.consents)
    if consent is None:
        return Reason.NO_CONSENT
    if consent.state is ConsentState.WITHDRAWN:
        return Reason.WITHDRAWN
    if consent.basis not in book.catalog.topics[sequence.topic].accepts:
        return Reason.BASIS
    return None


def _exit_refusal(sequence: Sequence, facts: Facts) -> Reason | None:
    """A lead that would leave at once does not enter; what goes by signals counts from the entry on."""
    if any(e.on is None and e.when is not None and e.when.holds(facts) for e in sequence.exits):
        return Reason.EXIT
    goal = sequence.goal
    reached = goal is not None and goal.on is None and goal.when is not None and goal.when.holds(facts)
    return Reason.GOAL if reached else None


def _vain_refusal(book: Book, sequence: Sequence, snapshot: Snapshot, now: datetime) -> Reason | None:
    """The gate would stop such a lead at its first touch: it does not enter again at every sweep."""
    if is_with_sales(snapshot.handoff, snapshot.lead):
        return Reason.HANDOFF_ACCEPTED
    consent = consent_to(sequence.topic, snapshot.consents)
    assert consent is not None  # _consent_refusal comes first
    expired = consent.at + book.policy.consent.confirm_within <= now
    return Reason.PENDING if consent.state is ConsentState.PENDING and expired else None


def _again_refusal(sequence: Sequence, runs: Rows[PastRun], now: datetime) -> Reason | None:
    """Only runs that sent something count; one active run per entry key.

    A standing sequence finds the same lead at every sweep, so it counts a run that came to its end
    without a touch as well, and after any other it rests for a while.
    """
    if any(run.active for run in runs):
        return Reason.ALREADY_IN
    counted = [run for run in runs if run.sent or (sequence.standing and run.completed)]
    after = sequence.enter.again.after
    if counted and after is None:
        return Reason.ONCE
    rest = REST if sequence.standing else timedelta(0)
    last = max((run.ended_at + rest for run in runs if run.ended_at is not None), default=now)
    if counted and after is not None:
        last = max(last, *(run.ended_at + after for run in counted if run.ended_at is not None))
    return Reason.AGAIN_WAIT if last > now else None
