"""Short signed tokens for mail addresses: numbers and a signature, in letters any mail server keeps."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence

TOKEN = re.compile(r"\+([bnu][0-9a-f.]{1,34}-[a-z2-7]{16})@")
"""Where a token stands in an address: `bounce+b2a-xxxxxxxxxxxxxxxx@example.com`."""
_NUMBERS = re.compile(r"[0-9a-f]{1,16}(\.[0-9a-f]{1,16})?")
LONGEST = 24
"""Octets that the local part before the token may have: 64 are allowed in all (RFC 5321 4.5.3.1.1)."""


def write(keys: Sequence[str], purpose: str, *numbers: int) -> str:
    """The token of these numbers for one purpose (a letter): lower case, since some servers fold it."""
    body = purpose + ".".join(f"{number:x}" for number in numbers)
    return f"{body}-{_signature(keys[0], body)}"


def read(keys: Sequence[str], purpose: str, token: str) -> tuple[int, ...] | None:
    """The numbers of a token that one of these keys signed for this purpose; None for any other."""
    body, _, signature = token.lower().partition("-")
    if not token.isascii() or not (body.startswith(purpose) and _NUMBERS.fullmatch(body[1:])):
        return None
    if not any(hmac.compare_digest(_signature(key, body), signature) for key in keys):
        return None
    return tuple(int(number, 16) for number in body[1:].split("."))


def _signature(key: str, body: str) -> str:
    """80 bits are enough: each guess takes a mail, and wrong ones are counted."""
    signed = hmac.digest(key.encode(), f"nurture.address:{body}".encode(), "sha256")
    return b32encode(signed[:10]).decode().lower()
