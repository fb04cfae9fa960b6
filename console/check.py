"""`nurture check`: lists every fault in the project's files, each with its file and line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from console.format import say_many
from console.frame import InFrame, note, say, say_json
from console.options import Json
from flows.work.project.shelf import read_shelf, strays
from nurture.files.diagnosis import Fault, as_json, render_github, render_text
from nurture.project.advice import advise
from nurture.project.book import Book, read_book

Format = Literal["text", "json", "github"]


def check(*, format: Format = "text", json: Json = False, strict: bool = False, frame: InFrame) -> int:
    """Find every fault in the project's files; exit 1 if one of them is an error.

    Parameters
    ----------
    format
        How faults are written: for people, for machines, or as GitHub annotations.
    json
        The same as --format json.
    strict
        Exit 1 for a warning, too.
    """
    root = frame.root()
    book, faults = read_book(read_shelf(root))
    faults += [*strays(root), *(advise(book, datetime.now(UTC)) if book else [])]
    faults = [replace(fault, file=_from_here(root, fault.file)) for fault in faults]
    errors = sum(fault.severity == "error" for fault in faults)
    failed = bool(faults if strict else errors) or book is None
    _show(faults, "json" if json else format, ok=not failed)
    note(_summary(book, len(faults) - errors, errors))
    return 1 if failed else 0


def _show(faults: Sequence[Fault], form: Format, *, ok: bool) -> None:
    if form == "json":
        say_json({"ok": ok, "faults": as_json(faults)})
    elif faults:
        say(render_text(faults) if form == "text" else render_github(faults))


def _summary(book: Book | None, warnings: int, errors: int) -> str:
    found = f"{say_many(errors, 'error')}, {say_many(warnings, 'warning')}"
    if book is None:
        return found
    return (
        f"{say_many(len(book.sequences), 'sequence')}, {say_many(len(book.templates.names), 'template')}, "
        f"{say_many(len(book.catalog.topics), 'topic')}: {found}"
    )


def _from_here(root: Path, file: str) -> str:
    """The file's path as a terminal can open it from the current folder."""
    return Path(os.path.relpath(root / file)).as_posix()
