"""No address in hand-written HTML runs a script, whether it is written there or comes with a value."""

from __future__ import annotations

import pytest

from nurture.errors import RenderError
from nurture.files.diagnosis import Fault
from nurture.templates.render import TemplateSet, compile_templates

HEAD = "---\nsubject: S\npurpose: service\n---\n"
LAYOUT = (
    "<html><body>{% block preheader %}{% endblock %}\n"
    "{% block body %}{% endblock %}\n{% block footer %}{% endblock %}\n</body></html>"
)


def by_hand(html: str) -> tuple[TemplateSet, list[Fault]]:
    return compile_templates({"templates/note.html.j2": f"{HEAD}{html}\n", "templates/note.txt.j2": "x"})


def html_of(html: str, company: str) -> str:
    templates, faults = by_hand(html)
    assert [fault for fault in faults if fault.severity == "error"] == []
    return templates.render("note", "en", {"lead": {"company": company}}).html


PLACES = {
    "href": '<a href="{}">x</a>',
    "src": '<img alt="" src="{}">',
    "srcset": '<img alt="" srcset="{}">',
    "a later srcset": '<img alt="" srcset="https://example.com/a.png 1x, {} 2x">',
    "a srcset without blanks": '<img alt="" srcset="https://example.com/a.png 1x,{} 2x">',
    "imagesrcset": '<link imagesrcset="{}">',
    "action": '<form action="{}"></form>',
    "formaction": '<button formaction="{}">x</button>',
    "poster": '<video poster="{}"></video>',
    "data": '<object data="{}"></object>',
    "background": '<table background="{}"></table>',
    "xlink:href": '<svg><a xlink:href="{}">x</a></svg>',
    "ping": '<a href="https://example.com/" ping="{}">x</a>',
    "a later ping": '<a href="https://example.com/" ping="https://example.com/p {}">x</a>',
    "cite": '<blockquote cite="{}">x</blockquote>',
    "a comment for Outlook": '<!--[if mso]><a href="{}">x</a><![endif]-->',
    "capitals and apostrophes": "<A HREF='{}'>x</A>",
    "no quotes": "<a href={}>x</a>",
}
places = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
BAD = {
    "plain": "javascript:alert(1)",
    "capitals": "JaVaScRiPt:alert(1)",
    "an entity": "&#106;avascript:alert(1)",
    "an entity without end": "&#x6Aavascript:alert(1)",
    "a tab inside": "java&Tab;script:alert(1)",
    "a control character": "&#1;javascript:alert(1)",
    "no width": "\u200bjavascript:alert(1)",
    "data": "data:text/html,x",
    "vbscript": "vbscript:x",
}


@places
@pytest.mark.parametrize("address", BAD.values(), ids=BAD.keys())
def test_check_refuses_what_is_written(place: str, address: str) -> None:
    """Whatever attribute it stands in, and however it is spelt; the fault is on its line."""
    templates, faults = by_hand("<p>x</p>\n" + place.format(address))

    assert [(fault.code, fault.line) for fault in faults] == [("NUR420", 6)]
    assert "note" not in templates.names


@pytest.mark.parametrize("blank", [" ", "\n", "\t ", "&#10;", "\x0b", "\u00a0"])
def test_blanks_in_front_hide_nothing(blank: str) -> None:
    """Mail programs skip them, and so does the check, for what is written and for values."""
    written = by_hand(f'<a href="{blank}javascript:alert(1)">x</a>')[1]

    assert [fault.code for fault in written] == ["NUR420"]
    with pytest.raises(RenderError, match="is not a link"):
        html_of(f'<a href="{blank}{{{{ lead.company }}}}">x</a>', "javascript:alert(1)")


@places
@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", " JAVASCRIPT:x", "data:text/html,x", "\x01javascript:x"]
)
def test_a_value_that_begins_an_address_must_be_a_link(place: str, value: str) -> None:
    """Data of a lead costs this lead's touch, in every place that holds an address."""
    with pytest.raises(RenderError, match="is not a link"):
        html_of(place.format("{{ lead.company }}"), value)


@places
def test_a_value_that_is_a_link_passes(place: str) -> None:
    """What is a link may stand there."""
    assert "https://example.com/v" in html_of(place.format("{{ lead.company }}"), "https://example.com/v")


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ('<a href="https://example.com/?q={{ lead.company }}">x</a>', "https://example.com/?q=a%20b:c"),
        ('<a href="/guide/{{ lead.company }}">x</a>', "/guide/a%20b:c"),
        ('<a href="guide?{{ lead.company }}">x</a>', "guide?a%20b:c"),
        ('<a href="mailto:{{ lead.company }}">x</a>', "mailto:a%20b:c"),
        ('<a href="#{{ lead.company }}">x</a>', "#a%20b:c"),
        ('<img alt="" srcset="https://example.com/w_1,h_{{ lead.company }} 2x">', "w_1,h_a%20b:c 2x"),
        ('<p title="javascript: {{ lead.company }}">x</p>', "javascript: a b:c"),
        ("<p>href='{{ lead.company }} <a href=\"/x/{{ lead.company }}\">x</a>'</p>", "/x/a%20b:c"),
    ],
)
def test_values_within_an_address_are_encoded(html: str, address: str) -> None:
    """They can neither end it nor change what it is; other attributes and words are left as they are."""
    assert address in html_of(html, "a b:c")


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ('<a href="java{{ lead.company }}">x</a>', "could choose what the link is"),
        ('<a href="www.{{ lead.company }}">x</a>', "could choose what the link is"),
        ('<a href="\n{% if 1 %}\n{{ lead.company }}\n{% endif %}\n">x</a>', "a tag stands in a link"),
        ('<meta http-equiv="refresh" content="0;url={{ lead.company }}">', "a meta refresh"),
        ('<meta http-equiv=" Refresh" content="0;url={{ lead.company }}">', "a meta refresh"),
        ('<meta http-equiv="{{ lead.company }}" content="0">', "a http-equiv attribute"),
        ('<meta http-equiv="refresh" content="0; url=javascript:x">', "begins with `javascript:`"),
        ("<meta http-equiv=refresh content=\"0;URL='data:x'\">", "begins with `data:`"),
        ('<iframe srcdoc="<p>x</p>"></iframe>', "no page of its own"),
        ('<iframe srcdoc="{{ lead.company }}"></iframe>', "no page of its own"),
        ('<p style="background: url(javascript:x)">x</p>', "begins with `javascript:`"),
        ("<p style=\"background: URL( 'java\\73 cript:x')\">x</p>", "begins with `javascript:`"),
        ('<p style="background: u\\rl(data:x)">x</p>', "begins with `data:`"),
        ('<p style="a: \\0 url(j/**/avascript:x)">x</p>', "begins with `javascript:`"),
        ("<style>@import 'javascript:x';</style>", "begins with `javascript:`"),
        ("<style>p { background: url(data:x) }</style><p>x</p>", "begins with `data:`"),
        ('<p style="background: url({{ lead.company }})">x</p>', "a style attribute"),
        ("<![x[a]]>", "a declaration cannot be read"),
        ("<div>" * 20_000, "nested too deeply"),
    ],
)
def test_what_has_a_language_of_its_own_is_refused(html: str, told: str) -> None:
    """Refreshing pages, pages in pages and styles hold addresses too; what is no HTML is said, not raised."""
    templates, faults = by_hand(html)

    assert any(told in fault.message for fault in faults), faults
    assert "note" not in templates.names


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="5">',
        '<meta name="x" content="javascript:">',
        '<p style="background: url(https://example.com/a.png)">x</p>',
        "<style>p { color: red }</style><p>x</p>",
        '<img alt="" src="cid:logo"><a href="#top">x</a><a href="a/b:c">x</a>',
        "<!-- javascript: --><br><p>x<p>y",
        "<ul>" + "<li>x" * 500 + "</ul>",
        "<!--[if mso]>\n{% if 1 %}\n<b>x</b>\n{% endif %}\n<![endif]-->",
    ],
)
def test_what_is_harmless_passes(html: str) -> None:
    """A mail may do all that mails do."""
    assert by_hand(html)[1] == []


def test_layouts_are_hand_written_too() -> None:
    """The fault stands in the layout, at its line, with the caret under the attribute."""
    layout = LAYOUT.replace("</body>", '<a class="x" href="&#106;avascript:x">x</a></body>')
    files = {
        "templates/layout.html.j2": layout,
        "templates/footer.md.j2": "Bye",
        "templates/note.md.j2": HEAD + "Hello",
    }
    fault = compile_templates(files)[1][0]

    assert (fault.code, fault.file, fault.line) == ("NUR420", "templates/layout.html.j2", 4)
    assert fault.source_line[fault.column - 1 :].startswith("href")


def test_markdown_links_are_held_to_the_same() -> None:
    """A value that could choose what a Markdown link is does not stand in it."""
    files = {
        "templates/layout.html.j2": LAYOUT,
        "templates/footer.md.j2": "Bye",
        "templates/note.md.j2": HEAD + "[x](java{{ lead.company }})",
    }

    assert [fault.code for fault in compile_templates(files)[1] if fault.severity == "error"] == ["NUR416"]


def test_tags_work_in_hand_written_tables() -> None:
    """A loop may stand around rows: its tags go where HTML allows nothing else."""
    page = "<table>\n{% for word in ['a', 'b'] %}\n<tr><td>{{ word }}</td></tr>\n{% endfor %}\n</table>"

    assert html_of(page, "x").count("<tr><td>") == 2


def test_tags_choose_in_a_comment_for_outlook() -> None:
    """What Outlook alone reads has tags as well."""
    page = "<!--[if mso]>\n{% if 0 %}\n<b>x</b>\n{% else %}\n<i>y</i>\n{% endif %}\n<![endif]-->"

    assert "<!--[if mso]>\n<i>y</i>\n<![endif]-->" in html_of(page, "x")
