"""What a report says of one recipient: the code first, then the words, and soft when in doubt."""

from __future__ import annotations

import time

import pytest

from inbound.bounces import Action, Bounce, read_bounces
from inbound.mail import read_mail
from inbound.sorting import Kind, sort
from nurture.refusals import judge
from tests.inbound.mails import report


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.1.1", "550 5.1.1 <ada@leads.example>: Recipient address rejected: User unknown", "user_unknown"),
        ("5.0.0", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "no_mail_taken"),
        ("", "550 No such user here (in reply to RCPT TO command)", "user_unknown"),
        ("5.2.1", "550 5.2.1 <ada@leads.example>... User Unknown (in reply to RCPT TO)", "user_unknown"),
        ("", "550 No such user (in reply to\n    RCPT TO command)", "user_unknown"),
        ("", "The recipient name is not recognized", "user_unknown"),
        ("5.1.6", "recipient no longer on server", "moved"),
        ("5.4.4", "unable to route: no mail hosts", "host_unknown"),
        ("5.0.0", "Host or domain name not found. Name service error for name=leads.example", "host_unknown"),
        ("", "556 Domain takes nothing", "no_mail_taken"),
        ("5.3.0", "553 5.3.0 No such user here (in reply to RCPT TO command)", "user_unknown"),
        ("5.5.0", "550 5.5.0 Adresse destinataire invalide", "user_unknown"),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable (-17:4711:-3)", "user_unknown"),
        ("5.0.0", "554 delivery error: This user doesn't have a leads.example account", "user_unknown"),
        ("5.7.27", "550 Host does not accept mail", "host_unknown"),
        ("5.3.2", "521 5.3.2 System not accepting network messages", "no_mail_taken"),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table (in reply to RCPT TO)", "user_unknown"),
        ("", "DNS lookup failure: host leads.example not found", "host_unknown"),
        ("", "Invalid final delivery userid: ada@leads.example", "user_unknown"),
    ],
)
def test_gone_for_good(status: str, text: str, reason: str) -> None:
    """Codes of the address itself, and words that can mean nothing else."""
    verdict = judge(status, text)

    assert (verdict.hard, verdict.reason) == (True, reason)


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.2.2", "552 5.2.2 over quota", "mailbox_full"),
        ("5.1.1", "550 mailbox is full", "mailbox_full"),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table", "later"),
        ("", "421 try again later", "later"),
        ("5.7.1", "550 5.7.1 Message rejected as spam by content filter", "content_refused"),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", "blocked"),
        (
            "5.7.26",
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated",
            "sender_refused",
        ),
        ("5.1.8", "553 5.1.8 Domain of sender address does not exist", "sender_refused"),
        ("5.0.0", "550 SPF check failed", "sender_refused"),
        ("5.4.6", "554 5.4.6 Too many hops", "too_many_hops"),
        ("4.1.1", "450 4.1.1 Address verification in progress (in reply to RCPT TO)", "later"),
        ("4.1.1", "450 4.1.1 User unknown, greylisted (in reply to RCPT TO)", "later"),
        ("5.1.1", "550 5.1.1 <ada@leads.example> - 192.0.2.7 wrote to too many this hour", "later"),
        ("5.7.1", "550 5.7.1 User unknown", "unclear"),
        ("5.2.1", "550 5.2.1 <ada@leads.example>... User Unknown", "unclear"),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable", "disabled"),
        ("", "Name service error: Host not found, try again", "later"),
        ("5.4.4", "Name service error: Malformed or unexpected name server reply", "later"),
        ("5.2.0", "550 5.2.0 Unknown user ada@leads.example", "mailbox_status"),
        ("5.0.0", "550 User unknown (in reply to end of DATA command)", "unclear"),
        ("", "553 acme.example does not exist after MAIL FROM", "sender_refused"),
        ("", "550 host name unknown (in reply to EHLO command)", "sender_refused"),
        ("", "554 blocked (in reply to MAIL FROM command)", "blocked"),
        ("", "450 busy, try again later (in reply to MAIL FROM command)", "later"),
        ("5.2.1", "550 5.2.1 This account is inactive", "disabled"),
        ("5.0.0", "554 delivery error: this account has been disabled or discontinued", "disabled"),
        ("", "connect to host 192.0.2.1 failed", "later"),
        ("", "", "unclear"),
    ],
)
def test_only_for_now(status: str, text: str, reason: str) -> None:
    """What passes, what is about us, and what nobody can tell."""
    verdict = judge(status, text)

    assert (verdict.hard, verdict.reason) == (False, reason)


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

    assert sort(read_mail(b"From: ada@leads.example\nSubject: help\n\n" + fields)).kind is Kind.LETTER


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

    assert sort(read_mail(raw)).kind is Kind.LETTER


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
