"""What the rules look at: one enrolment at one step and one moment, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Rows
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.conditions.condition import Condition, Facts
from nurture.deciding.consent import consent_to
from nurture.project.book import Book
from nurture.project.catalog import Webinar
from nurture.quick import quick
from nurture.sequences.steps import SendStep, Sequence, SetStep, Step
from nurture.sequences.webinars import webinar_name
from nurture.timing import zone_for
from nurture.values import AssetSent, Consent, Enrolment, Signal, Slot, Snapshot
from nurture.words import Purpose, Sig

ABOUT_WEBINARS = "webinar."
"""How the types of signals begin that are about one webinar."""

UNFROZEN = timedelta(0)


@quick
class View:
    """All that a rule may look at. `slots` and `assets` hold what was taken in the same decision as well."""

    snapshot: Snapshot
    book: Book
    now: datetime
    enrolment: Enrolment
    sequence: Sequence
    slots: Rows[Slot]
    assets: Rows[AssetSent]
    facts: Facts  # what conditions see of the lead, with what `set` steps have just written
    consent: Consent | None  # to the sequence's topic
    step: Step
    occurrence: int
    since: datetime  # when it came to the step
    first_due: datetime
    frozen: timedelta
    sends: SendStep | None  # what goes to the lead from here, if anything does
    asset: str | None  # and the asset it brings
    service: bool  # it is service mail, in an enrolment opened by the lead's own request

    @property
    def letter(self) -> SendStep:
        """What is sent: for the rules of a step that sends."""
        assert self.sends is not None
        return self.sends

    @property
    def entered_at(self) -> datetime:
        """When the lead entered, or the entering signal came: what happened in between counts as well."""
        signal, entered = self.enrolment.signal, self.enrolment.entered_at
        return entered if signal is None else min(entered, signal.received_at)

    @property
    def zone(self) -> ZoneInfo:
        """The zone the lead lives in."""
        profile = self.snapshot.lead.profile
        return zone_for(profile.get("zone"), profile.get("country"), self.book.policy.zone)

    @property
    def webinar_name(self) -> str | None:
        """The webinar the enrolment is about."""
        return webinar_name(self.sequence, self.enrolment.entry_key)

    @property
    def webinar(self) -> Webinar | None:
        """That webinar as the catalogue describes it."""
        return self.book.catalog.webinars.get(self.webinar_name or "")

    @property
    def expiry(self) -> datetime | None:
        """When it is too late to send it: what the step says, and the start of what it leads up to."""
        letter = self.letter
        ends = [] if letter.expires is None else [self.first_due + self.frozen + letter.expires]
        if letter.expires_at is None and letter.at is None:
            return min(ends, default=None)
        webinar = self.webinar
        if webinar is not None and letter.expires_at is not None:
            ends.append(letter.expires_at.of(webinar))
        elif webinar is not None and not ends and letter.at is not None and letter.at.leads_up:
            ends.append(webinar.starts_at)
        return min(ends, default=None)

    def stale(self, at: datetime) -> bool:
        """Whether it would be too late then."""
        expiry = self.expiry
        return expiry is not None and at > expiry

    def happened(self, since: datetime, on: str, when: Condition | None) -> bool:
        """Whether such a signal came since, besides the entering one; opens and machines steer nothing."""
        return on != Sig.MAIL_OPENED and any(
            self._counts(one) and (when is None or when.holds(_about(one, self.facts)))
            for one in self.snapshot.signals
            if one.type == on and one.received_at >= since
        )

    def _counts(self, signal: Signal) -> bool:
        """About a webinar, only the enrolment's own counts."""
        entering = self.enrolment.signal
        if signal.machine or (entering is not None and signal.id == entering.id):
            return False
        if not signal.type.startswith(ABOUT_WEBINARS):
            return True
        own = self.webinar_name
        return own is None or signal.properties.get("webinar") == own


def first_view(
    snapshot: Snapshot,
    book: Book,
    now: datetime,
    enrolment: Enrolment,
    sequence: Sequence,
    *,
    slots: Rows[Slot],
    assets: Rows[AssetSent],
    attributes: Mapping[str, Any],
) -> View:
    """The view from where the enrolment stands; `attributes` are those that were just set."""
    step = sequence.steps[enrolment.step]
    sends, asset, service = _sending(step, enrolment, book)
    return View(
        snapshot=snapshot,
        book=book,
        now=now,
        enrolment=enrolment,
        sequence=sequence,
        slots=slots,
        assets=assets,
        facts=Facts(
            {**snapshot.lead.fields(), **attributes},
            now,
            snapshot.signals,
            enrolment.signal,
            snapshot.consents,
        ),
        consent=consent_to(sequence.topic, snapshot.consents),
        step=step,
        occurrence=enrolment.occurrence,
        since=enrolment.step_since,
        first_due=enrolment.first_due_at,
        frozen=enrolment.frozen,
        sends=sends,
        asset=asset,
        service=service,
    )


def next_view(view: View, to: str, at: datetime, attributes: Mapping[str, Any]) -> View:
    """The view from another step, since `at`; coming to the same one again is its next occurrence."""
    step = view.sequence.steps[to]
    facts = _with(attributes, view.facts) if isinstance(view.step, SetStep) else view.facts
    sends, asset, service = _sending(step, view.enrolment, view.book)
    return View(  # written out: `replace` takes three times as long
        snapshot=view.snapshot,
        book=view.book,
        now=view.now,
        enrolment=view.enrolment,
        sequence=view.sequence,
        slots=view.slots,
        assets=view.assets,
        facts=facts,
        consent=view.consent,
        step=step,
        occurrence=view.occurrence + (to == view.step.id),
        since=at,
        first_due=at,
        frozen=UNFROZEN,
        sends=sends,
        asset=asset,
        service=service,
    )


def _about(signal: Signal, facts: Facts) -> Facts:
    return Facts(facts.lead, facts.now, facts.signals, signal, facts.consents)


def _with(attributes: Mapping[str, Any], facts: Facts) -> Facts:
    return Facts({**facts.lead, **attributes}, facts.now, facts.signals, facts.signal, facts.consents)


def _sending(step: Step, enrolment: Enrolment, book: Book) -> tuple[SendStep | None, str | None, bool]:
    """What the step sends, unless its template is gone; its asset; and whether it is service mail."""
    if not isinstance(step, SendStep) or step.template not in book.templates.infos:
        return None, None, False
    info = book.templates.infos[step.template]
    return step, info.asset, enrolment.requested and info.purpose is Purpose.SERVICE
