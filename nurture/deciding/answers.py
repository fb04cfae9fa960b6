"""What a rule may answer: a frozen value with what to do with an enrolment, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from nurture.quick import quick
from nurture.values import NoticePlan
from nurture.words import Reason


@quick
class Stop:
    """Leave the sequence; DONE: it came to its end."""

    reason: Reason


@quick
class Skip:
    """Leave this step out, and go on to the next."""

    reason: Reason
    detail: Mapping[str, Any] = field(default_factory=dict)


@quick
class Wait:
    """Stay at the step, and be looked at again at `until`; as if it had stood there since `since`."""

    until: datetime
    reason: Reason
    since: datetime | None = None


@quick
class Move:
    """The step did its work: go on to another, as of `at` (None: now; `to` None: the end of the sequence)."""

    reason: Reason
    to: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)  # what it sets
    offer: str = ""  # why it offers the lead to sales; empty = it does not
    notice: NoticePlan | None = None  # what it tells others


@quick
class Send:
    """Claim the touch; it starts no earlier than `start`."""

    start: datetime


GateAnswer = Stop | Skip | Wait | Move | Send
"""What becomes of an enrolment at one step."""
