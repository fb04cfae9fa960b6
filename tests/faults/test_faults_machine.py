"""The state machine, for a moment; `make faults` lets it run for long."""

from __future__ import annotations

from tests.faults.databases import Databases
from tests.faults.running import let_machine_run


def test_whatever_happens_the_invariants_hold() -> None:
    """Enter, leave, die, pause, be refused, change the cap, let time pass: in any order."""
    with Databases() as databases:
        let_machine_run(databases, examples=12, steps=20)
