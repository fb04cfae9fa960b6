"""The README tells the truth: its sample passes the check, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.app import COMMANDS
from flows.work.project.shelf import read_shelf
from flows.work.shop.settings import Settings
from nurture.project.book import read_book

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_sample_sequence_passes_the_check() -> None:
    """The first thing a reader copies works in the project that is shipped."""
    [sample] = _blocks(README, "yaml")
    book, faults = read_book({**read_shelf(ROOT), "sequences/sample.yaml": sample})

    assert [fault for fault in faults if fault.severity == "error"] == []
    assert book is not None
    assert "read-and-ask" in book.sequences


@pytest.mark.parametrize("command", re.findall(r"^\$ nurture ([a-z]+)", README, flags=re.MULTILINE))
def test_every_command_of_the_readme_exists(command: str) -> None:
    """A reader types what stands there."""
    assert command in COMMANDS


@pytest.mark.parametrize("target", re.findall(r"^\$ make ([a-z]+)", README, flags=re.MULTILINE))
def test_every_target_of_the_readme_exists(target: str) -> None:
    """make knows the words too."""
    assert re.search(rf"^{target}: .*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_every_setting_is_in_the_readme() -> None:
    """A setting that nobody can find is not a setting."""
    names = {f"NURTURE_{name.upper()}" for name in Settings.model_fields} - {"NURTURE_WORKER"}

    assert {name for name in names if f"`{name}`" not in README} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link names a file that is there."""
    prose = re.sub(r"^ *```.*?^ *```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\((?!http|#)([^)#]+)", prose)

    assert [link for link in links if not (document.parent / link).exists()] == []
