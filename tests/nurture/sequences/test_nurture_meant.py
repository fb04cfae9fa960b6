"""What people write by mistake or out of habit gets the answer that a helpful colleague would give."""

from __future__ import annotations

import pytest

from nurture.files.spelling import meant_cap, meant_cast, meant_days, meant_hours, meant_span
from nurture.project.book import read_book
from tests.nurture.project.test_nurture_book import CATALOG, MAIL, POLICY, SEQUENCE, with_files

WAIT = "  - wait: 3 days"
WRITTEN = {
    "no blank after the dash": (WAIT, "  -wait: 3 days", 11, "`- wait: 3 days`"),
    "a tab": (WAIT, "\t- wait: 3 days", 11, "spaces"),
    "no colon": ("funnel: tofu", "funnel tofu", 4, "`funnel: tofu`"),
    "no blank after the colon": ("funnel: tofu", "funnel:tofu", 4, "`funnel: tofu`"),
    "equals": ("funnel: tofu", "funnel = tofu", 4, "`funnel: tofu`"),
    "a colon in a text": ("title: White paper", "title: White: paper", 3, 'title: "White: paper"'),
    "smart quotes": ("title: White paper", "title: \u201cWhite: paper\u201d", 3, "straight quotes"),
    "quotes left open": ("title: White paper", 'title: "White paper', 3, "end the text with"),
    "a bracket left open": (">= 42}", ">= 42", 6, "close it with `}`"),
    "a bullet": (WAIT, "  \u2022 wait: 3 days", 11, "`- wait: 3 days`"),
    "a hard blank": (WAIT, "\u00a0 - wait: 3 days", 11, "type the blanks again"),
    "indented otherwise": (WAIT, "   - wait: 3 days", 11, "indent it by 2 blanks"),
    "a text of brackets": ("title: White paper", "title: [White], paper", 3, "in quotes"),
    "a text of a percent sign": ("title: White paper", "title: %x", 3, '"%x"'),
    "a tag as a text": ("title: White paper", "title: {{ x }}", 3, "in quotes"),
    "a step without a colon": (WAIT, "  - wait 3 days", 11, "`- wait: 3 days`"),
    "a dash before a step": (WAIT, "  - -wait: 3 days\n    id: w", 11, "`- wait: ...`"),
    "a step in German": (WAIT, "  - warten: 3 days", 11, "this is called `wait` here"),
    "a key in German": ("funnel: tofu", "trichter: tofu", 4, "this is called `funnel` here"),
    "a key in French": ("goal: demo.requested", "objectif: demo.requested", 8, "this is called `goal` here"),
    "two mails in a step": (
        "send: paper/deliver",
        "send: [paper/deliver, paper/more]",
        10,
        "a step for each",
    ),
    "AND": ("when: lead.engagement >= 42", "when: lead.fit > 3 AND lead.fit < 9", 6, "`and`"),
    "TOFU": ("funnel: tofu", "funnel: TOFU", 4, "`tofu`"),
    "a list without brackets": ("exit: [{when: lead.fit < 7}]", "exit: {when: lead.fit < 7}", 7, "a list"),
}


@pytest.mark.parametrize(("was", "now", "line", "help"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_slip_is_told_once_with_what_was_meant(was: str, now: str, line: int, help: str) -> None:
    """One fault, at the line that is wrong, and how to write it."""
    _, faults = read_book(with_files(sequence=SEQUENCE.replace(was, now)))

    assert [fault.line for fault in faults] == [line]
    assert help in faults[0].help


TAGS = {
    "*|FNAME|*": "error", "%%first_name%%": "error", "[[first_name]]": "error", "${first_name}": "error",
    "<%= name %>": "error", "\u00abPrenom\u00bb": "error", "<<First Name>>": "error",
    "#{first_name}": "error",
    "%FIRSTNAME%": "error", "{FIRSTNAME}": "warning", "[First Name]": "warning", "$name": "warning",
    "{{first_name}}": "error", "{{contact.firstname}}": "error", "{{ lead.firstname }}": "error",
}  # fmt: skip


@pytest.mark.parametrize(("tag", "severity"), TAGS.items(), ids=TAGS.keys())
def test_a_merge_tag_of_another_tool_is_told(tag: str, severity: str) -> None:
    """With the name it has here, in the body and in the subject."""
    _, faults = read_book(with_files(mail=f"{MAIL}Dear {tag},\n"))
    _, in_subject = read_book(with_files(mail=MAIL.replace("subject: Hello", f"subject: 'Hello {tag}'")))

    assert [(f.line, f.severity) for f in faults] == [(8, severity)]
    assert "first_name" in faults[0].help
    assert [(f.line, f.severity) for f in in_subject] == [(2, severity)]


VALUES = {
    "*|UNSUB|*": "{{ unsubscribe_url }}",
    "*|LIST_ADDRESS|*": "{{ company.postal_address }}",
    "%%first_nmae%%": '{{ lead.first_name or "..." }}',
    "*|PHONE|*": '{{ lead.phone or "..." }}',
}


@pytest.mark.parametrize(("tag", "ours"), VALUES.items(), ids=VALUES.keys())
def test_a_tag_for_a_value_or_a_misspelt_field_is_told_with_ours(tag: str, ours: str) -> None:
    """Links and addresses have names of their own, and a slip in a field's name is forgiven."""
    _, faults = read_book(with_files(mail=f"{MAIL}Dear {tag},\n"))

    assert [(fault.code, fault.help) for fault in faults] == [("NUR421", f"write {ours}")]


def test_what_only_looks_like_a_tag_is_left_alone() -> None:
    """Prices, footnotes and brackets of every day."""
    _, faults = read_book(with_files(mail=f"{MAIL}It costs $99 (USD) [1] {{x}} 100 % of [those] $EUR\n"))

    assert faults == []


SPANS = {"3d": "3 days", "3 Tage": "3 days", "2 Wochen": "2 weeks", "three days": "3 days",
         "1 mois": "30 days",
         "1 semaine": "1 week", "5min": "5 minutes", "soon": "", "0 days": ""}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), SPANS.items(), ids=SPANS.keys())
def test_spans_as_others_write_them(written: str, meant: str) -> None:
    """Units in three languages, short and long."""
    assert meant_span(written) == meant


def test_times_as_others_write_them() -> None:
    """Hours, days, casts and caps; nothing where it cannot be told."""
    assert [meant_hours(text) for text in ("9:00-17:30", "9-17", "9am - 5pm", "all day", "99-17")] == [
        "09:00-17:30", "09:00-17:00", "09:00-17:00", "", "",
    ]  # fmt: skip
    assert [meant_days(text) for text in ("Monday - Friday", "Mo-Fr", "x", "a-b-c")] == ["mon-fri"] * 2 + [
        ""
    ] * 2
    assert [meant_cast(text) for text in ("Tuesday 9:00", "9:00 Di", "tue")] == ["tue 09:00", "tue 09:00", ""]
    assert [meant_cap(text) for text in ("2/week", "2 pro Woche", "x")] == [
        "2 per 1 week",
        "2 per 1 week",
        "",
    ]


BROKEN = {
    "catalogue: a line": {"catalog": CATALOG.replace("title: Guides", "title: Guides: x")},
    "catalogue: an asset without a link": {
        "catalog": CATALOG.replace(', url: "https://example.com/guide"', "")
    },
    "catalogue: a type that is none": {"catalog": CATALOG.replace("interest: text", "interest: txt")},
    "catalogue: a section misspelt": {"catalog": CATALOG.replace("assets:", "asets:")},
    "catalogue: a section that is none": {"catalog": CATALOG.replace("{guides: {title: Guides}}", "guides")},
    "policy: a line": {"policy": POLICY.replace("company:", "company")},
    "policy: no sender": {"policy": POLICY.replace("sender:", "sendr:")},
    "sequence: enter": {"sequence": SEQUENCE.replace("on: form.submitted", "onn: form.submitted")},
}


@pytest.mark.parametrize("changed", BROKEN.values(), ids=BROKEN.keys())
def test_one_broken_part_makes_no_other_look_wrong(changed: dict[str, str]) -> None:
    """One mistake, one fault."""
    _, faults = read_book(with_files(**changed))

    assert len(faults) == 1


@pytest.mark.parametrize("type", ["txt", "3", "{type: txt}"])
def test_an_attribute_whose_type_cannot_be_read_is_used_as_anything(type: str) -> None:
    """Conditions may compare it and steps may set it; only its type is told."""
    catalog = CATALOG.replace("interest: text", f"interest: {type}")
    uses = SEQUENCE.replace("lead.fit < 7", "lead.interest > 7") + "  - set: {interest: 3}\n"

    _, faults = read_book(with_files(catalog=catalog, sequence=uses))

    assert [(fault.file, fault.code) for fault in faults] == [("catalog.yaml", "NUR011")]


def test_no_file_hides_the_faults_of_another() -> None:
    """Policy, catalogue and sequence are broken at once; each says so, and so does what they leave."""
    files = with_files(
        policy=POLICY + "zone: Paris\n", catalog=CATALOG.replace("interest: text", "interest: txt")
    )
    files["scoring.yaml"] = "fit: [{rule: a, when: lead.x > 1}, {rule: b, when: lead.y > 1, points: many}]\n"
    files["sequences/b.yaml"] = SEQUENCE.replace("white-paper", "b").replace("demo.requested", "demo.asked")
    files["sequences/c.yaml"] = SEQUENCE.replace("title: ", "title")

    _, faults = read_book(files)

    assert [(fault.file, fault.code) for fault in faults] == [
        ("catalog.yaml", "NUR011"),
        ("nurture.yaml", "NUR011"),
        ("scoring.yaml", "NUR010"),
        ("scoring.yaml", "NUR020"),
        ("scoring.yaml", "NUR020"),
        ("scoring.yaml", "NUR011"),
        ("sequences/b.yaml", "NUR043"),
        ("sequences/c.yaml", "NUR001"),
    ]
