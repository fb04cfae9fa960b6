"""The scoring model, scoring.yaml: how many points each fact about a lead, and each of its acts, is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nurture.conditions.condition import Condition, ConditionError, Vocabulary, parse
from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, fault_at, salvage
from nurture.project.catalog import condition_fault
from nurture.scoring.file import FitEntry, RegularityEntry, RuleEntry, ScoringFile, UnansweredEntry
from nurture.scoring.maturity import SIGNAL_TYPES
from nurture.texts.translation import Said
from nurture.words import Sig

Entry = FitEntry | RuleEntry | RegularityEntry | UnansweredEntry

PASSIVE = frozenset(
    {
        Sig.TOUCH_SENT,
        Sig.TOUCH_REFUSED,
        Sig.MAIL_OPENED,
        Sig.MAIL_BOUNCED,
        Sig.MAIL_COMPLAINED,
        Sig.WEBINAR_MISSED,
        Sig.CONSENT_GRANTED,  # imports write it too
        Sig.CONSENT_WITHDRAWN,
        Sig.HANDOFF_ACCEPTED,
        Sig.HANDOFF_REJECTED,
        Sig.HANDOFF_NOTED,
        Sig.HANDOFF_SNOOZED,
        Sig.LEAD_RECYCLED,
        Sig.DEAL_WON,
        Sig.DEAL_LOST,
        Sig.HISTORY_SUMMARY,
    }
)
"""Core signals that are no sign of life: they make no week active and answer no mail. All others do."""

DERIVED = frozenset({"fit", "engagement", "grade", "heat", "stage"})
"""What scoring decides itself; a rule that read it would make a score depend on the score before."""


@dataclass(frozen=True, slots=True)
class FitRule:
    """Points for leads whose profile meets a condition."""

    name: str
    when: Condition
    points: float


@dataclass(frozen=True, slots=True)
class EngagementRule:
    """Points for a signal. `rate` is 1 / half-life in seconds, 0 for points that stay.

    `cap` bounds the size of the rule's sum, whatever its sign; with `value`, of each signal's points too.
    """

    index: int
    name: str
    on: str
    points: float
    when: Condition | None = None
    rate: float = 0.0
    cap: float | None = None
    group: str | None = None
    value: str | None = None

    def held(self, amount: float) -> float:
        """The amount, bounded by the rule's cap."""
        return bounded(amount, self.cap)


@dataclass(frozen=True, slots=True)
class Regularity:
    """Points per active week, at most `cap`."""

    name: str
    points: float
    weeks: int
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Points (below zero) per unanswered mail, from the `after`th in a row on; at most `cap` in size."""

    name: str
    after: int
    points: float
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """scoring.yaml as checked and compiled: conditions are parsed, rules stand by signal type."""

    fit: tuple[FitRule, ...] = ()
    rules: tuple[EngagementRule, ...] = ()
    groups: Mapping[str, float] = field(default_factory=dict)
    max: float | None = None
    regularity: Regularity | None = None
    unanswered: Unanswered | None = None
    active: frozenset[str] = frozenset()  # types that are a sign of life
    titles: Mapping[str, Said] = field(default_factory=dict)  # what sellers read for a rule, by its name
    by_type: Mapping[str, tuple[EngagementRule, ...]] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        by_type = {on: tuple(r for r in self.rules if r.on == on) for on in {r.on for r in self.rules}}
        object.__setattr__(self, "by_type", by_type)

    @property
    def signal_types(self) -> frozenset[str]:
        """Every signal type that scores and maturity depend on; all others need not be read."""
        types = SIGNAL_TYPES | frozenset(self.by_type)
        if self.regularity or self.unanswered:
            types |= self.active
        if self.unanswered:
            types |= {Sig.TOUCH_SENT.value}
        return types


def bounded(amount: float, cap: float | None) -> float:
    """The amount, its size bounded by `cap`; its sign stays."""
    if cap is None or abs(amount) <= cap:
        return amount
    return cap if amount > 0 else -cap


_STAND_INS = {"points": 1, "when": "true", "weeks": 1}
"""What a rule is read with when it lacks it, so that the rest of it is checked."""


def read_scoring(
    node: Node, path: str, vocabulary: Vocabulary | None
) -> tuple[ScoringModel | None, list[Fault]]:
    """Read scoring.yaml; answers the model, or every fault with its place."""
    found = salvage(ScoringFile, node, path, _STAND_INS)
    assert found.value is not None  # no key has to be there
    reader = _Reader(found.left, path, vocabulary)
    reader.groups = node.get("engagement", "groups")
    model = reader.model(found.value)
    faults = [*found.faults, *reader.faults]
    return (None if faults else model), faults


class _Reader:
    """Reads the conditions and names of one file; keeps what is wrong with them."""

    def __init__(self, node: Node, path: str, vocabulary: Vocabulary | None) -> None:
        self.node = node
        self.path = path
        self.groups: Node | None = None  # as they are written, with their faults
        # Scores are computed without consents, so no topic is a name here.
        self.vocabulary = None if vocabulary is None else replace(vocabulary, topics=frozenset())
        self.faults: list[Fault] = []

    def model(self, file: ScoringFile) -> ScoringModel:
        part = file.engagement
        weekly, lost = part.regularity, part.unanswered
        self._check_names(file)
        fit = tuple(rule for i, entry in enumerate(file.fit) for rule in self._fit(i, entry))
        rules = tuple(self._rule(i, entry, part.groups) for i, entry in enumerate(part.rules))
        known = self.vocabulary.signals if self.vocabulary else [*Sig, *(rule.on for rule in rules)]
        return ScoringModel(
            fit=fit,
            rules=rules,
            groups=part.groups,
            max=part.max,
            regularity=Regularity(weekly.rule, weekly.points, weekly.weeks, weekly.max) if weekly else None,
            unanswered=Unanswered(lost.rule, lost.after, lost.points, _size(lost.max)) if lost else None,
            active=frozenset(str(one) for one in known) - PASSIVE,
            titles={entry.rule: entry.title for _, entry in _entries(file) if entry.title is not None},
        )

    def _fault(self, loc: tuple[str | int, ...], code: str, message: str, hint: str = "") -> None:
        self.faults.append(fault_at(self.node, loc, self.path, code, message, hint=hint))

    def _check_names(self, file: ScoringFile) -> None:
        counts = Counter(entry.rule for _, entry in _entries(file))
        for loc, entry in _entries(file):
            if counts[name := entry.rule] > 1:
                counts[name] = 0  # the first one is told once, for all
                self._fault(
                    (*loc, "rule"),
                    "NUR301",
                    f"several rules are called `{name}`",
                    "a breakdown needs distinct names",
                )

    def _fit(self, index: int, entry: FitEntry) -> Iterator[FitRule]:
        loc = ("fit", index, "when")
        when = self._condition(loc, entry.when, None)
        if when is not None and when.reads_signal:
            self._fault(
                loc, "NUR302", "a fit rule cannot read a signal", "make it an engagement rule with `on:`"
            )
        if when is not None:
            yield FitRule(entry.rule, when, entry.points)

    def _rule(self, index: int, entry: RuleEntry, groups: Mapping[str, float]) -> EngagementRule:
        loc = ("engagement", "rules", index)
        self._check_rule(loc, entry)
        told = self.groups is not None and (not self.groups.is_mapping or self.groups.get(entry.group or ""))
        if entry.group is not None and entry.group not in groups and not told:
            hint = did_you_mean(entry.group, groups) or "write its cap under `engagement: groups:`"
            self._fault((*loc, "group"), "NUR308", f"unknown group `{entry.group}`", hint)
        return EngagementRule(
            index=index,
            name=entry.rule,
            on=entry.on,
            points=entry.points,
            when=None if entry.when is None else self._condition((*loc, "when"), entry.when, entry.on),
            rate=1 / entry.half_life.total_seconds() if entry.half_life else 0.0,
            cap=_size(entry.max),
            group=entry.group,
            value=entry.value,
        )

    def _check_rule(self, loc: tuple[str | int, ...], entry: RuleEntry) -> None:
        if entry.on == Sig.MAIL_OPENED:
            self._fault((*loc, "on"), "NUR303", "opens never score", "machines open mail; use `mail.clicked`")
        elif self.vocabulary and entry.on not in self.vocabulary.signals:
            hint = did_you_mean(entry.on, self.vocabulary.signals)
            self._fault((*loc, "on"), "NUR304", f"unknown signal type `{entry.on}`", hint)
        elif entry.value is not None:
            self._check_value(loc, entry.on, entry.value)
        if entry.value is not None and entry.max is None:
            self._fault(
                (*loc, "value"), "NUR305", "a rule with `value` needs `max`", "one odd total must not decide"
            )

    def _check_value(self, loc: tuple[str | int, ...], on: str, value: str) -> None:
        declared = self.vocabulary.signals[on] if self.vocabulary else {}
        if declared and value not in declared:
            hint = did_you_mean(value, declared)
            self._fault((*loc, "value"), "NUR306", f"`{on}` has no property `{value}`", hint)
        elif declared and declared[value] != "number":
            message = f"`{value}` is a {declared[value]}, not a number"
            self._fault((*loc, "value"), "NUR307", message, "use `when:` to give points for it")

    def _condition(self, loc: tuple[str | int, ...], text: str, signal: str | None) -> Condition | None:
        try:
            condition = parse(text, self.vocabulary, signal=signal)
        except ConditionError as error:
            self.faults.append(condition_fault(self.node, loc, self.path, error))
            return None
        if circular := sorted(condition.fields & DERIVED):
            message = f"a scoring rule cannot read `lead.{circular[0]}`"
            self._fault(loc, "NUR311", message, "it is computed from the scores")
        if condition.signal_types:
            hint = "write an engagement rule with `on:`; its points fade by themselves"
            self._fault(loc, "NUR312", "a scoring rule cannot search the history", hint)
        return condition


def _size(cap: float | None) -> float | None:
    return None if cap is None else abs(cap)


def _entries(file: ScoringFile) -> Iterator[tuple[tuple[str | int, ...], Entry]]:
    """Every rule that has a name, and where it stands."""
    part = file.engagement
    yield from ((("fit", i), entry) for i, entry in enumerate(file.fit))
    yield from ((("engagement", "rules", i), entry) for i, entry in enumerate(part.rules))
    if part.regularity:
        yield ("engagement", "regularity"), part.regularity
    if part.unanswered:
        yield ("engagement", "unanswered"), part.unanswered
