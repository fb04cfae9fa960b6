"""What a sequence file is once read: frozen values that name each other by step id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, ClassVar, Literal

from nurture.conditions.condition import Condition
from nurture.sequences.moments import Moment
from nurture.texts.translation import Said
from nurture.timing import Cap, Window

OverCap = Literal["defer", "skip", "exit"]
OnExpired = Literal["skip", "exit"]
OnChange = Literal["finish", "move", "exit"]
DEFER_MAX = timedelta(days=14)
"""How long a touch may be deferred by caps before its step is skipped, unless the step says."""
GRACE = timedelta(minutes=15)
"""How late a lead may come to a dated step and still be sent it, unless the step says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `next` is the id of the step that follows, through any nesting; None ends the sequence."""

    verb: ClassVar[str] = ""
    id: str
    next: str | None = None
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStep(Step):
    """Send one template."""

    verb: ClassVar[str] = "send"
    template: str
    unless: Condition | None = None
    over_cap: OverCap = "defer"
    defer_max: timedelta = DEFER_MAX
    expires: timedelta | None = None
    on_expired: OnExpired = "skip"
    repeat: bool = False
    window: Window | None = None
    at: Moment | None = None  # a dated step: due at that moment, whenever the lead came to it
    grace: timedelta = GRACE
    expires_at: Moment | None = None
    ics: bool = False  # carries the webinar as a calendar file


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(Step):
    """Wait for a span, until the next such weekday and local time (0 = Monday), or until a moment."""

    verb: ClassVar[str] = "wait"
    span: timedelta | None = None
    weekday: int | None = None
    at: time | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForStep(Step):
    """Wait for a signal, for at most `within`. `before`: one that came before the step also counts."""

    verb: ClassVar[str] = "wait_for"
    on: str
    when: Condition | None = None
    within: timedelta
    before: bool = False
    then: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseStep(Step):
    """Take the first case that holds. Each case is a condition and the id of its first step."""

    verb: ClassVar[str] = "choose"
    cases: tuple[tuple[Condition, str | None], ...]
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitStep(Step):
    """Take one arm by a hash of the lead. Each arm is its name, its weight and the id of its first step."""

    verb: ClassVar[str] = "split"
    name: str
    arms: tuple[tuple[str, float, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep(Step):
    """Set attributes of the lead."""

    verb: ClassVar[str] = "set"
    values: Mapping[str, Any]  # text, numbers, flags or lists of text, as the catalogue declares


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffStep(Step):
    """Offer the lead to sales, with a cause."""

    verb: ClassVar[str] = "handoff"
    cause: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStep(Step):
    """Write to a team or a seller about the lead."""

    verb: ClassVar[str] = "notify"
    template: str
    to: str
    cause: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStep(Step):
    """Tell another system, by the name the policy gives it."""

    verb: ClassVar[str] = "webhook"
    name: str
    values: Mapping[str, Any]  # text, numbers or flags, as written


@dataclass(frozen=True, slots=True, kw_only=True)
class CastStep(Step):
    """The one step of a stream: at each cast, send the next asset the lead has not had. It never ends."""

    verb: ClassVar[str] = "cast"
    casts: tuple[tuple[int, time], ...]  # weekday (0 = Monday) and local time
    assets: tuple[tuple[str, str], ...]  # asset and its template, in the order they are sent


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep(Step):
    """End the sequence here."""

    verb: ClassVar[str] = "end"


@dataclass(frozen=True, slots=True)
class Again:
    """Whether a lead may enter again: never, some time after its exit, or once per property of the signal."""

    kind: Literal["once", "after", "per"] = "once"
    after: timedelta | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """Who enters: on a signal, or (standing) everyone the condition selects."""

    on: str | None = None
    when: Condition | None = None
    again: Again = Again()
    until: Moment | None = None  # nobody enters after it


@dataclass(frozen=True, slots=True)
class Exit:
    """Why a lead leaves early: a condition, a signal, or a signal for which the condition holds."""

    when: Condition | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """What the sequence is for; a lead that reaches it leaves, counted as such."""

    on: str | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One sequence as checked. `version` is the hash of its structure, not of its bytes."""

    name: str
    title: Said
    funnel: str
    topic: str
    priority: int
    enter: Enter
    exits: tuple[Exit, ...] = ()
    goal: Goal | None = None
    window: Window | None = None
    caps: tuple[Cap, ...] = ()
    steps: Mapping[str, Step]
    first: str
    webinar: str | None = None  # the webinar its dated steps and webinar signals are about
    needs_webinar: bool = False  # something in it is dated by a webinar, which must be known
    on_change: OnChange = "finish"
    moves: Mapping[str, str] = field(default_factory=dict)  # a step that was -> the step it is now
    version: str = ""
    path: str = ""
    signal_types: frozenset[str] = field(default=frozenset())

    @property
    def standing(self) -> bool:
        """A standing sequence is entered by a condition alone, not by a signal."""
        return self.enter.on is None

    @property
    def stream(self) -> CastStep | None:
        """The cast of a stream; None for a sequence of steps."""
        first = self.steps[self.first]
        return first if isinstance(first, CastStep) else None

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return self.steps.get(step_id)

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the sequence, in the order of the file."""
        found: list[Condition | None] = [self.enter.when, *(exit.when for exit in self.exits)]
        found.append(self.goal.when if self.goal else None)
        for step in self.steps.values():
            match step:
                case SendStep():
                    found.append(step.unless)
                case WaitForStep():
                    found.append(step.when)
                case ChooseStep():
                    found.extend(condition for condition, _ in step.cases)
        return tuple(condition for condition in found if condition is not None)
