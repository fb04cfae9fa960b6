"""A calendar file goes with a message, and changes nothing else of it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from outbound.attaching import attach_calendar
from outbound.message import build_message

CALENDAR = b"BEGIN:VCALENDAR\r\nSUMMARY:" + "Zoé ".encode() * 60 + b"\r\nEND:VCALENDAR\r\n"


def message(html: str | None = "<p>Hello</p>") -> bytes:
    return build_message(
        sender=("Ada", "ada@acme.example"),
        recipient="lead@leads.example",
        subject="Hello",
        html=html,
        text="Hello\n",
        message_id="<x@acme.example>",
        date=datetime(2027, 6, 15, 10, 0, tzinfo=UTC),
        unsubscribe_url=None,
    )


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("html", ["<p>Hello</p>", None], ids=["html and text", "text alone"])
def test_the_file_arrives_beside_the_message(html: str | None) -> None:
    """The body is what it was, and the file is a published calendar."""
    plain, both = parsed(message(html)), parsed(attach_calendar(message(html), CALENDAR))

    [file] = both.iter_attachments()
    body = both.get_body(("plain",))
    assert body is not None
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "webinar.ics")
    assert (file["Content-Type"].params["method"], file.get_payload(decode=True)) == ("PUBLISH", CALENDAR)
    assert body.get_content() == plain.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    assert [both[name] for name in ("Subject", "Message-ID")] == ["Hello", "<x@acme.example>"]
    assert both.defects == []


def test_the_same_arguments_give_the_same_bytes() -> None:
    """A retry sends the same mail, all of it short ASCII lines."""
    content = attach_calendar(message(), CALENDAR)

    assert content == attach_calendar(message(), CALENDAR)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 200


def test_only_a_message_of_ours_is_attached_to() -> None:
    """Without its MIME line a text is no message."""
    with pytest.raises(ValueError, match="MIME-Version"):
        attach_calendar(b"Subject: x\r\n\r\nhello", CALENDAR)
