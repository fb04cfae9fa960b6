"""Reads an import map, and checks it against the project's catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from flows.work.project.shelf import read_shelf
from nurture.errors import BookError, ImportFault
from nurture.files.diagnosis import Fault
from nurture.files.source import load_yaml
from nurture.imports.map import ImportMap, read_map
from nurture.project.catalog import read_catalog
from nurture.project.shelves import CATALOG, spelled


@dataclass(frozen=True, slots=True)
class MapRead:
    """A checked map and the text it was read from, which is a part of the import's identity."""

    map: ImportMap
    text: str

    def strictly(self) -> MapRead:
        """The same map, with which a cell that cannot be read costs its row."""
        reader = replace(self.map.reader, strict=True)
        return MapRead(replace(self.map, reader=reader), f"{self.text}\nstrict: true\n")


def read_import_map(project: Path, path: Path) -> MapRead:
    """Read a map against the project's catalogue.

    Raises:
        BookError: the map or the catalogue has faults; it carries all of them.
        ImportFault: the map cannot be read at all.
    """
    files = read_shelf(project)
    where = spelled(files, CATALOG)
    node, faults = load_yaml(where, files.get(where, "topics: {}"))
    catalog = None
    if node is not None:
        catalog, faults = read_catalog(node, where)
    if catalog is None:
        raise BookError("the catalogue has faults, so the map cannot be checked against it", faults)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFault(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error
    except OSError as error:
        raise ImportFault(
            f"{path} cannot be read: {error.strerror}", hint="check the name after --map"
        ) from error
    found, faults = read_map(str(path), text, catalog.vocabulary())
    if found is None:
        raise broken_map(faults)
    return MapRead(found, text)


def broken_map(faults: list[Fault]) -> BookError:
    """What is raised for a map with these faults."""
    found = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return BookError(
        f"the map has {found}; nothing was imported", faults, hint="docs/import.md shows a whole map"
    )
