"""Which attributes of HTML hold addresses, and which addresses are allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.texts.brackets import change_enclosed

LINKS = frozenset({
    "action", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction", "href", "icon",
    "longdesc", "lowsrc", "manifest", "poster", "profile", "src", "usemap", "xlink:href",
})  # fmt: skip
"""Attributes that hold one address."""
LISTS = frozenset({"archive", "imagesrcset", "ping", "srcset"})
"""Attributes that hold several, parted by blanks; commas and sizes may stand between them."""
SAFE = frozenset({"http", "https", "mailto", "tel", "cid"})
"""What an address may begin with; `cid` names a part of the mail itself."""

# Programs that show mail skip these in front of an address and inside its scheme (WHATWG URL, 4.4).
_SKIPPED = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]+")
_SCHEME = re.compile(r"\A([^/?#:]*+):")
_SETTLED = re.compile(r"\A[^:/?#]*+[/?#]")
_LISTED = re.compile(r"(?:^|\s)(?:[\d.]+[wxh],)?,*([^\s,]\S*)")
_REFRESH = re.compile(r"""[\s\d.]*[;,]?\s*(?:url\s*=\s*)?["']?(.*)""", re.IGNORECASE | re.DOTALL)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CSS_NOTE = re.compile(r"/\*")
_CSS_NOTE_ENDS = {"/*": re.compile(r"\*/")}
_CSS_LINK = re.compile(r"""(?:url\(\s*|@import\s+|src\(\s*)["']?([^"')]*)""", re.IGNORECASE)


def bad_scheme(address: str) -> str:
    """Answer what an address begins with when no mail may link to it, such as `javascript`; else nothing."""
    found = _SCHEME.match(_SKIPPED.sub("", address))
    return found[1].lower() if found and found[1].lower() not in SAFE else ""


def may_go_on(start: str) -> bool:
    """Whether a value may follow this start of an address without choosing what the address is."""
    bare = _SKIPPED.sub("", start)
    found = _SCHEME.match(bare)
    return found[1].lower() in SAFE if found else _SETTLED.match(bare) is not None


def begins(start: str) -> bool:
    """Whether a value after this text is the first thing of the address."""
    return not _SKIPPED.sub("", start)


def addresses(name: str, value: str) -> Iterator[str]:
    """The addresses in an attribute; none when it holds no address."""
    if name in LINKS:
        yield value
    elif name in LISTS:
        yield from (found[1] for found in _LISTED.finditer(value))


def refreshed(content: str) -> str:
    """The address in the content of `<meta http-equiv="refresh">`."""
    found = _REFRESH.match(content)
    return found[1] if found else ""


def css_addresses(css: str) -> Iterator[str]:
    """What a style fetches: url(...) and @import, whatever escapes they are written with."""
    text = _CSS_ESCAPE.sub(_unescaped, change_enclosed(css, _CSS_NOTE, _CSS_NOTE_ENDS, lambda note: ""))
    return (found[1] for found in _CSS_LINK.finditer(text))


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"
