"""Templates are prepared once, choose their language, and render plain data only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nurture.errors import NotFound, RenderError
from nurture.templates.render import Rendered, TemplateSet, compile_templates
from nurture.words import Purpose

LAYOUT = """<html><head><title>{{ subject }}</title>
<style>p { color: red } @media print { p { color: black } }</style>
</head><body><i>{% block preheader %}{% endblock %}</i>
<div>{% block body %}{% endblock %}</div>
<small>{% block footer %}{% endblock %}</small></body></html>
"""
FOOTER = "{{ company.name }}. [Unsubscribe]({{ unsubscribe_url }})\n"
CONTEXT: dict[str, Any] = {
    "lead": {"email": "ann@example.com", "first_name": "Ann"},
    "company": {"name": "Verrou"},
    "unsubscribe_url": "https://example.com/u/token",
    "webinars": {"live": {"starts_at": datetime(2027, 1, 21, 10, 30, tzinfo=UTC)}},
}


def markdown(body: str, subject: str = "A subject", more: str = "") -> str:
    return f"---\nsubject: '{subject}'\n{more}---\n{body}\n"


def shelf(**bodies: str) -> dict[str, str]:
    files = {f"templates/{name.replace('__', '.')}.md.j2": body for name, body in bodies.items()}
    return {"templates/layout.html.j2": LAYOUT, "templates/footer.md.j2": FOOTER} | files


def compiled(files: dict[str, str]) -> TemplateSet:
    templates, faults = compile_templates(files)
    assert [fault for fault in faults if fault.severity == "error"] == []
    return templates


def rendered(body: str, subject: str = "A subject", **lead: Any) -> Rendered:
    context = CONTEXT | {"lead": CONTEXT["lead"] | lead}
    return compiled(shelf(note=markdown(body, subject))).render("note", "en", context)


def test_names_leave_out_layouts_and_footers() -> None:
    """What a sequence may send is the templates, not what frames them."""
    templates = compiled(shelf(note=markdown("Hello")))

    assert templates.names == {"note"}


def test_info_tells_purpose_asset_and_languages() -> None:
    """The gate reads purpose and asset from the template; the policy's language comes first."""
    more = "purpose: service\nasset: guide\n"
    files = shelf(note=markdown("Hello", more=more), note__fr=markdown("Bonjour", more=more))
    info = compile_templates(files, default_language="de")[0].info("note")

    assert (info.name, info.purpose, info.asset, info.languages) == (
        "note",
        Purpose.SERVICE,
        "guide",
        ("de", "fr"),
    )


def test_unknown_template_is_not_found() -> None:
    """A name that no file has is a mistake of the caller, not of the lead's data."""
    with pytest.raises(NotFound, match="nothing"):
        TemplateSet().render("nothing", "en", CONTEXT)


@pytest.mark.parametrize(
    ("language", "chosen"),
    [("fr-CA", "fr"), ("fr", "fr"), ("en", "en"), ("de", "en"), ("", "en"), ("fr-BE-x", "fr")],
)
def test_language_falls_back(language: str, chosen: str) -> None:
    """`fr-CA` is served by fr, and a language without a variant by the plain file."""
    files = shelf(note=markdown("Hello"), note__fr=markdown("Bonjour"))

    assert compiled(files).render("note", language, CONTEXT).language == chosen


def test_all_four_parts_are_rendered() -> None:
    """Subject, preheader, HTML and text come from one template, layout and footer included."""
    files = shelf(
        note=markdown(
            "Hello *{{ lead.first_name }}*",
            "For {{ lead.first_name }}",
            'preheader: "Hi {{ lead.first_name }}"\n',
        )
    )
    mail = compiled(files).render("note", "en", CONTEXT)

    assert (mail.subject, mail.preheader) == ("For Ann", "Hi Ann")
    assert "<title>For Ann</title>" in mail.html
    assert "<i>Hi Ann</i>" in mail.html
    assert '<p style="color: red;">Hello <em>Ann</em></p>' in mail.html
    assert mail.text == "Hello Ann\n\n-- \nVerrou. Unsubscribe <https://example.com/u/token>\n"


def test_at_rules_stay_in_the_head() -> None:
    """Dark mode and small screens cannot be inlined, so their rules stay."""
    assert "<style>@media print { p { color: black } } </style>" in rendered("Hello").html


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    """A name is text in both parts, whatever it looks like."""
    mail = rendered("Hello {{ lead.first_name }}", first_name='<b>"A" & *B*</b>')

    assert "Hello &lt;b&gt;&#34;A&#34; &amp; *B*&lt;/b&gt;" in mail.html
    assert 'Hello <b>"A" & *B*</b>' in mail.text


def test_text_that_looks_like_jinja_stays_text() -> None:
    """Braces that Markdown unescapes are never run as a tag."""
    mail = rendered("Write \\{\\{ lead.email }} or &#123;&#123; 7 * 7 }} or &#xE002;7&#xE003;")

    assert "Write {{ lead.email }} or {{ 7 * 7 }} or 7" in mail.html
    assert "Write {{ lead.email }} or {{ 7 * 7 }} or 7" in mail.text


def test_declared_but_unknown_fields_are_none() -> None:
    """A profile field that a lead lacks is none, so `or` gives a default."""
    assert "Hello there," in rendered('Hello {{ lead.last_name or "there" }},').text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Hello {{ lead.last_name }}", "`lead.last_name` is unknown"),
        ("Hello {{ lead.nickname }}", "has no attribute 'nickname'"),
        ("Hello {{ lead['nickname'] }}", "has no attribute 'nickname'"),
        ("Hello {{ lead.first_name.upper }}", "has no attribute 'upper'"),
        ("Hello {{ webinars }}", "`webinars` is a dict, not text or a number"),
        ("{{ lead.first_name * 1000000000 }}", "works on numbers only"),
        ("{{ 9 ** 9 }}", "works on numbers only"),
        ('{{ "%99999999d" % 7 }}', "works on numbers only"),
        ("{{ lead.first_name + 1 }}", "works on numbers only"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ lead.first_name < 1 }}", "TypeError"),
        ("[Go]({{ lead.first_name }}:alert(1))", "`lead.first_name` is not a link"),
    ],
)
def test_bad_data_fails_one_touch(body: str, told: str) -> None:
    """What fails for a lead is a RenderError that names the template and what was wrong."""
    with pytest.raises(RenderError, match=r"note \(en\)") as failed:
        rendered(body, first_name="javascript")

    assert told in str(failed.value)


def test_pythons_own_messages_are_not_repeated() -> None:
    """They may quote what a lead wrote, and errors end in logs."""
    with pytest.raises(RenderError) as failed:
        rendered("{{ lead.first_name | round }}", first_name="secret")

    assert "secret" not in str(failed.value)


def test_numbers_and_flags_are_shown() -> None:
    """Scores and flags may stand in a mail; sums of numbers work."""
    assert "7 and 4.5 and True" in rendered("{{ 3 + 4 }} and {{ 9 / 2 }} and {{ 1 == 1 }}").text


def test_empty_subject_is_refused() -> None:
    """A mail whose subject comes out empty is not sent."""
    with pytest.raises(RenderError, match="subject came out empty"):
        rendered("Hello", "{{ lead.last_name or '' }}".replace("'", "''"))


def test_endless_mail_is_refused() -> None:
    """A part of more than a million characters is not sent."""
    with pytest.raises(RenderError, match="too long"):
        rendered("{{ lead.first_name }}", first_name="x" * 1_000_001)


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://example.com/a b?c=<d>&e", "https://example.com/a%20b?c=%3Cd%3E&amp;e"),
        ("/guide", "/guide"),
        ("mailto:ann@example.com", "mailto:ann@example.com"),
    ],
)
def test_links_take_urls_only(url: str, href: str) -> None:
    """A value that begins a link is percent-encoded; schemes of web and mail pass."""
    assert f'<a href="{href}">Go</a>' in rendered("[Go]({{ lead.company }}) now", company=url).html


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "httpx:a", "www.example.com", ""],
)
def test_links_refuse_other_schemes(url: str) -> None:
    """No value can become a script behind a link."""
    with pytest.raises(RenderError, match="not a link"):
        rendered("[Go]({{ lead.company }})", company=url)


def test_value_inside_a_link_is_encoded() -> None:
    """A value within a link can end neither the attribute nor the path."""
    html = rendered('[Go](https://example.com/?q={{ lead.company }} "t")', company='"><b> x').html

    assert 'href="https://example.com/?q=%22%3E%3Cb%3E%20x"' in html


def test_bold_link_alone_is_a_button() -> None:
    """A paragraph that is nothing but a bold link becomes a table cell with a link."""
    mail = rendered("**[Read *now*](https://example.com/g)**\n\nNot **[this](https://example.com/h)** one")

    assert mail.html.count('class="button-link"') == 1
    assert 'class="button-link" href="https://example.com/g">Read <em>now</em></a></td>' in mail.html
    assert "Read now \u2192\nhttps://example.com/g\n\nNot this <https://example.com/h> one" in mail.text


def test_blocks_choose_paragraphs() -> None:
    """Block tags on lines of their own leave no trace, in either part."""
    body = """One
{% if lead.company %}
Two
{% elif lead.first_name %}
Three
{% else %}
Four
{%- endif %}
{# gone #}
Five"""
    mail = rendered(body)

    assert mail.text.startswith("One\n\nThree\n\nFive\n")
    assert "Two" not in mail.html
    assert "<!--" not in mail.html.partition("<div>")[2]


def test_loops_make_one_list() -> None:
    """A loop around a list turns inside it, so that its items stand together."""
    body = """{% set words = ["a", "b"] %}
{% for word in words %}
- {{ loop.index }} {{ word }}
{% endfor %}

End"""
    mail = rendered(body)

    assert mail.html.count("<ul>") == 1
    assert mail.html.count("<li>") == 2
    assert mail.text.startswith("- 1 a\n- 2 b\n\nEnd\n")


def test_loop_around_more_than_a_list_stays_around() -> None:
    """A loop over a list and a paragraph repeats both."""
    html = rendered("{% for word in ['a', 'b'] %}\n- {{ word }}\n\nand\n{% endfor %}").html

    assert html.count("<ul>") == 2


def test_hand_written_html_keeps_its_own_text() -> None:
    """A .html.j2 with its .txt.j2 is taken as written, with its CSS inlined."""
    page = """---
subject: S
purpose: service
---
<style>b{color:red}</style>
<img alt="">
{% if lead.first_name %}
<b>{{ lead.first_name }}</b>
{% endif %}
"""
    files = {
        "templates/own.html.j2": page,
        "templates/own.txt.j2": "Dear {% if 1 %}{{ lead.first_name }}{% endif %}\n",
    }
    mail = compiled(files).render("own", "en", CONTEXT)

    assert '<b style="color: red;">Ann</b>' in mail.html
    assert mail.text == "Dear Ann\n"


def test_nearest_layout_and_footer_frame_a_template() -> None:
    """A folder's own layout and footer come before those above it."""
    files = shelf() | {
        "templates/a/b/note.md.j2": markdown("Hello", more="purpose: service\n"),
        "templates/a/layout.html.j2": LAYOUT.replace("<div>", "<main>"),
        "templates/a/footer.md.j2": "Inside",
    }
    mail = compiled(files).render("a/b/note", "en", CONTEXT)

    assert "<main>" in mail.html
    assert mail.text.endswith("-- \nInside\n")


def test_footer_follows_the_language() -> None:
    """A French mail has the French footer."""
    files = shelf(note=markdown("Hello"), note__fr=markdown("Bonjour"))
    files["templates/footer.fr.md.j2"] = "[Stop]({{ unsubscribe_url }}) {{ language }}"

    assert "Stop <https://example.com/u/token> fr" in compiled(files).render("note", "fr", CONTEXT).text


def test_dates_are_said_in_the_lead_language() -> None:
    """`day` and `clock` speak the language of the chosen variant, in the zone named."""
    body = """{% set live = webinars["live"] %}
{{ live.starts_at | day("Europe/Paris") }}, {{ live.starts_at | clock("Europe/Paris") }}"""
    templates = compiled(shelf(note=markdown(body), note__fr=markdown(body)))

    assert "Thursday 21 January, 11:30" in templates.render("note", "en", CONTEXT).text
    assert "jeudi 21 janvier, 11\u00a0h\u00a030" in templates.render("note", "fr", CONTEXT).text


def test_missing_names_of_context_fail_the_touch() -> None:
    """A strict template does not send a mail with a hole in it."""
    with pytest.raises(RenderError, match="unsubscribe_url"):
        compiled(shelf(note=markdown("Hello"))).render("note", "en", {"company": {"name": "V"}})


def test_windows_line_ends_are_understood() -> None:
    """A file saved on Windows reads like any other."""
    files = {
        path: text.replace("\n", "\r\n")
        for path, text in shelf(note=markdown("{% if 1 %}\nA\n{% endif %}")).items()
    }

    assert compiled(files).render("note", "en", CONTEXT).text.startswith("A\n")
