"""Moments around a webinar: `webinar.starts_at - 1 day`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import PlainValidator, WithJsonSchema

from nurture.spans import parse_span

if TYPE_CHECKING:
    from nurture.project.catalog import Webinar

_MOMENT = re.compile(r"webinar\.(starts_at|ends_at)(?: *([+-]) *(\S.*))?")
_HOW = "write `webinar.starts_at - 1 day` or `webinar.ends_at + 2 hours`"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment counted from the start or the end of the enrolment's webinar; before it when negative."""

    edge: Literal["starts_at", "ends_at"]
    offset: timedelta = timedelta(0)

    @property
    def leads_up(self) -> bool:
        """Whether it is not after the start, so that what is dated by it is of no use once it began."""
        return self.edge == "starts_at" and self.offset <= timedelta(0)

    def of(self, webinar: Webinar) -> datetime:
        """The instant it is for this webinar."""
        edge = webinar.starts_at if self.edge == "starts_at" else webinar.starts_at + webinar.length
        return edge.astimezone(UTC) + self.offset


def parse_moment(text: object) -> Moment:
    """Read `webinar.starts_at`, `webinar.starts_at - 1 day` or `webinar.ends_at + 2 hours`.

    Raises ValueError for anything else.
    """
    match = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"`{str(text)[:60]}` is not a moment of a webinar; {_HOW}")
    span = parse_span(match[3]) if match[3] else timedelta(0)
    return Moment(match[1], -span if match[2] == "-" else span)  # type: ignore[arg-type]  # the pattern's words


def is_moment(text: object) -> bool:
    """Whether somebody meant a moment of a webinar, well written or not."""
    return isinstance(text, str) and text.strip().startswith("webinar.")


MOMENT_SCHEMA = {
    "type": "string",
    "pattern": r"^webinar\.(starts_at|ends_at)",
    "examples": ["webinar.starts_at - 1 day", "webinar.ends_at + 2 hours"],
}
MomentText = Annotated[Moment, PlainValidator(parse_moment), WithJsonSchema(MOMENT_SCHEMA)]
"""A field of a model that reads `webinar.starts_at - 1 day`."""
