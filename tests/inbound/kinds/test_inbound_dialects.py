"""How mail systems tell of a failure, each in its own form; the mails are invented after their manner."""

from __future__ import annotations

import pytest

from inbound.kinds.bounce import Bounce, read_bounces
from inbound.mail.message import read_mail
from inbound.mail.sort import MailKind, sort
from tests.inbound.mails import report

MAIL = """\
{head}From: {sender}
To: bounce@acme.example
Subject: {subject}
Content-Type: {kind}

{text}
"""
RETURNED = "Message-ID: <x@acme.example>\nTo: ada@leads.example\n\nNo such user, says the copy."
DAEMON = "MAILER-DAEMON@mx.example"


def notice(
    text: str,
    sender: str = DAEMON,
    subject: str = "Undeliverable",
    head: str = "Return-Path: <>\n",
    kind: str = "text/plain; charset=utf-8",
) -> tuple[Bounce, ...]:
    """What a notice without the fields of RFC 3464 says."""
    return read_bounces(
        read_mail(MAIL.format(text=text, sender=sender, subject=subject, head=head, kind=kind).encode())
    )


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        (
            "This message was created automatically by mail delivery software.\n\n  ada@leads.example\n"
            "    SMTP error from remote mail server after RCPT TO:<ada@leads.example>:\n"
            "    host mx.leads.example [192.0.2.7]: 550 5.2.1 <ada@leads.example>:\n"
            "    User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n",
            True,
        ),
        (
            "  ada@leads.example\n    host mx.leads.example [192.0.2.7]\n"
            "    SMTP error from remote mail server after pipelined sending data block:\n"
            "    550 no such user\n\n------ This is a copy of the message ------\n\n",
            False,
        ),
        (
            "   ----- Transcript of session follows -----\nWhile talking to mx.leads.example:\n"
            ">>> RCPT To:<ada@leads.example>\n<<< 550 <ada@leads.example>, User Unknown\n"
            "421 other.example (smtp)... Deferred: Connection timed out\n\n"
            "   ----- Unsent message follows -----\n",
            True,
        ),
        (
            "Your message did not reach the following recipient(s):\n\nada@leads.example on Mon, 1 Mar\n"
            "    The recipient name is not recognized\n    MSEXCH:IMS:ACME:HQ:MAIL 0 (000C05A6) Unknown\n",
            True,
        ),
        (
            "------- Failure Reasons  --------\n\nディレクトリのリストにありません\nada@leads.example\n\n"
            "------- Returned Message --------\n",
            True,
        ),
        (
            "An error has occurred while attempting to deliver a message for\nthe following list:\n\n"
            "ada@leads.example: Envelope expired\n\n    Below is a copy of the original message:\n\n",
            False,
        ),
        (
            "There was an error delivering your mail to <ada@leads.example>.\n\n"
            "mx.leads.example [192.0.2.7] did not like our RCPT TO:\n521 5.3.2 Not accepting messages\n\n"
            "Message headers follow.\n\n",
            True,
        ),
        (
            "<ada@leads.example>:\nRemote host said: 550 5.2.1 <ada@leads.example>... User Unknown\n"
            "[RCPT_TO]\n\n--- Below this line is a copy of the message.\n\n",
            True,
        ),
        (
            "<ada@leads.example>:\nRemote host said: 501 5.1.8 unknown user [MAIL_FROM]\n\n"
            "--- Below this line is a copy of the message.\n\n",
            False,
        ),
    ],
    ids=["exim", "exim data", "sendmail 5", "exchange", "notes", "opensmtpd", "dragonfly", "yahoo", "from"],
)
def test_a_dialect_names_the_lead_and_its_fate(text: str, hard: bool) -> None:
    """Who failed, and whether for good, whatever the returned copy says."""
    [found] = notice(text + RETURNED)

    assert (found.recipients, found.hard) == (("ada@leads.example",), hard)


def test_each_line_of_a_transcript_is_about_its_own_address() -> None:
    """What follows in the name of another host, with a code of its own, is nobody's excuse."""
    text = (
        "   ----- Transcript of session follows -----\n"
        "554 <ada@leads.example>... 550 Host unknown (Authoritative answer from name server)\n"
        "554 <bo@other.example>... 550 Host unknown (Authoritative answer from name server)\n"
        "250 third.example (smtp)... 250 Deferred\n\n   ----- Unsent message follows -----\n"
    )

    assert [(bounce.recipients, bounce.hard) for bounce in notice(text + RETURNED)] == [
        (("ada@leads.example",), True),
        (("bo@other.example",), True),
    ]


def test_a_gateway_with_a_broken_boundary_is_read() -> None:
    """What is left of MIME between the words is no content that anybody refused."""
    text = (
        '------=_1\nContent-Type: multipart/alternative;\nboundary="----=_2"\n\n------=_2\n'
        "Content-Type: text/plain\n\nError: Invalid user address\n\n550 - no such user here\n\n"
        "Message details:\n  MAIL FROM: bounce@acme.example\n  RCPT TO: ada@leads.example\n  Size: 39\n"
    )
    [found] = notice(
        text, "post_master@leads.example", "Re: hello", "", 'multipart/mixed;\nboundary="----=_1"'
    )

    assert (found.recipients, found.hard) == (("ada@leads.example",), True)


def test_what_a_mail_system_says_by_no_reply_must_be_titled() -> None:
    """A carrier writes its bounces from there, a shop everything else."""
    text = "Could not be delivered to: <ada@leads.example>\nAs their mailbox is full."
    [found] = notice(text, "no-reply@carrier.example", "メールエラー通知", "")

    assert (found.recipients, found.verdict.reason) == (("ada@leads.example",), "mailbox_full")
    assert notice(text, "no-reply@shop.example", "Your order", "") == ()


def test_nothing_in_a_person_s_name_is_hard() -> None:
    """An answering machine may write what a mail system writes: in doubt it was only this time."""
    text = "Your mail was not delivered: ada@old.example, this mailbox no longer exists."
    person, robot = notice(text, "Ada <ada@leads.example>"), notice(text)

    assert [bounce.hard for bounce in (*person, *robot)] == [False, True]


@pytest.mark.parametrize(
    ("status", "said", "more", "hard"),
    [
        ("5.2.1", "smtp;550 5.2.1 User Unknown", "X-PowerMTA-BounceCategory: bad-mailbox", True),
        ("5.2.1", "smtp;550 5.2.1 User Unknown", "X-PowerMTA-BounceCategory: policy-related", False),
        ("5.0.0 (Remote SMTP server has rejected address)", "smtp;550 User unknown", "X-A: b", True),
        ("5.7.1 (Remote SMTP server has rejected address)", "smtp;550 5.7.1 User unknown", "X-A: b", False),
    ],
    ids=["bad mailbox", "another category", "address rejected", "by policy"],
)
def test_fields_of_their_own_are_heard(status: str, said: str, more: str, hard: bool) -> None:
    """Some reporters tell at which moment the server refused, each in its own field."""
    raw = report(status=status, said=said).replace(b"Diagnostic-Code:", f"{more}\nDiagnostic-Code:".encode())

    assert [bounce.hard for bounce in read_bounces(read_mail(raw))] == [hard]


def test_a_full_mailbox_in_the_notice_is_a_doubt() -> None:
    """The fields say nobody, the words for people say no room: somebody is there."""
    raw = report().replace(b"This is the mail system. I'm sorry.", b"Rejected: not enough disk space")

    assert [bounce.verdict.reason for bounce in read_bounces(read_mail(raw))] == ["mailbox_full"]


def test_a_read_receipt_is_no_reply() -> None:
    """A mail program acknowledges for its owner (RFC 8098)."""
    raw = report().replace(b"message/delivery-status", b"message/disposition-notification")
    raw = raw.replace(b"MAILER-DAEMON@mx.leads.example", b"ada@leads.example").replace(
        b"Return-Path: <>\n", b""
    )
    raw = raw.replace(b"Auto-Submitted: auto-replied\n", b"").replace(
        b"Undelivered Mail Returned to Sender", b"Read: your guide"
    )

    assert sort(read_mail(raw)).kind is MailKind.AUTO_REPLY
