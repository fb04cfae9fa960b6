"""The rules a mail must keep: where values may stand, a way out, pictures with words, variants that agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from nurture.diagnose import Fault
from nurture.shelter import Shelter
from nurture.template_source import TemplateSource
from nurture.words import Purpose

_WAY_OUT = re.compile(r"\bunsubscribe_url\b")
_HREF = re.compile(r'href="([^"]*)"')

Sources = Mapping[tuple[str, str], TemplateSource]


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


def pictures_without_alt(source: TemplateSource) -> list[Fault]:
    """Hand-written HTML must give each picture an `alt` attribute, even an empty one."""
    reader = _Reader("")
    reader.feed(source.body.text)
    help = 'write alt="..."; leave it empty for a picture that only decorates'
    start = source.body.line - 1
    return [
        source.fault("NUR412", "a picture has no alt text", start + line, "<img", help)
        for line in reader.bare
    ]


def tags_out_of_place(source: TemplateSource, shelter: Shelter, before: str, after: str) -> list[Fault]:
    """Tags must survive HTML parsing where they were, and values stand only in text, links and attributes."""
    if shelter.order(before) != shelter.order(after):
        help = "a tag names no element; in tables it stands between rows or inside a cell"
        return [source.fault("NUR416", "a tag stands where HTML allows none", 1, help=help)]
    reader = _Reader(shelter.prefix)
    reader.feed(after)
    help = "put values into text, or into attributes such as href, alt and title"
    return [
        source.fault("NUR416", f"`{{{{ {shelter.values[word].inside} }}}}` stands in {place}", 1, help=help)
        for place, text in reader.risky
        for word in shelter.order(text)
        if word in shelter.values
    ]


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


class _Reader(HTMLParser):
    """Notes pictures without words, and hidden values in places that escaping does not protect."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix
        self.bare: list[int] = []
        self.risky: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and "alt" not in dict(attrs):
            self.bare.append(self.getpos()[0])
        for name, value in attrs:
            self.risky.append(("the name of an attribute", name))
            if name == "style" or name.startswith("on"):
                self.risky.append((f"a {name} attribute", value or ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.risky.append((f"a {self.cdata_elem} element", data))
