"""Brings a database to this version's schema with Alembic, in its own version table."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from leadstore.existing import refuse_foreign
from leadstore.patience import be_patient

VERSION_TABLE = "nurture_version"
MIGRATION_LOCK = 0x6E757274  # "nurt": one migration at a time on one PostgreSQL


def alembic_config() -> Config:
    """Alembic's settings without a file: where the migrations lie."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(engine: Engine) -> None:
    """Apply every migration that is not applied yet, one process at a time."""
    config = alembic_config()
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            be_patient(connection, "migrate")
            connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})
        refuse_foreign(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
