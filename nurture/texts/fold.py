"""Text as tables of words are written: small letters without accents, the plain apostrophe, half-width."""

from __future__ import annotations

import unicodedata

_ACCENTS = range(0x300, 0x370)
"""Combining marks of Latin and its kin; the voice marks of Japanese stay."""


def folded(text: str) -> str:
    """Fold a text for comparison; `ß` becomes `ss`, and nothing else changes its meaning."""
    plain = text.replace("\u2019", "'").replace("\u2018", "'").casefold()
    if plain.isascii():
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    return unicodedata.normalize("NFC", "".join(char for char in parts if ord(char) not in _ACCENTS))
