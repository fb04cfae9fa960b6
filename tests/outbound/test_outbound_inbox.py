"""The local inbox keeps what it says it kept."""

from __future__ import annotations

import mailbox
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from nurture.errors import RelayError
from nurture.words import Outcome
from outbound.inbox import LocalInbox
from outbound.smtp.pool import Relay
from tests.outbound.letters import letter, letters, now


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[LocalInbox]:
    """An inbox that refuses whoever is called gone."""
    answers = {"gone@example.com": "550 5.1.1 no such mailbox"}
    with LocalInbox(tmp_path / "inbox", answer=answers.get, max_size=20_000) as running:
        yield running


def kept(inbox: LocalInbox) -> list[mailbox.MaildirMessage]:
    """What the standard library finds in the Maildir."""
    return list(mailbox.Maildir(inbox.maildir, create=False))


async def test_message_is_kept(inbox: LocalInbox) -> None:
    """A message is found in new/ by any Maildir reader, with its envelope on top and its content as sent."""
    async with Relay(inbox.url) as relay:
        [delivery] = await relay.send([letter(content=b"Subject: hello\r\n\r\n.dot\r\n")], now)
    [message] = kept(inbox)

    assert delivery.outcome is Outcome.SENT
    assert message.get_subdir() == "new"
    assert (message["Return-Path"], message["Delivered-To"]) == ("<us@example.org>", "ada@example.com")
    assert (message["Subject"], message.get_payload()) == ("hello", ".dot\n")


async def test_every_message_has_its_file(inbox: LocalInbox) -> None:
    """Many messages over several connections make as many files, and leave no draft behind."""
    async with Relay(inbox.url, connections=4) as relay:
        await relay.send(letters(100), now)

    assert len({m["Delivered-To"] for m in kept(inbox)}) == 100
    assert list((inbox.maildir / "tmp").iterdir()) == []


async def test_scripted_refusal(inbox: LocalInbox) -> None:
    """A recipient may bounce as scripted; nothing is kept of it."""
    async with Relay(inbox.url) as relay:
        deliveries = await relay.send([letter("gone@example.com"), letter(number=2)], now)

    assert [(d.outcome, d.code) for d in deliveries] == [(Outcome.REFUSED, 550), (Outcome.SENT, 250)]
    assert len(kept(inbox)) == 1


async def test_too_large(inbox: LocalInbox) -> None:
    """A message over the limit is refused."""
    async with Relay(inbox.url) as relay:
        [delivery] = await relay.send([letter(content=b"a: b\r\n\r\n" + b"x\r\n" * 10_000)], now)

    assert (delivery.outcome, delivery.code, kept(inbox)) == (Outcome.REFUSED, 552, [])


async def test_international_address(inbox: LocalInbox) -> None:
    """SMTPUTF8 addresses are taken."""
    async with Relay(inbox.url) as relay:
        [delivery] = await relay.send([letter("zoé@example.com")], now)

    assert delivery.outcome is Outcome.SENT
    assert len(kept(inbox)) == 1


async def test_disk_that_fails(inbox: LocalInbox) -> None:
    """A message that cannot be written is not answered with 250: it stays for later."""
    (inbox.maildir / "tmp").rmdir()
    async with Relay(inbox.url) as relay:
        [delivery] = await relay.send([letter()], now)

    assert (delivery.outcome, delivery.code) == (Outcome.LATER, 452)


async def test_broken_script_is_an_answer(tmp_path: Path) -> None:
    """A mistake in the script of answers is told as a temporary failure, and logs nothing of the message."""
    with LocalInbox(tmp_path, answer={}.__getitem__) as inbox:
        async with Relay(inbox.url) as relay:
            [delivery] = await relay.send([letter()], now)

    assert (delivery.outcome, delivery.code) == (Outcome.LATER, 451)
    assert delivery.reply == "4.3.0 the inbox stumbled: KeyError"


def test_taken_port_says_what_to_do(inbox: LocalInbox, tmp_path: Path) -> None:
    """A second inbox on the same port fails at once, with the setting to change."""
    with pytest.raises(RelayError, match=r"Address already in use\n  help: another .* NURTURE_INBOX_PORT"):
        LocalInbox(tmp_path / "other", port=inbox.port).start()


def test_forbidden_host_says_so(tmp_path: Path) -> None:
    """An address that is not of this machine is told as such."""
    with pytest.raises(RelayError, match=r"cannot listen on 192.0.2.1"):
        LocalInbox(tmp_path, host="192.0.2.1").start()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A Maildir that cannot be made is told with its path."""
    (tmp_path / "file").touch()

    with pytest.raises(RelayError, match="cannot keep mail in"):
        LocalInbox(tmp_path / "file" / "inbox").start()


def test_starts_and_stops_twice(tmp_path: Path) -> None:
    """Starting or stopping twice does nothing more, and the port is free again afterwards."""
    inbox = LocalInbox(tmp_path).start()
    port = inbox.start().port
    inbox.stop()
    inbox.stop()

    assert LocalInbox(tmp_path, port=port).start().stop() is None


def test_speaks_to_other_programs(inbox: LocalInbox) -> None:
    """The standard library's client can leave a message too, and hang on while the inbox stops."""
    client = smtplib.SMTP(inbox.host, inbox.port, timeout=5)
    client.sendmail("a@b.c", ["d@e.f"], "Subject: x\r\n\r\ny")
    inbox.stop()
    client.close()

    assert len(kept(inbox)) == 1


def test_listens_on_this_machine_only(inbox: LocalInbox) -> None:
    """By default nobody outside reaches it."""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", inbox.port), timeout=0.5)


def test_nobody_else_reads_the_inbox(inbox: LocalInbox) -> None:
    """What is mailed is its owner's alone."""
    assert {f"{path.stat().st_mode & 0o777:o}" for path in inbox.maildir.iterdir()} == {"700"}
