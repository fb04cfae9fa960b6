"""A real IMAP conversation: what is read, what is marked, and what is never touched."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import pytest

from inbound.mail.message import MAX_BYTES
from inbound.mailbox.folder import Mailbox, cursor_name, open_mailbox
from inbound.mailbox.imap import KEYWORD, Imap, ImapPlace
from nurture.errors import MailboxError, SettingError
from tests.inbound.imap_server import Folder, imap_server
from tests.inbound.mails import letter, report
from tests.outbound.conftest import certificate, client_tls, server_tls

__all__ = ["certificate", "client_tls", "server_tls"]


def place(port: int, tls: str = "never", password: str = "let me in", folder: str = "INBOX") -> ImapPlace:
    """The folder of a server in this process."""
    host = "localhost" if tls != "never" else "127.0.0.1"
    return ImapPlace(host, port, "back@acme.example", password, folder, tls)


def names(box: Mailbox, cursor: str = "", limit: int = 100) -> list[str]:
    """The names of the mails after the cursor."""
    return [name for name, _, _ in box.read(cursor, limit)]


def test_mails_are_read_and_stay_unseen() -> None:
    """Every mail is read once, byte for byte, and none of its flags changes."""
    folder = Folder()
    first, second = folder.put(report()), folder.put(letter())
    with imap_server(folder) as port, Imap(place(port)) as box:
        found = list(box.read("", 100))

    assert [(name, raw.replace(b"\r\n", b"\n")) for name, raw, _ in found] == [
        (str(first), report()),
        (str(second), letter()),
    ]
    assert folder.flags == {first: set(), second: set()}


def test_the_cursor_goes_on_where_it_stood() -> None:
    """After the last mail there is nothing, though IMAP's `n:*` names the last one again."""
    folder = Folder()
    folder.put(report())
    with imap_server(folder) as port, Imap(place(port)) as box:
        [(_, _, cursor)] = box.read("", 100)
        nothing = names(box, cursor)
        folder.put(letter())
        more = names(box, cursor)

    assert (nothing, more) == ([], ["2"])


def test_a_rebuilt_folder_is_read_anew() -> None:
    """Another UIDVALIDITY makes the old UIDs mean nothing."""
    folder = Folder()
    folder.put(report())
    with imap_server(folder) as port, Imap(place(port)) as box:
        assert names(box, "6:99") == ["1"]


def test_no_more_is_read_than_the_limit() -> None:
    """A full folder is read in parts."""
    folder = Folder()
    for n in range(5):
        folder.put(letter(name=f"letter-{n}"))
    with imap_server(folder) as port, Imap(place(port)) as box:
        assert names(box, "", limit=2) == ["1", "2"]


def test_a_mail_that_the_server_does_not_give_holds_up_no_other() -> None:
    """It comes without its bytes, in its turn."""
    folder = Folder()
    for n in range(3):
        folder.put(letter(name=f"letter-{n}"))
    folder.broken = {1, 2}
    with imap_server(folder) as port, Imap(place(port)) as box:
        assert [(name, raw is None) for name, raw, _ in box.read("", 9)] == [
            ("1", True),
            ("2", True),
            ("3", False),
        ]


def test_a_huge_mail_is_read_in_part() -> None:
    """Only the front is fetched: reports stand before what they return."""
    folder = Folder()
    folder.put(report() + b"x" * (MAX_BYTES * 3))
    with imap_server(folder) as port, Imap(place(port)) as box:
        [(_, raw, _)] = box.read("", 100)

    assert raw is not None
    assert len(raw) == MAX_BYTES


@pytest.mark.parametrize(("keywords", "flags"), [(True, {"\\Seen", KEYWORD}), (False, {"\\Seen"})])
def test_handled_mail_is_marked(keywords: bool, flags: set[str]) -> None:
    """Handled mail is seen and bears our keyword, where the server keeps keywords."""
    folder = Folder(keywords=keywords)
    handled, other = folder.put(report()), folder.put(letter())
    with imap_server(folder) as port, Imap(place(port)) as box:
        box.mark([str(handled)])
        box.mark([])

    assert folder.flags == {handled: flags, other: set()}


def test_nothing_is_ever_deleted() -> None:
    """A mail that a person marked for deletion is not expunged by our marking, or by leaving."""
    folder = Folder()
    uid, doomed = folder.put(report()), folder.put(letter())
    folder.flags[doomed].add("\\Deleted")
    with imap_server(folder) as port, Imap(place(port)) as box:
        names(box)
        box.mark([str(uid)])

    assert set(folder.mails) == {uid, doomed}
    assert {"EXPUNGE", "CLOSE"} & set(folder.asked) == set()


def test_a_mail_that_vanishes_is_passed_over() -> None:
    """Another program may delete between the search and the fetch."""
    folder = Folder(vanish=False)
    folder.put(report())
    folder.put(letter())
    with imap_server(folder) as port, Imap(place(port)) as box:
        reading = box.read("", 100)
        next(reading)
        del folder.mails[2]

        assert list(reading) == []


def test_a_lost_connection_is_told() -> None:
    """A server that goes away amid the reading is an error with a name, not a traceback of a library."""
    folder = Folder(vanish=True)
    folder.put(report())
    folder.put(letter())
    with imap_server(folder) as port, Imap(place(port)) as box, pytest.raises(MailboxError):
        names(box)


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"folder": "Bounces"}], ids=["password", "folder"])
def test_a_refusal_is_told_without_secrets(wrong: dict[str, str]) -> None:
    """The error names neither the user nor the password."""
    with imap_server(Folder()) as port, pytest.raises(MailboxError) as told, Imap(place(port, **wrong)):
        pass

    assert re.search("back@|let me in|guess", str(told.value)) is None


def test_a_server_that_is_away_is_told() -> None:
    """No server, no traceback."""
    with imap_server(Folder()) as port:
        pass

    with pytest.raises(MailboxError), Imap(place(port)):
        pass


def test_starttls_is_used(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    """The password goes over an encrypted connection."""
    folder = Folder()
    folder.put(report())
    with imap_server(folder, tls=server_tls) as port, Imap(place(port, "required"), client_tls) as box:
        assert names(box) == ["1"]

    assert folder.asked.index("STARTTLS") < folder.asked.index("LOGIN")


def test_imaps_is_tls_from_the_start(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    """imaps:// speaks TLS before anything else."""
    folder = Folder()
    folder.put(report())
    with (
        imap_server(folder, tls=server_tls, over_tls=True) as port,
        Imap(place(port, "always"), client_tls) as box,
    ):
        assert names(box) == ["1"]


def test_no_password_without_tls() -> None:
    """Where STARTTLS is required and not offered, nothing is said."""
    folder = Folder()
    with imap_server(folder) as port, pytest.raises(MailboxError), Imap(place(port, "required")):
        pass

    assert "LOGIN" not in folder.asked


def test_a_strange_certificate_gets_no_password(server_tls: ssl.SSLContext) -> None:
    """A certificate that nobody vouches for is refused, also after STARTTLS."""
    folder = Folder()
    with (
        imap_server(folder, tls=server_tls) as port,
        pytest.raises(MailboxError),
        Imap(place(port, "required")),
    ):
        pass

    assert "LOGIN" not in folder.asked


@pytest.mark.parametrize(
    ("url", "port", "tls", "folder"),
    [
        ("imaps://u:p@mail.acme.example", 993, "always", "INBOX"),
        ("imaps://u:p%40ss@mail.acme.example:9993/Back%20here", 9993, "always", "Back here"),
        ("imap://u:p@mail.acme.example/INBOX", 143, "required", "INBOX"),
        ("imap://u:p@127.0.0.1/INBOX?starttls=never", 143, "never", "INBOX"),
    ],
)
def test_urls_are_read(url: str, port: int, tls: str, folder: str) -> None:
    """A mailbox is named by one URL; special characters are percent-encoded."""
    opened = open_mailbox(url)

    assert isinstance(opened, Imap)
    assert (opened._place.port, opened._place.tls, opened._place.folder) == (port, tls, folder)


@pytest.mark.parametrize(
    "url",
    [
        "pop3://u:secret@mail.acme.example",
        "imaps://mail.acme.example",
        "imaps://u:secret@mail.acme.example:port",
        "imap://u:secret@mail.acme.example?starttls=never",
        "imap://u:secret@mail.acme.example?starttls=nevr",
        "imaps://u:secret@[::1",
    ],
)
def test_bad_urls_are_refused_unrepeated(url: str) -> None:
    """The setting is named, its secret is not; a password never goes over the network in clear."""
    with pytest.raises(SettingError, match="NURTURE_MAILBOX_URL") as told:
        open_mailbox(url)

    assert "secret" not in str(told.value)


def test_a_cursor_is_named_for_its_place(tmp_path: Path) -> None:
    """A new password keeps the cursor, another folder has its own; the name holds neither."""
    first, again, other = (
        cursor_name(f"imaps://u:{password}@mail.acme.example/{folder}")
        for password, folder in (("one", "INBOX"), ("two", "INBOX"), ("two", "Back"))
    )

    assert first == again != other
    assert len(first) <= 40


@pytest.mark.parametrize("refused", ["STORE", "FETCH", "SEARCH"])
def test_a_command_that_is_refused_is_told(refused: str) -> None:
    """A folder that may only be read, or a server that will not, is an error with a name."""
    folder = Folder(refused=refused)
    uid = folder.put(report())
    with imap_server(folder) as port, Imap(place(port)) as box, pytest.raises(MailboxError):
        box.mark([*names(box), str(uid)])


def test_marking_after_the_server_left_is_told() -> None:
    """The cursor does not move then, and the mails are read again."""
    folder = Folder(vanish=True)
    folder.put(report())
    with imap_server(folder) as port, Imap(place(port)) as box:
        with pytest.raises(MailboxError):
            [*names(box), *names(box)]
        with pytest.raises(MailboxError):
            box.mark(["1"])
