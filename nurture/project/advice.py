"""Warns of what is allowed and probably not meant: pointless waits, past webinars, unused templates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nurture.files.diagnosis import Fault, as_warning, in_order
from nurture.files.source import Loc, Node, fault_at, load_yaml
from nurture.project.book import Book
from nurture.project.placeholders import DOMAIN, left_open
from nurture.project.shelves import POLICY, spelled
from nurture.sequences.steps import CastStep, NotifyStep, SendStep, Sequence, Step, WaitStep
from nurture.sequences.vain import vain
from nurture.sequences.webinars import webinar_of
from nurture.spans import format_span
from nurture.templates.source import languages_to_try
from nurture.words import Purpose

ENGINES_OWN = ("seller/", "consent/")
"""Folders of templates that the engine sends by itself."""
FEW = 2
"""A stream of no more assets than this is reported as running out."""


def advise(book: Book, now: datetime) -> list[Fault]:
    """Answer the warnings about a project that passed the check, as it stands at `now`."""
    faults = [*_no_sellers(book), *_left_open(book), *_left_links(book), *_unused(book), *_untranslated(book)]
    for sequence in book.sequences.values():
        faults += _past(book, sequence, now)
        faults += _vain_waits(book, sequence)
        faults += _soon_dry(book, sequence)
        faults += vain(sequence, _tree(book, sequence.path), book.policy)
    return in_order(faults)


def _no_sellers(book: Book) -> list[Fault]:
    if book.policy.handoff.sellers:
        return []
    hint = "list them below `handoff: {sellers: [...]}`"
    message = "nobody sells: mature leads will stay unassigned"
    path = spelled(book.files, POLICY)
    return [_warning(_tree(book, path), ("handoff",), path, "NUR060", message, hint)]


def _left_open(book: Book) -> list[Fault]:
    path = spelled(book.files, POLICY)
    tree = _tree(book, path)
    hint = "write your own; nothing leaves through a relay before that"
    return [
        _warning(tree, loc, path, "NUR069", f"`{text}` stands for something of yours", hint)
        for loc, text in left_open(book.policy)
    ]


def _left_links(book: Book) -> list[Fault]:
    """The catalogue's links that lead nowhere yet: one warning, at the first of them."""
    faults = []
    for path in sorted(path for path in book.files if path.startswith("catalog.")):
        lines = [
            (number, line) for number, line in enumerate(book.files[path].splitlines(), 1) if DOMAIN in line
        ]
        if lines:
            number, first = lines[0]
            links = "1 line links" if len(lines) == 1 else f"{len(lines)} lines link"
            message = f"{links} to {DOMAIN}, where nothing is"
            at, hint = first.index(DOMAIN) + 1, "write where your own pages are: leads are sent there"
            faults.append(
                Fault("NUR069", message, path, number, at, len(DOMAIN), hint, "warning", source_line=first)
            )
    return faults


def _unused(book: Book) -> list[Fault]:
    sent = {name for sequence in book.sequences.values() for name in _templates(sequence)}
    faults = []
    for name in sorted(book.templates.names - sent):
        if not name.startswith(ENGINES_OWN):
            path = _file_of(book, name)
            message = f"no sequence sends `{name}`"
            hint = "send it, or remove the file"
            faults.append(_first_line(book, path, "NUR061", message, hint))
    return faults


def _untranslated(book: Book) -> list[Fault]:
    """A template that lacks a variant for a language the policy names."""
    main, faults = book.policy.language, []
    for name, info in sorted(book.templates.infos.items()):
        has = set(info.languages)
        for language in book.policy.languages:
            if not has.intersection(languages_to_try(language)):
                path = _file_of(book, name)
                message = f"`{name}` is not there in `{language}`: leads in `{language}` get it in `{main}`"
                hint = f"write {_variant(path, language)}, or take `{language}` out of `languages:`"
                faults.append(_first_line(book, path, "NUR065", message, hint))
    return faults


def _file_of(book: Book, template: str) -> str:
    return next(path for path in sorted(book.files) if path.startswith(f"templates/{template}."))


def _first_line(book: Book, path: str, code: str, message: str, hint: str) -> Fault:
    first = book.files[path].split("\n", 1)[0]
    return Fault(code, message, path, 1, 1, max(1, len(first)), hint, "warning", source_line=first)


def _variant(path: str, language: str) -> str:
    stem, kind, ending = path.rsplit(".", 2)
    return f"{stem}.{language}.{kind}.{ending}"


def _templates(sequence: Sequence) -> Iterator[str]:
    for step in sequence.steps.values():
        match step:
            case SendStep() | NotifyStep():
                yield step.template
            case CastStep():
                yield from (template for _, template in step.assets)


def _past(book: Book, sequence: Sequence, now: datetime) -> list[Fault]:
    webinar = webinar_of(sequence, "", book.catalog.webinars)
    if webinar is None or webinar.starts_at + webinar.length > now:
        return []
    message = f"the webinar `{sequence.webinar}` is over since {webinar.starts_at:%Y-%m-%d}"
    hint = "give it a new date in catalog.yaml, or remove the sequence"
    return [_warning(_tree(book, sequence.path), ("webinar",), sequence.path, "NUR062", message, hint)]


def _vain_waits(book: Book, sequence: Sequence) -> list[Fault]:
    """A wait between two touches that some cap of one touch makes longer anyway."""
    topic = book.catalog.topics[sequence.topic]
    caps = (*book.policy.caps, *topic.caps, *sequence.caps)
    spans = [cap.span for cap in caps if cap.count == 1 and cap.span is not None]
    longest = max(spans, default=timedelta(0))
    vain = [
        wait
        for step in sequence.steps.values()
        if (wait := _wait_after(book, sequence, step)) and wait.span is not None and wait.span < longest
    ]
    message = f"the caps make this wait pointless: they allow 1 touch per {format_span(longest)}"
    hint = "wait longer, or say `over_cap: skip` on the step below"
    return [
        _warning(place, ("wait",), sequence.path, "NUR063", message, hint)
        for place in (_tree(book, sequence.path).mappings() if vain else ())
        if place.at[0] in {wait.line for wait in vain} and "wait" in place.keys  # keys is a mapping
    ]


def _wait_after(book: Book, sequence: Sequence, step: Step) -> WaitStep | None:
    """The wait that stands between this touch and another one that the caps may defer."""
    wait = sequence.steps.get(step.next or "")
    if not _counts(book, step) or not isinstance(wait, WaitStep):
        return None
    after = sequence.steps.get(wait.next or "")
    deferred = isinstance(after, SendStep) and after.over_cap == "defer" and _counts(book, after)
    return wait if deferred else None


def _counts(book: Book, step: Step) -> bool:
    return isinstance(step, SendStep) and book.templates.info(step.template).purpose is Purpose.MARKETING


def _soon_dry(book: Book, sequence: Sequence) -> list[Fault]:
    stream = sequence.stream
    if stream is None or len(stream.assets) > FEW:
        return []
    casts = "1 cast" if len(stream.assets) == 1 else f"{len(stream.assets)} casts"
    hint = "leads wait at its end until something is added"
    message = f"this stream is dry after {casts}"
    return [_warning(_tree(book, sequence.path), ("stream",), sequence.path, "NUR064", message, hint)]


def _tree(book: Book, path: str) -> Node:
    """A file of the book once more, for its places: only what is warned of is read again."""
    node, _ = load_yaml(path, book.files[path])
    assert node is not None  # the book was read from it
    return node


def _warning(node: Node, loc: Loc, path: str, code: str, message: str, hint: str) -> Fault:
    return as_warning(fault_at(node, loc, path, code, message, hint=hint, key=loc == ("stream",)))
