"""A project is read whole: every fault of every file, or a book that can run."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.files.diagnosis import Fault
from nurture.project.book import Book, digest_of, read_book

POLICY = """
company: {name: Example, postal_address: "1 Street"}
sender: {name: Ada, address: ada@example.com}
"""
CATALOG = """
topics: {guides: {title: Guides}}
assets: {guide: {title: Guide, url: "https://example.com/guide"}}
attributes: {interest: text}
"""
SCORING = """
fit: [{rule: head, when: 'lead.job_title is contains("Head")', points: 30}]
engagement: {rules: [{rule: read, on: asset.downloaded, points: 10}]}
"""
SEQUENCE = """
sequence: white-paper
title: White paper
funnel: tofu
topic: guides
enter: {on: form.submitted, when: lead.engagement >= 42}
exit: [{when: lead.fit < 7}]
goal: demo.requested
steps:
  - send: paper/deliver
  - wait: 3 days
  - choose:
      - {when: lead.engagement > 70, steps: [{send: paper/more}]}
"""
LAYOUT = """<html><body>
{% block preheader %}{% endblock %}
{% block body %}{% endblock %}
{% block footer %}{% endblock %}
</body></html>
"""
FOOTER = "{{ company.name }}, {{ company.postal_address }}\n\n[Unsubscribe]({{ unsubscribe_url }})\n"
MAIL = """---
subject: Hello
asset: guide
---
Hello {{ lead.first_name or "there" }}

[Read]({{ asset.url }})
"""
FILES: Mapping[str, str] = {
    "nurture.yaml": POLICY,
    "catalog.yaml": CATALOG,
    "scoring.yaml": SCORING,
    "sequences/white-paper.yaml": SEQUENCE,
    "templates/layout.html.j2": LAYOUT,
    "templates/footer.md.j2": FOOTER,
    "templates/paper/deliver.md.j2": MAIL,
    "templates/paper/more.md.j2": MAIL,
}


def good(**changed: str) -> Book:
    book, faults = read_book(with_files(**changed))
    assert faults == []
    assert book is not None
    return book


def with_files(**changed: str) -> dict[str, str]:
    """The files with some exchanged: `policy`, `catalog`, `scoring`, `sequence` or `mail`."""
    paths = {
        "policy": "nurture.yaml",
        "catalog": "catalog.yaml",
        "scoring": "scoring.yaml",
        "sequence": "sequences/white-paper.yaml",
        "mail": "templates/paper/deliver.md.j2",
    }
    return {**FILES, **{paths[name]: text for name, text in changed.items()}}


def faults_of(files: Mapping[str, str]) -> list[Fault]:
    book, faults = read_book(files)
    assert book is None
    return faults


def test_a_good_project_is_a_book() -> None:
    """All its parts are there, and the files it was read from."""
    book = good()

    assert list(book.sequences) == ["white-paper"]
    assert book.templates.names == {"paper/deliver", "paper/more"}
    assert book.files == FILES
    assert book.digest == digest_of(FILES)


def test_thresholds_are_those_of_maturity_and_of_live_conditions() -> None:
    """Each is entered at its value and left a margin below; numbers in conditions stand as they are."""
    book = good()

    assert book.engagement_thresholds == (10.0, 15.0, 30.0, 35.0, 42.0, 55.0, 60.0, 70.0)
    assert book.fit_thresholds == (7.0, 15.0, 20.0, 35.0, 40.0, 55.0, 60.0)


def test_every_signal_type_that_is_read_is_named() -> None:
    """By sequences and by scoring, so that all others need not be loaded."""
    assert good().signal_types >= {"form.submitted", "demo.requested", "asset.downloaded", "lead.recycled"}


def test_the_digest_changes_with_any_file() -> None:
    """Also with the words of a template; the order of the files does not matter."""
    assert digest_of(with_files(mail=MAIL + "x")) != digest_of(FILES)
    assert digest_of(dict(reversed(FILES.items()))) == digest_of(FILES)


def test_the_version_stays_when_only_words_change() -> None:
    """Copy fixes flow through without moving anybody."""
    before, after = good(), good(mail=MAIL + "More.\n", sequence=SEQUENCE.replace("White paper", "Paper"))

    assert after.sequences["white-paper"].version == before.sequences["white-paper"].version
    assert after.digest != before.digest


def test_a_missing_file_is_a_fault() -> None:
    """All three are told, with the command that writes them."""
    faults = faults_of({})

    assert [(fault.code, fault.file) for fault in faults] == [
        ("NUR006", "catalog.yaml"),
        ("NUR006", "nurture.yaml"),
        ("NUR006", "scoring.yaml"),
    ]
    assert "nurture init" in faults[0].help


@pytest.mark.parametrize(
    "name", ["nurture.yaml", "catalog.yaml", "scoring.yaml", "sequences/white-paper.yaml"]
)
def test_a_file_that_is_not_yaml_is_a_fault(name: str) -> None:
    """It does not hide the others, and nothing is raised."""
    faults = faults_of({**FILES, name: "a: [", "sequences/other.yaml": "sequence: [x"})

    assert {fault.file for fault in faults} >= {name, "sequences/other.yaml"}


@pytest.mark.parametrize("name", ["nurture", "catalog", "scoring", "sequences/white-paper"])
def test_only_one_of_both_endings_may_be_there(name: str) -> None:
    """Nobody can tell which one counts; the one that is not read is named, and only that is told."""
    faults = faults_of({**FILES, f"{name}.yml": FILES[f"{name}.yaml"]})

    assert [(fault.code, fault.file, fault.help) for fault in faults] == [
        ("NUR007", f"{name}.yml", "keep one of both")
    ]
    assert faults[0].message == f"{name}.yml stands beside {name}.yaml: which one counts?"


@pytest.mark.parametrize("path", FILES)
def test_bytes_that_are_no_utf8_are_shown_in_their_place(path: str) -> None:
    """With the line, the column and the byte; the line is shown so that any terminal can print it."""
    bad = FILES[path] + "{# caf\udce9 #}\n"
    told = [fault for fault in faults_of({**FILES, path: bad}) if fault.code == "NUR008"]

    assert [(fault.file, fault.line, fault.column) for fault in told] == [(path, bad.count("\n"), 7)]
    assert told[0].message == "this is not UTF-8 text: here is the byte 0xe9"
    assert told[0].source_line == "{# caf\ufffd #}"


WEBSITES = {
    "no address": ("exmaple", "`exmaple` leads nowhere from a mail; write the whole link: `https://...`"),
    "no scheme": (
        "www.example.com",
        "`www.example.com` has no `https://`, so no program opens it; write `https://www.example.com`",
    ),
}


@pytest.mark.parametrize(("site", "message"), WEBSITES.values(), ids=WEBSITES.keys())
def test_a_web_site_that_no_mail_can_link_to_is_told(site: str, message: str) -> None:
    """It stands in the footer of every message; saying nothing is as good as an address."""
    policy = POLICY.replace('"1 Street"', f'"1 Street", website: "{site}"')

    assert [(f.code, f.message) for f in faults_of(with_files(policy=policy))] == [("NUR011", message)]
    assert good(policy=policy.replace(site, "")).policy.company.website == ""
    assert good(policy=policy.replace(site, "https://example.com")).policy.company.website


def test_faults_of_all_files_come_at_once_and_in_order() -> None:
    """Policy, catalogue, scoring, sequence and template, sorted by file."""
    faults = faults_of(
        with_files(
            policy=POLICY + "zome: x",
            catalog=CATALOG + "asets: {}",
            scoring=SCORING + "fitt: []",
            sequence=SEQUENCE + "  - wiat: 1 day\n    id: late",
            mail="no front matter",
        )
    )

    assert [fault.file for fault in faults] == [
        "catalog.yaml",
        "nurture.yaml",
        "scoring.yaml",
        "sequences/white-paper.yaml",
        "templates/paper/deliver.md.j2",
    ]


def test_an_unknown_template_is_told_with_the_closest() -> None:
    """The help names the template that was meant, or the file to write."""
    faults = faults_of(with_files(sequence=SEQUENCE.replace("paper/more", "paper/moar") + "  - send: zzz"))

    assert [(f.code, f.message, f.help) for f in faults] == [
        ("NUR040", "unknown template `paper/moar`", "did you mean `paper/more`?"),
        ("NUR040", "unknown template `zzz`", "known: `paper/deliver`, `paper/more`"),
    ]


def test_a_template_that_is_named_wrongly_is_told_once() -> None:
    """How to write the name is said; that no template is called so would be said in vain."""
    faults = faults_of(with_files(sequence=SEQUENCE.replace("paper/more", "Paper/More")))

    assert [fault.code for fault in faults] == ["NUR011"]
    assert "write `paper/more`" in faults[0].message


def test_without_any_template_the_help_says_what_to_write() -> None:
    """The path is the one that a send looks for."""
    files = {path: text for path, text in FILES.items() if not path.startswith("templates/")}

    assert faults_of(files)[0].help == "write templates/paper/deliver.md.j2"


def test_a_template_with_a_fault_is_not_unknown() -> None:
    """Its own fault is told, once."""
    faults = faults_of(with_files(mail="no front matter"))

    assert {fault.file for fault in faults} == {"templates/paper/deliver.md.j2"}


def test_layouts_are_not_sent() -> None:
    """A layout is no template."""
    assert [f.code for f in faults_of(with_files(sequence=SEQUENCE.replace("paper/more", "layout")))] == [
        "NUR040"
    ]


def test_what_a_set_step_holds_is_no_send() -> None:
    """An attribute may be called `send`."""
    catalog = CATALOG.replace("interest: text", "send: text")

    assert good(catalog=catalog, sequence=SEQUENCE + "  - set: {send: nothing}").sequences


def test_service_mail_is_refused_in_a_standing_sequence() -> None:
    """It answers a lead's own request, and nobody asked."""
    service = MAIL.replace("asset: guide", "asset: guide\npurpose: service")
    standing = SEQUENCE.replace("on: form.submitted, ", "")
    (fault,) = faults_of(with_files(mail=service, sequence=standing))

    assert (fault.code, fault.line, fault.column) == ("NUR050", 10, 11)


def test_service_mail_may_answer_a_request() -> None:
    """In a sequence that a signal enters."""
    assert good(mail=MAIL.replace("asset: guide", "asset: guide\npurpose: service")).sequences


def test_an_unknown_asset_of_a_template_is_told() -> None:
    """In the template's own file, at its name."""
    (fault,) = faults_of(with_files(mail=MAIL.replace("asset: guide", "asset: giude")))

    assert (fault.code, fault.file, fault.line, fault.column, fault.width, fault.help) == (
        "NUR042",
        "templates/paper/deliver.md.j2",
        3,
        8,
        5,
        "did you mean `guide`?",
    )


def test_an_asset_in_quotes_is_found_as_well() -> None:
    """However the front matter writes it."""
    (fault,) = faults_of(with_files(mail=MAIL.replace("asset: guide", '"asset": giude')))

    assert (fault.code, fault.line, fault.column) == ("NUR042", 1, 1)


def test_two_sequences_of_one_name_are_a_fault() -> None:
    """The second file is told where the first is, also when the first has faults."""
    faults = faults_of({**with_files(sequence=SEQUENCE + "  - x: y"), "sequences/zzz.yml": SEQUENCE})

    assert [(fault.code, fault.file, fault.line) for fault in faults] == [
        ("NUR030", "sequences/white-paper.yaml", 14),
        ("NUR052", "sequences/zzz.yml", 2),
    ]


def test_a_sequence_without_a_name_is_told_once() -> None:
    """It collides with nothing."""
    assert [
        f.code for f in faults_of(with_files(sequence=SEQUENCE.replace("sequence: white-paper", "")))
    ] == ["NUR010"]


@pytest.mark.parametrize(
    ("changed", "file", "line", "column"),
    [
        ({"policy": POLICY + 'quiet_hours: ["00:00-00:00"]'}, "nurture.yaml", 4, 1),
        ({"policy": POLICY + 'window: {hours: "22:00-06:00"}'}, "nurture.yaml", 4, 1),
        ({"sequence": SEQUENCE + 'window: {hours: "22:00-06:00"}'}, "sequences/white-paper.yaml", 14, 1),
        (
            {"sequence": SEQUENCE + '  - {send: paper/more, id: b, window: {hours: "22:00-06:00"}}'},
            "sequences/white-paper.yaml",
            14,
            31,
        ),
        (
            {
                "policy": POLICY + "window: {days: mon-fri}\nquiet_hours: []",
                "sequence": SEQUENCE + "window: {days: sun}",
            },
            "sequences/white-paper.yaml",
            14,
            1,
        ),
    ],
)
def test_a_window_that_never_opens_is_a_fault(
    changed: dict[str, str], file: str, line: int, column: int
) -> None:
    """A lead would wait for ever."""
    faults = faults_of(with_files(**changed))

    assert [(f.code, f.file, f.line, f.column) for f in faults] == [("NUR051", file, line, column)]


def test_windows_that_open_are_no_fault() -> None:
    """The policy's, the sequence's and the step's together."""
    sequence = (
        SEQUENCE.replace("goal:", "window: {days: mon-wed}\ngoal:")
        + "  - {send: paper/more, id: b, window: {days: wed}}"
    )

    assert good(policy=POLICY + "window: {days: mon-fri}", sequence=sequence).sequences


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "a: &b [*b]",
            "sequence: {a: [1, {send: [x]}]}\nenter: {on: [x]}",
            "steps: [[{send: 3}]]",
            "goal: [x]",
        ]
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FILES)), HOSTILE, min_size=1))
def test_no_file_makes_the_reader_raise(changed: dict[str, str]) -> None:
    """Whatever the files hold, the answer is a book or faults."""
    book, faults = read_book({**FILES, **changed})

    assert (book is None) == any(fault.severity == "error" for fault in faults)


def test_two_hundred_sequences_are_checked_in_time() -> None:
    """A project that large is read within the four seconds it is allowed."""
    many = {f"sequences/s{n}.yaml": SEQUENCE.replace("white-paper", f"s{n}") for n in range(200)}
    started = time.process_time()  # the machine may be busy with other tests
    book, _ = read_book({**FILES, **many})

    assert book is not None
    assert time.process_time() - started < 4
