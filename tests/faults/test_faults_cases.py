"""Every quick fault of the list, played against the engine: what is seen is what must be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.all_cases import CASES
from tests.faults.cases import Case
from tests.faults.databases import Databases
from tests.faults.running import play

QUICK = [
    pytest.param(case, id=case.id, marks=[pytest.mark.postgres] if case.postgres else [])
    for case in CASES
    if not case.slow
]


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    """Stores to break."""
    with Databases() as made:
        yield made


@pytest.mark.parametrize("case", QUICK)
async def test_fault(case: Case, databases: Databases) -> None:
    """The engine meets the fault as docs/reliability.md promises."""
    result = await play(case, databases)

    assert result.seen == result.expected


def test_the_list_is_covered() -> None:
    """At least forty of its faults are exercised."""
    assert len({case.row for case in CASES}) >= 40
