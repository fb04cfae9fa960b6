"""Reads the steps of a sequence into drafts: each checked by its verb, named by its id, not yet linked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from nurture.conditions.condition import Condition, ConditionError, Vocabulary, parse
from nurture.files.diagnosis import Fault, did_you_mean, suggest
from nurture.files.source import Loc, Node, fault_at, salvage, validate
from nurture.files.synonyms import foreign_word, meant_key
from nurture.project.catalog import Catalog, condition_fault
from nurture.sequences.file import (
    STAND_INS,
    VERBS,
    Arm,
    Case,
    ChooseFile,
    LastCase,
    SendFile,
    SetFile,
    SplitFile,
    StepFile,
    WaitForFile,
)
from nurture.sequences.settable import set_fault

_UNSAFE = re.compile(r"[^a-z0-9/-]")
_ENDS_WORD = re.compile(r"[\s:]")
_FIRST_WORD = re.compile(r"\A[^\s:]*+[\s:]*+")


@dataclass(slots=True)
class Draft:
    """A step as read: its file form, its conditions, and the drafts of each of its paths."""

    verb: str
    file: StepFile
    node: Node
    id: str = ""
    paths: list[list[Draft]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)  # `unless` or `when`, or one for each case
    arms: list[tuple[str, float]] = field(default_factory=list)
    otherwise: bool = False  # a `choose` whose last path needs no condition

    @property
    def line(self) -> int:
        """Where it stands in the file."""
        return self.node.at[0]

    def ends(self) -> bool:
        """Nothing that follows the step can be reached through it."""
        if self.verb == "end":
            return True
        whole = self.otherwise if self.verb == "choose" else bool(self.paths)
        return whole and all(path and path[-1].ends() for path in self.paths)


class StepReader:
    """Reads the parts of one sequence file and keeps what is wrong with them."""

    def __init__(self, path: str, catalog: Catalog | None, vocabulary: Vocabulary | None) -> None:
        self.path = path
        self.catalog = catalog
        self.vocabulary = vocabulary
        self.entering: str | None = None  # the signal type that enters; None in a standing sequence
        self.sure = True  # who enters could be read, so that what reads the entering signal can be judged
        self.faults: list[Fault] = []

    def fault(
        self, node: Node, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> None:
        """Keep a fault at a place below `node`."""
        self.faults.append(fault_at(node, loc, self.path, code=code, message=message, hint=hint, key=key))

    def condition(
        self, node: Node, loc: Loc, text: str | None, signal: str | None = None
    ) -> Condition | None:
        """Read a condition. `signal` is the type that `signal.x` reads; by default the entering one."""
        if text is None:
            return None
        about = signal or self.entering
        try:
            condition = parse(text, self.vocabulary, signal=about)
        except ConditionError as error:
            self.faults.append(condition_fault(node, loc, self.path, error=error))
            return None
        if condition.reads_signal and about is None and self.sure:
            hint = "give `enter` an `on:`, or ask `signals.any(...)`"
            self.fault(node, loc, "NUR034", "a standing sequence has no entering signal to read", hint)
        return condition

    def signal_type(self, node: Node, loc: Loc, name: str | None) -> None:
        """Check that a signal type exists."""
        if name is not None and self.vocabulary and name not in self.vocabulary.signals:
            hint = did_you_mean(name, self.vocabulary.signals)
            self.fault(node, loc, "NUR043", f"unknown signal type `{name}`", hint)

    def steps(self, node: Node | None) -> list[Draft]:
        """Read a list of steps; those that cannot be read are left out, with a fault."""
        found = [draft for item in (node.items() if node else []) if (draft := self._step(item))]
        for before, after in pairwise(found):
            if before.ends():
                hint = f"line {before.line} ends the sequence"
                self.fault(after.node, (), "NUR032", "this step is never reached", hint)
                break
        return found

    def _step(self, node: Node) -> Draft | None:
        if node.value == "end":
            node = Node({"end": Node(True, node.at, node.lines)}, node.at, node.lines, keys={"end": node.at})
        verb, node = self._verb(node)
        if verb is None:
            return None
        model = VERBS[verb]
        stand_ins = {key: value for key, value in STAND_INS.items() if key in model.model_fields}
        found = salvage(model, node, self.path, stand_ins=stand_ins)
        self.faults += found.faults
        draft = Draft(verb, found.value or StepFile(), node)
        self._fill(draft, found.value)
        return draft

    def _verb(self, node: Node) -> tuple[str | None, Node]:
        """The one verb of a step, and the step; a misspelt verb is a fault, and read as what was meant."""
        keys: list[str] = list(node.keys)
        verbs = [key for key in keys if key in VERBS]
        if len(verbs) == 1:
            return verbs[0], node
        if len(verbs) > 1:
            message = f"one step, two verbs: `{verbs[0]}` and `{verbs[1]}`"
            self.fault(node, (verbs[1],), "NUR030", message, "start the second step with `- `", key=True)
            return None, node
        words = keys or [_ENDS_WORD.split(str(node.value))[0]]
        meant = [(key, verb) for key in words if (verb := foreign_word(key, VERBS) or suggest(key, VERBS))]
        if not meant:
            hint = f"a step starts with one of {', '.join(f'`{verb}`' for verb in VERBS)}"
            self.fault(node, (), "NUR030", "a step without a verb", _dash(words[0]) or hint)
            return None, node
        key, verb = meant[0]
        spelt = meant_key(key, VERBS) if keys else _spelt(str(node.value), verb)
        self.fault(node, (key,) if keys else (), "NUR030", "a step without a verb", spelt, key=bool(keys))
        return (verb, node.without(((key,),), {(verb,): node.value[key]})) if keys else (None, node)

    def _fill(self, draft: Draft, file: StepFile | None) -> None:
        """Read what lies inside a step, also when the step itself has faults."""
        match file:
            case SendFile():
                self._one_condition(draft, "unless", file.unless)
            case WaitForFile():
                self.signal_type(draft.node, ("wait_for",), file.wait_for)
                self._one_condition(draft, "when", file.when, file.wait_for)
                draft.paths = [self.steps(draft.node.get("then")), self.steps(draft.node.get("otherwise"))]
            case ChooseFile():
                self._cases(draft)
            case SplitFile():
                self._arms(draft)
            case SetFile():
                self._values(draft, file.set)
            case None:
                for inner in _inner_lists(draft.node):
                    self.steps(inner)

    def _one_condition(self, draft: Draft, key: str, text: str | None, signal: str | None = None) -> None:
        condition = self.condition(draft.node, (key,), text, signal)
        draft.conditions = [condition] if condition else []

    def _cases(self, draft: Draft) -> None:
        listed = draft.node.get("choose")
        cases = listed.items() if listed else []
        for index, node in enumerate(cases):
            last = "otherwise" in node.keys and "when" not in node.keys  # keys is a mapping
            file, faults = validate(LastCase if last else Case, node, self.path)
            self.faults += faults
            if last and index < len(cases) - 1:
                self.fault(
                    node, ("otherwise",), "NUR036", "`otherwise` is the last case", "move it down", key=True
                )
            if isinstance(file, Case):
                condition = self.condition(node, ("when",), file.when)
                draft.conditions += [condition] if condition else []
            draft.otherwise = last
            draft.paths.append(self.steps(node.get("otherwise" if last else "steps")))

    def _arms(self, draft: Draft) -> None:
        arms = draft.node.get("split", "arms")
        for name, node in (arms.value if arms else {}).items():
            if node.is_mapping:
                file, faults = validate(Arm, node, self.path)
                self.faults += faults
                weight = file.weight if file else 1.0
            else:
                weight = _weight(node.value)
                if weight <= 0:
                    self.fault(
                        node,
                        (),
                        "NUR011",
                        "an arm is a weight, such as `50`",
                        "or {weight: 50, steps: [...]}",
                    )
            draft.arms.append((name, weight))
            draft.paths.append(self.steps(node.get("steps")))

    def _values(self, draft: Draft, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if found := set_fault(name, value, self.catalog):
                code, message, hint = found
                self.fault(draft.node, ("set", name), code, message, hint, key=code == "NUR044")


def name_steps(drafts: list[Draft], reader: StepReader) -> None:
    """Give every draft its id: `id:`, else the template of a send, else the verb when it is unique."""
    everything = list(walk(drafts))
    verbs = Counter(draft.verb for draft in everything if not draft.file.id)
    ends = 0
    for draft in everything:
        if type(draft.file) is StepFile:
            draft.id = f"line {draft.line}"  # unreadable: its fault is told, its id is not known
            continue
        draft.id = draft.file.id or (draft.file.send if isinstance(draft.file, SendFile) else draft.verb)
        if draft.verb == "end" and not draft.file.id and verbs["end"] > 1:
            # Nobody ever stands at an end, so its id need not last.
            ends += 1
            draft.id = f"end-{ends}"
    first: dict[str, Draft] = {}
    for draft in everything:
        other = first.setdefault(draft.id, draft)
        if other is not draft:
            _collision(draft, other, reader)


def walk(drafts: list[Draft]) -> Iterator[Draft]:
    """Every draft, in the order of the file."""
    for draft in drafts:
        yield draft
        for path in draft.paths:
            yield from walk(path)


def _collision(draft: Draft, other: Draft, reader: StepReader) -> None:
    if draft.file.id:
        message = f"the id `{draft.id}` is taken by the step on line {other.line}"
        reader.fault(draft.node, ("id",), "NUR031", message, "choose another")
        return
    message = f"this step needs an id: `{draft.id}` is already the step on line {other.line}"
    slug = _UNSAFE.sub("-", draft.id)
    reader.fault(
        draft.node, (draft.verb,), "NUR031", message, f"add `id: {slug}-2`, or a name that says more"
    )


def _weight(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0


def _spelt(text: str, verb: str) -> str:
    """How a step is written of which only a text was read: `wait 3 days`, `send:hello`."""
    rest = _FIRST_WORD.sub("", text)[:60]
    return f"write `- {verb}: {rest or '...'}`, with a colon and a blank"


def _dash(word: str) -> str:
    return f"a dash needs a blank after it: `- {word.lstrip('-')}`" if word.startswith("-") else ""


def _inner_lists(node: Node) -> list[Node]:
    """The lists of steps in a step that could not be read, so that their faults are told as well."""
    found = [node.get("then"), node.get("otherwise"), *_listed(node.get("choose")), *_armed(node)]
    return [inner for inner in found if inner is not None]


def _listed(node: Node | None) -> list[Node | None]:
    return [item.get("steps") or item.get("otherwise") for item in (node.items() if node else [])]


def _armed(node: Node) -> list[Node | None]:
    arms = node.get("split", "arms")
    return [arm.get("steps") for arm in arms.value.values()] if arms and arms.is_mapping else []
