"""events.yaml: every fault in its place, and what a good one makes of events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.events.map import EventMap, read_events
from nurture.files.diagnosis import render_text
from nurture.project.book import read_book
from tests.nurture.gate_world import project

CATALOG = """
attributes: {employees: number, size: {type: text, one_of: [small, large]}, tags: list}
signals:
  trial.started: {plan: {type: text, one_of: [free, paid]}, seats: number, tags: list}
"""


def files(events: str) -> dict[str, str]:
    """A small project with this events.yaml."""
    found = project("- send: hello")
    found["catalog.yaml"] = found["catalog.yaml"].replace("attributes: {interest: text}\n", CATALOG)
    return {**found, "events.yaml": events}


def faults(events: str) -> list[tuple[str, int, str]]:
    """What the check finds in it: code, line and help."""
    book, found = read_book(files(events))
    assert (book is None) == any(one.severity == "error" for one in found)
    return [(one.code, one.line, one.help) for one in found if one.file == "events.yaml"]


FAULTS = {
    "an unknown signal type": (
        "events:\n  Trial: trial.startd\n",
        ("NUR602", 2, "did you mean `trial.started`? Your own stand under `signals:` in catalog.yaml"),
    ),
    "an unknown type in the long form": (
        "events:\n  Trial: {signal: trial.startd}\n",
        ("NUR602", 2, "did you mean `trial.started`? Your own stand under `signals:` in catalog.yaml"),
    ),
    "an unknown property": (
        "events:\n  Trial:\n    signal: trial.started\n    properties: {plann: plan}\n",
        ("NUR603", 4, "did you mean `plan`?"),
    ),
    "an unknown property that is set": (
        "events:\n  Trial:\n    signal: trial.started\n    set: {plann: free}\n",
        ("NUR603", 4, "did you mean `plan`?"),
    ),
    "a value that is set and cannot be": (
        "events:\n  Trial:\n    signal: trial.started\n    set: {seats: many}\n",
        ("NUR605", 4, ""),
    ),
    "an asset that the catalogue lacks": (
        "events:\n  Got:\n    signal: asset.downloaded\n    set: {asset: guid}\n",
        ("NUR605", 4, "did you mean `guide`?"),
    ),
    "an unknown trait": ("traits:\n  employes: company.size\n", ("NUR604", 2, "did you mean `employees`?")),
    "one event twice": (
        "events:\n  Trial Started: trial.started\n  trial  started: trial.started\n",
        ("NUR601", 3, "keep one"),
    ),
    "an unknown key": ("event: {}\n", ("NUR012", 1, "did you mean `events`?")),
    "no place": (
        "pages:\n  properties: {page: 'context..path'}\n",
        ("NUR011", 2, ""),
    ),
    "a span that is none": (
        "keep_anonymous: 30\n",
        ("NUR011", 1, ""),
    ),
}


@pytest.mark.parametrize(("events", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_told_in_its_place(events: str, expected: tuple[str, int, str]) -> None:
    """With what was probably meant."""
    assert faults(events) == [expected]


def test_a_fault_is_shown_with_its_line_and_a_caret() -> None:
    """As those of every other file."""
    _, found = read_book(files("events:\n  Trial: trial.startd\n"))

    assert " --> events.yaml:2:10\n" in render_text(found)
    assert "2 |   Trial: trial.startd\n  |          ^^^^^^^^^^^^\n" in render_text(found)


def test_two_spellings_of_the_file_are_one_too_many() -> None:
    """As of every file at the root."""
    _, found = read_book({**files("events: {}\n"), "events.yml": "events: {}\n"})

    assert [one.code for one in found] == ["NUR007"]


def test_without_a_catalogue_no_name_can_be_unknown() -> None:
    """A catalogue that cannot be read is told once, not at every name."""
    broken = {**files("events: {Trial: trial.startd}\n"), "catalog.yaml": "topics: [\n"}
    _, found = read_book(broken)

    assert {one.file for one in found if one.severity == "error"} == {"catalog.yaml"}


def test_a_file_that_is_no_yaml_is_told() -> None:
    """And the rest of the project is checked."""
    assert [code for code, _, _ in faults("events: [\n")] == ["NUR001"]


def read(events: str) -> EventMap:
    """The map of a good file; the book and the release read it alike."""
    book, found = read_book(files(events))
    assert [one for one in found if one.severity == "error"] == []
    assert book is not None
    assert read_events(files(events)).events.keys() == book.events.events.keys()
    return read_events(files(events))


def test_an_event_is_known_by_its_name_in_any_case() -> None:
    """In the short form with the properties of the same names, in the long one with those it takes."""
    found = read(
        "events:\n  Trial Started: trial.started\n"
        "  Got It: {signal: asset.downloaded, properties: {page: context.page.path}, set: {asset: guide}}\n"
    )

    short, long = found.meaning("TRIAL  started"), found.meaning("Got It")
    assert short is not None
    assert long is not None
    assert (short.type, {one.name for one in short.takes}) == ("trial.started", {"plan", "seats", "tags"})
    assert (long.type, [one.places for one in long.takes]) == (
        "asset.downloaded",
        [(("context", "page", "path"),)],
    )
    assert long.fixed == {"asset": "guide"}
    assert found.meaning("demo.requested") == found.own["demo.requested"]
    assert found.meaning("Something Else") is None


def test_what_is_ignored_may_end_with_anything() -> None:
    """A star stands for any text."""
    found = read("ignore: [Heartbeat, 'Element *']\nkeep_anonymous: 7 days\n")

    assert [found.ignores(one) for one in ("heartbeat", "Element Clicked", "Elements", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert found.keep == timedelta(days=7)


def test_without_the_file_pages_and_declared_types_are_known() -> None:
    """A project needs no events.yaml."""
    plain = files("")
    del plain["events.yaml"]
    book, _ = read_book(plain)

    assert book is not None
    assert book.events.pages.type == "page.visited"
    assert book.events.meaning("trial.started") is not None
    assert not book.events.ignores("anything")


def test_a_release_without_a_catalogue_knows_no_event() -> None:
    """Nothing is declared where there is nothing."""
    assert read_events({}).own == {}


def test_faulty_lines_leave_the_rest_to_be_read() -> None:
    """What the check salvages can be read by, and is never run."""
    from nurture.events.map import salvage_events
    from nurture.files.source import load_yaml
    from nurture.project.catalog import read_catalog

    node, _ = load_yaml("catalog.yaml", CATALOG)
    assert node is not None
    catalog, _ = read_catalog(node, "catalog.yaml")
    assert catalog is not None
    lines = ("A: {signal: no.such, set: {x: 1}}", "B: no.such", "C: {signal: trial.started, set: {seats: x}}")
    events, _ = load_yaml("events.yaml", "events:\n" + "".join(f"  {line}\n" for line in lines))
    found, told = salvage_events(events, "events.yaml", catalog.vocabulary())

    assert len(told) == 3
    assert {name: one.type for name, one in found.events.items() if name in "ABC"} == {
        "A": "no.such",
        "B": "no.such",
        "C": "trial.started",
    }
