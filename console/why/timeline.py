"""Turns an enrolment's decisions and touches into lines that read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import partial

from console.format import say_at, say_fully
from flows.work.story.reasons import REASONS, Why, plainly, say_decision, say_touch
from leadstore.story.chapters import PastDecision, PastEnrolment, Story, Touch
from nurture.words import Reason, TouchState, Verdict

Passage = tuple[str, int]
"""A step and its occurrence."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened at a moment at a step. `mark` is the touch's state, when the line is a touch's."""

    at: datetime
    step: str
    text: str
    mark: TouchState | None = None


def timeline(story: Story, run: PastEnrolment, zone: tzinfo, *, why: Why = plainly) -> list[TimelineEntry]:
    """The lines of one enrolment, oldest first.

    A decision to send and what became of it are one line; so are waits that only moved on, and a
    step's own wait with its end.
    """
    told = _folded([d for d in story.decisions if d.enrolment_id == run.enrolment.id])
    touches = {(t.step, t.occurrence): t for t in story.touches if t.enrolment_id == run.enrolment.id}
    last_send = {(d.step, d.occurrence): d.id for d, _ in told if d.verdict is Verdict.SEND}
    lines = []
    for place, (one, looks) in enumerate(told):
        touch = touches.get((one.step, one.occurrence)) if one.verdict is Verdict.SEND else None
        if touch is not None and last_send[one.step, one.occurrence] == one.id:
            lines.append(_outcome(one, touch, run, zone))
        else:
            past = place < len(told) - 1 or run.ended_at is not None
            step = "" if one.reason is Reason.DONE else _short(one.step, run)
            lines.append(TimelineEntry(one.at, step, _sentence(one, looks, past, zone, why)))
    return lines + [_closed(t, run, zone) for t in touches.values() if _says_more(t, last_send)]


def _sentence(one: PastDecision, looks: int, past: bool, zone: tzinfo, why: Why) -> str:
    """A wait that is over is told in the past, and on the lead's clock only."""
    say = partial(say_at if past else say_fully, zone=zone)
    text = say_decision(one, say, why)
    if one.verdict is Verdict.WAIT and past:
        text = text.replace("Waits", "Waited", 1)
    return f"{text} (looked at {looks} times)" if looks > 1 else text


def _outcome(one: PastDecision, touch: Touch, run: PastEnrolment, zone: tzinfo) -> TimelineEntry:
    text = say_touch(touch, partial(say_fully, zone=zone))
    if touch.state is TouchState.PLANNED:
        text = f"Tried, not sent. {text}"
    return TimelineEntry(touch.sent_at or one.at, _short(one.step, run), text, touch.state)


def _says_more(touch: Touch, last_send: dict[Passage, int]) -> bool:
    """Whether a touch ended with its enrolment, so that no decision tells of its end."""
    known = (touch.step, touch.occurrence) in last_send or touch.reason in set(REASONS)
    return not known and touch.settled_at is not None


def _closed(touch: Touch, run: PastEnrolment, zone: tzinfo) -> TimelineEntry:
    text = say_touch(touch, partial(say_at, zone=zone))
    return TimelineEntry(touch.settled_at or touch.due_at, _short(touch.step, run), text, touch.state)


def _folded(told: Iterable[PastDecision]) -> list[tuple[PastDecision, int]]:
    """A wait that repeats the one before it becomes one, with how often it was looked at."""
    folded: list[tuple[PastDecision, int]] = []
    for one in told:
        last = folded[-1][0] if folded else None
        if last is not None and last.verdict is Verdict.WAIT and _same(last, one):
            if one.verdict is Verdict.WAIT:
                folded[-1] = (replace(last, until=one.until), folded[-1][1] + 1)
                continue
            if one.reason is Reason.STEP_WAIT:
                continue  # the wait is over: the next line shows it
        folded.append((one, 1))
    return folded


def _same(one: PastDecision, other: PastDecision) -> bool:
    return (one.step, one.occurrence, one.reason) == (other.step, other.occurrence, other.reason)


def _short(step: str, run: PastEnrolment) -> str:
    """A step without the sequence's name, which is the heading."""
    return step.removeprefix(f"{run.enrolment.sequence}/")
