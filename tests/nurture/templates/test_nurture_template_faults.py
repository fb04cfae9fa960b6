"""Every mistake of an author is a fault in its own file and line, with a way to put it right."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nurture.files.diagnosis import Fault
from nurture.templates.render import compile_templates

LAYOUT = (
    "<html><body>{% block preheader %}{% endblock %}\n"
    "{% block body %}{% endblock %}\n"
    "{% block footer %}{% endblock footer %}</body></html>\n"
)
FOOTER = "[Unsubscribe]({{ unsubscribe_url }})\n"
CATALOG = SimpleNamespace(attributes={"industry": "text"}, assets={"guide": 1}, webinars={"live": 1})
HEAD = "---\nsubject: S\n---\n"
SERVICE = "---\nsubject: S\npurpose: service\n---\n"
ALONE = "give it a line of its own, or write a value: {{ a if b else c }}"
TAGS = "if, for and set are the tags of a template"
NOTE, HTML, TEXT = (f"templates/note.{kind}.j2" for kind in ("md", "html", "txt"))
A_LAYOUT, A_FOOTER = "templates/layout.html.j2", "templates/footer.md.j2"


def faults_of(files: dict[str, str]) -> list[Fault]:
    frame = {A_LAYOUT: LAYOUT, A_FOOTER: FOOTER}
    return compile_templates(frame | files, CATALOG)[1]


def faults_in(body: str, head: str = HEAD) -> list[Fault]:
    return faults_of({NOTE: head + body})


def brief(faults: list[Fault]) -> list[tuple[str, str, int]]:
    return [(fault.code, fault.severity, fault.line) for fault in faults]


def test_a_good_template_has_no_fault() -> None:
    """Names of the context, of the catalogue and of the template itself are all known."""
    body = """\
{% set live = webinars["live"] %}
{{ live.title }} {{ assets.guide.url }} {{ asset.title }} {{ asset["url"] }}
{% for reason in brief.reasons if reason %}
- {{ loop.index }} {{ reason.text }} {{ handoff.anything }}
{% else %}
None
{% endfor %}
{% if lead.industry and lead.company %}
{{ lead.industry }} {{ lead.company | upper }}
{% elif lead.first_name %}
{{ lead.first_name }}
{% endif %}
{{ lead.email }} {{ lead.phone or "no phone" }} {{ company.postal_address }} {{ sender.name }} {{ language }}
"""
    assert faults_in(body, "---\nsubject: S\nasset: guide\n---\n") == []


@pytest.mark.parametrize(
    ("body", "code", "line", "word", "help"),
    [
        ("A\n{{ lead.first_name", "NUR404", 5, "", ""),
        ("{% if lead.company %}\nA", "NUR404", 4, "if", ""),
        ("A\n{{ lead.email | uper }}", "NUR404", 5, "uper", "did you mean `upper`?"),
        ("{{ 1 is evn }}", "NUR404", 4, "evn", "did you mean `even`?"),
        ("{% for loop in brief.signals %}\nA\n{% endfor %}", "NUR404", 1, "", ""),
        ("{% raw %}x{% endraw %}", "NUR405", 4, "raw", "remove the raw and endraw tags"),
        ("{{ lead.email.upper() }}", "NUR405", 4, "(", "use a filter, as in {{ lead.company | upper }}"),
        ("{% include 'x' %}", "NUR405", 4, "", TAGS),
        ("{% block body %}{% endblock %}x{% block b %}\n{% endblock %}", "NUR405", 4, "", TAGS),
        ("A\n\n{{ leed.email }}", "NUR406", 6, "leed", "did you mean `lead`?"),
        ("{{ lead.industri }}", "NUR406", 4, "industri", "did you mean `industry`?"),
        ("{{ company.x }}", "NUR406", 4, "x", "known: `country`, `name`, `postal_address`, `website`"),
        ("{{ assets['guid'].url }}", "NUR406", 4, "guid", "did you mean `guide`?"),
        ("{{ webinars.live.start }}", "NUR406", 4, "start", "did you mean `starts_at`?"),
        ("{{ language.x }}", "NUR406", 4, "x", ""),
        ("{% set y = leed %}", "NUR406", 4, "leed", "did you mean `lead`?"),
        ("{{ asset.url }}", "NUR406", 4, "asset", "add `asset: ...` to its front matter"),
        ("A {% if 1 %} B\n{% endif %}", "NUR414", 4, "if", ALONE),
        ("{% if 1 %}{% endif %}", "NUR414", 4, "if", ALONE),
        ("A\n\n```\n{% if 1 %}\n```\n\n{% endif %}", "NUR414", 7, "if", None),
        ("- A\n  {% if 1 %}\n  B\n\n{% endif %}", "NUR414", 8, "endif", None),
        ("A\n\n![](https://example.com/a.png)", "NUR412", 6, "![", None),
    ],
)
def test_mistakes_in_a_body(body: str, code: str, line: int, word: str, help: str | None) -> None:
    """The fault stands in the line of the mistake, its caret under the word."""
    fault = next(fault for fault in faults_in(body) if fault.severity == "error")

    assert (fault.file, fault.code, fault.line) == ("templates/note.md.j2", code, line)
    assert word in fault.source_line[fault.column - 1 : fault.column - 1 + fault.width]
    assert help in (None, fault.help)


@pytest.mark.parametrize(
    ("head", "code", "line", "told"),
    [
        ("", "NUR402", 1, "no front matter"),
        ("---\nsubject: S\n", "NUR402", 1, "no front matter"),
        ("---\npreheader: P\n---\n", None, 2, "subject"),
        ("---\nsubject: S\nprehaeder: P\n---\n", None, 3, "prehaeder"),
        ("---\nsubject: S\npurpose: fun\n---\n", None, 3, "purpose"),
        ("---\nsubject: [\n---\n", None, 2, ""),
        ("---\npreheader: P\nsubject: ''\n---\n", "NUR403", 3, "the subject is empty"),
        ("---\npreheader: P\nsubject: Hi {{ leed }}\n---\n", "NUR406", 3, "leed"),
        ("---\nsubject: S\npreheader: Hi {{ leed }}\n---\n", "NUR406", 3, "leed"),
    ],
)
def test_mistakes_in_the_front_matter(head: str, code: str | None, line: int, told: str) -> None:
    """Front matter is read as strictly as any other file, at its own lines."""
    fault = faults_in("Hello", head)[0]

    assert code in (None, fault.code)
    assert (fault.line, told in fault.message + fault.source_line) == (line, True)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("Your name: {{ lead.nam }}", 20),
        ("{{ lead.first_name }} {{ lead.nam }}", 31),
        ("nam, {{ lead.name_of_it }}{{ lead.nam }}", 35),
        ("{{ lead.nam }}, your nam", 9),
    ],
)
def test_the_caret_is_under_the_word_that_is_wrong(line: str, column: int) -> None:
    """Rather than under the same letters earlier in the line."""
    found = [fault for fault in faults_in(f"Hello\n{line}\n") if "lead.nam`" in fault.message]

    assert [(fault.line, fault.column, fault.width) for fault in found] == [(5, column, 3)]


def test_unknown_front_matter_key_has_a_suggestion() -> None:
    """A misspelt key is answered with the one that was meant."""
    assert "preheader" in faults_in("Hello", "---\nsubject: S\nprehaeder: P\n---\n")[0].help


def test_possibly_unknown_field_is_a_warning() -> None:
    """A bare field that a lead may lack would silence the mail; it is said, not refused."""
    fault = faults_in("Hello {{ lead.first_name }}")[0]

    assert (fault.code, fault.severity, fault.line) == ("NUR407", "warning", 4)
    assert 'write {{ lead.first_name or "..." }}' in fault.help


def test_without_a_catalogue_its_names_are_not_looked_into() -> None:
    """When catalog.yaml itself is broken, templates are not blamed for it."""
    files = {A_LAYOUT: LAYOUT, A_FOOTER: FOOTER}
    body = HEAD + "{{ lead.email }} {{ assets.x.url }} {{ webinars.y.title }} {% set z = lead.q.r %}".replace(
        " {%", "\n{%"
    )

    assert compile_templates(files | {NOTE: body})[1] == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"templates/logo.png": ""}, [("NUR401", "error", 1)]),
        ({"templates/note.md": ""}, [("NUR401", "error", 1)]),
        ({"templates/a/footer.html.j2": ""}, [("NUR401", "error", 1)]),
        ({"templates/note.fr.md.j2": HEAD + "A"}, [("NUR408", "error", 1)]),
        ({NOTE: HEAD + "A", "templates/note.fr.md.j2": SERVICE}, [("NUR409", "error", 1)]),
        ({TEXT: "A"}, [("NUR410", "error", 1)]),
        ({HTML: HEAD + "A"}, [("NUR411", "error", 1)]),
        ({HTML: HEAD + "\n<img src='x'> {{ unsubscribe_url }}", TEXT: "A"}, [("NUR412", "error", 5)]),
        ({HTML: HEAD + "A {% if 1 %}\nB\n{% endif %}", TEXT: "A"}, [("NUR414", "error", 4)]),
        ({HTML: HEAD + "A", TEXT: "{{ x }}"}, [("NUR406", "error", 1)]),
        ({HTML: HEAD + "<a href='{{ unsubscribe_url }}'>x</a>", TEXT: "A"}, [("NUR417", "error", 4)]),
        ({NOTE: HEAD + "A", HTML: HEAD + "A", TEXT: "A"}, [("NUR418", "error", 1), ("NUR417", "error", 4)]),
        ({NOTE: HEAD + "A", A_FOOTER: "Bye"}, [("NUR417", "error", 1)]),
        ({NOTE: HEAD + "A", "templates/b.md.j2": HEAD + "B", A_FOOTER: "{{ x }}"}, [("NUR406", "error", 1)]),
        ({NOTE: HEAD + "A", A_FOOTER: "A {% if 1 %}\n\n{% endif %}"}, [("NUR414", "error", 1)]),
        ({NOTE: HEAD + "A", A_LAYOUT: "{% block body %}{% endblock %}"}, [("NUR415", "error", 1)]),
        ({NOTE: HEAD + "A", A_LAYOUT: LAYOUT + "{% block end %}{% endblock %}"}, [("NUR415", "error", 1)]),
        ({NOTE: HEAD + "A", A_LAYOUT: LAYOUT + "<img src='a'>"}, [("NUR412", "error", 4)]),
        ({NOTE: HEAD + "A", A_LAYOUT: LAYOUT + "{% if 1 %} A\n{% endif %}"}, [("NUR414", "error", 4)]),
    ],
)
def test_mistakes_of_the_shelf(files: dict[str, str], expected: list[tuple[str, str, int]]) -> None:
    """Files that do not fit together are faults, each told once."""
    assert brief(faults_of(files)) == expected


@pytest.mark.parametrize("part", ["layout.html.j2", "footer.md.j2"])
def test_a_template_needs_its_frame(part: str) -> None:
    """Without a layout or a footer the mail cannot be made."""
    frame = {"layout.html.j2": LAYOUT, "footer.md.j2": FOOTER}
    files = {f"templates/{name}": text for name, text in frame.items() if name != part}
    faults = compile_templates(files | {NOTE: HEAD + "A"})[1]

    assert brief(faults) == [("NUR413", "error", 1)]
    assert faults[0].help == f"write templates/{part}"


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (
            "<table><tr><td>{{ subject }}</td>{{ language }}</tr></table>",
            "a tag stands where HTML allows none",
        ),
        ("<div {{ language }}>a</div>", "the name of an attribute"),
        ("<{{ language }}>a</{{ language }}>", "a tag stands where HTML allows none"),
        ('<div style="color: {{ language }}">a</div>', "a style attribute"),
        ('<div onclick="{{ language }}">a</div>', "a onclick attribute"),
        ("<script>{{ language }}</script>", "a script element"),
    ],
)
def test_values_stand_only_where_escaping_protects(layout: str, told: str) -> None:
    """A value in a style, a script or a tag could do what its template never meant."""
    files = {
        A_LAYOUT: LAYOUT.replace("</body>", layout + "</body>"),
        NOTE: HEAD + "A",
    }
    fault = faults_of(files)[0]

    assert fault.code == "NUR416"
    assert told in fault.message


def test_service_mail_needs_no_unsubscribe_link() -> None:
    """What a lead asked for may go without one; the seller's brief has none."""
    files = {
        NOTE: SERVICE + "A",
        A_FOOTER: "Bye",
    }

    assert faults_of(files) == []


def test_only_the_templates_folder_is_read() -> None:
    """Sequences and other files are not taken for templates."""
    assert compile_templates({"sequences/a.yaml": "x", "nurture.yaml": ""})[1] == []
