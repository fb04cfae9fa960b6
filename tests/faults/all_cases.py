"""Every fault the harness knows, in the order of their rows."""

from __future__ import annotations

from tests.faults import relay_cases
from tests.faults.cases import Case

CASES: list[Case] = sorted(relay_cases.BOOK.cases, key=lambda case: case.row)
