"""The seller's brief: why this lead, why now, what it read, how to reach it, what not to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.deciding.consent import ALL_TOPICS
from nurture.sequences.steps import Sequence
from nurture.speech.cause import say_cause
from nurture.speech.dates import say_ago, say_clock, say_day
from nurture.speech.names import say_country, say_language, say_zone
from nurture.texts.translation import Said, fill, in_language, listed
from nurture.values import Consent, Lead, Signal, Term
from nurture.words import ConsentState, Sig, Stage

REASONS = 5
SIGNALS = 6
THINGS = ("asset", "webinar", "page")
"""The properties of a signal that name what it was about."""

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
        "due": "{}, {} ({})",
        "everything": "everything",
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
        "due": "{} à {} ({})",
        "everything": "tout",
        "quoted": "«\u00a0{}\u00a0»",
    },
}

STAGES: dict[str, dict[str, str]] = {
    "en": {
        Stage.SUBSCRIBER: "subscriber",
        Stage.LEAD: "lead",
        Stage.PROSPECT: "prospect",
        Stage.MQL: "ready for sales",
        Stage.PQL: "qualified by using the product",
        Stage.SAL: "with sales",
        Stage.SQL: "opportunity",
        Stage.CUSTOMER: "customer",
        Stage.DISQUALIFIED: "disqualified",
    },
    "fr": {
        Stage.SUBSCRIBER: "abonné",
        Stage.LEAD: "contact",
        Stage.PROSPECT: "prospect",
        Stage.MQL: "prêt pour la vente",
        Stage.PQL: "qualifié par l’usage du produit",
        Stage.SAL: "suivi par la vente",
        Stage.SQL: "opportunité",
        Stage.CUSTOMER: "client",
        Stage.DISQUALIFIED: "écarté",
    },
}
"""What stages are called where nurture.yaml has no label of its own."""


def has_words(language: str) -> bool:
    """Whether a brief can be in this language."""
    return language.partition("-")[0] in WORDS


def language_of_brief(language: str) -> str:
    """The language a brief for such a reader is in, the whole of it: theirs, else English."""
    return language.partition("-")[0] if has_words(language) else "en"


def make_brief(
    lead: Lead,
    terms: Iterable[Term],
    signals: Iterable[Signal],
    *,
    cause: str,
    now: datetime,
    titles: Mapping[str, Said] | None = None,
    consents: Mapping[str, Consent] | None = None,
    labels: Mapping[str, Said] | None = None,
    rules: Mapping[str, Said] | None = None,
    sequences: Mapping[str, Sequence] | None = None,
    due_at: datetime | None = None,
    zone: str = "UTC",
    language: str = "en",
    home: str = "en",
) -> dict[str, Any]:
    """Answer what `templates/seller/handoff` shows, as plain JSON data.

    `titles` names assets and webinars by id, `labels` stages and topics, `rules` the rules of the scoring:
    each once, in the project's language `home`, or per language. `cause` is as the store keeps it. `due_at`
    is said in `zone`. A language without words here gets English.
    """
    spoken = language_of_brief(language)
    said = _Words(spoken, home, titles or {}, labels or {}, rules or {}, zone)
    profile, consents = lead.profile, consents or {}
    whole_name = " ".join(profile[part] for part in ("first_name", "last_name") if profile.get(part))
    recent = sorted(
        (signal for signal in signals if not signal.machine), key=lambda signal: signal.occurred_at
    )[::-1]
    return {
        "name": whole_name or lead.address,
        "email": lead.address,
        "company": profile.get("company", ""),
        "role": ", ".join(profile[part] for part in ("job_title", "company") if profile.get(part)),
        "stage": said.stage(lead.stage),
        "grade": lead.grade,
        "heat": lead.heat,
        "fit": round(lead.fit),
        "engagement": round(lead.engagement),
        "cause": say_cause(cause, spoken, home, sequences or {}),
        "due": said.due(due_at),
        "reasons": _reasons(terms, said),
        "signals": _deeds(recent, said, now),
        "read": _read(recent, said),
        "reach": _reach(lead, said),
        "limits": _limits(consents, said),
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a brief in one language."""

    language: str
    home: str
    titles: Mapping[str, Said]
    labels: Mapping[str, Said]
    rules: Mapping[str, Said]
    zone: str

    def say(self, key: str, *words: str) -> str:
        return fill(WORDS[self.language][key], *words)

    def own(self, said: Said) -> str:
        return in_language(said, self.language, self.home)

    def thing(self, name: str) -> str:
        """An asset or a webinar by its title; the quotes set off what may itself read like a sentence."""
        return self.say("quoted", self.title(name))

    def title(self, name: str) -> str:
        return self.own(self.titles[name]) if name in self.titles else name

    def topic(self, name: str) -> str:
        if name == ALL_TOPICS:
            return WORDS[self.language]["everything"]
        return self.say("quoted", self.own(self.labels[name]) if name in self.labels else name)

    def stage(self, stage: Stage) -> str:
        own = self.labels.get(stage.value, stage.value)
        return STAGES[self.language][stage] if own == stage.value else self.own(own)

    def rule(self, name: str) -> str:
        return self.own(self.rules.get(name) or name[:1].upper() + name[1:].replace("-", " "))

    def day(self, at: datetime) -> str:
        return say_day(at, self.language, self.zone)

    def ago(self, at: datetime, now: datetime) -> str:
        return say_ago(at, now, self.language, self.zone)

    def due(self, at: datetime | None) -> str:
        if at is None:
            return ""
        clock = say_clock(at, self.language, self.zone)
        return self.say("due", self.day(at), clock, say_zone(self.zone, self.language))


def _reasons(terms: Iterable[Term], said: _Words) -> list[dict[str, str]]:
    """The rules that gave most points, each once, largest first."""
    totals: dict[str, float] = {}
    for term in terms:
        totals[term.rule] = totals.get(term.rule, 0.0) + term.points
    best = sorted((-points, rule) for rule, points in totals.items() if points >= 0.5)
    return [{"text": said.rule(rule), "points": f"+{-points:.0f}"} for points, rule in best[:REASONS]]


def _deeds(recent: Iterable[Signal], said: _Words, now: datetime) -> list[dict[str, str]]:
    told = [(_deed(signal, said), said.ago(signal.occurred_at, now)) for signal in recent]
    different = {(str(what), when): what for what, when in told if what}
    return [{"what": what, "when": when} for (_, when), what in list(different.items())[:SIGNALS]]


def _deed(signal: Signal, said: _Words) -> str:
    deed = DEEDS[said.language].get(signal.type)
    if deed is None:
        return ""
    named = (str(signal.properties[key]) for key in THINGS if signal.properties.get(key))
    thing = next(named, "")
    return fill(f"{deed} {{}}", said.thing(thing)) if thing else deed


def _read(recent: Iterable[Signal], said: _Words) -> list[str]:
    assets = (
        str(signal.properties["asset"])
        for signal in recent
        if signal.type == Sig.ASSET_DOWNLOADED and signal.properties.get("asset")
    )
    return [said.title(asset) for asset in dict.fromkeys(assets)]


def _reach(lead: Lead, said: _Words) -> list[str]:
    known = lead.profile
    phone = known.get("phone")
    ways = [said.say("mail", lead.address), said.say("phone", phone) if phone else said.say("no_phone")]
    if known.get("language"):
        ways.append(said.say("speaks", say_language(known["language"], said.language)))
    if known.get("country"):
        ways.append(said.say("lives", say_country(known["country"], said.language)))
    return ways


def _limits(consents: Mapping[str, Consent], said: _Words) -> list[str]:
    """What sales must not do, the strictest first."""
    if not consents:
        return [said.say("no_consent")]
    by_state: dict[ConsentState, list[Consent]] = {}
    for _, consent in sorted(consents.items()):
        by_state.setdefault(consent.state, []).append(consent)
    limits = [
        said.say("withdrawn", said.topic(gone.topic), said.day(gone.at))
        for gone in by_state.get(ConsentState.WITHDRAWN, [])
    ]
    for state, key in ((ConsentState.PENDING, "pending"), (ConsentState.GRANTED, "granted")):
        if state in by_state:
            limits.append(said.say(key, listed([said.topic(consent.topic) for consent in by_state[state]])))
    return limits
