"""Decides for one lead what each due enrolment does now, and why (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Rows
from dataclasses import replace
from datetime import datetime
from typing import Any

from nurture.deciding.answers import GateAnswer, Move, Send, Skip, Stop, Wait
from nurture.deciding.gate import LEAVING, SENDING, first_answer, pace
from nurture.deciding.pace import Pacer
from nurture.deciding.steps import letter_view, step_itself
from nurture.deciding.view import UNFROZEN, View, first_view, next_view
from nurture.project.book import Book
from nurture.sequences.steps import Sequence
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
    domain_of,
)
from nurture.words import EnrolmentState, Reason, TouchState, Verdict

BEFORE_SENDING = (*LEAVING, step_itself)
"""The rules that need not know what is sent."""


def decide(
    snapshot: Snapshot,
    sequences: Mapping[int, Sequence | None],
    book: Book,
    now: datetime,
    pacer: Pacer | None = None,
) -> Plan:
    """Decide all due enrolments of one lead together: higher priority first, then the older due time.

    `sequences` gives each enrolment the structure it follows; None means that it is retired.
    An enrolment sees the slots that the ones before it took, so that caps hold for all of them. `pacer` gives
    the batch its turns; without one, nothing is paced.
    """
    walk = _Walk(snapshot, book, now, pacer or Pacer(now))
    order = sorted(snapshot.enrolments, key=lambda e: (-e.priority, e.first_due_at, e.id))
    for enrolment in order:
        sequence = sequences[enrolment.id]
        if sequence is not None and enrolment.step in sequence.steps:
            walk.run(enrolment, sequence)
        else:
            walk.retire(enrolment)
    return walk.plan()


def answer_to(view: View, pacer: Pacer) -> tuple[View, GateAnswer]:
    """The first answer of the gate, and the view it was given for. Only what may go asks for a turn."""
    answer = first_answer(BEFORE_SENDING, view)
    if answer is not None:
        return view, answer
    sending = letter_view(view)
    answer = first_answer(SENDING, sending)
    return sending, answer or pace(sending, pacer.ask(domain_of(view.snapshot.lead.address)))


class _Walk:
    """Walks a lead's enrolments from step to step, and collects the decisions."""

    def __init__(self, snapshot: Snapshot, book: Book, now: datetime, pacer: Pacer) -> None:
        self.snapshot, self.book, self.now, self.pacer = snapshot, book, now, pacer
        self.slots: Rows[Slot] = snapshot.slots
        self.assets: Rows[AssetSent] = snapshot.assets
        self.decisions: list[Decision] = []
        self.touches: list[TouchPlan] = []
        self.positions: list[Position] = []
        self.notices: list[NoticePlan] = []
        self.attributes: dict[str, Any] = {}
        self.offer = ""

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

    def run(self, enrolment: Enrolment, sequence: Sequence) -> None:
        """Walk as far as the enrolment goes now."""
        view: View | None = first_view(
            self.snapshot,
            self.book,
            self.now,
            enrolment,
            sequence,
            slots=self.slots,
            assets=self.assets,
            attributes=self.attributes,
        )
        while view is not None:
            seen, answer = answer_to(view, self.pacer)
            view = self.put_down(seen, answer)

    def put_down(self, view: View, answer: GateAnswer) -> View | None:
        """Turn an answer into a decision, a touch and a position; returns the view to go on from, if any."""
        match answer:
            case Send():
                self.send(view, answer.start)
            case Move():
                return self.move(view, answer)
            case Wait():
                self.record(view, Verdict.WAIT, answer.reason, answer.until)
                if view.sends is not None:
                    self.touch(view, TouchState.PLANNED, answer.until, answer.reason)
                self.stand(view, EnrolmentState.ACTIVE, answer.until, since=answer.since)
            case Skip():
                self.record(view, Verdict.SKIP, answer.reason, detail=answer.detail)
                if view.sends is not None:
                    self.touch(view, TouchState.SKIPPED, self.now, answer.reason)
                return self.onward(view, (view.sends or view.step).next, self.now)
            case _:  # Stop: there is no other answer
                done = answer.reason is Reason.DONE
                self.record(view, Verdict.STOP, answer.reason)
                state = EnrolmentState.COMPLETED if done else EnrolmentState.STOPPED
                self.stand(view, state, self.now, answer.reason)
        return None

    def send(self, view: View, start: datetime) -> None:
        """Claim the touch: from now on it holds its slot."""
        self.record(view, Verdict.SEND, Reason.DUE)
        self.touch(view, TouchState.CLAIMED, self.now, Reason.DUE, start)
        if not view.service:
            self.slots = [*self.slots, Slot(self.now, view.sequence.topic, view.sequence.name)]
        if view.asset is not None:
            self.assets = [*self.assets, AssetSent(view.asset, view.enrolment.id)]
        self.stand(view, EnrolmentState.ACTIVE, self.now)

    def move(self, view: View, answer: Move) -> View | None:
        """Do what the step says, and go on."""
        self.record(view, Verdict.MOVE, answer.reason, detail=answer.detail)
        self.attributes.update(answer.attributes)
        self.offer = answer.offer or self.offer
        if answer.notice is not None:
            self.notices.append(answer.notice)
        return self.onward(view, answer.to, self.now if answer.at is None else answer.at)

    def onward(self, view: View, to: str | None, at: datetime) -> View | None:
        """Stand at another step since `at`, or come to the end of the sequence."""
        if to is not None:
            return next_view(view, to, at, self.attributes)
        end = replace(view, since=at, first_due=at, frozen=UNFROZEN)
        return self.put_down(end, Stop(Reason.DONE))

    def stand(
        self,
        view: View,
        state: EnrolmentState,
        due: datetime,
        reason: Reason | None = None,
        since: datetime | None = None,
    ) -> None:
        """Record where the enrolment stands."""
        self.positions.append(
            Position(
                view.enrolment.id,
                state,
                view.step.id,
                view.occurrence,
                view.since if since is None else since,
                due,
                view.first_due,
                reason,
                view.frozen,
            )
        )

    def record(
        self,
        view: View,
        verdict: Verdict,
        reason: Reason,
        until: datetime | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Record a decision with its reason."""
        at = (view.enrolment.id, view.step.id, view.occurrence)
        self.decisions.append(Decision(*at, verdict, reason, until, detail or {}))

    def touch(
        self, view: View, state: TouchState, due: datetime, reason: Reason, start: datetime | None = None
    ) -> None:
        """Record the touch as it should be; a claimed one starts no earlier than `start`."""
        letter, sequence = view.letter, view.sequence
        self.touches.append(
            TouchPlan(
                enrolment_id=view.enrolment.id,
                lead_id=self.snapshot.lead.id,
                address_id=self.snapshot.lead.address_id,
                sequence=sequence.name,
                step=letter.id,
                occurrence=view.occurrence,
                template=letter.template,
                topic=sequence.topic,
                purpose=self.book.templates.infos[letter.template].purpose,
                asset=view.asset,
                state=state,
                due_at=due,
                first_due_at=view.first_due,
                expires_at=view.expiry,
                reason=reason,
                webinar=view.webinar_name,
                ics=letter.ics,
                start_at=start,
            )
        )
