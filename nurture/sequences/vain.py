"""Warns of parts of a sequence that can never happen: branches, sends, casts, past webinars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.conditions.condition import Condition
from nurture.conditions.tree import Constant, Or
from nurture.conditions.truth import always, implies, never
from nurture.files.diagnosis import Fault, as_warning
from nurture.files.source import Loc, Node, fault_at
from nurture.project.policy import Policy
from nurture.sequences.steps import CastStep, ChooseStep, SendStep, Sequence, SplitStep, WaitForStep
from nurture.spans import WEEKDAYS
from nurture.timing import next_open

_SOME_MONDAY = date(2027, 1, 4)
_CONTRARY = "see which of its parts contradict each other"


def vain(sequence: Sequence, tree: Node, policy: Policy) -> list[Fault]:
    """Answer the warnings about one sequence; `tree` is its file."""
    places = {step.at[0]: step for step in tree.mappings()}
    return [
        *_head(sequence, tree),
        *_unreachable(sequence, places),
        *_after_the_end(sequence, places),
        *_closed_casts(sequence, tree, policy),
    ]


def _head(sequence: Sequence, tree: Node) -> Iterator[Fault]:
    enter = sequence.enter.when
    if enter is not None and never(enter.tree):
        message, hint = "nobody can enter: this never holds", _CONTRARY
        yield _warning(sequence, tree, ("enter", "when"), "NUR068", message, hint)
    for index, way in enumerate(sequence.exits):
        if way.on is not None or way.when is None:
            continue
        if never(way.when.tree):
            message, hint = (
                "nobody leaves this way: this never holds",
                _CONTRARY,
            )
            yield _warning(sequence, tree, ("exit", index, "when"), "NUR068", message, hint)
        elif always(way.when.tree) or (enter is not None and implies(enter.tree, way.when.tree)):
            message = "everybody who enters leaves at once by this"
            hint = "nothing is ever sent; an exit holds for some of those who entered"
            yield _warning(sequence, tree, ("exit", index, "when"), "NUR067", message, hint)


def _unreachable(sequence: Sequence, places: dict[int, Node]) -> Iterator[Fault]:
    for step in sequence.steps.values():
        place = places.get(step.line)
        if place is None:
            continue
        if isinstance(step, ChooseStep):
            yield from _cases(sequence, step, place)
        elif isinstance(step, SendStep) and step.unless is not None and always(step.unless.tree):
            message = f"`{step.template}` is never sent: `unless` always holds"
            yield _warning(
                sequence, place, ("unless",), "NUR068", message, "remove the step, or the `unless`"
            )
        elif isinstance(step, SendStep) and step.unless is not None and never(step.unless.tree):
            message = "this `unless` never holds"
            yield _warning(sequence, place, ("unless",), "NUR068", message, "remove it, or mend it")
        elif isinstance(step, WaitForStep) and step.when is not None and never(step.when.tree):
            message = "what is waited for never comes: this never holds"
            yield _warning(sequence, place, ("when",), "NUR068", message, _CONTRARY)


def _cases(sequence: Sequence, step: ChooseStep, place: Node) -> Iterator[Fault]:
    """A case that never holds, or that another one above has taken; and steps after one that always holds."""
    above: list[Condition] = []
    for index, (condition, _) in enumerate(step.cases):
        loc: Loc = ("choose", index, "when")
        taken = Or(tuple(one.tree for one in above)) if above else Constant(False)
        if never(condition.tree):
            hint = _CONTRARY
            yield _warning(sequence, place, loc, "NUR068", "this case is never taken: it never holds", hint)
        elif always(taken) or any(implies(condition.tree, one.tree) for one in above):
            message = "this case is never taken: a case above it takes everybody it would"
            yield _warning(sequence, place, loc, "NUR068", message, "move it up, or change one of them")
        above.append(condition)
    last = len(step.cases)
    if place.get("choose", last, "otherwise") is not None and always(Or(tuple(one.tree for one in above))):
        message = "`otherwise` is never taken: the cases above it take everybody"
        yield _warning(
            sequence, place, ("choose", last, "otherwise"), "NUR068", message, "remove it", key=True
        )


def _after_the_end(sequence: Sequence, places: dict[int, Node]) -> Iterator[Fault]:
    """What follows a signal or a condition that is the goal or an exit: the lead has left by then."""
    ends = [(way.on, way.when, "the goal") for way in (sequence.goal,) if way is not None]
    ends += [(way.on, way.when, "an exit") for way in sequence.exits]
    for step in sequence.steps.values():
        place = places.get(step.line)
        if isinstance(step, WaitForStep) and place is not None and _sends(sequence, step.then, step.next):
            for on, when, what in ends:
                if on == step.on and (when is None or (step.when and implies(step.when.tree, when.tree))):
                    message = f"`then` is never taken: `{step.on}` is {what}, and the lead leaves by it"
                    hint = "wait for something that comes before it, or write these steps elsewhere"
                    yield _warning(sequence, place, ("then",), "NUR067", message, hint, key=True)
        elif isinstance(step, ChooseStep) and place is not None:
            for index, (condition, _) in enumerate(step.cases):
                for on, when, what in ends:
                    if on is None and when is not None and implies(condition.tree, when.tree):
                        message = f"this case is never taken: it is {what}, by which the lead leaves before"
                        hint = "remove the case, or change what ends the sequence"
                        yield _warning(sequence, place, ("choose", index, "when"), "NUR067", message, hint)


def _sends(sequence: Sequence, start: str | None, end: str | None) -> bool:
    """Whether a mail may leave between these two steps."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        step_id = waiting.pop()
        step = sequence.steps.get(step_id or "")
        if step is None or step_id == end or step.id in seen:
            continue
        seen.add(step.id)
        match step:
            case SendStep():
                return True
            case WaitForStep(then=then, otherwise=otherwise):
                waiting += [then, otherwise]
            case ChooseStep(cases=cases, otherwise=otherwise):
                waiting += [*(first for _, first in cases), otherwise]
            case SplitStep(arms=arms):
                waiting += [first for _, _, first in arms]
            case _:
                waiting.append(step.next)
    return False


def _closed_casts(sequence: Sequence, tree: Node, policy: Policy) -> Iterator[Fault]:
    stream = sequence.stream
    if not isinstance(stream, CastStep):
        return
    zone = ZoneInfo(policy.zone)
    windows = [window for window in (policy.window, sequence.window) if window is not None]
    for day, at in stream.casts:
        moment = datetime.combine(_SOME_MONDAY + timedelta(days=day), at, zone)
        opening = next_open(moment.astimezone(UTC), zone, windows=windows, quiet=policy.quiet)
        if opening.at > moment:
            then = opening.at.astimezone(zone)
            message = f"nothing leaves on {WEEKDAYS[day]} {at:%H:%M}: window or quiet hours are closed then"
            hint = f"each waits until {WEEKDAYS[then.weekday()]} {then:%H:%M}; cast it then, or open it"
            yield _warning(sequence, tree, ("cast",), "NUR066", message, hint)


def _warning(
    sequence: Sequence, node: Node, loc: Loc, code: str, message: str, hint: str, *, key: bool = False
) -> Fault:
    return as_warning(fault_at(node, loc, sequence.path, code, message, hint=hint, key=key))
