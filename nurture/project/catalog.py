"""The catalogue, catalog.yaml: topics, assets, webinars, attributes, own signals and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from nurture.conditions.condition import Condition, ConditionError, Vocabulary, parse
from nurture.conditions.fields import CORE_FIELDS, CORE_SIGNALS
from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, Strict, Written, fault_at, fault_within, salvage
from nurture.spans import CapText, Span, parse_span
from nurture.texts.translation import Language, Links, Said, Words, in_language
from nurture.words import Basis

Kind = Literal["text", "number", "flag", "date", "list"]
"""The types of attributes and properties."""
Name = Annotated[str, Written(r"[a-z0-9][a-z0-9_-]{0,79}", "a name; write it as `security-guide`")]
"""A name of a topic, an asset, a webinar, a segment or a sequence."""
Word = Annotated[str, Written(r"[a-z][a-z0-9_]{0,79}", "a name; write it as `company_size`")]
"""A name of an attribute or a property: usable after a dot in conditions and templates."""
SignalType = Annotated[
    str,
    Written(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})+", "a signal type; write it as `trial.started`"),
]
"""A signal type such as `trial.started`."""
Funnel = Literal["tofu", "mofu", "bofu"]
"""Discovery, evaluation or decision."""
ConditionText = Annotated[
    str, BeforeValidator(lambda text: str(text).lower() if isinstance(text, bool) else text)
]
"""A condition; `true` and `false` need no quotes in YAML."""


LINKS = ("url", "register_url", "join_url", "replay_url")
"""The links of assets and webinars."""


class Described(Strict):
    """An attribute or a property: its type, and the only values it may have."""

    type: Kind = "text"
    one_of: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _only_words(self) -> Described:
        if self.one_of is not None and self.type not in ("text", "list"):
            raise ValueError(f"`one_of` lists texts, and this is a {self.type}")
        return self


Property = Annotated[
    Annotated[Kind, Tag("type")] | Annotated[Described, Tag("described")],
    Discriminator(lambda said: "described" if isinstance(said, (dict, Described)) else "type"),
]
Properties = dict[Word, Property]
"""Attributes, or the properties of a signal type: `text`, or `{type: text, one_of: [small, large]}`."""


class Topic(Strict):
    """Something a lead may consent to, on the bases it accepts, at most so often."""

    title: Words
    accepts: frozenset[Basis] = frozenset({Basis.OPT_IN, Basis.DOUBLE_OPT_IN})
    caps: tuple[CapText, ...] = ()


class Asset(Strict):
    """Something worth reading: a white paper, a case study, a guide."""

    title: Words
    url: Links
    funnel: Funnel | None = None
    languages: tuple[Language, ...] = ()
    topic: str | None = None


class Webinar(Strict):
    """A webinar: when it starts, how long it lasts, and its links."""

    title: Words
    starts_at: AwareDatetime
    length: Span = parse_span("1 hour")
    register_url: Links | None = None
    join_url: Links | None = None
    replay_url: Links | None = None


def worded(one: Asset | Webinar, language: str, home: str) -> dict[str, str]:
    """The title and the links of an asset or a webinar, as a reader of `language` gets them.

    What is written once is in `home`, the project's language, unless the asset has others only.
    """
    own = one.languages if isinstance(one, Asset) else ()
    written = home if home in own or not own else own[0]
    said = {name: getattr(one, name, None) for name in ("title", *LINKS)}
    known = {name: in_language(each, language, written) for name, each in said.items() if each is not None}
    return {name: str(each) if name in LINKS else each for name, each in known.items()}


_SOME_WEBINAR = Webinar(title="?", starts_at=datetime(2100, 1, 1, tzinfo=UTC))
OPEN = ""
"""The type of an attribute or a property whose own could not be read: it is compared with anything."""


class CatalogFile(Strict):
    """catalog.yaml as written."""

    topics: dict[Name, Topic] = Field(default={})
    assets: dict[Name, Asset] = Field(default={})
    webinars: dict[Name, Webinar] = Field(default={})
    attributes: Properties = Field(default={})
    signals: dict[SignalType, Properties] = Field(default={})
    segments: dict[Name, ConditionText] = Field(default={})


@dataclass(frozen=True, slots=True)
class Catalog:
    """catalog.yaml as checked."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    webinars: Mapping[str, Webinar] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segments: Mapping[str, Condition] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)  # attribute, type.property -> one_of

    @property
    def titles(self) -> Mapping[str, Said]:
        """What topics, assets and webinars are called, by name."""
        shelves: tuple[Mapping[str, Topic | Asset | Webinar], ...] = (self.topics, self.webinars, self.assets)
        return {name: one.title for shelf in shelves for name, one in shelf.items()}

    def vocabulary(self) -> Vocabulary:
        """The names a condition of this project may use: the core's and the catalogue's own."""
        core = {name: {**words, **self.signals.get(name, {})} for name, words in CORE_SIGNALS.items()}
        own = {name: words for name, words in self.signals.items() if name not in core}
        return Vocabulary(
            fields={**self.attributes, **CORE_FIELDS},
            signals={**core, **own},
            topics=frozenset(self.topics),
            segments=self.segments,
            choices={
                "asset": frozenset(self.assets),
                "webinar": frozenset(self.webinars),
                "topic": frozenset(self.topics),
            },
            values=self.values,
        )


def read_catalog(node: Node, path: str) -> tuple[Catalog | None, list[Fault]]:
    """Read catalog.yaml; its segments may use the segments written above them."""
    catalog, faults = salvage_catalog(node, path)
    return (None if faults else catalog), faults


def salvage_catalog(node: Node, path: str) -> tuple[Catalog | None, list[Fault]]:
    """Read catalog.yaml, and answer its names also when some of them have faults.

    Other files can then be checked against it all the same. It is None when whole sections cannot be read:
    no name can then be told to be unknown. Never run what comes with faults.
    """
    found = salvage(CatalogFile, node, path, _STAND_INS)
    file, left = found.value, found.left
    if file is None or any(
        not section.is_mapping for section in node.value.values() if section.value is not None
    ):
        return None, found.faults
    faults = [*found.faults, *_taken(file, node, path), *_unknown_topics(file, node, path)]
    plain = _named(file, node)
    segments: dict[str, Condition] = {}
    for name, text in file.segments.items():
        try:
            segments[name] = parse(text, replace(plain, segments=dict(segments)).vocabulary())
            if segments[name].reads_signal:
                message = "a segment looks at leads, not at the signal of one moment"
                faults.append(fault_at(node, ("segments", name), path, "NUR034", message))
        except ConditionError as error:
            faults.append(condition_fault(node, ("segments", name), path, error))
            segments[name] = parse("true")  # its fault is told once, not at everything that names it
    for name in _written(node, "segments"):
        segments.setdefault(name, parse("true"))
    unsure = frozenset(
        key for key in node.value if key not in CatalogFile.model_fields and key not in left.value
    )
    return (None if unsure else replace(plain, segments=segments)), faults


_STAND_INS = {"title": "?", "url": "https://example.com/", "starts_at": "2100-01-01T00:00Z", "type": "text"}
"""What an entry is read with when it lacks it, so that the rest of it is checked."""


def _named(file: CatalogFile, node: Node) -> Catalog:
    """The catalogue with every name that is written in it; what could not be read of one is open."""
    signals = _written(node, "signals")
    return Catalog(
        {**dict.fromkeys(_written(node, "topics"), Topic(title="?")), **file.topics},
        {**dict.fromkeys(_written(node, "assets"), Asset(title="?", url="/")), **file.assets},
        {**dict.fromkeys(_written(node, "webinars"), _SOME_WEBINAR), **file.webinars},
        _types(file.attributes, node, "attributes"),
        {signal: _types(file.signals.get(signal, {}), node, "signals", signal) for signal in signals},
        values=_values(file),
    )


def _written(node: Node, *loc: str) -> list[str]:
    section = node.get(*loc)
    return list(section.value) if section is not None and section.is_mapping else []


def condition_fault(node: Node, loc: tuple[str | int, ...], path: str, error: ConditionError) -> Fault:
    """Make the fault of a condition, pointing at the word inside it."""
    return fault_within(
        node,
        loc,
        path,
        "NUR020",
        error.message,
        offset=error.column - 1,
        width=error.width,
        hint=error.suggestion,
    )


def _types(properties: Mapping[str, Property], node: Node, *loc: str) -> dict[str, str]:
    """The types of all that is written at `loc`; one that was not read as it is written is open."""
    types = dict.fromkeys(_written(node, *loc), OPEN)
    for name, said in properties.items():
        written = node.get(*loc, name, "type")
        if written is None or written.value == _type(said):
            types[name] = _type(said)
    return types


def _type(said: Property) -> str:
    return said.type if isinstance(said, Described) else said


def _values(file: CatalogFile) -> dict[str, frozenset[str]]:
    own = {f"{signal}.{name}": said for signal, known in file.signals.items() for name, said in known.items()}
    both = {**file.attributes, **own}
    return {n: frozenset(s.one_of) for n, s in both.items() if isinstance(s, Described) and s.one_of}


def _taken(file: CatalogFile, node: Node, path: str) -> list[Fault]:
    """Attributes and properties that would hide a core one of another type."""
    faults = [
        fault_at(
            node, ("attributes", name), path, "NUR013", f"`{name}` is a core field of every lead", key=True
        )
        for name in file.attributes
        if name in CORE_FIELDS
    ]
    for signal, properties in file.signals.items():
        for name, said in properties.items():
            core = CORE_SIGNALS.get(signal, {}).get(name, _type(said))
            if _type(said) != core:
                message = f"`{name}` of the core signal {signal} is {core}"
                faults.append(fault_at(node, ("signals", signal, name), path, "NUR013", message))
    return faults


def _unknown_topics(file: CatalogFile, node: Node, path: str) -> list[Fault]:
    return [
        fault_at(
            node,
            ("assets", name, "topic"),
            path,
            "NUR041",
            f"unknown topic `{asset.topic}`",
            hint=did_you_mean(asset.topic, file.topics),
        )
        for name, asset in file.assets.items()
        if asset.topic is not None and asset.topic not in file.topics
    ]
