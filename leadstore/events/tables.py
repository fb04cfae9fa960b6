"""The tables of what other systems post: their keys, visitors, what waits, and what nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from leadstore.columns import Json, mapping, moment, reference, row_id
from leadstore.tables import Stored


class KeyTable(Stored, table=True):
    """A key by which another system posts events or reads. Its secret is not here: only what tells it."""

    __tablename__ = "api_key"
    name: str = Field(primary_key=True, max_length=20)
    source: str = Field(max_length=80)
    digest: str | None = Field(default=None, max_length=64)  # of its secret; None: it signs what it posts
    scopes: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    types: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    per_minute: int
    made_at: datetime = moment()
    expires_at: datetime | None = moment(null=True)
    revoked_at: datetime | None = moment(null=True)


class VisitorTable(Stored, table=True):
    """Somebody under a name that a site gave: whose it is, once an address is known."""

    __tablename__ = "visitor"
    name: str = Field(primary_key=True, max_length=64)  # a digest
    lead_id: int | None = reference("lead.id", null=True, index=True)
    seen_at: datetime = moment(index=True)


class WaitingSignalTable(Stored, table=True):
    """What a visitor did before anybody knew an address: a signal from then on, else forgotten."""

    __tablename__ = "waiting_signal"
    id: int | None = row_id()
    visitor: str = Field(max_length=64, index=True)
    type: str = Field(max_length=80)
    properties: dict[str, Any] = mapping()
    occurred_at: datetime = moment()
    received_at: datetime = moment(index=True)
    source: str = Field(max_length=80)
    source_id: str = Field(max_length=200)
    __table_args__ = (UniqueConstraint("source", "source_id"),)


class UnmappedEventTable(Stored, table=True):
    """An event of a site that events.yaml does not know, counted."""

    __tablename__ = "unmapped_event"
    source: str = Field(primary_key=True, max_length=80)
    name: str = Field(primary_key=True, max_length=200)
    times: int
    properties: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False, default=list))
    first_at: datetime = moment()
    last_at: datetime = moment()
