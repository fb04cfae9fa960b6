"""What a lead reads on the pages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.web.page import LANGUAGES, PAGES, pick_language, render_page


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-be,en;q=0.9", "fr"),
        ("de,fr;q=0.5,en;q=0.4", "fr"),
        ("de", "en"),
        ("en;q=0.1,fr;q=0.2", "fr"),
        ("en,fr", "en"),
        ("fr;q=0", "en"),
        ("fr;q=nonsense", "en"),
        ("*", "en"),
        ("de, *;q=0.5, fr;q=0.4", "en"),
        ("français", "en"),
    ],
)
def test_language_of_the_browser(accept: str, language: str) -> None:
    """The page speaks what the browser likes best of what it can speak."""
    assert pick_language(accept) == language


@given(st.text())
def test_any_header_gives_a_language(accept: str) -> None:
    """No header, however broken, is an error."""
    assert pick_language(accept) in LANGUAGES


def test_default_language_is_the_companys() -> None:
    """A browser that asks for none of ours gets the company's language."""
    assert pick_language("de", default="fr") == "fr"


def test_every_page_in_every_language() -> None:
    """No page lacks a language."""
    assert {name: tuple(words) for name, words in PAGES.items()} == dict.fromkeys(PAGES, LANGUAGES)


@pytest.mark.parametrize("name", PAGES)
def test_french_pages_keep_their_spaces(name: str) -> None:
    """High punctuation never starts a line in French: the space before it does not break."""
    words = PAGES[name]["fr"]

    assert re.search(r" [:;?!»]|« ", f"{words.title} {words.text} {words.button} {words.note}") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_its_language(language: str) -> None:
    """Screen readers are told the language of the page."""
    assert f'<html lang="{language}">' in render_page("ask", language, "Atlas")


def test_company_is_escaped() -> None:
    """A company's name is text, whatever it holds."""
    page = render_page("ask", "en", '<script>alert("{x}")</script>')

    assert "<script" not in page
    assert "&lt;script&gt;alert(&#34;{x}&#34;)&lt;/script&gt;" in page


@pytest.mark.parametrize("name", PAGES)
def test_page_fetches_nothing(name: str) -> None:
    """A page loads nothing and runs nothing: no script, image, font or link out."""
    assert not re.search(
        r"<script|<img|<link|<iframe|src=|href=|url\(|@import| on\w+=", render_page(name, "en", "Atlas")
    )


@pytest.mark.parametrize(("name", "buttons"), [("ask", 1), ("done", 0), ("lost", 0), ("later", 1)])
def test_button_only_where_it_does_something(name: str, buttons: int) -> None:
    """One big button where there is something to do, none elsewhere."""
    assert render_page(name, "en", "Atlas").count("<button") == buttons
