"""YAML is read with its places, tricks are refused, and models point at what is wrong."""

from __future__ import annotations

import string
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, Field

from nurture.files.source import (
    Node,
    Strict,
    Written,
    fault_at,
    fault_within,
    load_yaml,
    place,
    salvage,
    validate,
)


class Inner(Strict):
    title: str
    points: float = 0


class Shape(Strict):
    name: Annotated[str, Written(r"[a-z]+", "a small word")] = "x"
    count: int = 0
    on: bool = False
    mode: Literal["fast", "slow"] = "fast"
    at: AwareDatetime | None = None
    share: Annotated[float, Field(le=1)] = 0
    parts: tuple[Inner, ...] = ()
    named: dict[str, Inner] = Field(default={})
    one: Inner | None = None


def tree(text: str) -> Node:
    node, faults = load_yaml("x.yaml", text)
    assert faults == []
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("012", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("12:30", "12:30"),
        ("2027-03-01", "2027-03-01"),
        ("1_000", "1_000"),
        ("9" * 30, float("9" * 30)),
        ('"12"', "12"),
        ("'it''s'", "it's"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">\n  one\n  two\n", "one two\n"),
    ],
)
def test_plain_words_are_read_by_yaml_1_2(written: str, value: object) -> None:
    """Only true, false, null and numbers are more than text."""
    assert tree(f"a: {written}").plain() == {"a": value}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: &x 1", "NUR003", 1, 4),
        ("a: &x {b: 1}", "NUR003", 1, 4),
        ("a: 1\nb: *a", "NUR003", 2, 4),
        ("a: !!python/name:os.system x", "NUR003", 1, 4),
        ("a: !x [1]", "NUR003", 1, 4),
        ("a: 1\nb: 2\na: 3", "NUR004", 3, 1),
        ("a: 1\n---\nb: 2", "NUR005", 2, 1),
        ("- a", "NUR005", 1, 1),
        ("", "NUR005", 1, 1),
        ("# only a comment", "NUR005", 1, 1),
        ("word", "NUR005", 1, 1),
        ("{[a]: b}", "NUR005", 1, 2),
        ("a: " + "[" * 60, "NUR002", 1, 43),
        ("a: " + "x" * 1024 * 1024, "NUR002", 1, 1),
        ("a: [1", "NUR001", 1, 4),
        ("a: b: c", "NUR001", 1, 4),
        ("\ta: 1", "NUR001", 1, 1),
        ("a: 'x", "NUR001", 1, 4),
        ("a: 1\nb: \x00", "NUR001", 2, 4),
        ('a: "\\ud800"', "NUR001", 1, 4),
        ('a: "\\UFFFFFFFF"', "NUR001", 1, 1),
        ("%YAML 9.9\n---\na: 1", "NUR001", 1, 1),
    ],
)
def test_what_is_not_plain_yaml_is_refused(text: str, code: str, line: int, column: int) -> None:
    """Each trick or mistake is one fault in its place, and no tree."""
    node, faults = load_yaml("x.yaml", text)

    assert node is None
    assert [(fault.code, fault.line, fault.column) for fault in faults] == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("\ta: 1", "indent with spaces, two for each level"),
        ("a: b: c", 'put it in quotes: a: "b: c"'),
        ("a: 'x", "close them: end the text with `'`"),
        ("a: [1", "close it with `]`"),
        ("a: 1\na: 2", "first written on line 1"),
    ],
)
def test_a_broken_file_says_what_to_do(text: str, hint: str) -> None:
    """The help names the likely cause."""
    _, faults = load_yaml("x.yaml", text)

    assert faults[0].help == hint


def test_every_key_written_twice_is_told() -> None:
    """One duplicate does not hide the next."""
    _, faults = load_yaml("x.yaml", "a: 1\na: {b: 1, b: 2}\nc:\n  d: 1\n  d: 2")

    assert [(fault.line, fault.column) for fault in faults] == [(2, 1), (2, 11), (5, 3)]


@given(st.text(alphabet=string.printable + "é\x00\x85\u2028\ufeff\ud800", max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Whatever the file holds, the answer is a tree or faults, never both or neither."""
    node, faults = load_yaml("x.yaml", text)

    assert (node is None) == bool(faults)


@pytest.mark.parametrize(
    ("loc", "at"),
    [
        ((), (1, 1, 1)),
        (("a",), (1, 4, 3)),
        (("b",), (2, 1, 1)),
        (("b", 0), (3, 6, 1)),
        (("b", 0, "c"), (3, 9, 1)),
        (("b", 0, "c", "[key]"), (3, 6, 1)),
        (("b", 1), (4, 5, 6)),
        (("b", 7), (2, 1, 1)),
        (("b", "str", 0, "c"), (3, 9, 1)),
        (("nowhere",), (1, 1, 1)),
        (("d", 0), (5, 5, 7)),
    ],
)
def test_a_place_is_that_of_the_nearest_value(loc: tuple[str | int, ...], at: tuple[int, int, int]) -> None:
    """A mapping or a list shows by its key; what is not there shows by what holds it."""
    node = tree('a: "x"\nb:\n  - {c: 1}\n  - "four"\nd: [[1, 2]]')

    assert place(node, loc) == at


def test_places_count_from_the_text_after_a_byte_order_mark() -> None:
    """A file that Windows saved has the same columns."""
    assert place(tree("\ufeffa: 1\r\nb: two\r\n"), ("b",)) == (2, 4, 3)


@pytest.mark.parametrize(
    ("text", "code", "message", "help", "line", "column", "width"),
    [
        ("cuont: 1", "NUR012", "unknown key `cuont`", "did you mean `count`?", 1, 1, 5),
        ("parts:\n- {titel: x, title: y}", "NUR012", "unknown key `titel`", "did you mean `title`?", 2, 4, 5),
        (
            "named: {a: {title: y, point: 1}}",
            "NUR012",
            "unknown key `point`",
            "did you mean `points`?",
            1,
            23,
            5,
        ),
        ("one: {title: x, tilte: y}", "NUR012", "unknown key `tilte`", "did you mean `title`?", 1, 17, 5),
        ("named: {a: {}}", "NUR010", "`title` is missing", "add `title:`", 1, 9, 1),
        ("name: 12", "NUR011", "expected text, found `12`", "put it in quotes", 1, 7, 2),
        ("name: No", "NUR011", "`No` is not a small word", "", 1, 7, 2),
        ("count: true", "NUR011", "expected a whole number, found `true`", "", 1, 8, 4),
        ('count: "1"', "NUR011", "expected a whole number, found `1`", "without quotes: `count: 1`", 1, 8, 3),
        ("count: 1.5", "NUR011", "expected a whole number, found `1.5`", "", 1, 8, 3),
        ("on: yes", "NUR011", "expected `true` or `false`, found `yes`", "`on: true`", 1, 5, 3),
        ("mode: fsat", "NUR011", "`fsat` is not known here", "did you mean `fast`?", 1, 7, 4),
        ("mode: 17", "NUR011", "`17` is not known here", "known: `fast`, `slow`", 1, 7, 2),
        (
            "parts: {a: b}",
            "NUR011",
            "expected a list, found a mapping",
            "write it as a list: `parts: [...]`, or a line with `- ` for each",
            1,
            1,
            5,
        ),
        ("parts:", "NUR011", "expected a list, found nothing", "", 1, 7, 1),
        ("one: [a]", "NUR011", "expected a mapping, found a list", "", 1, 1, 3),
        ("share: 2", "NUR011", "`2` should be less than or equal to 1", "", 1, 8, 1),
    ],
)
def test_each_of_pydantics_errors_is_a_fault_in_its_place(
    text: str, code: str, message: str, help: str, line: int, column: int, width: int
) -> None:
    """The fault has a stable code, says what was found, and suggests one remedy."""
    value, faults = validate(Shape, tree(text), "x.yaml")

    assert value is None
    assert [(f.code, f.message, f.help, f.line, f.column, f.width) for f in faults] == [
        (code, message, help, line, column, width)
    ]


def test_a_time_without_a_zone_is_refused() -> None:
    """The fault shows how a time is written."""
    _, faults = validate(Shape, tree("at: 2027-03-02T15:00"), "x.yaml")

    assert faults[0].message.startswith("expected a time with its zone, such as")


def test_all_faults_come_at_once() -> None:
    """One mistake does not hide the next, and each carries its line."""
    _, faults = validate(Shape, tree("cuont: 1\nname: 2\nparts: 3"), "x.yaml")

    assert sorted(fault.source_line for fault in faults) == ["cuont: 1", "name: 2", "parts: 3"]


def test_what_is_left_of_a_faulty_part_can_still_be_checked() -> None:
    """Keys at fault are left out, and those that must be there are filled in."""
    found = salvage(Inner, tree("points: 3\nzzz: x"), "x.yaml", stand_ins={"title": "stand-in"})

    assert found.value == Inner(title="stand-in", points=3)
    assert [fault.code for fault in found.faults] == ["NUR010", "NUR012"]


def test_a_misspelt_key_is_told_once_and_read_as_what_was_meant() -> None:
    """It is no fault besides that the key it stands for is missing."""
    found = salvage(Inner, tree("titel: x\npoints: 3"), "x.yaml", stand_ins={})

    assert found.value == Inner(title="x", points=3)
    assert [(fault.code, fault.help) for fault in found.faults] == [("NUR012", "did you mean `title`?")]


def test_nothing_is_left_where_no_stand_in_helps() -> None:
    """A part that needs what is missing answers faults alone."""
    found = salvage(Inner, tree("points: 3"), "x.yaml", stand_ins={})

    assert found.value is None
    assert len(found.faults) == 1


@pytest.mark.parametrize(
    ("text", "offset", "at"),
    [
        ("a: one two", 4, (1, 8)),
        ("a: 'one two'", 4, (1, 9)),
        ('a: "one two"', 4, (1, 9)),
        ("a: >\n  one\n  two", 4, (3, 3)),
        ("a: |\n  one\n  two", 4, (3, 3)),
        ("a: one\n  two", 4, (2, 3)),
        ('a: "\\u006fne two"', 4, (1, 4)),
        ("a: one two", 40, (1, 4)),
        ("a: 12", 1, (1, 4)),
        ("b: 12", 1, (1, 1)),
    ],
)
def test_a_fault_points_inside_a_text(text: str, offset: int, at: tuple[int, int]) -> None:
    """A word of a folded or quoted text is found in the file; where it cannot be, the value is shown."""
    fault = fault_within(tree(text), ("a",), "x.yaml", "NUR020", "bad", offset=offset, width=3)

    assert (fault.line, fault.column) == at


def test_a_fault_can_point_at_the_key() -> None:
    """With `key`, the name is shown and not the value."""
    fault = fault_at(
        tree("a:\n  bcd: 1"), ("a", "bcd"), "x.yaml", code="NUR044", message="bad", hint="better", key=True
    )

    assert (fault.line, fault.column, fault.width, fault.help) == (2, 3, 3, "better")


def test_a_tree_can_be_asked_for_what_is_not_there() -> None:
    """A path through a scalar, past a list's end or to an unknown key answers None."""
    node = tree("a: [1]")

    assert [node.get("a", 3), node.get("b"), node.get("a", 0, "c"), node.get("b", "c")] == [None] * 4
