"""Signed links: tokens that name who unsubscribes, without an address and without an end date."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_encode, want_bytes

from nurture.errors import NotFound, SettingError
from nurture.links import mail_tokens

MIN_KEY_LENGTH = 16
"""Shorter keys are refused: a token lives for years and anybody may try to forge one offline."""

MAX_TOKEN_LENGTH = 256
"""Ours are under 100 characters; longer ones are refused unread."""

PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[A-Za-z0-9._~\-/]*)?")
"""A host, maybe a port and a path: no user, query or fragment, nothing that a header cannot hold."""


class BadLink(NotFound):
    """The token was not signed by us, or was damaged on its way. It never says which."""


@dataclass(frozen=True, slots=True)
class UnsubscribeToken:
    """What an unsubscribe link holds: the address that unsubscribes, and the message that had the link."""

    address_id: int
    outbox_id: int


class Links:
    """Makes and reads the signed links that go out in messages.

    The first key signs and every key verifies, so a key is rotated by putting a new one in front.
    Tokens never expire: an unsubscribe link in an old message must work (CAN-SPAM asks for 30 days).

    Raises:
        SettingError: a key is missing or too short, or the public URL is not a plain http(s) URL.
    """

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        self.public_url = _plain_url(public_url)
        self._keys = tuple(keys)
        # itsdangerous signs with the last key; the salt keeps one purpose's tokens from serving another.
        self._unsubscribe = URLSafeSerializer(
            [_long_enough(key) for key in reversed(_some(keys))],
            salt="nurture.unsubscribe",
            signer=_OneKeySigner,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )
        self._signer = self._unsubscribe.make_signer()

    def unsubscribe_url(self, address_id: int, outbox_id: int) -> str:
        """The link to unsubscribe in one click: always the same for one message."""
        return f"{self.public_url}/u/{self._sign(address_id, outbox_id)}"

    def bounce_address(self, mailbox: str, outbox_id: int) -> str:
        """The envelope sender of one message (VERP): a bounce that comes to it names the message."""
        return _tagged(mailbox, mail_tokens.write(self._keys, "b", outbox_id))

    def read_bounce(self, token: str) -> int:
        """The outbox id that a bounce address names.

        Raises:
            BadLink: it was not signed by one of our keys for this purpose.
        """
        return self._numbers("b", token, 1)[0]

    def answer_address(self, mailbox: str, outbox_id: int) -> str:
        """Where a seller's answer to one notice goes: it names the notice, and so the handoff."""
        return _tagged(mailbox, mail_tokens.write(self._keys, "n", outbox_id))

    def read_answer(self, token: str) -> int:
        """The outbox id that such an address names.

        Raises:
            BadLink: it was not signed by one of our keys for this purpose.
        """
        return self._numbers("n", token, 1)[0]

    def unsubscribe_mailto(self, mailbox: str, address_id: int, outbox_id: int) -> str:
        """The mailto form, for programs that unsubscribe by mail; the token is in the address."""
        address = _tagged(mailbox, mail_tokens.write(self._keys, "u", address_id, outbox_id))
        return f"mailto:{quote(address, safe='@')}?subject=unsubscribe"

    def read_unsubscribe_address(self, token: str) -> UnsubscribeToken:
        """What the token of an unsubscribe address says.

        Raises:
            BadLink: it was not signed by one of our keys for this purpose.
        """
        return UnsubscribeToken(*self._numbers("u", token, 2))

    def read_unsubscribe(self, token: str) -> UnsubscribeToken:
        """What a token says.

        Raises:
            BadLink: it was not signed by one of our keys for this purpose.
        """
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise BadLink("this link is not one of ours")
        try:
            address_id, outbox_id = self._unsubscribe.loads(token)
        except BadData:
            # Not `from`: what exactly was wrong would help a forger.
            raise BadLink("this link is not one of ours") from None
        return UnsubscribeToken(address_id, outbox_id)

    def _numbers(self, purpose: str, token: str, count: int) -> tuple[int, ...]:
        numbers = mail_tokens.read(self._keys, purpose, token)
        if numbers is None or len(numbers) != count:
            raise BadLink("this address is not one of ours")
        return numbers

    def _sign(self, address_id: int, outbox_id: int) -> str:
        # As dumps would write it, without trying first whether a few digits could be compressed.
        numbers = base64_encode(f"[{address_id},{outbox_id}]")
        return self._signer.sign(numbers).decode("ascii")


class _OneKeySigner(Signer):
    """Derives its keys once: a batch signs thousands of links with one of them."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key for this purpose (its name is the library's)."""
        known: dict[bytes, bytes] = self.__dict__.setdefault("_known", {})
        key = self.secret_keys[-1] if secret_key is None else want_bytes(secret_key)
        if key not in known:
            known[key] = super().derive_key(key)
        return known[key]


def _tagged(mailbox: str, token: str) -> str:
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def _some(keys: Sequence[str]) -> Sequence[str]:
    if not keys:
        raise SettingError("no secret key to sign links with", hint="set NURTURE_SECRET_KEYS")
    return keys


def _long_enough(key: str) -> str:
    if len(key) < MIN_KEY_LENGTH:
        raise SettingError(
            f"a key in NURTURE_SECRET_KEYS is shorter than {MIN_KEY_LENGTH} characters",
            hint="make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return key


def _plain_url(url: str) -> str:
    if not PUBLIC_URL.fullmatch(url):
        raise SettingError(
            f"NURTURE_PUBLIC_URL cannot be {url!r}",
            hint="give the address leads reach, such as https://mail.example.com",
        )
    return url.rstrip("/")
