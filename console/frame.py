"""The frame that every command is given, and the functions by which commands print and ask."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from nurture.errors import BookError, NurtureError

if TYPE_CHECKING:
    from flows.work.shop.settings import Settings
    from leadstore.store import Store


@dataclass(frozen=True, slots=True)
class Frame:
    """The options that stand before or after any command: which project, and how much to tell."""

    project: Path | None = None
    debug: bool = False

    def settings(self) -> Settings:
        """The settings of the project this command works on.

        Raises:
            ProjectError: there is no project.
            SettingError: a setting cannot be used.
        """
        from flows.work.shop.settings import load_settings

        return load_settings(self.project)

    def root(self) -> Path:
        """The project's folder, without its settings.

        Raises:
            ProjectError: there is no project.
        """
        from flows.work.project.shelf import find_project

        if self.project is None:
            named = os.environ.get("NURTURE_PROJECT")
            return Path(named).resolve() if named else find_project(Path.cwd())
        return self.project.resolve()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The project's store while the block runs; it must exist with a schema that fits.

        Raises:
            StoreError: there is no store, its schema is another version's, or the database is unreachable.
        """
        from leadstore.database.access import open_existing

        with closing(open_existing(self.settings().database_url)) as store:
            yield store

    @contextmanager
    def view(self, job: str = "") -> Iterator[Any]:
        """One consistent view of the project's store: a transaction in which nothing is written."""
        with self.store() as store, store.read(job) as tx:
            yield tx


InFrame = Annotated[Frame, Parameter(parse=False)]
"""The type of the keyword `frame` by which a command asks for its frame."""


def say(text: str) -> None:
    """Print a result to stdout, flushed: a program that reads it through a pipe may be waiting."""
    print(text, flush=True)


def say_json(value: Any) -> None:  # whatever json.dumps takes
    """A result for machines, to stdout; instants as ISO text."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def note(text: str) -> None:
    """Progress or a remark, to stderr."""
    print(text, file=sys.stderr, flush=True)


def note_faults(error: BookError) -> None:
    """Every fault of a project's files, then what cannot be done because of them."""
    from nurture.files.diagnosis import render_text

    note(f"{render_text(error.faults)}\n\nnurture: {error}")


def agreed(question: str = "Type yes to go on: ") -> bool:
    """Whether the operator types yes.

    Raises:
        NurtureError: nobody is there to answer.
    """
    if not sys.stdin.isatty():
        raise NurtureError("this asks first, and nobody is here to answer", hint="--yes does it unasked")
    return input(question).strip().lower() in ("y", "yes")
