"""A received mail, read so that nothing in it can stop the reading: broken MIME, odd charsets, no MIME."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from inbound.readable import readable

MAX_BYTES = 256 * 1024
"""What is read of a mail: reports stand in front of the message they return, so this is plenty."""
MAX_PARTS = 200
"""A mail with more parts is read up to here."""
MAX_DEPTH = 50
"""A mail that nests its parts deeper than that is read as one text: Python's parser and walk recurse."""
OLDEST = timedelta(days=30)
"""A Date further back than this is not believed."""

MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
"""An id in its brackets, no longer than a line may be (RFC 5322 2.1.1)."""
LONGEST_TEXT = 200_000
"""Characters of a text that are read."""
LONGEST_HEADER = 10_000
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_REPORTS = ("message/delivery-status", "message/feedback-report", "message/disposition-notification")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a mailbox, parsed. `key` names it: the same mail read twice has the same key."""

    key: str
    message: Message
    raw: bytes
    leaves: tuple[Message, ...]

    def header(self, name: str) -> str:
        """A header of the mail itself, decoded and on one line; empty when it is not there."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """Every header of that name, decoded, each on one line."""
        wanted = name.lower()
        # raw_items, because get_all spoils headers that are UTF-8 as they stand (RFC 6532).
        values = [str(value) for key, value in self.message.raw_items() if key.lower() == wanted]
        return [_decoded(value[:LONGEST_HEADER]) for value in values]

    def addresses(self, *names: str) -> list[str]:
        """The addresses that stand in these headers, lower-cased."""
        found = [value for name in names for value in self.headers(name)]
        return [address.lower() for _, address in getaddresses(found) if "@" in address]

    def ids(self, *names: str) -> list[str]:
        """The message ids that stand in these headers, without their brackets."""
        return [one for name in names for value in self.headers(name) for one in MESSAGE_ID.findall(value)]

    def parts(self) -> tuple[Message, ...]:
        """Every part that is no container, the returned message's left out."""
        return self.leaves

    def returned(self) -> Iterator[Message]:
        """The messages, or the headers of them, that a report returns to their sender."""
        for part in islice(self.message.walk(), MAX_PARTS):
            if part.get_content_type() in _RETURNED:
                yield from _inner(part)

    def text(self) -> str:
        """What a person reads: the text parts, else what the HTML parts show."""
        texts = {"text/plain": "", "text/html": ""}
        for part in self.parts():
            kind = part.get_content_type()
            if kind in texts and part.get_content_disposition() != "attachment":
                texts[kind] += decoded(part) + "\n"
        plain_text = texts["text/plain"][:LONGEST_TEXT]
        return plain_text if plain_text.strip() else readable(texts["text/html"])

    def date(self, now: datetime) -> datetime:
        """When it was written, as far as it can be believed; else now."""
        try:
            written = parsedate_to_datetime(self.header("Date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return now
        aware = written.replace(tzinfo=UTC) if written.tzinfo is None else written
        return aware.astimezone(UTC) if now - OLDEST < aware <= now else now


def read_mail(raw: bytes) -> Mail:
    """Parse a mail; whatever it holds, this answers."""
    head = raw[:MAX_BYTES]
    message = parse(head)
    named = str(message.get("Message-ID") or "").strip().encode("utf-8", "replace")
    return Mail(hashlib.sha256(named or head).hexdigest()[:40], message, head, leaves(message))


def parse(raw: bytes) -> Message:
    """The message these bytes make; its headers and one text where they are nested out of all reason."""
    with suppress(RecursionError):
        message = message_from_bytes(raw, policy=policy.compat32)
        if not _is_too_deep(message):
            return message
    return BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)


def leaves(message: Message) -> tuple[Message, ...]:
    """The first parts that are no containers; what a report returns is not looked into."""
    return tuple(_leaves(message, [MAX_PARTS]))


def inside(part: Message) -> list[Message]:
    """The parts of a part; a text is not asked for, since Python decodes it by whatever charset it claims."""
    payload = part.get_payload() if part.is_multipart() else ()
    return [one for one in payload if isinstance(one, Message)]


def decoded(part: Message) -> str:
    """The text of a part in whatever charset it claims; what cannot be read becomes a mark."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset("utf-8"))
    for name in (charset, "utf-8", "latin-1"):
        try:
            return clean(plain(payload.decode(name)))
        except (LookupError, ValueError):
            continue
    return clean(payload.decode("latin-1"))


def plain(text: str) -> str:
    """Read raw ISO-2022-JP, which old systems put where only ASCII may stand."""
    return text.encode("utf-8", "replace").decode("iso2022_jp", "replace") if "\x1b$" in text else text


def clean(text: str) -> str:
    """The text without what a database cannot hold."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(value: str) -> str:
    with suppress(HeaderParseError, LookupError, ValueError):
        value = str(make_header(decode_header(value)))
    return " ".join(clean(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).split())


def _is_too_deep(message: Message) -> bool:
    level = [message]
    for _ in range(MAX_DEPTH):
        level = [one for part in level for one in inside(part)]
    return bool(level)


def _leaves(part: Message, budget: list[int]) -> Iterator[Message]:
    if budget[0] <= 0 or part.get_content_type() in _RETURNED:
        return
    budget[0] -= 1
    if part.get_content_type() in _REPORTS or not part.is_multipart():
        yield part
        return
    for inner in inside(part):
        if budget[0] <= 0:
            return
        yield from _leaves(inner, budget)


def _inner(part: Message) -> Iterator[Message]:
    if part.is_multipart():
        yield from inside(part)
    else:
        yield parse(decoded(part).encode("utf-8", "replace"))
