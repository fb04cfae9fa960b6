"""The tables of privacy: seals of erased persons, and the journal of who did what to which lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String
from sqlmodel import Field

from leadstore.columns import Id, mapping, moment, row_id
from leadstore.tables import Stored


class TombstoneTable(Stored, table=True):
    """What is left of an erased person: a seal by which it is known again, and nothing that names it."""

    __tablename__ = "tombstone"
    digest: str = Field(sa_column=Column(String(64), primary_key=True))
    sealed_by: str = Field(max_length=16)  # the name of the secret key
    person: str = Field(max_length=16, index=True)  # the same for all seals of one person
    why: str = Field(max_length=12)
    at: datetime = moment()
    lifted_at: datetime | None = moment(null=True)


class AuditTable(Stored, table=True):
    """Who did what to which lead, and when: appended, never edited; of an erased lead the id stays."""

    __tablename__ = "audit"
    id: int | None = row_id()
    at: datetime = moment()
    who: str = Field(max_length=120)
    act: str = Field(max_length=20)
    lead_id: int = Field(sa_column=Column(Id, nullable=False, index=True))  # no reference; 0: nobody
    detail: dict[str, Any] = mapping()  # ids and numbers only
