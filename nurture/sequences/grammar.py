"""Reads sequence files: YAML in, compiled steps or faults out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from nurture.conditions.condition import Vocabulary
from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, salvage, validate
from nurture.project.catalog import Catalog
from nurture.sequences.checks import check_head, check_splits, dates
from nurture.sequences.file import (
    HandoffFile,
    NotifyFile,
    SendFile,
    SequenceFile,
    SetFile,
    SplitFile,
    WaitFile,
    WaitForFile,
    WayOut,
    WebhookFile,
)
from nurture.sequences.fingerprint import fingerprint
from nurture.sequences.moments import Moment
from nurture.sequences.reader import Draft, StepReader, name_steps, walk
from nurture.sequences.steps import (
    CastStep,
    ChooseStep,
    EndStep,
    Enter,
    Exit,
    Goal,
    HandoffStep,
    NotifyStep,
    SendStep,
    Sequence,
    SetStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from nurture.words import Sig

# What a head is read with when the file's own words cannot be; such a sequence always has faults.
_STAND_INS = {
    "sequence": "unnamed",
    "funnel": "tofu",
    "topic": "unnamed",
    "enter": {"when": "true"},
}
CAST = "cast"
"""The id of a stream's one step."""


def read_sequence(
    node: Node, path: str, catalog: Catalog | None = None, vocabulary: Vocabulary | None = None
) -> tuple[Sequence | None, list[Fault]]:
    """Read one sequence file. Without a catalogue its names are taken as they are."""
    sequence, faults = salvage_sequence(node, path, catalog, vocabulary)
    return (None if faults else sequence), faults


def salvage_sequence(
    node: Node, path: str, catalog: Catalog | None = None, vocabulary: Vocabulary | None = None
) -> tuple[Sequence, list[Fault]]:
    """Read a sequence file, and answer what can be read of it also when parts of it are at fault.

    Other files can then be checked against it all the same. Never run what comes with faults.
    """
    if vocabulary is None and catalog is not None:
        vocabulary = catalog.vocabulary()
    reader = StepReader(path, catalog, vocabulary)
    found = salvage(SequenceFile, node, path, _STAND_INS)
    file, reader.faults = found.value, found.faults
    assert file is not None  # every key that must be there has a stand-in
    reader.entering = file.enter.on
    reader.sure = file.enter.on is not None or _stands(node, found.left)
    drafts = reader.steps(found.left.get("steps"))
    name_steps(drafts, reader)
    return _compile(file, node, found.left, drafts, reader), reader.faults


def is_standing(node: Node) -> bool:
    """Whether a file, which may have faults, says plainly that no signal enters."""
    return _stands(node, node)


def _stands(node: Node, left: Node) -> bool:
    """Nothing was taken out of `enter`, so that no signal can have been meant."""
    written, kept = node.get("enter"), left.get("enter")
    if written is None or kept is None or not written.is_mapping:
        return False
    return set(written.value) == set(kept.value) and written.get("on") is None


def _compile(file: SequenceFile, node: Node, left: Node, drafts: list[Draft], reader: StepReader) -> Sequence:
    enter, exits, goal = _enter(file, left, reader), _exits(file, left, reader), _goal(file, left, reader)
    check_head(file, left, node, drafts, reader)
    check_splits(drafts, reader)
    steps: dict[str, Step] = {}
    first = _link(drafts, None, steps)
    ordered = {draft.id: steps[draft.id] for draft in walk(drafts)}
    if file.stream is not None and file.cast is not None:
        assets = tuple(pair for item in file.stream for pair in item.items())
        line = node.keys["stream"][0]
        ordered, first = {CAST: CastStep(id=CAST, line=line, casts=file.cast, assets=assets)}, CAST
    sequence = Sequence(
        name=file.sequence,
        title=file.title or file.sequence,
        funnel=file.funnel,
        topic=file.topic,
        priority=file.priority,
        enter=enter,
        exits=exits,
        goal=goal,
        window=file.window,
        caps=file.caps,
        webinar=file.webinar,
        needs_webinar=file.webinar is not None or bool(dates(file, drafts)),
        on_change=file.on_change,
        moves=dict(file.moves),
        steps=ordered,
        first=first or "",
        path=reader.path,
    )
    return replace(sequence, version=fingerprint(sequence), signal_types=_signal_types(sequence))


def _enter(file: SequenceFile, node: Node, reader: StepReader) -> Enter:
    on, again = file.enter.on, file.enter.again
    reader.signal_type(node, ("enter", "on"), on)
    if on is None and file.enter.when is None and reader.sure:
        hint = "add `on: form.submitted`, or `when: true` for everyone"
        reader.fault(node, ("enter",), "NUR033", "`enter` selects nobody", hint)
    if again.per is not None:
        known = reader.vocabulary.signals.get(on or "", {}) if reader.vocabulary else {again.per: "text"}
        if on is None:
            if reader.sure:
                reader.fault(node, ("enter", "again"), "NUR034", "`per signal...` needs `on:`")
        elif on in (reader.vocabulary.signals if reader.vocabulary else ()) and again.per not in known:
            hint = did_you_mean(again.per, known)
            reader.fault(node, ("enter", "again"), "NUR044", f"`{on}` has no property `{again.per}`", hint)
    when = reader.condition(node, ("enter", "when"), file.enter.when)
    return Enter(on, when, again, file.enter.until)


def _exits(file: SequenceFile, node: Node, reader: StepReader) -> tuple[Exit, ...]:
    exits = []
    for index, way in enumerate(file.exit):
        loc = ("exit", index)
        reader.signal_type(node, (*loc, "on"), way.on)
        if way.on is None and way.when is None and not node.get(*loc, "when"):
            reader.fault(node, loc, "NUR033", "an exit without a reason", "add `when:` or `on:`")
        exits.append(Exit(reader.condition(node, (*loc, "when"), way.when, way.on), way.on))
    return tuple(exits)


def _goal(file: SequenceFile, node: Node, reader: StepReader) -> Goal | None:
    at = node.get("goal")
    if at is None or at.value is None:
        return None
    if isinstance(at.value, str):
        reader.signal_type(node, ("goal",), at.value)
        return Goal(on=at.value)
    way, faults = validate(WayOut, at, reader.path)
    reader.faults += faults
    if way is None:
        return None
    reader.signal_type(at, ("on",), way.on)
    if way.on is None and way.when is None:
        reader.fault(node, ("goal",), "NUR033", "a goal without a sign", "write `goal: demo.requested`")
    return Goal(way.on, reader.condition(at, ("when",), way.when, way.on))


def _link(drafts: list[Draft], after: str | None, steps: dict[str, Step]) -> str | None:
    """Compile a list of drafts from its end. Answers the id of its first step, or `after` when empty."""
    following = after
    for draft in reversed(drafts):
        firsts = [_link(path, following, steps) for path in draft.paths]
        steps[draft.id] = _step(draft, following, firsts)
        following = draft.id
    return following


def _step(draft: Draft, following: str | None, firsts: list[str | None]) -> Step:
    common: dict[str, Any] = {"id": draft.id, "next": following, "line": draft.line}
    condition = draft.conditions[0] if draft.conditions else None
    match draft.file:
        case SendFile() as file:
            return _send(file, condition, common)
        case WaitFile() as file:
            span, weekday, at, until = file.wait
            return WaitStep(**common, span=span, weekday=weekday, at=at, until=until)
        case WaitForFile() as file:
            return WaitForStep(
                **common,
                on=file.wait_for,
                when=condition,
                within=file.within,
                before=file.before == "counts",
                then=firsts[0],
                otherwise=firsts[1],
            )
        case SplitFile() as file:
            arms = tuple(
                (name, weight, first) for (name, weight), first in zip(draft.arms, firsts, strict=True)
            )
            return SplitStep(**common, name=file.split.name, arms=arms)
        case SetFile() as file:
            return SetStep(**common, values=dict(file.set))
        case HandoffFile() as file:
            return HandoffStep(**common, cause=file.handoff)
        case NotifyFile() as file:
            return NotifyStep(**common, template=file.notify, to=file.to, cause=file.cause or "")
        case WebhookFile() as file:
            return WebhookStep(**common, name=file.webhook, values=dict(file.data))
    if draft.verb == "choose":
        cases = tuple(zip(draft.conditions, firsts, strict=False))
        last = firsts[-1] if draft.otherwise else following
        return ChooseStep(**common, cases=cases, otherwise=last)
    return EndStep(**{**common, "next": None})


def _send(file: SendFile, unless: Any, common: dict[str, Any]) -> SendStep:
    return SendStep(
        **common,
        template=file.send,
        unless=unless,
        over_cap=file.over_cap,
        defer_max=file.defer_max,
        expires=None if isinstance(file.expires, Moment) else file.expires,
        expires_at=file.expires if isinstance(file.expires, Moment) else None,
        on_expired=file.on_expired,
        repeat=file.repeat == "allowed",
        window=file.window,
        at=file.at,
        grace=file.grace,
        ics=file.ics is not None,
    )


def _signal_types(sequence: Sequence) -> frozenset[str]:
    """Every signal type that may enter, wake, end or steer a run."""
    named = {sequence.enter.on, sequence.goal.on if sequence.goal else None}
    named |= {way.on for way in sequence.exits}
    named |= {step.on for step in sequence.steps.values() if isinstance(step, WaitForStep)}
    if any(isinstance(step, CastStep) for step in sequence.steps.values()):
        named.add(Sig.ASSET_DOWNLOADED.value)  # what a lead fetched by itself it has had
    read = {kind for condition in sequence.conditions() for kind in condition.signal_types}
    return frozenset(cast(set[str], named - {None})) | read
