"""What is written once, or once per language, reaches each reader in the best language there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.files.source import load_yaml
from nurture.project.book import read_book
from nurture.project.catalog import Asset, Webinar, read_catalog, worded
from nurture.templates.render import compile_templates
from nurture.texts.translation import Phrase, every, fill, in_language, listed

BOTH = {"en": "The guide", "fr": "Le guide"}
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("said", "language", "home", "words", "marked"),
    [
        (BOTH, "fr", "en", "Le guide", ""),
        (BOTH, "fr-CA", "en", "Le guide", ""),
        (BOTH, "de", "fr", "Le guide", "fr"),
        (BOTH, "de", "fr-CA", "Le guide", "fr"),
        ({"fr": "Le guide"}, "de", "en", "Le guide", "fr"),
        ("The guide", "en-GB", "en", "The guide", ""),
        ("The guide", "fr", "en", "The guide", "en"),
    ],
)
def test_which_words_a_reader_gets(said: str, language: str, home: str, words: str, marked: str) -> None:
    """Theirs, else the project's, else what there is; words in another language know which it is."""
    found = in_language(said, language, home)

    assert (found, found.parts[0][1] if isinstance(found, Phrase) else "") == (words, marked)


def test_patterns_keep_what_is_in_another_language() -> None:
    """A sentence around such words is still one text, and still knows which words they are."""
    title = in_language("The guide", "fr", "en")
    found = fill("A lu « {} », {}", title, "hier")

    assert found == "A lu « The guide », hier"
    assert isinstance(found, Phrase)
    assert [part for part in found.parts if part[1]] == [("The guide", "en")]
    assert not isinstance(fill("{}", "hier"), Phrase)
    assert fill("{}", found) == found


def test_lists_and_all_that_was_written() -> None:
    """One, two and three of a list; the words of every language."""
    assert [listed(["a", "b", "c"][:n], last=" and ") for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert listed(["a", "b"]) == "a, b"
    assert (every("x"), every(BOTH)) == (("x",), ("The guide", "Le guide"))


CATALOG = """
topics:
  guides: {title: {en: guides, fr: des guides}, accepts: [opt_in]}
assets:
  guide: {title: {en: The guide, fr: Le guide}, url: {en: "https://a.example/en", fr: "https://a.example/fr"}}
  poster: {title: Affiche, url: "https://a.example/p", languages: [fr]}
webinars:
  live: {title: {fr: En direct}, starts_at: 2027-01-21T10:00:00Z, join_url: {en: "https://a.example/j"}}
"""


def test_a_catalogue_in_two_languages() -> None:
    """Titles and links of assets and webinars are read in both forms."""
    node, _ = load_yaml("catalog.yaml", CATALOG)
    assert node is not None
    catalog, faults = read_catalog(node, "catalog.yaml")

    assert (faults, catalog is not None) == ([], True)
    assert catalog is not None
    assert worded(catalog.assets["guide"], "fr", "en") == {"title": "Le guide", "url": "https://a.example/fr"}
    assert worded(catalog.assets["guide"], "de", "en")["url"] == "https://a.example/en"
    assert worded(catalog.webinars["live"], "en", "en") == {
        "title": "En direct",
        "join_url": "https://a.example/j",
    }
    assert set(catalog.titles) == {"guides", "guide", "poster", "live"}


def test_an_asset_says_what_it_is_written_in() -> None:
    """A title that is written once is in the project's language, or in the asset's own."""
    poster = Asset(title="Affiche", url="https://a.example/p", languages=("fr",))
    both = Asset(title="Poster", url="https://a.example/p", languages=("fr", "en"))
    plain = Webinar.model_validate({"title": "Live", "starts_at": "2027-01-21T10:00:00Z"})

    assert worded(poster, "fr", "en") == {"title": "Affiche", "url": "https://a.example/p"}
    assert not isinstance(worded(poster, "fr", "en")["title"], Phrase)
    assert isinstance(worded(both, "fr", "en")["title"], Phrase)
    assert isinstance(worded(plain, "fr", "en")["title"], Phrase)


LAYOUT = (
    '<!DOCTYPE html><html lang="{{ language }}"><head><title>{{ asset.title }}</title></head><body>'
    "{% block preheader %}{% endblock %}{% block heading %}{% endblock %}{% block body %}{% endblock %}"
    '<p title="{{ asset.title }}">x</p>{% block footer %}{% endblock %}</body></html>'
)
FILES = {
    "templates/layout.html.j2": LAYOUT.replace("{{ asset.title }}</title>", "{{ subject }}</title>").replace(
        '<p title="{{ asset.title }}">x</p>', '<p title="{{ company.name }}">x</p>'
    ),
    "templates/footer.md.j2": "[Leave]({{ unsubscribe_url }})\n",
    "templates/a.md.j2": "---\nsubject: Hello\nasset: guide\n---\n"
    "Read *{{ asset.title }}*, {{ asset.title | upper }}.\n",
    "templates/b.md.j2": "---\nsubject: Hello\n---\n# My own\n\nText.\n",
}
CONTEXT = {"unsubscribe_url": "https://a.example/u", "company": {"name": "Acme"}, "lead": {}}


def rendered(name: str) -> str:
    templates, faults = compile_templates(FILES, None, "fr")
    assert [fault for fault in faults if fault.severity == "error"] == []
    title = Phrase.of([("Tom & co", "en")])
    company = {"name": Phrase.of([("Acme & co", "en")])}
    context = {**CONTEXT, "asset": {"title": title}, "company": company}
    return templates.render(name, "fr", context).html


def test_passages_in_another_language_say_so() -> None:
    """In the page they carry `lang`, escaped as ever; in attributes and after filters they are text."""
    html = rendered("a")

    assert '<em><span lang="en">Tom &amp; co</span></em>, TOM &amp; CO.' in html
    assert '<p title="Acme &amp; co">x</p>' in html


def test_a_mail_has_one_heading() -> None:
    """The subject, where the layout asks for it, unless the mail begins with a heading of its own."""
    assert "<h1>Hello</h1>" in rendered("a")
    assert rendered("b").count("<h1>") == 1
    assert "<h1>My own</h1>" in rendered("b")


def shipped(**changed: str) -> dict[str, str]:
    paths = [*ROOT.glob("*.yaml"), *ROOT.glob("sequences/*.yaml"), *ROOT.glob("templates/**/*.j2")]
    files = {str(p.relative_to(ROOT)): p.read_text() for p in paths if p.name != "prefect.yaml"}
    for old, new in changed.items():
        files = {path: text.replace(old, new) for path, text in files.items()}
    return files


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("catalog.yaml", "      fr: Le guide", ""),
        ("catalog.yaml", "      fr: guides", "      xx: guides"),
        ("catalog.yaml", "      fr: https", "      xx: https"),
        ("nurture.yaml", "fr: opportunité", "xx: opportunité"),
        ("scoring.yaml", "fr: Nous a répondu", "xx: Nous a répondu"),
        ("sequences/loyalty.yaml", "title: The", "title:\n  xx: x\n  en: The"),
    ],
    ids=["none", "topic", "link", "stage", "rule", "sequence"],
)
def test_languages_that_nobody_reads_are_told(file: str, old: str, new: str) -> None:
    """Each at its key, with what the project has; a language of the project is no fault."""
    files = shipped()
    files[file] = files[file].replace(old, new, 1) if new else files[file]
    _, faults = read_book(files)

    assert [(f.code, f.file, f.message) for f in faults] == (
        [("NUR055", file, "the project has no language `xx`")] if new else []
    )


def test_a_handoff_says_its_cause_per_language() -> None:
    """At the step's own line, in any step of a sequence."""
    files = shipped()
    text = files["sequences/white-paper.yaml"]
    step = "  - handoff: {en: read it all, xx: tout lu}\n    id: offer\n  - set: {interest: a}\n"
    files["sequences/white-paper.yaml"] = f"{text.rstrip()}\n{step}"
    _, faults = read_book(files)

    assert ("NUR055", "the project has no language `xx`") in [(f.code, f.message) for f in faults]
    assert sum(f.code == "NUR055" for f in faults) == 1


def test_the_language_a_reader_gets_a_template_in() -> None:
    """The variant that serves theirs, else the project's own."""
    files = {**FILES, "templates/b.de.md.j2": FILES["templates/b.md.j2"]}
    templates, _ = compile_templates(files, None, "fr")

    assert [templates.spoken("b", language) for language in ("de-AT", "fr", "es")] == ["de", "fr", "fr"]
