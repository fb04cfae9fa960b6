"""Prepares templates once: Markdown, layout and CSS are put together while Jinja's tags are hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from css_inline import CSSInliner
from jinja2 import Template, TemplateSyntaxError
from markdown_it.token import Token

from nurture.files.diagnosis import Fault
from nurture.templates.check import check_tags
from nurture.templates.markdown import misplaced_tags, parse_markdown, to_html
from nurture.templates.markdown import pictures_without_alt as markdown_pictures_without_alt
from nurture.templates.rules import (
    Sources,
    faults_of_families,
    hand_written,
    tags_out_of_place,
    without_way_out,
)
from nurture.templates.sandbox import prepared_sandbox
from nurture.templates.shelter import Shelter
from nurture.templates.source import Piece, TemplateSource, nearest
from nurture.templates.text import to_text

SIGNATURE = "-- \n"
"""Stands before the footer of a text part, so that mail programs can fold it (RFC 3676, 4.3)."""

SLOTS = ("preheader", "body", "footer")
HEADING = "heading"
"""A slot that a layout may have besides: the subject as the heading of a mail that has none of its own."""
_SLOT = re.compile(r"\{%[ \t]*block[ \t]+(?P<slot>\w+)[ \t]*%\}[ \t]*\{%[ \t]*endblock[ \t]*+\w*+[ \t]*%\}")

# Rules for dark mode and small screens cannot be inlined; they stay in the head.
_MARK = re.compile(r"<!--slot (\w+)-->")
_INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
_HTML = prepared_sandbox(html=True)
_PLAIN = prepared_sandbox(html=False)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A part without tags: the same for every lead."""

    text: str

    def render(self, names: Mapping[str, Any]) -> str:
        """Answer the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Prepared:
    """One language variant of a template, compiled in its four parts."""

    subject: Template | Fixed
    preheader: Template | Fixed
    html: Template
    text: Template


@dataclass(frozen=True, slots=True)
class Assembled:
    """A mail put together, its tags still hidden and its CSS not yet inlined."""

    html: str
    text: str
    shelter: Shelter


@dataclass(slots=True)
class Shelf:
    """The files of the templates folder: templates, layouts and footers; and the hand-written text parts."""

    templates: Sources
    texts: Sources
    known: Mapping[str, Any]
    checked: dict[str, list[Fault]] = field(default_factory=dict)  # per path, so that a layout is read once


def inline_css(html: str) -> str:
    """Move the rules of the page's style tags onto its elements; at-rules stay at the end of the head.

    The inliner puts them first, where they push the charset out of the first 1,024 bytes, in which HTML
    wants it (https://html.spec.whatwg.org/#charset).
    """
    before, head, after = _INLINER.inline(html).partition("<head>")
    if not after.startswith("<style>"):
        return before + head + after
    rules, end, rest = after.partition("</style>")
    top, close, body = rest.partition("</head>")
    return f"{before}{head}{top}{rules}{end}{close}{body}"


def prepare(shelf: Shelf) -> tuple[dict[tuple[str, str], Prepared], list[Fault]]:
    """Prepare every template of the shelf. Answers those without errors, and all faults."""
    prepared: dict[tuple[str, str], Prepared] = {}
    faults = faults_of_families(shelf.templates, shelf.texts)
    for key, source in shelf.templates.items():
        try:
            ready, found = _prepare(shelf, source)
        except Exception as error:  # `check` never ends with a traceback, whatever a file holds
            help = "take parts of it out until it can be read; the last one taken is the reason"
            message = f"the template cannot be read ({type(error).__name__})"
            ready, found = None, [source.fault("NUR404", message, 1, help=help)]
        prepared |= {key: ready} if ready else {}
        faults += found
    return prepared, faults


def _prepare(shelf: Shelf, source: TemplateSource) -> tuple[Prepared | None, list[Fault]]:
    if source.is_part:
        return None, check_source(shelf, source)
    assembled, found = assemble(shelf, source)
    if assembled is None:
        return None, found
    ready, more = _finish(shelf, source, assembled)
    return ready, [*found, *more]


def check_source(shelf: Shelf, source: TemplateSource) -> list[Fault]:
    """Check the tags and pictures of one file; the result is kept, since a layout is part of many mails."""
    if source.path not in shelf.checked:
        shelf.checked[source.path] = _check(shelf, source)
    return shelf.checked[source.path]


def _check(shelf: Shelf, source: TemplateSource) -> list[Fault]:
    known = dict(shelf.known)
    if source.matter is None or source.matter.asset is None:
        del known["asset"]
    # Slots are blanked, so that `block` in any other place is found as a tag that layouts do not have.
    body = Piece(_SLOT.sub("", source.body.text), source.body.line)
    faults = [
        fault
        for piece in (source.subject, source.preheader, body)
        for fault in check_tags(source, piece, known)
    ]
    return faults if _errors(faults) or source.kind != "html" else [*faults, *hand_written(source)]


def assemble(shelf: Shelf, source: TemplateSource) -> tuple[Assembled | None, list[Fault]]:
    """Put one template into its layout, or take it as written. Answers None when it has errors."""
    return _assemble_markdown(shelf, source) if source.kind == "md" else _assemble_html(shelf, source)


def _assemble_html(shelf: Shelf, source: TemplateSource) -> tuple[Assembled | None, list[Fault]]:
    faults = check_source(shelf, source)
    text = shelf.texts.get((source.name, source.language))
    if text is None:
        help = f"write {source.path.replace('.html.j2', '.txt.j2')}; some people read no HTML"
        return None, [*faults, source.fault("NUR411", "the mail has no text part", 1, help=help)]
    faults = [*faults, *check_source(shelf, text)]
    if _errors(faults):
        return None, faults
    shelter = Shelter.for_texts(source.text, text.text)
    html, crowded = _hide(shelter, source, source.body)
    words = shelter.hide(text.body)
    return (None if crowded else Assembled(shelter.as_comments(html), words, shelter)), [*faults, *crowded]


def _assemble_markdown(shelf: Shelf, source: TemplateSource) -> tuple[Assembled | None, list[Fault]]:
    faults = list(check_source(shelf, source))
    layout = nearest(shelf.templates, "layout", source)
    footer = nearest(shelf.templates, "footer", source)
    if layout is None or footer is None:
        part = "layout.html.j2" if layout is None else "footer.md.j2"
        help = f"write templates/{part}"
        return None, [*faults, source.fault("NUR413", f"there is no {part} to put the mail in", 1, help=help)]
    if _errors([*faults, *check_source(shelf, layout), *check_source(shelf, footer)]):
        return None, faults
    shelter = Shelter.for_texts(source.text, layout.text, footer.text)
    body, found = _markdown(shelter, source)
    end, more = _markdown(shelter, footer)
    headed = any(token.type == "heading_open" and token.tag == "h1" for token in body)
    frame, wrong = _frame(shelter, layout, "" if headed else "<h1>{{ subject }}</h1>")
    faults += [*found, *more, *wrong]
    if _errors(faults):
        return None, faults
    slots = {"body": to_html(body), "footer": to_html(end)}
    html = _MARK.sub(lambda slot: slots[slot[1]], frame)
    return Assembled(html, f"{to_text(body)}\n{SIGNATURE}{to_text(end)}", shelter), faults


def _markdown(shelter: Shelter, source: TemplateSource) -> tuple[list[Token], list[Fault]]:
    text, faults = _hide(shelter, source, source.body)
    if faults:
        return [], faults
    tokens = parse_markdown(text, shelter)
    for message, tag in misplaced_tags(tokens, shelter, text):
        help = "keep if, else and endif (for and endfor) side by side, at the same indent"
        faults.append(source.fault("NUR414", message, tag.line, tag.word, help))
    for at in markdown_pictures_without_alt(tokens):
        # Hidden tags may span lines, so the line is looked up by the picture itself.
        help = "write what it shows between the brackets: ![A chart of ...](...)"
        faults.append(source.fault("NUR412", "a picture has no alt text", source.body.line + at, "![", help))
    return tokens, faults


def _frame(shelter: Shelter, layout: TemplateSource, heading: str) -> tuple[str, list[Fault]]:
    """The layout with its slots marked; the preheader and the heading are values like any other."""
    values = {"preheader": "{{ preheader }}", HEADING: heading}

    def mark(slot: re.Match[str]) -> str:
        return values.get(slot["slot"], f"<!--slot {slot['slot']}-->")

    slots = [slot["slot"] for slot in _SLOT.finditer(layout.body.text)]
    missing = [slot for slot in SLOTS if slots.count(slot) != 1]
    if missing or len(slots) - (slots.count(HEADING) == 1) != len(SLOTS):
        help = "a layout has {% block preheader %}, {% block body %}, {% block footer %}, each closed, once"
        words = ", ".join(missing) or "others"
        return "", [
            layout.fault("NUR415", f"the layout's blocks are not as they should be: {words}", 1, help=help)
        ]
    html, crowded = _hide(shelter, layout, Piece(_SLOT.sub(mark, layout.body.text), layout.body.line))
    return shelter.as_comments(html), crowded


def _hide(shelter: Shelter, source: TemplateSource, piece: Piece) -> tuple[str, list[Fault]]:
    shelter.crowded.clear()
    text = shelter.hide(piece)
    help = "give it a line of its own, or write a value: {{ a if b else c }}"
    return text, [
        source.fault("NUR414", f"`{tag.word}` shares its line with other text", tag.line, tag.word, help)
        for tag in shelter.crowded
    ]


def _finish(
    shelf: Shelf, source: TemplateSource, assembled: Assembled
) -> tuple[Prepared | None, list[Fault]]:
    """Inline the CSS, bring the tags back and compile."""
    shelter = assembled.shelter
    html = inline_css(assembled.html)
    if faults := tags_out_of_place(source, shelter, assembled.html, html):
        return None, faults
    home = (nearest(shelf.templates, "footer", source) if source.kind == "md" else None) or source
    faults = without_way_out(source, home, shelter, (html, assembled.text))
    try:
        return Prepared(
            _plain(source.subject.text),
            _plain(source.preheader.text),
            _HTML.from_string(shelter.restore_html(html)),
            _PLAIN.from_string(shelter.restore_text(assembled.text)),
        ), faults
    except TemplateSyntaxError as error:
        return None, [source.fault("NUR404", error.message or "the tags cannot be compiled", 1)]


def _plain(text: str) -> Template | Fixed:
    shelter = Shelter.for_texts(text)
    template = _PLAIN.from_string(shelter.restore_text(shelter.hide(Piece(text))))
    return template if "{" in text else Fixed(template.render())


def _errors(faults: list[Fault]) -> bool:
    return any(fault.severity == "error" for fault in faults)
