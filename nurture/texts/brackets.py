"""Changes what stands between an opening and its closing, in time linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping


def change_enclosed(
    text: str, opening: re.Pattern[str], closings: Mapping[str, re.Pattern[str]], change: Callable[[str], str]
) -> str:
    """The text with each stretch changed that an opening begins and the next closing of its kind ends.

    `closings` are by the lowercase text of the opening. An opening that is never closed is text. It is what
    `opening.*?closing` would find, but that looks for the same missing closing anew from each opening.
    """
    parts: list[str] = []
    missing: set[str] = set()
    kept = at = 0
    while found := opening.search(text, at):
        kind = found[0].lower()
        end = None if kind in missing else closings[kind].search(text, found.end())
        if end is None:
            missing.add(kind)
            at = found.start() + 1
            continue
        parts += text[kept : found.start()], change(text[found.start() : end.end()])
        kept = at = end.end()
    return "".join((*parts, text[kept:]))
