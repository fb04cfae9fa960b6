"""The calendar file that goes with a message, as the part that build_message sets beside its text."""

from __future__ import annotations

from base64 import b64encode

WIDTH = 76
"""The longest line of base64 (RFC 2045 6.8)."""


def calendar_part(calendar: bytes, *, name: str = "webinar.ics") -> bytes:
    """The file as a whole part: published, and not an invitation to answer."""
    text = b64encode(calendar)
    lines = b"\r\n".join(text[i : i + WIDTH] for i in range(0, len(text), WIDTH))
    return (
        b'Content-Type: text/calendar; charset="utf-8"; method=PUBLISH; name="%b"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="%b"\r\n\r\n%b\r\n'
        % (name.encode("ascii"), name.encode("ascii"), lines)
    )
