"""The seller's brief says why, what was done and read, how to reach the lead and what to leave alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.speech.brief import DEEDS, STAGES, WORDS, has_words, make_brief
from nurture.texts.translation import Phrase
from nurture.values import Consent, Lead, Signal, Term
from nurture.words import Basis, ConsentState, Sig, Stage

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = Lead(
    id=7,
    address_id=8,
    address="ann@example.com",
    profile={
        "first_name": "Ann",
        "last_name": "Lee",
        "company": "Lumen",
        "job_title": "CISO",
        "phone": "+33 1 00 00 00 00",
        "language": "fr",
        "country": "FR",
    },
    stage=Stage.MQL,
    fit=64.6,
    engagement=40.2,
    grade="A",
    heat=2,
)
BARE = Lead(id=9, address_id=9, address="x@example.com")


def brief(lead: Lead = ANN, **more: Any) -> dict[str, Any]:
    terms, signals = more.pop("terms", ()), more.pop("signals", ())
    said: dict[str, Any] = {"cause": "asked for a demo", "now": NOW, **more}
    return make_brief(lead, terms, signals, **said)


def signal(type: str, days: float, machine: bool = False, **properties: Any) -> Signal:
    at = NOW - timedelta(days=days)
    return Signal(type, at, at, properties, machine)


def consent(topic: str, state: ConsentState) -> Consent:
    return Consent(topic, state, Basis.OPT_IN, NOW)


def test_who_it_is() -> None:
    """Name, role, scores and cause stand at the top, the stage by the company's own label."""
    found = brief(labels={"mql": "ready for sales"})

    assert {
        key: found[key]
        for key in ("name", "email", "company", "role", "stage", "grade", "heat", "fit", "cause")
    } == {
        "name": "Ann Lee",
        "email": "ann@example.com",
        "company": "Lumen",
        "role": "CISO, Lumen",
        "stage": "ready for sales",
        "grade": "A",
        "heat": 2,
        "fit": 65,
        "cause": "asked for a demo",
    }


def test_a_bare_lead_has_a_brief() -> None:
    """A lead of which only the address is known is named by it."""
    found = brief(BARE)

    assert (found["name"], found["role"], found["due"], found["reasons"]) == ("x@example.com", "", "", [])
    assert found["reach"] == ["Mail: x@example.com", "No phone number was given: write first."]


def test_brief_is_plain_json() -> None:
    """The brief can be stored and read back unchanged."""
    found = brief(signals=[signal(Sig.DEMO_REQUESTED, 0)], terms=[Term("fit", "who", 3)])

    assert json.loads(json.dumps(found)) == found


def test_reasons_are_the_largest_terms_once_each() -> None:
    """Terms of one rule are added up; what gave nothing or took points is no reason."""
    terms = [
        Term("engagement", "read-a-guide", 8),
        Term("fit", "leads IT", 30),
        Term("engagement", "read-a-guide", 9),
        Term("engagement", "faded", 0.2),
        Term("engagement", "unanswered", -10),
        *(Term("fit", f"more {number}", number) for number in (1, 2, 3, 4)),
    ]

    assert brief(terms=terms)["reasons"] == [
        {"text": "Leads IT", "points": "+30"},
        {"text": "Read a guide", "points": "+17"},
        {"text": "More 4", "points": "+4"},
        {"text": "More 3", "points": "+3"},
        {"text": "More 2", "points": "+2"},
    ]


def test_last_deeds_come_newest_first() -> None:
    """Deeds have words and titles; machines, mails and imports are not deeds, and a repeat is told once."""
    signals = [
        signal(Sig.ASSET_DOWNLOADED, 9, asset="guide"),
        signal(Sig.PAGE_VISITED, 1, page="pricing"),
        signal(Sig.PAGE_VISITED, 1.2, page="pricing"),
        signal(Sig.MAIL_CLICKED, 0, machine=True),
        signal(Sig.TOUCH_SENT, 0),
        signal(Sig.DEMO_REQUESTED, 0),
        signal(Sig.WEBINAR_ATTENDED, 3, webinar="unnamed"),
    ]

    assert brief(signals=signals, titles={"guide": "The guide"})["signals"] == [
        {"what": "Asked for a demo", "when": "today"},
        {"what": "Visited the page “pricing”", "when": "yesterday"},
        {"what": "Attended “unnamed”", "when": "3 days ago"},
        {"what": "Downloaded “The guide”", "when": "9 days ago"},
    ]


def test_read_names_each_asset_once() -> None:
    """What was read is told by title, newest first."""
    signals = [
        signal(Sig.ASSET_DOWNLOADED, day, asset=asset) for day, asset in ((1, "a"), (2, "b"), (3, "a"))
    ]
    signals.append(signal(Sig.ASSET_DOWNLOADED, 4))

    assert brief(signals=signals, titles={"a": "Title A"})["read"] == ["Title A", "b"]


def test_reach_tells_phone_language_and_country() -> None:
    """A seller sees every way to the lead, and in which language."""
    assert brief()["reach"] == [
        "Mail: ann@example.com",
        "Phone: +33 1 00 00 00 00",
        "Language: French",
        "Country: France",
    ]


def test_limits_put_the_strictest_first() -> None:
    """A withdrawal is told with its day, then what is pending, then what is granted."""
    states = {
        "a": ConsentState.GRANTED,
        "b": ConsentState.WITHDRAWN,
        "c": ConsentState.PENDING,
        "d": ConsentState.GRANTED,
    }
    consents = {topic: consent(topic, state) for topic, state in states.items()}

    assert brief(consents=consents, labels={"a": "guides"})["limits"] == [
        "They unsubscribed from “b” on Monday 23 November: no marketing mail about it, from anyone.",
        "They have not confirmed their consent for “c”: no mailing about it.",
        "They agreed to mailings about “guides”, “d”. Those come from here; add them to no other list.",
    ]


def test_no_consent_is_a_limit() -> None:
    """Maturity needs no marketing consent, so the brief says what sales must not do."""
    assert brief()["limits"] == [WORDS["en"]["no_consent"]]


@pytest.mark.parametrize(
    ("language", "due"),
    [
        ("en", "Tuesday 24 November, 10:00 (Paris)"),
        ("fr-CA", "mardi 24 novembre à 10\u00a0h (Paris)"),
        ("de", "Tuesday 24 November, 10:00 (Paris)"),
    ],
)
def test_due_is_said_in_the_sellers_language(language: str, due: str) -> None:
    """The due time is in the policy's zone; a language without words gets English."""
    found = brief(due_at=NOW + timedelta(days=1), zone="Europe/Paris", language=language)

    assert found["due"] == due


@pytest.mark.parametrize("table", [DEEDS, WORDS, STAGES], ids=["deeds", "words", "stages"])
def test_languages_say_the_same_things(table: dict[str, dict[str, str]]) -> None:
    """What can be said in English can be said in French."""
    assert table["en"].keys() == table["fr"].keys()


def test_reasons_titles_and_labels_are_in_the_seller_s_language() -> None:
    """What is written per language is the seller's; what is written once says whose language it is in."""
    found = brief(
        language="fr",
        terms=[Term("fit", "size", 30), Term("engagement", "read-a-guide", 9)],
        signals=[signal(Sig.ASSET_DOWNLOADED, 0, asset="guide"), signal(Sig.MAIL_REPLIED, 1)],
        rules={"size": {"en": "The right size", "fr": "La bonne taille"}},
        titles={"guide": "The guide"},
        labels={"mql": {"en": "Ready", "fr": "Mûr"}},
        cause="matrix B2: mql",
    )
    title = found["read"][0]

    assert [reason["text"] for reason in found["reasons"]] == ["La bonne taille", "Read a guide"]
    assert (found["stage"], found["cause"]) == ("Mûr", "Bon profil (note B), activité forte (chaleur 2)")
    assert found["signals"][0]["what"] == "A téléchargé «\u00a0The guide\u00a0»"
    assert isinstance(title, Phrase)
    assert title.parts == (("The guide", "en"),)


def test_a_withdrawal_from_everything_is_said_in_words() -> None:
    """No sign stands for every topic; stages without a label have a name in each language."""
    consents = {"*": consent("*", ConsentState.WITHDRAWN)}
    found = brief(consents=consents, language="fr", labels={"mql": "mql"})

    assert found["limits"] == [
        "Désabonnement de tout le lundi 23 novembre\u00a0: plus aucun envoi commercial à ce sujet."
    ]
    assert found["stage"] == "prêt pour la vente"
    assert [has_words(language) for language in ("fr-CA", "de")] == [True, False]
