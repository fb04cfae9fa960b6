"""What a signed link must survive, and what it must refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.errors import NotFound, SettingError
from nurture.links import mail_tokens
from nurture.links.web_tokens import BadLink, Links, UnsubscribeToken

OLD = "an old key of the house"
NEW = "a new key of the house"
ELSEWHERE = "the key of somebody else"
URL = "https://mail.example.com"


def token_of(links: Links, address_id: int = 7, outbox_id: int = 41) -> str:
    """The token in a fresh unsubscribe link."""
    return links.unsubscribe_url(address_id, outbox_id).rsplit("/", 1)[1]


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_link_says_who_leaves(address_id: int, outbox_id: int) -> None:
    """A link reads back to the address and message it was made for, whatever their ids."""
    links = Links([NEW], URL)

    assert links.read_unsubscribe(token_of(links, address_id, outbox_id)) == UnsubscribeToken(
        address_id, outbox_id
    )


def test_url_is_public_url_and_path() -> None:
    """The link hangs under /u/ of the public URL, whether or not that ends with a slash."""
    links = Links([NEW], URL + "/mail/")

    assert links.unsubscribe_url(7, 41) == f"{URL}/mail/u/{token_of(links)}"


def test_same_message_same_link() -> None:
    """A message built again carries the same link: it depends on no clock."""
    assert Links([NEW], URL).unsubscribe_url(7, 41) == Links([NEW], URL).unsubscribe_url(7, 41)


def test_rotated_key_still_reads() -> None:
    """A link signed before the rotation is read while its key is still listed."""
    token = token_of(Links([OLD], URL))

    assert Links([NEW, OLD], URL).read_unsubscribe(token) == UnsubscribeToken(7, 41)


def test_first_key_signs() -> None:
    """A new link needs the first key only, so that the older ones can be dropped one day."""
    token = token_of(Links([NEW, OLD], URL))

    assert Links([NEW], URL).read_unsubscribe(token) == UnsubscribeToken(7, 41)


def test_other_keys_are_refused() -> None:
    """A link signed elsewhere is not ours."""
    token = token_of(Links([ELSEWHERE], URL))

    with pytest.raises(BadLink, match="not one of ours"):
        Links([NEW, OLD], URL).read_unsubscribe(token)


@pytest.mark.parametrize(
    "token",
    ["", ".", "WzcsNDFd", "WzcsNDFd.", "é", "a" * 5000, "WzcsNDFd.AAAA", ".eJxLTAQA.AAAA", "\x00"],
)
def test_damaged_token_is_refused(token: str) -> None:
    """Whatever is not exactly ours is refused in one and the same way."""
    with pytest.raises(BadLink, match=r"^this link is not one of ours$"):
        Links([NEW], URL).read_unsubscribe(token)


@given(st.data())
def test_flipped_character_is_refused(data: st.DataObject) -> None:
    """No single changed character leaves a token valid for somebody else."""
    links = Links([NEW], URL)
    token = token_of(links)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[at]))
    changed = token[:at] + other + token[at + 1 :]

    assert reads_as(links, changed) in (None, UnsubscribeToken(7, 41))


def reads_as(links: Links, token: str) -> UnsubscribeToken | None:
    """What the token says, or None when it is refused."""
    try:
        return links.read_unsubscribe(token)
    except NotFound:
        return None


def test_no_address_in_link() -> None:
    """A link shows ids and a signature, never an address."""
    assert "@" not in Links([NEW], URL).unsubscribe_url(7, 41)


def test_mailto_carries_the_token() -> None:
    """The mailto form writes to an address that says who leaves, and holds no address of theirs."""
    links = Links([NEW], URL)
    mailto = links.unsubscribe_mailto("leave@example.com", 7, 41)
    token = mailto.removeprefix("mailto:leave%2B").removesuffix("@example.com?subject=unsubscribe")

    assert links.read_unsubscribe_address(token) == UnsubscribeToken(7, 41)


def test_bounce_address_names_its_message() -> None:
    """A bounce address says which message it was the envelope sender of, even if a server shouts it."""
    links = Links([OLD], URL)
    address = links.bounce_address("bounce@example.com", 41)
    token = address.removeprefix("bounce+").removesuffix("@example.com")

    assert links.read_bounce(token) == links.read_bounce(token.upper()) == 41
    assert len(address.partition("@")[0]) <= 64


def test_bounce_address_of_an_older_key_is_read() -> None:
    """A key that is rotated out of first place still verifies."""
    token = Links([OLD], URL).bounce_address("b@example.com", 41)[2:].partition("@")[0]

    assert Links([NEW, OLD], URL).read_bounce(token) == 41


@pytest.mark.parametrize(
    "token",
    [
        "",
        "b29",
        "b29-aaaaaaaaaaaaaaaa",
        "bzz-aaaaaaaaaaaaaaaa",
        "b29-\u00e9",
        Links([OLD], URL).bounce_address("b@x.example", 41)[2:].partition("@")[0],
        Links([NEW], URL).unsubscribe_mailto("b@x.example", 7, 41)[11:].partition("@")[0],
        Links([NEW], URL).bounce_address("b@x.example", 41)[2:].partition("@")[0].replace("29", "2a"),
        mail_tokens.write([NEW], "b", 41, 7),
    ],
    ids=[
        "empty",
        "bare",
        "guessed",
        "not hex",
        "not ascii",
        "other key",
        "other purpose",
        "moved",
        "too many",
    ],
)
def test_forged_bounce_addresses_are_refused(token: str) -> None:
    """Whoever guesses, mends or reuses a token gets nothing."""
    with pytest.raises(BadLink):
        Links([NEW], URL).read_bounce(token)


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"], [""]])
def test_weak_keys_are_refused(keys: list[str]) -> None:
    """No key, or a short one anywhere in the list, is a setting to mend."""
    with pytest.raises(SettingError, match="NURTURE_SECRET_KEYS"):
        Links(keys, URL)


def test_weak_key_is_not_shown() -> None:
    """The refusal of a key does not print it."""
    with pytest.raises(SettingError) as caught:
        Links(["hunter2"], URL)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "ftp://mail.example.com",
        "https://",
        "https://[",
        "https://a b",
        "https://a/?x=1",
        "https://a/#x",
        "https://a/\r\nBcc: x",
        "https://a>",
        "https://user@a",
    ],
)
def test_odd_public_url_is_refused(url: str) -> None:
    """A public URL that could not stand in a header or in a link is a setting to mend."""
    with pytest.raises(SettingError, match="NURTURE_PUBLIC_URL"):
        Links([NEW], url)


def test_an_answer_address_names_its_notice_and_nothing_else() -> None:
    """What a seller writes to is signed, and is no bounce address and no way to leave."""
    links = Links(["k" * 20], "https://a.example")
    address = links.answer_address("bounce@a.example", 7)
    token = address.partition("+")[2].partition("@")[0]

    assert links.read_answer(token) == 7
    with pytest.raises(BadLink):
        links.read_bounce(token)
    with pytest.raises(BadLink):
        Links(["x" * 20], "https://a.example").read_answer(token)
