"""Reads sequence files: YAML in, compiled steps or faults out."""

from __future__ import annotations

from nurture.steps import (
    Again,
    ChooseStep,
    EndStep,
    Enter,
    Exit,
    Goal,
    HandoffStep,
    SendStep,
    Sequence,
    SetStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
)

__all__ = [
    "Again",
    "ChooseStep",
    "EndStep",
    "Enter",
    "Exit",
    "Goal",
    "HandoffStep",
    "SendStep",
    "Sequence",
    "SetStep",
    "SplitStep",
    "Step",
    "WaitForStep",
    "WaitStep",
]
