"""The sentence that tells a lead why it gets a mail: what it agreed to, or what it asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nurture.speech.dates import say_date
from nurture.texts.translation import Phrase, Said, fill, in_language
from nurture.timing import zone_for
from nurture.values import Consent, Signal
from nurture.words import Basis, ConsentState, Sig

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "begin": "You get this mail because {}.",
        "quoted": "“{}”",
        "agreed": "you agreed to {} on {}",
        Basis.IMPORTED: "your agreement to {} was given to us on {}",
        Basis.LEGITIMATE_INTEREST: "we think that {} is of use in your work (our legitimate interest)",
        Sig.FORM_SUBMITTED: "you asked for {} on {}",
        Sig.ASSET_DOWNLOADED: "you asked for {} on {}",
        Sig.WEBINAR_REGISTERED: "you registered for {} on {}",
        f"{Sig.FORM_SUBMITTED} plain": "you filled in our form on {}",
        f"{Sig.DEMO_REQUESTED} plain": "you asked us for a demo on {}",
        f"{Sig.CALL_REQUESTED} plain": "you asked us for a call on {}",
        "else": "you are in touch with us",
    },
    "fr": {
        "begin": "Vous recevez ce message parce que {}.",
        "quoted": "«\u00a0{}\u00a0»",
        "agreed": "vous avez accepté {} le {}",
        Basis.IMPORTED: "votre accord pour {} nous a été transmis le {}",
        Basis.LEGITIMATE_INTEREST: "{} nous semble utile à votre travail (notre intérêt légitime)",
        Sig.FORM_SUBMITTED: "vous avez demandé {} le {}",
        Sig.ASSET_DOWNLOADED: "vous avez demandé {} le {}",
        Sig.WEBINAR_REGISTERED: "nous avons reçu votre inscription à {} le {}",
        f"{Sig.FORM_SUBMITTED} plain": "vous avez rempli notre formulaire le {}",
        f"{Sig.DEMO_REQUESTED} plain": "vous nous avez demandé une démonstration le {}",
        f"{Sig.CALL_REQUESTED} plain": "vous nous avez demandé un appel le {}",
        "else": "vous êtes en contact avec nous",
    },
}
"""The sentences; a mail in any other language has them in English, marked as such."""


def say_because(
    topic: str,
    consent: Consent | None,
    asked: Signal | None,
    *,
    titles: Mapping[str, Said],
    language: str,
    home: str,
    zone: str,
) -> str:
    """The sentence for a mail of `topic`: by its consent, or by the signal with which the lead asked for it.

    `titles` names topics, assets and webinars, written in `home`; days are those of `zone`.
    """
    spoken = language.partition("-")[0]
    speaks = spoken in WORDS
    own = _Sentence(spoken if speaks else "en", home, titles, zone)
    told = fill(WORDS[own.language]["begin"], own.asked(asked) or own.agreed(topic, consent))
    return told if speaks else Phrase.of([(told, "en")])


class _Sentence:
    """The clauses in one language."""

    def __init__(self, language: str, home: str, titles: Mapping[str, Said], zone: str) -> None:
        self.language, self.home, self.titles, self.zone = language, home, titles, zone
        self.words = WORDS[language]

    def asked(self, signal: Signal | None) -> str:
        """What the lead asked for; empty when that is not known."""
        if signal is None:
            return ""
        day = self.day(signal.occurred_at)
        named = (signal.properties.get(key) for key in ("asset", "webinar"))
        thing = next((str(name) for name in named if name in self.titles), "")
        if thing and signal.type in self.words:
            return fill(self.words[signal.type], self.quoted(thing), day)
        return self.words.get(f"{signal.type} plain", "").format(day)

    def agreed(self, topic: str, consent: Consent | None) -> str:
        """What the lead agreed to."""
        if consent is None or consent.state is not ConsentState.GRANTED:
            return self.words["else"]
        title = self.quoted(topic)
        if consent.basis is Basis.LEGITIMATE_INTEREST:
            return fill(self.words[consent.basis], title)
        return fill(self.words.get(consent.basis, self.words["agreed"]), title, self.day(consent.at))

    def quoted(self, name: str) -> str:
        """A title in quotes."""
        said = self.titles.get(name, name)
        return fill(self.words["quoted"], in_language(said, self.language, self.home))

    def day(self, at: datetime) -> str:
        """The day with its year, since consents may be old."""
        local = at.astimezone(zone_for(self.zone, None, "UTC"))
        return f"{say_date(local.date(), self.language)} {local.year}"
