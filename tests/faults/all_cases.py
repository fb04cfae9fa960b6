"""Every fault the harness knows, in the order of their rows."""

from __future__ import annotations

from tests.faults import (
    aside_cases,
    content_cases,
    frozen_cases,
    inbound_cases,
    pace_cases,
    process_cases,
    relay_cases,
    schedule_cases,
    store_cases,
    worker_cases,
)
from tests.faults.cases import Case

BOOKS = (
    relay_cases,
    pace_cases,
    worker_cases,
    frozen_cases,
    process_cases,
    schedule_cases,
    store_cases,
    content_cases,
    aside_cases,
    inbound_cases,
)

CASES: list[Case] = sorted((case for one in BOOKS for case in one.BOOK.cases), key=lambda case: case.row)
