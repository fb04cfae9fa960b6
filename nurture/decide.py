"""The gate: for one lead, what each due enrolment does now, and why (DESIGN 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nurture.book import Book
from nurture.conditions import Facts
from nurture.consenting import consent_to
from nurture.grammar import (
    ChooseStep,
    HandoffStep,
    SendStep,
    Sequence,
    SetStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
)
from nurture.slots import Turn, earliest_turn
from nurture.timing import next_weekday, zone_for
from nurture.values import AssetSent, Decision, Enrolment, Plan, Position, Slot, Snapshot, TouchPlan
from nurture.words import (
    ConsentState,
    EnrolmentState,
    HandoffState,
    Purpose,
    Reason,
    Sig,
    Stage,
    TouchState,
    Verdict,
)

RECHECK = timedelta(days=1)
"""How often a wait without a known end (an open handoff) is looked at again."""


def decide(snapshot: Snapshot, sequences: Mapping[int, Sequence | None], book: Book, now: datetime) -> Plan:
    """Decide all due enrolments of one lead together: higher priority first, then the older due time.

    `sequences` gives each enrolment the structure it follows; None means that it is retired.
    The slots that one enrolment takes are seen by the next: this is what makes caps bind.
    """
    desk = _Desk(snapshot, book, now, slots=list(snapshot.slots), assets=list(snapshot.assets))
    order = sorted(snapshot.enrolments, key=lambda e: (-e.priority, e.first_due_at, e.id))
    for enrolment in order:
        sequence = sequences[enrolment.id]
        if sequence is not None and enrolment.step in sequence.steps:
            _Walk(desk, enrolment, sequence).run()
        else:
            desk.retire(enrolment)
    return Plan(
        snapshot.lead.id,
        tuple(desk.decisions),
        tuple(desk.touches),
        tuple(desk.positions),
        desk.attributes,
        desk.offer,
    )


def arm_of(lead_id: int, step: SplitStep) -> tuple[str, str | None]:
    """The arm a lead falls into: by a hash of lead and name, the same for ever."""
    digest = hashlib.sha256(f"{step.name}:{lead_id}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(weight for _, weight, _ in step.arms)
    for name, weight, first in step.arms[:-1]:
        point -= weight
        if point < 0:
            return name, first
    name, _, first = step.arms[-1]
    return name, first


@dataclass(slots=True)
class _Desk:
    """What is shared by a lead's enrolments while they are decided."""

    snapshot: Snapshot
    book: Book
    now: datetime
    slots: list[Slot]
    assets: list[AssetSent]
    decisions: list[Decision] = field(default_factory=list)
    touches: list[TouchPlan] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    offer: str = ""

    def facts(self, enrolment: Enrolment) -> Facts:
        fields = {**self.snapshot.lead.fields(), **self.attributes}
        return Facts(
            lead=fields,
            now=self.now,
            signals=self.snapshot.signals,
            signal=enrolment.signal,
            consents=self.snapshot.consents,
        )

    def retire(self, enrolment: Enrolment) -> None:
        decision = Decision(enrolment.id, enrolment.step, enrolment.occurrence, Verdict.STOP, Reason.RETIRED)
        self.decisions.append(decision)
        self.positions.append(
            Position(
                enrolment.id,
                EnrolmentState.STOPPED,
                enrolment.step,
                enrolment.occurrence,
                enrolment.step_since,
                self.now,
                enrolment.first_due_at,
                Reason.RETIRED,
            )
        )


class _Walk:
    """One enrolment going from step to step until it sends, waits or ends."""

    def __init__(self, desk: _Desk, enrolment: Enrolment, sequence: Sequence) -> None:
        self.desk = desk
        self.enrolment = enrolment
        self.sequence = sequence
        self.now = desk.now
        self.lead = desk.snapshot.lead
        self.policy = desk.book.policy
        self.zone = zone_for(
            self.lead.profile.get("zone"), self.lead.profile.get("country"), self.policy.zone
        )
        self.step: Step | None = sequence.steps[enrolment.step]
        # What came between the entering signal and the tick that took it in counts as well.
        asked_at = enrolment.signal.received_at if enrolment.signal else enrolment.entered_at
        self.entered_at = min(enrolment.entered_at, asked_at)
        self.since = enrolment.step_since
        self.first_due = enrolment.first_due_at
        self.facts = desk.facts(enrolment)
        self.last = enrolment.step
        self.walking = True

    def run(self) -> None:
        while self.walking:
            if self.step is None:
                self.finish()
            elif not self.leave():
                self.take(self.step)

    # Leaving: rows 1 to 3 of the gate, and an accepted handoff, whatever the step.

    def leave(self) -> bool:
        """Stop the enrolment when the lead must or may leave; True when it did."""
        reason = self.leaving()
        if reason is not None:
            self.stop(reason)
        return reason is not None

    def leaving(self) -> Reason | None:
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
        handoff = snapshot.handoff
        if handoff and handoff.state is HandoffState.ACCEPTED and not self.at_service_mail():
            return Reason.HANDOFF_ACCEPTED
        return None

    def exit_holds(self, on: str | None, when: Any) -> bool:
        """An exit on a signal counts those received since the lead entered."""
        if on is None:
            return bool(when.holds(self.facts))
        return any(self.matches(s, on, when) for s in self.signals_since(self.entered_at))

    def goal_reached(self) -> bool:
        goal = self.sequence.goal
        return goal is not None and self.exit_holds(goal.on, goal.when)

    def signals_since(self, moment: datetime) -> list[Any]:
        entering = self.enrolment.signal.id if self.enrolment.signal else None
        return [
            s
            for s in self.desk.snapshot.signals
            if s.received_at >= moment and s.id != entering and not s.machine and s.type != Sig.MAIL_OPENED
        ]

    def matches(self, signal: Any, on: str, when: Any) -> bool:
        if signal.type != on:
            return False
        facts = self.facts
        return when is None or when.holds(Facts(facts.lead, facts.now, facts.signals, signal, facts.consents))

    # Steps.

    def take(self, step: Step) -> None:
        match step:
            case SendStep():
                self.send(step)
            case WaitStep():
                self.wait_until(self.wait_end(step), Reason.STEP_WAIT)
            case WaitForStep():
                self.wait_for(step)
            case ChooseStep():
                chosen = next((f for c, f in step.cases if c.holds(self.facts)), step.otherwise)
                self.move(Reason.CHOSEN, chosen or step.next, {"branch": chosen or ""})
            case SplitStep():
                arm, first = arm_of(self.lead.id, step)
                self.move(Reason.CHOSEN, first or step.next, {"split": step.name, "arm": arm})
            case SetStep():
                self.desk.attributes.update(step.values)
                self.facts = self.desk.facts(self.enrolment)
                self.move(Reason.SET, step.next, {"set": sorted(step.values)})
            case HandoffStep():
                self.desk.offer = step.cause
                self.move(Reason.MATURE, step.next, {"cause": step.cause})
            case _:  # EndStep: there is no other verb
                self.finish()

    def wait_end(self, step: WaitStep) -> datetime:
        if step.span is not None:
            return self.since + step.span
        assert step.weekday is not None  # the grammar gives a span, or a weekday and a time
        assert step.at is not None
        return next_weekday(self.since, step.weekday, step.at, self.zone)

    def wait_until(self, end: datetime, reason: Reason) -> None:
        assert self.step is not None
        if end > self.now:
            self.pause(end, reason)
        else:
            self.move(reason, self.step.next, at=end)

    def wait_for(self, step: WaitForStep) -> None:
        earliest = self.entered_at if step.before else self.since
        if any(self.matches(s, step.on, step.when) for s in self.signals_since(earliest)):
            self.move(Reason.SIGNAL_CAME, step.then or step.next)
        elif (end := self.since + step.within) <= self.now:
            self.move(Reason.TIMED_OUT, step.otherwise or step.next, at=end)
        else:
            self.pause(end, Reason.STEP_WAIT)

    # The send: rows 2 and 4 to 8 of the gate.

    def send(self, step: SendStep) -> None:
        if self.waits_for_others(step):
            return
        if step.unless is not None and step.unless.holds(self.facts):
            self.skip(step, Reason.UNLESS)
        elif self.asset_known(step):
            self.skip(step, Reason.ASSET_SENT)
        elif self.expired(step, self.now):
            self.give_up(step, Reason.EXPIRED)
        else:
            self.choose_moment(step)

    def asset_known(self, step: SendStep) -> bool:
        asset = self.template(step).asset
        if asset is None or step.repeat:
            return False
        return any(a.asset == asset and a.enrolment_id != self.enrolment.id for a in self.desk.assets)

    def expired(self, step: SendStep, at: datetime) -> bool:
        return step.expires is not None and at > self.first_due + step.expires

    def give_up(self, step: SendStep, reason: Reason) -> None:
        if step.on_expired == "exit":
            self.stop(reason)
        else:
            self.skip(step, reason)

    def waits_for_others(self, step: SendStep) -> bool:
        """Wait for the lead's confirmation or the seller's answer; True when it did."""
        if self.at_service_mail():
            return False
        consent = consent_to(self.sequence.topic, self.desk.snapshot.consents)
        if consent is None:
            self.stop(Reason.NO_CONSENT)
            return True
        if consent.state is ConsentState.PENDING:
            self.await_consent(consent.at + self.policy.consent.confirm_within)
            return True
        handoff = self.desk.snapshot.handoff
        if handoff and handoff.state is HandoffState.OFFERED:
            self.pause(self.now + RECHECK, Reason.HANDOFF_OPEN)
            return True
        return False

    def await_consent(self, end: datetime) -> None:
        if end <= self.now:
            self.stop(Reason.PENDING)
        else:
            self.pause(end, Reason.PENDING)

    def choose_moment(self, step: SendStep) -> None:
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
            self.go(step)
        elif turn.reason is Reason.CAP:
            self.over_cap(step, turn)
        else:
            self.postpone(step, turn.at, turn.reason)

    def over_cap(self, step: SendStep, turn: Turn) -> None:
        if step.over_cap == "exit":
            self.stop(Reason.CAP)
        elif step.over_cap == "skip":
            self.skip(step, Reason.CAP)
        elif turn.at > self.first_due + step.defer_max:
            self.skip(step, Reason.DEFER_SPENT)
        else:
            self.postpone(step, turn.at, Reason.CAP)

    def postpone(self, step: SendStep, until: datetime, reason: Reason) -> None:
        """Wait, unless the touch would be stale by then."""
        if self.expired(step, until):
            self.give_up(step, Reason.EXPIRED)
        else:
            self.pause(until, reason)

    def go(self, step: SendStep) -> None:
        self.record(Verdict.SEND, Reason.DUE)
        self.touch(step, TouchState.CLAIMED, self.now, Reason.DUE)
        if not self.at_service_mail():
            self.desk.slots.append(Slot(self.now, self.sequence.topic, self.sequence.name))
        asset = self.template(step).asset
        if asset is not None:
            self.desk.assets.append(AssetSent(asset, self.enrolment.id))
        self.settle(EnrolmentState.ACTIVE, self.now)

    # What every outcome has in common.

    def pause(self, until: datetime, reason: Reason) -> None:
        self.record(Verdict.WAIT, reason, until)
        if isinstance(self.step, SendStep):
            self.touch(self.step, TouchState.PLANNED, until, reason)
        self.settle(EnrolmentState.ACTIVE, until)

    def skip(self, step: SendStep, reason: Reason) -> None:
        self.record(Verdict.SKIP, reason)
        self.touch(step, TouchState.SKIPPED, self.now, reason)
        self.advance_to(step.next, self.now)

    def move(
        self,
        reason: Reason,
        to: str | None,
        detail: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        self.record(Verdict.MOVE, reason, detail=detail)
        self.advance_to(to, self.now if at is None else at)

    def advance_to(self, to: str | None, at: datetime) -> None:
        self.last = self.step_id()
        self.step = None if to is None else self.sequence.steps[to]
        self.since = self.first_due = at

    def stop(self, reason: Reason) -> None:
        self.record(Verdict.STOP, reason)
        self.settle(EnrolmentState.STOPPED, self.now, reason)

    def finish(self) -> None:
        self.record(Verdict.STOP, Reason.DONE)
        self.settle(EnrolmentState.COMPLETED, self.now, Reason.DONE)

    def settle(self, state: EnrolmentState, due: datetime, reason: Reason | None = None) -> None:
        self.walking = False
        self.desk.positions.append(
            Position(
                self.enrolment.id,
                state,
                self.step_id(),
                self.enrolment.occurrence,
                self.since,
                due,
                self.first_due,
                reason,
            )
        )

    def record(
        self,
        verdict: Verdict,
        reason: Reason,
        until: datetime | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        decision = Decision(
            self.enrolment.id,
            self.step_id(),
            self.enrolment.occurrence,
            verdict,
            reason,
            until,
            detail or {},
        )
        self.desk.decisions.append(decision)

    def touch(self, step: SendStep, state: TouchState, due: datetime, reason: Reason) -> None:
        template = self.template(step)
        self.desk.touches.append(
            TouchPlan(
                enrolment_id=self.enrolment.id,
                lead_id=self.lead.id,
                address_id=self.lead.address_id,
                sequence=self.sequence.name,
                step=step.id,
                occurrence=self.enrolment.occurrence,
                template=step.template,
                topic=self.sequence.topic,
                purpose=template.purpose,
                asset=template.asset,
                state=state,
                due_at=due,
                first_due_at=self.first_due,
                expires_at=None if step.expires is None else self.first_due + step.expires,
                reason=reason,
            )
        )

    # Small questions.

    def step_id(self) -> str:
        return self.step.id if self.step is not None else self.last

    def template(self, step: SendStep) -> Any:
        return self.desk.book.templates.info(step.template)

    def at_service_mail(self) -> bool:
        """Service mail goes only in an enrolment opened by the lead's own request."""
        return (
            self.enrolment.requested
            and isinstance(self.step, SendStep)
            and self.template(self.step).purpose is Purpose.SERVICE
        )

    def consent_state(self) -> ConsentState | None:
        consent = consent_to(self.sequence.topic, self.desk.snapshot.consents)
        return None if consent is None else consent.state
