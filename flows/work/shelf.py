"""Reads a project's files from disk, as text, before anyone judges them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nurture.errors import ProjectError

MARK = "nurture.yaml"
"""The file that marks the root of a project."""

ROOT_FILES = (MARK, "scoring.yaml", "catalog.yaml")


def find_project(start: Path) -> Path:
    """The project that `start` lies in: the nearest folder, upwards, that holds nurture.yaml.

    Raises:
        ProjectError: no folder up to the root of the disk holds one.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARK).is_file():
            return folder
    raise ProjectError(
        f"no Nurture project in {start}: there is no {MARK} here or above",
        hint="go to your project, name it with --project DIR, or begin one with `nurture init`",
    )


def read_shelf(root: Path) -> dict[str, str]:
    """Every file a release is made of: its path below `root`, with slashes, and its text.

    These are nurture.yaml, scoring.yaml, catalog.yaml, sequences/*.yaml and templates/**; hidden files,
    editors' backups and Python's files are left out. A file that is not there is not in the result: the
    check says so.

    Raises:
        ProjectError: a file cannot be read, or is not UTF-8.
    """
    if not (root / MARK).is_file():
        raise ProjectError(
            f"{root} is not a Nurture project: it has no {MARK}",
            hint="name the folder that holds it with --project DIR, or begin one with `nurture init`",
        )
    return {path.relative_to(root).as_posix(): _text(path, root) for path in _paths(root)}


def _paths(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ROOT_FILES if (root / name).is_file())
    yield from sorted(p for p in (root / "sequences").glob("*.yaml") if _is_ours(p, root))
    yield from sorted(p for p in (root / "templates").rglob("*") if _is_ours(p, root))


def _is_ours(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.is_file() and not hidden and not path.name.endswith(("~", ".py", ".pyc"))


def _text(path: Path, root: Path) -> str:
    shown = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root.resolve()):
        # A pull request could bring one: what it leads to would be shown by `check`, stored and mailed.
        raise ProjectError(f"{shown} is a link out of the project", hint="put the file itself there")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectError(
            f"{shown} is not UTF-8 text: byte {error.start + 1} is 0x{error.object[error.start]:02x}",
            hint="save it as UTF-8, or move it out of the project's shelves",
        ) from error
    except OSError as error:
        raise ProjectError(
            f"{shown} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    return text.replace("\r\n", "\n")
