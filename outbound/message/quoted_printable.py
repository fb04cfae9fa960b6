"""Quoted-printable by runs of lines: most of a mail is the same for every lead, and is encoded once."""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

LONGEST = 76
"""A longer line is quoted-printable (RFC 2045 6.7); all is 7bit, so that every relay carries it unchanged."""

REMEMBERED = 1000
"""Bytes of the longest line whose encoding is remembered; 8,192 of them are."""

LONGEST_RUN = 16_384
"""Characters of the longest piece whose encoding is remembered; 1,024 of them are."""

UNWRITABLE = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})


class EncodedRun(NamedTuple):
    """A piece of text that has line ends: its whole lines encoded, and what stands before and after them."""

    first: str
    lines: bytes
    last: str
    wide: bool  # whether one of the lines must be encoded


def quoted_pieces(pieces: Sequence[str]) -> list[bytes] | None:
    """The text that these pieces make in quoted-printable, in runs; only lines with a value in them are new.

    None for what must be looked at as a whole: other line ends than `\\n`, and text that needs no encoding.
    """
    done: list[bytes] = []
    line: list[str] = []
    wide = False
    for piece in pieces:
        if "\r" in piece:
            return None
        if "\n" not in piece:
            line.append(piece)
            continue
        run = _run(piece) if len(piece) < LONGEST_RUN else _cut(piece)
        line.append(run.first)
        raw = written("".join(line))
        wide = wide or run.wide or is_wide(raw)
        done += (quoted_line(raw), run.lines)
        line = [run.last]
    if rest := "".join(line):
        raw = written(rest)
        wide = wide or is_wide(raw)
        done.append(quoted_line(raw))
    return done if wide else None


def quoted_line(line: bytes) -> bytes:
    """One line in quoted-printable, with its end."""
    return _known_line(line) if len(line) < REMEMBERED else _encode(line)


def written(text: str) -> bytes:
    """The bytes of a text, without the control characters that no mail may hold."""
    return text.encode() if text.isprintable() else text.encode().translate(None, UNWRITABLE)


def is_wide(line: bytes) -> bool:
    """Whether a line must be encoded."""
    return len(line) > LONGEST or not line.isascii()


def _cut(piece: str) -> EncodedRun:
    first, *whole, last = piece.split("\n")
    lines = [written(line) for line in whole]
    return EncodedRun(first, b"".join(map(quoted_line, lines)), last, any(map(is_wide, lines)))


def _encode(line: bytes) -> bytes:
    return b2a_qp(line + b"\r\n", quotetabs=False, istext=True)


# What a template has between two values is the same text at every letter, and the same object: one look-up.
_run = lru_cache(maxsize=1024)(_cut)
_known_line = lru_cache(maxsize=8192)(_encode)
