"""Maturity: which leads are ready for sales, which stage each lead is at, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from nurture.project.policy import Maturity
from nurture.quick import quick
from nurture.values import Lead, Score, Signal
from nurture.words import HAND_RAISES, Sig, Stage

SELLS = frozenset({"mql", "fast-track"})
"""Cells of the matrix that make a lead mature."""


class Rejection(StrEnum):
    """Why a seller sends a lead back: the reasons of `handoff.rejected`. Any other is taken as timing."""

    TIMING = "timing"  # not now: nurtured again from zero engagement, fit stays, may mature again
    UNREACHABLE = "unreachable"  # nobody answered: as timing
    WRONG_FIT = "wrong_fit"  # will never buy: disqualified
    COMPETITOR = "competitor"  # works for one: disqualified
    DUPLICATE = "duplicate"  # also another lead: merged into it, or disqualified if none is named


BARS: frozenset[str] = frozenset({Rejection.WRONG_FIT, Rejection.COMPETITOR, Rejection.DUPLICATE})
"""The reasons after which a lead is nurtured and offered no more."""

INTEREST = frozenset(
    {Sig.FORM_SUBMITTED, Sig.ASSET_DOWNLOADED, Sig.MAIL_REPLIED, Sig.WEBINAR_REGISTERED, Sig.WEBINAR_ATTENDED}
)
"""Signals that make a subscriber a lead, whatever they score."""

SIGNAL_TYPES: frozenset[str] = frozenset(
    {
        *INTEREST,
        *HAND_RAISES,
        Sig.PRODUCT_USED,
        Sig.HANDOFF_ACCEPTED,
        Sig.HANDOFF_REJECTED,
        Sig.LEAD_RECYCLED,
        Sig.DEAL_WON,
    }
)
"""Every signal type that maturity looks at."""

_EARLY = frozenset({Stage.LEAD, Stage.PROSPECT, Stage.MQL, Stage.PQL})
_LATE = frozenset({Stage.SAL, Stage.SQL, Stage.CUSTOMER, Stage.DISQUALIFIED})

TRANSITIONS: Mapping[Stage, frozenset[Stage]] = MappingProxyType(
    {
        Stage.SUBSCRIBER: _EARLY | _LATE,
        Stage.LEAD: _EARLY | _LATE,
        Stage.PROSPECT: _EARLY | _LATE,
        Stage.MQL: _EARLY | _LATE,
        Stage.PQL: _EARLY | _LATE,
        Stage.SAL: _EARLY | _LATE,  # back to the early ones only by recycling
        Stage.SQL: _EARLY | _LATE - {Stage.SAL},
        Stage.CUSTOMER: frozenset(),
        Stage.DISQUALIFIED: frozenset({Stage.CUSTOMER, Stage.LEAD}),  # LEAD: only an operator
    }
)
"""The stages each stage may go to; it may always stay."""


BY_OPERATORS = frozenset({Stage.LEAD, Stage.SAL, Stage.SQL, Stage.CUSTOMER, Stage.DISQUALIFIED})
"""The stages that an operator may set; all others are computed from scores and signals."""


@quick
class Judgement:
    """What a lead is now: its stage, whether it is mature, why, and whether to offer it to sales now."""

    stage: Stage
    mature: bool
    cause: str
    offer: bool = False


def grade_of(maturity: Maturity, fit: float, margin: float = 0.0) -> str:
    """The grade of a fit: A, B, C or D. With a margin, each threshold is that much lower."""
    return next((grade for grade, at in maturity.fit.items() if fit >= at - margin), "D")


def heat_of(maturity: Maturity, engagement: float, margin: float = 0.0) -> int:
    """The heat of an engagement: 1 (hot) to 4 (cold). With a margin, each threshold is that much lower."""
    return next((heat for heat, at in maturity.engagement.items() if engagement >= at - margin), 4)


def refusal(before: Stage, after: Stage) -> str | None:
    """Why a lead may not go from one stage to another; None when it may."""
    if after is before or after in TRANSITIONS[before]:
        return None
    allowed = ", ".join(sorted(TRANSITIONS[before])) or "nowhere"
    return f"a {before.value} does not become a {after.value}; from there it goes to: {allowed}"


def operator_refusal(before: Stage, after: Stage) -> str | None:
    """Why an operator may not put a lead from one stage to another; None when they may."""
    if after not in BY_OPERATORS:
        allowed = ", ".join(sorted(BY_OPERATORS))
        return f"{after.value} is decided by scores and signals; by hand a lead is put to: {allowed}"
    if after is Stage.LEAD and before in (Stage.SUBSCRIBER, Stage.PROSPECT):
        return f"a {before.value} is being nurtured already: there is nothing to send it back from"
    return refusal(before, after)


def judge(
    maturity: Maturity, lead: Lead, was_mature: bool, score: Score, signals: Iterable[Signal]
) -> Judgement:
    """Judge a lead by its scores and by what happened since it was last recycled.

    Enters maturity at a threshold, leaves it below the threshold minus the margin. A hand raise and the use
    of the product bypass heat, never disqualification. A lead is offered once, when it becomes mature.
    """
    return judge_by(maturity, lead.stage, was_mature, score, since_recycled(signals))


def judge_by(maturity: Maturity, stage: Stage, was_mature: bool, score: Score, happened: Acts) -> Judgement:
    """Judge by what is known to have happened, where the signals themselves need not be read."""
    verdict = (
        _final(stage, happened)
        or _with_sales(stage, happened)
        or _own_move(maturity, score, happened)
        or _by_matrix(maturity, score, was_mature)
        or _early(stage, score, happened)
    )
    if verdict.mature and not was_mature and verdict.stage in (Stage.MQL, Stage.PQL):
        return Judgement(verdict.stage, True, verdict.cause, offer=True)
    return verdict


@quick
class Acts:
    """What a lead did since it was last recycled: of the types that maturity looks at, machines never."""

    types: frozenset[str]
    recycled: bool = False
    barred: str = ""  # why a seller who returned it bars it from being nurtured


def since_recycled(signals: Iterable[Signal]) -> Acts:
    """What maturity needs to know of these signals."""
    known = [s for s in signals if not s.machine and s.type in SIGNAL_TYPES]
    since = max((s.occurred_at for s in known if s.type == Sig.LEAD_RECYCLED), default=None)
    fresh = [s for s in known if since is None or s.occurred_at > since]
    returned = [s.properties.get("reason") for s in fresh if s.type == Sig.HANDOFF_REJECTED]
    barred = min((reason for reason in returned if reason in BARS), default="")
    return Acts(frozenset(s.type for s in fresh), since is not None, barred)


def _final(stage: Stage, happened: Acts) -> Judgement | None:
    if stage is Stage.CUSTOMER or Sig.DEAL_WON in happened.types:
        return Judgement(Stage.CUSTOMER, False, Sig.DEAL_WON.value)
    if stage is Stage.DISQUALIFIED:
        return Judgement(Stage.DISQUALIFIED, False, "disqualified before")
    if happened.barred:
        return Judgement(Stage.DISQUALIFIED, False, f"{Sig.HANDOFF_REJECTED.value}: {happened.barred}")
    return None


def _with_sales(stage: Stage, happened: Acts) -> Judgement | None:
    """What a seller took stays with sales until it is recycled."""
    accepted = Sig.HANDOFF_ACCEPTED in happened.types
    if stage in (Stage.SAL, Stage.SQL) and (accepted or not happened.recycled):
        return Judgement(stage, True, Sig.HANDOFF_ACCEPTED.value)
    return Judgement(Stage.SAL, True, Sig.HANDOFF_ACCEPTED.value) if accepted else None


def _own_move(maturity: Maturity, score: Score, happened: Acts) -> Judgement | None:
    raised = sorted(HAND_RAISES & happened.types)
    used = Sig.PRODUCT_USED in happened.types
    if not raised and not used:
        return None
    if maturity.cell(score.grade, 1) == "disqualify":
        return Judgement(Stage.DISQUALIFIED, False, f"matrix {score.grade}1: disqualify")
    causes = [f"hand raise: {one}" for one in raised] + [Sig.PRODUCT_USED.value] * used
    return Judgement(Stage.PQL if used else Stage.MQL, True, ", ".join(causes))


def _by_matrix(maturity: Maturity, score: Score, was_mature: bool) -> Judgement | None:
    cell = maturity.cell(score.grade, score.heat)
    if cell in SELLS:
        return Judgement(Stage.MQL, True, f"matrix {score.grade}{score.heat}: {cell}")
    if was_mature:
        grade = grade_of(maturity, score.fit, maturity.margin)
        heat = heat_of(maturity, score.engagement, maturity.margin)
        if maturity.cell(grade, heat) in SELLS:
            return Judgement(Stage.MQL, True, f"within the margin of {grade}{heat}")
    if cell == "disqualify":
        return Judgement(Stage.DISQUALIFIED, False, f"matrix {score.grade}{score.heat}: disqualify")
    return None


def _early(stage: Stage, score: Score, happened: Acts) -> Judgement:
    if score.grade in ("A", "B") or score.heat <= 2:
        return Judgement(Stage.PROSPECT, False, f"matrix {score.grade}{score.heat}: nurture")
    if stage is not Stage.SUBSCRIBER or score.engagement > 0 or INTEREST & happened.types:
        return Judgement(Stage.LEAD, False, "showed interest")
    return Judgement(Stage.SUBSCRIBER, False, "no sign of interest yet")
