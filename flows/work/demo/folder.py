"""The demo's own project: a copy of the shelves, with a store, an inbox and a secret of its own."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.work.project.shelf import read_shelf
from flows.work.shop.settings import Settings
from nurture.errors import LockHeld, NurtureError, ProjectError
from nurture.imports.map import read_map
from nurture.project.book import read_book

LEADS = "leads.csv"
MAP = "import.yaml"


@contextmanager
def fresh_folder(folder: Path, project: Path, invented: Path, leads: int) -> Iterator[Settings]:
    """Make `folder` a fresh copy of `project` with the first `leads` invented leads, and hold it alone.

    Whatever an earlier demo left there is removed; nothing outside of it is touched. Whatever the environment
    says, the settings name its own store and inbox, so that no demo reaches a real one.

    Raises:
        LockHeld: another demo runs in this folder.
        ProjectError: the folder cannot be made, or holds something that is no demo.
    """
    with _alone(folder):
        _empty(folder)
        for name, text in read_shelf(project).items():
            _write(folder / name, text)
        _write(folder / MAP, _read(invented / MAP))
        rows = _read(invented / LEADS).splitlines(keepends=True)
        _write(folder / LEADS, "".join(rows[: leads + 1]))
        yield Settings(
            project=folder,
            database_url=f"sqlite:///{folder}/.nurture/store.db",
            smtp_url=None,
            mailbox_url=None,
            bounce_address="",
            unsubscribe_address="",
            webhook_key=None,  # what the project would tell other systems is not theirs to hear
            public_url="",
            secret_keys=(_new_secret(folder / ".nurture"),),
        )


def takes_leads(project: Path, invented: Path) -> bool:
    """Whether the invented leads fit a project's catalogue. One with faults is told of them elsewhere."""
    book, _ = read_book(read_shelf(project))
    return book is None or not read_map(MAP, _read(invented / MAP), book.catalog.vocabulary())[1]


def most_leads(invented: Path) -> int:
    """How many leads ship with the project."""
    return len(_read(invented / LEADS).splitlines()) - 1


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: the lock lies beside it, since the folder itself is removed and made again."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder.with_name(f"{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise LockHeld(f"another demo runs in {folder}", hint="stop it with Ctrl-C first") from error
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / LEADS).is_file():
        raise ProjectError(f"{folder} holds something that is no demo", hint="move it away")
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
    except OSError as error:
        raise _unusable(folder, error) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NurtureError(
            f"the demo's leads are missing: {path}", hint="install Nurture again; they ship with it"
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _unusable(path, error) from error


def _new_secret(state: Path) -> str:
    """Kept where the other commands look for it, so that they work on the demo's store."""
    key = secrets.token_urlsafe(48)
    state.mkdir(exist_ok=True)
    handle = os.open(state / "secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    return key


def _unusable(path: Path, error: OSError) -> ProjectError:
    return ProjectError(f"{path} cannot be made: {error.strerror}", hint="is the disk full or read-only?")
