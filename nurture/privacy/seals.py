"""Seals: how an erased person is known again without an address being kept.

A seal is an HMAC of the address, or of the key that another system knows the lead by, with one of the
project's secret keys. Whoever has the store and not the key cannot try addresses against it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Sealed(StrEnum):
    """What was sealed."""

    ADDRESS = "address"  # normalised
    KEY = "key"  # the lead's key in another system


class Seal(NamedTuple):
    """One seal: the name of the secret key that it was made with, and the digest (64 hex digits)."""

    key: str
    digest: str


class Seals:
    """Makes seals with the newest key, and tells those of all keys, so that a key can be rotated.

    A new key is put in front. The old one stays in the list for as long as seals that it made are kept:
    without it nobody can tell whom they mean.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [
            (_mac(key, b"nurture seal key").hex()[:16], hmac.new(_mac(key, b"nurture seal"), None, "sha256"))
            for key in keys
        ]

    @property
    def names(self) -> frozenset[str]:
        """The names of the keys at hand."""
        return frozenset(name for name, _ in self._keys)

    def seal(self, kind: Sealed, text: str) -> Seal:
        """The seal to keep: by the newest key."""
        name, _ = self._keys[0]
        return Seal(name, next(iter(self.digests(kind, [text]))))

    def digests(self, kind: Sealed, texts: Iterable[str]) -> dict[str, str]:
        """Every digest that may be kept of these, and the text that it is of; the newest key's first."""
        said = [(text, f"{kind.value}:{text}".encode()) for text in texts]
        found = {}
        for _, key in self._keys:
            for text, raw in said:  # an import seals thousands: the key is set up once
                mac = key.copy()
                mac.update(raw)
                found[mac.hexdigest()] = text
        return found


def _mac(key: str, purpose: bytes) -> bytes:
    """A key of its own for each purpose: a link signed with the same secret says nothing of a seal."""
    return hmac.new(key.encode(), purpose, hashlib.sha256).digest()
