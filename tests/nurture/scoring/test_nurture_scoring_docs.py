"""docs/scoring.md tells the truth: its examples are read, and every key, fault and reason is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nurture.files.source import Node, load_yaml, validate
from nurture.project.catalog import Catalog
from nurture.project.policy import Maturity
from nurture.scoring.file import EngagementEntry, FitEntry, RegularityEntry, RuleEntry, UnansweredEntry
from nurture.scoring.maturity import BY_OPERATORS, Rejection
from nurture.scoring.model import read_scoring

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```yaml (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
MODELS = (FitEntry, RuleEntry, RegularityEntry, UnansweredEntry, EngagementEntry)


def tree(text: str) -> Node:
    node, faults = load_yaml("page.yaml", text)
    assert faults == []
    assert node is not None
    return node


def test_the_example_is_read() -> None:
    """The scoring.yaml on the page has no fault."""
    vocabulary = Catalog(attributes={"employees": "number"}).vocabulary()
    model, faults = read_scoring(tree(BLOCKS["scoring"]), "scoring.yaml", vocabulary)

    assert faults == []
    assert model is not None


@pytest.mark.parametrize("key", sorted({key for model in MODELS for key in model.model_fields}))
def test_every_key_is_in_the_example(key: str) -> None:
    """No key is without an example."""
    assert re.search(rf"^\W*{key}:", BLOCKS["scoring"], re.MULTILINE)


def test_the_matrix_is_read() -> None:
    """The maturity policy on the page has no fault, and no key is missing."""
    written = tree(BLOCKS["policy"]).get("maturity")
    assert written is not None
    maturity, faults = validate(Maturity, written, "nurture.yaml")

    assert faults == []
    assert maturity is not None
    assert maturity.model_fields_set == set(Maturity.model_fields)


def test_every_fault_is_on_the_page() -> None:
    """No fault code of scoring is undocumented."""
    room = ROOT / "nurture"
    used = {code for file in room.rglob("*.py") for code in re.findall(r'"(NUR3\d\d)"', file.read_text())}

    assert sorted(code for code in used if f"| {code} |" not in PAGE) == []


@pytest.mark.parametrize("word", [*Rejection, *sorted(BY_OPERATORS)])
def test_every_reason_and_stage_is_on_the_page(word: str) -> None:
    """What a seller may answer, and an operator may say, is written down."""
    assert f"`{word}`" in PAGE
