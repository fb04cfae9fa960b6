"""Replaces Jinja's tags by placeholders, which Markdown and the CSS inliner keep, and restores them after."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nurture.templates.links import LINKS, LISTS, begins
from nurture.templates.sandbox import BLOCK, BLOCK_END, NOTE, VALUE, VALUE_END, authors_sandbox
from nurture.templates.source import Piece
from nurture.texts.brackets import change_enclosed

# Tags vanish with their whole line, so `{%-` and `-%}` have nothing left to trim.
_TRIM_MARKS = re.compile(r"(?P<open>\{[{%#])[-+]|[-+](?P<close>[%#}]\})")
HOLE = "\ufffc"
"""Stands for each character of a tag where only the HTML around it is looked at."""
_ELEMENT = re.compile(r"""<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:(\s*+=\s*+)("[^"]*+"|'[^']*+'|[^\s"'<>`]++))?""")
"""An attribute, or a name alone, so that no letter is matched twice."""
_TEXT_NAMES = ("title", "textarea", "style", "script")
_TEXT_ONLY = re.compile(rf"<(?a:{'|'.join(_TEXT_NAMES)})\b|<!--", re.IGNORECASE)
"""What begins a stretch in which no element can stand."""
_TEXT_ENDS = {
    "<!--": re.compile(r"-->"),
    **{f"<{name}": re.compile(rf"</{name}\s*+>", re.IGNORECASE | re.ASCII) for name in _TEXT_NAMES},
}
_ON_THE_LINE = re.compile(r"[^\n]")
_MARKS = dict.fromkeys(
    [ord(BLOCK), ord(BLOCK_END), ord(VALUE), ord(VALUE_END), *range(ord(NOTE), ord(NOTE) + 2)]
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One hidden tag: its placeholder, what stands inside it, and its line in the file."""

    placeholder: str
    inside: str
    line: int

    @property
    def word(self) -> str:
        """The first word of a block tag: `if`, `for`, `endif`."""
        return self.inside.split(None, 1)[0]


@dataclass(slots=True)
class Shelter:
    """The hidden tags of all texts that are put together into one mail."""

    prefix: str
    values: dict[str, Hidden] = field(default_factory=dict)
    tags: dict[str, Hidden] = field(default_factory=dict)
    crowded: list[Hidden] = field(default_factory=list)  # block tags that share their line with other text

    @classmethod
    def for_texts(cls, *texts: str) -> Shelter:
        """Answer a shelter whose placeholders cannot occur in these texts."""
        digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
        # Lower-case letters and digits only: neither Markdown, URL nor HTML rewriting touches them.
        return cls(f"jinja{digest[:12]}")

    def hide(self, piece: Piece) -> str:
        """Answer the text with a placeholder for each tag; comments are dropped.

        Raises jinja2.TemplateSyntaxError where a tag is not closed.
        """
        text = _TRIM_MARKS.sub(
            lambda mark: (mark["open"] or "") + (mark["close"] or ""), piece.text.translate(_MARKS)
        )
        parts: list[str] = []
        for span in _spans(text):
            line = piece.line + text.count("\n", 0, span.start)
            if span.kind == "value":
                parts.append(self._keep_value(span.inside, line))
            elif span.kind == "tag":
                parts.append(self._keep_tag(span.inside, line, alone=_alone(text, span)))
            elif span.kind == "text":
                parts.append(span.inside)
        return "".join(parts)

    def _keep_value(self, inside: str, line: int) -> str:
        placeholder = f"{self.prefix}v{len(self.values)}x"
        self.values[placeholder] = Hidden(placeholder, inside.strip(), line)
        return placeholder

    def _keep_tag(self, inside: str, line: int, *, alone: bool) -> str:
        placeholder = f"{self.prefix}t{len(self.tags)}x"
        self.tags[placeholder] = Hidden(placeholder, inside.strip(), line)
        if not alone:
            self.crowded.append(self.tags[placeholder])
        return placeholder

    def order(self, text: str) -> list[str]:
        """Answer the placeholders of a text as they stand in it."""
        return re.findall(rf"{self.prefix}[vt]\d+x", text)

    def is_tag(self, word: str) -> bool:
        """Whether a word is the placeholder of a block tag."""
        return word in self.tags

    def restore_text(self, text: str) -> str:
        """Answer plain text with its tags back, ready to be compiled."""
        text = self._values(text.translate(_MARKS), "shown")
        return self._tags(text, rf"{self.prefix}t\d+x")

    def restore_html(self, page: str) -> str:
        """Answer HTML with its tags back, ready to be compiled; values in links are checked as links."""
        page = _ELEMENT.sub(self._element, page.translate(_MARKS))
        page = change_enclosed(page, _TEXT_ONLY, _TEXT_ENDS, lambda text: self._values(text, "shown"))
        page = self._tags(page, rf"<!--{self.prefix}t\d+x-->|{self.prefix}t\d+x")
        return self._values(page, "shown_in_page")

    def as_comments(self, page: str) -> str:
        """Answer HTML whose hidden block tags are comments, which may stand between any two elements."""
        written = re.compile(rf"<!--.*?-->|({self.prefix}t\d+x)", re.DOTALL)
        return written.sub(lambda found: f"<!--{found[1]}-->" if found[1] else found[0], page)

    def _element(self, element: re.Match[str]) -> str:
        return element[0] if self.prefix not in element[0] else _ATTRIBUTE.sub(self._attribute, element[0])

    def _attribute(self, attribute: re.Match[str]) -> str:
        """The attribute with its values back where they are addresses; a value that begins one is one."""
        name, equals, written = attribute.groups()
        if written is None:
            return attribute[0]
        kind = name.lower()
        if kind not in LINKS and kind not in LISTS:
            return self._values(attribute[0], "shown")
        parted = re.split(rf"({self.prefix}v\d+x)", written)
        for at in range(1, len(parted), 2):
            before = html.unescape("".join(parted[:at]).lstrip("\"'"))
            first = begins(before) or (kind in LISTS and before[-1] in " ,\t\n\f\r")
            parted[at] = self._values(parted[at], "shown_as_url" if first else "shown_in_url")
        return f"{name}{equals}{''.join(parted)}"

    def _values(self, text: str, filter: str) -> str:
        def bring_back(found: re.Match[str]) -> str:
            inside = self.values[found[0]].inside
            return f"{VALUE}({inside}) | {filter}({json.dumps(inside)}){VALUE_END}"

        return re.sub(rf"{self.prefix}v\d+x", bring_back, text)

    def _tags(self, text: str, pattern: str) -> str:
        def bring_back(found: re.Match[str]) -> str:
            tag = self.tags[found[0].removeprefix("<!--").removesuffix("-->")]
            return f"{BLOCK} {tag.inside} {BLOCK_END}"

        return re.sub(pattern, bring_back, text)


def blanked(text: str) -> str:
    """Answer the text with a HOLE for every character of a tag; lines and columns stay what they are.

    Raises jinja2.TemplateSyntaxError where a tag is not closed.
    """
    return "".join(
        text[span.start : span.end]
        if span.kind == "text"
        else _ON_THE_LINE.sub(HOLE, text[span.start : span.end])
        for span in _spans(text)
    )


_Kind = Literal["text", "value", "tag", "note"]


@dataclass(frozen=True, slots=True)
class _Span:
    kind: _Kind
    inside: str
    start: int
    end: int


_BEGINS: Mapping[str, _Kind] = {"variable_begin": "value", "block_begin": "tag", "comment_begin": "note"}


def _spans(text: str) -> list[_Span]:
    spans: list[_Span] = []
    kind: _Kind = "text"
    inside, start, at = "", 0, 0
    for _, token, value in authors_sandbox().lex(text):
        if token in _BEGINS:
            kind, inside, start = _BEGINS[token], "", at
        elif token.endswith("_end"):
            spans.append(_Span(kind, inside, start, at + len(value)))
            kind = "text"
        elif kind == "text":
            spans.append(_Span(kind, value, at, at + len(value)))
        else:
            inside += value
        at += len(value)
    return spans


def _alone(text: str, span: _Span) -> bool:
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.end)
    around = text[line_start : span.start] + text[span.end : line_end if line_end >= 0 else None]
    return not around.strip()
