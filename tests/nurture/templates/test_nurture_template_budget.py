"""Nothing a template does with a lead's data takes long, grows without end, or raises past its own touch."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.errors import RenderError
from nurture.templates.render import TemplateSet, compile_templates

FRAME = {
    "templates/layout.html.j2": (
        "<html><body>{% block preheader %}{% endblock %}\n"
        "{% block body %}{% endblock %}\n{% block footer %}{% endblock %}</body></html>"
    ),
    "templates/footer.md.j2": "Bye",
}
HTML, TEXT = "templates/note.html.j2", "templates/note.txt.j2"
BY_HAND = "---\nsubject: S\npurpose: service\n---\n"
SECONDS = 10.0
"""Of the processor: more than any rendering here takes while it is traced; most bombs would take hours."""


def head(subject: str = "S", preheader: str = "P") -> str:
    quoted = [text.replace("'", "''") for text in (subject, preheader)]
    return f"---\nsubject: '{quoted[0]}'\npreheader: '{quoted[1]}'\npurpose: service\n---\n"


def compiled(body: str, **parts: str) -> TemplateSet:
    templates, faults = compile_templates(FRAME | {"templates/note.md.j2": head(**parts) + body})
    assert [fault for fault in faults if fault.severity == "error"] == []
    return templates


def text_of(body: str, **lead: Any) -> str:
    return compiled(body).render("note", "en", {"lead": lead}).text.removesuffix("\n\n-- \nBye\n")


def failure_of(body: str, lead: dict[str, Any], **parts: str) -> str:
    templates = compiled(body, **parts)
    started = time.process_time()
    with pytest.raises(RenderError, match=r"note \(en\)") as failed:
        templates.render("note", "en", {"lead": lead})
    assert time.process_time() - started < SECONDS
    return str(failed.value)


def lines(line: str, times: int) -> str:
    return "\n".join([line] * times)


def doubled(start: str, step: str, times: int = 40) -> str:
    return f"{{% set a = {start} %}}\n" + lines(f"{{% set a = {step} %}}", times) + "\n"


LONG = "x" * 1000
NEST = "".join(f"{{% for v{n} in lead.words %}}\n" for n in range(8)) + "x\n" + "{% endfor %}\n" * 8
BOMBS = {
    "joined with itself": doubled("'x'", "a ~ a") + "{{ a }}",
    "joined within a loop": doubled("'x'", "a ~ a", 16) + "{% for i in a %}\n{{ a ~ a ~ a }}\n{% endfor %}",
    "joined by itself": doubled("'x'", "a | join(a)", 10) + doubled("'xx'", "a | join(a)", 10) + "{{ a }}",
    "joined by text": "{% set a = lead.long | join(lead.long) | join(lead.long) %}\n{{ a }}",
    "squared": doubled("9", "a * a") + "{{ a }}",
    "added up": doubled("9", "a + a", 900) + "{{ a }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "text times a number": "{{ lead.long * 1000000000 }}",
    "a list times a number": "{{ [1] * 1000000000 }}",
    "a width": '{{ "%999999999d" % 1 }}',
    "rounded": "{{ 3 | round(-1000000000) }}",
    "rounded by data": "{{ 3 | round(lead.huge) }}",
    "rounded up": '{{ 3 | round(1000000000, "ceil") }}',
    "in a condition": "{% if 3 | round(-1000000000) %}\nx\n{% endif %}",
    "loops in loops": NEST,
    "a loop of filters": doubled("'x'", "a ~ a", 16)
    + "{% for i in a %}\n{{ a | upper | length }}\n{% endfor %}",
    "a loop of searches": (
        doubled("'x'", "a ~ a", 16) + "{% for i in a %}\n{{ ('b' ~ a) in a }}\n{% endfor %}"
    ),
    "a loop of slices": doubled("'x'", "a ~ a", 16)
    + "{% for i in a %}\n{{ a[::-1] | length }}\n{% endfor %}",
    "a loop of trims": (
        doubled("'xyz'", "a ~ a", 15) + "{% for i in a %}\n{{ a | trim(a) | length }}\n{% endfor %}"
    ),
    "a loop of sorts": doubled("'x'", "a ~ a", 16) + "{% for i in a %}\n{{ a | sort | first }}\n{% endfor %}",
    "much text in a loop": "{% for i in lead.long %}\n" + "word " * 500 + "\n{% endfor %}",
    "lists of lists": doubled("[1]", "[a, a]") + "{{ a | upper }}",
    "lists compared": doubled("[1]", "[a, a]") + doubled("[1]", "[a, a]").replace("a", "b") + "{{ a == b }}",
    "mappings of mappings": doubled("1", "{'x': a, 'y': a}") + "{{ a == a }}",
    "lists joined": doubled("[1]", "[a, a]") + "{{ a ~ '' }}",
    "deep lists": doubled("[1]", "[a]", 1200) + "{{ a == a }}",
    "a huge number": "{{ lead.digits | int }}",
    "a number of many digits": doubled("'f'", "a ~ a", 17) + "{{ a | int(base=16) // 3 }}",
    "endless numbers": "{{ 1e308 * 10 }}",
    "indices": "{% for i in lead.words %}\n{{ loop.index * 9999999999999999 }}\n{% endfor %}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_fails_its_touch_and_nothing_else(bomb: str) -> None:
    """Whatever grows is counted where it grows, so that each ends at once, as a failure of this touch."""
    lead = {"long": LONG, "words": ["a"] * 50, "huge": -(10**9), "digits": "9" * 1000}

    failure_of(bomb, lead)


@pytest.mark.parametrize("part", ["subject", "preheader"])
def test_every_part_has_a_budget(part: str) -> None:
    """A subject can be a bomb as well as a body."""
    bomb = "{{ lead.long | join(lead.long) }}{{ lead.long | join(lead.long) }}"

    assert "too long" in failure_of("Hello", {"long": LONG}, **{part: bomb})


def test_hand_written_html_and_its_text_have_a_budget() -> None:
    """The HTML and the text part of a template are bounded apart."""
    bomb = "{% for i in lead.words %}\n{% for j in lead.words %}\n" + LONG + "\n{% endfor %}\n{% endfor %}\n"
    html, text = (
        compile_templates({HTML: BY_HAND + first, TEXT: second})[0]
        for first, second in ((bomb, "x"), ("x", bomb))
    )
    context = {"lead": {"words": ["a"] * 50}}

    with pytest.raises(RenderError, match="too long"):
        html.render("note", "en", context)
    with pytest.raises(RenderError, match="too long"):
        text.render("note", "en", context)


def test_what_is_written_counts_for_the_length_too() -> None:
    """A mail may be neither a long text of the author's nor that and a long value."""
    page = {HTML: BY_HAND + "x" * 600_000 + "{{ lead.long }}", TEXT: "x"}

    with pytest.raises(RenderError, match="the mail is too long"):
        compile_templates(page)[0].render("note", "en", {"lead": {"long": "x" * 500_000}})


ATOMS = st.sampled_from(
    ["lead.long", "lead.words", "'x'", "7", "1.5", "lead.none", "[1, 'b']", "lead.day", "a", "b"]
)


def expressions() -> st.SearchStrategy[str]:
    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        filters = st.sampled_from([
            "join('--')", "upper", "round(9)", "round(-99999999)", "sort", "unique", "list", "length",
            "truncate(5)", "int", "float", "trim('x')", "first", "last", "title", "wordcount", "abs",
            "default(lead.long)", "day", "clock('UTC')", "capitalize", "join(lead.long)",
        ])  # fmt: skip
        signs = st.sampled_from(["~", "*", "+", "-", "//", "/", "%", "**", "==", "<", "in", "and", "or"])
        return st.one_of(
            st.builds("({} {} {})".format, inner, signs, inner),
            st.builds("({} | {})".format, inner, filters),
            st.builds("[{}, {}]".format, inner, inner),
            st.builds("({} | list)[{}:]".format, inner, inner),
            st.builds("({} if {} else {})".format, inner, inner, inner),
        )

    return st.recursive(ATOMS, grown, max_leaves=8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), expressions()), min_size=1, max_size=12), expressions())
def test_any_template_ends_soon_with_a_mail_or_a_failure(sets: list[tuple[str, str]], shown: str) -> None:
    """Whatever tags are put together, nothing but RenderError leaves, and nothing takes long."""
    steps = "\n".join(f"{{% set {name} = {value} %}}" for name, value in sets)
    start = "{% set a = lead.long %}\n{% set b = lead.words %}\n"
    body = f"{start}{steps}\n{{% for i in b %}}\n{{{{ {shown} }}}}\n{{% endfor %}}"
    templates, _ = compile_templates(FRAME | {"templates/note.md.j2": head() + body})
    context = {"lead": {"long": LONG, "words": ["w", "ww"], "none": None, "day": date(2027, 3, 1)}}
    started = time.process_time()

    try:
        mail = templates.render("note", "en", context)
    except RenderError:
        mail = None

    assert time.process_time() - started < SECONDS
    assert mail is None or len(mail.text) <= 1_000_001


def test_a_day_is_a_day() -> None:
    """A date has filters, no zone of its own, and compares with the text that conditions compare it with."""
    body = (
        '{{ lead.renewal_on | day("Europe/Paris") }}, {{ lead.renewal_on | day }}, {{ lead.renewal_on }}, '
        '{{ lead.renewal_on > "2027-01-01" }}, {{ lead.renewal_on in ["2027-03-01"] }}, '
        '{{ "on " ~ lead.renewal_on }}'
    )

    assert text_of(body, renewal_on=date(2027, 3, 1)) == (
        "Monday 1 March, Monday 1 March, 2027-03-01, True, True, on 2027-03-01"
    )


@pytest.mark.parametrize(
    ("body", "value", "told"),
    [
        ('{{ lead.renewal_on | day("Europe/Paris") }}', None, "`lead.renewal_on` is unknown"),
        ('{{ lead.renewal_on | day("Europe/Paris") }}', "soon", "`lead.renewal_on` is not a date"),
        ('{{ (lead.renewal_on or "x") | day }}', None, "`the value` is not a date"),
        ('{{ lead.renewal_on | clock("UTC") }}', date(2027, 3, 1), "a date has no time of day"),
        ("{{ lead.renewal_on | day }}", datetime(2027, 3, 1, tzinfo=UTC), "`day` wants a time zone"),
        ("{{ lead.renewal_on | clock }}", datetime(2027, 3, 1, tzinfo=UTC), "`clock` wants a time zone"),
        ("{{ lead.renewal_on }}", datetime(2027, 3, 1, tzinfo=UTC), "is a datetime, not text"),
        ("{{ lead.missing | day }}", None, "no attribute 'missing'"),
        ('{{ "on " ~ lead.renewal_on }}', None, "is unknown"),
        ('{{ "on " ~ [1] }}', None, "a list is not text"),
    ],
)
def test_a_date_that_cannot_be_said_is_told(body: str, value: Any, told: str) -> None:
    """It costs this lead its touch, and the reason names the field."""
    assert told in failure_of(body, {"renewal_on": value})


def test_filters_do_what_they_did() -> None:
    """Counting changes no result."""
    body = (
        '{{ lead.words | join(", ") }}; {{ lead.pairs | join("-", attribute="x") }}; {{ " a " | trim }}; '
        '{{ "xax" | trim("x") }}; {{ 2.345 | round(1) }}; {{ lead.words | unique | list | length }}; '
        '{{ "b" in lead.words }}; {{ lead.words[1:] | first }}; {{ lead.nothing | default("none") }}; '
        '{{ lead.words is defined }}; {{ 7 is divisibleby(7) }}; {{ {"k": 1}.k }}; {{ "abc"[1] }}'
    )

    assert text_of(body, words=["b", "b", "c"], pairs=[{"x": 1}, {"x": 2}]) == (
        "b, b, c; 1-2; a; a; 2.3; 2; True; b; none; True; True; 1; b"
    )


def test_loops_go_through_whatever_has_items() -> None:
    """Lists, text, mappings and what filters make of them; two names at once, and a condition."""
    body = (
        "{% for k, v in [('a', 1), ('b', 2)] if v > 1 %}\n{{ k }}{{ v }}{{ loop.length }}\n{% endfor %}\n"
        "{% for k in {'m': 1} %}\n{{ k }}\n{% endfor %}\n{% for c in 'xx' | unique %}\n{{ c }}\n{% endfor %}"
    )

    assert text_of(body).split() == ["b21", "m", "x"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{{ 2 ** 3 }}", "**"),
        ("{{ 'x' * 99 }}", "*"),
        ("{{ [1] + [2] }}", "+"),
        ("{{ '%9d' % 1 }}", "%"),
        ("{{ 3 | round(-99) }}", "round"),
        (
            "{% for a in ['x', 'y'] %}\n{% for b in '"
            + LONG
            + "' %}\n"
            + LONG
            + "\n{% endfor %}\n{% endfor %}",
            "for",
        ),
    ],
)
def test_check_warns_of_what_fails_for_everybody(body: str, word: str) -> None:
    """What no lead's data can make right is told before anybody is mailed, with the caret under it."""
    _, faults = compile_templates(FRAME | {"templates/note.md.j2": head() + body})
    fault = faults[0]

    assert (fault.code, fault.severity, fault.line) == ("NUR419", "warning", 6)
    assert fault.source_line[fault.column - 1 : fault.column - 1 + fault.width] == word


@pytest.mark.parametrize("body", ["{{ 3 | round(lead.digits) }}", "{{ 3 | round('x') }}", "{{ 3 | round }}"])
def test_check_does_not_guess_what_data_tells(body: str) -> None:
    """Digits that only a lead knows may be right."""
    assert compile_templates(FRAME | {"templates/note.md.j2": head() + body})[1] == []


def test_any_exception_is_one_touch() -> None:
    """Memory and recursion too: whatever is raised names the template and never what a lead wrote."""

    class Odd(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            raise MemoryError("secret")

    told = failure_of("{{ lead.odd.x }}", {"odd": Odd()})

    assert "MemoryError" in told
    assert "secret" not in told
