"""The message: one lead's mail as the bytes a relay takes, with a way to leave in its header."""

from __future__ import annotations

import hashlib
from binascii import b2a_qp
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from nurture.errors import RenderError
from outbound.headers import feedback_line, id_line, link_line, list_id_line, mailbox_line, text_line

LONGEST = 76
"""A longer line is quoted-printable (RFC 2045 6.7); all is 7bit, so that every relay carries it unchanged."""

REMEMBERED = 1000
"""Bytes of the longest line whose encoding is remembered; 8,192 of them are."""

MIME = b"MIME-Version: 1.0\r\n"

UNWRITABLE = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def build_message(
    *,
    sender: tuple[str, str],
    recipient: str,
    subject: str,
    html: str | None,
    text: str,
    message_id: str,
    date: datetime,
    unsubscribe_url: str | None,
    unsubscribe_mailto: str | None = None,
    reply_to: str | None = None,
    list_id: str | None = None,
    feedback_id: str | None = None,
) -> bytes:
    """Build one message: the same arguments give the same bytes, so that a retry sends the same mail.

    `sender` is (name, address). Lines end in CRLF, none is longer than 998 bytes, and all is ASCII unless
    an address has a local part outside it. With `unsubscribe_url` the message carries List-Unsubscribe and
    its one-click header (RFC 8058).

    Raises:
        RenderError: a header hides a control character, an address or link cannot be written, or
            the text holds half a character.
    """
    head = [
        mailbox_line("From", sender[1], sender[0]),
        mailbox_line("To", recipient),
        text_line("Subject", subject),
        f"Date: {_stamp(date)}",
        id_line("Message-ID", message_id),
    ]
    if reply_to:
        head.append(mailbox_line("Reply-To", reply_to))
    if list_id:
        head.append(list_id_line(list_id))
    if feedback_id:
        head.append(feedback_line(feedback_id))
    head += _ways_to_leave(unsubscribe_url, unsubscribe_mailto)
    return ("\r\n".join(head) + "\r\n").encode() + _body(text, html, message_id)


def _ways_to_leave(url: str | None, mailto: str | None) -> list[str]:
    links = [link for link in (url, mailto) if link]
    lines = [link_line("List-Unsubscribe", *links)] if links else []
    return [*lines, ONE_CLICK] if url else lines


def _stamp(date: datetime) -> str:
    if date.tzinfo is None:
        raise ValueError("the date of a message must know its zone")
    return _written(date, date.utcoffset())


@lru_cache(maxsize=16)  # a group's messages bear one moment
def _written(date: datetime, offset: timedelta | None) -> str:
    """The date as a header has it; one instant has as many forms as offsets."""
    return format_datetime(date)


def _body(text: str, html: str | None, message_id: str) -> bytes:
    """The MIME body. Written by hand: the standard library's builder takes a hundred times as long.

    A test holds that both parse to the same message.
    """
    if html is None:
        return MIME + _part("plain", text)
    # "=_" occurs in no encoded part; derived, so that the same message is built twice the same.
    boundary = b"=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32].encode()
    opening = b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n'
    parts = (_part("plain", text), _part("html", html))
    return (
        MIME + opening + b"".join(b"--%b\r\n%b\r\n" % (boundary, p) for p in parts) + b"--%b--\r\n" % boundary
    )


def _part(subtype: str, content: str) -> bytes:
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    if not content.endswith("\n"):
        content += "\n"
    try:
        raw = content.encode().translate(None, UNWRITABLE)
    except UnicodeEncodeError as error:
        raise RenderError("the text holds a character that cannot be written") from error
    lines = raw[:-1].split(b"\n")
    longest = max(map(len, lines))
    plain = raw.isascii() and longest <= LONGEST
    encoding = "7bit" if plain else "quoted-printable"
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + (raw.replace(b"\n", b"\r\n") if plain else _quoted(lines, longest))


def _quoted(lines: list[bytes], longest: int) -> bytes:
    """Quoted-printable, line by line: most lines of a template are the same for every lead."""
    if longest < REMEMBERED:
        return b"".join(map(_quoted_line, lines))
    return b"".join([_quoted_line(line) if len(line) < REMEMBERED else _encode(line) for line in lines])


def _encode(line: bytes) -> bytes:
    return b2a_qp(line + b"\r\n", quotetabs=False, istext=True)


_quoted_line = lru_cache(maxsize=8192)(_encode)
