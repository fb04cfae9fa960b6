"""Which files belong to a project: their names, in either ending, and files that are only like them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from nurture.files.diagnosis import Fault, suggest

POLICY, SCORING, CATALOG = "nurture.yaml", "scoring.yaml", "catalog.yaml"
"""The three files at the root of every project."""
EVENTS = "events.yaml"
"""A fourth, which a project may do without."""
ROOTS = (POLICY, SCORING, CATALOG, EVENTS)
ENDINGS = (".yaml", ".yml")
"""What a YAML file may end with; both are read everywhere."""
SEQUENCES, TEMPLATES = "sequences", "templates"
"""The two folders of a project."""
ENOUGH = 4096
"""How many bytes of a file tell what it is."""
_ROOT_STEMS = tuple(name.removesuffix(ENDINGS[0]) for name in ROOTS)
_SHELF_LIKE = {"sequence", "sequenz", "sequenzen", "séquences", "template", "vorlagen", "modeles", "modèles"}
_LISTS_STEPS = re.compile(r"^\ufeff?(sequence|steps|enter)[ \t]*:", re.MULTILINE)
_HAS_SUBJECT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*\n)*?subject[ \t]*:")
_TEXTS = ("readme", "license", "licence", "changelog", "notes")


def spellings(path: str) -> tuple[str, ...]:
    """The names a YAML file may have: as it is written here, and with the other ending."""
    return tuple(path.removesuffix(ENDINGS[0]) + ending for ending in ENDINGS)


def spelled(files: Collection[str], path: str) -> str:
    """The name under which a root file is there; its usual one when it is not."""
    return next((name for name in spellings(path) if name in files), path)


def is_sequence(path: str) -> bool:
    """Whether this is the path of a sequence file."""
    folder, _, name = path.rpartition("/")
    return folder == SEQUENCES and name.endswith(ENDINGS)


def is_template(path: str) -> bool:
    """Whether this is in the folder of templates, well named or not."""
    return path.startswith(f"{TEMPLATES}/")


def is_shelf_like(folder: str) -> bool:
    """Whether a folder at the root may be one of the two shelves under another name."""
    return bool(_shelf_meant(folder))


def unread(beginnings: Mapping[str, str]) -> list[Fault]:
    """Warn of files that look like ours and are not read. `beginnings` are their paths and first words."""
    told = ((path, _meant(path, text)) for path, text in sorted(beginnings.items()))
    return [
        Fault("NUR070", "this file is not read", path, help=hint, severity="warning")
        for path, hint in told
        if hint
    ]


def _meant(path: str, text: str) -> str:
    """What to do with a file that is not read; empty when it is not like a file of a project."""
    folder, _, name = path.rpartition("/")
    top, _, below = folder.partition("/")
    stem, ending = _parted(name)
    if not folder:
        return _meant_at_root(name, stem, ending, text)
    if stem.lower() in _TEXTS:
        return ""
    if top == SEQUENCES:
        return _meant_among_sequences(below, stem, ending, text)
    shelf = _shelf_meant(top)
    if shelf == SEQUENCES and ending in (".yaml", ".yml", ".txt", ""):
        return f"move it to {SEQUENCES}/{stem}.yaml"
    if shelf == TEMPLATES and (ending == ".j2" or _HAS_SUBJECT.match(text)):
        return f"name the folder `{TEMPLATES}`"
    return ""


def _meant_at_root(name: str, stem: str, ending: str, text: str) -> str:
    close = suggest(stem.lower().removesuffix(".yaml").removesuffix(".yml"), _ROOT_STEMS, 0.8)
    if close and ending in ("", ".txt", ".json", *ENDINGS):
        return f"name it {close}.yaml"
    if ending in ENDINGS and _is_sequence_text(text):
        return f"move it to {SEQUENCES}/{stem}.yaml"
    return f"move it into {TEMPLATES}/" if name.lower().endswith(".j2") else ""


def _meant_among_sequences(below: str, stem: str, ending: str, text: str) -> str:
    if ending == ".j2" or _HAS_SUBJECT.match(text):
        return f"a message lies in {TEMPLATES}/, and its name ends with .md.j2"
    plain = stem.removesuffix(".yaml").removesuffix(".yml")
    return f"name it {SEQUENCES}/{plain}.yaml" + (
        ": sequences lie in no folder of their own" if below else ""
    )


def _is_sequence_text(text: str) -> bool:
    return len({found[1] for found in _LISTS_STEPS.finditer(text)}) > 1


def _shelf_meant(folder: str) -> str:
    name = folder.lower()
    if folder in (SEQUENCES, TEMPLATES):
        return ""
    close = suggest(name, (*_SHELF_LIKE, SEQUENCES, TEMPLATES), 0.8)
    return TEMPLATES if close[:1] in ("t", "v", "m") else SEQUENCES if close else ""


def _parted(name: str) -> tuple[str, str]:
    stem, _, ending = name.rpartition(".")
    return (stem, f".{ending.lower()}") if stem else (name, "")
