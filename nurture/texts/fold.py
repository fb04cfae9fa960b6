"""Folds texts for comparison: small letters without accents, the plain apostrophe, half-width."""

from __future__ import annotations

import unicodedata

_VOICE_MARKS = "\u3099\u309a"
"""Japanese marks that distinguish syllables."""


def without_marks(text: str, kept: str = "") -> str:
    """The text in compatibility form (NFKD), without combining marks other than the `kept` ones."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(char for char in letters if char in kept or not unicodedata.combining(char))


def folded(text: str) -> str:
    """Fold a text for comparison; `ß` becomes `ss`, and nothing else changes its meaning."""
    plain = text.replace("\u2019", "'").replace("\u2018", "'").casefold()
    if plain.isascii():
        return plain
    return unicodedata.normalize("NFC", without_marks(plain, _VOICE_MARKS)).casefold()
