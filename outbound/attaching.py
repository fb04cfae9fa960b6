"""Attaches a calendar file to a built message, whose own bytes stay as they are."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from outbound.message import MIME

WIDTH = 76
"""The longest line of base64 (RFC 2045 6.8)."""


def attach_calendar(message: bytes, calendar: bytes, *, name: str = "webinar.ics") -> bytes:
    """Answer the message with the calendar file as a second part, published and not an invitation to answer.

    The same arguments give the same bytes. `message` comes from build_message.
    """
    head, mime, body = message.partition(MIME)
    if not mime:
        raise ValueError("this is not a message of ours: it has no MIME-Version line")
    boundary = b"=_" + hashlib.sha256(message + calendar).hexdigest()[:32].encode()
    opening = b'Content-Type: multipart/mixed;\r\n boundary="' + boundary + b'"\r\n\r\n'
    parts = (body, _part(calendar, name.encode("ascii")))
    joined = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return head + mime + opening + joined + b"--%b--\r\n" % boundary


def _part(calendar: bytes, name: bytes) -> bytes:
    text = b64encode(calendar)
    lines = b"\r\n".join(text[i : i + WIDTH] for i in range(0, len(text), WIDTH))
    return (
        b'Content-Type: text/calendar; charset="utf-8"; method=PUBLISH; name="%b"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="%b"\r\n\r\n%b\r\n' % (name, name, lines)
    )
