"""The gate: its rules in the order of the law (DESIGN 4), of which the first that answers decides.

A rule looks at a view and at nothing else, and answers None when it has nothing against going on. The first
lines of their docstrings are the table of docs/gate.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from nurture.conditions.condition import Condition
from nurture.deciding.answers import GateAnswer, Move, Send, Skip, Stop, Wait
from nurture.deciding.caps import earliest_turn
from nurture.deciding.handoffs import ends_nurture, is_waiting, lapses_at
from nurture.deciding.view import View
from nurture.sequences.steps import SendStep
from nurture.timing import Turn
from nurture.words import ConsentState, Reason, Stage

Rule = Callable[[View], GateAnswer | None]
"""One row of the gate."""

RECHECK = timedelta(days=1)
"""How often a wait without a known end (an open handoff) is looked at again."""

ROUTE_CLOSED = frozenset({Reason.RELAY_CLOSED, Reason.DOMAIN_CLOSED})
"""A wait for a route whose end is a guess."""

# Leaving, whatever the step.


def suppressed(view: View) -> Stop | None:
    """An address on the suppression list leaves the sequence."""
    return None if view.snapshot.suppression is None else Stop(Reason.SUPPRESSED)


def disqualified(view: View) -> Stop | None:
    """A disqualified lead leaves."""
    return Stop(Reason.DISQUALIFIED) if view.snapshot.lead.stage is Stage.DISQUALIFIED else None


def consent_withdrawn(view: View) -> Stop | None:
    """A lead that withdrew its consent to the topic leaves; service mail it asked for still comes."""
    if view.service or view.consent is None or view.consent.state is not ConsentState.WITHDRAWN:
        return None
    return Stop(Reason.WITHDRAWN)


def goal_reached(view: View) -> Stop | None:
    """A lead that reached the goal leaves, and is counted as such; service mail it asked for still comes."""
    goal = view.sequence.goal
    if goal is None or view.service or not _holds(view, goal.on, goal.when):
        return None
    return Stop(Reason.GOAL)


def exit_reached(view: View) -> Stop | None:
    """A lead for which an exit holds leaves; an exit on a signal counts those that came since it entered."""
    ways = view.sequence.exits
    return Stop(Reason.EXIT) if any(_holds(view, way.on, way.when) for way in ways) else None


def taken_by_sales(view: View) -> Stop | None:
    """A lead that a seller took leaves; service mail it asked for still comes."""
    handoff, lead = view.snapshot.handoff, view.snapshot.lead
    if handoff is None or view.service or not ends_nurture(handoff, lead, view.entered_at):
        return None
    return Stop(Reason.HANDOFF_ACCEPTED)


def webinar_unknown(view: View) -> Stop | None:
    """A sequence dated by a webinar that the catalogue does not know is left."""
    unknown = view.sequence.needs_webinar and view.webinar is None
    return Stop(Reason.NO_WEBINAR) if unknown else None


LEAVING: tuple[Rule, ...] = (
    suppressed,
    disqualified,
    consent_withdrawn,
    goal_reached,
    exit_reached,
    taken_by_sales,
    webinar_unknown,
)
"""The rules of every step."""

# Before something is sent.


def sent_before(view: View) -> Move | None:
    """A step that this enrolment has sent already is passed by; a changed sequence may lead back to it."""
    step = view.step
    if not isinstance(step, SendStep):
        return None
    at = (view.enrolment.id, step.id, view.occurrence)
    return Move(Reason.SENT_BEFORE, step.next) if at in view.snapshot.settled else None


def template_gone(view: View) -> Skip | None:
    """A step whose template the release no longer has is skipped."""
    return Skip(Reason.NO_TEMPLATE) if view.sends is None else None


def moment_to_come(view: View) -> Wait | None:
    """A dated step waits for its moment."""
    waits = view.letter.at is not None and view.first_due > view.now
    return Wait(view.first_due, Reason.STEP_WAIT) if waits else None


def moment_passed(view: View) -> Skip | None:
    """A dated step is skipped by a lead that comes to it later than its grace."""
    letter = view.letter
    missed = letter.at is not None and view.since > view.first_due + letter.grace
    return Skip(Reason.PAST) if missed else None


def consent_missing(view: View) -> Stop | None:
    """A lead without a consent to the topic leaves; service mail needs none."""
    return Stop(Reason.NO_CONSENT) if view.consent is None and not view.service else None


def consent_pending(view: View) -> Wait | Stop | None:
    """A consent that is not confirmed yet is waited for, until the request expires; then the lead leaves."""
    consent = view.consent
    if consent is None or view.service or consent.state is not ConsentState.PENDING:
        return None
    end = consent.at + view.book.policy.consent.confirm_within
    return Stop(Reason.PENDING) if end <= view.now else Wait(end, Reason.PENDING)


def unless_holds(view: View) -> Skip | None:
    """A step whose `unless` holds is skipped."""
    unless = view.letter.unless
    return Skip(Reason.UNLESS) if unless is not None and unless.holds(view.facts) else None


def asset_sent(view: View) -> Skip | None:
    """An asset that another enrolment has sent is not sent again, unless the step says `repeat: allowed`."""
    asset, mine = view.asset, view.enrolment.id
    if asset is None or view.letter.repeat:
        return None
    sent = any(one.asset == asset and one.enrolment_id != mine for one in view.assets)
    return Skip(Reason.ASSET_SENT) if sent else None


def expired(view: View) -> Skip | Stop | None:
    """What comes too late is skipped, or the lead leaves, as the step says."""
    return _give_up(view) if view.stale(view.now) else None


def handoff_open(view: View) -> Wait | None:
    """While a seller may still answer for the lead, nurture waits; service mail does not."""
    handoff, policy = view.snapshot.handoff, view.book.policy.handoff
    if handoff is None or view.service or not is_waiting(handoff, policy, view.now):
        return None
    end = min(view.now + RECHECK, lapses_at(handoff, policy))
    return Wait(_before_expiry(view, end), Reason.HANDOFF_OPEN)


def hours_and_caps(view: View) -> Wait | Skip | Stop | None:
    """Closed hours and holidays hold the message back; so does a full cap, unless `over_cap` says otherwise.

    Windows, quiet hours, holidays and caps are taken together: the wait ends when all of them are open.
    """
    turn = earliest_turn(
        view.book.policy,
        view.book.catalog,
        view.sequence,
        view.letter,
        lead=view.snapshot.lead,
        zone=view.zone,
        slots=view.slots,
        now=view.now,
        service=view.service,
    )
    if turn.at <= view.now:
        return None
    return _over_cap(view, turn.at) if turn.reason is Reason.CAP else _later(view, turn.at, turn.reason)


SENDING: tuple[Rule, ...] = (
    sent_before,
    template_gone,
    moment_to_come,
    moment_passed,
    consent_missing,
    consent_pending,
    unless_holds,
    asset_sent,
    expired,
    handoff_open,
    hours_and_caps,
)
"""The rules of a step that sends."""


def pace(view: View, turn: Turn) -> GateAnswer:
    """What may go takes its turn at the pace of the relay and the recipient's domain, or waits for it.

    No lead pays for a closed route: nothing is given up while the end of the wait is a guess.
    """
    if turn.reason is Reason.DUE:
        return Send(turn.at)
    if turn.reason in ROUTE_CLOSED:
        return Wait(_before_expiry(view, turn.at), turn.reason)
    return _later(view, turn.at, turn.reason)


def first_answer(rules: tuple[Rule, ...], view: View) -> GateAnswer | None:
    """What the first of the rules that answers says."""
    for rule in rules:
        answer = rule(view)
        if answer is not None:
            return answer
    return None


def _holds(view: View, on: str | None, when: Condition | None) -> bool:
    """Whether an exit or a goal holds."""
    if on is None:
        return when is not None and when.holds(view.facts)
    return view.happened(view.entered_at, on, when)


def _over_cap(view: View, free: datetime) -> Wait | Skip | Stop:
    """Wait, skip or leave, as the step says; wait at most for its `defer_max`."""
    letter = view.letter
    if letter.over_cap == "exit":
        return Stop(Reason.CAP)
    if letter.over_cap == "skip":
        return Skip(Reason.CAP)
    if free > view.first_due + view.frozen + letter.defer_max:
        return Skip(Reason.DEFER_SPENT)
    return _later(view, free, Reason.CAP)


def _later(view: View, until: datetime, reason: Reason) -> Wait | Skip | Stop:
    """Wait, unless it would come too late by then."""
    return _give_up(view) if view.stale(until) else Wait(until, reason)


def _give_up(view: View) -> Skip | Stop:
    return Stop(Reason.EXPIRED) if view.letter.on_expired == "exit" else Skip(Reason.EXPIRED)


def _before_expiry(view: View, until: datetime) -> datetime:
    """When to look again, where the end is a guess: nothing is given up before it is really too late."""
    expiry = view.expiry
    return until if expiry is None else min(until, expiry + timedelta(seconds=1))
