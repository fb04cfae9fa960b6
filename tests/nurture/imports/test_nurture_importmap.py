"""An import map: what its rows become, and what is said of a map that cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.conditions.condition import Vocabulary
from nurture.files.diagnosis import Fault
from nurture.imports.lead import ImportedLead, PastSignal, RowFault, consent_after
from nurture.imports.map import ImportMap, read_map
from nurture.values import Consent, Suppression
from nurture.words import Basis, ConsentState, SuppressionReason

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
GRANTED, PENDING, WITHDRAWN = ConsentState.GRANTED, ConsentState.PENDING, ConsentState.WITHDRAWN
WORDS = Vocabulary(
    fields={
        **dict.fromkeys(("email", "key", "stage", "first_name", "industry"), "text"),
        **dict.fromkeys(("employees", "fit"), "number"),
        "trial": "flag",
        "since": "date",
        "tags": "list",
    },
    signals={
        "consent.withdrawn": {"topic": "text"},
        "deal.won": {"amount": "number"},
        "form.submitted": {"form": "text"},
        "history.summary": {"visits": "number"},
    },
    topics=frozenset({"guides", "events"}),
)
PLAIN = "source: crm\nlead:\n  email: Mail\n"


def mapped(text: str) -> ImportMap:
    """A map that has no fault."""
    found, faults = read_map("import.yaml", text, WORDS)
    assert not faults
    assert found is not None
    return found


def lead(text: str, **cells: Any) -> ImportedLead:
    """What a map makes of a row."""
    return mapped(text).reader.read({"Mail": "Ada@Example.com", "Id": "7", **cells}, 2, NOW)


def rejected(text: str, **cells: Any) -> str:
    """Why a map cannot use a row."""
    with pytest.raises(RowFault) as fault:
        lead(text, **cells)
    return fault.value.message


def faults(text: str) -> list[Fault]:
    """What is wrong with a map."""
    found, wrong = read_map("import.yaml", text, WORDS)
    assert found is None
    return wrong


def test_a_row_becomes_a_lead() -> None:
    """Profile and attributes are converted to their types; the address has its one spelling."""
    text = PLAIN + (
        "  key: Id\n  first_name: Name\n  country: Land\n  language: Lang\n  zone: Zone\n"
        "  industry: Industry\n  employees: Size\n  trial: Trial\n  since: Since\n  tags: Tags | split\n"
    )
    cells = {
        "Name": " Ada\n  B. ",
        "Land": "France",
        "Lang": "fr",
        "Zone": "Europe/Paris",
        "Industry": "Stahl",
    }

    found = lead(text, **cells, Size="12", Trial="YES", Since="2027-01-02", Tags="a, b")

    assert found == ImportedLead(
        line=2,
        source="crm",
        address="ada@example.com",
        key="7",
        profile={"first_name": "Ada B.", "country": "FR", "language": "fr", "zone": "Europe/Paris"},
        attributes={
            "industry": "Stahl",
            "employees": 12,
            "trial": True,
            "since": "2027-01-02",
            "tags": ["a", "b"],
        },
    )


def test_a_date_read_in_its_own_form_is_kept_as_iso_text() -> None:
    """A day is the day as written, wherever the map's zone lies."""
    text = f'zone: Asia/Kolkata\n{PLAIN}  since: Day | date("%d/%m/%Y")\n  industry: Day | date("%d/%m/%Y")\n'

    found = lead(text, Day="03/04/2027")

    assert found.attributes == {"since": "2027-04-03", "industry": "2027-04-03T00:00:00"}


def test_what_is_blank_is_not_there() -> None:
    """So that it can overwrite nothing."""
    text = (
        "blank: [Select]\n"
        + PLAIN
        + "  key: Key\n  first_name: Name\n  industry: Industry\n  tags: Tags | split\n"
    )

    found = lead(text, Key=" ", Name="Select", Industry=None, Tags=",")

    assert (found.key, found.profile, found.attributes) == (None, {}, {})


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("employees", 4, 4),
        ("employees", "4.5", 4.5),
        ("trial", True, True),
        ("trial", "0", False),
        ("industry", 12, "12"),
        ("industry", False, "no"),
        ("tags", "solo", ["solo"]),
        ("tags", [1, "b"], [1, "b"]),
        ("since", "2027-01-02T02:00:00+05:30", "2027-01-02"),
    ],
)
def test_json_values_keep_their_types(field: str, cell: Any, value: Any) -> None:
    """JSON Lines bring numbers, flags and lists."""
    assert lead(f"{PLAIN}  {field}: Cell\n", Cell=cell).attributes == {field: value}


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "email: blank"),
        (None, "email: blank"),
        ("ada", "email: An email address must have an @-sign"),
        ({"a": 1}, "email: \"{'a': 1}\" is not a text"),
    ],
)
def test_a_row_without_an_address_is_rejected(cell: Any, why: str) -> None:
    """Nothing else of a row is needed."""
    assert why in rejected("source: crm\nlead:\n  email: Cell\n", Cell=cell)


BAD_CELLS = pytest.mark.parametrize(
    ("field", "cell", "why"),
    [
        ("country", "Atlantis", "country: 'Atlantis' is not a country"),
        ("language", "französisch", "language: 'französisch' is not a language tag"),
        ("zone", "Mars/Olympus", "zone: 'Mars/Olympus' is not an IANA time zone"),
        ("employees", "many", "employees: 'many' is not a number"),
        ("employees", [1], "employees: '[1]' is not a number"),
        ("employees", float("inf"), "employees: 'inf' is not a finite number"),
        ("trial", "perhaps", "trial: 'perhaps' is neither yes nor no"),
        ("since", "soon", "since: 'soon' is not an ISO 8601 date"),
        ("since", 12, "since: '12' is not an ISO 8601 date; list `excel`"),
        ("key", "k" * 201, "key: '" + "k" * 37 + "...' is longer than 200"),
        ("industry", "a\0b", "industry: holds a NUL"),
        ("industry", "a\ud800", "industry: holds half of a surrogate"),
        ("industry", {"a": 1}, "is not a text"),
    ],
)


@BAD_CELLS
def test_a_bad_optional_cell_costs_only_the_cell(field: str, cell: Any, why: str) -> None:
    """The lead comes in without it; the remark names the field and its column, and shows the value."""
    found = lead(f"{PLAIN}  first_name: Name\n  {field}: Cell\n", Cell=cell, Name="Ada")

    assert (found.address, found.profile, found.attributes) == ("ada@example.com", {"first_name": "Ada"}, {})
    assert [why in str(remark) for remark in found.remarks] == [True]
    assert (found.remarks[0].column, found.remarks[0].dropped) == ("Cell", True)


@BAD_CELLS
def test_a_strict_map_lets_it_cost_the_row(field: str, cell: Any, why: str) -> None:
    """As it is asked for."""
    assert why in rejected(f"strict: true\n{PLAIN}  {field}: Cell\n", Cell=cell)


def test_the_stricter_consent_wins() -> None:
    """Whatever the order in the map, a withdrawal needs no exception elsewhere."""
    text = PLAIN + (
        "consents:\n"
        "  - {topic: guides, state: withdrawn, basis: imported, when: Out == 'yes'}\n"
        "  - {topic: [guides, events], state: granted, basis: opt_in, at: Since, proof: '\"form \" ~ Id'}\n"
        "  - {topic: guides, state: pending, basis: opt_in}\n"
    )
    at = NOW - timedelta(days=1)

    assert lead(text, Out="yes", Since="2027-06-14T08:00").consents == (
        Consent("guides", WITHDRAWN, Basis.IMPORTED, NOW, "crm"),
        Consent("events", GRANTED, Basis.OPT_IN, at, "crm", "form 7"),
    )
    assert [c.state for c in lead(text, Out="no").consents] == [PENDING, GRANTED]


def test_withdrawn_from_all_leaves_no_grant() -> None:
    """A grant of all topics names each of them; a withdrawal from all stands for those of tomorrow too."""
    text = PLAIN + (
        "consents:\n"
        "  - {topic: all, state: granted, basis: imported}\n"
        "  - {topic: all, state: withdrawn, basis: imported, when: Out == 'yes'}\n"
    )

    assert [c.topic for c in lead(text, Out="no").consents] == ["events", "guides"]
    out = lead(text, Out="yes")
    assert [(c.topic, c.state) for c in out.consents] == [("*", WITHDRAWN)]
    assert out.withdraws


def test_the_first_suppression_that_holds_counts() -> None:
    """With its reason, and the moment the map gives."""
    text = PLAIN + (
        "suppress:\n  - {reason: complaint, when: Spam is defined, at: Spam}\n  - {when: Never == 'yes'}\n"
    )

    both = lead(text, Spam="2027-06-01", Never="yes").suppression
    plain = lead(text, Never="yes").suppression

    assert both == Suppression(SuppressionReason.COMPLAINT, datetime(2027, 6, 1, tzinfo=UTC), "crm")
    assert plain == Suppression(SuppressionReason.OPERATOR, NOW, "crm")
    assert lead(text, Never="no").suppression is None


def test_past_signals_and_totals_come_in_once() -> None:
    """Each has an id from its row, so that the next import of the row finds it there."""
    text = (
        "id: Id\nzone: Asia/Kolkata\n"
        + PLAIN
        + (
            "signals:\n"
            "  - {type: deal.won, when: Won == '1', at: Closed, properties: {amount: Amount}}\n"
            "  - {type: form.submitted, id: Form, when: Form, properties: {form: Form}}\n"
            "totals: {when: Visits | number > 0, at: Seen, properties: {visits: Visits}}\n"
        )
    )

    found = lead(text, Won="1", Closed="2027-06-01 05:30", Amount=" ", Form="call-me", Visits="3")

    assert found.signals == (
        PastSignal("deal.won", datetime(2027, 6, 1, tzinfo=UTC), "deal.won:7"),
        PastSignal("form.submitted", NOW, "form.submitted:call-me", {"form": "call-me"}),
        PastSignal("history.summary", NOW, "history.summary:7", {"visits": 3}),
    )
    assert lead(text, Visits="0").signals == ()


def test_totals_without_any_value_are_no_signal() -> None:
    """An empty summary would say that something happened."""
    assert lead("id: Id\n" + PLAIN + "totals: {properties: {visits: Visits}}\n").signals == ()


def test_the_key_can_stand_for_the_id() -> None:
    """A map with a key needs no `id`."""
    text = PLAIN + "  key: Id\nsignals: [{type: deal.won}]\n"

    assert [past.source_id for past in lead(text).signals] == ["deal.won:7"]


@pytest.mark.parametrize(
    ("more", "cells", "why", "ids"),
    [
        ("id: Id\nsignals: [{type: deal.won, at: At}]\n", {"At": "2027-06-15T09:00"}, "is in the future", []),
        (
            "id: Id\nsignals: [{type: deal.won, at: At}]\n",
            {"At": "0001-01-01T00:00+23:00"},
            "out of range",
            [],
        ),
        ("id: Id\nsignals: [{type: deal.won, when: Id == 7}]\n", {}, "deal.won.when: '7' is compared", []),
        ("id: Id\ntotals: {properties: {visits: V}}\n", {"V": "x"}, "history.summary.visits: 'x' is not", []),
        (
            "id: Id\nsignals: [{type: deal.won, properties: {amount: V}}]\n",
            {"V": "x"},
            "deal.won.amount: 'x' is not a number",
            ["deal.won:7"],
        ),
        (
            "id: Id\nsignals: [{type: consent.withdrawn, at: At}]\n",
            {"At": "??"},
            "'??'",
            ["consent.withdrawn:7"],
        ),
    ],
)
def test_what_cannot_be_told_of_a_signal_costs_only_that(
    more: str, cells: dict[str, Any], why: str, ids: list[str]
) -> None:
    """A bad property is left out; without a moment there is no signal, but for one that ends mail."""
    found = lead(PLAIN + more, **cells)

    assert [past.source_id for past in found.signals] == ids
    assert why in str(found.remarks[0])


def test_an_id_that_is_too_long_is_kept_as_a_digest() -> None:
    """Columns have their limits, and two long ids stay two."""
    text = PLAIN + "id: Id\nsignals: [{type: form.submitted, id: Form, properties: {form: Form}}]\n"

    ids = [lead(text, Form="f" * 199 + end).signals[0].source_id for end in "ab"]

    assert len({*ids}) == 2
    assert all(len(one) <= 200 for one in ids)


def test_a_wish_that_cannot_be_read_lets_nobody_in() -> None:
    """Better to reject the row than to mail somebody who may have left."""
    assert "suppress.when: '7' cannot be compared" in rejected(PLAIN + "suppress: [{when: Id > 3}]\n")


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "hint"),
    [
        ("source: crm\nlead: {}\n", "NUR511", 2, "`email` is missing", "address"),
        (PLAIN + "  frist_name: Name\n", "NUR512", 4, "unknown lead field `frist_name`", "`first_name`"),
        (PLAIN + "  fit: Score\n", "NUR512", 4, "unknown lead field `fit`", "catalog.yaml"),
        (PLAIN + "  key: Id | uper\n", "NUR516", 4, "no filter `uper`", "`upper`"),
        (PLAIN + "  key: Lead Id\n", "NUR516", 4, "`Lead Id` is no name", 'row["Lead Id"]'),
        (PLAIN + "  key: Id (CRM)\n", "NUR516", 4, "`Id (CRM)` is no name", 'row["Id (CRM)"]'),
        (PLAIN + "  key: Lead-Id\n", "NUR516", 4, "`Lead-Id` is read as a subtraction", 'row["Lead-Id"]'),
        (
            PLAIN + "consents: [{topic: guide, state: granted, basis: opt_in}]\n",
            "NUR513",
            4,
            "`guide`",
            "`guides`",
        ),
        (PLAIN + "id: Id\nsignals: [{type: deal.one}]\n", "NUR514", 5, "`deal.one`", "`deal.won`"),
        (PLAIN + "id: Id\ntotals: {properties: {visit: V}}\n", "NUR514", 5, "`visit`", "`visits`"),
        (PLAIN + "id: Id\ntotals: {properties: {zzz: V}}\n", "NUR514", 5, "`zzz`", ""),
        (PLAIN + "signals: [{type: deal.won}]\n", "NUR515", 4, "would come in again", "add `id:`"),
        (
            PLAIN + "id: Id\nsignals: [{type: deal.won}, {type: deal.won}]\n",
            "NUR515",
            5,
            "need an id each",
            "to both",
        ),
        (PLAIN + "encoding: utf-9\n", "NUR510", 4, "`utf-9`", "cp1252"),
        (PLAIN + "zone: Mars/Olympus\n", "NUR510", 4, "`Mars/Olympus`", "Europe/Paris"),
        (PLAIN + "tables: {row: {a: b}}\n", "NUR510", 4, "`row` cannot be", "letters"),
        (PLAIN + "suppress: [{reason: erasure}]\n", "NUR011", 4, "`erasure`", ""),
        (PLAIN + "surpress: []\n", "NUR012", 4, "unknown key `surpress`", "`suppress`"),
        ("lead: {email: Mail}\n", "NUR010", 1, "`source` is missing", ""),
        ("source: [\n", "NUR001", 1, "not YAML", ""),
    ],
)
def test_a_fault_of_a_map_is_shown_in_its_place(
    text: str, code: str, line: int, message: str, hint: str
) -> None:
    """With its line, what is wrong, and what to write."""
    first = faults(text)[0]

    assert (first.code, first.line) == (code, line)
    assert message in first.message
    assert hint in first.help


@pytest.mark.parametrize("text", ["Spend - Refund", 'row["Lead-Id"]'])
def test_a_minus_between_blanks_and_a_dash_in_quotes_are_as_written(text: str) -> None:
    """Only a dash that could be part of a column's name is asked about."""
    assert mapped(PLAIN + f"  key: '{text}'\n")


def test_every_fault_of_a_map_is_reported() -> None:
    """Not only the first."""
    text = PLAIN + "  key: Id |\n  frist: Name\nsuppress: [{when: (1}]\nzone: Nowhere\n"

    assert [fault.code for fault in faults(text)] == ["NUR510", "NUR516", "NUR512", "NUR516"]


def test_the_caret_stands_under_the_word() -> None:
    """Also inside a quoted expression."""
    fault = faults(PLAIN + "  key: 'Id | uper'\n")[0]

    assert fault.source_line[fault.column - 1 :].startswith("uper")


def test_a_missing_column_is_found_before_the_first_row() -> None:
    """Each expression that reads it is shown, with the column that was meant."""
    found = mapped(PLAIN + "  first_name: Vorname\nsuppress: [{when: Vorname == Mail}]\n")

    assert found.missing(["Mail", "Vorname"]) == []
    missing = found.missing(["Mail", " Vornamen "])
    assert [(fault.code, fault.line) for fault in missing] == [("NUR517", 4), ("NUR517", 5)]
    assert missing[0].message == "the file has no column `Vorname`"
    assert missing[0].help == "did you mean `Vornamen`?"


def test_tables_look_things_up() -> None:
    """Keys and values of a table are written in the map."""
    text = "tables: {sectors: {S: Stahl}}\n" + PLAIN + "  industry: sectors[Sector]\n"

    assert lead(text, Sector="S").attributes == {"industry": "Stahl"}


HELD = Consent("guides", GRANTED, Basis.IMPORTED, NOW, "crm")
OWN = Consent("guides", GRANTED, Basis.OPT_IN, NOW, "form")


def said(state: ConsentState, basis: Basis = Basis.IMPORTED, source: str = "crm", days: int = 1) -> Consent:
    """A statement, some days after what is held."""
    return Consent("guides", state, basis, NOW + timedelta(days=days), source)


@pytest.mark.parametrize(
    ("held", "new", "kept"),
    [
        pytest.param(None, said(PENDING), True, id="the-first-word"),
        pytest.param(said(WITHDRAWN), said(GRANTED, Basis.DOUBLE_OPT_IN), False, id="withdrawn-stays"),
        pytest.param(HELD, said(WITHDRAWN, days=-9), True, id="withdrawn-wins"),
        pytest.param(OWN, said(WITHDRAWN), True, id="withdrawn-after-an-own-opt-in"),
        pytest.param(OWN, said(WITHDRAWN, days=-9), False, id="withdrawn-before-an-own-opt-in"),
        pytest.param(OWN, said(WITHDRAWN, source="form", days=-9), True, id="withdrawn-by-the-same-source"),
        pytest.param(said(PENDING), said(WITHDRAWN), True, id="withdrawn-while-pending"),
        pytest.param(HELD, said(PENDING), False, id="granted-is-not-asked-again"),
        pytest.param(
            said(PENDING, source="form"), said(GRANTED), False, id="pending-is-not-confirmed-by-others"
        ),
        pytest.param(said(PENDING), said(GRANTED), True, id="pending-confirmed-by-its-source"),
        pytest.param(
            said(PENDING, source="form"), said(GRANTED, Basis.DOUBLE_OPT_IN), True, id="pending-doubly-in"
        ),
        pytest.param(HELD, said(GRANTED), False, id="the-same-again"),
        pytest.param(HELD, said(GRANTED, Basis.OPT_IN, "web"), True, id="a-stronger-basis"),
        pytest.param(OWN, said(GRANTED), False, id="a-weaker-basis"),
        pytest.param(HELD, said(GRANTED, Basis.LEGITIMATE_INTEREST), True, id="a-corrected-basis"),
        pytest.param(
            HELD, said(GRANTED, Basis.LEGITIMATE_INTEREST, "web"), False, id="an-equal-basis-of-others"
        ),
    ],
)
def test_what_an_import_says_of_consent_is_weighed(held: Consent | None, new: Consent, kept: bool) -> None:
    """The stricter word stands; a grant improves only on its own ground."""
    assert consent_after(held, new) == (new if kept else None)
