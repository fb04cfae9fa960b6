"""Keeps text of outsiders from acting as a formula in a spreadsheet, and restores it.

OWASP calls it CSV injection: a cell that begins with = + - @, a tab or a line end is run by the program that
opens the file. Whoever writes a CSV writes `guarded` cells; whoever reads our files again, `unguarded` ones.
"""

from __future__ import annotations

GUARD = "'"
"""The mark with which spreadsheets begin a text."""
_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ENDS = ("\t", "\r", "\n", "\x00")


def guarded(cell: str) -> str:
    """The cell, behind a guard if it might act: `'=1+1`, and `'-5`, since the two cannot be told apart."""
    return GUARD + cell if _acts(cell) else cell


def unguarded(cell: str) -> str:
    """What was given to `guarded`."""
    return cell[1:] if cell.startswith(GUARD) and _acts(cell[1:]) else cell


def _acts(cell: str) -> bool:
    """Whether it might act, with or without guards before it, so that `unguarded` restores every cell."""
    bare = cell.lstrip(GUARD)
    while bare[:1].isspace() and not bare.startswith(_ENDS):
        bare = bare.lstrip().lstrip(GUARD)
    return bare.startswith((*_STARTS, *_ENDS))
