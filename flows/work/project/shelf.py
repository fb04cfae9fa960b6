"""Reads a project's files from disk, as text that is not checked yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from nurture.errors import ProjectError
from nurture.files.diagnosis import Fault
from nurture.project.shelves import (
    ENOUGH,
    POLICY,
    ROOTS,
    SEQUENCES,
    TEMPLATES,
    is_sequence,
    is_shelf_like,
    is_template,
    spellings,
    unread,
)

MARK = POLICY
"""The file that marks the root of a project; nurture.yml does as well."""

ROOT_FILES = tuple(name for root in ROOTS for name in spellings(root))
"""What is read at the root, in either spelling; two spellings of one file are a fault of the check."""

BACKUPS = ("~", ".bak", ".orig", ".old", ".rej", ".swp", ".tmp", ".save", ".py", ".pyc")
"""What editors and Python leave beside files; it is not read."""


def is_project(folder: Path) -> bool:
    """Whether a folder is the root of a project."""
    return any((folder / name).is_file() for name in spellings(MARK))


def find_project(start: Path) -> Path:
    """The project that `start` lies in: the nearest folder, upwards, that holds nurture.yaml.

    Raises:
        ProjectError: no folder up to the root of the disk holds one.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    raise ProjectError(
        f"no Nurture project in {start}: there is no {MARK} here or above",
        hint="go to your project, name it with --project DIR, or begin one with `nurture init`",
    )


def read_shelf(root: Path) -> dict[str, str]:
    """Every file a release is made of: its path below `root`, with slashes, and its text.

    These are nurture.yaml, scoring.yaml, catalog.yaml, sequences/*.yaml, each also as .yml, and templates/**;
    hidden files, editors' backups and Python's files are left out. A file that is not there is not in the
    result, and bytes that are not UTF-8 stay as lone surrogates: the check says so.

    Raises:
        ProjectError: a file cannot be read, or lies outside.
    """
    if not is_project(root):
        raise ProjectError(
            f"{root} is not a Nurture project: it has no {MARK}",
            hint="name the folder that holds it with --project DIR, or begin one with `nurture init`",
        )
    return {path.relative_to(root).as_posix(): _text(path, root) for path in _paths(root)}


def strays(root: Path) -> list[Fault]:
    """Warn of files that look like ours and are not read: by their ending, their folder or its depth."""
    read = set(_paths(root))
    found = (path for path in _nearby(root) if path not in read)
    return unread({path.relative_to(root).as_posix(): _beginning(path) for path in found})


def _paths(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ROOT_FILES if (root / name).is_file())
    yield from _ours(root, SEQUENCES, "*", is_sequence)
    yield from _ours(root, TEMPLATES, "**/*", is_template)


def _nearby(root: Path) -> Iterator[Path]:
    """What lies where one of ours might: at the root, below sequences/, and in folders of like names."""
    yield from _ours(root, ".", "*", bool)
    for folder in sorted(path.name for path in root.iterdir() if path.is_dir()):
        if folder == SEQUENCES or is_shelf_like(folder):
            yield from _ours(root, folder, "**/*", bool)


def _ours(root: Path, folder: str, pattern: str, wanted: Callable[[str], bool]) -> list[Path]:
    """Files of a folder that are wanted by their path; hidden ones, backups and Python's are not."""
    found = ((path, path.relative_to(root)) for path in (root / folder).glob(pattern))
    return sorted(p for p, shown in found if _is_plain(shown) and wanted(shown.as_posix()) and p.is_file())


def _is_plain(path: PurePath) -> bool:
    return not path.name.endswith(BACKUPS) and not any(part.startswith(".") for part in path.parts)


def _beginning(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(ENOUGH).decode("utf-8", "replace")
    except OSError:
        return ""


def _text(path: Path, root: Path) -> str:
    shown = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root.resolve()):
        # A pull request could bring one: the file it points to would be shown by `check`, stored and mailed.
        raise ProjectError(f"{shown} is a link out of the project", hint="put the file itself there")
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ProjectError(
            f"{shown} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
