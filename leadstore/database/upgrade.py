"""Brings a database to this version's schema with Alembic, in its own version table."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from leadstore.database.patience import be_patient
from leadstore.database.schema import Schema, note_needs, read_schema, refuse_foreign, refuse_other

MIGRATION_LOCK = 0x6E757274  # "nurt": one migration at a time on one PostgreSQL


def alembic_config() -> Config:
    """Alembic's settings without a file: where the migrations lie."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config


def upgrade(engine: Engine) -> Schema:
    """Apply every migration that is not applied yet, one process at a time; returns what was there before.

    A store that a newer version migrated is left as it is.

    Raises:
        SchemaError: this version cannot work on what a newer one made of the store.
    """
    config = alembic_config()
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            be_patient(connection, "migrate")
            connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})
        refuse_foreign(connection)
        before = read_schema(connection)  # behind the lock: another process may have just done it
        if before.ahead:
            refuse_other(before)
            return before
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        note_needs(connection, before.newest, oldest_needed(config))
    return before


def oldest_needed(config: Config) -> str:
    """The last migration that is not additive: a version that does not know it cannot work on the store."""
    newest_first = ScriptDirectory.from_config(config).walk_revisions()
    return next(one.revision for one in newest_first if not getattr(one.module, "additive", False))
