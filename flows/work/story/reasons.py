"""The sentences for every verdict, reason and state of a touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flows.work.story.workers import is_alive, is_lost
from leadstore.story.chapters import BY_OPERATOR, PastDecision, Touch
from nurture.speech.cause import say_cause
from nurture.words import Reason, TouchState, Verdict

Say = Callable[[datetime], str]
"""Writes an instant on the reader's clock."""
Why = Callable[[str], str]
"""Says a kept cause as a sentence."""

VERDICTS: Mapping[Verdict, str] = {
    Verdict.SEND: "Decided to send",
    Verdict.WAIT: "Waits",
    Verdict.SKIP: "Skipped",
    Verdict.STOP: "Left the sequence",
    Verdict.MOVE: "Went on",
    Verdict.ENTER: "Entered",
    Verdict.REFUSE: "Not enrolled",
}
"""How a sentence begins."""

REASONS: Mapping[Reason, str] = {
    Reason.DUE: "nothing stood in the way",
    Reason.SUPPRESSED: "the address is suppressed, and never mailed",
    Reason.DISQUALIFIED: "the lead is disqualified",
    Reason.WITHDRAWN: "the lead withdrew its consent to this topic",
    Reason.PENDING: "the lead has not confirmed its consent to this topic",
    Reason.NO_CONSENT: "the lead gave no consent to this topic",
    Reason.BASIS: "the topic does not accept the ground this consent rests on",
    Reason.EXIT: "an exit condition of the sequence holds",
    Reason.GOAL: "the sequence reached its goal",
    Reason.HANDOFF_OPEN: "a seller has the lead and has not answered",
    Reason.HANDOFF_ACCEPTED: "a seller took the lead",
    Reason.ASSET_SENT: "another enrolment has sent this asset already",
    Reason.UNLESS: "the step's `unless` holds",
    Reason.EXPIRED: "it would have come too late to be useful",
    Reason.WINDOW: "outside the hours in which this sequence may send",
    Reason.QUIET: "quiet hours where the lead lives",
    Reason.HOLIDAY: "a holiday where the lead lives",
    Reason.SPREAD: "sending is spread over some minutes",
    Reason.CAP: "the address has had as many mails as the caps allow",
    Reason.DEFER_SPENT: "the caps held it back for as long as the step allows",
    Reason.STEP_WAIT: "the step says so",
    Reason.DONE: "the sequence ran to its end",
    Reason.RELAY_LATER: "the relay was away, or asked to try later",
    Reason.RELAY_NO: "the relay refused it for good",
    Reason.RENDER: "the template failed for this lead",
    Reason.BROKEN: "the decision itself failed; this is for the operator",
    Reason.RETIRED: "the sequence, or the step it stood at, is no longer in the release",
    Reason.PAUSED: "the operator paused the sequence",
    Reason.ENTERED: "the entry condition held",
    Reason.ALREADY_IN: "the lead was in this sequence at that time",
    Reason.ONCE: "the lead has been through this sequence, and it is entered once",
    Reason.AGAIN_WAIT: "the lead may enter this sequence again, but not yet",
    Reason.CHOSEN: "a branch was taken",
    Reason.SIGNAL_CAME: "what it waited for happened",
    Reason.TIMED_OUT: "what it waited for did not happen in time",
    Reason.SET: "the lead's attributes were set",
    Reason.MATURE: "the lead was offered to sales",
    Reason.PAST: "its moment was over when the lead came to this step",
    Reason.NO_WEBINAR: "the catalogue has no webinar of that name",
    Reason.CLOSED: "the sequence takes nobody in any more",
    Reason.CONTENT_OUT: "the stream has nothing left that the lead has not had",
    Reason.SENT_BEFORE: "this step was sent before, and is not sent twice",
    Reason.NO_TEMPLATE: "the release no longer has the template",
    Reason.NOTIFIED: "a notice to the team was put into the outbox",
    Reason.CALLED: "another system is told through a webhook",
    Reason.NOBODY: "the policy no longer names whom to tell",
    Reason.MOVED: "the sequence changed, and the lead follows its new form",
    Reason.CHANGED: "the sequence changed, and lets go of those who were in it",
    Reason.RATE: "the rate of the relay, or of the recipient's domain, is used up for now",
    Reason.WARM_UP: "the sender is being warmed up, and has sent as much as it may on one day",
    Reason.RELAY_CLOSED: "the relay answered badly, and is left alone for a while",
    Reason.DOMAIN_CLOSED: "the recipient's domain answered badly, and is left alone for a while",
    Reason.RETRIED: "the operator let it be tried again",
    Reason.GIVEN_UP: "the operator gave it up",
}
"""How a sentence ends: the clause after the verdict."""

OUTBOX_REASONS: Mapping[str, str] = {
    **{reason.value: clause for reason, clause in REASONS.items()},
    "worker_lost": "the worker was lost while it was being sent",
    "no_answer": "the relay was lost after the last byte",
    "enrolment_ended": "the lead left the sequence before its moment came",
    BY_OPERATOR: "settled by the operator",
}
"""The reasons of outbox rows: every Reason, and words that only the outbox has."""

STATES: Mapping[TouchState, str] = {
    TouchState.PLANNED: "Planned",
    TouchState.CLAIMED: "Being sent now",
    TouchState.STARTED: "Being sent now; the relay has not answered yet",
    TouchState.SENT: "Sent",
    TouchState.REFUSED: "Not delivered",
    TouchState.FAILED: "Failed",
    TouchState.UNCERTAIN: "Nobody knows whether it arrived",
    TouchState.SKIPPED: "Not sent",
}
"""What a touch's state says."""


def plainly(cause: str) -> str:
    """A kept cause as a sentence; words that only a release has are told by their sequence's name."""
    return say_cause(cause, "en", "en", sequences={})


def say_decision(told: PastDecision, say: Say, why: Why = plainly) -> str:
    """One decision as a sentence."""
    clause = _in_detail(told.reason, told.detail, why) or REASONS[told.reason]
    if told.verdict is Verdict.STOP and told.reason is Reason.DONE:
        return f"Finished: {clause}."
    until = f" until {say(told.until)}" if told.verdict is Verdict.WAIT and told.until else ""
    return f"{VERDICTS[told.verdict]}{until}: {clause}."


LOST: Mapping[TouchState, str] = {
    TouchState.CLAIMED: "Its worker stopped before it was sent; it is taken up again",
    TouchState.STARTED: "Its worker stopped while it was being sent, and nobody knows whether it arrived; "
    "it is listed as uncertain",
}
"""What is said of a row whose worker is gone, before the tick that takes it over."""
FAR: Mapping[TouchState, str] = {
    TouchState.CLAIMED: "A worker has it and will send it",
    TouchState.STARTED: "A worker began to send it",
}
"""What is said of a row of another machine's worker, which may be gone."""


def say_touch(touch: Touch, say: Say, now: datetime | None = None) -> str:
    """What became of one touch, as a sentence or two; `now` says whether a lease is over."""
    why = OUTBOX_REASONS.get(touch.reason, touch.reason)
    answer = " ".join(str(part) for part in (touch.code, touch.reply) if part)
    begins = STATES[touch.state]
    match touch.state:
        case TouchState.PLANNED:
            return f"{begins} for {say(touch.due_at)}: {_with(why, answer)}."
        case TouchState.CLAIMED | TouchState.STARTED:
            return _under_way(touch, say, now or datetime.now(UTC))
        case TouchState.SENT:
            by_hand = touch.reason == BY_OPERATOR
            return f"{begins}: {why}." if by_hand else f"{begins}: {_with('the relay took it', answer)}."
        case TouchState.UNCERTAIN:
            return (
                f"{begins}: {_with(why, answer)}. It counts for the caps and is not sent again. "
                f"When you know: nurture outbox resolve {touch.id} --as sent|failed"
            )
        case _:
            return f"{begins}: {_with(why, answer)}."


def _under_way(touch: Touch, say: Say, now: datetime) -> str:
    """A row that a worker has: being sent now only where that worker is known to live."""
    if is_lost(touch, now):
        ends = touch.lease_until
        return f"{LOST[touch.state]} {f'by the next tick after {say(ends)}' if ends else 'at the next tick'}."
    if touch.worker is None or is_alive(touch.worker):
        return f"{STATES[touch.state]}."
    ends = touch.lease_until
    until = f"; should it have stopped, the next tick after {say(ends)} takes it over" if ends else ""
    return f"{FAR[touch.state]} ({touch.worker}){until}."


def _with(clause: str, answer: str) -> str:
    """The relay's own words, or the template's fault, after ours."""
    return f"{clause} ({answer.rstrip('.')})" if answer else clause


def _in_detail(reason: Reason, detail: Mapping[str, Any], why: Why) -> str:
    match reason, detail:
        case Reason.CHOSEN, {"split": split, "arm": arm}:
            return f"the split {split} put the lead into {arm}"
        case Reason.CHOSEN, {"branch": str(branch)}:
            return f"took the branch that begins with {branch}" if branch else "no branch applied"
        case Reason.SET, {"set": list(names)}:
            return f"set {', '.join(str(name) for name in names)}"
        case Reason.MATURE, {"cause": str(cause)} if cause:
            return f"offered to sales: {why(cause)}"
        case Reason.RETRIED | Reason.GIVEN_UP, {"failed": str(word), "reply": str(reply)}:
            return f"{REASONS[reason]}; before, {_with(OUTBOX_REASONS.get(word, word), reply)}"
        case Reason.BROKEN, {"error": str(error)}:
            return f"{REASONS[reason]} ({error})"
        case _:
            return ""
