"""Every message is HTML that all programs read alike, with one heading, and in the language it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from flows.work.project.shelf import read_shelf
from flows.work.sending.letters import book_context
from nurture.project.book import Book, read_book
from nurture.speech.brief import make_brief
from nurture.values import PROFILE_FIELDS, Lead
from tests.content.html_checker import html_faults
from tests.content.test_content_shipped import BARE, FULL, NOW, VARIANTS, mail

WHY = {
    "en": "You get this mail because you agreed to “guides on access security” on Monday 23 November 2026.",
    "fr": "Vous recevez ce message parce que vous avez accepté «\u00a0guides sur la sécurité des accès\u00a0»"
    " le lundi 23 novembre 2026.",
}
EXAMPLE = Path(__file__).parents[2] / "examples" / "x-education"
HEAD = '<!DOCTYPE html>\n<html lang="en"><head><title>A</title></head><body><h1>A</h1>{}</body></html>'


@pytest.mark.parametrize(("name", "language"), VARIANTS)
@pytest.mark.parametrize("lead", [FULL, BARE], ids=["full", "bare"])
def test_every_shipped_message_is_sound_html(name: str, language: str, lead: Lead) -> None:
    """Nested, named once, with a title, a language, one heading, and words for pictures."""
    assert html_faults(mail(name, language, lead).html) == []


def test_every_message_of_the_example_is_sound_html() -> None:
    """The example's templates are held to the same."""
    book, _ = read_book(read_shelf(EXAMPLE))
    assert book is not None

    assert {name: found for name in book.templates.names if (found := _faults(book, name))} == {}


def _faults(book: Book, name: str) -> list[str]:
    shared = book_context(book, "https://nurture.example.com", "en")
    unknown: dict[str, Any] = dict.fromkeys([*PROFILE_FIELDS, *book.catalog.attributes])
    context = {
        **shared,
        "lead": unknown | FULL.fields(),
        "asset": shared["assets"].get(book.templates.info(name).asset or ""),
        "because": "You get this mail because you asked for it.",
        "unsubscribe_url": "https://nurture.example.com/u/x",
        "brief": make_brief(FULL, [], [], cause="matrix A1: mql", now=NOW),
    }
    return html_faults(book.templates.render(name, "en", context).html)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>a</div>", "</div> closes <p>"),
        ("<p><table role='presentation'></table></p>", "<table> stands inside <p>"),
        ("<table></table>", "a table for layout is read out as a table"),
        ("<img src='x'>", "a picture has no alt text"),
        ("<p id='a'>a</p><p id='a'>b</p>", "the id a stands twice"),
        ("<h3>a</h3>", "<h3> follows <h1>"),
        ("<h1>a</h1>", "the page has not one heading of the first level"),
        ("<a>a</a>", "a link goes nowhere"),
        ("<p lang=''>a</p>", "<p> has an empty language"),
        ("<br></br>", "</br> closes what is never open"),
        ("<li>a</li>", "<li> stands outside a list"),
        ("<div>", "</body> closes <div>"),
    ],
)
def test_the_checker_finds_what_is_wrong(body: str, fault: str) -> None:
    """What reads such a page without a word would hide a fault of ours."""
    assert any(fault in found for found in html_faults(HEAD.format(body)))


def test_a_sound_page_has_no_fault() -> None:
    """The pages above differ from this one by their one fault."""
    assert html_faults(HEAD.format("<p>a <span lang='fr'>b</span></p>")) == []


@pytest.mark.parametrize(("name", "language"), [v for v in VARIANTS if not v[0].startswith("seller/")])
def test_every_mail_to_a_lead_says_why_it_comes(name: str, language: str) -> None:
    """The footer names what the lead agreed to, and when, in the mail's own language."""
    rendered = mail(name, language, FULL)
    assert WHY[language] in rendered.text
    assert WHY[language] in re.sub(r"<[^>]+>", "", rendered.html)


@pytest.mark.parametrize(("name", "language"), VARIANTS)
def test_nothing_shipped_is_left_in_another_language(name: str, language: str) -> None:
    """Every title that a shipped message shows is there in French and in English."""
    assert "<span lang=" not in mail(name, language, FULL).html
