"""What the walks of one lead's enrolments share, and how each outcome is put down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nurture.book import Book
from nurture.conditions import Facts
from nurture.dated import webinar_name, webinar_of
from nurture.deciding.pace import Pacer
from nurture.grammar import SendStep, Sequence, Step
from nurture.timing import zone_for
from nurture.values import (
    AssetSent,
    Decision,
    Enrolment,
    NoticePlan,
    Plan,
    Position,
    Slot,
    Snapshot,
    TouchPlan,
)
from nurture.words import EnrolmentState, Purpose, Reason, TouchState, Verdict

RECHECK = timedelta(days=1)
"""How often a wait without a known end (an open handoff) is looked at again."""


@dataclass(slots=True)
class Desk:
    """What is shared by a lead's enrolments while they are decided."""

    snapshot: Snapshot
    book: Book
    now: datetime
    pacer: Pacer
    slots: list[Slot]
    assets: list[AssetSent]
    decisions: list[Decision] = field(default_factory=list)
    touches: list[TouchPlan] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    notices: list[NoticePlan] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    offer: str = ""

    def facts(self, enrolment: Enrolment) -> Facts:
        """What conditions see of the lead now, with what `set` steps have just written."""
        fields = {**self.snapshot.lead.fields(), **self.attributes}
        return Facts(
            lead=fields,
            now=self.now,
            signals=self.snapshot.signals,
            signal=enrolment.signal,
            consents=self.snapshot.consents,
        )

    def retire(self, enrolment: Enrolment) -> None:
        """End an enrolment whose sequence or step is no longer there."""
        at = (enrolment.id, enrolment.step, enrolment.occurrence)
        self.decisions.append(Decision(*at, Verdict.STOP, Reason.RETIRED))
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

    def plan(self) -> Plan:
        """All that was decided."""
        return Plan(
            self.snapshot.lead.id,
            tuple(self.decisions),
            tuple(self.touches),
            tuple(self.positions),
            self.attributes,
            self.offer,
            tuple(self.notices),
        )


class Place:
    """Where one enrolment stands while it is decided, and what becomes of it there."""

    def __init__(self, desk: Desk, enrolment: Enrolment, sequence: Sequence) -> None:
        self.desk = desk
        self.enrolment = enrolment
        self.sequence = sequence
        self.now = desk.now
        self.lead = desk.snapshot.lead
        self.policy = desk.book.policy
        self.zone = zone_for(
            self.lead.profile.get("zone"), self.lead.profile.get("country"), self.policy.zone
        )
        self.webinar = webinar_of(sequence, enrolment.entry_key, desk.book.catalog.webinars)
        self.step: Step | None = sequence.steps[enrolment.step]
        # What came between the entering signal and the tick that took it in counts as well.
        asked_at = enrolment.signal.received_at if enrolment.signal else enrolment.entered_at
        self.entered_at = min(enrolment.entered_at, asked_at)
        self.last = enrolment.step
        self.occurrence = enrolment.occurrence
        self.since = enrolment.step_since
        self.first_due = enrolment.first_due_at
        self.frozen = enrolment.frozen
        self.facts = desk.facts(enrolment)
        self.walking = True
        self.letter: SendStep | None = None  # what the step sends, once it has come to that
        self.asset: str | None = None  # and the asset it sends

    def pause(self, until: datetime, reason: Reason) -> None:
        """Wait, and be looked at again at `until`."""
        self.record(Verdict.WAIT, reason, until)
        if self.letter is not None:
            self.touch(self.letter, TouchState.PLANNED, until, reason)
        self.settle(EnrolmentState.ACTIVE, until)

    def skip(self, step: SendStep, reason: Reason) -> None:
        """Do not send this step, and go on."""
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
        """The step did its work: go on to another, as of `at`."""
        self.record(Verdict.MOVE, reason, detail=detail)
        self.advance_to(to, self.now if at is None else at)

    def advance_to(self, to: str | None, at: datetime) -> None:
        """Stand at another step since `at`; coming to the same one again is its next occurrence."""
        self.last = self.step_id()
        if to == self.last:
            self.occurrence += 1
        self.step = None if to is None else self.sequence.steps[to]
        self.since = self.first_due = at
        self.frozen = timedelta(0)
        self.letter = self.asset = None

    def stop(self, reason: Reason) -> None:
        """Leave the sequence early."""
        self.record(Verdict.STOP, reason)
        self.settle(EnrolmentState.STOPPED, self.now, reason)

    def finish(self) -> None:
        """Come to the end of the sequence."""
        self.record(Verdict.STOP, Reason.DONE)
        self.settle(EnrolmentState.COMPLETED, self.now, Reason.DONE)

    def settle(self, state: EnrolmentState, due: datetime, reason: Reason | None = None) -> None:
        """Put down where the enrolment stands, and walk no further."""
        self.walking = False
        self.desk.positions.append(
            Position(
                self.enrolment.id,
                state,
                self.step_id(),
                self.occurrence,
                self.since,
                due,
                self.first_due,
                reason,
                self.frozen,
            )
        )

    def record(
        self,
        verdict: Verdict,
        reason: Reason,
        until: datetime | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Put down a decision with its reason."""
        at = (self.enrolment.id, self.step_id(), self.occurrence)
        self.desk.decisions.append(Decision(*at, verdict, reason, until, detail or {}))

    def touch(
        self,
        step: SendStep,
        state: TouchState,
        due: datetime,
        reason: Reason,
        start: datetime | None = None,
    ) -> None:
        """Put down the touch as it should be; a claimed one starts no earlier than `start`."""
        self.desk.touches.append(
            TouchPlan(
                enrolment_id=self.enrolment.id,
                lead_id=self.lead.id,
                address_id=self.lead.address_id,
                sequence=self.sequence.name,
                step=step.id,
                occurrence=self.occurrence,
                template=step.template,
                topic=self.sequence.topic,
                purpose=self.purpose(step),
                asset=self.asset,
                state=state,
                due_at=due,
                first_due_at=self.first_due,
                expires_at=self.expiry(step),
                reason=reason,
                webinar=webinar_name(self.sequence, self.enrolment.entry_key),
                ics=step.ics,
                start_at=start,
            )
        )

    def expiry(self, step: SendStep) -> datetime | None:
        """When it is too late to send the step: what the step says, and the start of what it leads up to."""
        ends = [] if step.expires is None else [self.first_due + self.frozen + step.expires]
        if self.webinar is not None and step.expires_at is not None:
            ends.append(step.expires_at.of(self.webinar))
        elif self.webinar is not None and not ends and step.at is not None and step.at.leads_up:
            ends.append(self.webinar.starts_at)
        return min(ends, default=None)

    def step_id(self) -> str:
        """The step it stands at; at the end of the sequence, the last one."""
        return self.step.id if self.step is not None else self.last

    def known(self, step: SendStep) -> bool:
        """Whether the release has the template."""
        return step.template in self.desk.book.templates.names

    def purpose(self, step: SendStep) -> Purpose:
        """What the message is for; of a template that is gone, what sends least."""
        return self.desk.book.templates.info(step.template).purpose if self.known(step) else Purpose.MARKETING

    def at_service_mail(self) -> bool:
        """Service mail goes only in an enrolment opened by the lead's own request."""
        step = self.step
        asked = self.enrolment.requested and isinstance(step, SendStep)
        return asked and self.purpose(step) is Purpose.SERVICE  # type: ignore[arg-type]  # asked says so
