"""Keeps what outsiders wrote from acting as a formula in a spreadsheet, and gives it back as it was.

OWASP calls it CSV injection: a cell that begins with = + - @, a tab or a line end is run by the program that
opens the file. Whoever writes a CSV writes `guarded` cells; whoever reads our files again, `unguarded` ones.
"""

from __future__ import annotations

import re

GUARD = "'"
"""What a spreadsheet takes as the sign of a text."""
_ACTS = re.compile(r"['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n\x00]")
"""A cell that might act, whether or not it bears guards already: one guard more is then one to take off."""


def guarded(cell: str) -> str:
    """The cell, behind a guard if it might act: `'=1+1`, and `'-5`, for nobody can tell them apart."""
    return GUARD + cell if _ACTS.match(cell) else cell


def unguarded(cell: str) -> str:
    """What was given to `guarded`."""
    return cell[1:] if cell.startswith(GUARD) and _ACTS.match(cell, 1) else cell
