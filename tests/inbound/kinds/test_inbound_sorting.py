"""What a mail is, told before anybody asks whom it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbound.mail.clues import read_clues
from inbound.mail.message import read_mail
from inbound.mail.sort import MailKind, sort
from nurture.links.web_tokens import Links, UnsubscribeToken
from tests.builders import NOON
from tests.inbound.mails import OURS, complaint, letter, report

LINKS = Links(["a key of the house"], "https://mail.acme.example")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (report(), MailKind.BOUNCE),
        (complaint(), MailKind.COMPLAINT),
        (complaint("not-spam"), MailKind.REPORT),
        (complaint().replace(b"multipart/report", b"multipart/mixed"), MailKind.COMPLAINT),
        (letter(), MailKind.LETTER),
        (letter(head="Auto-Submitted: auto-generated\n"), MailKind.AUTO_REPLY),
        (letter(head="Auto-Submitted: no\n"), MailKind.LETTER),
        (letter(head="X-Autoreply: yes\n"), MailKind.AUTO_REPLY),
        (letter(head="Precedence: auto_reply\n"), MailKind.AUTO_REPLY),
        (letter(head="Return-Path: <>\n"), MailKind.AUTO_REPLY),
        (letter(head="X-Apple-Action: VACATION\n"), MailKind.AUTO_REPLY),
        (letter(subject="Réponse automatique : votre guide"), MailKind.AUTO_REPLY),
        (letter(subject="=?utf-8?q?Out_of_office?="), MailKind.AUTO_REPLY),
        (letter("STOP"), MailKind.LEAVE),
        (letter("Please remove me from your list."), MailKind.LEAVE),
        (letter("\n  Unsubscribe\n\n> Hello"), MailKind.LEAVE),
        (letter("", subject="Re: unsubscribe"), MailKind.LEAVE),
        (letter("Please stop by our booth, I want to unsubscribe from X and buy from you."), MailKind.LETTER),
        (letter("> unsubscribe"), MailKind.LETTER),
        (letter("On Monday Ada wrote:\nunsubscribe"), MailKind.LETTER),
        (b"", MailKind.LETTER),
        (b"\xff\xfe\x00", MailKind.LETTER),
        (letter().replace(b"utf-8", b"x-unknown-8bit") + b"\xe9\xff", MailKind.LETTER),
        (letter().replace(b"text/plain; charset=utf-8", b"multipart/mixed"), MailKind.LETTER),
        (b"Subject: =?utf-8?b?////?= =?nope?q?=ff?=\n\nx", MailKind.LETTER),
    ],
)
def test_mails_are_sorted(raw: bytes, kind: MailKind) -> None:
    """Reports first, then machines, then people; what is broken is a letter for people to look at."""
    assert sort(read_mail(raw)).kind is kind


def test_hotmail_s_older_complaint_is_known() -> None:
    """It has no report, only the message with a header of its own."""
    raw = (
        b"From: staff@hotmail.example\nSubject: complaint about message\n"
        b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: message/rfc822\n\n'
        b"X-HmXmrOriginalRecipient: ada@leads.example\nMessage-ID: <a@acme.example>\n\nHello\n--x--\n"
    )

    assert sort(read_mail(raw)).kind is MailKind.COMPLAINT


def test_clues_are_found_wherever_servers_leave_them() -> None:
    """The address it was sent to, the returned headers, and the ids of what it answers."""
    address = LINKS.bounce_address("bounce@acme.example", 41)
    reached = read_clues(read_mail(report(to="postmaster@acme.example", about="x@y.example")), LINKS)
    by_header = read_clues(
        read_mail(letter(to="a@b.example", head=f"Delivered-To: {address.upper()}\n")), LINKS
    )
    wrapped = report().replace(
        b"Message-ID: <nurture", f"Return-Path: <{address}>\nMessage-ID: <nurture".encode()
    )

    assert (reached.outbox_ids, reached.message_ids) == ((), ("x@y.example",))
    assert (by_header.outbox_ids, by_header.message_ids) == ((41,), (OURS,))
    assert read_clues(read_mail(wrapped), LINKS).outbox_ids == (41,)


def test_an_id_in_the_text_of_a_legacy_bounce_is_a_clue() -> None:
    """Older systems return the message within their own text."""
    raw = b"From: MAILER-DAEMON@x.example\n\nfailed\n\n> Message-ID:\n <a@acme.example>\n"

    assert read_clues(read_mail(raw), LINKS).message_ids == ("a@acme.example",)


def test_the_way_out_counts_only_where_it_was_taken() -> None:
    """A token to leave in the address is a request; in a quoted header it is none."""
    way = LINKS.unsubscribe_mailto("leave@acme.example", 7, 41)
    address = way.removeprefix("mailto:").partition("?")[0].replace("%2B", "+")
    taken, quoted = read_mail(letter(to=address)), read_mail(letter(f"> List-Unsubscribe: <{way}> {address}"))

    assert read_clues(taken, LINKS).leaving == UnsubscribeToken(7, 41)
    assert read_clues(quoted, LINKS).leaving is None


@pytest.mark.parametrize(
    ("date", "back"),
    [
        ("Tue, 15 Jun 2027 11:00:00 +0000", timedelta(hours=1)),
        ("Tue, 15 Jun 2027 11:00:00", timedelta(hours=1)),
        ("Tue, 15 Jun 2027 23:00:00 +0000", timedelta()),
        ("Tue, 15 Jun 1999 11:00:00 +0000", timedelta()),
        ("yesterday", timedelta()),
        ("Tue, 99 Jun 2027 99:00:00 +0000", timedelta()),
    ],
    ids=["with a zone", "without", "from the future", "too old", "no date", "no such day"],
)
def test_a_date_is_believed_within_reason(date: str, back: timedelta) -> None:
    """Nobody dates what we know: neither ahead, nor long ago."""
    assert read_mail(letter(head=f"Date: {date}\n")).date(NOON) == NOON - back


def test_a_mail_is_named_by_its_id_or_by_its_bytes() -> None:
    """The same mail has the same key, and two without an id are told apart."""
    first, again, other = (read_mail(raw).key for raw in (report(), report(), report(name="other")))
    bare = [read_mail(raw).key for raw in (b"A: b\n\nx", b"A: b\n\ny")]

    assert first == again != other
    assert bare[0] != bare[1]
