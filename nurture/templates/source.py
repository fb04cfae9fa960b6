"""Reads a template file: its name and language, its front matter, and its body at its own lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nurture.files.diagnosis import Fault
from nurture.files.source import Strict, load_yaml, place, validate
from nurture.words import Purpose

SHELF = "templates/"
PARTS = {"layout": "html", "footer": "md"}
"""Files of these names, in these formats, frame the templates beside and below them."""

MOST_PLACES = 100
"""So many places of a word are looked at in one line."""
TAGS = (("{{", "}}"), ("{%", "%}"))

_FILE_NAME = re.compile(
    r"(?P<name>[^.]{1,250}+)(?:\.(?P<language>[a-z]{2,3}(?:-[A-Z]{2})?))?\.(?P<kind>md|html|txt)\.j2"
)
_FENCE = re.compile(r"\A---[ \t]*\n(?P<matter>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class FrontMatter(Strict):
    """What stands between the `---` lines at the top of a template."""

    subject: str
    preheader: str = ""
    purpose: Purpose = Purpose.MARKETING
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of template text and the line of the file it begins at."""

    text: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One file of the templates shelf. `matter` is None for layouts, footers and text parts."""

    path: str
    name: str
    language: str  # empty for the policy's language
    kind: str  # md, html or txt
    text: str
    body: Piece
    matter: FrontMatter | None = None
    subject: Piece = Piece("")
    preheader: Piece = Piece("")

    @property
    def folder(self) -> str:
        """The folder of the template's name, empty at the top of the shelf."""
        return self.name.rpartition("/")[0]

    @property
    def is_part(self) -> bool:
        """A layout or a footer, not a template of its own."""
        return self.name.rpartition("/")[2] in PARTS

    def fault(self, code: str, message: str, line: int, word: str = "", help: str = "") -> Fault:
        """Answer a fault on a line of this file, with the caret under `word` when the line has it."""
        lines = self.text.split("\n")
        shown = lines[line - 1] if line <= len(lines) else ""
        column = _place(shown, word) + 1 if word else 0
        width = len(word) if column else max(1, len(shown.strip()))
        column = column or len(shown) - len(shown.lstrip()) + 1
        return Fault(code, message, self.path, line, column, width, help, source_line=shown)


def _place(shown: str, word: str) -> int:
    """Where a line has the word, rather whole and within a tag than as a part of the text; -1 for nowhere."""
    places: list[int] = []
    at = shown.find(word)
    while at >= 0 and len(places) < MOST_PLACES:
        places.append(at)
        at = shown.find(word, at + 1)

    def fits(at: int) -> tuple[bool, bool]:
        around = shown[at - 1 : at] + shown[at + len(word) : at + len(word) + 1]
        whole = not any(one.isalnum() or one == "_" for one in around)
        inside = any(shown.rfind(open_, 0, at) > shown.rfind(close, 0, at) for open_, close in TAGS)
        return whole and inside, whole

    return max(places, key=fits, default=-1)


def read_sources(files: Mapping[str, str]) -> tuple[list[TemplateSource], list[Fault]]:
    """Read every file below `templates/`, in the order of their paths."""
    sources: list[TemplateSource] = []
    faults: list[Fault] = []
    for path in sorted(path for path in files if path.startswith(SHELF)):
        source, found = read_source(path, files[path])
        sources += [source] if source else []
        faults += found
    return sources, faults


def read_source(path: str, text: str) -> tuple[TemplateSource | None, list[Fault]]:
    """Read one file; a name or a front matter that cannot be understood is a fault."""
    named = _FILE_NAME.fullmatch(path.removeprefix(SHELF))
    if named is None:
        help = "name it like deliver.md.j2 or deliver.fr.md.j2; pictures belong on your web site"
        return None, [Fault("NUR401", "this is not a template", path, help=help)]
    text = text.replace("\r\n", "\n")
    part = named["name"].rpartition("/")[2]
    if part in PARTS and named["kind"] != PARTS[part]:
        help = f"write it as {part}.{PARTS[part]}.j2"
        return None, [Fault("NUR401", f"a {part} is not written in {named['kind']}", path, help=help)]
    name, language, kind = named["name"], named["language"] or "", named["kind"]
    bare = TemplateSource(path, name, language, kind, text, Piece(text))
    return (bare, []) if bare.is_part or kind == "txt" else _with_front_matter(bare)


def _with_front_matter(bare: TemplateSource) -> tuple[TemplateSource | None, list[Fault]]:
    fence = _FENCE.match(bare.text)
    if fence is None:
        help = "begin the file with: ---, subject: ..., ---"
        return None, [bare.fault("NUR402", "the template has no front matter", 1, help=help)]
    # The first fence becomes an empty line, so that the places of faults are those of the file.
    node, faults = load_yaml(bare.path, "\n" + fence["matter"])
    if node is None:
        return None, faults
    matter, faults = validate(FrontMatter, node, bare.path)
    if matter is None:
        return None, faults
    if not matter.subject.strip():
        line, _, _ = place(node, ("subject",))
        return None, [bare.fault("NUR403", "the subject is empty", line, "subject", "a mail needs a subject")]
    body = Piece(bare.text[fence.end() :], bare.text[: fence.end()].count("\n") + 1)
    source = TemplateSource(
        bare.path,
        bare.name,
        bare.language,
        bare.kind,
        bare.text,
        body,
        matter,
        Piece(matter.subject, place(node, ("subject",))[0]),
        Piece(matter.preheader, place(node, ("preheader",))[0]),
    )
    return source, []


def languages_to_try(language: str) -> tuple[str, ...]:
    """Answer which variants may serve a language, best first: `fr-CA`, `fr`, then the plain file."""
    return tuple(dict.fromkeys((language, language.partition("-")[0], "")))


def nearest(
    sources: Mapping[tuple[str, str], TemplateSource], part: str, source: TemplateSource
) -> TemplateSource | None:
    """Answer the layout or footer that frames a template: of its folder or one above, in its language."""
    folders = source.folder.split("/") if source.folder else []
    for depth in range(len(folders), -1, -1):
        name = "/".join([*folders[:depth], part])
        for language in languages_to_try(source.language):
            if (name, language) in sources:
                return sources[name, language]
    return None
