"""Import maps: how the rows of another system's file become leads, written as expressions over the row."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from nurture.conditions.condition import Vocabulary
from nurture.deciding.consent import ALL_TOPICS
from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, fault_at, fault_within, load_yaml, validate
from nurture.imports.closures import Reader
from nurture.imports.dates import form_fault
from nurture.imports.expressions import ExpressionError, compile_expression
from nurture.imports.lead import FORBIDDING, RowFault, shown
from nurture.imports.model import ConsentRule, MapFile, SignalRule, TotalsRule
from nurture.imports.reader import (
    Cell,
    ConsentPlan,
    RowReader,
    SignalCells,
    SignalPlan,
    SuppressionPlan,
    as_key,
)
from nurture.imports.types import (
    BY_TYPE,
    PROFILE,
    Converter,
    as_cap,
    as_day,
    as_instant,
    as_line,
    as_text,
    one_of,
)
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

    @property
    def names(self) -> frozenset[str]:
        """The columns that the map reads."""
        return frozenset(column for column, _ in self.columns)

    def missing(self, header: Sequence[str]) -> list[Fault]:
        """One fault for each expression that reads a column the file does not have."""
        known = {" ".join(name.split()) for name in header}
        return [
            replace(fault, message=f"{fault.message} `{column}`", help=did_you_mean(column, known))
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
        self.compiled: dict[tuple[Loc, bool], tuple[Reader, tuple[str, ...]]] = {}
        self.person: frozenset[str] = frozenset()  # columns that tell who it is
        zone, forms = self._zone(), model.dates
        self.moment: Converter = lambda value: as_instant(value, zone, forms)
        self.types = {**BY_TYPE, "date": lambda value: as_day(value, forms)}

    def reader(self) -> RowReader:
        self._check_file()
        lead = self.model.lead
        if "email" not in lead:
            self._fault(("lead",), "NUR511", "`email` is missing", "every lead is reached at an address")
        address = self._cell(("lead", "email"), lead.get("email"), "email") or Cell("email", _nothing)
        key = self._cell(("lead", "key"), lead.get("key"), "key", as_key)
        self.person = frozenset({*address.columns, *(key.columns if key else ())})
        return RowReader(
            self.model.source,
            self.moment,
            address,
            key,
            None if self.model.id == lead.get("key") else self._cell(("id",), self.model.id, "id", as_key),
            self._profile(),
            self._attributes(),
            tuple(self._consent(index, rule) for index, rule in enumerate(self.model.consents)),
            self._suppressions(),
            tuple(self._signals()),
            self._cell(("lead", "own_cap"), lead.get("own_cap"), "own_cap", as_cap),
            self.model.strict,
        )

    def _check_file(self) -> None:
        try:
            codecs.lookup(self.model.encoding)
        except (LookupError, ValueError):
            message = f"no encoding is called `{self.model.encoding}`"
            self._fault(("encoding",), "NUR510", message, "write utf-8, cp1252 or latin-1")
        for index, form in enumerate(self.model.dates):
            if wrong := form_fault(form):
                self._fault(("dates", index), "NUR510", wrong, "as %d/%m/%Y, or excel for serial numbers")
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
        known = {*declared, *PROFILE_FIELDS, "email", "key", "own_cap"}
        for name in self.model.lead:
            if name not in known:
                hint = did_you_mean(name, known)
                hint = f"{hint}; attributes are declared in catalog.yaml" if hint else hint
                self._fault(("lead", name), "NUR512", f"unknown lead field `{name}`", hint, key=True)
        return self._cells(
            ("lead",), [n for n in self.model.lead if n in declared], lambda n: self._typed(n, declared[n])
        )

    def _typed(self, name: str, kind: str) -> Converter:
        """What makes a value of the catalogue's type, and of its only values where it lists them."""
        known = self.vocabulary.values.get(name)
        return self.types[kind] if known is None else one_of(known, self.types[kind])

    def _cells(
        self, loc: Loc, names: Iterable[str], converter: Callable[[str], Converter]
    ) -> tuple[Cell, ...]:
        at = self.node.get(*loc)
        texts = at.plain() if at is not None else {}
        cells = (self._cell((*loc, name), texts[name], name, converter(name)) for name in names)
        return tuple(cell for cell in cells if cell is not None)

    def _consent(self, index: int, rule: ConsentRule) -> ConsentPlan:
        loc: Loc = ("consents", index)
        forbids = rule.state is ConsentState.WITHDRAWN
        return ConsentPlan(
            self._topics((*loc, "topic"), rule),
            rule.state,
            rule.basis,
            self._cell((*loc, "when"), rule.when, "consents.when", forbids=forbids),
            self._cell((*loc, "at"), rule.at, "consents.at", self.moment),
            self._cell((*loc, "proof"), rule.proof, "consents.proof"),
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
                self._cell(("suppress", index, "when"), rule.when, "suppress.when", forbids=True),
                self._cell(("suppress", index, "at"), rule.at, "suppress.at", self.moment),
            )
            for index, rule in enumerate(self.model.suppress)
        )

    def _signals(self) -> Iterable[SignalPlan]:
        seen: set[str] = set()
        for index, rule in enumerate(self.model.signals):
            loc: Loc = ("signals", index)
            if (rule.type is None) == (rule.type_from is None):
                hint = "`type: webinar.attended`, or `type_from: Event` for a column that names it"
                self._fault(loc, "NUR514", "a signal has either a `type` or a `type_from`", hint)
                continue
            if rule.type is not None and rule.type not in self.vocabulary.signals:
                hint = did_you_mean(rule.type, self.vocabulary.signals)
                self._fault((*loc, "type"), "NUR514", f"unknown signal type `{rule.type}`", hint)
                continue
            if rule.id is None:
                self._check_id((*loc, "type" if rule.type else "type_from"), rule.type or "", seen)
            yield self._signal(loc, rule)
        if self.model.totals is not None:
            self._check_id(("totals",), Sig.HISTORY_SUMMARY.value, seen)
            yield self._totals(self.model.totals)

    def _check_id(self, loc: Loc, kind: str, seen: set[str]) -> None:
        if self.model.id is None and "key" not in self.model.lead:
            hint = "add `id:` (what makes a row unique in its source) or a `key` to the lead"
            self._fault(loc, "NUR515", "a signal without an id would come in again with every import", hint)
        elif kind in seen:
            self._fault(
                loc, "NUR515", f"two `{kind}` signals of one row need an id each", "add `id:` to both"
            )
        seen.add(kind)

    def _signal(self, loc: Loc, rule: SignalRule) -> SignalPlan:
        name = rule.type or "signals"
        own = self._cell((*loc, "id"), rule.id, f"{name}.id", as_key)
        whose = (own.columns if own else None) or self._row_columns()
        return SignalPlan(
            self._kinds(loc, rule) if rule.type is None else self._kind(loc, name, rule),
            self._cell((*loc, "when"), rule.when, f"{name}.when", forbids=name in FORBIDDING),
            self._cell((*loc, "at"), rule.at, f"{name}.at", self.moment),
            own,
            self._cell((*loc, "type_from"), rule.type_from, "signal type", as_line),
            self._cell((*loc, "properties_from"), rule.properties_from, f"{name} properties"),
            of_person=self.person.issuperset(whose),
        )

    def _totals(self, rule: TotalsRule) -> SignalPlan:
        name = Sig.HISTORY_SUMMARY.value
        return SignalPlan(
            self._kind(("totals",), name, rule),
            self._cell(("totals", "when"), rule.when, f"{name}.when"),
            self._cell(("totals", "at"), rule.at, f"{name}.at", self.moment),
            None,
            needs_properties=True,
        )

    def _row_columns(self) -> tuple[str, ...]:
        """The columns that make the id of a row; none when the key stands for it."""
        return () if self.model.id is None else self._read(("id",), self.model.id)[1]

    def _kinds(self, loc: Loc, rule: SignalRule) -> Callable[[str], SignalCells]:
        """How a type that a row names is read: of those that are declared, in any case."""
        known = self.vocabulary.signals
        declared = {name for names in known.values() for name in names}
        for name in rule.properties:
            if name not in declared:
                hint = did_you_mean(name, declared)
                self._fault(
                    (*loc, "properties", name), "NUR514", f"unknown property `{name}`", hint, key=True
                )
        made = {kind: self._kind(loc, kind, rule, partly=True) for kind in known}

        def find(text: str) -> SignalCells:
            name = text.lower()
            if name not in made:
                raise RowFault(f"{shown(text)} is unknown; {did_you_mean(name, made)}")
            return made[name]

        return find

    def _kind(
        self, loc: Loc, kind: str, rule: SignalRule | TotalsRule, *, partly: bool = False
    ) -> SignalCells:
        declared = self.vocabulary.signals.get(kind, {})
        for name in () if partly else rule.properties:
            if name not in declared:
                hint = (
                    did_you_mean(name, declared)
                    or f"declare it in catalog.yaml: signals: {{{kind}: {{{name}: text}}}}"
                )
                message = f"unknown property `{name}` of {kind}"
                self._fault((*loc, "properties", name), "NUR514", message, hint, key=True)

        def named(name: str) -> Cell:
            if name not in declared:
                raise RowFault(f"{kind} has no property {shown(name)}; {did_you_mean(name, declared)}")
            return Cell(name, lambda said: said.get(name), self._property(kind, name, declared[name]))

        names = [name for name in rule.properties if name in declared]
        cells = self._cells((*loc, "properties"), names, lambda n: self._property(kind, n, declared[n]))
        return SignalCells(kind, cells, named)

    def _property(self, kind: str, name: str, type: str) -> Converter:
        return self._typed(f"{kind}.{name}", type)

    def _cell(
        self,
        loc: Loc,
        text: str | None,
        name: str,
        convert: Converter = as_text,
        *,
        forbids: bool = False,
    ) -> Cell | None:
        if text is None:
            return None
        read, columns = self._read(loc, text, forbids=forbids)
        return Cell(name, read, convert, columns)

    def _read(self, loc: Loc, text: str, *, forbids: bool = False) -> tuple[Reader, tuple[str, ...]]:
        if (loc, forbids) in self.compiled:
            return self.compiled[loc, forbids]
        try:
            made = compile_expression(text, self.model.tables, self.blank, forbids=forbids)
        except ExpressionError as error:
            offset = min(error.offset or 0, max(0, len(text) - 1))
            if hint := _bare_column(text):
                message = f"`{text}` is no name that can stand bare"
                self._fault(loc, "NUR516", message, hint)
            else:
                where = (self.node, loc, self.path, "NUR516", error.message)
                self.faults.append(fault_within(*where, offset=offset, width=1, hint=error.hint))
            return self.compiled.setdefault((loc, forbids), (_nothing, ()))
        if _DASHED.fullmatch(text):
            hint = f"{_bare_column(text)}; blanks around a minus that is one"
            self._fault(loc, "NUR516", f"`{text}` is read as a subtraction", hint)
        missing = fault_at(self.node, loc, self.path, "NUR517", "the file has no column")
        self.columns += [(column, missing) for column in sorted(made.columns)]
        return self.compiled.setdefault((loc, forbids), (made.read, tuple(sorted(made.columns))))

    def _fault(self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False) -> None:
        self.faults.append(fault_at(self.node, loc, self.path, code, message, hint=hint, key=key))


def _bare_column(text: str) -> str:
    """How to name a column that stands bare and has a blank, a dash or a bracket in its name."""
    name = text.strip().removeprefix("row.")
    bare = _BARE.fullmatch(name) is not None and not _OPERATORS.search(name)
    return f'name the column: row["{name}"]' if bare else ""


_BARE = re.compile(r"\A[^\W\d][\w .,:/&#%?!()'\u2019-]*+")
_DASHED = re.compile(r"\A[^\W\d]++(?:-[^\W\d]++)++")
_OPERATORS = re.compile(r"\b(and|or|not|in|is|if|else)\b|\w\(|\s[-/%]\s")


def _nothing(row: object) -> None:
    """Stands in for an expression that has a fault; never called, since the map is then refused."""
