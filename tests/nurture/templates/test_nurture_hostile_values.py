"""No value of a lead, however hostile, alters a mail's structure or is read as Markdown."""

from __future__ import annotations

from email.header import decode_header
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nurture.templates.render import Rendered, compile_templates
from nurture.templates.sandbox import header_line, one_line

BODY = """---
subject: "For:{{ lead.first_name }}:today"
preheader: "Dear:{{ lead.first_name }}:"
---
# Hello {{ lead.first_name }}!

A {{ lead.first_name }} in *a {{ lead.first_name }} paragraph*, and a [link for {{ lead.first_name }}](https://example.com/).

{% if lead.first_name is defined %}
- item {{ lead.first_name }} end
{% endif %}

> quoted {{ lead.first_name }} end

![picture of {{ lead.first_name }}](https://example.com/a.png "title {{ lead.first_name }}")

**[Button {{ lead.first_name }} end](https://example.com/?q={{ lead.first_name }}&end)**

    code {{ lead.first_name }} end
"""
LAYOUT = """<html><head><title>{{ subject }}</title><style>p{color:red}</style></head>
<body><div title="t {{ lead.first_name }}">{% block preheader %}{% endblock %}</div>
{% block body %}{% endblock %}
{% block footer %}{% endblock %}
</body></html>"""
FILES = {
    "templates/layout.html.j2": LAYOUT,
    "templates/footer.md.j2": "Bye {{ lead.first_name }}. [Unsubscribe]({{ unsubscribe_url }})",
    "templates/note.md.j2": BODY,
}
TEMPLATES, FAULTS = compile_templates(FILES)
PLAIN = "Annabel"

NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", "</td></tr></table>", "--><b>", "{{ 7 * 7 }}", "{% endif %}", "{# x",
        "\ue0007\ue001", "**bold**", "_em_", "`code`", "# head", "- item", "> quote", "1. one", "***",
        "[a](javascript:x)", "![x](y)", "\n\n# head\n", "\r\nBcc: a@example.com", "\u2028", "\x00", "\x1b[2J",
        "\u202eevil", "\u2066", "\ufeff", '"', "'", "' onload='x", "&lt;", "&", "&#123;", "=?UTF-8?Q?=0A?=",
        "]]>", "<!--", "\\", "|", "  ", "\t",
    ]
)  # fmt: skip
HOSTILE = st.lists(st.one_of(NASTY, st.text()), max_size=4).map("".join)


class _Outline(HTMLParser):
    """The elements of a page with the names of their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.values += [str(value) for name, value in attrs if name not in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(("/", tag))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def mail_for(name: str) -> Rendered:
    context: dict[str, Any] = {"lead": {"first_name": name}, "unsubscribe_url": "https://example.com/u"}
    return TEMPLATES.render("note", "en", context)


BENIGN = mail_for(PLAIN)
OUTLINE = _Outline(BENIGN.html)


def test_the_template_itself_has_no_error() -> None:
    """What is tested here is a template that check would pass."""
    assert {fault.severity for fault in FAULTS} <= {"warning"}


@given(HOSTILE)
def test_no_value_alters_the_html(name: str) -> None:
    """Elements and attributes stay the same; the words differ by the name alone, letter for letter."""
    outline = _Outline(mail_for(name).html)

    assert outline.elements == OUTLINE.elements
    assert "".join(outline.words) == "".join(OUTLINE.words).replace(PLAIN, one_line(name))
    assert outline.values == [value.replace(PLAIN, one_line(name)) for value in OUTLINE.values]


@given(HOSTILE)
def test_no_value_alters_the_text(name: str) -> None:
    """The text part keeps its lines and shows the name as it is, neither escaped nor read as Markdown."""
    shown = one_line(name)
    text = mail_for(name).text.replace(f"q={shown}&", "q=&")

    assert text == BENIGN.text.replace(f"q={PLAIN}&", "q=&").replace(PLAIN, shown)


@given(HOSTILE)
def test_subject_and_preheader_stay_one_line(name: str) -> None:
    """No control character and no line break of a value reaches a header."""
    mail = mail_for(name)

    assert mail.subject == header_line(f"For:{one_line(name)}:today")
    assert mail.preheader == f"Dear:{one_line(name)}:"
    assert len((mail.subject + mail.preheader).splitlines()) == 1


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """It has no control character, keeps every letter, and repeating it changes nothing."""
    line = one_line(text)

    assert len(f"|{line}|".splitlines()) == 1
    assert one_line(line) == line
    assert [char for char in line if char.isalnum()] == [char for char in text if char.isalnum()]


def test_a_name_copied_from_a_raw_header_costs_no_mail() -> None:
    """What reads as an encoded word, and would decode to a line end, is only text in a subject."""
    mail = mail_for("=?UTF-8?Q?Ann=0D=0ABcc:_evil@x.example?=")

    assert mail.subject == "For:= ?UTF-8?Q?Ann=0D=0ABcc:_evil@x.example?=:today"
    assert decode_header(mail.subject) == [(mail.subject, None)]
