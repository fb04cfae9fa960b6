"""Checks a sequence file as a whole: its topic, its webinar, its stream, its splits and its moves."""

from __future__ import annotations

from nurture.files.diagnosis import did_you_mean
from nurture.files.source import Node
from nurture.sequences.file import VERBS, SendFile, SequenceFile, SplitFile, WaitFile
from nurture.sequences.moments import Moment
from nurture.sequences.reader import Draft, StepReader, walk


def check_head(
    file: SequenceFile, node: Node, written: Node, *, drafts: list[Draft], reader: StepReader
) -> None:
    """What the head names exists, and its parts fit each other.

    `node` is what could be read of the head, `written` is all of it.
    """
    _check_topic(file, node, reader)
    _check_webinar(file, node, written, drafts, reader)
    _check_stream(file, node, written, reader)
    known = {draft.id for draft in walk(drafts)}
    if any(fault.code == "NUR030" for fault in reader.faults):  # a step that could not be read has an id
        known |= {*VERBS, *_words(written.get("steps"))}
    for old, new in file.moves.items():
        if new not in known:
            hint = did_you_mean(new, known)
            reader.fault(node, ("moves", old), "NUR037", f"there is no step `{new}`", hint)


def _words(node: Node | None) -> set[str]:
    """Every value that stands in a node, however deep."""
    if node is None or not isinstance(node.value, (dict, list)):
        return set() if node is None else {str(node.value)}
    below = node.value.values() if isinstance(node.value, dict) else node.value
    return {word for child in below for word in _words(child)}


def check_splits(drafts: list[Draft], reader: StepReader) -> None:
    """No two splits of one name: their arms would not be independent."""
    seen: dict[str, int] = {}
    for draft in walk(drafts):
        if isinstance(draft.file, SplitFile):
            name = draft.file.split.name
            if name in seen:
                message = f"a split named `{name}` stands on line {seen[name]}"
                hint = "name each split for what it tries"
                reader.fault(draft.node, ("split", "name"), "NUR035", message, hint)
            seen.setdefault(name, draft.line)


def _check_topic(file: SequenceFile, node: Node, reader: StepReader) -> None:
    written = node.get("topic")
    known = reader.catalog.topics if reader.catalog else {file.topic: None}
    if written is not None and written.value == file.topic and file.topic not in known:
        hint = did_you_mean(file.topic, known)
        reader.fault(node, ("topic",), "NUR041", f"unknown topic `{file.topic}`", hint)


def _check_webinar(
    file: SequenceFile, node: Node, written: Node, drafts: list[Draft], reader: StepReader
) -> None:
    """A named webinar is in the catalogue, and dates need a webinar to count from."""
    if file.webinar is not None and reader.catalog and file.webinar not in reader.catalog.webinars:
        hint = did_you_mean(file.webinar, reader.catalog.webinars)
        reader.fault(node, ("webinar",), "NUR046", f"unknown webinar `{file.webinar}`", hint)
    per = written.get("enter", "again")
    if (
        written.get("webinar")
        or file.enter.again.per == "webinar"
        or (per and not node.get("enter", "again"))
    ):
        return
    hint = "add `webinar: its-name`, or `again: per signal.webinar` to `enter`"
    for draft, key in dates(file, drafts):
        at, loc = (draft.node, (key,)) if draft else (node, ("enter", key))
        reader.fault(at, loc, "NUR038", "no webinar to count from", hint)


def dates(file: SequenceFile, drafts: list[Draft]) -> list[tuple[Draft | None, str]]:
    """Every key that counts from a webinar, with its step; None for the entry's own."""
    entry: list[tuple[Draft | None, str]] = [(None, "until")] if file.enter.until is not None else []
    return entry + [(draft, key) for draft in walk(drafts) for key in _dates(draft)]


def _dates(draft: Draft) -> list[str]:
    """The keys of a step that mean the webinar."""
    match draft.file:
        case SendFile(at=at, ics=ics, expires=expires):
            dated = {"at": at, "ics": ics, "expires": expires if isinstance(expires, Moment) else None}
            return [key for key, value in dated.items() if value is not None]
        case WaitFile(wait=(_, _, _, Moment())):
            return ["wait"]
    return []


def _check_stream(file: SequenceFile, node: Node, written: Node, reader: StepReader) -> None:
    """A sequence has steps, or a stream and its cast."""
    keys = {*written.keys, *node.keys}  # of a mapping; a misspelt one is in the second as what was meant
    if "stream" in keys and "steps" in keys:
        reader.fault(written, ("stream",), "NUR039", "a sequence has steps, or it is a stream", key=True)
    elif "stream" in keys and "cast" not in keys:
        reader.fault(written, ("stream",), "NUR010", "`cast` is missing", "add `cast: tue 10:00`", key=True)
    elif "cast" in keys and "stream" not in keys:
        reader.fault(
            written, ("cast",), "NUR039", "only a stream is cast", "list what it sends below `stream:`"
        )
    elif not {"steps", "stream"} & keys:
        reader.fault(written, ("sequence",), "NUR010", "`steps` is missing", "write the list of steps")
    seen: set[str] = set()
    for index, (asset, _) in enumerate(pair for item in file.stream or () for pair in item.items()):
        loc = ("stream", index, asset)
        if reader.catalog and asset not in reader.catalog.assets:
            hint = did_you_mean(asset, reader.catalog.assets)
            reader.fault(node, loc, "NUR042", f"unknown asset `{asset}`", hint, key=True)
        elif asset in seen:
            reader.fault(node, loc, "NUR039", f"`{asset}` stands in the stream already", key=True)
        seen.add(asset)
