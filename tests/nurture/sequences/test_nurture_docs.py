"""Every example of docs/sequences.md is read by the real readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nurture.conditions.condition import parse
from nurture.files.source import Node, load_yaml
from nurture.project.catalog import Catalog, read_catalog
from nurture.project.policy import read_policy
from nurture.sequences.file import VERBS, SequenceFile
from nurture.sequences.grammar import read_sequence

PAGE = (Path(__file__).parents[3] / "docs" / "sequences.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml ?(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SEQUENCES = [text for kind, text in BLOCKS if kind == "sequence"]
STEPS = [text for kind, text in BLOCKS if kind == ""]
HEAD = "sequence: x\nfunnel: tofu\ntopic: guides\nenter: {on: form.submitted}\nsteps:\n"


def block(kind: str) -> str:
    return next(text for each, text in BLOCKS if each == kind)


def tree(text: str) -> Node:
    node, faults = load_yaml("page.yaml", text)
    assert faults == []
    assert node is not None
    return node


def catalog() -> Catalog:
    read, faults = read_catalog(tree(block("catalog")), "catalog.yaml")
    assert faults == []
    assert read is not None
    return read


@pytest.mark.parametrize("text", SEQUENCES)
def test_whole_sequences_are_read(text: str) -> None:
    """Each block marked as a sequence is one, without a fault."""
    sequence, faults = read_sequence(tree(text), "page.yaml", catalog())

    assert faults == []
    assert sequence is not None


@pytest.mark.parametrize("text", STEPS)
def test_lists_of_steps_are_read(text: str) -> None:
    """Each plain block is a list of steps, without a fault."""
    _, faults = read_sequence(tree(HEAD + text), "page.yaml", catalog())

    assert faults == []


def test_the_policy_is_read() -> None:
    """The policy on the page has no fault."""
    _, faults = read_policy(tree(block("policy")), "nurture.yaml")

    assert faults == []


def test_conditions_are_read() -> None:
    """Each condition on the page can be parsed with the page's catalogue."""
    listed = tree("all:\n" + block("conditions")).get("all")

    assert listed is not None
    assert all(parse(item.value, catalog().vocabulary()) for item in listed.items())


@pytest.mark.parametrize(
    "key", [*SequenceFile.model_fields, *(f for m in VERBS.values() for f in m.model_fields)]
)
def test_every_key_is_on_the_page(key: str) -> None:
    """No key of a sequence or a step is undocumented."""
    assert f"`{key}`" in PAGE or f"  {key}:" in PAGE


def test_every_code_is_on_the_page() -> None:
    """No fault code of the language is undocumented."""
    room = Path(__file__).parents[3] / "nurture"
    used = {code for file in room.rglob("*.py") for code in re.findall(r'"(NUR0\d\d)"', file.read_text())}

    assert sorted(code for code in used if f"| {code} |" not in PAGE) == []
