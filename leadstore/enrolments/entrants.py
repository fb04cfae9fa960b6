"""Selects the leads that a standing sequence may take in, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, false, func, or_, select, text, true, update

from leadstore.conditions.selection import as_sql
from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import HOLDING, REFUSED
from leadstore.rows import (
    REACHED_AT,
    address,
    consent,
    decision,
    enrolment,
    handoff,
    lead,
    outbox,
    suppression,
)
from nurture.deciding.consent import ALL_TOPICS
from nurture.deciding.entry import REST
from nurture.sequences import steps
from nurture.words import (
    WITH_SALES,
    Basis,
    ConsentState,
    EnrolmentState,
    HandoffState,
    Reason,
    Stage,
    Verdict,
)

RUNNING = (EnrolmentState.ACTIVE.value, EnrolmentState.HELD.value)
DONE = EnrolmentState.COMPLETED.value
LOOKS = text("lead.changed AND lead.live AND lead.merged_into IS NULL")
"""In the words of the partial index, so that both databases see that it covers the question."""


@dataclass(frozen=True, slots=True)
class StandingSequence:
    """A standing sequence with what its topic and the policy say of consent."""

    sequence: steps.Sequence
    accepts: frozenset[Basis]
    confirm_within: timedelta


def changed_leads(tx: Transaction, limit: int, among: Sequence[int] | None = None) -> list[int]:
    """Lock live leads (`among` these) that changed since standing sequences last looked.

    Another worker's are passed over.
    """
    query = select(lead.c.id).where(LOOKS).order_by(lead.c.id).limit(limit)
    if among is not None:
        query = query.where(Bulk(tx).among(lead.c.id, among))
    return list(tx.scalars(query.with_for_update(skip_locked=True, key_share=True)))


def mark_looked_at(tx: Transaction, lead_ids: Collection[int]) -> None:
    """Standing sequences have looked at these leads."""
    if lead_ids:
        tx.execute(update(lead).where(Bulk(tx).among(lead.c.id, lead_ids)).values(changed=False))


def candidates(
    tx: Transaction,
    standing: StandingSequence,
    now: datetime,
    *,
    among: Collection[int] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[int]:
    """Ids of the live leads that the sequence would take in now, or refuse for a reason not yet on record.

    In the order of their ids, above `after`. `nurture.deciding.entry.consider` then decides for each.
    """
    ask = _Question(standing, now, tx.dialect.name)
    query = ask.query().where(lead.c.id > after)
    if among is not None:
        query = query.where(Bulk(tx).among(lead.c.id, among))
    return list(tx.scalars(query.order_by(lead.c.id).limit(limit)))


class _Question:
    """The parts of the statement, named as in nurture.deciding.entry; they follow its content and order."""

    def __init__(self, standing: StandingSequence, now: datetime, dialect: str) -> None:
        self.standing = standing
        self.sequence = standing.sequence
        self.now = now
        self.dialect = dialect
        # A withdrawal from everything comes before what was said of the topic.
        self.own, self.all = consent.alias("said_of_topic"), consent.alias("said_of_all")
        self.state = func.coalesce(self.all.c.state, self.own.c.state)
        self.basis = func.coalesce(self.all.c.basis, self.own.c.basis)
        self.said_at = func.coalesce(self.all.c.at, self.own.c.at)

    def query(self) -> Select[Any]:
        own, every = self.own.c, self.all.c
        of_topic = and_(own.address_id == address.c.id, own.topic == self.sequence.topic)
        of_all = and_(every.address_id == address.c.id, every.topic == ALL_TOPICS)
        reached = lead.join(address, REACHED_AT)
        found = select(lead.c.id).select_from(
            reached.outerjoin(self.own, of_topic).outerjoin(self.all, of_all)
        )
        return found.where(
            lead.c.live,
            lead.c.merged_into.is_(None),
            self.holds(self.sequence.enter.when),
            ~self.has_been_in(),
            self.refusal() != func.coalesce(self.refused_before(), ""),
        )

    def holds(self, condition: Any) -> Any:
        return true() if condition is None else as_sql(condition.tree, self.now, self.dialect)

    def has_been_in(self) -> Any:
        """Whether it is in the sequence, must not enter again, or not yet."""
        again = self.sequence.enter.again.after
        touched = exists().where(
            outbox.c.enrolment_id == enrolment.c.id, outbox.c.state.in_([*HOLDING, REFUSED])
        )
        counted = or_(enrolment.c.state == DONE, touched)
        recent = true() if again is None else enrolment.c.ended_at > self.now - again
        return exists().where(
            enrolment.c.lead_id == lead.c.id,
            enrolment.c.sequence == self.sequence.name,
            enrolment.c.entry_key == "",
            or_(
                enrolment.c.state.in_(RUNNING),
                enrolment.c.ended_at > self.now - REST,
                and_(recent, counted),
            ),
        )

    def refusal(self) -> Any:
        """Why it would be refused now, else that it would enter."""
        unconfirmed = self.now - self.standing.confirm_within
        goal = self.sequence.goal
        reasons: Sequence[tuple[Any, Reason]] = (
            (self.suppressed(), Reason.SUPPRESSED),
            (lead.c.stage == Stage.DISQUALIFIED.value, Reason.DISQUALIFIED),
            (self.state.is_(None), Reason.NO_CONSENT),
            (self.state == ConsentState.WITHDRAWN.value, Reason.WITHDRAWN),
            (self.basis.not_in([basis.value for basis in self.standing.accepts]), Reason.BASIS),
            (or_(false(), *(self.holds(e.when) for e in self.sequence.exits if e.on is None)), Reason.EXIT),
            (self.holds(goal.when) if goal is not None and goal.on is None else false(), Reason.GOAL),
            (self.with_sales(), Reason.HANDOFF_ACCEPTED),
            (
                and_(self.state == ConsentState.PENDING.value, self.said_at <= unconfirmed),
                Reason.PENDING,
            ),
        )
        return case(*((test, reason.value) for test, reason in reasons), else_=Reason.ENTERED.value)

    def refused_before(self) -> Any:
        """The reason on record, when the last that was decided about its entry is a refusal."""
        # The partial index's own words: see tables.DecisionLog.
        entries = text("decision.verdict IN ('enter', 'refuse')")
        last = case((decision.c.verdict == Verdict.REFUSE.value, decision.c.reason), else_="")
        query = select(last).where(
            decision.c.lead_id == lead.c.id, decision.c.sequence == self.sequence.name, entries
        )
        return query.order_by(decision.c.id.desc()).limit(1).correlate(lead).scalar_subquery()

    def suppressed(self) -> Any:
        return exists().where(suppression.c.address_id == address.c.id, suppression.c.lifted_at.is_(None))

    def with_sales(self) -> Any:
        """Whether a seller took it, and it has neither bought nor been sent back since."""
        later = handoff.alias("later")
        here = or_(handoff.c.cycle == lead.c.cycle, lead.c.stage.in_([one.value for one in WITH_SALES]))
        taken = exists().where(
            handoff.c.lead_id == lead.c.id,
            handoff.c.state == HandoffState.ACCEPTED.value,
            here,
            ~exists().where(later.c.lead_id == handoff.c.lead_id, later.c.cycle > handoff.c.cycle),
        )
        return and_(taken, lead.c.stage != Stage.CUSTOMER.value)
