"""The book: every file of a project, read, checked one against another, and ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nurture.catalog import Catalog
from nurture.diagnose import Fault
from nurture.policy import Policy
from nurture.steps import Sequence

if TYPE_CHECKING:
    from nurture.render import TemplateSet
    from nurture.scoring_model import ScoringModel


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
    """Read a project from its files (path -> text). Answers all faults of all files, and raises nothing."""
    raise NotImplementedError
