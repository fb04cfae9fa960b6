"""Stored values come out in the types that the catalogue declares, and what does not fit stays what it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nurture.project.types import as_kind, typed


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("2027-03-01", "date", date(2027, 3, 1)),
        ("2027-03-01T10:00:00+02:00", "date", date(2027, 3, 1)),
        ("soon", "date", "soon"),
        (None, "date", None),
        (12, "number", 12),
        ("12", "number", 12),
        ("1.5", "number", 1.5),
        ("many", "number", "many"),
        (True, "flag", True),
        ("yes", "flag", True),
        (0, "flag", False),
        ("perhaps", "flag", "perhaps"),
        (["a"], "list", ["a"]),
        ("a", "list", ["a"]),
        ("a", "text", "a"),
        (7, "text", "7"),
        ({"a": 1}, "text", {"a": 1}),
    ],
)
def test_a_value_comes_out_in_its_type(value: Any, kind: str, expected: Any) -> None:
    """As an import would have read it."""
    found = as_kind(value, kind)

    assert (type(found), found) == (type(expected), expected)


def test_only_declared_names_are_looked_at() -> None:
    """Core fields and what nobody declared are left alone; what is missing stays missing."""
    values = {"email": "a@b.example", "renewal_on": "2027-03-01", "old": "2027-03-01"}

    assert typed(values, {"renewal_on": "date", "parts": "number"}) == values | {
        "renewal_on": date(2027, 3, 1)
    }
