"""Every command is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.app import COMMANDS
from nurture.words import Reason

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
SECTIONS = set(re.findall(r"^## nurture (\S+)", PAGE, re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """Each has a section of its own in docs/commands.md."""
    assert command in SECTIONS


def test_no_command_is_documented_that_is_not_there() -> None:
    """A section for a command that does not exist misleads."""
    assert set(COMMANDS) >= SECTIONS


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented(reason: Reason) -> None:
    """docs/why.md lists the words that --json prints."""
    assert f"`{reason.value}`" in (DOCS / "why.md").read_text(encoding="utf-8")
