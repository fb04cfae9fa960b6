"""Which files are a project's: what only looks like one of them is told, and the rest is left in peace."""

from __future__ import annotations

import pytest

from nurture.project.shelves import SEQUENCES, TEMPLATES, is_shelf_like, unread

STEPS = "sequence: foo\nenter: {when: true}\n"
MAIL = "---\nasset: guide\nsubject: Hello\n---\nHello\n"
NOTE = "source: a\n"

LOOKS_LIKE_OURS = {
    "a root file under a close name": ("catalogue.yaml", NOTE, "name it catalog.yaml"),
    "a root file in other letters": ("Scoring.YAML", NOTE, "name it scoring.yaml"),
    "a root file with an ending too many": ("nurture.yaml.txt", NOTE, "name it nurture.yaml"),
    "a root file without an ending": ("nurture", NOTE, "name it nurture.yaml"),
    "a sequence at the root": ("foo.yml", STEPS, "move it to sequences/foo.yaml"),
    "a message at the root": ("foo.md.J2", MAIL, "move it into templates/"),
    "a sequence with another ending": ("sequences/foo.txt", STEPS, "name it sequences/foo.yaml"),
    "a sequence with an ending too many": ("sequences/foo.yml.txt", STEPS, "name it sequences/foo.yaml"),
    "a sequence without an ending": ("sequences/foo", STEPS, "name it sequences/foo.yaml"),
    "a sequence in a folder of its own": (
        "sequences/old/foo.yaml",
        STEPS,
        "name it sequences/foo.yaml: sequences lie in no folder of their own",
    ),
    "a message among the sequences": (
        "sequences/foo.md.j2",
        "",
        "a message lies in templates/, and its name ends with .md.j2",
    ),
    "a message among them by its text": (
        "sequences/foo.md",
        MAIL.replace("\n", "\r\n"),
        "a message lies in templates/, and its name ends with .md.j2",
    ),
    "a sequence on a shelf of a like name": ("Sequenzen/foo.txt", NOTE, "move it to sequences/foo.yaml"),
    "a message on a shelf of a like name": ("vorlagen/a/foo.md.j2", "", "name the folder `templates`"),
    "a message on such a shelf by its text": ("template/foo.md", MAIL, "name the folder `templates`"),
}


@pytest.mark.parametrize(("path", "text", "hint"), LOOKS_LIKE_OURS.values(), ids=LOOKS_LIKE_OURS.keys())
def test_a_file_that_looks_like_ours_is_told_with_its_place(path: str, text: str, hint: str) -> None:
    """It is a warning: the project is good without it."""
    found = unread({path: text})

    assert [(f.code, f.file, f.help, f.severity) for f in found] == [("NUR070", path, hint, "warning")]


NONE_OF_OURS = {
    "another tool's file": ("prefect.yaml", NOTE),
    "a file with one word of a sequence": ("build.yaml", "steps: [test]\n"),
    "a list of leads": ("leads.csv", "mail\n"),
    "a hidden file": (".gitignore", "nurture.db\n"),
    "a root file's name on a program": ("scoring.ipynb", "{}"),
    "notes among the sequences": ("sequences/README.md", MAIL),
    "notes on a shelf of a like name": ("template/License", MAIL),
    "a picture on a shelf of a like name": ("sequence/plan.png", "\ufffdPNG"),
    "text without a subject there": ("template/plan.md", "---\ntitle: x\n---\n"),
    "a folder of another name": ("docs/foo.yaml", STEPS),
    "a folder of a name not so like": ("temples/foo.yaml", STEPS),
    "a picture on the shelf itself": ("templates/logo.png", "\ufffdPNG"),
}


@pytest.mark.parametrize(("path", "text"), NONE_OF_OURS.values(), ids=NONE_OF_OURS.keys())
def test_what_is_none_of_ours_is_left_in_peace(path: str, text: str) -> None:
    """A warning that means nothing teaches people to read none."""
    assert unread({path: text}) == []


def test_they_are_told_in_the_order_of_their_paths() -> None:
    """Two looks at one folder say the same, in whatever order the disk lists it."""
    paths = ["foo.md.j2", "catalogue.yaml", "sequences/foo.txt"]

    assert [fault.file for fault in unread(dict.fromkeys(paths, ""))] == sorted(paths)


@pytest.mark.parametrize(
    "folder",
    ["sequence", "Sequences", "séquences", "Sequenzen", "template", "Templates", "vorlagen", "modèles"],
)
def test_a_shelf_may_be_meant_by_another_name(folder: str) -> None:
    """In other letters, in the singular, or in the words of the people who write it."""
    assert is_shelf_like(folder)


@pytest.mark.parametrize("folder", [SEQUENCES, TEMPLATES, "docs", "store", "tests"])
def test_a_shelf_itself_and_other_folders_are_not_like_one(folder: str) -> None:
    """The two shelves are read as they are, and the rest of a repository is not looked into."""
    assert not is_shelf_like(folder)
