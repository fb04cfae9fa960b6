"""Import maps: how the rows of another system's file become leads, written as expressions over the row."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from nurture.conditions import Vocabulary
from nurture.consenting import ALL_TOPICS
from nurture.diagnose import Fault, did_you_mean
from nurture.mapmodel import ConsentRule, MapFile, SignalRule, TotalsRule
from nurture.rowclosures import Reader
from nurture.rowexpressions import ExpressionError, compile_expression
from nurture.rowreader import Cell, ConsentPlan, RowReader, SignalPlan, SuppressionPlan
from nurture.rowtypes import BY_TYPE, PROFILE, Converter, as_line
from nurture.source import Node, fault_at, fault_within, load_yaml, validate
from nurture.timing import zone_for
from nurture.values import PROFILE_FIELDS
from nurture.words import ConsentState, Sig, SuppressionReason

OURS = frozenset({"id", "key", "email", "stage", "fit", "engagement", "grade", "heat"})
"""Lead fields a vocabulary knows that no import may set; `key` and `email` have rules of their own."""

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ImportMap:
    """A checked map: how its file is written, the columns it reads, and the reader of its rows."""

    source: str
    encoding: str
    delimiter: str
    reader: RowReader
    columns: tuple[tuple[str, Fault], ...] = field(repr=False)  # the fault is for when the column is missing

    def missing(self, header: Sequence[str]) -> list[Fault]:
        """One fault for each expression that reads a column the file does not have."""
        known = {name.strip() for name in header}
        return [
            Fault(
                fault.code,
                f"{fault.message} `{column}`",
                fault.file,
                fault.line,
                fault.column,
                fault.width,
                did_you_mean(column, known),
                source_line=fault.source_line,
            )
            for column, fault in self.columns
            if column not in known
        ]


def read_map(path: str, text: str, vocabulary: Vocabulary) -> tuple[ImportMap | None, list[Fault]]:
    """Read an import map; every fault in it is reported, each in its place."""
    node, faults = load_yaml(path, text)
    if node is None:
        return None, faults
    model, faults = validate(MapFile, node, path)
    if model is None:
        return None, faults
    reading = _Reading(path, node, model, vocabulary)
    reader = reading.reader()
    if reading.faults:
        return None, reading.faults
    return ImportMap(model.source, model.encoding, model.delimiter, reader, tuple(reading.columns)), []


class _Reading:
    """Compiles a map's expressions and collects what is wrong with it."""

    def __init__(self, path: str, node: Node, model: MapFile, vocabulary: Vocabulary) -> None:
        self.path = path
        self.node = node
        self.model = model
        self.vocabulary = vocabulary
        self.blank = frozenset(word.strip() for word in model.blank)
        self.faults: list[Fault] = []
        self.columns: list[tuple[str, Fault]] = []

    def reader(self) -> RowReader:
        self._check_file()
        lead = self.model.lead
        if "email" not in lead:
            self._fault(("lead",), "NUR511", "`email` is missing", "every lead is reached at an address")
        return RowReader(
            self.model.source,
            self._zone(),
            self._code(("lead", "email"), lead.get("email")) or _nothing,
            self._code(("lead", "key"), lead.get("key")),
            self._code(("id",), self.model.id),
            self._profile(),
            self._attributes(),
            tuple(self._consent(index, rule) for index, rule in enumerate(self.model.consents)),
            self._suppressions(),
            tuple(self._signals()),
        )

    def _check_file(self) -> None:
        try:
            codecs.lookup(self.model.encoding)
        except (LookupError, ValueError):
            message = f"no encoding is called `{self.model.encoding}`"
            self._fault(("encoding",), "NUR510", message, "write utf-8, cp1252 or latin-1")
        for name in self.model.tables:
            if name == "row" or not name.isidentifier():
                message = f"`{name}` cannot be a table's name"
                self._fault(("tables", name), "NUR510", message, "letters, digits and _", key=True)

    def _zone(self) -> tzinfo:
        if self.model.zone is None:
            return UTC
        zone = zone_for(self.model.zone, None, "UTC")
        if zone.key != self.model.zone:
            self._fault(("zone",), "NUR510", f"no time zone is called `{self.model.zone}`", "as Europe/Paris")
        return zone

    def _profile(self) -> tuple[Cell, ...]:
        lead = self.model.lead
        return self._cells(
            ("lead",), [n for n in lead if n in PROFILE_FIELDS], lambda n: PROFILE.get(n, as_line)
        )

    def _attributes(self) -> tuple[Cell, ...]:
        declared = {
            n: kind for n, kind in self.vocabulary.fields.items() if n not in {*OURS, *PROFILE_FIELDS}
        }
        known = {*declared, *PROFILE_FIELDS, "email", "key"}
        for name in self.model.lead:
            if name not in known:
                hint = did_you_mean(name, known)
                hint = f"{hint}; attributes are declared in catalog.yaml" if hint else hint
                self._fault(("lead", name), "NUR512", f"unknown lead field `{name}`", hint, key=True)
        return self._cells(
            ("lead",), [n for n in self.model.lead if n in declared], lambda n: BY_TYPE[declared[n]]
        )

    def _cells(
        self, loc: Loc, names: Iterable[str], converter: Callable[[str], Converter]
    ) -> tuple[Cell, ...]:
        at = self.node.get(*loc)
        texts = at.plain() if at is not None else {}
        return tuple(
            Cell(name, self._code((*loc, name), texts[name]) or _nothing, converter(name)) for name in names
        )

    def _consent(self, index: int, rule: ConsentRule) -> ConsentPlan:
        loc: Loc = ("consents", index)
        return ConsentPlan(
            self._topics((*loc, "topic"), rule),
            rule.state,
            rule.basis,
            self._code((*loc, "when"), rule.when),
            self._code((*loc, "at"), rule.at),
            self._code((*loc, "proof"), rule.proof),
        )

    def _topics(self, loc: Loc, rule: ConsentRule) -> tuple[str, ...]:
        known = self.vocabulary.topics
        if rule.topic == "all":
            # What is withdrawn is withdrawn from topics of tomorrow too; what is granted is not.
            withdrawn = rule.state is ConsentState.WITHDRAWN
            return (ALL_TOPICS,) if withdrawn else tuple(sorted(known))
        topics = (rule.topic,) if isinstance(rule.topic, str) else rule.topic
        for topic in topics:
            if topic not in known:
                self._fault(loc, "NUR513", f"unknown topic `{topic}`", did_you_mean(topic, {*known, "all"}))
        return topics

    def _suppressions(self) -> tuple[SuppressionPlan, ...]:
        return tuple(
            SuppressionPlan(
                SuppressionReason(rule.reason),
                self._code(("suppress", index, "when"), rule.when),
                self._code(("suppress", index, "at"), rule.at),
            )
            for index, rule in enumerate(self.model.suppress)
        )

    def _signals(self) -> Iterable[SignalPlan]:
        seen: set[str] = set()
        for index, rule in enumerate(self.model.signals):
            loc: Loc = ("signals", index)
            if rule.type not in self.vocabulary.signals:
                hint = did_you_mean(rule.type, self.vocabulary.signals)
                self._fault((*loc, "type"), "NUR514", f"unknown signal type `{rule.type}`", hint)
                continue
            if rule.id is None:
                self._check_id((*loc, "type"), rule.type, seen)
            yield self._signal(loc, rule.type, rule, self._code((*loc, "id"), rule.id), needs=False)
        if self.model.totals is not None:
            self._check_id(("totals",), Sig.HISTORY_SUMMARY.value, seen)
            yield self._signal(("totals",), Sig.HISTORY_SUMMARY.value, self.model.totals, None, needs=True)

    def _check_id(self, loc: Loc, kind: str, seen: set[str]) -> None:
        if self.model.id is None and "key" not in self.model.lead:
            hint = "add `id:` (what makes a row unique in its source) or a `key` to the lead"
            self._fault(loc, "NUR515", "a signal without an id would come in again with every import", hint)
        elif kind in seen:
            self._fault(
                loc, "NUR515", f"two `{kind}` signals of one row need an id each", "add `id:` to both"
            )
        seen.add(kind)

    def _signal(
        self, loc: Loc, kind: str, rule: SignalRule | TotalsRule, own_id: Reader | None, *, needs: bool
    ) -> SignalPlan:
        declared = self.vocabulary.signals.get(kind, {})
        for name in rule.properties:
            if name not in declared:
                hint = (
                    did_you_mean(name, declared)
                    or f"declare it in catalog.yaml: signals: {{{kind}: {{{name}: text}}}}"
                )
                self._fault(
                    (*loc, "properties", name),
                    "NUR514",
                    f"unknown property `{name}` of {kind}",
                    hint,
                    key=True,
                )
        names = [name for name in rule.properties if name in declared]
        return SignalPlan(
            kind,
            self._code((*loc, "when"), rule.when),
            self._code((*loc, "at"), rule.at),
            own_id,
            self._cells((*loc, "properties"), names, lambda name: BY_TYPE[declared[name]]),
            needs,
        )

    def _code(self, loc: Loc, text: str | None) -> Reader | None:
        if text is None:
            return None
        try:
            expression = compile_expression(text, self.model.tables, self.blank)
        except ExpressionError as error:
            offset = min(error.offset or 0, max(0, len(text) - 1))
            self.faults.append(
                fault_within(
                    self.node,
                    loc,
                    self.path,
                    "NUR516",
                    error.message,
                    offset=offset,
                    width=1,
                    hint=error.hint,
                )
            )
            return None
        missing = fault_at(self.node, loc, self.path, "NUR517", "the file has no column")
        self.columns += [(column, missing) for column in sorted(expression.columns)]
        return expression.read

    def _fault(self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False) -> None:
        self.faults.append(fault_at(self.node, loc, self.path, code, message, hint=hint, key=key))


def _nothing(row: object) -> None:
    """Stands in for an expression that has a fault; never called, since the map is then refused."""
