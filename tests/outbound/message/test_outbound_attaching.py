"""A calendar file goes with a message, and changes nothing else of it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.message.attachments import calendar_part
from outbound.message.build import build_message

CALENDAR = b"BEGIN:VCALENDAR\r\nSUMMARY:" + "Zoé ".encode() * 60 + b"\r\nEND:VCALENDAR\r\n"
HEADERS = st.sampled_from(
    [
        *(
            "MIME-Version: 1.0",
            "MIME-Version: 1.0\n",
            "Content-Type: multipart/mixed; boundary=x",
            "--x",
            "--",
        ),
        *("Subject: hello", "From: a@b.example", "\n", "\n\n", " ", "=_", "--=_x--", "Zoé", ".", "text"),
    ]
)
"""What a message is made of, where only words should stand."""
WORDS = st.lists(HEADERS, max_size=12).map("".join)


def message(
    html: str | None = "<p>Hello</p>",
    attached: bytes | None = None,
    subject: str = "Hello",
    text: str = "Hello\n",
    sender: str = "Ada",
) -> bytes:
    return build_message(
        sender=(sender, "ada@acme.example"),
        recipient="lead@leads.example",
        subject=subject,
        html=html,
        text=text,
        message_id="<x@acme.example>",
        date=datetime(2027, 6, 15, 10, 0, tzinfo=UTC),
        unsubscribe_url=None,
        attached=attached,
    )


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def said(mail: EmailMessage, kind: str) -> str | None:
    """What the text or the HTML of a mail says."""
    body = mail.get_body((kind,))
    return None if body is None else str(body.get_content())


@pytest.mark.parametrize("html", ["<p>Hello</p>", None], ids=["html and text", "text alone"])
def test_the_file_arrives_beside_the_message(html: str | None) -> None:
    """The body is what it was, and the file is a published calendar."""
    plain, both = parsed(message(html)), parsed(message(html, calendar_part(CALENDAR)))

    [file] = both.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "webinar.ics")
    assert (file["Content-Type"].params["method"], file.get_payload(decode=True)) == ("PUBLISH", CALENDAR)
    assert said(both, "plain") == said(plain, "plain")
    assert said(both, "html") == said(plain, "html")
    assert [both[name] for name in ("Subject", "Message-ID")] == ["Hello", "<x@acme.example>"]
    assert both.defects == []


@given(subject=WORDS, text=WORDS, html=st.none() | WORDS, sender=WORDS)
def test_words_like_headers_stay_words(subject: str, text: str, html: str | None, sender: str) -> None:
    """Whatever stands in the subject, the sender's name or the body, the message is cut nowhere."""
    subject, sender = " ".join(subject.split()), " ".join(sender.split())
    plain = parsed(message(html, None, subject, text, sender))
    both = parsed(message(html, calendar_part(CALENDAR), subject, text, sender))

    [file] = both.iter_attachments()
    assert file.get_payload(decode=True) == CALENDAR
    assert [(name, str(value)) for name, value in both.items() if name != "Content-Type"][:6] == [
        (name, str(value))
        for name, value in plain.items()
        if name not in ("Content-Type", "Content-Transfer-Encoding")
    ][:6]
    assert (said(both, "plain"), said(both, "html")) == (said(plain, "plain"), said(plain, "html"))


def test_the_same_arguments_give_the_same_bytes() -> None:
    """A retry sends the same mail, all of it short ASCII lines."""
    content = message(attached=calendar_part(CALENDAR))

    assert content == message(attached=calendar_part(CALENDAR))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 200
