"""Finds every link in a template as it is written, and looks at each in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from nurture.diagnose import Fault
from nurture.template_source import Piece, TemplateSource
from nurture.written_links import HOLE, link_fault

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TITLE = r"(?:[ \t]+[\"'(][^\n]*?[\"')])?"
_INLINE = re.compile(rf"\]\([ \t]*(?:<([^>\n]*)>|((?:[^()\n]|\([^()\n]*\))*?)){_TITLE}[ \t]*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s>]+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_PATTERNS = {"md": (_INLINE, _REFERENCE), "html": (_ATTRIBUTE,), "txt": ()}
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`|<!--.*?-->", re.DOTALL | re.MULTILINE)


def wrong_links(source: TemplateSource) -> list[Fault]:
    """One fault for each link that leads nowhere."""
    return [fault for piece in (source.body,) for fault in _in_piece(source, piece)]


def _in_piece(source: TemplateSource, piece: Piece) -> Iterator[Fault]:
    # Each tag becomes one hole and blanks, so that everything keeps its place.
    text = _TAG.sub(lambda tag: HOLE + re.sub(r"[^\n]", HOLE, tag[0][1:]), piece.text)
    text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    for found in (match for pattern in _PATTERNS[source.kind] for match in pattern.finditer(text)):
        index = found.lastindex or 0
        told = link_fault(unescape(re.sub(f"{HOLE}+", HOLE, found[index])))
        if told is not None:
            line = piece.line + text.count("\n", 0, found.start(index))
            written = piece.text[found.start(index) : found.end(index)].split("\n")[0]
            yield source.fault("NUR422", told[0], line, written or found[0].split("\n")[0], told[1])
