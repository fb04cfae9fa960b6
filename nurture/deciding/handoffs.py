"""What a handoff means for nurture: how long a seller may have the lead, and what an answer ends."""

from __future__ import annotations

from datetime import datetime

from nurture.project.policy import HandoffPolicy
from nurture.values import Lead, OpenHandoff
from nurture.words import WITH_SALES, HandoffState, Stage


def lapses_at(handoff: OpenHandoff, policy: HandoffPolicy) -> datetime:
    """When an offer that nobody answers is over: overdue by as much as the policy allows."""
    due = handoff.due_at if handoff.due_at is not None else handoff.at + policy.due
    return due + policy.lapse


def is_waiting(handoff: OpenHandoff | None, policy: HandoffPolicy, now: datetime) -> bool:
    """Whether a seller has the lead and may still answer: nurture waits until then."""
    if handoff is None or handoff.state is not HandoffState.OFFERED:
        return False
    return now < lapses_at(handoff, policy)


def is_with_sales(handoff: OpenHandoff | None, lead: Lead) -> bool:
    """Whether a seller took the lead and has it still: it has neither bought nor been sent back since."""
    if handoff is None or handoff.state is not HandoffState.ACCEPTED:
        return False
    # A seller may take it after the offer lapsed and the next cycle began: then its stage says so.
    sent_back = lead.cycle != handoff.cycle and lead.stage not in WITH_SALES
    return lead.stage is not Stage.CUSTOMER and not sent_back


def ends_nurture(handoff: OpenHandoff | None, lead: Lead, entered_at: datetime) -> bool:
    """Whether the enrolment ends because a seller took the lead: what the lead enters later goes on."""
    if handoff is None or handoff.state is not HandoffState.ACCEPTED:
        return False
    before = handoff.answered_at is None or entered_at <= handoff.answered_at
    return before or is_with_sales(handoff, lead)
