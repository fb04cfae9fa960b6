"""Seals, traces, acts and ages: the pure part of privacy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from nurture.privacy.acts import NO_ACTS, OWN_BASES
from nurture.privacy.age import Age, parse_age
from nurture.privacy.seals import Sealed, Seals
from nurture.privacy.traces import TracedPerson, Traces, addresses_in, parsed, text_of
from nurture.words import Basis, Sig

PERSON = TracedPerson(
    frozenset({"ada@acme.example"}),
    frozenset({"crm-1001", "7"}),
    frozenset({("Ada", "Lovelace")}),
    frozenset({"+33 1 23"}),
)
TRACES = Traces([PERSON], ["<m.1@acme.example>"])
MANY = Traces([TracedPerson(frozenset({f"p{number}@acme.example"})) for number in range(200)])


def test_a_seal_is_made_with_the_newest_key_and_known_by_all() -> None:
    """A new key in front; the old one still tells whom its seals mean."""
    old, both = Seals(["first-key-of-ours"]), Seals(["newer-key-of-ours", "first-key-of-ours"])
    kept = old.seal(Sealed.ADDRESS, "ada@acme.example")

    assert both.digests(Sealed.ADDRESS, ["ada@acme.example"])[kept.digest] == "ada@acme.example"
    assert both.seal(Sealed.ADDRESS, "ada@acme.example") != kept
    assert old.names < both.names


def test_a_seal_says_nothing_without_the_key() -> None:
    """Another key, another kind or another text: another seal; the text is not in it."""
    seals = Seals(["first-key-of-ours"])
    made = {
        seals.seal(Sealed.ADDRESS, "a@b.example").digest,
        seals.seal(Sealed.KEY, "a@b.example").digest,
        seals.seal(Sealed.ADDRESS, "b@b.example").digest,
        Seals(["other-key-of-ours"]).seal(Sealed.ADDRESS, "a@b.example").digest,
    }

    assert len(made) == 4
    assert all(len(one) == 64 for one in made)


@pytest.mark.parametrize(
    ("cells", "about"),
    [
        (["x", "Mail of ADA@acme.example"], True),
        (["'crm-1001", ""], True),
        (["7"], False),  # too short to be hers alone
        (["LOVELACE", "ada"], True),
        (["Ada", "Other"], False),
        (["+33 1 23"], True),
        (["bob@acme.example"], False),
    ],
    ids=str,
)
def test_rows_about_a_person_are_found(cells: list[str], about: bool) -> None:
    """By an address, a key, a phone, or both names; not by what many have."""
    assert TRACES.in_row(cells) is about


def test_of_many_the_addresses_are_looked_up() -> None:
    """Whatever a text names is found, without a look for each of them."""
    assert MANY.in_text("to p7@acme.example.")
    assert not MANY.in_text("to q7@acme.example")
    assert not MANY.in_row(["p7", "x"])
    assert Traces.joined([TRACES, MANY]).in_row(["Ada", "Lovelace"])


def mail(text: str, **heads: str) -> bytes:
    message = EmailMessage()
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte="base64")
    return bytes(message)


@pytest.mark.parametrize(
    ("raw", "about"),
    [
        (mail("hello", To="Ada <ADA@acme.example>"), True),
        (mail("ring ada@acme.example"), True),
        (mail("hello", Message_ID="<m.1@acme.example>"), True),
        (mail("hello", To="bob@acme.example"), False),
        (b"To: ada@acme.example\nContent-Type: text/plain; charset=nonsense\n\n\xff", True),
        (b"Content-Type: text/plain; charset=nonsense\n\nada@acme.example", True),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nada@acme.example\n--x--\n", True),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!", False),
        (b"\x00\xff\xfe", False),
    ],
    ids=range(9),
)
def test_mails_about_a_person_are_found(raw: bytes, about: bool) -> None:
    """By any header, by a text however it is encoded, or by the id that we gave it."""
    assert TRACES.in_mail(raw) is about


def test_what_a_person_reads_in_a_mail() -> None:
    """Its plain text; else what it has."""
    html = b"Content-Type: text/html\n\n<p>hello</p>"

    assert text_of(parsed(mail("hello"))).strip() == "hello"
    assert text_of(parsed(html)) == "<p>hello</p>"


def test_addresses_of_a_text_are_normalised() -> None:
    """What only looks like one is left out."""
    assert addresses_in("<Ada@Acme.example>, x@y, mailto:bob@acme.example!") == {
        "ada@acme.example",
        "bob@acme.example",
    }


def test_what_is_no_act_of_the_leads() -> None:
    """Opens, our mails, sellers' words and bounces; a reply is one, and so is an opt-in, not an import."""
    assert {Sig.MAIL_OPENED, Sig.TOUCH_SENT, Sig.HANDOFF_NOTED, Sig.MAIL_BOUNCED} <= NO_ACTS
    assert NO_ACTS.isdisjoint({Sig.MAIL_REPLIED, Sig.MAIL_CLICKED, Sig.CONSENT_WITHDRAWN, Sig.DEAL_WON})
    assert Basis.IMPORTED not in OWN_BASES


NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("3 years", datetime(2025, 2, 28, 12, tzinfo=UTC)),
        ("1 year", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("18 months", datetime(2026, 8, 29, 12, tzinfo=UTC)),
        ("2 months", datetime(2027, 12, 29, 12, tzinfo=UTC)),
        ("90 days", NOW - timedelta(days=90)),
    ],
)
def test_an_age_is_counted_by_the_calendar(text: str, before: datetime) -> None:
    """Of a day that its month does not have, the last one it has."""
    assert parse_age(text).before(NOW) == before


@pytest.mark.parametrize("text", ["3 yrs ago", "0 years", "900 years", "", 3], ids=str)
def test_what_is_no_age_is_told(text: str) -> None:
    """With what to write."""
    with pytest.raises(ValueError, match=r"write `3 years`|out of range"):
        parse_age(text)


def test_an_age_of_nothing_is_now() -> None:
    """As a value."""
    assert Age().before(NOW) == NOW
