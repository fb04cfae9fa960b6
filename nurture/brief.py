"""Writes the seller's brief: why this lead, why now, what it read, how to reach it, what to leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from nurture.spoken_dates import say_ago, say_clock, say_day
from nurture.values import Consent, Lead, Signal, Term
from nurture.words import ConsentState, Sig

REASONS = 5
SIGNALS = 6

DEEDS: dict[str, dict[str, str]] = {
    "en": {
        Sig.DEMO_REQUESTED: "Asked for a demo",
        Sig.CALL_REQUESTED: "Asked for a call",
        Sig.PRODUCT_USED: "Used the product",
        Sig.MAIL_REPLIED: "Replied to a mail",
        Sig.MAIL_CLICKED: "Clicked in a mail",
        Sig.FORM_SUBMITTED: "Filled in a form",
        Sig.ASSET_DOWNLOADED: "Downloaded",
        Sig.PAGE_VISITED: "Visited the page",
        Sig.WEBINAR_REGISTERED: "Registered for",
        Sig.WEBINAR_ATTENDED: "Attended",
        Sig.WEBINAR_MISSED: "Registered but missed",
    },
    "fr": {
        Sig.DEMO_REQUESTED: "A demandé une démonstration",
        Sig.CALL_REQUESTED: "A demandé un appel",
        Sig.PRODUCT_USED: "A utilisé le produit",
        Sig.MAIL_REPLIED: "A répondu à un message",
        Sig.MAIL_CLICKED: "A cliqué dans un message",
        Sig.FORM_SUBMITTED: "A rempli un formulaire",
        Sig.ASSET_DOWNLOADED: "A téléchargé",
        Sig.PAGE_VISITED: "A consulté la page",
        Sig.WEBINAR_REGISTERED: "S’est inscrit à",
        Sig.WEBINAR_ATTENDED: "A suivi",
        Sig.WEBINAR_MISSED: "Inscrit, mais absent à",
    },
}
"""What a signal says about the lead, per language; signals without words here stay out of the brief."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "mail": "Mail: {}",
        "phone": "Phone: {}",
        "no_phone": "No phone number was given: write first.",
        "speaks": "Language: {}",
        "lives": "Country: {}",
        "withdrawn": "They unsubscribed from {} on {}: no marketing mail about it, from anyone.",
        "pending": "They have not confirmed their consent for {}: no mailing about it.",
        "no_consent": "They gave no consent for marketing: write in person, about their request only.",
        "granted": "They agreed to mailings about {}. Those come from here; add them to no other list.",
        "due": "{} at {}",
        "quoted": "“{}”",
    },
    "fr": {
        "mail": "Courriel\u00a0: {}",
        "phone": "Téléphone\u00a0: {}",
        "no_phone": "Aucun numéro n’a été donné\u00a0: écrivez d’abord.",
        "speaks": "Langue\u00a0: {}",
        "lives": "Pays\u00a0: {}",
        "withdrawn": "Désabonnement de {} le {}\u00a0: plus aucun envoi commercial à ce sujet.",
        "pending": "Le consentement pour {} n’est pas confirmé\u00a0: aucun envoi à ce sujet.",
        "no_consent": "Aucun consentement commercial\u00a0: une réponse personnelle, rien de plus.",
        "granted": "Envois acceptés pour {}. Ils partent d’ici\u00a0; aucune autre liste de diffusion.",
        "due": "{} à {}",
        "quoted": "«\u00a0{}\u00a0»",
    },
}

LANGUAGES: dict[str, dict[str, str]] = {
    "en": {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch"},
    "fr": {
        "de": "allemand",
        "en": "anglais",
        "es": "espagnol",
        "fr": "français",
        "it": "italien",
        "nl": "néerlandais",
    },
}
"""What languages are called, per language; others are shown by their code."""


def make_brief(
    lead: Lead,
    terms: Sequence[Term],
    signals: Sequence[Signal],
    *,
    cause: str,
    now: datetime,
    titles: Mapping[str, str] | None = None,
    consents: Mapping[str, Consent] | None = None,
    labels: Mapping[str, str] | None = None,
    due_at: datetime | None = None,
    zone: str = "UTC",
    language: str = "en",
) -> dict[str, Any]:
    """Answer what `templates/seller/handoff` shows, as plain JSON data.

    `titles` names assets and webinars by id, `labels` names stages and topics. `due_at` is said in `zone`.
    A language without words here gets English.
    """
    titles, labels, consents = titles or {}, labels or {}, consents or {}
    spoken = language.partition("-")[0]
    spoken = spoken if spoken in WORDS else "en"
    words, profile = WORDS[spoken], lead.profile
    whole_name = " ".join(profile[part] for part in ("first_name", "last_name") if profile.get(part))
    recent = sorted(
        (signal for signal in signals if not signal.machine), key=lambda signal: signal.occurred_at
    )[::-1]
    return {
        "name": whole_name or lead.address,
        "email": lead.address,
        "company": profile.get("company", ""),
        "role": ", ".join(profile[part] for part in ("job_title", "company") if profile.get(part)),
        "stage": labels.get(lead.stage.value, lead.stage.value),
        "grade": lead.grade,
        "heat": lead.heat,
        "fit": round(lead.fit),
        "engagement": round(lead.engagement),
        "cause": cause,
        "due": _due(due_at, words, spoken, zone),
        "reasons": _reasons(terms),
        "signals": _deeds(recent, titles, now, spoken),
        "read": _read(recent, titles),
        "reach": _reach(lead, words, spoken),
        "limits": _limits(consents, labels, words, spoken, zone),
    }


def _due(due_at: datetime | None, words: Mapping[str, str], language: str, zone: str) -> str:
    if due_at is None:
        return ""
    return words["due"].format(say_day(due_at, language, zone), say_clock(due_at, language, zone))


def _reasons(terms: Sequence[Term]) -> list[dict[str, str]]:
    """The rules that gave most points, each once, largest first."""
    totals: dict[str, float] = {}
    for term in terms:
        totals[term.rule] = totals.get(term.rule, 0.0) + term.points
    best = sorted((-points, rule) for rule, points in totals.items() if points >= 0.5)
    return [{"text": _sentence(rule), "points": f"+{-points:.0f}"} for points, rule in best[:REASONS]]


def _sentence(rule: str) -> str:
    return rule[:1].upper() + rule[1:].replace("-", " ")


def _deeds(
    recent: Sequence[Signal], titles: Mapping[str, str], now: datetime, language: str
) -> list[dict[str, str]]:
    told = [
        (_deed(signal, titles, language), say_ago(now - signal.occurred_at, language)) for signal in recent
    ]
    different = dict.fromkeys((what, when) for what, when in told if what)
    return [{"what": what, "when": when} for what, when in list(different)[:SIGNALS]]


def _deed(signal: Signal, titles: Mapping[str, str], language: str) -> str:
    deed = DEEDS[language].get(signal.type)
    if deed is None:
        return ""
    named = next(
        (str(signal.properties[key]) for key in ("asset", "webinar", "page") if signal.properties.get(key)),
        "",
    )
    thing = titles.get(named, named)
    # The quotes set off a title, which may itself read like a sentence.
    return f"{deed} {WORDS[language]['quoted'].format(thing)}" if thing else deed


def _read(recent: Sequence[Signal], titles: Mapping[str, str]) -> list[str]:
    assets: Iterable[str] = (
        str(signal.properties["asset"])
        for signal in recent
        if signal.type == Sig.ASSET_DOWNLOADED and signal.properties.get("asset")
    )
    return [titles.get(asset, asset) for asset in dict.fromkeys(assets)]


def _reach(lead: Lead, words: Mapping[str, str], spoken: str) -> list[str]:
    phone = lead.profile.get("phone")
    ways = [words["mail"].format(lead.address), words["phone"].format(phone) if phone else words["no_phone"]]
    for key, field in (("speaks", "language"), ("lives", "country")):
        if lead.profile.get(field):
            value = lead.profile[field]
            ways.append(words[key].format(LANGUAGES[spoken].get(value, value)))
    return ways


def _limits(
    consents: Mapping[str, Consent],
    labels: Mapping[str, str],
    words: Mapping[str, str],
    language: str,
    zone: str,
) -> list[str]:
    """What sales must not do, the strictest first."""
    if not consents:
        return [words["no_consent"]]
    by_state: dict[ConsentState, list[Consent]] = {}
    for _, consent in sorted(consents.items()):
        by_state.setdefault(consent.state, []).append(consent)
    limits = [
        words["withdrawn"].format(_topic(gone, labels, words), say_day(gone.at, language, zone))
        for gone in by_state.get(ConsentState.WITHDRAWN, [])
    ]
    for state, key in ((ConsentState.PENDING, "pending"), (ConsentState.GRANTED, "granted")):
        if state in by_state:
            topics = ", ".join(_topic(consent, labels, words) for consent in by_state[state])
            limits.append(words[key].format(topics))
    return limits


def _topic(consent: Consent, labels: Mapping[str, str], words: Mapping[str, str]) -> str:
    return words["quoted"].format(labels.get(consent.topic, consent.topic))
