"""A received mail, read so that no part of it can raise: broken MIME, unknown charsets, no MIME."""

from __future__ import annotations

import hashlib
import re
from codecs import lookup
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email._policybase import Compat32
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from inbound.mail.html import readable

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
"""Characters of a header that are kept: Python parses the parameters of a longer one for minutes."""
MOST_HEADERS = 2_000
"""A mail's headers are looked through up to here."""
MOST_WORDS = 100
"""A header with more encoded words is read as it stands: Python looks for the end of each in all the rest."""
MOST_WORK = 1_000_000
"""Containers times lines: Python looks at each line once for every container that is open."""
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
"""What Python calls a text encoding and no mail may name: they are slow, or warn, or always fail."""
LONGEST_CHARSET = 40
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NO_OCTET = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters that stand for no octet that was read."""
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
        items = islice(self.message.raw_items(), MOST_HEADERS)
        return [_decoded(str(value)) for key, value in items if key.lower() == wanted]

    def addresses(self, *names: str) -> list[str]:
        """The addresses that stand in these headers, lower-cased."""
        found = [value for name in names for value in self.headers(name)]
        try:
            return [address.lower() for _, address in getaddresses(found) if "@" in address]
        except (RecursionError, IndexError, ValueError):  # a comment in a comment in a comment
            return []

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
    """The message these bytes make; its headers and one text where they are nested too deeply."""
    with suppress(RecursionError):
        if not _is_too_much(raw):
            message = message_from_bytes(raw, policy=_SHORT)
            if not _is_too_deep(message):
                return message
    return BytesParser(policy=_SHORT).parsebytes(raw, headersonly=True)


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
    return clean(plain(_text(payload, _charset(part))))


def plain(text: str) -> str:
    """Read raw ISO-2022-JP, which old systems put where only ASCII may stand."""
    return text.encode("utf-8", "replace").decode("iso2022_jp", "replace") if "\x1b$" in text else text


def clean(text: str) -> str:
    """The text without what a database cannot hold."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(value: str) -> str:
    if 0 < value.count("=?") <= MOST_WORDS:
        with suppress(HeaderParseError, ValueError):  # broken base64
            parts: list[tuple[str | bytes, str | None]] = decode_header(value)
            value = "".join(one if isinstance(one, str) else _word(one, charset) for one, charset in parts)
    value = _NO_OCTET.sub("\ufffd", value)
    return " ".join(clean(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).split())


def _word(word: bytes, charset: str | None) -> str:
    """One piece of a header; what stands between encoded words comes without a charset, as it was."""
    return _text(word, charset) if charset else word.decode("raw-unicode-escape", "replace")


def _text(octets: bytes, charset: str) -> str:
    """The text in whatever charset it claims, if it is one; else in the first that fits."""
    for name in (charset, "utf-8"):
        try:
            if lookup(name).name not in _NO_CHARSETS:
                return octets.decode(name)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset("utf-8"))[:LONGEST_CHARSET]
    except (LookupError, ValueError):  # it is itself in a charset that nobody knows
        return "utf-8"


class _Short(Compat32):
    """Python's oldest policy, which keeps headers as they are, but cuts those that take long to parse."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_SHORT = _Short()


def _is_too_much(raw: bytes) -> bool:
    containers = raw.lower().count(b"multipart/")
    return containers * (raw.count(b"\n") + raw.count(b"\r")) > MOST_WORK


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
