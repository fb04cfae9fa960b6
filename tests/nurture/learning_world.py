"""Leads with a known secret: what the tests of learning learn from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nurture.conditions.condition import Vocabulary
from nurture.learning.outcomes import Example, OutcomeRule, make_example
from nurture.project.catalog import Catalog
from nurture.values import Lead, Signal

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CATALOG = Catalog(
    attributes={
        "occupation": "text",
        "employees": "number",
        "subscribed": "flag",
        "since": "date",
        "tags": "list",
        "status": "text",
    },
    signals={"trial.started": {"plan": "text", "seats": "number", "paid": "flag"}},
)
VOCABULARY: Vocabulary = CATALOG.vocabulary()
WON = OutcomeRule("deal.won")


def signal(kind: str, days: float = 0, machine: bool = False, **properties: Any) -> Signal:
    """A signal some days after noon; every one has an id of its own."""
    signal.count += 1  # type: ignore[attr-defined]
    at = NOON + days * DAY
    return Signal(kind, at, at, properties, machine, signal.count)  # type: ignore[attr-defined]


signal.count = 0  # type: ignore[attr-defined]


def lead(number: int = 1, attributes: Mapping[str, Any] | None = None, **profile: str) -> Lead:
    """A lead made at noon."""
    return Lead(
        number, number, f"lead{number}@leads.example", None, profile, attributes or {}, created_at=NOON
    )


def example(
    *signals: Signal, number: int = 1, outcome: OutcomeRule = WON, days: float = 100, **attributes: Any
) -> Example:
    """What make_example makes of a lead with these attributes and signals, long after."""
    return make_example(outcome, lead(number, attributes), signals, now=NOON + days * DAY)
