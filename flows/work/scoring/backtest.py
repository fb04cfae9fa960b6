"""Back-tests scoring files on the leads of a store, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.work.scoring.outcomes import read_examples
from leadstore.store import Store
from nurture.conditions.condition import Vocabulary
from nurture.errors import BookError, ProjectError
from nurture.files.source import load_yaml
from nurture.learning.backtest import Replayed
from nurture.learning.outcomes import OutcomeRule
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel, read_scoring


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A scoring file outside of any release: its text, and what was read from it."""

    path: Path
    text: str
    model: ScoringModel


def read_model(path: Path, vocabulary: Vocabulary) -> ModelFile:
    """Read a scoring file against the project's names.

    Raises:
        ProjectError: it cannot be read. BookError: it has faults; it carries all of them.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror}", hint="check its name") from error
    node, faults = load_yaml(str(path), text)
    model = None
    if node is not None:
        model, faults = read_scoring(node, str(path), vocabulary)
    if model is None:
        raise BookError(f"{path} has faults, so it cannot be tried", faults)
    return ModelFile(path, text, model)


def replay(
    store: Store, models: Sequence[ScoringModel], maturity: Maturity, *, outcome: OutcomeRule, now: datetime
) -> list[Replayed]:
    """Replay every lead's history under each model, in one pass over the store."""
    types = frozenset[str]().union(*(model.signal_types for model in models))
    replayed = [Replayed() for _ in models]
    for example in read_examples(store, outcome, types, now=now):
        for one, model in zip(replayed, models, strict=True):
            one.add(model, maturity, example)
    return replayed
