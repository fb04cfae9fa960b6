"""Decides for one lead what each due enrolment does now, and why (DESIGN 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from nurture.book import Book
from nurture.deciding.desk import Desk
from nurture.deciding.gate import Gate
from nurture.deciding.pace import Pacer
from nurture.grammar import (
    CastStep,
    ChooseStep,
    HandoffStep,
    NotifyStep,
    SendStep,
    Sequence,
    SetStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from nurture.timing import next_cast, next_weekday
from nurture.values import NoticePlan, Plan, Snapshot
from nurture.words import OutboxKind, Reason, Sig, Verdict


def decide(
    snapshot: Snapshot,
    sequences: Mapping[int, Sequence | None],
    book: Book,
    now: datetime,
    pacer: Pacer | None = None,
) -> Plan:
    """Decide all due enrolments of one lead together: higher priority first, then the older due time.

    `sequences` gives each enrolment the structure it follows; None means that it is retired.
    The slots that one enrolment takes are seen by the next: this is what makes caps bind. `pacer` gives
    the batch its turns; without one, nothing is paced.
    """
    desk = Desk(
        snapshot, book, now, pacer or Pacer(now), slots=list(snapshot.slots), assets=list(snapshot.assets)
    )
    order = sorted(snapshot.enrolments, key=lambda e: (-e.priority, e.first_due_at, e.id))
    for enrolment in order:
        sequence = sequences[enrolment.id]
        if sequence is not None and enrolment.step in sequence.steps:
            Walk(desk, enrolment, sequence).run()
        else:
            desk.retire(enrolment)
    return desk.plan()


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


class Walk(Gate):
    """One enrolment going from step to step until it sends, waits or ends."""

    def run(self) -> None:
        """Walk as far as it goes now."""
        while self.walking:
            if self.step is None:
                self.finish()
            elif not self.leave():
                self.take(self.step)

    def take(self, step: Step) -> None:
        """Do what one step says."""
        match step:
            case SendStep():
                self.send_once(step)
            case CastStep():
                self.cast(step)
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
            case NotifyStep():
                self.notify(step)
            case WebhookStep():
                self.call(step)
            case _:  # EndStep: there is no other verb
                self.finish()

    def send_once(self, step: SendStep) -> None:
        """Send a step, unless it was settled before: a changed sequence may bring a lead back to it."""
        if (self.enrolment.id, step.id, self.occurrence) in self.desk.snapshot.settled:
            self.move(Reason.SENT_BEFORE, step.next)
        elif not self.known(step):
            self.record(Verdict.SKIP, Reason.NO_TEMPLATE)
            self.advance_to(step.next, self.now)
        else:
            self.send(step, self.desk.book.templates.info(step.template).asset)

    # Streams.

    def cast(self, step: CastStep) -> None:
        """At each cast, send the next asset the lead has not had; a cast that cannot go is passed over."""
        at = self.next_cast(step, self.since)
        if at > self.now:
            self.pause(at, Reason.STEP_WAIT)
            return
        while (following := self.next_cast(step, at)) <= self.now:
            at = following  # casts that nobody looked at in time are not made up for
        asset, template = self.next_asset(step)
        if asset is None:
            self.since = at
            self.pause(following, Reason.CONTENT_OUT)
            return
        self.first_due, self.frozen = at, timedelta(0)
        send = SendStep(
            id=step.id,
            next=step.id,
            template=template,
            over_cap="skip",
            expires=following - at,
            repeat=True,
        )
        self.send(send, asset)

    def next_cast(self, step: CastStep, after: datetime) -> datetime:
        """The cast that follows; never a second one on the day of the last."""
        return next_cast(after, step.casts, self.zone, another_day=self.occurrence > 1)

    def next_asset(self, step: CastStep) -> tuple[str | None, str]:
        """The first asset that nobody sent the lead and that it did not fetch by itself."""
        had = {sent.asset for sent in self.desk.assets}
        had |= {
            str(s.properties.get("asset"))
            for s in self.desk.snapshot.signals
            if s.type == Sig.ASSET_DOWNLOADED and not s.machine
        }
        names = self.desk.book.templates.names
        left = (pair for pair in step.assets if pair[0] not in had and pair[1] in names)
        return next(left, (None, ""))

    # Waits.

    def wait_end(self, step: WaitStep) -> datetime:
        """When the wait is over."""
        if step.span is not None:
            return self.since + self.frozen + step.span
        if step.until is not None:
            assert self.webinar is not None  # the grammar asks for one, and who has none has left
            return max(self.since, step.until.of(self.webinar))
        assert step.weekday is not None  # the grammar gives a span, a moment, or a weekday and a time
        assert step.at is not None
        return next_weekday(self.since + self.frozen, step.weekday, step.at, self.zone)

    def wait_until(self, end: datetime, reason: Reason) -> None:
        """Wait, or go on as of the moment the wait was over."""
        assert self.step is not None
        if end > self.now:
            self.pause(end, reason)
        else:
            self.move(reason, self.step.next, at=end)

    def wait_for(self, step: WaitForStep) -> None:
        """Go on when the signal came, or when the time is over."""
        earliest = self.entered_at if step.before else self.since
        if any(self.matches(s, step.on, step.when) for s in self.signals_since(earliest)):
            self.move(Reason.SIGNAL_CAME, step.then or step.next)
        elif (end := self.since + self.frozen + step.within) <= self.now:
            self.move(Reason.TIMED_OUT, step.otherwise or step.next, at=end)
        else:
            self.pause(end, Reason.STEP_WAIT)

    # Telling others.

    def notify(self, step: NotifyStep) -> None:
        """Put a notice to a team or a seller into the outbox."""
        if self.policy.recipient(step.to) is None or step.template not in self.desk.book.templates.names:
            self.tell_nobody(step, step.to)
            return
        cause = step.cause or self.sequence.title
        self.tell(OutboxKind.SELLER, step, step.to, template=step.template, cause=cause)
        self.move(Reason.NOTIFIED, step.next, {"to": step.to})

    def call(self, step: WebhookStep) -> None:
        """Put a call to another system into the outbox."""
        if step.name not in self.policy.webhooks:
            self.tell_nobody(step, step.name)
            return
        self.tell(OutboxKind.WEBHOOK, step, step.name, values=step.values)
        self.move(Reason.CALLED, step.next, {"webhook": step.name})

    def tell(self, kind: OutboxKind, step: Step, to: str, **what: object) -> None:
        """Put down the notice as it should be."""
        at = (self.enrolment.id, self.lead.id, self.sequence.name, step.id, self.occurrence)
        self.desk.notices.append(NoticePlan(kind, *at, to, **what))  # type: ignore[arg-type]  # by its fields

    def tell_nobody(self, step: Step, to: str) -> None:
        """An older structure names whom the policy does not know any more: say so, and go on."""
        self.record(Verdict.SKIP, Reason.NOBODY, detail={"to": to})
        self.advance_to(step.next, self.now)
