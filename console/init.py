"""`nurture init`: a new project, from the shelves that are shipped."""

from __future__ import annotations

import shutil
from pathlib import Path

from console.frame import InFrame, say
from console.schema import write_schemas
from flows.work.shelf import MARK, read_shelf
from nurture.book import read_book
from nurture.errors import ProjectError
from nurture.schema import schemas

STARTER = ("nurture.yaml", "scoring.yaml", "catalog.yaml", "sequences", "templates", "prefect.yaml")


def init(folder: Path = Path(), *, frame: InFrame) -> int:
    """Begin a project: policy, scoring, catalogue, sequences and their templates, to be changed.

    Parameters
    ----------
    folder
        Where; the current folder when left out. It may hold other files, but no project.
    """
    taken = [name for name in STARTER if (folder / name).exists()]
    if taken:
        raise ProjectError(f"{folder / taken[0]} is there already", hint="name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    source = _starter()
    for name in STARTER:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)
        else:
            shutil.copy(source / name, folder / name)
    _ignore(folder / ".gitignore")
    write_schemas(folder, schemas(read_book(read_shelf(folder))[0]))
    say(f"a project is in {folder.resolve()}; next: `nurture check`, then `nurture up`")
    return 0


def _starter() -> Path:
    """Where the shelves lie: in the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    return next(place for place in (here / "starter", here.parent) if (place / MARK).is_file())


def _ignore(path: Path) -> None:
    """Keep what is local out of git: leads, mails and the key that signs links."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if ".nurture/" not in before.split():
        path.write_text(f"{before}.nurture/\n", encoding="utf-8")
