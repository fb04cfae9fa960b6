"""A store of leads with a known secret, for the tests of learning and back-testing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from leadstore.notes import see_moment
from leadstore.signals import append_signals
from nurture.values import NewSignal
from tests.builders import DAY, NOON, add_lead

JOBS = ("Student", "Manager", "Clerk", "Teacher")


def add_leads(tx: Connection, count: int = 240) -> None:
    """Every fourth lead is a manager; three in four managers who came thrice are won, and few others."""
    signals: list[NewSignal] = []
    for n in range(count):
        job = JOBS[n % 4]
        attributes = {"occupation": job, "tags_of_sales": "signed" if _won(n) else "ringing"}
        if n // 16 % 2:  # says nothing
            attributes["colour"] = "red"
        lead_id, _ = add_lead(tx, f"lead{n}", attributes=attributes)
        visits = 3 if n % 8 < 5 else 1
        signals += [_signal(lead_id, "form.submitted", n, visit) for visit in range(visits)]
        if _won(n):
            signals.append(_signal(lead_id, "deal.won", n, 9))
    append_signals(tx, signals, NOON + 90 * DAY)
    see_moment(tx, NOON + 100 * DAY)


def _won(n: int) -> bool:
    return (n % 4 == 1 and n % 16 != 1) or n % 7 == 3


def _signal(lead_id: int, kind: str, n: int, day: int) -> NewSignal:
    at = NOON + timedelta(days=n % 30 + day)
    return NewSignal(lead_id, kind, at, "test", f"{kind}-{lead_id}-{day}")
