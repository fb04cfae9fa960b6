"""Finds every link in a template as it is written, and looks at each in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from nurture.files.diagnosis import Fault
from nurture.templates.source import Piece, TemplateSource
from nurture.templates.written_links import HOLE, link_fault
from nurture.texts.brackets import change_enclosed

_TAG = re.compile(r"\{[{%#]")
_TAG_ENDS = {"{{": re.compile(r"\}\}"), "{%": re.compile(r"%\}"), "{#": re.compile(r"#\}")}
_TITLE = r"[\"'(][^\n]{0,500}?[\"')]"
_TARGET = r"<([^<>\n]*+)>|((?:[^()\n \t]++|\([^()\n]*+\)|[ \t]++)*?)"
_INLINE = re.compile(rf"\]\((?:[ \t]*+(?:{_TARGET})(?:[ \t]++{_TITLE})?|[ \t]++(){_TITLE})[ \t]*+\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s>]+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_PATTERNS = {"md": (_INLINE, _REFERENCE), "html": (_ATTRIBUTE,), "txt": ()}
_CODE = re.compile(r"^```|`(?=[^`\n]++`)|<!--", re.MULTILINE)
_CODE_ENDS = {
    "```": re.compile(r"^```", re.MULTILINE),
    "`": re.compile(r"`"),
    "<!--": re.compile(r"-->"),
}
_ON_THE_LINE = re.compile(r"[^\n]")


def wrong_links(source: TemplateSource) -> list[Fault]:
    """One fault for each link that leads nowhere."""
    return [fault for piece in (source.body,) for fault in _in_piece(source, piece)]


def _in_piece(source: TemplateSource, piece: Piece) -> Iterator[Fault]:
    # Each tag becomes one hole and blanks, so that everything keeps its place.
    text = change_enclosed(piece.text, _TAG, _TAG_ENDS, change=lambda tag: _ON_THE_LINE.sub(HOLE, tag))
    text = change_enclosed(text, _CODE, _CODE_ENDS, change=lambda code: _ON_THE_LINE.sub(" ", code))
    for found in (match for pattern in _PATTERNS[source.kind] for match in pattern.finditer(text)):
        index = found.lastindex or 0
        told = link_fault(unescape(re.sub(f"{HOLE}+", HOLE, found[index])))
        if told is not None:
            line = piece.line + text.count("\n", 0, found.start(index))
            written = piece.text[found.start(index) : found.end(index)].split("\n")[0]
            yield source.fault("NUR422", told[0], line, written or found[0].split("\n")[0], told[1])
