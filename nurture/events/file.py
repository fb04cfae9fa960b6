"""events.yaml as it is written: which of the site's events are which signals, and what is taken from them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from nurture.files.source import Strict, Written
from nurture.project.catalog import SignalType, Word
from nurture.spans import Span, parse_span

Path = Annotated[
    str,
    Written(
        r"[^\s.\[\]]{1,80}(\.[^\s.\[\]]{1,80}){0,7}",
        "a place in an event; write it as `plan` or `context.page.path`",
    ),
]
"""Where something stands in an event: names with points between, below its properties (or traits)."""
EventName = Annotated[str, Field(min_length=1, max_length=200)]
"""What the site calls an event; case and blanks do not matter."""
Fixed = Any
"""A value that every such signal carries; the check holds it to the type that the catalogue declares."""


class Meaning(Strict):
    """The signal that an event is: where its properties stand in the event, and what they always are."""

    signal: SignalType
    properties: dict[Word, Path] = Field(default={})
    set: dict[Word, Fixed] = Field(default={})


class PageMeaning(Strict):
    """The signal that a visit to a page is."""

    signal: SignalType = "page.visited"
    properties: dict[Word, Path] = Field(default={"page": "path", "url": "url"})
    set: dict[Word, Fixed] = Field(default={})


Said = Annotated[
    Annotated[SignalType, Tag("signal")] | Annotated[Meaning, Tag("meaning")],
    Discriminator(lambda said: "meaning" if isinstance(said, (dict, Meaning)) else "signal"),
]
"""`trial.started`, or `{signal: trial.started, properties: {plan: plan_name}}`."""


class EventsFile(Strict):
    """All of events.yaml."""

    events: dict[EventName, Said] = Field(default={})
    pages: PageMeaning = PageMeaning()
    traits: dict[Word, Path] = Field(default={})
    ignore: tuple[EventName, ...] = ()
    keep_anonymous: Span = parse_span("30 days")
