"""Rows as people write them: what comes in, what is told of it, and the wish that outlives its row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.work.imports.map import MapRead, read_import_map
from flows.work.imports.run import ImportReport, import_file, try_file
from leadstore.rows import address, consent, lead, signal, suppression
from leadstore.store import Store, open_store

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
CATALOG = """
topics: {guides: {title: guides}}
attributes:
  employees: number
  size: {one_of: [small, medium, large]}
  since: date
signals:
  trial.started: {plan: {type: text, one_of: [free, paid]}}
"""
MAP = """
source: crm
lead:
  email: E-Mail
  key: Key
  first_name: First
  last_name: Last
  phone: Phone
  country: Country
  employees: Employees
  own_cap: Cap
consents:
  - {topic: guides, state: granted, basis: opt_in, when: Newsletter, at: Since}
  - {topic: all, state: withdrawn, basis: opt_in, when: Unsubscribed}
suppress:
  - {reason: complaint, when: Spam}
""".replace("E-Mail", 'row["E-Mail"]')
COLUMNS = "Key,E-Mail,First,Last,Phone,Country,Employees,Cap,Newsletter,Since,Unsubscribed,Spam"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """SQLite is enough: the statements are those of any other import."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


class Desk:
    """A project on disk and its store: what comes of a file."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store
        (folder / "nurture.yaml").write_text("")
        (folder / "catalog.yaml").write_text(CATALOG)

    def map(self, text: str = MAP) -> MapRead:
        """A map of the project."""
        (self.folder / "import.yaml").write_text(text)
        return read_import_map(self.folder, self.folder / "import.yaml")

    def file(self, content: str | bytes, name: str = "leads.csv") -> Path:
        """A file to import."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def brings(self, content: str | bytes | Path, text: str = MAP, **how: Any) -> ImportReport:
        """Import it; a dry run before it must have counted the same."""
        file = content if isinstance(content, Path) else self.file(content, how.pop("name", "leads.csv"))
        source = self.map(text)
        source = source.strictly() if how.pop("strict", False) else source
        dry = try_file(file, source, now=NOW, store=self.store, live=True)
        report = import_file(self.store, file, source, self.folder / "rejects", now=NOW, live=True, **how)
        assert (dry.counts, dry.first_rejects, dry.first_remarks) == (
            report.counts,
            report.first_rejects,
            report.first_remarks,
        )
        return report

    def rows(self, *rows: str, **how: Any) -> ImportReport:
        """Import rows below the usual header."""
        return self.brings("\n".join([COLUMNS, *rows, ""]), **how)

    def left(self) -> list[str]:
        """Addresses that are never written to: withdrawn from all, or suppressed."""
        with self.store.read() as tx:
            out = tx.scalars(
                select(address.c.address)
                .join(consent)
                .where(consent.c.topic == "*", consent.c.state == "withdrawn")
            )
            never = tx.scalars(select(address.c.address).join(suppression))
            return sorted({*out, *never})

    def granted(self) -> list[str]:
        """Addresses that may get guides."""
        with self.store.read() as tx:
            query = select(address.c.address).join(consent).where(consent.c.state == "granted")
            return sorted(tx.scalars(query))

    def leads(self, *names: str) -> list[tuple[Any, ...]]:
        """Some columns of all leads."""
        with self.store.read() as tx:
            query = select(*(getattr(lead.c, name) for name in names)).order_by(lead.c.id)
            return [tuple(row) for row in tx.execute(query)]

    def signals(self) -> list[tuple[str, str]]:
        """Type and subject of every signal."""
        with self.store.read() as tx:
            rows = tx.execute(select(signal.c.type, signal.c.properties).order_by(signal.c.id))
            return [(row.type, row.properties.get("webinar", "")) for row in rows]


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    """An empty project and store."""
    return Desk(tmp_path, store)


def counts(report: ImportReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: n for name, n in asdict(report.counts).items() if n}


BAD_ROWS = [
    pytest.param("k1,a@x.example,Ada,L,+" + "1" * 300 + ",France,5,,,,yes,", id="phone"),
    pytest.param("k1,a@x.example,Ada,L,,Atlantis,5,,,,yes,", id="country"),
    pytest.param("k1,a@x.example,Ada,L,,,many,,,,yes,", id="number"),
    pytest.param("k1,a@x.example,Ada,L,,,,,maybe,some day,yes,", id="sibling-consent"),
    pytest.param("k1,a@x.example,Ada,L,,,,,yes,31/31/2020,yes,", id="date"),
    pytest.param("N/A,a@x.example,,,,,,,,,yes,", id="key"),
    pytest.param("k" * 300 + ",a@x.example,,,,,,,,,yes,", id="long-key"),
    pytest.param("k1,a@x.example,Ada,L,,,,often,,,yes,", id="cap"),
    pytest.param("k1,a@x.example,Ada,L,,,,,,,,1", id="suppression"),
    pytest.param("k1,a@x.example,Acme, Inc,L,,,,,,,yes,", id="a-comma-too-many"),
    pytest.param("k1,a@x.example,Ada,L,,,,,,yes,", id="a-cell-too-few"),
    pytest.param('k1,a@x.example,"Ada,L,,,,,,,yes,', id="open-quote"),
    pytest.param("k1,a@x.example,Ren\udce9,L,,,,,,,yes,", id="bytes"),
    pytest.param("k1,a@x.example,A\0da,L,,,,,,,yes,", id="nul"),
]


@pytest.mark.parametrize("strict", [False, True], ids=["plain", "strict"])
@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_wish_to_leave_outlives_its_row(desk: Desk, row: str, strict: bool) -> None:
    """Whatever else of the row cannot be read: it came with an address."""
    content = f"{COLUMNS}\n{row}\nk2,b@x.example,Bob,B,,,,,yes,2027-01-01,,\n"

    desk.brings(content.encode("utf-8", "surrogateescape"), strict=strict)

    assert desk.left() == ["a@x.example"]
    assert desk.granted() == ["b@x.example"]


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_a_wish_outlives_a_key_of_somebody_else(desk: Desk, known: bool) -> None:
    """The row is rejected, for its address belongs to another lead than its key; the address has left."""
    if known:
        desk.rows("k9,a@x.example,Ada,L,,,,,yes,,,")
    desk.rows("k1,c@x.example,Cleo,C,,,,,yes,,,")

    report = desk.rows("k1,a@x.example,Ada,L,,,,,,,STOP,")

    assert counts(report) == {"read": 1, "rejected": 1, "withdrawn": 1}
    assert desk.left() == ["a@x.example"]
    assert desk.granted() == ["c@x.example"]


def test_a_wish_without_an_address_is_taken_by_its_key(desk: Desk) -> None:
    """The lead is known by it; a key that nobody has is a reject like any other."""
    desk.rows("k1,a@x.example,Ada,L,,,,,yes,,,")

    report = desk.rows("k1,,Ada,L,,,,,,,yes,", "k7,nobody,Ada,L,,,,,,,yes,", ",,,,,,,,,,yes,")

    assert counts(report) == {"read": 3, "rejected": 3, "withdrawn": 2}
    assert desk.left() == ["a@x.example"]


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "Oui",
        "JA",
        "Sí",
        "x",
        "X",
        "1",
        "true",
        "VRAI",
        "STOP",
        "unsubscribed",
        "Opted-Out",
        "désabonné",
        "abgemeldet",
        "2026-03-01",
        "01.03.2026",
        "2026-03-01 10:00:00",
        "on",
        "☑",
        "asked by phone",
    ],
)
def test_a_word_of_leaving_is_understood(desk: Desk, word: str) -> None:
    """In the languages that lists are kept in, and as the day on which somebody left."""
    desk.rows(f"k1,a@x.example,Ada,L,,,,,yes,,{word},")

    assert (desk.left(), desk.granted()) == (["a@x.example"], [])


@pytest.mark.parametrize(
    "word",
    [
        "",
        "no",
        "Non",
        "NEIN",
        "false",
        "0",
        "N",
        "n/a",
        "-",
        "NULL",
        "never",
        "subscribed",
        "Actif",
        "0000-00-00",
    ],
)
def test_a_word_of_staying_is_no_wish(desk: Desk, word: str) -> None:
    """`no` in the column of those who left is not one of them."""
    desk.rows(f"k1,a@x.example,Ada,L,,,,,yes,,{word},")

    assert (desk.left(), desk.granted()) == ([], ["a@x.example"])


@pytest.mark.parametrize("word", ["non", "0", "maybe", "", "unsubscribed"])
def test_only_a_clear_yes_grants(desk: Desk, word: str) -> None:
    """A consent is nobody's guess."""
    desk.rows(f"k1,a@x.example,Ada,L,,,,,{word},,,")

    assert desk.granted() == []


@pytest.mark.parametrize("word", ["UNSUBSCRIBED", "Désinscrit", "stop", "opt-out"])
def test_a_comparison_that_forbids_knows_other_words_for_the_same(desk: Desk, word: str) -> None:
    """`Unsubscribed == "unsubscribed"` holds for them; a word for staying stays one."""
    text = MAP.replace("when: Unsubscribed", 'when: "Unsubscribed in [\\"unsubscribed\\"]"')
    content = f"{COLUMNS}\nk1,a@x.example,Ada,L,,,,,yes,,{word},\nk2,b@x.example,B,,,,,,yes,,active,\n"

    desk.brings(content, text)

    assert (desk.left(), desk.granted()) == (["a@x.example"], ["b@x.example"])


def test_the_day_somebody_left_is_when_it_was(desk: Desk) -> None:
    """A column such as `unsubscribed_at` needs no `at` beside it."""
    desk.rows("k1,a@x.example,Ada,L,,,,,,,2026-03-01 10:00 Europe/Paris,")

    with desk.store.read() as tx:
        assert tx.scalars(select(consent.c.at)).all() == [datetime(2026, 3, 1, 9, tzinfo=UTC)]


DIRTY = (
    "\ufeffKey;E-Mail;First;Last;Phone;Country;Employees;Cap;Newsletter;Since;Unsubscribed;Spam;;\r\n"
    "k1; Ada@X.example ;Ada\u00a0B.;\u201cL\u201d;;Allemagne;1\u202f200;1 per 7 days;Oui;2027-01-01;;;;\r\n"
    "\r\n"
    ";;;;;;;;;;;;;\r\n"
    'k2;b@x.example;"Bob ""the"" first\r\nof all";;;UK;2.500,5;;x;;non;;;\r\n'
    "k3;nobody;Cleo;;;;;;;;ja;;;\r\n"
    "k4;d@x.example;Dora;;;Narnia;12 to 15;;;;;;;\r\n"
    "k2;B@X.EXAMPLE;;;;;;;;;;;;\r\n"
    "NULL;e@x.example;Eve;;;;;;nein;;;;;\r\n"
    "#N/A;f@x.example;Fred;;;;;;;;;;;\r\n"
    "k9;g@x.example;Gina;;;;;;;;STOP;;;;more\r\n"
)
SEMICOLONS = f'encoding: cp1252\ndelimiter: ";"{MAP}'


def test_a_dirty_file_comes_in(desk: Desk) -> None:
    """Byte order mark, semicolons, blanks of all kinds, quotes, blank lines, empty columns, placeholders."""
    text = SEMICOLONS.replace("cp1252", "utf-8")

    first = desk.brings(DIRTY, text)
    again = desk.brings(desk.folder / "leads.csv", text)

    assert counts(first) == {
        "read": 8,
        "saved": 5,
        "duplicates": 1,
        "rejected": 2,
        "cells_dropped": 4,
        "withdrawn": 2,
    }
    assert (again.counts.saved, again.counts.unchanged, again.counts.duplicates) == (0, 5, 1)
    assert desk.left() == ["g@x.example"]
    assert desk.granted() == ["ada@x.example", "b@x.example"]
    assert desk.leads("key", "first_name", "last_name", "country")[:3] == [
        ("k1", "Ada B.", "\u201cL\u201d", "DE"),
        ("k2", 'Bob "the" first of all', None, "GB"),
        ("k4", "Dora", None, None),
    ]
    assert [attributes.get("employees") for (attributes,) in desk.leads("attributes")[:2]] == [1200, 2500.5]
    told = [what for _, what in first.first_remarks]
    assert [what.partition(":")[0] for what in told] == ["column Country", "column Employees"] + [
        "column Key"
    ] * 2


@pytest.mark.parametrize("name", ["leads.csv", "leads.jsonl"])
def test_the_rejects_go_in_with_the_map_that_made_them(desk: Desk, name: str) -> None:
    """Delimiter, encoding and header are those of the file; unmended they are rejected again, mended not."""
    if name.endswith("csv"):
        text = SEMICOLONS
        head = COLUMNS.replace(",", ";")
        rows = [
            "k1;nobody;Ren\u00e9 \u20ac;;;;;;;;;",
            'k2;b@x.example;"Bob;;',
            "k3;c@x.example;C;;;;;;;;;;more;",
        ]
        content = "\n".join([head, *rows, ""]).encode("cp1252")
    else:
        text = MAP
        objects = [
            json.dumps({"Key": "k1", "E-Mail": "nobody", "First": "Ren\u00e9 \u20ac"}),
            '{"Key": "k2"',
            "[]",
        ]
        content = "\n".join(objects).encode()
    first = desk.brings(content, text, name=name)
    assert first.rejects is not None

    second = desk.brings(first.rejects, text)

    assert [why for _, why in second.first_rejects] == [why for _, why in first.first_rejects]
    assert second.rejects is not None
    third = desk.brings(second.rejects, text)
    assert [why for _, why in third.first_rejects] == [why for _, why in first.first_rejects]
    encoding = "cp1252" if name.endswith("csv") else "utf-8"
    mended = first.rejects.read_text(encoding=encoding).replace("nobody", "r@x.example")
    assert counts(desk.brings(mended.encode(encoding), text, name=f"mended-{name}"))["saved"] == 1
    assert desk.leads("first_name") == [("Ren\u00e9 \u20ac",)]


def test_a_line_that_was_no_row_goes_in_when_it_is_mended(desk: Desk) -> None:
    """It lies in one cell of the rejects, as it stood."""
    first = desk.rows('k2,b@x.example,"Bob,,,,,,,,,')
    assert first.rejects is not None

    mended = first.rejects.read_text().replace('""Bob', "Bob")
    report = desk.brings(mended, name="mended.csv")

    assert counts(report) == {"read": 1, "saved": 1}


def test_a_file_may_have_columns_called_as_ours(desk: Desk) -> None:
    """`line` and `reason` are then the file's own, and ours get other names."""
    text = "source: crm\nlead: {email: email, first_name: line}\n"

    first = desk.brings("line,reason,email\nAda,x,nobody\n", text)

    assert first.rejects is not None
    assert first.rejects.read_text().splitlines()[0] == "nurture_line,nurture_reason,line,reason,email"
    assert counts(desk.brings(first.rejects, text)) == {"read": 1, "rejected": 1}


@pytest.mark.parametrize("batch", [2000, 2], ids=["one-batch", "many"])
def test_a_second_import_saves_nothing(desk: Desk, batch: int) -> None:
    """Also of a file whose rows contradict each other: the first word of the file on a field stands."""
    rows = [
        "k1,a@x.example,Ada,L,1,FR,5,,,,,",
        ",a@x.example,,,2,DE,6,,yes,2027-01-01,,",
        "k2,b@x.example,Bob,B,,,,,,,,",
        "k1,a@x.example,Ada,L,3,GB,7,1 per 9 days,no,,,",
        "k1,A@X.example,Ada,L,1,FR,5,2 per 9 days,,,,",
    ]
    content = "\n".join([COLUMNS, *rows, ""])

    first = desk.brings(content, batch=batch) if batch > 2 else _in_batches(desk, content, batch)
    again = _in_batches(desk, content, batch)

    assert (first.counts.saved, first.counts.duplicates) == (4, 1)
    assert (again.counts.saved, again.counts.unchanged, again.counts.duplicates) == (0, 2, 3)
    assert desk.leads("key", "phone", "country") == [("k1", "1", "FR"), ("k2", None, None)]
    assert desk.granted() == ["a@x.example"]


def _in_batches(desk: Desk, content: str, batch: int) -> ImportReport:
    file = desk.file(content)
    how: dict[str, Any] = {"now": NOW, "live": True, "batch": batch}
    return import_file(desk.store, file, desk.map(), desk.folder / "rejects", **how)


@pytest.mark.parametrize(
    "key",
    [
        "NULL",
        "null",
        "N/A",
        "n.a.",
        "-",
        "--",
        "0",
        "000",
        "none",
        "unknown",
        "#N/A",
        "#REF!",
        "test",
        "1.23457E+11",
        "1,23457E+11",
        "undefined",
        "?",
        "inconnu",
        "k.A.",
        "[object Object]",
    ],
)
def test_a_key_that_is_none_melts_nobody(desk: Desk, key: str) -> None:
    """Each row goes by its address, and the cell is told."""
    cell = f'"{key}"'

    report = desk.rows(f"{cell},a@x.example,Ada,L,,,,,,,,", f"{cell},b@x.example,Bob,B,,,,,,,,")

    assert counts(report) == {"read": 2, "saved": 2, "cells_dropped": 2}
    assert desk.leads("key") == [(None,), (None,)]
    assert "Key" in report.first_remarks[0][1]


def test_a_key_of_two_people_is_told_and_not_merged(desk: Desk) -> None:
    """In one file, or in the file and the store: the second is rejected with the reason."""
    rows = ["7,a@x.example,Ada,L,,,,,,,,", "7,b@x.example,Bob,B,,,,,,,,", "8,c@x.example,,,,,,,,,,"]
    report = desk.rows(*rows, "8,d@x.example,,,,,,,,,,")
    later = desk.rows("7,e@x.example,Eve,E,,,,,,,,")

    assert report.first_rejects == (
        (3, "key: '7' belongs to somebody of another name and another address"),
        (5, "key: '8' came with another address in an earlier row of this file"),
    )
    assert later.counts.rejected == 1
    assert desk.leads("key", "first_name") == [("7", "Ada"), ("8", None)]


def test_a_person_who_moved_is_still_that_person(desk: Desk) -> None:
    """A later export may give a key another address; that is told, and the old one stays an alias."""
    desk.rows("7,a@x.example,Ada,L,,,,1 per 9 days,,,,")

    report = desk.rows("7,ada@new.example,A.,L,,,,,,,,")

    assert counts(report) == {"read": 1, "saved": 1}
    assert "'7' comes with another address" in report.first_remarks[0][1]
    with desk.store.read() as tx:
        kept = select(address.c.address, address.c.own_cap).where(address.c.current)
        assert tx.execute(kept).all() == [("ada@new.example", "1 per 9 days")]


def test_another_name_at_one_address_is_told(desk: Desk) -> None:
    """A shared mailbox is one lead; the first name stays."""
    report = desk.rows(",info@x.example,Ada,L,,,,,,,,", ",info@x.example,Bob,B,,,,,,,,")

    assert counts(report) == {"read": 2, "saved": 1, "duplicates": 1}
    assert report.first_remarks == (
        (3, "name: another name than in an earlier row about this lead; the earlier one stays"),
    )


def test_a_leads_own_cap_comes_in(desk: Desk) -> None:
    """With the row, and changed by a later one; what is no cap costs the cell."""
    desk.rows("k1,a@x.example,,,,,,1 per 7 days,,,,", "k2,b@x.example,,,,,,1 per 9 years,,,,")
    first = _caps(desk)
    desk.rows("k1,a@x.example,,,,,,2 per calendar month,,,,")

    assert first == [("a@x.example", "1 per 7 days"), ("b@x.example", None)]
    assert _caps(desk)[0] == ("a@x.example", "2 per calendar month")


def _caps(desk: Desk) -> list[tuple[str, str | None]]:
    with desk.store.read() as tx:
        return [tuple(row) for row in tx.execute(select(address.c.address, address.c.own_cap))]


WEBINAR = """
source: webinar-tool
id: {id}
lead: {{email: Email}}
signals:
  - {{type: webinar.attended, when: Attended, at: Joined, properties: {{webinar: Topic}}}}
"""


@pytest.mark.parametrize("id", ["Email", "Email | lower", "Token", "Hash", "Name"])
def test_a_second_report_of_the_same_people_is_taken_in(desk: Desk, id: str) -> None:
    """Ids that are addresses, or made of them, name a person; the signal is also one of webinar and time."""
    head = "Email,Token,Hash,Name,Topic,Attended,Joined\n"
    who = "ada@x.example,tok-1,0bf6cdb46ab6ea3f3a9a9d6d8a33d2ef,ada"
    one = f"{head}{who},intro,Yes,2027-03-01 10:00 CET\n{who.replace('ada', 'bob')},intro,No,\n"
    text = WEBINAR.format(id=id)

    desk.brings(one, text)
    again = desk.brings(one, text)
    desk.brings(one.replace("intro", "advanced").replace("03-01", "04-01"), text)

    assert again.counts.signals == 0
    assert desk.signals() == [("webinar.attended", "intro"), ("webinar.attended", "advanced")]


def test_a_report_without_the_webinars_name_goes_by_its_time(desk: Desk) -> None:
    """Two sessions are two signals, whatever the ids are."""
    text = WEBINAR.format(id="Token").replace(", properties: {webinar: Topic}", "")
    report = "Email,Token,Attended,Joined\na@x.example,tok-1,x,2027-03-01\n"

    desk.brings(report, text)
    desk.brings(report.replace("03-01", "04-01"), text)

    assert len(desk.signals()) == 2


def test_what_the_catalogue_lists_is_all_there_is(desk: Desk) -> None:
    """A value that is not among `one_of` costs its cell and is told with a suggestion."""
    text = "source: crm\nlead: {email: email, size: size}\n"

    report = desk.brings("email,size\na@x.example,Small\nb@x.example,meduim\n", text)

    assert [attributes for (attributes,) in desk.leads("attributes")] == [{"size": "small"}, {}]
    assert report.first_remarks == ((3, "size: 'meduim' is not in catalog.yaml; did you mean `medium`?"),)


EVENTS = """
source: events
id: id
lead: {email: email}
signals: [{type_from: event, at: at, properties: {webinar: webinar}, properties_from: more}]
"""


def test_an_unknown_type_or_property_in_a_file_is_told(desk: Desk) -> None:
    """With what was meant; the lead and what is known of it come in."""
    rows: list[dict[str, Any]] = [
        {"id": "e1", "event": "Trial.Started", "more": {"plan": "free"}},
        {"id": "e2", "event": "trial.startet"},
        {"id": "e3", "event": "trial.started", "more": {"plan": "gratis", "plam": "free"}},
        {"id": "e4", "event": "webinar.attended", "webinar": "intro", "more": "no object"},
        {"id": "e5"},
    ]
    base = {"email": "a@x.example", "at": "2027-03-01"}

    report = desk.brings("\n".join(json.dumps(base | row) for row in rows), EVENTS, name="events.jsonl")

    told = [what for _, what in report.first_remarks]
    assert "signal type: 'trial.startet' is unknown; did you mean `trial.started`?" in told[0]
    assert any("trial.started has no property 'plam'; did you mean `plan`?" in what for what in told)
    assert any("trial.started.plan: 'gratis' is not in catalog.yaml" in what for what in told)
    assert any("'no object' holds no properties" in what for what in told)
    assert desk.signals() == [("trial.started", ""), ("trial.started", ""), ("webinar.attended", "intro")]


def test_dates_come_in_every_form_the_map_lists(desk: Desk) -> None:
    """In their order, before ISO 8601; also as a spreadsheet's serial numbers."""
    text = 'source: crm\ndates: ["%d/%m/%Y", "%d.%m.%y", excel]\nlead: {email: email, since: since}\n'
    days = ["03/04/2024", "3.4.24", "45385", "2024-04-03", "3.4.71", "someday"]
    rows = "".join(f"l{n}@x.example,{day}\n" for n, day in enumerate(days))

    report = desk.brings(f"email,since\n{rows}", text)

    found = [attributes.get("since") for (attributes,) in desk.leads("attributes")]
    assert found == ["2024-04-03", "2024-04-03", "2024-04-03", "2024-04-03", "1971-04-03", None]
    assert "is not a date in the form %d/%m/%Y or %d.%m.%y or excel" in report.first_remarks[0][1]


def test_two_columns_of_one_name_matter_only_where_they_are_read(desk: Desk) -> None:
    """Exports have several `Notes`."""
    report = desk.brings("email,Notes,Notes\na@x.example,1,2\n", "source: crm\nlead: {email: email}\n")

    assert counts(report) == {"read": 1, "saved": 1}


def test_what_a_spreadsheet_tells_itself_is_no_header(desk: Desk) -> None:
    """`sep=;` stands in the first line of some files."""
    report = desk.brings(
        "sep=;\nemail;name\na@x.example;Ada\n",
        'source: crm\ndelimiter: ";"\nlead: {email: email, first_name: name}\n',
    )

    assert counts(report) == {"read": 1, "saved": 1}


def test_tabs_may_be_named(desk: Desk) -> None:
    """`delimiter: tab`."""
    report = desk.brings(
        "email\tname\na@x.example\tAda\n", "source: crm\ndelimiter: tab\nlead: {email: email}\n"
    )

    assert counts(report) == {"read": 1, "saved": 1}


def test_all_remarks_lie_beside_the_rejects(desk: Desk) -> None:
    """For their owner only: they quote cells."""
    report = desk.rows("k1,a@x.example,,,,Narnia,,,,,,")

    assert report.remarks is not None
    assert report.remarks.stat().st_mode & 0o077 == 0
    assert report.remarks.read_text().startswith("line,reason\n2,\"column Country: country: 'Narnia' is not")


def test_a_dry_run_sees_what_earlier_rows_and_the_store_hold(desk: Desk, tmp_path: Path) -> None:
    """Also without a store; over more than one batch it counts the same."""
    rows = "".join(f"u{n % 2500},l{n % 2500}@x.example,N{n % 7},,,,,,,,,\n" for n in range(5000))
    file = desk.file(f"{COLUMNS}\n{rows}")
    source = desk.map()

    bare = try_file(file, source, now=NOW, live=True)
    report = desk.brings(file)

    assert bare.counts == report.counts
    assert report.counts.saved == 2500
