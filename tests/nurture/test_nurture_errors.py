"""What an error says: where, what, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nurture.errors import LeadsLeave, ProjectError

LEAVING: Mapping[str, tuple[Mapping[str, int], str]] = {
    "one lead": ({"trial": 1}, "take 1 lead out of a sequence (1 out of trial)"),
    "some of one sequence": ({"trial": 3}, "take 3 leads out of a sequence (3 out of trial)"),
    "some of two, by name": (
        {"trial": 1, "loyalty": 2},
        "take 3 leads out of a sequence (2 out of loyalty, 1 out of trial)",
    ),
}


@pytest.mark.parametrize(("leaving", "told"), LEAVING.values(), ids=LEAVING.keys())
def test_leads_that_would_leave_are_counted_by_sequence(leaving: Mapping[str, int], told: str) -> None:
    """Whoever decides sees how many would leave which sequence, and the command that lets them."""
    error = LeadsLeave(leaving)

    assert told in error.message
    assert "`nurture apply` asks, and with --yes it lets them leave" in str(error)
    assert error.leaving == leaving


def test_leads_that_would_leave_are_a_fault_of_the_project() -> None:
    """Whoever catches a project that cannot be used catches this as well."""
    with pytest.raises(ProjectError, match="were not applied"):
        raise LeadsLeave({"trial": 1})
