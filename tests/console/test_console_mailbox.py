"""`nurture mailbox` from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from console.app import call
from tests.inbound.mails import letter

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project as the current folder, and a Maildir with one stranger's letter."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("new", "cur"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    (tmp_path / "mail" / "new" / "1").write_bytes(letter(about=None))
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mail"


def test_what_was_read_is_told(
    maildir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The counts, for people and for machines; what was read once is not read again."""
    monkeypatch.setenv("NURTURE_MAILBOX_URL", f"maildir://{maildir}")

    assert call(["mailbox"]) == 0
    assert capsys.readouterr().out == "mailbox: read 1, other 1\n"
    assert call(["mailbox", "--once", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"] == 0


def test_without_a_mailbox_the_setting_is_named(maildir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Misuse, and what to do about it."""
    assert call(["mailbox"]) == 2
    assert "NURTURE_MAILBOX_URL" in capsys.readouterr().err


def test_a_mailbox_that_is_away_is_told(
    maildir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure, without a traceback."""
    monkeypatch.setenv("NURTURE_MAILBOX_URL", f"maildir://{maildir}/nowhere")

    assert call(["mailbox"]) == 2
    assert "Maildir" in capsys.readouterr().err
