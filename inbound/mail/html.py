"""Turns the HTML of a mail into the lines that a person sees; what is quoted begins with `>`."""

from __future__ import annotations

import html
import re

LONGEST = 200_000
"""Characters of a page that are read."""
_UNSEEN = re.compile(r"(?is)<(style|script|head|title)\b[^<>]{0,2000}>[^<]{0,20000}(?:</\1\s{0,9}>)?")
_COMMENT = re.compile(r"<!--[^<>]{0,2000}-->")
_TAG = re.compile(r"<(/?)([a-zA-Z!][a-zA-Z0-9]{0,20})[^<>]{0,4000}>")
_BLANKS = re.compile(r"[ \t\n\r\f\u00a0]+")
_LINES = frozenset({
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
    "body", "html", "pre", "section", "article", "center",
})  # fmt: skip
"""Tags that begin a line."""
_APART = frozenset({"p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
"""Tags that leave a line empty."""
_RULE = "-----"
_CUT = re.compile(r"""(?i)\b(?:id|class)\s{0,3}=\s{0,3}["']?(?:x_)?(?:divRplyFwdMsg|OutlookMessageHeader)""")
"""What Outlook writes between an answer and the letter that it answers."""


def readable(page: str) -> str:
    """The text of a page, a block on a line of its own, entities read, quotations behind `>`."""
    page = _COMMENT.sub("", _UNSEEN.sub(" ", page[:LONGEST]))
    lines = [""]
    depth = end = 0
    for tag in _TAG.finditer(page):
        lines[-1] += page[end : tag.start()]
        end = tag.end()
        closes, name = bool(tag[1]), tag[2].lower()
        if name in _LINES:
            lines = _broken(lines, depth, empty=name in _APART)
        if name == "blockquote":
            depth = max(0, depth - 1) if closes else depth + 1
            lines[-1] = _mark(depth)
        if (name == "hr" or _CUT.search(tag.group())) and not closes:
            lines[-1] += _RULE
            lines.append(_mark(depth))
    lines[-1] += page[end:]
    return "\n".join(_plain(line) for line in lines)


def _broken(lines: list[str], depth: int, *, empty: bool) -> list[str]:
    mark = _mark(depth)
    lines[-1] = lines[-1].rstrip()
    if lines[-1].strip(" >"):
        lines += [mark, mark] if empty else [mark]
    return lines


def _mark(depth: int) -> str:
    return "> " if depth else ""


def _plain(line: str) -> str:
    return _BLANKS.sub(" ", html.unescape(line)).strip()
