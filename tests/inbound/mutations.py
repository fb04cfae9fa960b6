"""Mails as nobody writes them: those of the tests, mutated by a seed in every way that broke a reader."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator

from tests.inbound.mails import complaint, letter, report

SEEDS = (
    report(),
    report("ada@leads.example", "delayed", "4.4.7"),
    report().replace(b'boundary="xx"', b'boundary="yy"'),
    complaint(),
    letter(),
    letter("Unsubscribe me", subject="stop", head="Date: Tue, 01 Mar 2027 10:00:00 +0100\n"),
    letter("<ada@leads.example>:\n550 5.1.1 no such user", sender="MAILER-DAEMON@x.example"),
    letter("宛先不明", subject="=?iso-2022-jp?b?GyRCPiskNyQqGyhC?=", head="Return-Path: <>\n"),
    letter("<p>Please <b>stop</b></p>").replace(b"text/plain", b"text/html"),
    letter().replace(
        b"\n\nThank you",
        b"\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(b"Thank you") + b"\n",
    ),
)
HEADERS = (
    *(b"Date", b"From", b"To", b"Cc", b"Sender", b"Subject", b"Message-ID", b"In-Reply-To", b"References"),
    *(b"Return-Path", b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Precedence"),
    *(b"Auto-Submitted", b"X-Failed-Recipients", b"Delivered-To", b"Final-Recipient", b"Status", b"Action"),
    *(b"Feedback-Type", b"Diagnostic-Code", b"Original-Recipient", b"X-Autoreply", b"MIME-Version", b""),
)
CHARSETS = (
    *(
        b"utf-8",
        b"utf-7",
        b"utf-16",
        b"utf-32",
        b"idna",
        b"punycode",
        b"rot13",
        b"zlib",
        b"undefined",
        b"hex",
    ),
    *(b"unicode_escape", b"raw_unicode_escape", b"mbcs", b"x-none", b"\xff", b"a\x00b", b"", b"..", b"a/b"),
    *(b"iso-2022-jp", b"shift_jis", b"gb18030", b"koi8-r", b"a" * 3000, b"=?utf-8?q?x?=", b"utf-8'en'x"),
)
TYPES = (
    *(b"text/plain", b"text/html", b"multipart/mixed; boundary=xx", b"multipart/report; boundary=xx"),
    *(b"message/rfc822", b"message/delivery-status", b"message/feedback-report", b"text/rfc822-headers"),
    *(
        b"message/partial",
        b"message/external-body",
        b"multipart/digest; boundary=xx",
        b"text",
        b"/",
        b";;;=;*",
    ),
    *(b"message/global", b"multipart/mixed; boundary=", b"message/disposition-notification", b"a/b; c*=''%"),
    *(b"text/plain; charset*=utf-8''%ff%fe", b"text/plain; charset*0*=a'b'c; charset*1=d; charset*x*=y"),
)
SPLINTERS = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\x1b$B",
        b"\r",
        b"\n",
        b"\n\n",
        b": ",
        b"<",
        b">",
        b"(",
        b'"',
        b"\\",
        b"@",
        b",",
    ),
    *(
        b"=?\xff?q?a?=",
        b"=?x?q?",
        b"=?utf-8?b?a?=",
        b"=?utf-8?b?====?=",
        b"=?idna?q?=2e=2e?=",
        b"?=",
        b"\xed\xa0\x80",
    ),
    *(
        b"--xx\n",
        b"--xx--\n",
        b"--\n",
        b"550 5.1.1 ",
        b"boundary=xx",
        b"boundary",
        b"multipart/",
        b"\xe9",
        b"\x85",
    ),
    *(
        b"\xe2\x80\xa8",
        b"\x0b",
        b"\x0c",
        b"\x1c",
        b"begin 644 x\n",
        b"=\n",
        b"=zz",
        b"[",
        b"]",
        b":;",
        b";" * 50,
    ),
    *(
        b"9" * 5000,
        b"((((" * 500,
        b"<a@b>" * 50,
        b"\xf0\x9f\x92\xa9",
        b"%s%n{0}",
        b"+2AA-",
        b"From nobody\n",
        b"\n From x\n",
    ),
)
ENCODINGS = (
    b"base64",
    b"quoted-printable",
    b"x-uuencode",
    b"uue",
    b"8bit",
    b"7bit",
    b"\xff",
    b"",
    b"binary\x00",
)

Mutation = Callable[[random.Random, bytes], bytes]


def mutated(count: int, seed: int = 20270301) -> Iterator[bytes]:
    """So many mails, the same for the same seed: each with one to six mutations."""
    dice = random.Random(seed)
    for _ in range(count):
        raw = dice.choice(SEEDS)
        for _ in range(dice.randint(1, 6)):
            raw = dice.choice(MUTATIONS)(dice, raw)
        yield raw


def _flip(dice: random.Random, raw: bytes) -> bytes:
    made = bytearray(raw)
    for _ in range(dice.randint(1, 12)):
        if made:
            made[dice.randrange(len(made))] = dice.randrange(256)
    return bytes(made)


def _cut(dice: random.Random, raw: bytes) -> bytes:
    at = dice.randint(0, len(raw))
    return raw[:at] if dice.random() < 0.3 else raw[:at] + raw[at + dice.randint(0, 80) :]


def _splinter(dice: random.Random, raw: bytes) -> bytes:
    at = dice.randint(0, len(raw))
    return raw[:at] + dice.choice(SPLINTERS) + raw[at:]


def _double(dice: random.Random, raw: bytes) -> bytes:
    start, length = dice.randint(0, len(raw)), dice.randint(0, 200)
    return raw[:start] + raw[start : start + length] * dice.choice((2, 3, 40)) + raw[start + length :]


def _header(dice: random.Random, raw: bytes) -> bytes:
    """A header more, or another value for one that is there."""
    line = dice.choice(HEADERS) + b": " + _value(dice) + b"\n"
    lines = raw.splitlines(keepends=True)
    at = dice.randint(0, min(len(lines), 20))
    return b"".join([*lines[:at], line, *lines[at + dice.randint(0, 1) :]])


def _value(dice: random.Random) -> bytes:
    word = (
        b"=?"
        + dice.choice(CHARSETS)
        + b"?"
        + dice.choice((b"q", b"b", b"Q", b"z"))
        + b"?"
        + _noise(dice)
        + b"?="
    )
    type_ = dice.choice(TYPES) + b"; charset=" + dice.choice(CHARSETS)
    plain = dice.choice(SPLINTERS) + _noise(dice) + dice.choice(SPLINTERS)
    return dice.choice((word, type_, plain, dice.choice(ENCODINGS), word * dice.randint(1, 30)))


def _noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(0, 30))


def _charset(dice: random.Random, raw: bytes) -> bytes:
    return raw.replace(b"utf-8", dice.choice(CHARSETS)).replace(b"iso-2022-jp", dice.choice(CHARSETS))


def _encoding(dice: random.Random, raw: bytes) -> bytes:
    line = b"Content-Transfer-Encoding: " + dice.choice(ENCODINGS) + b"\n\n"
    return raw.replace(b"\n\n", b"\n" + line, dice.randint(1, 4))


def _type(dice: random.Random, raw: bytes) -> bytes:
    line = b"Content-Type: " + dice.choice(TYPES) + b"\n"
    return (
        raw.replace(b"Content-Type: text/plain\n", line, dice.randint(1, 3))
        if b"text/plain\n" in raw
        else line + raw
    )


def _nest(dice: random.Random, raw: bytes) -> bytes:
    depth = dice.choice((1, 2, 60, 300))
    if dice.random() < 0.5:
        return b"Content-Type: message/rfc822\n\n" * depth + raw
    return (
        b"".join(b"Content-Type: multipart/mixed; boundary=n%d\n\n--n%d\n" % (n, n) for n in range(depth))
        + raw
    )


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _cut, _splinter, _splinter, _double, _header, _header, _charset, _encoding, _type, _nest),
)
