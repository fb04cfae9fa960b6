"""scoring.yaml as it is written: the keys a marketer may use, and what each may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nurture.files.source import Strict
from nurture.spans import Span
from nurture.texts.translation import Words

Points = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
"""What a rule gives, or takes."""
Limit = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
"""A cap; its size counts, so that a rule with points below 0 may write it with either sign."""
Label = Annotated[str, Field(min_length=1, max_length=80)]
"""The name of a rule, which its points are kept under; sellers read its `title`, if it has one."""


class FitEntry(Strict):
    """A fit rule: points for a condition on the profile."""

    rule: Label
    title: Words | None = None
    when: str
    points: Points


class RuleEntry(Strict):
    """An engagement rule: points for a signal, fading by half in each `half_life`."""

    rule: Label
    title: Words | None = None
    on: str
    when: str | None = None
    points: Points
    half_life: Span | None = None
    max: Limit | None = None
    group: str | None = None
    value: str | None = None


class RegularityEntry(Strict):
    """Points for each distinct ISO week (UTC) in which the lead was active, among the last `weeks`."""

    rule: Label = "regularity"
    title: Words | None = None
    points: Annotated[float, Field(gt=0, le=1000)]
    weeks: Annotated[int, Field(ge=1, le=520)]
    max: Annotated[float, Field(gt=0, le=10_000)] | None = None


class UnansweredEntry(Strict):
    """Points lost for each mail in a row without a sign of life, from the one numbered `after` on."""

    rule: Label = "unanswered"
    title: Words | None = None
    after: Annotated[int, Field(ge=1, le=100)] = 3
    points: Annotated[float, Field(lt=0, ge=-1000)]
    max: Limit | None = None


class EngagementEntry(Strict):
    """The engagement part of scoring.yaml."""

    max: Annotated[float, Field(gt=0, le=100_000)] | None = None
    groups: dict[str, Annotated[float, Field(ge=0, le=10_000)]] = Field(default_factory=dict)
    rules: tuple[RuleEntry, ...] = ()
    regularity: RegularityEntry | None = None
    unanswered: UnansweredEntry | None = None


class ScoringFile(Strict):
    """All of scoring.yaml."""

    fit: tuple[FitEntry, ...] = ()
    engagement: EngagementEntry = EngagementEntry()
