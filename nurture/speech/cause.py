"""Turns a stored cause, such as that of a stage, into a sentence for people.

The words are those of `nurture.scoring.maturity` (`matrix B2: mql`, `hand raise: demo.requested`), of the
operator (`operator: met at the fair`), and of a sequence: as its step has them, or `step: SEQUENCE/STEP` when
that step says them in several languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from nurture.sequences.steps import HandoffStep, NotifyStep, Sequence
from nurture.texts.translation import Phrase, Said, fill, in_language, listed
from nurture.words import Sig

_STEP = "step: "
_TITLE = "sequence: "
_PLACE = "(?P<grade>[A-D])(?P<heat>[1-4])"

_FIT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "A": "They fit very well",
        "B": "They fit well",
        "C": "They fit fairly well",
        "D": "They fit poorly",
    },
    "fr": {
        "A": "Profil idéal",
        "B": "Bon profil",
        "C": "Profil moyen",
        "D": "Profil éloigné",
    },
}
_HEAT: Mapping[str, Mapping[str, str]] = {
    "en": {"1": "are very active", "2": "are active", "3": "are a little active", "4": "are quiet"},
    "fr": {
        "1": "activité très forte",
        "2": "activité forte",
        "3": "activité modérée",
        "4": "activité faible",
    },
}
_ACTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        f"hand raise: {Sig.DEMO_REQUESTED}": "asked for a demo",
        f"hand raise: {Sig.CALL_REQUESTED}": "asked for a call",
        Sig.PRODUCT_USED: "used the product",
    },
    "fr": {
        f"hand raise: {Sig.DEMO_REQUESTED}": "a demandé une démonstration",
        f"hand raise: {Sig.CALL_REQUESTED}": "a demandé un appel",
        Sig.PRODUCT_USED: "a utilisé le produit",
    },
}
_FIXED: Mapping[str, Mapping[str, str]] = {
    "en": {
        Sig.DEAL_WON: "They bought",
        Sig.HANDOFF_ACCEPTED: "A seller took them",
        "handoff.rejected: wrong_fit": "A seller sent them back: they will never buy",
        "handoff.rejected: competitor": "A seller sent them back: they work for a competitor",
        "handoff.rejected: duplicate": "A seller sent them back: they are known already",
        "disqualified before": "They were disqualified before",
        "showed interest": "They showed interest",
        "no sign of interest yet": "No sign of interest yet",
        "operator": "The operator says so",
    },
    "fr": {
        Sig.DEAL_WON: "A acheté",
        Sig.HANDOFF_ACCEPTED: "Suivi par l’équipe commerciale",
        "handoff.rejected: wrong_fit": "Rendu par l’équipe commerciale\u00a0: n’achètera jamais",
        "handoff.rejected: competitor": "Rendu par l’équipe commerciale\u00a0: travaille chez un concurrent",
        "handoff.rejected: duplicate": "Rendu par l’équipe commerciale\u00a0: déjà connu",
        "disqualified before": "Écarté auparavant",
        "showed interest": "A montré de l’intérêt",
        "no sign of interest yet": "Aucun signe d’intérêt pour l’instant",
        "operator": "Décision de l’opérateur",
    },
}
_PATTERNS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "they": "They {}",
        "and": " and ",
        "cell": "{} (grade {}) and {} (heat {})",
        "mql": "{}",
        "fast-track": "{}: call them first",
        "nurture": "{}: not ready for sales",
        "disqualify": "{}: the matrix leaves such leads out",
        "margin": "{}, within the margin",
        "operator": "The operator says so: {}",
        "merged": "The same person as lead {}",
    },
    "fr": {
        "they": "{}",
        "and": " et ",
        "cell": "{} (note {}), {} (chaleur {})",
        "mql": "{}",
        "fast-track": "{}\u00a0: à appeler en premier",
        "nurture": "{}\u00a0: pas encore mûr",
        "disqualify": "{}\u00a0: la matrice écarte ces contacts",
        "margin": "{}, dans la marge",
        "operator": "Décision de l’opérateur\u00a0: {}",
        "merged": "La même personne que le contact {}",
    },
}
LANGUAGES = frozenset(_PATTERNS)
"""The languages that causes are said in; every other reader gets English."""


def cause_of(said: Said, sequence: str, step: str) -> str:
    """What the store keeps of the words of a step."""
    return said if isinstance(said, str) else f"{_STEP}{sequence}/{step}"


def cause_by_title(sequence: Sequence) -> str:
    """What the store keeps where a step gives no words: its sequence's title."""
    return sequence.title if isinstance(sequence.title, str) else f"{_TITLE}{sequence.name}"


def is_of_sequence(cause: str) -> bool:
    """Whether only the release has the words of this cause."""
    return cause.startswith((_STEP, _TITLE))


def say_cause(cause: str, language: str, home: str, sequences: Mapping[str, Sequence]) -> str:
    """A kept cause as a sentence without its full stop; `home` is the language of what is written once."""
    spoken = language.partition("-")[0]
    spoken = spoken if spoken in LANGUAGES else "en"
    told = _FIXED[spoken].get(cause) or _acts(cause, spoken)
    for form, say in _FORMS:
        if not told and (found := form.fullmatch(cause)):
            told = say(found, spoken, home)
    return told or _unstopped(in_language(_written(cause, sequences), spoken, home))


def _acts(cause: str, language: str) -> str:
    acts = [_ACTS[language].get(act, "") for act in cause.split(", ")]
    if not all(acts):
        return ""
    words = _PATTERNS[language]
    told = words["they"].format(listed(acts, last=words["and"]))
    return told[:1].upper() + told[1:]


def _cell(found: re.Match[str], language: str, home: str) -> str:
    words = _PATTERNS[language]
    grade, heat = found["grade"], found["heat"]
    told = words["cell"].format(_FIT[language][grade], grade, _HEAT[language][heat], heat)
    return words[found["verdict"] if "verdict" in found.re.groupindex else "margin"].format(told)


def _operator(found: re.Match[str], language: str, home: str) -> str:
    return fill(_PATTERNS[language]["operator"], in_language(found["why"], language, home))


def _merged(found: re.Match[str], language: str, home: str) -> str:
    return _PATTERNS[language]["merged"].format(found["into"])


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, str], str]], ...] = (
    (
        re.compile(rf"matrix {_PLACE}: (?P<verdict>mql|fast-track|nurture|disqualify)"),
        _cell,
    ),
    (re.compile(rf"within the margin of {_PLACE}"), _cell),
    (re.compile(r"(?s)operator: (?P<why>.+)"), _operator),
    (re.compile(r"merged into lead (?P<into>\d+)"), _merged),
)


def _written(cause: str, sequences: Mapping[str, Sequence]) -> Said:
    """The words of a sequence; of one that is gone, its name."""
    if cause.startswith(_STEP):
        name, _, step = cause.removeprefix(_STEP).partition("/")
        found = sequences[name].steps.get(step) if name in sequences else None
        if isinstance(found, HandoffStep | NotifyStep) and found.cause:
            return found.cause
        return sequences[name].title if name in sequences else name
    if cause.startswith(_TITLE):
        name = cause.removeprefix(_TITLE)
        return sequences[name].title if name in sequences else name
    return cause


def _unstopped(words: str) -> str:
    """What somebody wrote, without its full stop."""
    if isinstance(words, Phrase):
        return Phrase.of([(each.removesuffix("."), language) for each, language in words.parts])
    return words.removesuffix(".")
