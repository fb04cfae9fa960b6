"""What each step answers, and what a step that sends has to send."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from nurture.deciding.answers import GateAnswer, Move, Skip, Stop, Wait
from nurture.deciding.view import UNFROZEN, View
from nurture.sequences.steps import (
    CastStep,
    ChooseStep,
    HandoffStep,
    NotifyStep,
    SendStep,
    SetStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from nurture.speech.cause import cause_by_title, cause_of
from nurture.timing import next_cast, next_weekday
from nurture.values import NoticePlan
from nurture.words import OutboxKind, Reason, Sig


def step_itself(view: View) -> GateAnswer | None:
    """A step that sends nothing does what it says; a stream waits for its cast, and for content."""
    match view.step:
        case SendStep():
            return None
        case CastStep() as step:
            return _cast(view, step)
        case WaitStep() as step:
            return _wait(view, step)
        case WaitForStep() as step:
            return _wait_for(view, step)
        case ChooseStep() as step:
            chosen = next((f for c, f in step.cases if c.holds(view.facts)), step.otherwise)
            return Move(Reason.CHOSEN, chosen or step.next, {"branch": chosen or ""})
        case SplitStep() as step:
            arm, first = arm_of(view.snapshot.lead.id, step)
            return Move(Reason.CHOSEN, first or step.next, {"split": step.name, "arm": arm})
        case SetStep() as step:
            return Move(Reason.SET, step.next, {"set": sorted(step.values)}, attributes=step.values)
        case HandoffStep() as step:
            cause = cause_of(step.cause, view.sequence.name, step.id)
            return Move(Reason.MATURE, step.next, {"cause": cause}, offer=cause)
        case NotifyStep() as step:
            return _notify(view, step)
        case WebhookStep() as step:
            return _call(view, step)
        case _:  # EndStep: there is no other verb
            return Stop(Reason.DONE)


def letter_view(view: View) -> View:
    """The view with what is sent: a dated step is due at its moment, and a cast brings its next asset."""
    match view.step:
        case SendStep(at=moment) if moment is not None:
            assert view.webinar is not None  # the grammar asks for one, and who has none has left
            return replace(view, first_due=moment.of(view.webinar), frozen=UNFROZEN)  # a date does not move
        case CastStep() as step:
            return _cast_view(view, step)
        case _:
            return view


def arm_of(lead_id: int, step: SplitStep) -> tuple[str, str | None]:
    """The arm of a lead, by a hash of its id and the name: always the same."""
    digest = hashlib.sha256(f"{step.name}:{lead_id}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(weight for _, weight, _ in step.arms)
    for name, weight, first in step.arms[:-1]:
        point -= weight
        if point < 0:
            return name, first
    name, _, first = step.arms[-1]
    return name, first


# Waits.


def _wait(view: View, step: WaitStep) -> Wait | Move:
    """Wait, or go on as of the moment the wait was over."""
    end = _wait_end(view, step)
    if end > view.now:
        return Wait(end, Reason.STEP_WAIT)
    return Move(Reason.STEP_WAIT, step.next, at=end)


def _wait_end(view: View, step: WaitStep) -> datetime:
    if step.span is not None:
        return view.since + view.frozen + step.span
    if step.until is not None:
        assert view.webinar is not None  # the grammar asks for one, and who has none has left
        return max(view.since, step.until.of(view.webinar))
    assert step.weekday is not None  # the grammar gives a span, a moment, or a weekday and a time
    assert step.at is not None
    return next_weekday(view.since + view.frozen, step.weekday, step.at, view.zone)


def _wait_for(view: View, step: WaitForStep) -> Wait | Move:
    """Go on when the signal came, or when the time is over."""
    if view.happened(view.entered_at if step.before else view.since, step.on, step.when):
        return Move(Reason.SIGNAL_CAME, step.then or step.next)
    end = view.since + view.frozen + step.within
    if end <= view.now:
        return Move(Reason.TIMED_OUT, step.otherwise or step.next, at=end)
    return Wait(end, Reason.STEP_WAIT)


# Streams.


def _cast(view: View, step: CastStep) -> Wait | None:
    """Wait for the cast, and for content the lead has not had."""
    coming = _next_cast(view, step, view.since)
    if coming > view.now:
        return Wait(coming, Reason.STEP_WAIT)
    if _next_asset(view, step) is not None:
        return None
    at, following = _latest_cast(view, step)
    return Wait(following, Reason.CONTENT_OUT, since=at)


def _cast_view(view: View, step: CastStep) -> View:
    """At each cast, the next asset the lead has not had; a cast that cannot go is passed over."""
    at, following = _latest_cast(view, step)
    found = _next_asset(view, step)
    assert found is not None  # without one, it waits
    asset, template = found
    letter = SendStep(
        id=step.id, next=step.id, template=template, over_cap="skip", expires=following - at, repeat=True
    )
    return replace(view, first_due=at, frozen=UNFROZEN, sends=letter, asset=asset)


def _latest_cast(view: View, step: CastStep) -> tuple[datetime, datetime]:
    """The last cast that came, and the next: missed casts are not caught up."""
    at = _next_cast(view, step, view.since)
    while (following := _next_cast(view, step, at)) <= view.now:
        at = following
    return at, following


def _next_cast(view: View, step: CastStep, after: datetime) -> datetime:
    """The cast that follows; never a second one on the day of the last."""
    return next_cast(after, step.casts, view.zone, another_day=view.occurrence > 1)


def _next_asset(view: View, step: CastStep) -> tuple[str, str] | None:
    """The first asset, with its template, that the lead was not sent and did not fetch by itself."""
    had = {sent.asset for sent in view.assets}
    had |= {
        str(s.properties.get("asset"))
        for s in view.snapshot.signals
        if s.type == Sig.ASSET_DOWNLOADED and not s.machine
    }
    known = view.book.templates.infos
    return next((pair for pair in step.assets if pair[0] not in had and pair[1] in known), None)


# Telling others.


def _notify(view: View, step: NotifyStep) -> Move | Skip:
    """Put a notice to a team or a seller into the outbox."""
    if view.book.policy.recipient(step.to) is None or step.template not in view.book.templates.infos:
        return _nobody(step.to)
    said, sequence = step.cause, view.sequence
    cause = cause_of(said, sequence.name, step.id) if said else cause_by_title(sequence)
    notice = _notice(view, OutboxKind.SELLER, step, step.to, template=step.template, cause=cause)
    return Move(Reason.NOTIFIED, step.next, {"to": step.to}, notice=notice)


def _call(view: View, step: WebhookStep) -> Move | Skip:
    """Put a call to another system into the outbox."""
    if step.name not in view.book.policy.webhooks:
        return _nobody(step.name)
    notice = _notice(view, OutboxKind.WEBHOOK, step, step.name, values=step.values)
    return Move(Reason.CALLED, step.next, {"webhook": step.name}, notice=notice)


def _nobody(to: str) -> Skip:
    """Skip the step: an older structure names somebody whom the policy no longer has."""
    return Skip(Reason.NOBODY, {"to": to})


def _notice(view: View, kind: OutboxKind, step: Step, to: str, **what: Any) -> NoticePlan:
    enrolment, sequence = view.enrolment, view.sequence
    lead_id = view.snapshot.lead.id
    return NoticePlan(kind, enrolment.id, lead_id, sequence.name, step.id, view.occurrence, to, **what)
