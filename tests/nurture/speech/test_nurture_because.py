"""Every mail can say in one sentence why it comes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nurture.speech.because import WORDS, say_because
from nurture.speech.names import say_country, say_language, say_zone
from nurture.texts.translation import Phrase
from nurture.values import Consent, Signal
from nurture.words import Basis, ConsentState, Sig

AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
TITLES = {"guides": {"en": "our guides", "fr": "nos guides"}, "keys": "The keys", "live": "Live"}


def because(basis: Basis | None, kind: str = "", language: str = "en", **properties: str) -> str:
    consent = None if basis is None else Consent("guides", ConsentState.GRANTED, basis, AT)
    asked = Signal(kind, AT, AT, properties) if kind else None
    return say_because(
        "guides", consent, asked, titles=TITLES, language=language, home="en", zone="Europe/Paris"
    )


@pytest.mark.parametrize(
    ("basis", "english", "french"),
    [
        (
            Basis.OPT_IN,
            "you agreed to “our guides” on Monday 23 November 2026",
            "vous avez accepté «\u00a0nos guides\u00a0» le lundi 23 novembre 2026",
        ),
        (
            Basis.IMPORTED,
            "your agreement to “our guides” was given to us on Monday 23 November 2026",
            "votre accord pour «\u00a0nos guides\u00a0» nous a été transmis le lundi 23 novembre 2026",
        ),
        (
            Basis.LEGITIMATE_INTEREST,
            "we think that “our guides” is of use in your work (our legitimate interest)",
            "«\u00a0nos guides\u00a0» nous semble utile à votre travail (notre intérêt légitime)",
        ),
        (None, "you are in touch with us", "vous êtes en contact avec nous"),
    ],
)
def test_marketing_mail_names_its_consent(basis: Basis | None, english: str, french: str) -> None:
    """What was agreed to, and on which day in the project's zone."""
    assert because(basis) == f"You get this mail because {english}."
    assert because(basis, language="fr") == f"Vous recevez ce message parce que {french}."


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        (Sig.FORM_SUBMITTED, {"asset": "keys"}, "you asked for “The keys” on Monday 23 November 2026"),
        (Sig.WEBINAR_REGISTERED, {"webinar": "live"}, "you registered for “Live” on Monday 23 November 2026"),
        (Sig.FORM_SUBMITTED, {"asset": "gone"}, "you filled in our form on Monday 23 November 2026"),
        (Sig.DEMO_REQUESTED, {}, "you asked us for a demo on Monday 23 November 2026"),
        (Sig.PRODUCT_USED, {}, "you are in touch with us"),
    ],
)
def test_service_mail_names_the_request(kind: str, properties: dict[str, str], said: str) -> None:
    """What the lead asked for, by its title."""
    assert because(None, kind, **properties) == f"You get this mail because {said}."


def test_a_french_registration_is_dated_by_itself() -> None:
    """The day is that of the registration, and cannot be read as that of the webinar."""
    said = because(None, Sig.WEBINAR_REGISTERED, language="fr", webinar="live")

    assert said.startswith("Vous recevez ce message parce que nous avons reçu votre inscription à «\u00a0")
    assert said.endswith("\u00a0» le lundi 23 novembre 2026.")


def test_a_withdrawn_consent_is_no_reason() -> None:
    """Only what is granted is named."""
    gone = Consent("guides", ConsentState.WITHDRAWN, Basis.OPT_IN, AT)
    said = say_because("guides", gone, None, titles={}, language="en", home="en", zone="UTC")

    assert said == "You get this mail because you are in touch with us."


def test_other_languages_get_english_and_say_so() -> None:
    """A German mail marks the sentence as English."""
    found = because(Basis.OPT_IN, language="de")

    assert isinstance(found, Phrase)
    assert found.parts == ((because(Basis.OPT_IN), "en"),)
    assert WORDS["en"].keys() == WORDS["fr"].keys()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Germany", "XX", "German", "French (Canada)", "klingon!", "Kolkata", "UTC", "UTC"]),
        ("fr", ["Allemagne", "XX", "allemand", "français (Canada)", "klingon!", "Calcutta", "UTC", "UTC"]),
    ],
)
def test_names_as_people_say_them(language: str, said: list[str]) -> None:
    """Countries, languages and zones in the reader's language; what has no name stays as it is."""
    assert [
        *(say_country(code, language) for code in ("DE", "XX")),
        *(say_language(tag, language) for tag in ("de", "fr-CA", "klingon!")),
        *(say_zone(zone, language) for zone in ("Asia/Calcutta", "UTC", "Etc/UTC")),
    ] == said
