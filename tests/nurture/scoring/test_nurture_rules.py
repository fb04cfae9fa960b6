"""A change of the scoring rules is noticed, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from nurture.project.book import Book, read_book
from nurture.scoring.rules import rules_of
from tests.nurture.gate_world import project

CATALOG = "segments: {heads: 'lead.job_title == \"Head\"'}\n"
SCORING = """\
fit: [{rule: head, when: 'segment.heads', points: 20}]
engagement:
  rules: [{rule: read, on: page.visited, when: 'signal.page == "x"', points: 5, half_life: 9 days}]
  regularity: {points: 2, weeks: 4}
  unanswered: {points: -2}
"""


def book(**changes: tuple[str, str]) -> Book:
    """The small project; a change is (old text, new text) in nurture.yaml, catalog.yaml or scoring.yaml."""
    files = project("- send: hello")
    files["catalog.yaml"] += CATALOG
    files["scoring.yaml"] = SCORING
    for name, (old, new) in changes.items():
        path = next(path for path in files if name in path)
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    found, faults = read_book(files)
    assert found is not None, faults
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"scoring": ("points: 5", "points: 6")},
        {"scoring": ("9 days", "10 days")},
        {"scoring": ('"x"', '"y"')},
        {"scoring": ("weeks: 4", "weeks: 5")},
        {"scoring": ("points: -2", "points: -3")},
        {"catalog": ('"Head"', '"Chief"')},
        {"nurture": ("consent:", "maturity: {margin: 4}\nconsent:")},
        {"sequences": ("- send: hello", "- send: hello\n    unless: lead.engagement >= 42")},
    ],
    ids=["points", "half-life", "condition", "weeks", "unanswered", "segment", "maturity", "threshold"],
)
def test_a_change_is_noticed(changes: dict[str, tuple[str, str]]) -> None:
    """Rules, segments, the matrix, and the thresholds by which leads are looked at again."""
    assert rules_of(book(**changes)).scores != rules_of(book()).scores


@pytest.mark.parametrize(
    "changes",
    [
        {"scoring": ("rule: head, when:", "rule: head,   when:")},
        {"scoring": ("'segment.heads'", "'(segment.heads)'")},
        {"sequences": ("title: S", "title: Another")},
        {"nurture": ("name: Acme", "name: Emca")},
    ],
    ids=["layout", "brackets", "title", "company"],
)
def test_all_else_is_no_change(changes: dict[str, tuple[str, str]]) -> None:
    """Layout, words and sequences leave every score as it is."""
    assert str(rules_of(book(**changes))) == str(rules_of(book()))


def test_the_matrix_has_a_name_of_its_own() -> None:
    """Under the same matrix, a lead that crosses no threshold need not be judged again."""
    fewer, other = (
        book(scoring=("points: 5", "points: 6")),
        book(nurture=("consent:", "maturity: {margin: 4}\nconsent:")),
    )

    assert rules_of(fewer).maturity == rules_of(book()).maturity
    assert rules_of(other).maturity != rules_of(book()).maturity
