"""Everything on the shipped shelves is checked, renders for every lead, and can be unsubscribed from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from flows.work.sending.letters import book_context
from nurture.project.book import Book, read_book
from nurture.sequences.steps import SendStep
from nurture.speech.because import say_because
from nurture.speech.brief import make_brief
from nurture.templates.names import known_names
from nurture.templates.prepare import Shelf, assemble, inline_css
from nurture.templates.render import Rendered
from nurture.templates.sandbox import prepared_sandbox
from nurture.templates.source import read_sources
from nurture.values import PROFILE_FIELDS, Consent, Lead, Signal, Term
from nurture.words import Basis, ConsentState, Purpose, Sig, Stage

ROOT = Path(__file__).parents[2]
SHELVES = ("[!.]*.yaml", "sequences/*.yaml", "templates/**/*.j2")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UNSUBSCRIBE = "https://nurture.example.com/u/token"


def shipped_files() -> dict[str, str]:
    paths = [path for shelf in SHELVES for path in sorted(ROOT.glob(shelf)) if path.name != "prefect.yaml"]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


FILES = shipped_files()
READ, FAULTS = read_book(FILES)


def book() -> Book:
    assert READ is not None
    return READ


VARIANTS = [
    (name, language)
    for name in sorted(book().templates.names)
    for language in book().templates.info(name).languages
]
TO_LEADS = [variant for variant in VARIANTS if not variant[0].startswith("seller/")]
FULL = Lead(
    id=7,
    address_id=8,
    address="claire@example.com",
    profile={
        "first_name": "Claire",
        "last_name": "Vasseur",
        "company": "Lumen & Fils",
        "job_title": "CISO",
        "phone": "+33 1 00 00 00 00",
        "country": "FR",
        "language": "fr",
        "zone": "Europe/Paris",
    },
    attributes={"industry": "logistics", "employees": 800, "interest": "audit"},
    stage=Stage.PROSPECT,
    fit=65,
    engagement=40,
    grade="A",
    heat=2,
)
RULES = ("leads security or IT", "company of the right size", "replied to a mail", "downloaded something")
BARE = Lead(id=9, address_id=9, address="x@example.com")


def brief_for(lead: Lead, language: str) -> Mapping[str, Any]:
    signals = [Signal(Sig.ASSET_DOWNLOADED, NOW, NOW, {"asset": "security-guide"})] if lead is FULL else []
    terms = [Term("fit", rule, 30) for rule in RULES] if lead is FULL else []
    consents = {"guides": Consent("guides", ConsentState.GRANTED, Basis.OPT_IN, NOW)} if lead is FULL else {}
    due_at = NOW + timedelta(days=1) if lead is FULL else None
    catalog, policy = book().catalog, book().policy
    return make_brief(
        lead,
        terms,
        signals,
        cause="matrix A2: mql",
        now=NOW,
        titles={name: one.title for name, one in catalog.assets.items()},
        consents=consents,
        labels={name: topic.title for name, topic in catalog.topics.items()},
        rules=book().scoring.titles,
        due_at=due_at,
        zone=policy.zone,
        language=language,
        home=policy.language,
    )


def context_for(name: str, language: str, lead: Lead) -> dict[str, Any]:
    catalog, policy = book().catalog, book().policy
    unknown = dict.fromkeys([*PROFILE_FIELDS, *catalog.attributes])
    shared = book_context(book(), "https://nurture.example.com", language)
    consent = Consent("guides", ConsentState.GRANTED, Basis.OPT_IN, NOW)
    because = say_because(
        "guides",
        consent,
        None,
        titles=catalog.titles,
        language=language,
        home=policy.language,
        zone=policy.zone,
    )
    return {
        **shared,
        "lead": unknown | lead.fields(),
        "asset": shared["assets"].get(book().templates.info(name).asset or ""),
        "webinar": shared["webinars"]["live-review"],
        "sequence": {"name": "white-paper", "title": "The guide"},
        "because": because,
        "unsubscribe_url": UNSUBSCRIBE,
        "brief": brief_for(lead, language),
    }


def mail(name: str, language: str, lead: Lead) -> Rendered:
    return book().templates.render(name, language, context_for(name, language, lead))


class _Normal(HTMLParser):
    """A page as a list of its elements, attributes and words, whatever its spacing and comments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, sorted((name, " ".join(str(value).split())) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.parts += data.split()


@pytest.fixture(params=[FULL, BARE], ids=["full", "bare"])
def lead(request: pytest.FixtureRequest) -> Lead:
    return request.param  # type: ignore[no-any-return]  # pytest's params are untyped


def test_the_shipped_project_has_no_fault() -> None:
    """What we ship passes our own check, without a warning."""
    assert FAULTS == []


@pytest.mark.parametrize(("name", "language"), VARIANTS)
def test_every_template_renders(name: str, language: str, lead: Lead) -> None:
    """A lead of which nothing but the address is known gets a whole mail too."""
    rendered = mail(name, language, lead)

    assert rendered.language == language
    assert 0 < len(rendered.subject) <= 78
    assert 0 < len(rendered.preheader) <= 110
    assert len(rendered.text) > 200
    assert "None" not in rendered.html + rendered.text
    assert len(rendered.html.encode()) < 100_000  # Gmail cuts off longer ones


@pytest.mark.parametrize(("name", "language"), TO_LEADS)
def test_every_mail_to_a_lead_has_a_way_out_and_an_address(name: str, language: str, lead: Lead) -> None:
    """Both parts carry the unsubscribe link and the postal address."""
    rendered = mail(name, language, lead)

    assert f'href="{UNSUBSCRIBE}"' in rendered.html
    assert UNSUBSCRIBE in rendered.text
    assert "18 rue des Petites-Écuries, 75010 Paris" in rendered.html
    assert "18 rue des Petites-Écuries, 75010 Paris" in rendered.text


@pytest.mark.parametrize(("name", "language"), VARIANTS)
def test_every_mail_calls_for_one_thing(name: str, language: str) -> None:
    """One button, once; its link is in the text part as well."""
    rendered = mail(name, language, FULL)
    links = re.findall(r'class="button-link" href="(?:mailto:)?([^"]+)"', rendered.html)

    assert len(links) == 1
    assert links[0] in rendered.text


@pytest.mark.parametrize(("name", "language"), VARIANTS)
def test_every_mail_knows_dark_mode_and_small_screens(name: str, language: str) -> None:
    """The rules that cannot be inlined stay in the head; the preheader is hidden."""
    html = mail(name, language, FULL).html

    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media (max-width: 480px)" in html
    assert re.search(r'class="preheader" style="display: ?none', html)
    assert f'<html lang="{language}"' in html


@pytest.mark.parametrize(("name", "language"), VARIANTS)
def test_inline_then_render_equals_render_then_inline(name: str, language: str, lead: Lead) -> None:
    """Inlining CSS once per template gives what inlining it in each mail would give."""
    shelf = shelf_of_templates()
    suffix = "" if language == book().policy.language else language
    assembled, _ = assemble(shelf, shelf.templates[name, suffix])
    assert assembled is not None
    rendered = mail(name, language, lead)
    late = prepared_sandbox(html=True).from_string(assembled.shelter.restore_html(assembled.html))
    more = {"subject": rendered.subject, "preheader": rendered.preheader, "language": language}
    inlined_late = inline_css(late.render(context_for(name, language, lead) | more))

    assert _Normal(rendered.html).parts == _Normal(inlined_late).parts


def shelf_of_templates() -> Shelf:
    sources, _ = read_sources(FILES)
    return Shelf(
        {(source.name, source.language): source for source in sources}, {}, known_names(book().catalog)
    )


@pytest.mark.parametrize("name", sorted(book().templates.names))
def test_every_template_speaks_the_policys_languages(name: str) -> None:
    """A project that promises two languages has every mail in both."""
    assert book().templates.info(name).languages == book().policy.languages


@pytest.mark.parametrize(("language", "asks"), [("en", "Answer by"), ("fr", "Réponse attendue")])
def test_a_notice_asks_for_an_answer_only_where_one_is_due(language: str, asks: str) -> None:
    """A notice without a day names none: nobody is told of a tomorrow that nothing waits for."""
    told = [mail("seller/handoff", language, one).preheader for one in (FULL, BARE)]

    assert [asks in each for each in told] == [True, False]
    assert told[1].endswith(".")


@pytest.mark.parametrize(("language", "most"), [("en", "at most"), ("fr", "au plus")])
def test_what_may_not_come_is_promised_as_the_most(language: str, most: str) -> None:
    """Who registers late gets fewer reminders, and a customer in touch gets two notes of three."""
    confirmed = mail("webinar-registered/confirmed", language, BARE).text
    note = mail("loyalty/next-step", language, BARE).text

    assert most in confirmed
    assert {"en": "three at most", "fr": "trois au plus"}[language] in note


@pytest.mark.parametrize("name", sorted(book().sequences))
def test_every_sequence_has_touches_to_send(name: str) -> None:
    """A sequence nurtures with several mails; the webinar needs an invitation and a reminder."""
    sends = [step.template for step in book().sequences[name].steps.values() if isinstance(step, SendStep)]

    assert len(set(sends)) >= (2 if name == "webinar-invite" else 3)
    assert all(template.startswith(f"{name}/") for template in sends)


def test_only_what_was_asked_for_is_service_mail() -> None:
    """Of the mails to leads, the requested guide and what a registration asks for are exempt from caps."""
    templates = book().templates
    service = {name for name in templates.names if templates.info(name).purpose is Purpose.SERVICE}

    asked = {f"webinar-registered/{name}" for name in ("confirmed", "tomorrow", "in-an-hour")}
    assert service == {"white-paper/deliver", "seller/handoff"} | asked


def test_every_template_is_sent_by_something() -> None:
    """No mail lies on the shelf unused."""
    steps = [step for sequence in book().sequences.values() for step in sequence.steps.values()]
    sent = {step.template for step in steps if isinstance(step, SendStep)}

    assert book().templates.names == sent | {"seller/handoff"}


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.endswith(".yaml")))
def test_every_yaml_file_names_its_schema(path: str) -> None:
    """Editors complete and check our files from their first line."""
    prefix = "../" if path.startswith("sequences/") else ""

    assert FILES[path].startswith(f"# yaml-language-server: $schema={prefix}.nurture/schema/")


@pytest.mark.parametrize(("name", "language"), [variant for variant in VARIANTS if variant[1] == "fr"])
def test_french_keeps_its_spaces(name: str, language: str, lead: Lead) -> None:
    """High punctuation never starts a line in French: the space before it does not break."""
    rendered = mail(name, language, lead)

    said = "\n".join((rendered.text, rendered.subject, rendered.preheader))

    assert re.findall(r" [:;?!»]|« ", said) == []
    assert re.findall(r"\w[;?!»]", rendered.subject + rendered.preheader) == []
