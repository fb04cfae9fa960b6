"""What the project makes of events: events.yaml checked against the catalogue, ready to read messages by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import translate
from typing import Any

from nurture.conditions.condition import Vocabulary
from nurture.conditions.fields import CORE_FIELDS
from nurture.events.file import EventsFile, Meaning, PageMeaning
from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, fault_at, load_yaml, salvage
from nurture.imports.lead import RowFault
from nurture.imports.types import BY_TYPE, PROFILE, Converter, as_line, as_list, as_text, at_most, one_of
from nurture.project.catalog import read_catalog
from nurture.project.shelves import CATALOG, EVENTS, spelled
from nurture.texts.wishes import fold
from nurture.values import PROFILE_FIELDS

LONGEST_TEXT = 2000
"""Characters of a text property; a longer one is not taken."""
MOST_ITEMS = 100
"""Values of a list property."""
WIDTHS = {"country": 2, "language": 20, "zone": 64}
"""Characters that the lead's own columns hold; the others take as much as any text."""

TRAITS: Mapping[str, Sequence[str]] = {
    "first_name": ("first_name", "firstName"),
    "last_name": ("last_name", "lastName"),
    "company": ("company.name", "company_name", "company"),
    "job_title": ("job_title", "jobTitle", "title"),
    "phone": ("phone",),
    "country": ("country", "address.country"),
    "language": ("language", "locale"),
    "zone": ("zone", "timezone"),
}
"""Where the profile stands in traits, as Segment and others write them; the first that is there counts."""

CONTEXT: Mapping[str, str] = {"language": "locale", "zone": "timezone"}
"""What the context of an event says of the lead, where its traits do not."""

Place = tuple[str, ...]
"""The keys that lead to a value in an event."""


@dataclass(frozen=True, slots=True)
class TakenProperty:
    """A property of a signal: where it stands in the event, and what makes a stored value of it."""

    name: str
    places: tuple[Place, ...]
    convert: Converter


@dataclass(frozen=True, slots=True)
class SignalMeaning:
    """The signal that an event is."""

    type: str
    takes: tuple[TakenProperty, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventMap:
    """events.yaml as checked, with what the catalogue declares."""

    vocabulary: Vocabulary
    events: Mapping[str, SignalMeaning]  # by the event's name, as it is written and folded
    pages: SignalMeaning
    own: Mapping[str, SignalMeaning]  # the declared types under their own names
    traits: tuple[TakenProperty, ...]
    beside: tuple[TakenProperty, ...]  # of the lead, where they stand in an event's context
    fields: Mapping[str, Converter]  # of a lead, for our own words
    ignored: re.Pattern[str]
    keep: timedelta

    def meaning(self, event: str) -> SignalMeaning | None:
        """What the event of this name is; None when nobody said it."""
        # A declared type under its own name needs no line in the file.
        return self.events.get(event) or self.own.get(event) or self.events.get(fold(event))

    def ignores(self, event: str) -> bool:
        """Whether the project knows this event and does not want it."""
        return self.ignored.fullmatch(fold(event)) is not None


def salvage_events(
    node: Node | None, path: str, vocabulary: Vocabulary | None
) -> tuple[EventMap, list[Fault]]:
    """Read events.yaml (`node` None: there is none) against the catalogue; what is left, and the faults.

    Never run what comes with faults. Without a vocabulary no name can be told to be unknown.
    """
    words = vocabulary or Vocabulary({}, {})
    if node is None:
        return _compiled(EventsFile(), words), []
    found = salvage(EventsFile, node, path, stand_ins={"signal": "page.visited"})
    file = found.value or EventsFile()
    faults = [*found.faults, *_twice(file, node, path)]
    if vocabulary is not None:
        faults += _Check(node, path, vocabulary).faults_of(file)
    return _compiled(file, words), faults


def read_events(files: Mapping[str, str]) -> EventMap:
    """What a release makes of events; the check found no fault in its files."""
    catalog, events = (
        load_yaml(path, files[path])[0] if path in files else None
        for path in (spelled(files, CATALOG), spelled(files, EVENTS))
    )
    words = read_catalog(catalog, CATALOG)[0] if catalog is not None else None
    return salvage_events(events, EVENTS, words.vocabulary() if words is not None else None)[0]


def _twice(file: EventsFile, node: Node, path: str) -> list[Fault]:
    """Names that only case or blanks tell apart are one event."""
    seen: dict[str, str] = {}
    faults = []
    for name in file.events:
        first = seen.setdefault(fold(name), name)
        if first != name:
            message = f"`{name}` is the same event as `{first}`: case and blanks do not matter"
            faults.append(
                fault_at(
                    node, ("events", name), path, code="NUR601", message=message, hint="keep one", key=True
                )
            )
    return faults


class _Check:
    """Holds events.yaml to the catalogue: every name is declared, every fixed value of its type."""

    def __init__(self, node: Node, path: str, vocabulary: Vocabulary) -> None:
        self.node, self.path, self.words = node, path, vocabulary
        self.faults: list[Fault] = []

    def faults_of(self, file: EventsFile) -> list[Fault]:
        for name, said in file.events.items():
            if isinstance(said, str):
                self._known(("events", name), said)
            else:
                self._meaning(("events", name), said)
        self._meaning(("pages",), file.pages)
        known = {**dict.fromkeys(PROFILE_FIELDS, "text"), **_attributes(self.words)}
        for name in file.traits:
            if name not in known:
                hint = did_you_mean(name, known)
                message = f"a lead has no field `{name}`"
                self._fault(("traits", name), "NUR604", message, hint, key=True)
        return self.faults

    def _fault(
        self, loc: tuple[str | int, ...], code: str, message: str, hint: str = "", *, key: bool = False
    ) -> None:
        self.faults.append(
            fault_at(self.node, loc, self.path, code=code, message=message, hint=hint, key=key)
        )

    def _known(self, loc: tuple[str | int, ...], signal: str) -> bool:
        if signal in self.words.signals:
            return True
        hint = f"{did_you_mean(signal, self.words.signals)} Your own stand under `signals:` in catalog.yaml"
        self._fault(loc, "NUR602", f"unknown signal type `{signal}`", hint)
        return False

    def _meaning(self, loc: tuple[str | int, ...], said: Meaning | PageMeaning) -> None:
        if not self._known((*loc, "signal"), said.signal):
            return
        declared = self.words.signals[said.signal]
        for section, names in (("properties", said.properties), ("set", said.set)):
            for name in names:
                if name not in declared:
                    hint = did_you_mean(name, declared)
                    message = f"`{said.signal}` has no property `{name}`"
                    self._fault((*loc, section, name), "NUR603", message, hint, key=True)
                elif section == "set":
                    self._fixed((*loc, "set", name), said.signal, name, said.set[name])

    def _fixed(self, loc: tuple[str | int, ...], signal: str, name: str, value: Any) -> None:
        known = self.words.choices.get(name)
        try:
            taken = converter(self.words, signal, name)(value)
        except RowFault as fault:
            self._fault(loc, "NUR605", fault.message)
            return
        if known is not None and taken not in known:
            self._fault(
                loc, "NUR605", f"the catalogue has no {name} `{value}`", did_you_mean(str(value), known)
            )


def converter(words: Vocabulary, signal: str, name: str) -> Converter:
    """What makes a stored value of a property, as the catalogue declares it."""
    kind = words.signals[signal].get(name, "text")
    return _converter(kind, words.values.get(f"{signal}.{name}"))


def _converter(kind: str, only: frozenset[str] | None) -> Converter:
    if only is not None:
        return one_of(only, BY_TYPE["list"] if kind == "list" else as_line)
    if kind == "list":
        return _short_list
    return at_most(LONGEST_TEXT, as_text) if kind in ("text", "") else BY_TYPE[kind]


def _short_list(value: Any) -> list[Any]:
    items: list[Any] = at_most(MOST_ITEMS, as_list)(value)
    return [at_most(LONGEST_TEXT, as_text)(one) if isinstance(one, str) else one for one in items]


def _attributes(words: Vocabulary) -> dict[str, str]:
    """The lead's own attributes: fields that no lead has by itself."""
    return {name: kind for name, kind in words.fields.items() if name not in CORE_FIELDS}


def _compiled(file: EventsFile, words: Vocabulary) -> EventMap:
    own = {
        signal: _meant(words, signal, {name: name for name in known})
        for signal, known in words.signals.items()
    }
    events = {}
    for name, said in file.events.items():
        if isinstance(said, Meaning):
            meaning = _meant(words, said.signal, said.properties, said.set)
        else:
            meaning = own.get(said, SignalMeaning(said))
        events[name] = events[fold(name)] = meaning
    pages = file.pages
    fields = _fields(words)
    return EventMap(
        vocabulary=words,
        events=events,
        pages=_meant(words, pages.signal, pages.properties, pages.set),
        own=own,
        traits=tuple(_traits(file, fields)),
        beside=tuple(TakenProperty(name, ((key,),), fields[name]) for name, key in CONTEXT.items()),
        fields=fields,
        ignored=re.compile("|".join(translate(fold(one)) for one in file.ignore) or r"(?!)"),
        keep=file.keep_anonymous,
    )


def _meant(
    words: Vocabulary, signal: str, properties: Mapping[str, str], fixed: Mapping[str, Any] | None = None
) -> SignalMeaning:
    declared = words.signals.get(signal, {})
    takes = [
        TakenProperty(name, (tuple(place.split(".")),), converter(words, signal, name))
        for name, place in properties.items()
        if name in declared
    ]
    return SignalMeaning(signal, tuple(takes), _held(words, signal, fixed or {}))


def _held(words: Vocabulary, signal: str, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The fixed values as they are stored; one with a fault was told, and is left out."""
    held = {}
    for name, value in fixed.items():
        if signal in words.signals:
            try:
                held[name] = converter(words, signal, name)(value)
            except RowFault:
                continue
    return held


def _fields(words: Vocabulary) -> dict[str, Converter]:
    own = {name: _converter(kind, words.values.get(name)) for name, kind in _attributes(words).items()}
    core = {
        name: at_most(WIDTHS.get(name, LONGEST_TEXT), PROFILE.get(name, as_line)) for name in PROFILE_FIELDS
    }
    return {**own, **core}


def _traits(file: EventsFile, fields: Mapping[str, Converter]) -> list[TakenProperty]:
    found = []
    for name, convert in fields.items():
        places = (file.traits[name],) if name in file.traits else TRAITS.get(name, (name,))
        found.append(TakenProperty(name, tuple(tuple(one.split(".")) for one in places), convert))
    return found


NO_EVENTS = _compiled(EventsFile(), Vocabulary({}, {}))
"""What is made of events where nothing is declared: nothing."""
