"""Says in a sentence where a lead stands: in a sequence, and with sales."""

from __future__ import annotations

from datetime import datetime, tzinfo

from console.format import say_at, say_fully
from flows.work.story.reasons import REASONS, Why, plainly
from leadstore.story.chapters import PastEnrolment, PastOffer
from nurture.values import Signal
from nurture.words import EnrolmentState, HandoffState


def say_entry(run: PastEnrolment, zone: tzinfo) -> str:
    """When it began, and what opened it."""
    one = run.enrolment
    opened = "its entry condition held" if one.signal is None else f"opened by {one.signal.type}"
    told = "" if one.signal is None else say_properties(one.signal)
    return f"Entered {say_at(one.entered_at, zone)}: {opened}{f' ({told})' if told else ''}."


def say_standing(run: PastEnrolment, zone: tzinfo, now: datetime) -> str:
    """Where it stands and when it is looked at next, or how it ended."""
    one = run.enrolment
    because = f": {REASONS[run.reason]}" if run.reason else ""
    ended = f" {say_at(run.ended_at, zone)}" if run.ended_at else ""
    match one.state:
        case EnrolmentState.ACTIVE if one.due_at <= now:
            return f"Stands at {one.step}; due now, in the next tick."
        case EnrolmentState.ACTIVE:
            return f"Stands at {one.step}; next look {say_fully(one.due_at, zone)}."
        case EnrolmentState.HELD:
            mended = f"When it is mended: nurture outbox retry --lead {one.lead_id}"
            return f"Held at {one.step} for the operator{because}. {mended}"
        case EnrolmentState.COMPLETED:
            return f"Finished{ended}."
        case EnrolmentState.STOPPED:
            return f"Left{ended} at {one.step}{because}."


def say_offer(offer: PastOffer, zone: tzinfo, why: Why = plainly) -> str:
    """To whom the lead was offered, why, and the answer."""
    who = f"Offered to {offer.seller or 'nobody'}: {why(offer.cause)}"
    match offer.state:
        case HandoffState.UNASSIGNED:
            return f"Ready, and nobody to offer it to: {why(offer.cause)}. nurture.yaml names the sellers."
        case HandoffState.OFFERED:
            due = f"; the answer is due {say_at(offer.due_at, zone)}" if offer.due_at else ""
            return f"{who}{due}."
        case _:
            at = f" {say_at(offer.answered_at, zone)}" if offer.answered_at else ""
            answer = f" ({offer.answer})" if offer.answer else ""
            return f"{who}; {offer.state.value}{at}{answer}."


def say_properties(signal: Signal) -> str:
    """A signal's properties, and what makes it count for nothing."""
    said = [f"{name} {value}" for name, value in signal.properties.items()]
    return ", ".join([*said, "made by a machine: ignored"] if signal.machine else said)
