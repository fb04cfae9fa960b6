"""The message: one lead's mail as the bytes a relay takes, with a way to leave in its header."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from nurture.errors import RenderError
from outbound.message.headers import feedback_line, id_line, link_line, list_id_line, mailbox_line, text_line
from outbound.message.quoted_printable import LONGEST, quoted_line, quoted_pieces, written

MIME = b"MIME-Version: 1.0\r\n"

ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
MACHINE = "Auto-Submitted: auto-generated"
"""Written by a machine about something that happened, such as service mail and notices (RFC 3834, 5.1)."""
NO_ABSENCES = "X-Auto-Response-Suppress: OOF, AutoReply"
"""Asks Exchange for no absence notes and automatic replies; bounces still come ([MS-OXCMAIL] 2.1.3.2.14)."""


def build_message(
    *,
    sender: tuple[str, str],
    recipient: str,
    subject: str,
    html: str | Sequence[str] | None,
    text: str,
    message_id: str,
    date: datetime,
    unsubscribe_url: str | None,
    unsubscribe_mailto: str | None = None,
    reply_to: str | None = None,
    list_id: str | None = None,
    feedback_id: str | None = None,
    automatic: bool = False,
    attached: bytes | None = None,
) -> bytes:
    """Build one message: the same arguments give the same bytes, so that a retry sends the same mail.

    `html` may come in the pieces that a template gives: what is the same in every letter is encoded once.
    `attached` is one more part, whole, that goes beside the text (see attachments.calendar_part).
    `sender` is (name, address). Lines end in CRLF, none is longer than 998 bytes, and all is ASCII unless
    an address has a local part outside it. With `unsubscribe_url` the message carries List-Unsubscribe and
    its one-click header (RFC 8058). `automatic`: nobody asked for a campaign, a machine tells of something.

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
    head += [MACHINE, NO_ABSENCES] if automatic else [NO_ABSENCES]
    # Joined once: each copy of all these bytes takes fresh memory from the system.
    return b"".join([("\r\n".join(head) + "\r\n").encode(), MIME, *_body(text, html, message_id, attached)])


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


def _body(
    text: str, html: str | Sequence[str] | None, message_id: str, attached: bytes | None
) -> list[bytes]:
    """The MIME body. Written by hand: the standard library's builder takes a hundred times as long.

    A test holds that both parse to the same message.
    """
    said = _part("plain", text)
    if html is not None:
        said = _multipart("alternative", message_id, said, _part("html", html))
    return said if attached is None else _multipart("mixed", f"{message_id} with a file", said, [attached])


def _multipart(subtype: str, name: str, first: list[bytes], second: list[bytes]) -> list[bytes]:
    # "=_" occurs in no encoded part; derived, so that the same message is built twice the same.
    boundary = b"=_" + hashlib.sha256(name.encode()).hexdigest()[:32].encode()
    opening = f'Content-Type: multipart/{subtype};\r\n boundary="'.encode() + boundary + b'"\r\n\r\n'
    between = b"--" + boundary + b"\r\n"
    return [opening, between, *first, b"\r\n", between, *second, b"\r\n--" + boundary + b"--\r\n"]


def _part(subtype: str, content: str | Sequence[str]) -> list[bytes]:
    try:
        encoding, body = _encoded(content)
    except UnicodeEncodeError as error:
        raise RenderError("the text holds a character that cannot be written") from error
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return [head.encode(), *body]


def _encoded(content: str | Sequence[str]) -> tuple[str, list[bytes]]:
    """How it is encoded, and the bytes: line by line, for most lines are known already."""
    if not isinstance(content, str):
        quoted = quoted_pieces(content)
        if quoted is not None:
            return "quoted-printable", quoted
        content = "".join(content)
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    if not content.endswith("\n"):
        content += "\n"
    raw = written(content)
    lines = raw[:-1].split(b"\n")
    if raw.isascii() and max(map(len, lines)) <= LONGEST:
        return "7bit", [raw.replace(b"\n", b"\r\n")]
    return "quoted-printable", list(map(quoted_line, lines))
