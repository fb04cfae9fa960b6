"""`nurture schema`: prints or writes the JSON Schemas by which editors complete and check files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from console.frame import InFrame, note, say_json
from flows.work.project.shelf import read_shelf
from nurture.project.book import read_book
from nurture.project.schema import schemas


def schema(*, write: bool = False, frame: InFrame) -> int:
    """Print the schema of each kind of file, with the project's own templates, topics and signals.

    Parameters
    ----------
    write
        Write them to .nurture/schema/ instead, where the first line of each file looks for them.
    """
    root = frame.root()
    book, _ = read_book(read_shelf(root))
    if book is None:
        note("the project has faults, so its own names are not in the schemas; see `nurture check`")
    found = schemas(book)
    if write:
        write_schemas(root, found)
    else:
        say_json(found)
    return 0


def write_schemas(root: Path, found: dict[str, dict[str, Any]]) -> None:
    """Write each schema to .nurture/schema/NAME.json below `root`."""
    folder = root / ".nurture" / "schema"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        note(f"wrote {path}")
