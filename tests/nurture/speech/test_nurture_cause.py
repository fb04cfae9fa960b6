"""Every cause that the store keeps is a sentence to whoever reads it, in their language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nurture.files.source import load_yaml
from nurture.sequences.grammar import read_sequence
from nurture.sequences.steps import Sequence
from nurture.speech.cause import cause_by_title, cause_of, is_of_sequence, say_cause
from nurture.texts.translation import Phrase

SAID = {"en": "asked for a call.", "fr": "a demandé un appel."}


def sequence(title: Any = "The guide") -> Sequence:
    node, _ = load_yaml(
        "x.yaml",
        "sequence: guide\nfunnel: tofu\ntopic: guides\nenter: {when: true}\nsteps:\n"
        "  - handoff: {en: asked for a call., fr: a demandé un appel.}\n    id: offer\n"
        "  - wait: 1 day\n",
    )
    assert node is not None
    read, faults = read_sequence(node, "x.yaml")
    assert (faults, read is not None) == ([], True)
    assert read is not None
    return replace(read, title=title)


@pytest.mark.parametrize(
    ("cause", "english", "french"),
    [
        (
            "matrix B2: mql",
            "They fit well (grade B) and are active (heat 2)",
            "Bon profil (note B), activité forte (chaleur 2)",
        ),
        (
            "matrix A1: fast-track",
            "They fit very well (grade A) and are very active (heat 1): call them first",
            "Profil idéal (note A), activité très forte (chaleur 1)\u00a0: à appeler en premier",
        ),
        (
            "matrix C3: nurture",
            "They fit fairly well (grade C) and are a little active (heat 3): not ready for sales",
            "Profil moyen (note C), activité modérée (chaleur 3)\u00a0: pas encore mûr",
        ),
        (
            "matrix D4: disqualify",
            "They fit poorly (grade D) and are quiet (heat 4): the matrix leaves such leads out",
            "Profil éloigné (note D), activité faible (chaleur 4)\u00a0: la matrice écarte ces contacts",
        ),
        (
            "within the margin of A2",
            "They fit very well (grade A) and are active (heat 2), within the margin",
            "Profil idéal (note A), activité forte (chaleur 2), dans la marge",
        ),
        ("hand raise: demo.requested", "They asked for a demo", "A demandé une démonstration"),
        (
            "hand raise: call.requested, hand raise: demo.requested, product.used",
            "They asked for a call, asked for a demo and used the product",
            "A demandé un appel, a demandé une démonstration et a utilisé le produit",
        ),
        ("deal.won", "They bought", "A acheté"),
        ("handoff.accepted", "A seller took them", "Suivi par l’équipe commerciale"),
        ("operator", "The operator says so", "Décision de l’opérateur"),
        (
            "operator: met at the fair",
            "The operator says so: met at the fair",
            "Décision de l’opérateur\u00a0: met at the fair",
        ),
        ("merged into lead 7", "The same person as lead 7", "La même personne que le contact 7"),
        ("asked for a call.", "asked for a call", "asked for a call"),
        ("step: guide/offer", "asked for a call", "a demandé un appel"),
        ("step: guide/gone", "The guide", "The guide"),
        ("step: gone/offer", "gone", "gone"),
        ("sequence: guide", "The guide", "The guide"),
        ("sequence: gone", "gone", "gone"),
    ],
)
def test_causes_are_sentences(cause: str, english: str, french: str) -> None:
    """In English, in French, and for everybody else in English."""
    known = {"guide": sequence()}

    assert [say_cause(cause, language, "en", sequences=known) for language in ("en", "fr-CA", "de")] == [
        english,
        french,
        english,
    ]


@pytest.mark.parametrize("reason", ["wrong_fit", "competitor", "duplicate"])
def test_returned_leads_say_why(reason: str) -> None:
    """Each reason that bars a lead has its words."""
    said = {
        say_cause(f"handoff.rejected: {reason}", language, "en", sequences={}) for language in ("en", "fr")
    }

    assert len(said) == 2
    assert all("handoff" not in one for one in said)


def test_what_the_store_keeps() -> None:
    """Words that are written once are kept; words per language are kept by their place."""
    titled = sequence({"en": "The guide", "fr": "Le guide"})

    assert (cause_of("asked", "guide", "offer"), cause_of(SAID, "guide", "offer")) == (
        "asked",
        "step: guide/offer",
    )
    assert (cause_by_title(sequence()), cause_by_title(titled)) == ("The guide", "sequence: guide")
    assert [is_of_sequence(one) for one in ("step: a/b", "sequence: a", "asked")] == [True, True, False]
    assert say_cause("sequence: guide", "fr", "en", sequences={"guide": titled}) == "Le guide"


def test_words_in_the_project_s_language_are_marked_for_others() -> None:
    """A French seller's notice says which words are English."""
    found = say_cause("asked for a call.", "fr", "en", sequences={})

    assert isinstance(found, Phrase)
    assert found.parts == (("asked for a call", "en"),)
