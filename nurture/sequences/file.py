"""The shape of a sequence file: one strict model for its head and one for each kind of step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from nurture.files.source import Strict, Written
from nurture.project.catalog import ConditionText, Funnel, Name, SignalType
from nurture.sequences.moments import MOMENT_SCHEMA, Moment, MomentText, is_moment, parse_moment
from nurture.sequences.steps import DEFER_MAX, GRACE, Again, OnChange, OnExpired, OverCap
from nurture.spans import CapText, Span, WindowText, parse_span, parse_weekday_time
from nurture.texts.translation import Text, Words

_AFTER = re.compile(r"(?<!\S)(\S+(?: +\S+){0,3}?) +after +exit")
_PER = re.compile(r"per +signal\.([a-z][a-z0-9_]*)")

StepId = Annotated[
    str, Written(r"[a-z0-9][a-z0-9_/-]{0,119}", "an id; write it in small letters, such as `second-reminder`")
]
"""A step's own name, unique in its sequence."""
_TEMPLATE = r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*"
_TEMPLATE_ENDINGS = re.compile(r"(\.[a-z]{2}(-[A-Z]{2})?)?(\.(md|html|txt))?(\.j2)?")


def is_template_name(text: str) -> bool:
    """Whether this is the name of a template, as a step writes it."""
    return re.fullmatch(_TEMPLATE, text) is not None


def _template_name(text: str) -> str:
    if is_template_name(text):
        return text
    bare = text.strip().removeprefix("./").removeprefix("templates/").lower().replace(" ", "-")
    bare = re.sub(rf"{_TEMPLATE_ENDINGS.pattern}$", "", bare, count=1)
    how = f"write `{bare}`" if is_template_name(bare) else "write `white-paper/deliver`"
    raise ValueError(
        f"`{text[:60]}` is not a template; {how}: its path below templates/, without the endings"
    )


TemplateName = Annotated[
    str, AfterValidator(_template_name), WithJsonSchema({"type": "string", "pattern": f"^{_TEMPLATE}$"})
]
"""A template, named as its path below templates/ without the endings."""


def parse_again(text: str) -> Again:
    """Read `once`, `90 days after exit` or `per signal.webinar`; raises ValueError."""
    written = text.strip() if isinstance(text, str) else ""
    if written == "once":
        return Again()
    if after := _AFTER.fullmatch(written):
        return Again("after", after=parse_span(after[1]))
    if per := _PER.fullmatch(written):
        return Again("per", per=per[1])
    raise ValueError(
        f"`{str(text)[:60]}` is not understood; write `once`, `90 days after exit` or `per signal.webinar`"
    )


Pause = tuple[timedelta | None, int | None, time | None, Moment | None]
"""A span; or a weekday (0 = Monday) and a local time; or a moment of the webinar."""


def parse_pause(value: object) -> Pause:
    """Read `3 days`, `{until: "tue 10:00"}` or `{until: webinar.ends_at}`; raises ValueError."""
    if isinstance(value, Mapping):
        if set(value) != {"until"}:
            raise ValueError('a wait is a span such as `3 days`, or `{until: "tue 10:00"}`')
        if is_moment(value["until"]):
            return None, None, None, parse_moment(value["until"])
        day, at = parse_weekday_time(str(value["until"]))
        return None, day, at, None
    return parse_span(str(value)), None, None, None


def parse_expiry(text: str) -> timedelta | Moment:
    """Read `5 days` or `webinar.starts_at - 2 hours`; raises ValueError."""
    return parse_moment(text) if is_moment(text) else parse_span(text)


Casts = tuple[tuple[int, time], ...]
"""When a stream sends: weekdays (0 = Monday) and local times."""


def parse_casts(value: object) -> Casts:
    """Read `tue 10:00` or a list of those, on different days; raises ValueError."""
    casts = tuple(parse_weekday_time(str(one)) for one in (value if isinstance(value, list) else [value]))
    if not casts or len({day for day, _ in casts}) < len(casts):
        raise ValueError("a stream is cast at most once a day; write `tue 10:00` or `[tue 10:00, thu 10:00]`")
    return casts


_STEPS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"$ref": "#/definitions/step"}}
Steps = Annotated[list[Any], WithJsonSchema(_STEPS_SCHEMA)]
"""A list of steps; each is read on its own, by its verb."""
AgainText = Annotated[
    Again,
    PlainValidator(parse_again),
    WithJsonSchema({"type": "string", "examples": ["once", "90 days after exit", "per signal.webinar"]}),
]
"""A field of a model that says whether a lead may enter again."""
PauseText = Annotated[
    Pause,
    PlainValidator(parse_pause),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["3 days"]},
                {
                    "type": "object",
                    "properties": {
                        "until": {"type": "string", "examples": ["tue 10:00", "webinar.ends_at + 1 hour"]}
                    },
                    "required": ["until"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A field of a model that reads `3 days` or `{until: "tue 10:00"}`."""
ExpiryText = Annotated[
    timedelta | Moment,
    PlainValidator(parse_expiry),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["5 days"]}, MOMENT_SCHEMA]}),
]
"""A field of a model that reads `5 days` or `webinar.starts_at - 2 hours`."""
_CAST = {"type": "string", "examples": ["tue 10:00"]}
CastText = Annotated[
    Casts,
    PlainValidator(parse_casts),
    WithJsonSchema({"anyOf": [_CAST, {"type": "array", "items": _CAST, "minItems": 1}]}),
]
"""A field of a model that reads `tue 10:00`, or a list of those."""
_GOAL_SCHEMA = {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/WayOut"}]}


class WayIn(Strict):
    """Who enters: on a signal, or everyone the condition selects; and whether again."""

    on: SignalType | None = None
    when: ConditionText | None = None
    again: AgainText = Again()
    until: MomentText | None = None


class WayOut(Strict):
    """Why a lead leaves: a condition, a signal, or a signal for which the condition holds."""

    on: SignalType | None = None
    when: ConditionText | None = None


StreamItem = Annotated[dict[Name, TemplateName], Field(min_length=1, max_length=1)]
"""One line of a stream: an asset, and the template that sends it."""


class SequenceFile(Strict):
    """A sequence file as written."""

    sequence: Name
    title: Words | None = None
    funnel: Funnel
    topic: Name
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    enter: WayIn
    exit: tuple[WayOut, ...] = ()
    goal: Annotated[Any, WithJsonSchema(_GOAL_SCHEMA)] = None  # a signal type, or a way out
    window: WindowText | None = None
    caps: tuple[CapText, ...] = ()
    webinar: Name | None = None
    on_change: OnChange = "finish"
    moves: dict[str, str] = Field(default={})
    steps: Annotated[list[Any], Field(min_length=1), WithJsonSchema({**_STEPS_SCHEMA, "minItems": 1})] = (
        Field(default=[], validate_default=False)
    )
    stream: Annotated[list[StreamItem], Field(min_length=1)] | None = None
    cast: CastText | None = None


class StepFile(Strict):
    """What every kind of step may say."""

    id: StepId | None = None


class SendFile(StepFile):
    """Send a template."""

    send: TemplateName
    unless: ConditionText | None = None
    over_cap: OverCap = "defer"
    defer_max: Span = DEFER_MAX
    at: MomentText | None = None
    grace: Span = GRACE
    ics: Literal["webinar"] | None = None
    expires: ExpiryText | None = None
    on_expired: OnExpired = "skip"
    repeat: Literal["allowed", "never"] = "never"
    window: WindowText | None = None


class WaitFile(StepFile):
    """Wait for a span, or until a weekday and time."""

    wait: PauseText


class WaitForFile(StepFile):
    """Wait for a signal, for at most `within`."""

    wait_for: SignalType
    when: ConditionText | None = None
    within: Span
    before: Literal["counts", "ignored"] = "ignored"
    then: Steps = Field(default=[])
    otherwise: Steps = Field(default=[])


class Case(Strict):
    """Steps to take when a condition holds."""

    when: ConditionText
    steps: Steps


class LastCase(Strict):
    """Steps to take when no case above holds."""

    otherwise: Steps


class ChooseFile(StepFile):
    """Take the first case that holds."""

    choose: Annotated[
        list[Any],
        Field(min_length=1),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [{"$ref": "#/definitions/Case"}, {"$ref": "#/definitions/LastCase"}]},
            }
        ),
    ]


class Arm(Strict):
    """An arm of a split: its weight, and the steps only it takes."""

    weight: Annotated[float, Field(gt=0, le=1000000)]
    steps: Steps = Field(default=[])


class SplitText(Strict):
    """A named split and its arms; an arm is a weight, or a weight and steps."""

    name: Name
    arms: Annotated[
        dict[Name, Any],
        Field(min_length=2),
        WithJsonSchema(
            {
                "type": "object",
                "minProperties": 2,
                "additionalProperties": {
                    "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"$ref": "#/definitions/Arm"}]
                },
            }
        ),
    ]


class SplitFile(StepFile):
    """Take one of several arms, by a hash of the lead."""

    split: SplitText


class SetFile(StepFile):
    """Set attributes of the lead."""

    set: Annotated[dict[str, Any], Field(min_length=1)]


class HandoffFile(StepFile):
    """Offer the lead to sales."""

    handoff: Words


class NotifyFile(StepFile):
    """Write to a team or a seller about the lead."""

    notify: TemplateName
    to: Text
    cause: Words | None = None


Plain = str | int | float | bool
"""A value that a webhook carries as it is written."""


class WebhookFile(StepFile):
    """Tell another system, by the name nurture.yaml gives it."""

    webhook: Name
    data: dict[Name, Plain] = Field(default={})


class EndFile(StepFile):
    """End the sequence here; the text says why."""

    end: Annotated[bool | str, WithJsonSchema({"type": ["boolean", "string"]})]


VERBS: Mapping[str, type[StepFile]] = {
    "send": SendFile,
    "wait": WaitFile,
    "wait_for": WaitForFile,
    "choose": ChooseFile,
    "split": SplitFile,
    "set": SetFile,
    "notify": NotifyFile,
    "webhook": WebhookFile,
    "handoff": HandoffFile,
    "end": EndFile,
}
"""Every kind of step by its verb."""
STAND_INS: Mapping[str, Any] = {"within": "1 day", "to": "nobody"}
"""What a step is read with when it lacks it, so that the rest of it can be checked."""
