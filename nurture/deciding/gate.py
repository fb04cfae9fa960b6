"""The gate: whether one enrolment must leave, and whether its touch may go now (DESIGN 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nurture.conditions import Condition
from nurture.dated import webinar_name
from nurture.deciding.caps import earliest_turn
from nurture.deciding.consent import consent_to
from nurture.deciding.desk import RECHECK, Place
from nurture.deciding.handoffs import ends_nurture, is_waiting, lapses_at
from nurture.grammar import SendStep
from nurture.timing import Turn
from nurture.values import AssetSent, Signal, Slot, domain_of
from nurture.words import ConsentState, EnrolmentState, Reason, Sig, Stage, TouchState, Verdict

CLOSED = frozenset({Reason.RELAY_CLOSED, Reason.DOMAIN_CLOSED})
"""A wait for a route whose end is a guess."""

ABOUT_WEBINARS = "webinar."
"""How the types of signals begin that are about one webinar."""


class Gate(Place):
    """A place with the gate before it."""

    # Leaving: rows 1 to 3 of the gate, and an accepted handoff, whatever the step.

    def leave(self) -> bool:
        """Stop the enrolment when the lead must or may leave; True when it did."""
        reason = self.leaving()
        if reason is not None:
            self.stop(reason)
        return reason is not None

    def leaving(self) -> Reason | None:
        """Why the lead leaves, if it does."""
        snapshot = self.desk.snapshot
        if snapshot.suppression is not None:
            return Reason.SUPPRESSED
        if self.lead.stage is Stage.DISQUALIFIED:
            return Reason.DISQUALIFIED
        if not self.at_service_mail() and self.consent_state() is ConsentState.WITHDRAWN:
            return Reason.WITHDRAWN
        if self.goal_reached() and not self.at_service_mail():
            return Reason.GOAL  # it ends nurturing, not what the lead itself asked for
        if any(self.exit_holds(e.on, e.when) for e in self.sequence.exits):
            return Reason.EXIT
        if not self.at_service_mail() and ends_nurture(snapshot.handoff, self.lead, self.entered_at):
            return Reason.HANDOFF_ACCEPTED
        if self.sequence.needs_webinar and self.webinar is None:
            return Reason.NO_WEBINAR
        return None

    def exit_holds(self, on: str | None, when: Condition | None) -> bool:
        """An exit on a signal counts those received since the lead entered."""
        if on is None:
            return when is not None and when.holds(self.facts)
        return any(self.matches(s, on, when) for s in self.signals_since(self.entered_at))

    def goal_reached(self) -> bool:
        """Whether the sequence has done what it is for."""
        goal = self.sequence.goal
        return goal is not None and self.exit_holds(goal.on, goal.when)

    def signals_since(self, moment: datetime) -> list[Signal]:
        """What the lead did since, besides what brought it in; opens and machines steer nothing."""
        entering = self.enrolment.signal.id if self.enrolment.signal else None
        return [
            s
            for s in self.desk.snapshot.signals
            if s.received_at >= moment and s.id != entering and not s.machine and s.type != Sig.MAIL_OPENED
        ]

    def matches(self, signal: Signal, on: str, when: Condition | None) -> bool:
        """Whether it is such a signal; about a webinar, only the enrolment's own counts."""
        if signal.type != on:
            return False
        own = webinar_name(self.sequence, self.enrolment.entry_key)
        if own is not None and on.startswith(ABOUT_WEBINARS) and signal.properties.get("webinar") != own:
            return False
        return when is None or when.holds(replace(self.facts, signal=signal))

    # The send: rows 2 and 4 to 9.

    def send(self, step: SendStep, asset: str | None) -> None:
        """Let the touch go, hold it back, skip it, or leave."""
        self.letter, self.asset = step, asset
        if self.waits_for_moment(step) or self.waits_for_consent():
            return
        if step.unless is not None and step.unless.holds(self.facts):
            self.skip(step, Reason.UNLESS)
        elif self.asset_known(step):
            self.skip(step, Reason.ASSET_SENT)
        elif self.expired(step, self.now):
            self.give_up(step, Reason.EXPIRED)
        elif not self.waits_for_seller(step):
            self.choose_moment(step)

    def waits_for_moment(self, step: SendStep) -> bool:
        """A dated step is due at its moment; who comes to it later than the grace is not sent it."""
        if step.at is None:
            return False
        assert self.webinar is not None  # the grammar asks for one, and who has none has left
        self.first_due = due = step.at.of(self.webinar)
        self.frozen = timedelta(0)  # a date does not move
        if due > self.now:
            self.pause(due, Reason.STEP_WAIT)
        elif self.since > due + step.grace:
            self.skip(step, Reason.PAST)
        return due > self.now or self.since > due + step.grace

    def asset_known(self, step: SendStep) -> bool:
        """Whether an earlier enrolment sent the asset."""
        if self.asset is None or step.repeat:
            return False
        return any(a.asset == self.asset and a.enrolment_id != self.enrolment.id for a in self.desk.assets)

    def expired(self, step: SendStep, at: datetime) -> bool:
        """Whether it would be too late then."""
        expiry = self.expiry(step)
        return expiry is not None and at > expiry

    def give_up(self, step: SendStep, reason: Reason) -> None:
        """Too late: skip or leave, as the step says."""
        if step.on_expired == "exit":
            self.stop(reason)
        else:
            self.skip(step, reason)

    def waits_for_consent(self) -> bool:
        """Wait for the lead's confirmation, or leave without its consent; True when it did."""
        if self.at_service_mail():
            return False
        consent = consent_to(self.sequence.topic, self.desk.snapshot.consents)
        if consent is None:
            self.stop(Reason.NO_CONSENT)
            return True
        if consent.state is ConsentState.PENDING:
            self.await_consent(consent.at + self.policy.consent.confirm_within)
            return True
        return False

    def waits_for_seller(self, step: SendStep) -> bool:
        """Wait for the seller's answer, as long as the offer stands; True when it did."""
        handoff = self.desk.snapshot.handoff
        if (
            handoff is None
            or self.at_service_mail()
            or not is_waiting(handoff, self.policy.handoff, self.now)
        ):
            return False
        end = min(self.now + RECHECK, lapses_at(handoff, self.policy.handoff))
        self.pause(self.before_expiry(step, end), Reason.HANDOFF_OPEN)
        return True

    def before_expiry(self, step: SendStep, until: datetime) -> datetime:
        """When to look again, where the end is a guess: nothing is given up before it is really too late."""
        expiry = self.expiry(step)
        return until if expiry is None else min(until, expiry + timedelta(seconds=1))

    def await_consent(self, end: datetime) -> None:
        """Wait for the confirmation, until the request expires."""
        if end <= self.now:
            self.stop(Reason.PENDING)
        else:
            self.pause(end, Reason.PENDING)

    def choose_moment(self, step: SendStep) -> None:
        """Windows, quiet hours, holidays and caps: now, later, or not."""
        turn = earliest_turn(
            self.policy,
            self.desk.book.catalog,
            self.sequence,
            step,
            lead=self.lead,
            zone=self.zone,
            slots=self.desk.slots,
            now=self.now,
            service=self.at_service_mail(),
        )
        if turn.at <= self.now:
            self.take_turn(step)
        elif turn.reason is Reason.CAP:
            self.over_cap(step, turn)
        else:
            self.postpone(step, turn.at, turn.reason)

    def take_turn(self, step: SendStep) -> None:
        """Row 9: the pace of the relay and of the recipient's domain. No lead pays for a closed route."""
        turn = self.desk.pacer.ask(domain_of(self.lead.address))
        if turn.reason is Reason.DUE:
            self.go(step, turn.at)
        elif turn.reason in CLOSED:
            self.pause(self.before_expiry(step, turn.at), turn.reason)
        else:
            self.postpone(step, turn.at, turn.reason)

    def over_cap(self, step: SendStep, turn: Turn) -> None:
        """The caps hold it back: wait, skip or leave, as the step says, and not for ever."""
        if step.over_cap == "exit":
            self.stop(Reason.CAP)
        elif step.over_cap == "skip":
            self.skip(step, Reason.CAP)
        elif turn.at > self.first_due + self.frozen + step.defer_max:
            self.skip(step, Reason.DEFER_SPENT)
        else:
            self.postpone(step, turn.at, Reason.CAP)

    def postpone(self, step: SendStep, until: datetime, reason: Reason) -> None:
        """Wait, unless the touch would be stale by then."""
        if self.expired(step, until):
            self.give_up(step, Reason.EXPIRED)
        else:
            self.pause(until, reason)

    def go(self, step: SendStep, start: datetime) -> None:
        """Claim the touch: from now on it holds its slot."""
        self.record(Verdict.SEND, Reason.DUE)
        self.touch(step, TouchState.CLAIMED, self.now, Reason.DUE, start)
        if not self.at_service_mail():
            self.desk.slots.append(Slot(self.now, self.sequence.topic, self.sequence.name))
        if self.asset is not None:
            self.desk.assets.append(AssetSent(self.asset, self.enrolment.id))
        self.settle(EnrolmentState.ACTIVE, self.now)

    def consent_state(self) -> ConsentState | None:
        """What the lead says about the sequence's topic."""
        consent = consent_to(self.sequence.topic, self.desk.snapshot.consents)
        return None if consent is None else consent.state
