"""The templates of a release, prepared once, and rendered for one lead at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import TemplateError

from nurture.errors import NotFound, RenderError
from nurture.files.diagnosis import Fault
from nurture.quick import quick
from nurture.templates.addresses import wrong_links
from nurture.templates.foreign_tags import foreign_tags
from nurture.templates.names import Declared, known_names, lead_fields
from nurture.templates.prepare import Prepared, Shelf, prepare
from nurture.templates.rules import Sources
from nurture.templates.sandbox import LONGEST, header_line, one_line
from nurture.templates.source import TemplateSource, languages_to_try, read_sources
from nurture.words import Purpose

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """What a template is for. `languages` holds its variants, the policy's own language first."""

    name: str
    purpose: Purpose
    asset: str | None
    languages: tuple[str, ...]


@quick
class Rendered:
    """One message as one lead gets it, in the language that was chosen."""

    subject: str
    preheader: str
    pieces: Sequence[str]  # of the HTML, as the template gave them: most are the same for every lead
    text: str
    language: str

    @property
    def html(self) -> str:
        """The HTML as a whole."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """Every template of a release, ready to render."""

    prepared: Mapping[tuple[str, str], Prepared] = field(default_factory=dict)
    infos: Mapping[str, TemplateInfo] = field(default_factory=dict)
    default_language: str = "en"
    unknown_lead: Mapping[str, None] = field(default_factory=dict)  # declared fields, all unknown

    @property
    def names(self) -> frozenset[str]:
        """The templates a sequence may send, as `white-paper/deliver`."""
        return frozenset(self.infos)

    def info(self, name: str) -> TemplateInfo:
        """Answer what a template is for; raises NotFound."""
        if name not in self.infos:
            raise NotFound(f"there is no template `{name}`", hint="look in the templates folder")
        return self.infos[name]

    def spoken(self, name: str, language: str) -> str:
        """Answer the language that a reader of `language` gets this template in; raises NotFound."""
        return self._chosen(name, language) or self.default_language

    def render(self, name: str, language: str, context: Mapping[str, Any]) -> Rendered:
        """Answer one message. Raises RenderError for this lead's data only, NotFound for an unknown name."""
        chosen = self._chosen(name, language)
        prepared = self.prepared[name, chosen]
        spoken = chosen or self.default_language
        lead = {**self.unknown_lead, **context.get("lead", {})}
        names: dict[str, Any] = {**context, "lead": lead, "language": spoken}
        try:
            names["subject"] = subject = one_line(prepared.subject.render(names)).strip()
            names["preheader"] = preheader = one_line(prepared.preheader.render(names)).strip()
            pieces = list(prepared.html.generate(names))
            text = tidy_text(prepared.text.render(names))
        except Exception as error:
            # Whatever it is, it comes of this lead's data in this template: it fails no other's touch.
            raise _failed(name, spoken, error) from error
        return _checked(name, Rendered(header_line(subject), preheader, pieces, text, spoken))

    def _chosen(self, name: str, language: str) -> str:
        """The variant that serves a language; empty for the file without a language in its name."""
        self.info(name)
        return next(tried for tried in languages_to_try(language) if (name, tried) in self.prepared)


def compile_templates(
    files: Mapping[str, str], catalog: Declared | None = None, default_language: str = "en"
) -> tuple[TemplateSet, list[Fault]]:
    """Prepare every template below `templates/`. Answers those that can be used, and all faults.

    With a catalogue, the attributes, assets and webinars that templates name are checked against it.
    `default_language` is the policy's: what files without a language in their name are written in.
    """
    sources, faults = read_sources(files)
    templates, texts, twice = _by_key(sources)
    shelf = Shelf(templates, texts, known_names(catalog))
    prepared, found = prepare(shelf)
    refused = {fault.file for fault in found if fault.code in ("NUR416", "NUR420")}
    for source in sources:
        wrong = [fault for fault in wrong_links(source) if fault.file not in refused]
        found += [*foreign_tags(source), *wrong]
    infos = {
        name: _info(name, shelf.templates, default_language) for name, language in prepared if not language
    }
    usable = {key: value for key, value in prepared.items() if key[0] in infos}
    unknown = dict.fromkeys(lead_fields(catalog))
    return TemplateSet(usable, infos, default_language, unknown), list(
        dict.fromkeys([*faults, *twice, *found])
    )


def tidy_text(text: str) -> str:
    """Answer the text without the runs of empty lines that tags leave behind."""
    return _EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n"


def _by_key(sources: Sequence[TemplateSource]) -> tuple[Sources, Sources, list[Fault]]:
    """Templates and text parts by name and language; a second template of one name is a fault."""
    templates: dict[tuple[str, str], TemplateSource] = {}
    texts: dict[tuple[str, str], TemplateSource] = {}
    faults: list[Fault] = []
    for source in sources:
        shelf = texts if source.kind == "txt" else templates
        first = shelf.setdefault((source.name, source.language), source)
        if first is not source:
            help = f"remove it, or {first.path}"
            faults.append(source.fault("NUR418", f"there are two templates `{source.name}`", 1, help=help))
    return templates, texts, faults


def _info(name: str, sources: Sources, default_language: str) -> TemplateInfo:
    matter = sources[name, ""].matter
    assert matter is not None  # layouts and footers are never prepared
    variants = sorted(language for other, language in sources if other == name and language)
    return TemplateInfo(name, matter.purpose, matter.asset, (default_language, *variants))


def _failed(name: str, language: str, error: Exception) -> RenderError:
    """Only our own and Jinja's messages are repeated: Python's may quote what a lead wrote."""
    told = isinstance(error, RenderError | TemplateError)
    what = getattr(error, "message", None) if told else None
    hint = error.hint if isinstance(error, RenderError) else "see how the template uses this lead's data"
    return RenderError(f"{name} ({language}): {what or type(error).__name__}", hint=hint)


def _checked(name: str, rendered: Rendered) -> Rendered:
    if not rendered.subject:
        raise RenderError(
            f"{name} ({rendered.language}): the subject came out empty",
            hint="write a subject with words of its own",
        )
    if max(sum(map(len, rendered.pieces)), len(rendered.text), len(rendered.subject)) > LONGEST:
        raise RenderError(
            f"{name} ({rendered.language}): the mail is too long", hint="look for a loop over too much"
        )
    return rendered
