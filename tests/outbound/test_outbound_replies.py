"""What replies mean, and that no address survives in them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.words import Outcome
from outbound.replies import MAX_REPLY, Phase, outcome_of, scrub

REAL_REPLIES = Path("/work/shared/data/smtp_replies/provider_replies.toml")


@pytest.mark.parametrize(
    ("phase", "code", "text", "expected"),
    [
        (Phase.DOT, 250, "ok", Outcome.SENT),
        (Phase.RCPT, 550, "5.1.1 unknown", Outcome.REFUSED),
        (Phase.RCPT, 550, "unknown", Outcome.REFUSED),
        (Phase.DATA, 554, "5.5.1 no", Outcome.REFUSED),
        (Phase.DOT, 421, "4.7.0 slow down", Outcome.LATER),
        (Phase.MAIL, 550, "5.7.1 sender rejected", Outcome.LATER),
        (Phase.RCPT, 552, "5.2.2 over quota", Outcome.LATER),
        (Phase.DOT, 552, "5.2.2 mailbox full", Outcome.LATER),
        (Phase.RCPT, 552, "exceeded storage allocation", Outcome.LATER),
        (Phase.RCPT, 552, "5.3.4 too large", Outcome.REFUSED),
        (Phase.RCPT, 552, "aborted, mailbox not found", Outcome.REFUSED),
        (Phase.DOT, 552, "too much mail data", Outcome.REFUSED),
        (Phase.MAIL, 552, "too large", Outcome.REFUSED),
        (Phase.MAIL, 500, "5.3.4 too large", Outcome.REFUSED),
        (Phase.MAIL, 553, "5.6.7 no UTF-8", Outcome.REFUSED),
        (Phase.DOT, 550, "5.7.26 SPF", Outcome.LATER),
        (Phase.DOT, 550, "5.7.515 access denied", Outcome.LATER),
        (Phase.RCPT, 535, "log in", Outcome.LATER),
        (Phase.RCPT, 250, "", Outcome.LATER),
        (Phase.DOT, 354, "", Outcome.UNCERTAIN),
    ],
)
def test_reply_means(phase: Phase, code: int, text: str, expected: Outcome) -> None:
    """A reply means what its code says, unless it is said against us."""
    assert outcome_of(phase, code, text) is expected


@pytest.mark.parametrize(
    ("text", "recipient", "expected"),
    [
        ("<a@b.c>: no", "", "<address>: no"),
        ("no such user a.b+c=d@sub.example.co.uk.", "", "no such user <address>"),
        ('"john doe"@example.com gone', "", "<address> gone"),
        ("RCPT TO:<A@B>", "", "RCPT TO:<address>"),
        ("see https://x.example/?u=a%40b.c", "", "see https:<address>"),
        ("zoé@münchen.example", "", "<address>"),
        ("no mailbox john.doe here", "John.Doe@example.com", "no mailbox <address> here"),
        ("no mailbox user here", "user@example.com", "no mailbox user here"),
        ("two\r\nlines\tand\x00more", "", "two lines and more"),
    ],
)
def test_address_is_taken_out(text: str, recipient: str, expected: str) -> None:
    """Addresses become `<address>`, and the rest can still be read."""
    assert scrub(text, recipient) == expected


@given(st.text(), st.emails(), st.text())
def test_no_address_survives(before: str, address: str, after: str) -> None:
    """Whatever surrounds an address, the kept line is short, printable and holds no @."""
    kept = scrub(f"{before} {address} {after}")

    assert len(kept) <= MAX_REPLY
    assert address not in kept
    assert not any(ord(c) < 32 for c in kept)


@pytest.mark.skipif(not REAL_REPLIES.exists(), reason="the collection of real replies is not here")
def test_real_replies() -> None:
    """Of the real replies, 4xx is LATER, 5xx is REFUSED unless the mailbox is full; no address is kept."""
    groups = tomllib.loads(REAL_REPLIES.read_text())
    replies = [r for group in ("defer", "bounce") for said in groups[group].values() for r in said]
    soft = {outcome_of(Phase.RCPT, r["code"], r["msg"]) for r in replies if r["code"] < 500}
    no = [r for r in replies if r["code"] >= 500]
    hard = {outcome_of(Phase.RCPT, r["code"], r["msg"]) for r in no if not r["msg"].startswith("5.2.2")}
    full = {outcome_of(Phase.RCPT, r["code"], r["msg"]) for r in no if r["msg"].startswith("5.2.2")}

    assert soft == full == {Outcome.LATER}
    assert hard == {Outcome.REFUSED}
    assert not any("@" in scrub(r["msg"]) for r in replies)
