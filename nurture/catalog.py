"""The catalogue, catalog.yaml: topics, assets, webinars, attributes, own signals and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from nurture.conditions import Condition, Vocabulary
from nurture.diagnose import Fault
from nurture.policy import Language, Text
from nurture.source import Node, Strict
from nurture.spans import CapText, Span, parse_span
from nurture.words import Basis

Kind = Literal["text", "number", "flag", "date", "list"]
"""The types of attributes and properties."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
"""A name of a topic, an asset, a webinar or a segment."""
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
"""A name of an attribute or a property: usable after a dot in conditions and templates."""
SignalType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=80)]
"""A signal type such as `trial.started`."""
Link = Annotated[str, Field(pattern=r"^(https?://|mailto:|/)\S+$", max_length=2000)]
"""A link: http, https, mailto, or a path below the public URL."""
Funnel = Literal["tofu", "mofu", "bofu"]
"""Discovery, evaluation or decision."""


class Topic(Strict):
    """Something a lead may consent to, on the bases it accepts, at most so often."""

    title: Text
    accepts: frozenset[Basis] = frozenset({Basis.OPT_IN, Basis.DOUBLE_OPT_IN})
    caps: tuple[CapText, ...] = ()


class Asset(Strict):
    """Something worth reading: a white paper, a case study, a guide."""

    title: Text
    url: Link
    funnel: Funnel | None = None
    languages: tuple[Language, ...] = ()
    topic: str | None = None


class Webinar(Strict):
    """A webinar: when it starts, how long it lasts, and its links."""

    title: Text
    starts_at: AwareDatetime
    length: Span = parse_span("1 hour")
    register_url: Link | None = None
    join_url: Link | None = None
    replay_url: Link | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """catalog.yaml as checked."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    webinars: Mapping[str, Webinar] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segments: Mapping[str, Condition] = field(default_factory=dict)

    def vocabulary(self) -> Vocabulary:
        """The names a condition of this project may use."""
        raise NotImplementedError


def read_catalog(node: Node, path: str) -> tuple[Catalog | None, list[Fault]]:
    """Read catalog.yaml."""
    raise NotImplementedError


__all__ = ["Asset", "Catalog", "Topic", "Webinar", "read_catalog", "timedelta"]
