"""Turns rows into values: the one place that knows both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from operator import attrgetter
from typing import Any, TypeVar

from sqlmodel import SQLModel

import leadstore.events.tables
import leadstore.privacy.tables
import leadstore.tables  # noqa: F401 - fills the metadata
from nurture import values
from nurture.words import Basis, ConsentState, EnrolmentState, HandoffState, Stage, SuppressionReason

V = TypeVar("V")

_TABLES = SQLModel.metadata.tables
address = _TABLES["address"]
api_key = _TABLES["api_key"]
aside = _TABLES["aside"]
audit = _TABLES["audit"]
consent = _TABLES["consent"]
consent_change = _TABLES["consent_change"]
decision = _TABLES["decision"]
enrolment = _TABLES["enrolment"]
halt = _TABLES["halt"]
handoff = _TABLES["handoff"]
import_run = _TABLES["import_run"]
lead = _TABLES["lead"]
note = _TABLES["note"]
outbox = _TABLES["outbox"]
release = _TABLES["release"]
route = _TABLES["route"]
score_history = _TABLES["score_history"]
seller = _TABLES["seller"]
signal = _TABLES["signal"]
stage_change = _TABLES["stage_change"]
suppression = _TABLES["suppression"]
tombstone = _TABLES["tombstone"]
unmapped_event = _TABLES["unmapped_event"]
visitor = _TABLES["visitor"]
waiting_signal = _TABLES["waiting_signal"]

LEAD_COLUMNS = (lead, address.c.id.label("address_id"), address.c.address, address.c.own_cap)
"""What as_lead reads, and more: select(*LEAD_COLUMNS).join_from(lead, address, REACHED_AT)."""
_FACTS = (
    "id",
    "key",
    *values.PROFILE_FIELDS,
    *("attributes", "stage", "fit", "engagement", "grade", "heat", "cycle", "created_at", "mature", "live"),
)
LEAD_FACTS = (*(lead.c[name] for name in _FACTS), *LEAD_COLUMNS[1:])
"""What as_lead reads, whether the lead is mature, and whether it is live: each column read takes its time."""
REACHED_AT = (address.c.lead_id == lead.c.id) & address.c.current


_profile = attrgetter(*values.PROFILE_FIELDS)
NEVER = timedelta(0)
# A look into a mapping, where a call of the enumeration takes five times as long.
_STAGES, _STATES = {one.value: one for one in Stage}, {one.value: one for one in EnrolmentState}


def as_value(kind: type[V], row: Any, /, **other: Any) -> V:
    """A dataclass from the columns of a row that have its fields' names; `other` are the fields that differ.

    Not for thousands of rows: writing the arguments out is three times as fast.
    """
    fields: Iterable[str] = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: other[name] if name in other else getattr(row, name) for name in fields})


def as_lead(row: Any) -> values.Lead:
    """A lead with the address it is reached at."""
    profile = {f: v for f, v in zip(values.PROFILE_FIELDS, _profile(row), strict=True) if v is not None}
    return values.Lead(
        id=row.id,
        address_id=row.address_id,
        address=row.address,
        key=row.key,
        profile=profile,
        attributes=row.attributes,
        stage=_STAGES[row.stage],
        fit=row.fit,
        engagement=row.engagement,
        grade=row.grade,
        heat=row.heat,
        cycle=row.cycle,
        created_at=row.created_at,
        own_cap=row.own_cap,
    )


def as_consent(row: Any) -> values.Consent:
    """A consent as it stands now."""
    return values.Consent(row.topic, ConsentState(row.state), Basis(row.basis), row.at, row.source, row.proof)


def as_suppression(row: Any) -> values.Suppression:
    """A suppression in force."""
    return values.Suppression(SuppressionReason(row.reason), row.at, row.source)


def as_signal(row: Any) -> values.Signal:
    """A signal."""
    return values.Signal(
        type=row.type,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        properties=row.properties,
        machine=row.machine,
        id=row.id,
    )


def as_enrolment(row: Any, entering: values.Signal | None = None) -> values.Enrolment:
    """An enrolment, with its entering signal."""
    return values.Enrolment(
        id=row.id,
        lead_id=row.lead_id,
        sequence=row.sequence,
        entry_key=row.entry_key,
        run=row.run,
        version=row.version,
        state=_STATES[row.state],
        step=row.step,
        occurrence=row.occurrence,
        step_since=row.step_since,
        due_at=row.due_at,
        first_due_at=row.first_due_at,
        priority=row.priority,
        entered_at=row.entered_at,
        signal=entering,
        requested=row.requested,
        retries=row.retries,
        release_id=row.release_id,
        frozen=timedelta(seconds=row.frozen) if row.frozen else NEVER,
    )


def as_handoff(row: Any) -> values.OpenHandoff:
    """A lead's latest handoff as the gate sees it."""
    return values.OpenHandoff(
        row.id,
        HandoffState(row.state),
        row.cycle,
        row.offered_at or row.created_at,
        row.answered_at,
        row.due_at,
    )
