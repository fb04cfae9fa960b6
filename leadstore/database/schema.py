"""The schema of a store, and whether this version of Nurture works on it; read without importing Alembic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from leadstore.database.transaction import Transaction
from leadstore.notes import read_note, write_note
from nurture.errors import SchemaError, StoreError
from nurture.links.redaction import shown_url

VERSION_TABLE = "nurture_version"
"""Alembic's own table in a store."""

NEEDS = "schema_needs"
"""The note of the migration that a store is at, and of the oldest one that a version must know to work on
it: the last that was not additive. Each migration leaves it for the versions that come before it."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The migration that a store is at, and those that this version knows, in their order."""

    held: str | None  # None: no schema yet
    needs: str | None  # the oldest migration that must be known; None: the store does not say
    known: tuple[str, ...]

    @property
    def newest(self) -> str:
        """The migration that this version works on."""
        return self.known[-1]

    @property
    def ahead(self) -> bool:
        """Whether a newer version of Nurture has migrated the store."""
        return self.held is not None and self.held > self.newest

    @property
    def pending(self) -> tuple[str, ...]:
        """The migrations that the store has yet to get; none when it is ahead."""
        return tuple(one for one in self.known if self.held is None or one > self.held)

    @property
    def fits(self) -> bool:
        """Whether this version works on the store: nothing is pending, and what is newer only adds."""
        return self.needs in self.known if self.ahead else not self.pending


def known_migrations() -> tuple[str, ...]:
    """The migrations of this version, oldest first: the numbers that their files begin with."""
    folder = Path(__file__).parents[1] / "migrations" / "versions"
    return tuple(sorted(path.name.partition("_")[0] for path in folder.glob("[0-9]*.py")))


def newest_schema() -> str:
    """The migration that this version of Nurture works on."""
    return known_migrations()[-1]


def read_schema(tx: Transaction) -> Schema:
    """The schema of a store."""
    held = needs = None
    if inspect(tx).has_table(VERSION_TABLE):
        held = tx.scalar(text(f"SELECT max(version_num) FROM {VERSION_TABLE}"))  # noqa: S608 - our own name
    if held is not None:
        at, _, oldest = (read_note(tx, NEEDS) or "").partition(" ")
        needs = oldest if at == held else None  # a note of another migration tells nothing of this one
    return Schema(held, needs, known_migrations())


def note_needs(tx: Transaction, held: str, oldest: str) -> None:
    """Note that the store is at migration `held`, on which versions can work that know migration `oldest`."""
    write_note(tx, NEEDS, f"{held} {oldest}")


def refuse_other(schema: Schema) -> None:
    """Refuse a store that this version cannot work on.

    Raises:
        SchemaError: it is not migrated yet, or a newer version migrated it in a way that this one cannot
            live with; says what to do.
    """
    if schema.fits:
        return
    if schema.ahead:
        raise SchemaError(
            f"the store's schema is {schema.held}, newer than this version of Nurture, which works on "
            f"{schema.newest} and cannot live with what was changed",
            hint="upgrade Nurture to the version that the other workers use, or restore the store's backup",
        )
    raise SchemaError(
        f"the store's schema is {schema.held or 'not there yet'}; this version of Nurture works on "
        f"{schema.newest}",
        hint="`nurture migrate` brings it up to date; `nurture migrate --check` says what it would do",
    )


def refuse_foreign(tx: Transaction) -> None:
    """Refuse a database that another program fills: our tables would lie among its own, or take their names.

    Raises:
        StoreError: it is not empty, and no store.
    """
    there = inspect(tx)
    if there.has_table(VERSION_TABLE):
        return
    names = set(there.get_table_names())
    # A PostgreSQL database may be shared; a file is one program's.
    taken = names if tx.dialect.name == "sqlite" else names & set(SQLModel.metadata.tables)
    if taken:
        shown = ", ".join(sorted(taken)[:3])
        raise StoreError(
            f"the store at {shown_url(str(tx.engine.url))} is another program's database (tables: {shown})",
            hint="name another file or database in NURTURE_DATABASE_URL; nothing was changed in this one",
        )
