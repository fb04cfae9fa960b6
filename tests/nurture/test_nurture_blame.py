"""Whose fault an error is, and what may be told of it."""

from __future__ import annotations

import pytest

from nurture.blame import blame, in_words, is_own, scrubbed
from nurture.errors import (
    BookError,
    MailboxError,
    RelayError,
    RenderError,
    SettingError,
    StoreError,
    StoreGone,
    Unstorable,
)

OWN = (
    ValueError("x"),
    TypeError("x"),
    KeyError("x"),
    AttributeError("x"),
    ZeroDivisionError("x"),
    RecursionError("x"),
    MemoryError(),
    AssertionError(),
    UnicodeEncodeError("ascii", "é", 0, 1, "x"),
    RenderError("x"),
    Unstorable("x", cause="DataError"),
)
OUTAGES = (
    StoreGone("x"),
    StoreError("x"),
    RelayError("x"),
    MailboxError("x"),
    SettingError("x"),
    BookError("x", ()),
    OSError(28, "no space left"),
    TimeoutError(),
    ImportError("x"),
    KeyboardInterrupt(),
    SystemExit(),
)


@pytest.mark.parametrize("error", OWN, ids=lambda one: type(one).__name__)
def test_what_an_item_raises_is_its_own(error: BaseException) -> None:
    """Values that do not fit are the fault of who has them."""
    assert is_own(error)


@pytest.mark.parametrize("error", OUTAGES, ids=lambda one: type(one).__name__)
def test_an_outage_is_nobodys(error: BaseException) -> None:
    """What the next item would meet as well stops the work."""
    assert not is_own(error)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("could not read 'Ada Lovelace'", "could not read …"),
        ('invalid input syntax for type integer: "Ada"', "invalid input syntax for type integer: …"),
        ("can't adapt type 'dict'", "can't adapt type …"),
        ('no "O\'Brien" here', "no … here"),
        ("no 'it\\'s' here", "no … here"),
        ("begun 'Ada and never ended", "begun …"),
        ("for ada@leads.example at 0123456789", "for … at …"),
        ("\n  second line\nDETAIL: Key (address)=(ada)", "second line"),
        ("", ""),
        ("x" * 5000, "x" * 300),
    ],
)
def test_values_are_not_told(text: str, kept: str) -> None:
    """Only the first line, without what stands in quotes, addresses and long numbers."""
    assert scrubbed(text) == kept


def test_names_of_types_and_attributes_are_told() -> None:
    """They are the program's own, and say most of what is wrong."""
    told = "'NoneType' object has no attribute 'renewal_on'"

    assert blame(AttributeError(told)).message == told
    assert blame(ValueError(told)).message == "… object has no attribute …"
    assert blame(TypeError("no 'Ada Lovelace, 5' here")).message == "no … here"


def test_the_place_is_ours_and_the_innermost() -> None:
    """Where to look in the code; an error that was never raised has no place."""
    with pytest.raises(AttributeError) as caught:
        scrubbed(None)  # type: ignore[arg-type]

    assert blame(caught.value).place.startswith("nurture.blame:")
    assert blame(ValueError("x")).place == ""


def test_what_a_driver_raised_is_named_by_its_own_name() -> None:
    """The type says more than ours does; the place is where the statement was made."""
    told = blame(Unstorable("the database refused a statement: DataError: too long", cause="DataError"))

    assert (told.error, told.message) == (
        "DataError",
        "the database refused a statement: DataError: too long",
    )
    assert blame(Unstorable("x")).error == "Unstorable"


def test_the_place_of_a_refused_value_is_further_in() -> None:
    """What raised first is asked, where something did."""
    with pytest.raises(Unstorable) as caught:
        try:
            scrubbed(None)  # type: ignore[arg-type]
        except AttributeError:
            raise Unstorable("x", cause="TypeError") from None

    assert blame(caught.value).place.startswith("nurture.blame:")


def test_ours_are_told_as_they_are_meant() -> None:
    """An error of ours says where and what; any other is named and scrubbed."""
    assert in_words(RenderError("hello.md.j2: no first_name")) == "hello.md.j2: no first_name"
    assert in_words(ValueError("bad 'Ada'")) == "ValueError: bad …"
    assert in_words(MemoryError()) == "MemoryError"


def test_an_error_that_cannot_be_said_is_named() -> None:
    """Even its words may raise."""

    class Mute(ValueError):
        def __str__(self) -> str:
            raise RecursionError

    assert blame(Mute()).message == ""
    assert in_words(Mute()) == "Mute"
