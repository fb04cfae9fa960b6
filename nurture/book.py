"""The book: every file of a project, read, checked one against another, and ready to run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from nurture.book_checks import (
    check_openings,
    check_recipients,
    check_sends,
    check_template_assets,
    template_of,
)
from nurture.catalog import Catalog, salvage_catalog
from nurture.conditions import Vocabulary
from nurture.diagnose import Fault, in_order
from nurture.grammar import read_sequence
from nurture.language_checks import check_languages, known_languages
from nurture.policy import Policy, read_policy
from nurture.render import TemplateSet, compile_templates
from nurture.scoring_model import ScoringModel, read_scoring
from nurture.source import Node, fault_at, load_yaml
from nurture.steps import Sequence

T = TypeVar("T")
POLICY, SCORING, CATALOG = "nurture.yaml", "scoring.yaml", "catalog.yaml"
"""The three files at the root of every project."""


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
        self.files = files
        self.faults: list[Fault] = []

    def read(self) -> Book | None:
        policy, policy_node = self._root(POLICY, read_policy)
        catalog, catalog_node = self._root(CATALOG, salvage_catalog)
        vocabulary = catalog.vocabulary() if catalog else None
        scoring, scoring_node = self._root(SCORING, lambda node, path: read_scoring(node, path, vocabulary))
        language = policy.language if policy else "en"
        templates, faults = compile_templates(self.files, catalog, language)
        self.faults += faults
        if catalog is not None:
            self.faults += check_template_assets(self.files, templates, catalog)
        broken = {template_of(fault.file) for fault in faults}
        read = self._sequences(catalog, vocabulary, templates, broken)
        roots = ((POLICY, policy_node), (CATALOG, catalog_node), (SCORING, scoring_node))
        if policy is not None:
            known = known_languages(policy, templates)
            files = [*roots, *((sequence.path, node) for sequence, node in read.values())]
            self.faults += [f for path, node in files if node for f in check_languages(node, path, known)]
        if policy is None or policy_node is None or catalog is None or scoring is None:
            return None
        self.faults += check_openings(policy, policy_node, read)
        self.faults += check_recipients(policy, read)
        sequences = {name: sequence for name, (sequence, _) in sorted(read.items())}
        return _bind(policy, catalog, scoring, sequences, templates, self.files)

    def _root(
        self, path: str, reader: Callable[[Node, str], tuple[T | None, list[Fault]]]
    ) -> tuple[T | None, Node | None]:
        if path not in self.files:
            hint = "`nurture init` writes one to start from"
            self.faults.append(Fault("NUR006", f"there is no {path}", path, help=hint))
            return None, None
        node = self._load(path)
        if node is None:
            return None, None
        value, faults = reader(node, path)
        self.faults += faults
        return value, node

    def _load(self, path: str) -> Node | None:
        node, faults = load_yaml(path, self.files[path])
        self.faults += faults
        return node

    def _sequences(
        self, catalog: Catalog | None, vocabulary: Vocabulary | None, templates: TemplateSet, broken: set[str]
    ) -> dict[str, tuple[Sequence, Node]]:
        found: dict[str, tuple[Sequence, Node]] = {}
        named: dict[str, str] = {}  # also the sequences with faults, so that a name taken twice is told
        for path in sorted(self.files):
            node = self._load(path) if _is_sequence(path) else None
            if node is None:
                continue
            sequence, faults = read_sequence(node, path, catalog, vocabulary)
            self.faults += faults
            standing = node.get("enter", "on") is None
            self.faults += check_sends(node, path, templates, broken, standing=standing)
            title = node.get("sequence")
            name = str(title.value) if title else path
            if name in named:
                message = f"the sequence `{name}` is already in {named[name]}"
                self.faults.append(
                    fault_at(node, ("sequence",), path, "NUR052", message, hint="choose another name")
                )
            elif sequence is not None:
                found[name] = sequence, node
            named.setdefault(name, path)
        return found


def _is_sequence(path: str) -> bool:
    return path.startswith("sequences/") and path.endswith((".yaml", ".yml"))


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
    axis: str, entered: Iterable[float], policy: Policy, live: list[tuple[str, float]]
) -> tuple[float, ...]:
    """Where a grade or heat is entered, where it is left, and what live conditions compare with."""
    margin = policy.maturity.margin
    ours = {float(at) for threshold in entered for at in (threshold, threshold - margin)}
    return tuple(sorted(ours | {value for name, value in live if name == axis}))
