"""Cells that a spreadsheet would run are guarded, and come back as they were."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.texts.formulas import guarded, unguarded

CELLS = st.text(alphabet="'=+-@\t\r\n\x00 \uff1da1", max_size=8) | st.text(max_size=30)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+33 1 23 45", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n", "＝1", "'=1", " =1"]
)
def test_what_might_act_is_guarded(cell: str) -> None:
    """By an apostrophe, which a spreadsheet takes as the sign of a text."""
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ada", "a=b", "'tis", "ada@x.example", "1-2", "O'Hara"])
def test_what_cannot_act_stays(cell: str) -> None:
    """Neither guarded nor unguarded."""
    assert (guarded(cell), unguarded(cell)) == (cell, cell)


@given(CELLS)
def test_it_comes_back_as_it_was(cell: str) -> None:
    """Whatever it was: phone numbers, negative numbers, and texts that bore a guard already."""
    assert unguarded(guarded(cell)) == cell


@given(CELLS)
def test_nothing_that_is_written_acts(cell: str) -> None:
    """No written cell begins with what OWASP lists."""
    assert not re.match(r"[=+\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]", guarded(cell))
