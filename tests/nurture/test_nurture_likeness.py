"""Likeness: who is probably one person, who is not, and by which keys they are found."""

from __future__ import annotations

import pytest

from nurture.likeness import LikenessFacts, blocking_keys, compare, jaro_winkler

ADA = LikenessFacts(1, "ada.lovelace@acme.example", "Ada", "Lovelace", "Acme", "+33 1 23 45 67 89")
SURE, NOT = 0.6, 0.5
PHONE = "0123456789"


def like(address: str, first: str = "", last: str = "", company: str = "", phone: str = "") -> LikenessFacts:
    return LikenessFacts(2, address, first, last, company, phone)


DOUBLES = {
    "the same name at the same firm": (like("a.l@acme.example", "Ada", "Lovelace"), "same name"),
    "accents and capitals": (like("a.l@acme.example", "ÁDA", "love-lace"), "same name"),
    "names swapped": (like("a.l@acme.example", "Lovelace", "Ada"), "first and last name swapped"),
    "one character left out": (like("ada.lovlace@acme.example"), "addresses differ by one character"),
    "one character added": (like("ada.lovelacee@acme.example"), "addresses differ by one character"),
    "one character changed": (like("ada.lovelade@acme.example"), "addresses differ by one character"),
    "two neighbours swapped": (like("ada.lovealce@acme.example"), "addresses differ by one character"),
    "a typo in the domain": (like("ada.lovelace@acm.example"), "addresses differ by one character"),
    "a tag": (like("ada.lovelace+news@acme.example"), "addresses differ by dots or a tag"),
    "another domain": (like("ada.lovelace@gmail.com", "Ada", "Lovelace"), "same name before the @"),
    "the same phone": (like("x@gmail.com", "Ada", "Lovelace", phone="0123456789"), "same phone"),
    "an initial": (
        like("al@acme.example", "A.", "Lovelace", phone="0123456789"),
        "same last name and initial",
    ),
    "a misspelt name": (
        like("al@acme.example", "Ada", "Lovelacs", phone="0123456789"),
        "names nearly the same",
    ),
    "the same firm by name": (like("a.l@gmail.com", "Ada", "Lovelace", "ACME"), "same company"),
}


@pytest.mark.parametrize("case", DOUBLES)
def test_one_person(case: str) -> None:
    """Found by a key that both have, at a score that is shown, for a reason that is told."""
    other, reason = DOUBLES[case]
    found = compare(ADA, other)

    assert found.score >= SURE
    assert reason in found.reasons
    assert blocking_keys(ADA) & blocking_keys(other)
    assert compare(other, ADA) == found


TWO = {
    "colleagues": like("bob.lovelace@acme.example", "Bob", "Lovelace", "Acme", "+33 1 23 45 67 89"),
    "a switchboard": like("grace.hopper@acme.example", "Grace", "Hopper", "Acme", "+33 1 23 45 67 89"),
    "namesakes": like("ada.l@other.example", "Ada", "Lovelace", "Other"),
    "another initial": like("b.lovelace@acme.example", "B.", "Lovelace", "Acme"),
    "nobody we know": like("x@gmail.com"),
    "a far address": like("lovelace.ada@acme.example"),
}


@pytest.mark.parametrize("case", TWO)
def test_two_persons(case: str) -> None:
    """Whatever they share, they are below the score that is shown."""
    assert compare(ADA, TWO[case]).score < SURE


def test_a_firms_own_addresses_are_no_persons() -> None:
    """info@ of two firms, and two mailboxes of one, say nothing of anybody."""
    one, other = LikenessFacts(1, "contact@acme.example"), LikenessFacts(2, "contact@other.example")

    assert compare(one, other).score < NOT
    assert blocking_keys(one) & blocking_keys(other) == set()
    assert compare(LikenessFacts(1, "abc@acme.example"), LikenessFacts(2, "abd@acme.example")).score < NOT


def test_a_free_mailbox_says_nothing_of_a_firm() -> None:
    """Two names at gmail.com share nothing."""
    found = compare(like("one.two@gmail.com", "One", "Two"), like("six.ten@gmail.com", "Six", "Ten"))

    assert found.reasons == ()


def test_a_short_number_is_no_phone() -> None:
    """An extension is shared by many."""
    assert compare(like("a@a.example", phone="123"), like("b@b.example", phone="123")).score == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("martha", "marhta", 0.961),
        ("dixon", "dicksonx", 0.813),
        ("dwayne", "duane", 0.84),
        ("a", "b", 0.0),
        ("al", "alan", 0.867),
        ("same", "same", 1.0),
    ],
)
def test_jaro_winkler_as_winkler_published_it(one: str, other: str, expected: float) -> None:
    """The usual examples, to three decimals."""
    assert round(jaro_winkler(one, other), 3) == expected
