"""The JSON Schemas are draft-07 and agree with the readers on the documented examples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from nurture.files.source import load_yaml
from nurture.project.book import read_book
from nurture.project.schema import schemas

PAGE = (Path(__file__).parents[3] / "docs" / "sequences.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCHEMAS = schemas()


def plain(text: str) -> Any:
    node, faults = load_yaml("x.yaml", text)
    assert faults == []
    assert node is not None
    return node.plain()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_is_a_draft_07_schema(name: str) -> None:
    """Editors understand no later draft."""
    Draft7Validator.check_schema(SCHEMAS[name])

    assert SCHEMAS[name]["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_reference_leads_somewhere(name: str) -> None:
    """And nothing is defined that nobody refers to."""
    used = set(re.findall(r'"#/definitions/(\w+)"', json.dumps(SCHEMAS[name])))

    assert used == set(SCHEMAS[name]["definitions"])


@pytest.mark.parametrize(("name", "text"), [(kind, text) for kind, text in BLOCKS if kind in SCHEMAS])
def test_the_documented_examples_are_valid(name: str, text: str) -> None:
    """What check accepts, the editor accepts."""
    assert [error.message for error in Draft7Validator(SCHEMAS[name]).iter_errors(plain(text))] == []


HEAD = "sequence: x\nfunnel: tofu\ntopic: guides\nenter: {on: form.submitted}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}steps: []",
        f"{HEAD}steps: [wiat: 3 days]",
        f"{HEAD}steps: [wait: 3]",
        f"{HEAD}steps: [{{send: a/b, over_cap: wait}}]",
        f"{HEAD}steps: [{{wait_for: a.b, within: 1 day, then: [{{snd: a}}]}}]",
        f"{HEAD}steps: [{{send: a/b}}]\nexits: []",
    ],
)
def test_a_faulty_sequence_is_shown_while_typing(text: str) -> None:
    """What check refuses by shape, the editor underlines."""
    assert not Draft7Validator(SCHEMAS["sequence"]).is_valid(plain(text))


def test_a_book_fills_in_its_own_names() -> None:
    """Templates, topics and signal types of the project are offered, and no others."""
    files = {
        "nurture.yaml": "company: {name: E, postal_address: E}\nsender: {name: A, address: a@example.com}",
        "catalog.yaml": "topics: {guides: {title: G}}\nsignals: {trial.started: {}}",
        "scoring.yaml": "fit: []",
    }
    book, faults = read_book(files)
    assert faults == []
    filled = schemas(book)["sequence"]

    assert filled["properties"]["topic"] == {"enum": ["guides"]}
    assert "trial.started" in filled["definitions"]["WayIn"]["properties"]["on"]["enum"]
    assert filled["definitions"]["SendFile"]["properties"]["send"] == {"enum": []}
