"""Whatever stands in a template, check answers with faults that have a place, never with a traceback."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.files.diagnosis import Fault, render_text
from nurture.templates.render import compile_templates

LAYOUT = (
    "<html><body>{% block preheader %}{% endblock %}\n"
    "{% block body %}{% endblock %}\n{% block footer %}{% endblock %}</body></html>"
)
FOOTER = "[Unsubscribe]({{ unsubscribe_url }})\n"
CATALOG = SimpleNamespace(attributes={"industry": "text"}, assets={"guide": 1}, webinars={"live": 1})
HEAD = "---\nsubject: S\n---\n"
NOTE = "templates/note.md.j2"


def check(files: dict[str, str]) -> list[Fault]:
    frame = {"templates/layout.html.j2": LAYOUT, "templates/footer.md.j2": FOOTER}
    faults = compile_templates(frame | files, CATALOG)[1]
    assert render_text(faults) is not None
    assert all(fault.line >= 1 and fault.column >= 1 and fault.width >= 1 for fault in faults)
    return faults


def check_everywhere(text: str) -> None:
    quoted = text.replace("'", "''")
    check({NOTE: HEAD + text})
    check({NOTE: text})
    check({NOTE: f"---\nsubject: '{quoted}'\n---\nx"})
    check({"templates/note.html.j2": HEAD + text, "templates/note.txt.j2": text})
    check({NOTE: HEAD + "x", "templates/layout.html.j2": LAYOUT + text})
    check({NOTE: HEAD + "x", "templates/footer.md.j2": FOOTER + text})


TAGS = {
    "autoescape": "{% autoescape false %}\nx\n{% endautoescape %}",
    "macro": "{% macro a(b=1) %}\nx\n{% endmacro %}",
    "call": "{% call(x) a() %}\nx\n{% endcall %}",
    "filter": "{% filter upper %}\nx\n{% endfilter %}",
    "with": "{% with a = 1 %}\nx\n{% endwith %}",
    "extends": "{% extends 'x' %}",
    "import": "{% import 'x' as y %}",
    "from": "{% from 'x' import y %}",
    "include": "{% include ['x'] ignore missing %}",
    "block": "{% block a scoped required %}\n{% endblock %}",
    "print": "{% print lead.email %}",
    "do": "{%- do x -%}",
    "trans": "{% trans %}x{% endtrans %}",
    "break": "{% for a in [1] %}\n{% break %}\n{% endfor %}",
    "continue": "{% for a in [1] %}\n{% continue %}\n{% endfor %}",
    "debug": "{% debug %}",
    "set": "{% set a %}\nx\n{% endset %}",
}


@pytest.mark.parametrize("tag", TAGS)
def test_tags_that_templates_do_not_have(tag: str) -> None:
    """Each of Jinja's other tags is refused in its line, with the caret under it."""
    fault = next(fault for fault in check({NOTE: HEAD + TAGS[tag]}) if tag in fault.message)

    assert (fault.code, fault.severity) == ("NUR405", "error")
    assert fault.source_line[fault.column - 1 : fault.column - 1 + fault.width] == tag


ODD = {
    "a member is set": "{% set a.b = 1 %}",
    "more digits than Python reads": "{{ " + "9" * 5000 + " }}",
    "an endless number": "{{ 1e999 }}",
    "brackets": "{{ " + "(" * 3000 + "1" + ")" * 300 + " }}",
    "lists": "{{ " + "[" * 40 + "]" * 40 + " }}",
    "nots": "{{ " + "not " * 3000 + "1 }}",
    "members": "{{ lead" + ".a" * 500 + " }}",
    "sums": "{{ 1" + " + 1" * 300 + " }}",
    "filters": "{{ 1" + " | abs" * 300 + " }}",
    "choices": "{{ " + "1 if 1 else " * 300 + "1 }}",
    "tests": "{% if 1 %}\n" * 200 + "{% endif %}\n" * 200,
    "loops": "{% for a in [1] %}\n" * 30 + "{% endfor %}\n" * 30,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_what_cannot_be_compiled_is_a_fault_in_its_place(text: str) -> None:
    """Python's own limits are met before they are reached."""
    fault = check({NOTE: HEAD + text})[0]

    assert (fault.code[:5], fault.severity) == ("NUR40", "error")
    assert fault.line >= 4
    assert "cannot be read (" not in fault.message
    check_everywhere(text)


@pytest.mark.parametrize(
    "text", ["{{ 0x10 }} {{ 1_000 }} {{ 0b1 }}", "{{ ((((1)))) }}", "{{ [[1], {'a': (2)}] | length }}"]
)
def test_what_is_merely_long_winded_passes(text: str) -> None:
    """Some brackets and other ways to write a number are no fault."""
    assert check({NOTE: HEAD + text}) == []


HTML = [
    "<![foo",
    "<![x[",
    "<!doctype",
    "<!DOCTYPE [",
    "<![CDATA[",
    "<!ELEMENT x",
    "<?x",
    "<!--",
    "<a href=",
    "</",
    "<a '",
    "<style>" + "{" * 5000,
    "<style>a{b:c",
    "<style>:not(:not(a)){b:c}</style>",
    "<div>" * 20_000,
    "<template><p>",
    "<textarea>{{ 1 }}",
    "<p style='a:;;::'>",
    "\x00",
    "<p \x00>",
    "<!-- {{ lead.email }} -->",
    "&#x110000;",
]
MARKDOWN = [">" * 5000, "* " * 3000, "[" * 5000, "![" * 3000, "**" * 5000, "`" * 9999, "[a]: <", "# " * 500]


@pytest.mark.parametrize(
    "text", [*HTML, *MARKDOWN], ids=lambda text: text[:12].encode("unicode_escape").decode()
)
def test_odd_html_and_markdown(text: str) -> None:
    """What is half a page is checked as well as it can be."""
    check_everywhere(text)


def test_what_nobody_thought_of_is_a_fault_of_its_file() -> None:
    """Half a surrogate pair cannot come from a file; were it to come, the other templates are checked."""
    faults = check({NOTE: HEAD + "\ud800", "templates/other.md.j2": HEAD + "{{ leed }}"})

    assert [(fault.code, fault.file) for fault in faults] == [
        ("NUR404", NOTE),
        ("NUR406", "templates/other.md.j2"),
    ]


WORDS = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "if",
        "for",
        "in",
        "set",
        "else",
        "elif",
        "endif",
        "endfor",
        "lead",
        "lead.email",
        "|",
        "upper",
        "join",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "1",
        "1.5",
        "~",
        "+",
        "*",
        "**",
        "==",
        "<",
        "not",
        "and",
        "is",
        "defined",
        ".",
        ",",
        ":",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "<a href=",
        "<p>",
        "</p>",
        "<style>",
        "</style>",
        "# ",
        "`",
        "```\n",
        "block",
        "endblock",
        "macro",
        "autoescape",
        "false",
        "raw",
        "endraw",
        "&#123;",
        "\\",
        "=",
        "none",
        "<!--",
        "-->",
        "<![if",
        "\u2028",
        "\x00",
        "é",
        "---\n",
        "subject:",
    ]
)


@settings(max_examples=20, deadline=None)
@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_no_text_ends_check(text: str) -> None:
    """Any words in any order, in every kind of file."""
    check_everywhere(text)
