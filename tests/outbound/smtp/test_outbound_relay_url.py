"""How a relay's URL is read, and which ones are refused."""

from __future__ import annotations

import pytest

from nurture.errors import SettingError
from outbound.relay import RelayAddress, read_relay_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.example.com", RelayAddress("relay.example.com", 587, tls=False, starttls=True)),
        ("smtp://relay.example.com:25", RelayAddress("relay.example.com", 25, tls=False, starttls=True)),
        ("smtp://relay.example.com/?starttls=required", RelayAddress("relay.example.com", 587, False, True)),
        ("smtps://relay.example.com", RelayAddress("relay.example.com", 465, tls=True, starttls=False)),
        ("smtp://127.0.0.1:8025", RelayAddress("127.0.0.1", 8025, tls=False, starttls=False)),
        ("smtp://localhost", RelayAddress("localhost", 25, tls=False, starttls=False)),
        ("smtp://[::1]:25?starttls=never", RelayAddress("::1", 25, tls=False, starttls=False)),
        ("smtp://localhost?starttls=required", RelayAddress("localhost", 587, tls=False, starttls=True)),
        ("smtp://a%40b:p%3Aw@h.example", RelayAddress("h.example", 587, False, True, "a@b", "p:w")),
    ],
)
def test_url_is_read(url: str, expected: RelayAddress) -> None:
    """STARTTLS is required except on this machine, and ports follow from it."""
    assert read_relay_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example.com",
        "http://relay.example.com",
        "smtp://",
        "smtp://relay.example.com:99999",
        "smtp://relay.example.com/path",
        "smtp://relay.example.com?starttls=never",
        "smtp://relay.example.com?starttls=maybe",
        "smtp://relay.example.com?tls=1",
        "smtps://relay.example.com?starttls=required",
        "smtps://relay.example.com?starttls=never",
        "smtp://10.0.0.1?starttls=never",
        "smtp://user:hunter2@[::1?starttls=never",
    ],
)
def test_url_that_cannot_be_used(url: str) -> None:
    """A URL that is wrong, or that would send mail in clear off this machine, is a setting to mend."""
    with pytest.raises(SettingError, match="NURTURE_SMTP_URL") as caught:
        read_relay_url(url)

    assert "hunter2" not in str(caught.value)


def test_password_is_not_shown() -> None:
    """A printed address of a relay hides the password."""
    assert "hunter2" not in repr(read_relay_url("smtp://user:hunter2@relay.example.com"))
