"""Builders that arrange a store for a test: leads, consents, releases and enrolments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from leadstore.enrolments.positions import enrol
from leadstore.releases import store_release
from leadstore.rows import address, consent, enrolment, lead

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)
"""A Tuesday."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def add_lead(tx: Connection, name: str = "ada", **fields: Any) -> tuple[int, int]:
    """A lead reached at NAME@leads.example; returns its id and its address's."""
    values: dict[str, Any] = {"stage": "lead", "created_at": NOON, "changed_at": NOON, "attributes": {}}
    row = {"key": name, "terms": [], **values, **fields}
    lead_id = tx.execute(insert(lead).values(**row).returning(lead.c.id)).scalar_one()
    where = {"address": f"{name}@leads.example", "lead_id": lead_id, "current": True, "created_at": NOON}
    address_id = tx.execute(insert(address).values(**where).returning(address.c.id)).scalar_one()
    return lead_id, address_id


def add_consent(
    tx: Connection, address_id: int, topic: str = "guides", state: str = "granted", at: datetime = NOON
) -> None:
    """What an address said of a topic."""
    values = {"address_id": address_id, "topic": topic, "state": state, "basis": "opt_in", "at": at}
    tx.execute(insert(consent).values(**values, proof="", source="test"))


def add_release(tx: Connection, files: Mapping[str, str] | None = None) -> int:
    """A release; by default one without files."""
    return store_release(tx, f"digest-{sorted((files or {}).items())!r:.40}", files or {}, now=NOON)[0]


def add_enrolment(tx: Connection, lead_id: int, release_id: int, **fields: Any) -> int:
    """An active enrolment in `white-paper`, due at noon, standing at its first step."""
    row = {
        "lead_id": lead_id,
        "sequence": "white-paper",
        "entry_key": "",
        "run": 1,
        "version": "v1",
        "release_id": release_id,
        "step": "first",
        "step_since": NOON,
        "due_at": NOON,
        "first_due_at": NOON,
        "priority": 50,
        "signal_id": None,
        "requested": False,
        "entered_at": NOON,
        **fields,
    }
    enrol(tx, [row])
    query = select(enrolment.c.id).where(enrolment.c.lead_id == lead_id)
    newest = query.where(enrolment.c.sequence == row["sequence"]).order_by(enrolment.c.id.desc())
    return int(tx.execute(newest.limit(1)).scalar_one())
