"""What an import map's expressions mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from nurture.imports.expressions import ExpressionError, compile_expression
from nurture.imports.lead import RowFault

ROW: dict[str, Any] = {
    "Prospect ID": " ab-1 ",
    "Country": "India",
    "City": "Select",
    "Empty": "  ",
    "Visits": "12",
    "Tags": "a; b;;c",
    "Signed": "03/04/2027",
    "nested": {"plan": "pro", "seats": [1, 2], "none": None},
    "flag": True,
    "many": ["x", None, "y"],
}
TABLES = {"codes": {"India": "IN", "12": "dozen", "nobody": None}}


def told(text: str) -> Any:
    """What an expression makes of the row."""
    return compile_expression(text, TABLES, frozenset({"Select"})).read(ROW)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('row["Prospect ID"]', "ab-1"),
        ("Country", "India"),
        ("row.Country", "India"),
        ("City", None),
        ("Empty", None),
        ("NoSuchColumn", None),
        ('"a text"', "a text"),
        ("[1, Country]", [1, "India"]),
        ("(1, 2)", [1, 2]),
        ("none", None),
    ],
)
def test_a_cell_is_read_by_its_name(text: str, value: Any) -> None:
    """Blank cells, and those the map calls blank, are nothing."""
    assert told(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('row["Prospect ID"] ~ "@x.example"', "ab-1@x.example"),
        ('City ~ "@x.example"', None),
        ('"n" ~ 12 ~ true', "n12yes"),
        ("Visits * 2 + 1 - 5", 20),
        ("-Visits", -12),
        ("+Visits", 12),
        ("Visits / 5", 2.4),
        ("Visits // 5", 2),
        ("Visits % 5", 2),
        ("City * 2", None),
        ("2 - City", None),
        ("City or Country", "India"),
        ("Country and Visits", "12"),
        ("not City", True),
        ('"yes" if City else "no"', "no"),
        ('"yes" if Country', "yes"),
        ('"yes" if City', None),
    ],
)
def test_what_is_made_of_blanks_is_blank(text: str, value: Any) -> None:
    """Joined or calculated, a blank stays one; `or` and `if` put something in its place."""
    assert told(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('Country == "India"', True),
        ('Country != "India"', False),
        ('Country != "Nepal"', True),
        ('City == "Select"', False),
        ('City != "Pune"', False),
        ("flag == true", True),
        ("Visits | number == 12", True),
        ("Visits | number > 11", True),
        ("Visits | number >= 13", False),
        ("Visits | int < 13", True),
        ("Visits | int <= 12", True),
        ("City < 3", False),
        ("3 > City", False),
        ('Country in ["India", "Nepal"]', True),
        ('Country not in ["India", City]', False),
        ('City not in ["Pune"]', False),
        ('City in ["Pune"]', False),
        ('"x" in many', True),
        ('"z" in many', False),
        ('"ndi" in Country', True),
        ("City is none", True),
        ("City is blank", True),
        ("Country is defined", True),
        ("City is not defined", True),
        ('Country is startswith("In")', True),
        ('Country is endswith("ia")', True),
        ('Country is contains("di")', True),
        ('many is contains("x")', True),
        ('City is contains("x")', False),
    ],
)
def test_a_comparison_with_a_blank_is_false(text: str, value: bool) -> None:
    """As in conditions: what is not known is neither equal nor different."""
    assert told(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Country | lower", "india"),
        ("Country | upper", "INDIA"),
        ('"ada lovelace" | title', "Ada Lovelace"),
        ('"aDA" | capitalize', "Ada"),
        ('" a " | trim', "a"),
        ("12 | text", "12"),
        ('Country | replace("In", "")', "dia"),
        ('Tags | split(";")', ["a", "b", "c"]),
        ('"a, b" | split', ["a", "b"]),
        ('Tags | split(";") | join("-")', "a-b-c"),
        ('Tags | split(";") | first', "a"),
        ('Tags | split(";") | last', "c"),
        ("[] | first", None),
        ("[] | last", None),
        ("Tags | length", 7),
        ("many | length", 3),
        ("Visits | number", 12),
        ('"12.5" | int', 12),
        ("Visits | float", 12.0),
        ('"-3" | abs', 3),
        ("2.55 | round", 3),
        ("2.548 | round(2)", 2.55),
        ("City | upper", None),
        ("Country | replace(City, Country)", None),
        ('City | default("Pune")', "Pune"),
        ('Country | d("Pune")', "India"),
        ('Signed | date("%d/%m/%Y")', datetime(2027, 4, 3)),  # noqa: DTZ001 - local until the map's zone is known
    ],
)
def test_filters_leave_blanks_alone(text: str, value: Any) -> None:
    """Only `default` sees a blank."""
    assert told(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("codes[Country]", "IN"),
        ("codes[Visits]", "dozen"),
        ("codes.India", "IN"),
        ('codes["Atlantis"]', None),
        ("codes[City]", None),
        ("nested.plan", "pro"),
        ('nested["seats"][1]', 2),
        ("nested.seats[9]", None),
        ("nested[City]", None),
        ("nested.none.deeper", None),
    ],
)
def test_tables_and_nested_values_are_looked_into(text: str, value: Any) -> None:
    """What is not there is blank."""
    assert told(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Country == 1", "use `| number`, or quotes"),
        ('Visits | number == "12"', "use `| number`, or quotes"),
        ("Country > 1", "cannot be compared"),
        ("Country + 1", "'India' is not a number"),
        ("Visits / 0", "division by zero"),
        ("true * 2", "is not a number"),
        ("Country | number", "is not a number"),
        ('"1e999" | number', "not a finite number"),
        (f'"{"1" * 50}" | number', "is not a number"),
        ("Country | first", "`first` wants a list"),
        ("nested | upper", "is not a text"),
        ("Country.plan", "no parts to look into"),
        ('Signed | date("%Y")', "is not a date in the form %Y"),
        (f'Country | replace("n", "{"n" * 900}") | replace("n", "{"n" * 900}")', "more than 100000"),
    ],
)
def test_what_cannot_be_read_rejects_the_row(text: str, why: str) -> None:
    """Nothing is guessed: a map that compares a text with a number would else do nothing, and say nothing."""
    with pytest.raises(RowFault) as fault:
        told(text)

    assert why in fault.value.message


@pytest.mark.parametrize(
    ("text", "why", "hint", "offset"),
    [
        ("Country ==", "missing at the end", "", 10),
        ("{{ Country }}", "", "without braces", 3),
        ("Country Visits", "nothing is expected after", "", 8),
        ('"open', "not understood", "", 0),
        ("Country | uper", "no filter `uper`", "did you mean `upper`?", 8),
        ("Country is startwith('x')", "no test `startwith`", "did you mean `startswith`?", 8),
        ("Country is startswith", "no test `startswith` like this", "", 8),
        ("Country | replace('a')", "takes 2 to 2 arguments, not 1", "", 8),
        ("Country | default", "no filter `default`", "", 8),
        ("Country | round(precision=1)", "plain arguments only", "", 8),
        ("Country.strip()", "nothing can be called", "write `| trim`", 7),
        ("range(9)", "nothing can be called", "use a filter", 0),
        ("row", "the whole row", "name a column", 0),
        ("row[Country]", "a column is named by a text", "", 0),
        ("codes", "the whole table", "codes[Country]", 0),
        ("Country[1:2]", "slices", "", 0),
        ("1 < Visits < 3", "in a chain", "", 11),
        ("2 ** 9", "`pow` has no place", "", 0),
        ("not " * 50 + "1", "nested too deeply", "tables", None),
        ("(" * 500, "nested too deeply", "tables", 0),
        ("1" * 2001, "longer than 2000", "tables", 0),
    ],
)
def test_a_bad_expression_says_where_and_what(text: str, why: str, hint: str, offset: int | None) -> None:
    """The caret stands under the word, and the help says what to write."""
    with pytest.raises(ExpressionError) as error:
        told(text)

    assert why in error.value.message
    assert hint in error.value.hint
    assert offset is None or abs((error.value.offset or 0) - offset) <= 8


def test_an_expression_knows_its_columns() -> None:
    """So that a file without them is refused before its first row."""
    found = compile_expression('row["Prospect ID"] ~ Country ~ codes[City]', TABLES)

    assert found.columns == {"Prospect ID", "Country", "City"}


WORDS = st.sampled_from(["alpha", "Beta", "x"])
PARTS = st.recursive(
    st.one_of(WORDS.map(lambda word: f'"{word}"'), st.sampled_from(["Known", "Other"])),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} ~ {two[1]})"),
        inner.map(lambda one: f"({one} | upper)"),
        st.tuples(inner, inner, inner).map(
            lambda three: f"({three[0]} if {three[1]} == {three[2]} else 'z')"
        ),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} or {two[1]})"),
    ),
    max_leaves=8,
)


@given(PARTS)
def test_without_blanks_it_means_what_jinja_means(text: str) -> None:
    """One language for the whole project: only blanks are treated more carefully."""
    row = {"Known": "alpha", "Other": "B c"}

    assert compile_expression(text).read(row) == Environment(autoescape=True).compile_expression(text)(**row)
