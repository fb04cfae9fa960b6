"""A Maildir as the mailbox, beside whatever else reads and writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inbound.mail.message import MAX_BYTES
from inbound.mailbox.folder import Mailbox, open_mailbox
from nurture.errors import MailboxError
from tests.inbound.mails import letter, report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty Maildir."""
    root = tmp_path / "mail dir"
    for name in ("new", "cur", "tmp"):
        (root / name).mkdir(parents=True)
    return root


def put(folder: Path, name: str, raw: bytes, where: str = "new") -> None:
    """Deliver a mail as servers do: written aside, then moved."""
    (folder / "tmp" / name).write_bytes(raw)
    os.rename(folder / "tmp" / name, folder / where / name)


def box_of(folder: Path) -> Mailbox:
    """The Maildir, opened by its URL."""
    return open_mailbox(f"maildir://{str(folder).replace(' ', '%20')}").__enter__()


def files(folder: Path) -> dict[str, bytes]:
    """All that lies in it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_mails_are_read_once(folder: Path) -> None:
    """Each mail comes up once, in the order of arrival, whether it lies in new/ or in cur/."""
    put(folder, "b.1.host", report())
    put(folder, "a.2.host:2,", letter(), "cur")
    box = box_of(folder)
    found = list(box.read("", 10))
    put(folder, "c.3.host", letter(name="letter-3"))

    later = list(box.read(found[-1][2], 10))

    assert [name for name, _, _ in found] == ["b.1.host", "a.2.host"]
    assert [name for name, _, _ in later] == ["c.3.host"]
    assert list(box.read(later[-1][2], 10)) == []


def test_reading_changes_nothing(folder: Path) -> None:
    """What is only read lies where it lay."""
    put(folder, "a", letter())
    put(folder, ".hidden", b"")
    (folder / "new" / "folder").mkdir()
    before = files(folder)

    found = list(box_of(folder).read("", 10))

    assert [name for name, _, _ in found] == ["a"]
    assert files(folder) == before


def test_handled_mail_is_moved_as_seen(folder: Path) -> None:
    """Handled mail goes to cur/ with the flag S and keeps the flags it had; the rest stays in new/."""
    put(folder, "done", report())
    put(folder, "flagged:2,F", report(), "cur")
    put(folder, "letter", letter())

    box_of(folder).mark(["done", "flagged", "vanished"])

    assert set(files(folder)) == {"cur/done:2,S", "cur/flagged:2,FS", "new/letter"}


def test_a_limit_is_kept(folder: Path) -> None:
    """A full folder is read in parts, and the parts meet."""
    for n in range(5):
        put(folder, f"m{n}", letter(name=f"letter-{n}"))
    box = box_of(folder)

    first = list(box.read("", 3))
    rest = list(box.read(first[-1][2], 3))

    assert [name for name, _, _ in [*first, *rest]] == [f"m{n}" for n in range(5)]


def test_a_huge_mail_is_read_in_part(folder: Path) -> None:
    """The front is enough."""
    put(folder, "huge", b"x" * (MAX_BYTES + 1))

    [(_, raw, _)] = box_of(folder).read("", 10)

    assert len(raw) == MAX_BYTES


def test_an_unreadable_file_is_passed_over(folder: Path) -> None:
    """A file that vanishes between listing and opening stops nothing."""
    put(folder, "a", letter())
    put(folder, "b", letter(name="letter-2"))
    reading = box_of(folder).read("", 10)
    next(reading)
    (folder / "new" / "b").unlink()

    assert list(reading) == []


def test_a_missing_maildir_is_told(tmp_path: Path) -> None:
    """A path without new/ and cur/ is no Maildir."""
    with pytest.raises(MailboxError, match="NURTURE_MAILBOX_URL"):
        box_of(tmp_path / "nowhere")


def test_a_file_that_moves_while_it_is_listed_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may take a mail between the listing and the move; the rest is marked all the same."""
    put(folder, "a", letter())
    put(folder, "b", letter(name="letter-2"))
    real, gone = os.rename, folder / "new" / "a"

    def taken(source: Path, target: Path) -> None:
        gone.unlink(missing_ok=True)
        real(source, target)

    monkeypatch.setattr(os, "rename", taken)
    box_of(folder).mark(["a", "b"])

    assert set(files(folder)) == {"cur/b:2,S"}
