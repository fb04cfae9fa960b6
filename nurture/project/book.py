"""The book: every file of a project, read, checked one against another, and ready to run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from nurture.conditions.condition import Vocabulary
from nurture.events.map import NO_EVENTS, EventMap, salvage_events
from nurture.files.diagnosis import Fault, in_order
from nurture.files.source import Node, fault_at
from nurture.files.tree import salvage_yaml
from nurture.project.catalog import Catalog, salvage_catalog
from nurture.project.checks import (
    check_openings,
    check_recipients,
    check_sends,
    check_template_assets,
    template_files,
)
from nurture.project.languages import check_languages, known_languages
from nurture.project.policy import Policy, salvage_policy
from nurture.project.shelves import CATALOG, EVENTS, POLICY, SCORING, is_sequence, spelled, spellings
from nurture.scoring.model import ScoringModel, read_scoring
from nurture.sequences.grammar import is_standing, salvage_sequence
from nurture.sequences.steps import Sequence
from nurture.templates.render import TemplateSet, compile_templates
from nurture.words import Axis

T = TypeVar("T")
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Book:
    """A project that passed every check. `digest` names its content; `files` is what it was read from."""

    policy: Policy
    catalog: Catalog
    scoring: ScoringModel
    sequences: Mapping[str, Sequence]
    templates: TemplateSet
    digest: str
    files: Mapping[str, str]
    engagement_thresholds: tuple[float, ...] = ()  # values at which something may change, ascending
    fit_thresholds: tuple[float, ...] = ()
    signal_types: frozenset[str] = frozenset()  # every type a sequence or a scoring rule reads
    events: EventMap = NO_EVENTS  # what the site's events are


def read_book(files: Mapping[str, str]) -> tuple[Book | None, list[Fault]]:
    """Read a project from its files (path -> text). Answers all faults of all files, and raises nothing.

    Keys are paths below the project, with `/`. The book is None when any fault is an error.
    """
    shelf = _Shelf(files)
    book = shelf.read()
    faults = in_order(dict.fromkeys(shelf.faults))
    broken = any(fault.severity == "error" for fault in faults)
    return (None if broken else book), faults


def digest_of(files: Mapping[str, str]) -> str:
    """Answer the sha256 of the files' paths and texts; two equal projects have the same."""
    text = json.dumps(sorted(files.items()), separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class _Shelf:
    """Reads file by file, goes on after faults, and keeps them all."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.faults: list[Fault] = [fault for path, text in files.items() for fault in _not_utf8(path, text)]
        self.files = {path: _UNDECODED.sub("\ufffd", text) for path, text in files.items()}

    def read(self) -> Book | None:
        policy, policy_node = self._root(POLICY, salvage_policy)
        catalog, catalog_node = self._root(CATALOG, salvage_catalog)
        vocabulary = catalog.vocabulary() if catalog else None
        scoring, scoring_node = self._root(SCORING, lambda node, path: read_scoring(node, path, vocabulary))
        events = self._events(vocabulary)
        language = policy.language if policy else "en"
        templates, faults = compile_templates(self.files, catalog, language)
        self.faults += faults
        if catalog is not None:
            self.faults += check_template_assets(self.files, templates, catalog)
        read = self._sequences(catalog, vocabulary, templates)
        if policy is None or policy_node is None:
            return None
        self._check_policy(policy, policy_node, read)
        known = known_languages(policy, templates)
        roots = ((POLICY, policy_node), (CATALOG, catalog_node), (SCORING, scoring_node))
        files = [*((spelled(self.files, path), node) for path, node in roots)]
        files += [(sequence.path, node) for sequence, node in read.values()]
        self.faults += [f for path, node in files if node for f in check_languages(node, path, known)]
        if catalog is None or scoring is None:
            return None
        sequences = {name: sequence for name, (sequence, _) in sorted(read.items())}
        return replace(_bind(policy, catalog, scoring, sequences, templates, self.files), events=events)

    def _events(self, vocabulary: Vocabulary | None) -> EventMap:
        path = spelled(self.files, EVENTS)
        if path not in self.files:
            return salvage_events(None, path, vocabulary)[0]
        self._twice(path)
        events, faults = salvage_events(self._load(path), path, vocabulary)
        self.faults += faults
        return events

    def _check_policy(self, policy: Policy, node: Node, read: Mapping[str, tuple[Sequence, Node]]) -> None:
        """What sequences need of the policy; not what was taken out of it because of its own faults."""
        path = spelled(self.files, POLICY)
        self.faults += check_recipients(policy, node, read)
        lost = {fault.line for fault in self.faults if fault.file == path}
        if not lost:
            self.faults += check_openings(policy, node, path, sequences=read)

    def _root(
        self, path: str, reader: Callable[[Node, str], tuple[T | None, list[Fault]]]
    ) -> tuple[T | None, Node | None]:
        path = spelled(self.files, path)
        if path not in self.files:
            hint = "`nurture init` writes one to start from"
            self.faults.append(Fault("NUR006", f"there is no {path}", path, help=hint))
            return None, None
        self._twice(path)
        node = self._load(path)
        if node is None:
            return None, None
        value, faults = reader(node, path)
        self.faults += faults
        return value, node

    def _twice(self, path: str) -> None:
        """Only one of `x.yaml` and `x.yml` can be meant; the first is read."""
        _, other = spellings(path)
        if other in self.files:
            hint = "keep one of both"
            message = f"{other} stands beside {path}: which one counts?"
            self.faults.append(Fault("NUR007", message, other, help=hint))

    def _load(self, path: str) -> Node | None:
        node, faults = salvage_yaml(path, self.files[path])
        self.faults += faults
        return node

    def _sequences(
        self, catalog: Catalog | None, vocabulary: Vocabulary | None, templates: TemplateSet
    ) -> dict[str, tuple[Sequence, Node]]:
        """Every sequence that could be read, by its name; those with faults are checked, and never run."""
        found: dict[str, tuple[Sequence, Node]] = {}
        there = template_files(self.files)
        for path in sorted(self.files):
            first = f"{path.removesuffix('.yml')}.yaml"
            if not is_sequence(path) or (path != first and first in self.files):
                continue
            self._twice(path)
            node = self._load(path)
            if node is None:
                continue
            sequence, faults = salvage_sequence(node, path, catalog, vocabulary=vocabulary)
            self.faults += faults
            self.faults += check_sends(node, path, templates, there=there, standing=is_standing(node))
            title = node.get("sequence")
            name = str(title.value) if title else path
            if name in found:
                message = f"the sequence `{name}` is already in {found[name][0].path}"
                self.faults.append(
                    fault_at(
                        node, ("sequence",), path, code="NUR052", message=message, hint="choose another name"
                    )
                )
            found.setdefault(name, (sequence, node))
        return found


def _not_utf8(path: str, text: str) -> list[Fault]:
    """The first byte that was no UTF-8, if there is one; such bytes are read as lone surrogates."""
    found = _UNDECODED.search(text)
    if found is None:
        return []
    line, before = text.count("\n", 0, found.start()) + 1, text.rfind("\n", 0, found.start())
    shown = _UNDECODED.sub("\ufffd", text.split("\n")[line - 1])
    message = f"this is not UTF-8 text: here is the byte 0x{ord(found[0]) - 0xDC00:02x}"
    hint = "save the file as UTF-8, or move it out of the project's folders"
    return [Fault("NUR008", message, path, line, found.start() - before, 1, hint, source_line=shown)]


def _bind(
    policy: Policy,
    catalog: Catalog,
    scoring: ScoringModel,
    sequences: Mapping[str, Sequence],
    templates: TemplateSet,
    files: Mapping[str, str],
) -> Book:
    live = [
        pair
        for each in sequences.values()
        for condition in each.conditions()
        for pair in condition.thresholds
    ]
    read = [scoring.signal_types, *(sequence.signal_types for sequence in sequences.values())]
    return Book(
        policy=policy,
        catalog=catalog,
        scoring=scoring,
        sequences=sequences,
        templates=templates,
        digest=digest_of(files),
        files=dict(files),
        engagement_thresholds=_thresholds("engagement", policy.maturity.engagement.values(), policy, live),
        fit_thresholds=_thresholds("fit", policy.maturity.fit.values(), policy, live),
        signal_types=frozenset().union(*read),
    )


def _thresholds(
    axis: Axis, entered: Iterable[float], policy: Policy, live: list[tuple[str, float]]
) -> tuple[float, ...]:
    """Where a grade or heat is entered, where it is left, and what live conditions compare with."""
    margin = policy.maturity.margin
    ours = {float(at) for threshold in entered for at in (threshold, threshold - margin)}
    return tuple(sorted(ours | {value for name, value in live if name == axis}))
