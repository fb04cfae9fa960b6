"""The rules a mail must keep: where values may stand, a link to unsubscribe, alt texts, matching variants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from nurture.files.diagnosis import Fault
from nurture.templates.links import addresses, bad_scheme, begins, css_addresses, may_go_on, refreshed
from nurture.templates.shelter import HOLE, Shelter, blanked
from nurture.templates.source import TemplateSource
from nurture.words import Purpose

_WAY_OUT = re.compile(r"\bunsubscribe_url\b")
_HREF = re.compile(r'href="([^"]*)"')

Sources = Mapping[tuple[str, str], TemplateSource]

DEEPEST = 300
"""How deep elements may be nested; the CSS inliner fails silently at some ten thousand."""
RISKY = frozenset({"style", "http-equiv"})
"""Attributes whose values are in a language of their own, for which escaping is not enough."""
# Elements that hold nothing, or that end by themselves where the next one begins.
_ALONE = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option",
    "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
})  # fmt: skip


def faults_of_families(templates: Sources, texts: Sources) -> list[Fault]:
    """A variant needs the plain file, with the same purpose and asset; a text part needs its HTML."""
    faults: list[Fault] = []
    for (name, language), source in templates.items():
        plain = templates.get((name, ""))
        if plain is None:
            help = f"add {name}.{source.kind}.j2 in the policy's language, which serves every other lead"
            faults.append(source.fault("NUR408", f"`{name}` has only the variant `{language}`", 1, help=help))
        elif _bond(source) != _bond(plain):
            help = f"make purpose and asset the same as in {plain.path}"
            faults.append(source.fault("NUR409", "the variants differ in purpose or asset", 1, help=help))
    for key, text in texts.items():
        if key not in templates:
            help = "a mail of text alone is written as .md.j2"
            faults.append(text.fault("NUR410", "this text part has no .html.j2 beside it", 1, help=help))
    return faults


def _bond(source: TemplateSource) -> tuple[Purpose, str | None] | None:
    return (source.matter.purpose, source.matter.asset) if source.matter else None


def hand_written(source: TemplateSource) -> list[Fault]:
    """Faults of hand-written HTML, each in its line: pictures without alt text, scripts, deep nesting."""
    reader = HtmlReader(HOLE)
    reader.read(blanked(source.body.text))
    help = 'write alt="..."; leave it empty for a picture that only decorates'
    start = source.body.line - 1
    bare = [
        source.fault("NUR412", "a picture has no alt text", start + line, "<img", help)
        for line in reader.bare
    ]
    return [*bare, *(_fault(source, found, start + found.line) for found in reader.found)]


def _fault(source: TemplateSource, found: Found, line: int) -> Fault:
    help = "link to https://, mailto: or tel:; begin with one of them, with / or with a value"
    return source.fault(found.code, found.message, line, found.word, help)


def tags_out_of_place(source: TemplateSource, shelter: Shelter, before: str, after: str) -> list[Fault]:
    """Tags must survive HTML parsing where they were, and values stand only in text, links and attributes."""
    if shelter.order(before) != shelter.order(after):
        help = "a tag names no element; in tables it stands between rows or inside a cell"
        return [source.fault("NUR416", "a tag stands where HTML allows none", 1, help=help)]
    reader = HtmlReader(shelter.prefix)
    reader.read(after)
    help = "put values into text, or into attributes such as href, alt and title"
    risky = [
        source.fault("NUR416", f"`{{{{ {shelter.values[word].inside} }}}}` stands in {place}", 1, help=help)
        for place, text in reader.risky
        for word in shelter.order(text)
        if word in shelter.values
    ]
    return [*risky, *(_fault(source, found, 1) for found in reader.found)]


def without_way_out(
    source: TemplateSource, home: TemplateSource, shelter: Shelter, parts: Sequence[str]
) -> list[Fault]:
    """Marketing mail carries its unsubscribe link in both parts (HTML first); the fault stands in `home`."""
    if source.matter is None or source.matter.purpose is Purpose.SERVICE:
        return []
    html, text = parts
    ways = {word for word, value in shelter.values.items() if _WAY_OUT.search(value.inside)}
    linked = any(word in link for link in _HREF.findall(html) for word in ways)
    if linked and ways & set(shelter.order(text)):
        return []
    help = "add [Unsubscribe]({{ unsubscribe_url }}); a mail nobody can leave must not go out"
    return [home.fault("NUR417", "marketing mail has no unsubscribe link", home.body.line, help=help)]


class Found(NamedTuple):
    """Something that no mail may hold, in its line of what was read; the caret goes under `word`."""

    code: str
    message: str
    line: int
    word: str


class HtmlReader(HTMLParser):
    """Notes pictures without alt text, forbidden addresses, and values where escaping does not protect.

    `hole` is how each value begins: the prefix of its placeholder, or a character in its place.
    """

    def __init__(self, hole: str) -> None:
        super().__init__()
        self.hole = hole
        self.line = 0  # of what is read within something else
        self.depth = 0
        self.bare: list[int] = []
        self.risky: list[tuple[str, str]] = []
        self.found: list[Found] = []

    def read(self, html: str) -> None:
        """Read a whole text; what the standard library cannot read is noted as well."""
        try:
            self.feed(html)
            self.close()
        except AssertionError:  # raised for a declaration such as `<![x`
            self._note("NUR416", "a declaration cannot be read", "<!")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes of one element."""
        self._open(tag)
        values = {name: value or "" for name, value in attrs}
        if tag == "img" and "alt" not in values:
            self.bare.append(self.getpos()[0])
        for name, value in attrs:
            self.risky.append(("the name of an attribute", name))
            if name in RISKY or name.startswith("on"):
                self.risky.append((f"a {name} attribute", value or ""))
            for address in addresses(name, value or ""):
                self._address(address, name)
            if name == "style":
                self._style(value or "")
            if name == "srcdoc":
                self._note("NUR420", "a mail holds no page of its own", name)
        if tag == "meta" and values.get("http-equiv", "").strip().lower() == "refresh":
            content = values.get("content", "")
            self.risky.append(("a meta refresh", content))
            self._address(refreshed(content), "content")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        if tag not in _ALONE:
            self.depth = max(0, self.depth - 1)

    def handle_comment(self, data: str) -> None:
        """Outlook reads what stands in a comment such as `<!--[if mso]>`."""
        if data.lstrip().startswith("["):
            inner = HtmlReader(self.hole)
            inner.line = self.line + self.getpos()[0] - 1
            inner.read(data)
            self.risky += inner.risky
            self.found += inner.found

    def handle_data(self, data: str) -> None:
        """Look at what scripts and styles hold."""
        if self.cdata_elem:
            self.risky.append((f"a {self.cdata_elem} element", data))
        if self.cdata_elem == "style":
            self._style(data)

    def _open(self, tag: str) -> None:
        if tag in _ALONE:
            return
        self.depth += 1
        if self.depth == DEEPEST:
            self._note("NUR416", "the elements are nested too deeply", f"<{tag}")

    def _style(self, css: str) -> None:
        for address in css_addresses(css):
            self._address(address, "url")

    def _address(self, address: str, word: str) -> None:
        start, hole, _ = address.partition(self.hole)
        if scheme := bad_scheme(start):
            self._note("NUR420", f"a mail links to nothing that begins with `{scheme[:30]}:`", word)
        elif f"{self.hole}t" in address:
            self._note("NUR416", "a tag stands in a link; write a value instead", word)
        elif hole and not (begins(start) or may_go_on(start)):
            self._note("NUR416", "a value stands where it could choose what the link is", word)

    def _note(self, code: str, message: str, word: str) -> None:
        self.found.append(Found(code, message, self.line + self.getpos()[0], word))
