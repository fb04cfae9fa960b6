"""Runs migrations on the connection that leadstore.database.upgrade hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import leadstore.events.tables
import leadstore.tables  # noqa: F401 - both fill the metadata
from leadstore.database.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
