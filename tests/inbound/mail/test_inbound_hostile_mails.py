"""A mail as nobody should write it: broken, mutated, deep or long. It is sorted all the same, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbound.mail.clues import read_clues
from inbound.mail.message import read_mail
from inbound.mail.sort import MailKind, sort
from nurture.links.web_tokens import Links
from tests.builders import NOON
from tests.inbound.mails import letter, report
from tests.inbound.mutations import SEEDS, mutated

SPLINTERS = st.sampled_from(
    [
        *(b"\x00", b"\xff\xfe", b"\x1b$B", b"\r", b"\n\n", b": ", b"<", b"=?x?q?", b"550 5.1.1 "),
        *(
            b"--xx\n",
            b"--xx--\n",
            b"charset=utf-7;",
            b"charset=idna;",
            b"Content-Transfer-Encoding: base64\n",
        ),
        *(b"Content-Type: message/rfc822\n\n", b"Content-Type: message/delivery-status\n\n"),
        b"Final-Recipient: rfc822;\xe9@x\nAction: failed\n",
    ]
)
LINKS = Links(["a key of the house"], "https://mail.acme.example")
HEAD = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\nReturn-Path: <>\n"


def handled(raw: bytes) -> MailKind:
    """All that is asked of a mail before anything is recorded."""
    mail = read_mail(raw)
    mail.date(NOON)
    mail.text()
    read_clues(mail, LINKS)
    return sort(mail).kind


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 60), SPLINTERS), max_size=8),
)
def test_a_mutated_mail_is_sorted(seed: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    """Whatever is cut out of a mail, and whatever is put there instead."""
    raw = seed
    for at, length, splinter in cuts:
        raw = raw[:at] + splinter + raw[at + length :]

    assert handled(raw) in MailKind


def test_no_mutated_mail_raises() -> None:
    """Two thousand of them, by a seed; `make faults` reads twenty thousand. Warnings are errors here."""
    for raw in mutated(2_000):
        assert handled(raw) in MailKind


@pytest.mark.parametrize(
    "header",
    [
        b"Date: =?\xff?q?a?=",
        b"Date: =?" + b"a" * 3000 + b"?q?a?=",
        b"Subject: =?utf-8?b?a?=",
        b"Subject: =?utf-7?q?+2AA-?=",
        b"Subject: =?unicode_escape?q?=5Cd?=",
        b"From: " + b"(" * 5000,
        b"Content-Type: text/plain; charset*=\"a\x00b''%ff\"",
        b"Message-ID: =?\xff?q?a?=",
    ],
)
def test_a_header_that_cannot_be_decoded_is_read_as_it_stands(header: bytes) -> None:
    """Nobody knows the charset, or it is none: that costs some characters, and the mail is read."""
    assert handled(header + b"\n" + letter()) is MailKind.LETTER
    assert read_mail(header + b"\n" + letter()).date(NOON) == NOON


@settings(deadline=None, max_examples=80)
@given(raw=st.binary(max_size=3000))
def test_any_bytes_are_sorted(raw: bytes) -> None:
    """Even what is no mail at all, alone and behind the headers of a bounce."""
    assert handled(raw) in MailKind
    assert handled(HEAD + b"\n" + raw) in MailKind


def test_a_detector_that_trips_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """flufl.bounce looks for the domain of a writer that is not named, and would log its own failure."""
    assert handled(b"From:\nReturn-Path: <>\nSubject: failure notice\n\nalas\n") in MailKind
    assert caplog.records == []


@pytest.mark.parametrize(
    "charset", ["utf-7", "utf-16", "iso-2022-jp", "koi8-r", "x-none", "idna", "punycode", "rot13"]
)
def test_any_charset_is_read(charset: str) -> None:
    """A charset that is wrong, odd or no charset costs some characters, never the mail."""
    raw = (
        letter("550 user unknown \xe9").replace(b"charset=utf-8", f"charset={charset}".encode()) + b"\x80\xff"
    )

    assert handled(raw) in MailKind


def nested(depth: int) -> bytes:
    """A multipart in a multipart in a multipart."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(depth)
    )
    return HEAD + opened + b"Content-Type: text/plain\n\n550 5.1.1 user unknown\n"


@pytest.mark.parametrize(
    "raw",
    [
        nested(60),
        nested(3000),
        HEAD + b"Content-Type: message/rfc822\n\n" * 5000,
        HEAD + b"\n" + b"550 5.1.1 user unknown <ada@leads.example>\n" * 250_000,
        HEAD + b"\n" + b"\x00" * 10_000_000,
        HEAD + b"\n>>> RCPT TO:<a@b>\n" + b"<<< 550 " * 1_000_000,
        HEAD + b"\n" + b"user " * 2_000_000,
        HEAD + b"X-Long: " + b"a" * 10_000_000 + b"\n\n",
        HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\n",
        report().replace(b"Diagnostic-Code:", b"X: " + b"no such " * 500_000 + b"\nDiagnostic-Code:"),
        report(said="smtp; 550 " + "recipient address " * 20_000),
        HEAD + b"\n" + b" " * 1_000_000 + b"x",
        HEAD + b"\n" + b"\t>" * 500_000 + b"\n-- \n" + b"\n " * 500_000,
        HEAD + b"\nMessage-ID:" + b" " * 1_000_000 + b"x",
        HEAD + b"\n<html><!-- " + b"a@" * 500_000,
        HEAD + b"Content-Type: text/plain" + b";" * 1_000_000 + b"\n\n",
        HEAD + b"Content-Type: text/plain; a*0=" + b"x; a*1=" * 100_000 + b"\n\n",
        HEAD + b"To: " + b"(" * 1_000_000 + b"\n\n",
        HEAD + b"To: " + b"<a@b>, " * 100_000 + b"\n\n",
        HEAD + b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\n\n",
        HEAD + b"a:\n" * 300_000 + b"\n",
        HEAD + b"\n" + b",\t" + b"a@" * 300_000,
        HEAD + b"To: =?punycode?q?" + b"a-b" * 3_000 + b"?=\n\n",
        HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 300_000,
        nested(45) + b"\n" * 300_000,
        nested(45) + b"\r" * 300_000,
        HEAD + b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 50_000,
        report().replace(
            b"Action: failed", b"Action: failed\n" + b"\nFinal-Recipient: rfc822; a@b\nAction: failed" * 9_000
        ),
        HEAD + b"X-Failed-Recipients: " + b"a@b.c, " * 20_000 + b"\n\n",
    ],
    ids=[
        "deep",
        "deeper",
        "wrapped",
        "lines",
        "nul",
        "dialogue",
        "users",
        "header",
        "subject",
        "field",
        "said",
        "blanks",
        "quotes",
        "no-id",
        "at-signs",
        "parameters",
        "continued",
        "comments",
        "recipients",
        "words",
        "headers",
        "no-commas",
        "slow-word",
        "slow-charset",
        "open",
        "open-returns",
        "groups",
        "reports",
        "failed",
    ],
)
def test_the_longest_mail_takes_no_time(raw: bytes) -> None:
    """Ten megabytes, or a thousand envelopes: the first part of it is read, within a second or two."""
    begun = time.process_time()
    handled(raw)

    assert time.process_time() - begun < 5
