"""Mails as they come to a mailbox: bounces, complaints, absences and letters, built from a few words."""

from __future__ import annotations

OURS = "nurture.0123456789abcdef0123456789abcdef@acme.example"
"""The Message-ID of a message of ours, without its brackets."""


def report(
    recipient: str = "ada@leads.example",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 user unknown",
    *,
    to: str = "bounce@acme.example",
    about: str = OURS,
    name: str = "bounce-1",
) -> bytes:
    """A delivery status notification (RFC 3464) about one recipient."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.leads.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{name}@mx.leads.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

--xx
Content-Type: text/plain

This is the mail system. I'm sorry.

--xx
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.leads.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--xx
Content-Type: text/rfc822-headers

Message-ID: <{about}>
Subject: Your guide

--xx--
""".encode()


def complaint(kind: str = "abuse", about: str = OURS, name: str = "arf-1") -> bytes:
    """A complaint in the abuse reporting format (RFC 5965)."""
    return f"""\
From: fbl@provider.example
To: bounce@acme.example
Subject: FW: Your guide
Message-ID: <{name}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="xx"

--xx
Content-Type: text/plain

This is an abuse report.

--xx
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--xx
Content-Type: message/rfc822

From: news@acme.example
Message-ID: <{about}>
Subject: Your guide

Hello.

--xx--
""".encode()


def letter(
    text: str = "Thank you, please call me.",
    *,
    subject: str = "Re: Your guide",
    to: str = "news@acme.example",
    sender: str = "Ada <ada@leads.example>",
    about: str | None = OURS,
    name: str = "letter-1",
    head: str = "",
) -> bytes:
    """What a person, or a machine in a person's name, writes back."""
    answers = f"In-Reply-To: <{about}>\n" if about else ""
    return f"""\
From: {sender}
To: {to}
Subject: {subject}
Message-ID: <{name}@leads.example>
{answers}{head}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
""".encode()
