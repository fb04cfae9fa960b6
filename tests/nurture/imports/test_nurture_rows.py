"""What cells mean: countries, moments, numbers, keys, words of yes and no, and a wish to leave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nurture.conditions.condition import ConditionError, Vocabulary, parse
from nurture.country_names import country_code
from nurture.files.source import load_yaml
from nurture.imports.dates import form_fault, read_moment
from nurture.imports.expressions import ExpressionError, compile_expression
from nurture.imports.keys import key_fault
from nurture.imports.lead import ImportedLead, Remark, RowFault
from nurture.imports.map import read_map
from nurture.imports.signal_ids import completed, names_person
from nurture.imports.types import as_cap, as_flag, as_instant, as_name, as_number, one_of
from nurture.project.catalog import Catalog, read_catalog
from nurture.project.placeholders import is_open, left_open
from nurture.project.policy import read_policy
from nurture.sequences.settable import set_fault

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
WORDS = Vocabulary(
    fields={"email": "text", "size": "text", "tags": "list"},
    signals={
        "consent.withdrawn": {"topic": "text"},
        "webinar.attended": {"webinar": "text", "minutes": "number"},
        "trial.started": {"plan": "text"},
        "history.summary": {"visits": "number"},
    },
    topics=frozenset({"guides"}),
    values={"size": frozenset({"Small", "Large"}), "trial.started.plan": frozenset({"free"})},
)
PLAIN = "source: crm\nid: Id\nlead: {email: Mail, key: Key}\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("GB", "UK|GBR|Great Britain|U.K.|England|Royaume-Uni|Großbritannien|Vereinigtes Königreich"),
        ("US", "USA|U.S.A.|United States of America|Etats-Unis|États-Unis d’Amérique|Vereinigte Staaten"),
        ("NL", "Holland|The Netherlands|Niederlande|Pays-Bas|NLD|Kingdom of the Netherlands"),
        ("DE", "Deutschland|Allemagne|DEU|Federal Republic of Germany|Bundesrepublik Deutschland|germany"),
        (
            "KR",
            "South Korea|Korea, Republic of|Republic of Korea|Corée du Sud|Südkorea|Korea (the Republic of)",
        ),
        ("KP", "Korea (Democratic People's Republic of)|North Korea|Nordkorea"),
        ("CD", "Congo, the Democratic Republic of the|DR Congo|Congo (Kinshasa)"),
        ("CG", "Congo|Republic of the Congo"),
        ("CI", "Côte d’Ivoire|Ivory Coast|Elfenbeinküste|Cote d'Ivoire"),
        ("IR", "Iran (Islamic Republic of)|Islamic Republic of Iran|Iran, Islamic Republic of"),
        ("CZ", "Czech Republic|Czechia|République tchèque|Tschechien|CZE"),
        ("FR", "France (FR)|FR - France|Frankreich|République française|fra"),
        ("AT", "Österreich|Oesterreich|Autriche|Republic of Austria"),
    ],
)
def test_a_country_has_many_names(code: str, names: str) -> None:
    """Codes, short and official names, and those that people write, in three languages."""
    assert {name for name in names.split("|") if country_code(name) != code} == set()


@pytest.mark.parametrize(
    "name", ["Narnia", "", None, "Republic of", "x" * 100, "FR - Germany", "ZZ", "(FR)x"]
)
def test_what_is_no_country_is_none(name: str | None) -> None:
    """Nothing is guessed."""
    assert country_code(name) is None


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-01 10:00 Europe/Paris", "2024-03-01T09:00"),
        ("2024-07-01 10:00 Europe/Paris", "2024-07-01T08:00"),
        ("2024-03-01 10:00 CET", "2024-03-01T09:00"),
        ("2024-03-01 10:00 (CEST)", "2024-03-01T08:00"),
        ("2024-03-01 10:00 EST", "2024-03-01T15:00"),
        ("2024-03-01T10:00+01:00[Europe/Paris]", "2024-03-01T09:00"),
        ("2024-03-01T10:00[America/New_York]", "2024-03-01T15:00"),
        ("2024-03-01 10:00 UTC", "2024-03-01T10:00"),
        ("2024-03-01 10:00 +0200", "2024-03-01T08:00"),
        ("2024-03-01 10:00 UTC-5", "2024-03-01T15:00"),
        ("2024-03-01 10:00 GMT+05:30", "2024-03-01T04:30"),
        ("01/03/2024 10:00 PM PST", "2024-03-02T06:00"),
        ("01/03/2024 22:00 CET", "2024-03-01T21:00"),
        ("Fri Mar 01 2024 10:00:00 GMT+0100 (Central European Standard Time)", "2024-03-01T09:00"),
        ("2024-03-01 10:00", "2024-03-01T10:00"),
        ("45352.5", "2024-03-01T12:00"),
        ("1.3.24", "2024-03-01T00:00"),
        ("1.3.69", "1969-03-01T00:00"),
    ],
)
def test_a_moment_keeps_the_zone_it_names(text: str, utc: str) -> None:
    """By IANA name, short name, offset or in brackets; it is never dropped."""
    forms = ["%d/%m/%Y %H:%M %Z", "%d/%m/%Y %I:%M %p", "%a %b %d %Y %H:%M:%S", "%d.%m.%y", "excel"]

    assert as_instant(text, UTC, forms).isoformat()[:16] == utc


@pytest.mark.parametrize(
    ("value", "forms", "why"),
    [
        ("2024-03-01 10:00 XYZ", (), "no zone is called 'XYZ'"),
        ("2024-03-01 10:00 Mars/Olympus", (), "no zone is called 'Mars/Olympus'"),
        ("2024-03-01 10:00 IST", (), "several zones are called IST"),
        ("2024-03-01 10:00 +99:00", (), "is not an ISO 8601 date"),
        ("45352", (), "list `excel` under `dates`"),
        ("9999999", ("excel",), "is not a date in the form excel"),
        ("soon", ("excel", "%d/%m/%Y"), "is not a date in the form excel or %d/%m/%Y"),
        ("soon PM", (), "is not an ISO 8601 date"),
        (True, (), "is not a date"),
        ([1], (), "is not a date"),
    ],
)
def test_a_moment_that_cannot_be_read_says_why(value: Any, forms: tuple[str, ...], why: str) -> None:
    """With what to write."""
    with pytest.raises(RowFault) as fault:
        read_moment(value, forms)

    assert why in fault.value.message


@pytest.mark.parametrize(
    ("form", "good"),
    [
        ("%d/%m/%Y", True),
        ("excel", True),
        ("excel1904", True),
        ("dd/mm/yyyy", False),
        ("%Q", False),
        ("%d%%", True),
    ],
)
def test_a_form_of_dates_is_checked(form: str, good: bool) -> None:
    """Before the first row."""
    assert (form_fault(form) == "") is good


def test_a_serial_number_of_an_old_mac() -> None:
    """Its days count from another day."""
    assert read_moment(43890, ["excel1904"]) == datetime(2024, 3, 1)  # noqa: DTZ001 - a wall clock's


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 200", 1200),
        ("1\u00a0200,5", 1200.5),
        ("1\u202f200\u202f300", 1200300),
        ("1'200", 1200),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("0,5", 0.5),
        ("12,75", 12.75),
        ("0,125", 0.125),
        ("1.234", 1.234),
        ("-3", -3),
    ],
)
def test_a_number_is_read_as_it_is_written_anywhere(text: str, number: float) -> None:
    """With blanks, points, commas and apostrophes between thousands."""
    assert as_number(text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [("1,234", "may be 1234 or 1.234"), ("1,2,3", "is not a number"), ("1.2.3", "not a number")],
)
def test_a_number_that_may_be_two_is_refused(text: str, why: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(RowFault) as fault:
        as_number(text)

    assert why in fault.value.message


@pytest.mark.parametrize(
    "key",
    [
        "NULL",
        "N/A",
        "-",
        "0",
        "0000",
        "none",
        "unknown",
        "#N/A",
        "#VALUE!",
        "test",
        "1.23457E+11",
        "1,2e+5",
        "x",
        "",
        "00-00",
        "[object Object]",
        "???",
        "xxxx",
    ],
)
def test_what_stands_for_no_key_is_none(key: str) -> None:
    """Placeholders and rounded numbers."""
    assert key_fault(key) != "" or key == ""


@pytest.mark.parametrize(
    "key", ["7", "C-1001", "ada@x.example", "0012", "00x7", "E11", "a1b2-c3", "k10", "Test-7"]
)
def test_what_may_be_a_key_is_one(key: str) -> None:
    """However odd it looks."""
    assert key_fault(key) == ""


def test_flags_speak_several_languages() -> None:
    """Yes and no."""
    assert [as_flag(word) for word in ("Oui", "ja", "SÍ", "x", "Non", "nein", "0")] == [True] * 4 + [
        False
    ] * 3


def test_a_cap_is_read_or_refused() -> None:
    """As a lead may choose it."""
    assert as_cap(" 1  per 7 days ") == "1 per 7 days"
    with pytest.raises(RowFault, match="is not a cap"):
        as_cap("sometimes")


def test_a_closed_list_takes_any_case() -> None:
    """And spells the value as the catalogue does; what is not in it is refused with a suggestion."""
    convert = one_of({"Small", "Large"}, lambda value: value)

    assert convert("small") == "Small"
    assert convert(["LARGE"]) == ["Large"]
    with pytest.raises(RowFault, match="did you mean `Small`"):
        convert("smal")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Out is yes", True),
        ("Stay is no", True),
        ("Out is left", True),
        ("Stay is left", False),
        ("Empty is left", False),
        ("Flag is left", True),
        ("not Stay", True),
        ("Out and Stay", "Non"),
        ("Stay and Out", "Non"),
        ("Stay or Out", "Oui"),
        ('Stay or ""', "Non"),
        ('Empty or ""', ""),
        ('"a" if Stay else "b"', "b"),
        ('Out == "yes"', True),
        ('Out != "yes"', False),
        ('Out in ["left", "yes"]', True),
        ('Out not in ["yes"]', False),
        ('Empty == "yes"', False),
        ('Letter == "S"', True),
        ('Letter == "x"', False),
        ("Out == Out", True),
    ],
)
def test_a_rule_that_forbids_reads_words_by_their_meaning(text: str, value: Any) -> None:
    """Of yes, no and leaving, in any language; a single letter means itself."""
    row = {"Out": " Oui\u200b ", "Stay": "Non", "Empty": "", "Letter": "s", "Flag": True}

    assert compile_expression(text, forbids=True).read(row) == value


def read(text: str, **cells: Any) -> ImportedLead:
    """What a map makes of a row."""
    found, faults = read_map("import.yaml", text, WORDS)
    assert not faults
    assert found is not None
    return found.reader.read({"Mail": "Ada@Example.com", "Id": "r7", "Key": "k7", **cells}, 2, NOW)


def test_an_unreadable_wish_is_taken_when_its_cell_says_so() -> None:
    """`Out | number > 0` cannot read `yes`, and we can."""
    text = PLAIN + "suppress: [{when: Out | number > 0}]\n"

    assert read(text, Out="yes").suppression is not None
    with pytest.raises(RowFault, match="'perhaps' is not a number"):
        read(text, Out="perhaps")


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        ({"Id": "ada@example.com"}, ["webinar.attended:ada@example.com:intro:20270301T000000Z"]),
        ({"Id": "row-7"}, ["webinar.attended:row-7:intro"]),
        ({"Id": "N/A"}, ["webinar.attended:ada@example.com:intro:20270301T000000Z"]),
        ({"Id": "k7"}, ["webinar.attended:k7:intro:20270301T000000Z"]),
        ({"Id": "row-7", "Topic": ""}, ["webinar.attended:row-7:20270301T000000Z"]),
    ],
)
def test_an_id_that_names_a_person_is_completed(cells: dict[str, str], ids: list[str]) -> None:
    """By what the signal is about and when it was."""
    text = PLAIN + "signals: [{type: webinar.attended, at: At, properties: {webinar: Topic}}]\n"

    found = read(text, **{"At": "2027-03-01", "Topic": "intro", **cells})

    assert [past.source_id for past in found.signals] == ids


@pytest.mark.parametrize(
    ("own", "person"),
    [
        ("ada@x.example", True),
        ("ada%40x.example", True),
        ("ada", True),
        ("k7", True),
        ("4be33e4c9d6a1c6a3b8b0b3e6b5d8e1c", False),
        ("17", False),
    ],
)
def test_what_names_a_person_is_known(own: str, person: bool) -> None:
    """An address, a part or a digest of it, or the key."""
    assert names_person(own, "ada@x.example", "k7") is person


def test_a_digest_of_the_address_names_a_person() -> None:
    """As tools that hide addresses write them."""
    import hashlib

    digest = hashlib.sha256(b"ada@x.example").hexdigest()

    assert names_person(digest.upper(), "ada@x.example", None)
    assert not names_person(digest, "", None)


def test_an_id_says_nothing_twice() -> None:
    """Its author may have completed it already."""
    assert completed("webinar.attended:ada-intro", "webinar.attended", {"webinar": "intro"}, None, True) == (
        "webinar.attended:ada-intro"
    )


def test_a_row_may_name_its_type_and_properties() -> None:
    """Unknown ones are told with a suggestion; what is no object of properties too."""
    text = PLAIN + "signals: [{type_from: Event, properties: {webinar: Topic}, properties_from: More}]\n"

    good = read(text, Event="Trial.Started", More={"plan": "FREE"}, Topic="intro")
    bad = read(text, Event="webinar.attended", More={"minuts": 3, "minutes": "many"})

    assert [(past.type, dict(past.properties)) for past in good.signals] == [
        ("trial.started", {"plan": "free"})
    ]
    assert [str(remark) for remark in bad.remarks] == [
        "column More: signals properties: webinar.attended has no property 'minuts'; did you mean `minutes`?",
        "webinar.attended.minutes: 'many' is not a number",
    ]
    assert read(text, Event="").signals == ()
    assert "'trial.startet' is unknown" in str(read(text, Event="trial.startet").remarks[0])
    assert "holds no properties" in str(read(text, Event="trial.started", More="x").remarks[0])
    assert read(text, Event="trial.started").remarks == ()


def test_an_expression_of_properties_may_fail_too() -> None:
    """It costs the properties."""
    text = PLAIN + "signals: [{type: trial.started, properties_from: More | number}]\n"

    assert "is not a number" in str(read(text, More="x").remarks[0])


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ("signals: [{at: At}]\n", "NUR514", "either a `type` or a `type_from`"),
        (
            "signals: [{type: trial.started, type_from: Event}]\n",
            "NUR514",
            "either a `type` or a `type_from`",
        ),
        (
            "signals: [{type_from: Event, properties: {wbinar: Topic}}]\n",
            "NUR514",
            "unknown property `wbinar`",
        ),
        ("dates: [dd.mm.yyyy]\n", "NUR510", "`dd.mm.yyyy` is no form of dates"),
    ],
)
def test_a_fault_of_the_new_parts_is_told(more: str, code: str, message: str) -> None:
    """As all others are."""
    found, faults = read_map("import.yaml", PLAIN + more, WORDS)

    assert found is None
    assert faults[0].code == code
    assert message in faults[0].message


def test_a_broken_record_keeps_its_wish() -> None:
    """Read under the header from its first cell on, or up to its last; only written words count there."""
    found, _ = read_map(
        "import.yaml", PLAIN + "consents: [{topic: all, state: withdrawn, basis: opt_in, when: Out}]\n", WORDS
    )
    assert found is not None
    wish = found.reader.wish

    assert wish([{"Mail": "a@x.example"}, {"Out": "STOP"}], 3, NOW, "broken") is not None
    assert wish([{"Mail": "x"}, {"Id": "a@x.example", "Out": "STOP"}], 3, NOW, "broken") is not None
    assert (
        wish([{"Id": "a@x.example", "Key": "b@x.example", "Out": "STOP", "Mail": "@"}], 3, NOW, "broken")
        is None
    )
    assert wish([{"Mail": "a@x.example", "Out": "Acme"}], 3, NOW, "broken") is None


def test_a_rule_without_a_condition_is_no_wish_of_a_broken_record() -> None:
    """It speaks of whole rows."""
    found, _ = read_map("import.yaml", PLAIN + "suppress: [{reason: operator}]\n", WORDS)
    assert found is not None

    assert found.reader.wish([{"Mail": "a@x.example"}], 3, NOW, "broken") is None


@pytest.mark.parametrize("when", ["12345x", "2099-01-01", "2026-01-01"])
def test_a_cell_that_may_hold_a_day_is_a_wish_all_the_same(when: str) -> None:
    """What is no day, or one to come, is heard of now."""
    said = read(PLAIN + "suppress: [{when: Out}]\n", Out=when).suppression

    assert said is not None
    assert said.at == (datetime(2026, 1, 1, tzinfo=UTC) if when == "2026-01-01" else NOW)


def test_a_grant_may_be_dated_by_its_own_cell() -> None:
    """`Opted in at` says that and when."""
    text = PLAIN + "consents: [{topic: guides, state: granted, basis: opt_in, when: In}]\n"

    assert [said.at for said in read(text, In="2026-01-01").consents] == [datetime(2026, 1, 1, tzinfo=UTC)]
    assert read(text, In="perhaps").consents == ()


def test_a_remark_names_the_column_once() -> None:
    """Where field and column have one name."""
    assert str(Remark("country", "why", "country")) == "country: why"
    assert str(Remark("", "why", "Land")) == "column Land: why"


def test_what_init_leaves_open_is_known() -> None:
    """Brackets, and a domain of nobody."""
    assert is_open("[Your company]")
    assert is_open("https://www.your-company.example")
    assert not is_open("Dale [UK] Ltd")


def test_a_rejected_row_keeps_only_its_wish() -> None:
    """A strict map, and a cell that cannot be read beside a word of leaving."""
    text = "strict: true\ndates: ['%d/%m/%Y']\n" + PLAIN.replace("key: Key", "key: Key, size: Size")
    text += "suppress: [{when: Out, at: At}]\nsignals: [{type: consent.withdrawn, when: Out}]\n"

    found = read(text, Size="huge", Out=True, At="01/06/2027")

    assert (found.rejected[:12], found.attributes) == ("column Size:", {})
    assert found.suppression is not None
    assert found.suppression.at == datetime(2027, 6, 1, tzinfo=UTC)
    assert [past.type for past in found.signals] == ["consent.withdrawn"]


def test_two_rules_about_one_topic_keep_the_stricter() -> None:
    """Whatever their order."""
    text = PLAIN + (
        "consents:\n  - {topic: guides, state: withdrawn, basis: opt_in, when: Out}\n"
        "  - {topic: guides, state: granted, basis: opt_in}\n"
    )

    assert [said.state.value for said in read(text, Out=1).consents] == ["withdrawn"]
    assert read_map("import.yaml", text, WORDS)[0].names == {"Id", "Mail", "Key", "Out"}  # type: ignore[union-attr]


CLOSED = """
attributes: {size: {one_of: [small, large]}, tags: {type: list, one_of: [a, b]}}
signals: {trial.started: {plan: {type: text, one_of: [free, paid]}}}
"""


def _catalog(text: str) -> tuple[Catalog | None, list[str]]:
    node, _ = load_yaml("catalog.yaml", text)
    assert node is not None
    found, faults = read_catalog(node, "catalog.yaml")
    return found, [fault.message for fault in faults]


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ('lead.size == "small"', True),
        ('lead.size == "smal"', False),
        ('signals.any("trial.started", plan="free")', True),
        ('signals.any("trial.started", plan="fre")', False),
    ],
)
def test_a_condition_knows_what_the_catalogue_lists(condition: str, known: bool) -> None:
    """A value that can never be is a fault, with what was meant."""
    catalog, _ = _catalog(CLOSED)
    assert catalog is not None
    try:
        parse(condition, catalog.vocabulary())
        said = ""
    except ConditionError as error:
        said = error.suggestion

    assert (said == "") is known
    assert known or "did you mean" in said


def test_a_set_step_knows_it_too() -> None:
    """It may not write what no list may bring."""
    catalog, _ = _catalog(CLOSED)

    assert set_fault("size", "small", catalog) is None
    assert set_fault("tags", ["a"], catalog) is None
    assert set_fault("size", "smal", catalog) == (
        "NUR045",
        "`smal` is not a value of `size`",
        "did you mean `small`?",
    )
    assert set_fault("tags", ["a", "c"], catalog) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("attributes: {size: {type: number, one_of: [a]}}", "`one_of` lists texts, and this is a number"),
        ("attributes: {size: {one_of: []}}", "at least 1 item"),
        ("attributes: {size: txt}", "`txt` is not known here"),
        ("attributes: {size: {kind: text}}", "unknown key `kind`"),
        ("attributes: {size: [text]}", "is not known here"),
    ],
)
def test_a_broken_description_is_told(text: str, why: str) -> None:
    """Once, and in its place."""
    _, messages = _catalog(text)

    assert len(messages) == 1
    assert why in messages[0]


def test_what_is_left_open_in_a_policy_is_found() -> None:
    """Sender and sellers, too; a check warns of it."""
    node, _ = load_yaml("nurture.yaml", POLICY)
    assert node is not None
    policy, faults = read_policy(node, "nurture.yaml")
    assert policy is not None, faults

    assert [loc for loc, _ in left_open(policy)] == [
        ("company", "name"),
        ("sender", "address"),
        ("handoff", "sellers", 0, "name"),
    ]


POLICY = """
company: {name: "[Your company]", postal_address: 1 High St}
sender: {name: Ada, address: hello@your-company.example}
handoff: {sellers: [{name: "[A seller]", address: bob@dale.example}]}
"""


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x.example")', "=cmd|' /C calc'!A0", "Win https://x.example"]
)
def test_a_link_or_a_formula_is_no_name(name: str) -> None:
    """Nobody is greeted by it: forms are filled with such so that our mail carries them."""
    with pytest.raises(RowFault, match="is no name"):
        as_name(name)


def test_a_name_is_kept_as_it_is_written() -> None:
    """On one line, whatever else stands in it."""
    assert [as_name(name) for name in ("O'Neill", "Dale & Sons = more", "+49 Media", "Anna\nB")] == [
        "O'Neill",
        "Dale & Sons = more",
        "+49 Media",
        "Anna B",
    ]


def test_who_sets_means_to_compare() -> None:
    """`=` for `==` is the first mistake in a map; the caret stands at it, and the help says which."""
    with pytest.raises(ExpressionError) as told:
        compile_expression('Newsletter = "oui"')

    assert (told.value.offset, told.value.hint) == (11, "`==` compares")


def test_a_grant_that_cannot_be_read_grants_nothing() -> None:
    """The lead comes in, and the cell is told."""
    found = read(PLAIN + "consents: [{topic: guides, state: granted, basis: opt_in, when: In > 3}]\n", In="x")

    assert (found.consents, len(found.remarks)) == ((), 1)
