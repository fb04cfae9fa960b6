"""What a report says of one recipient: the code first, then the words, and soft when in doubt."""

from __future__ import annotations

import time

import pytest

from inbound.kinds.bounce import Action, Bounce, read_bounces
from inbound.mail.message import read_mail
from inbound.mail.sort import MailKind, sort
from tests.inbound.mails import report


@pytest.mark.parametrize(
    ("action", "status", "read"),
    [
        ("failed", "5.1.1", Action.FAILED),
        ("delayed", "4.4.1", Action.DELAYED),
        ("Delivered", "2.0.0", Action.DELIVERED),
        ("relayed", "2.0.0", Action.DELIVERED),
        ("expanded", "2.0.0", Action.DELIVERED),
        ("", "2.0.0", Action.DELIVERED),
        ("expired", "", Action.FAILED),
    ],
)
def test_actions_are_read(action: str, status: str, read: Action) -> None:
    """Only a failure can be hard: a delay, and a success, suppress nobody (RFC 3464 2.3.3)."""
    [bounce] = read_bounces(read_mail(report(action=action, status=status, said="smtp; user unknown")))

    assert bounce.action is read
    assert bounce.hard is (read is Action.FAILED)


def test_both_spellings_of_a_recipient_are_kept() -> None:
    """A forwarded address stands in the report as it was written, and as it was tried."""
    raw = report("new@leads.example").replace(
        b"Action:", b"Original-Recipient: rfc822;Ada@Leads.Example\nAction:"
    )

    [bounce] = read_bounces(read_mail(raw))

    assert bounce.recipients == ("ada@leads.example", "new@leads.example")


def test_a_report_in_broken_mime_is_read_all_the_same() -> None:
    """A wrong boundary leaves the fields in the text; they count as much."""
    raw = report().replace(b'boundary="xx"', b'boundary="yy"')

    assert [(b.recipients, b.hard) for b in read_bounces(read_mail(raw))] == [(("ada@leads.example",), True)]


def test_pasted_fields_are_no_report() -> None:
    """A person who quotes a report to us writes a letter."""
    fields = b"Final-Recipient: rfc822; ada@leads.example\nAction: failed\nStatus: 5.1.1"

    assert sort(read_mail(b"From: ada@leads.example\nSubject: help\n\n" + fields)).kind is MailKind.LETTER


def test_a_report_in_another_s_envelope_is_read() -> None:
    """Some systems wrap the report that they were given."""
    raw = (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@gate.example\nSubject: failure notice\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="zz"\n\n--zz\n\nSee below.\n--zz\n'
        b"Content-Type: message/rfc822\n\n" + report() + b"\n--zz--\n"
    )

    assert [(b.recipients, b.hard) for b in read_bounces(read_mail(raw))] == [(("ada@leads.example",), True)]


def test_a_bounce_without_a_text_names_nobody() -> None:
    """A notice that cannot be read is a failure of somebody, and soft."""
    [bounce] = read_bounces(read_mail(b"From: <>\nReturn-Path: <>\nSubject: failure notice\n\n"))

    assert (bounce.recipients, bounce.hard) == ((), False)


def test_a_report_inside_the_returned_message_is_not_ours() -> None:
    """A lead who mails us the bounce of another does not make that a bounce of ours."""
    inner = report().replace(b"Content-Type: text/rfc822-headers", b"Content-Type: text/plain")
    raw = (
        b"From: ada@leads.example\nSubject: look\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="zz"\n\n--zz\n\nWhat is this?\n--zz\n'
        b"Content-Type: message/rfc822\n\n" + inner + b"\n--zz--\n"
    )

    assert sort(read_mail(raw)).kind is MailKind.LETTER


LEGACY = """\
Return-Path: <>
From: {sender}
To: bounce@acme.example
Subject: {subject}

{text}

--- Below this line is a copy of the message.

Message-ID: <x@acme.example>
To: ada@leads.example

No such user is what the copy says.
"""


def legacy(
    text: str, sender: str = "MAILER-DAEMON@mx.example", subject: str = "failure notice"
) -> tuple[Bounce, ...]:
    """A bounce in the manner of qmail."""
    return read_bounces(read_mail(LEGACY.format(text=text, sender=sender, subject=subject).encode()))


def test_a_legacy_bounce_is_read_by_its_words() -> None:
    """The notice decides; the returned copy has no say."""
    [gone] = legacy("<ada@leads.example>:\nRemote host said: 550 5.1.1 no mailbox here by that name")
    [full] = legacy("<ada@leads.example>:\nRemote host said: 552 5.2.2 mailbox full")

    assert (gone.recipients, gone.hard) == (("ada@leads.example",), True)
    assert full.hard is False


def test_each_recipient_of_a_legacy_bounce_has_its_own_words() -> None:
    """One is gone, the other only full."""
    found = legacy("<ada@leads.example>:\n550 5.1.1 user unknown\n\n<bob@leads.example>:\n552 5.2.2 full")

    assert [(b.recipients, b.hard) for b in found] == [
        (("ada@leads.example",), True),
        (("bob@leads.example",), False),
    ]


def test_a_warning_is_a_delay() -> None:
    """ "Will be retried" fails nobody."""
    [bounce] = legacy(
        "THIS IS A WARNING MESSAGE ONLY.\n\n<ada@leads.example>: has been delayed", subject="Warning"
    )

    assert bounce.action is Action.DELAYED


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("Ada <ada@leads.example>", "Automatic reply: your guide", "550 user unknown"),
        ("Ada <ada@leads.example>", "Abwesenheitsnotiz", "Your mail could not be delivered"),
        ("shop@shop.example", "Your order", "Hello"),
    ],
)
def test_what_only_sounds_like_a_bounce_is_none(sender: str, subject: str, text: str) -> None:
    """An empty envelope sender makes no bounce: absences have it as well."""
    assert legacy(text, sender, subject) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"a" * 10**6,
        b"a@" * 500_000,
        b"\n" * 10**6,
        b"<script " * 125_000,
        b"550 " * 250_000,
        b"--x\n\n" * 200_000,
    ],
    ids=["one word", "half addresses", "lines", "tags", "codes", "parts"],
)
def test_a_hostile_mail_takes_no_time(body: bytes) -> None:
    """Whatever somebody sends, it is sorted within seconds."""
    head = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\nReturn-Path: <>\n"
    kind = (
        b'Content-Type: multipart/mixed; boundary="x"\n\n'
        if body.startswith(b"--x")
        else b"Content-Type: text/html\n\n"
    )
    begun = time.process_time()
    sort(read_mail(head + kind + body))

    assert time.process_time() - begun < 10
