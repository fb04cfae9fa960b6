"""Explains why a lead is in no sequence, or why nothing more will be sent to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.work.story.reasons import REASONS
from leadstore.story.chapters import PastEnrolment, Story
from nurture.deciding.consent import ALL_TOPICS, consent_to
from nurture.deciding.entry import consider
from nurture.project.book import Book
from nurture.sequences.steps import Sequence as Structure
from nurture.values import PastRun, Snapshot
from nurture.words import ConsentState, EnrolmentState, Reason, Stage, Verdict

Past = Mapping[tuple[int, str], Sequence[PastRun]]


@dataclass(frozen=True, slots=True)
class Absence:
    """A sequence of the release that the lead is not in, and why. `reason` None: it was not asked for."""

    sequence: str
    reason: Reason | None
    why: str


def general(story: Story) -> list[str]:
    """What keeps this lead out of all sequences, the strictest reason first."""
    found = []
    if story.suppression is not None:
        found.append(
            f"The address is suppressed ({story.suppression.reason.value}): nothing is ever sent to it. "
            "Only an operator lifts that: nurture suppress ADDRESS --lift"
        )
    if any(c.topic == ALL_TOPICS and c.state is ConsentState.WITHDRAWN for c in story.consents):
        found.append(
            "The lead unsubscribed from everything; only its own later opt-in reverses that, topic by topic."
        )
    if story.lead.stage is Stage.DISQUALIFIED:
        found.append("The lead is disqualified: it is not nurtured.")
    if story.lead.stage is Stage.CUSTOMER:
        found.append("The lead is a customer: sequences that exit on that stage leave it alone.")
    if not story.live:
        found.append(
            "The lead is only known from imported history, which enters no sequence: "
            "it does when it does something, or is imported with --live."
        )
    return found


def absences(book: Book, story: Story, snapshot: Snapshot, *, past: Past, now: datetime) -> list[Absence]:
    """For each sequence of the release that the lead is not in now: why not."""
    inside = {r.enrolment.sequence for r in story.runs if r.enrolment.state in _INSIDE}
    return [
        _absence(book, sequence, story, snapshot, past, now)
        for name, sequence in sorted(book.sequences.items())
        if name not in inside
    ]


_INSIDE = (EnrolmentState.ACTIVE, EnrolmentState.HELD)


def _absence(
    book: Book, sequence: Structure, story: Story, snapshot: Snapshot, past: Past, now: datetime
) -> Absence:
    name = sequence.name
    if sequence.enter.on is not None:
        return _not_opened(sequence, story, snapshot)
    runs = past.get((story.lead.id, name), ())
    entry = consider(book, sequence, snapshot, past=runs, now=now)
    if entry is not None and entry.verdict is Verdict.REFUSE:
        return Absence(name, entry.reason, _clause(entry.reason, sequence, snapshot))
    if entry is not None:
        return Absence(name, Reason.ENTERED, _coming(story))
    ended = _last_run(story, name)
    if ended is not None and _selects(sequence, snapshot, now):
        return Absence(name, _again(sequence), _been_through(sequence, ended))
    return Absence(name, None, f"its entry condition does not hold: {_condition(sequence)}")


def _not_opened(sequence: Structure, story: Story, snapshot: Snapshot) -> Absence:
    """A sequence that a signal opens: the log's last answer, the last run, else what did not come."""
    name = sequence.name
    entries = [d for d in story.decisions if d.sequence == name and d.verdict in _ENTRY]
    if entries and entries[-1].verdict is Verdict.REFUSE:
        return Absence(name, entries[-1].reason, _clause(entries[-1].reason, sequence, snapshot))
    ended = _last_run(story, name)
    if ended is not None:
        return Absence(name, _again(sequence), _been_through(sequence, ended))
    if not any(s.type == sequence.enter.on and not s.machine for s in story.signals):
        return Absence(name, None, f"it is opened by {sequence.enter.on}, and none came of late")
    why = f"its {sequence.enter.on} did not open it; imported history opens nothing"
    if sequence.enter.when is not None:
        why = f"its {sequence.enter.on} did not open it: it takes {_condition(sequence)}, and no history"
    return Absence(name, None, why)


_ENTRY = (Verdict.ENTER, Verdict.REFUSE)


def _last_run(story: Story, name: str) -> PastEnrolment | None:
    return next((r for r in reversed(story.runs) if r.enrolment.sequence == name), None)


def _selects(sequence: Structure, snapshot: Snapshot, now: datetime) -> bool:
    from nurture.conditions.condition import Facts

    when = sequence.enter.when
    facts = Facts(snapshot.lead.fields(), now, snapshot.signals, None, snapshot.consents)
    return when is None or when.holds(facts)


def _again(sequence: Structure) -> Reason:
    return Reason.ONCE if sequence.enter.again.kind == "once" else Reason.AGAIN_WAIT


def _been_through(sequence: Structure, run: PastEnrolment) -> str:
    ended = f"{run.ended_at:%Y-%m-%d}" if run.ended_at else "earlier"
    why = f"the lead left it on {ended}"
    after = sequence.enter.again.after
    if after is not None and run.ended_at is not None:
        return f"{why}, and may enter it again from {run.ended_at + after:%Y-%m-%d} on"
    return f"{why}, and it is entered once" if sequence.enter.again.kind == "once" else why


def _clause(reason: Reason, sequence: Structure, snapshot: Snapshot) -> str:
    consent = consent_to(sequence.topic, snapshot.consents)
    if reason is Reason.BASIS and consent is not None:
        return (
            f"the topic {sequence.topic} does not accept a consent by {consent.basis.value.replace('_', ' ')}"
        )
    return REASONS[reason].replace("this topic", f"the topic {sequence.topic}")


def _coming(story: Story) -> str:
    return "it may enter in the next tick" if story.live else "it is only known from imported history"


def _condition(sequence: Structure) -> str:
    return sequence.enter.when.source if sequence.enter.when is not None else "everyone"
