"""The temporary table in which a page of leads is scored by sets; it lives as long as its transaction."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB

mass = Table(
    "mass",
    MetaData(),
    Column("id", BigInteger),
    Column("stage", String),
    Column("mature", Boolean),
    Column("live", Boolean),
    Column("fit", Float),
    Column("engagement", Float),
    Column("grade", String),
    Column("heat", Integer),
    Column("terms", JSONB),
    Column("recheck_at", DateTime(timezone=True)),
    Column("did", Integer),  # which of the types that maturity looks at, as bits
    Column("odd", Boolean),  # left to the ordinary way
    Column("moved", Boolean),  # its stage is to be judged
    Column("crossed", Boolean),  # a threshold lies between the old score and the new one
    Column("visible", Boolean),  # worth a point of the history
)
